"""Names that are hard on file systems and on text files: of images, of their folders and of categories."""

from __future__ import annotations

import json
import posixpath
import unicodedata
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from annotator.core import coco
from annotator.core.document import Category, Document, ImageRecord, Instance, Review, ReviewState
from annotator.core.formats.exchange import FORMATS, export, read_foreign
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.names import copy_names, label_names
from annotator.core.formats.options import ExportOptions
from annotator.core.geometry import RunLengths

FOLDERS = [name for name in FORMATS if name != "coco"]
DEVICES = {"con", "prn", "aux", "nul", "com1", "lpt9"}


def with_images(root: Path, paths: list[str], category: str = "cat") -> Document:
    """On the nth image, which is on the disk, a mask of n + 1 pixels; no two images are of one colour."""
    document = Document(root)
    document.put(Category(1, category))
    for number, path in enumerate(paths, start=1):
        document.put(ImageRecord(number, path, 8, 9))
        document.image_path(number).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (9, 8), (number, 0, 0)).save(document.image_path(number), "PNG")
        mask = np.zeros((8, 9), bool)
        mask[0, : number + 1] = True
        document.put(Instance(number, number, 1, RunLengths.from_mask(mask)))
    return document


def by_image(document: Document) -> dict[tuple[int, ...], bytes]:
    """The mask of each image, known by its first pixel, so that a mask on the wrong image shows."""
    found = {}
    for instance in document.instances.values():
        with Image.open(document.image_path(instance.image_id)) as picture:
            found[picture.convert("RGB").getpixel((0, 0))] = instance.mask.counts
    return found


@pytest.mark.parametrize("copy_images", [False, True])
@pytest.mark.parametrize("format_name", FOLDERS)
@pytest.mark.parametrize(
    "paths",
    [
        ["left/x.png", "right/x.png", "x.png", "left/right/x.png"],
        ["a.png", "a.bmp", "a_png.png", "a_bmp.gif", "A.png", "a_png_2.png"],
        ["aux.png", "CON.bmp", "con/nul.v1.png", "com1/x.png", "aux_.png", "lpt9 .png"],
        ["猫 \" 'x.png", "#1.png", "100%.png", "-.png", "a b/.hidden.png"],
        ["a:b.png", "a_b.png", "what?/x.png", "what_/x.png", "dots./x.png", "end .png", "<>|*.png", "tab\t.png"],
        ["caf\u00e9.png", "cafe\u0301.png", "x" * 245 + ".png", "x" * 246 + ".png", "猫" * 83 + ".png"],
        ["train.png", "val/train.png", "classes.png", "readme.png", "labels/classes.png", "masks.png", "data.png"],
    ],
    ids=[
        "equal names",
        "equal but for the ending",
        "devices of Windows",
        "signs",
        "signs that Windows forbids",
        "other systems",
        "words of the formats",
    ],
)
def test_every_mask_comes_back_on_its_image(paths, format_name, copy_images, tmp_path):
    document = with_images(tmp_path / "source", paths)
    report = export(document, format_name, tmp_path / "out", ExportOptions(copy_images=copy_images))
    assert (report.exact, report.missing) == (len(paths), ())
    if copy_images:  # it stands alone
        imported = read_foreign(tmp_path / "out", format_name).document
        assert by_image(imported) == by_image(document)
    written = [path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*") if path.is_file()]
    require_portable(written)


def require_portable(written: list[Path]) -> None:
    """No two files are one anywhere, and none has a name that a system forbids."""
    for part in {part for path in written for part in path.parts}:
        assert part.split(".")[0].rstrip().casefold() not in DEVICES
        assert not set(part) & set('<>:"|?*\\')
        assert min(part) >= " "
        assert part[-1] not in ". "
        assert len(part.encode()) <= 255
    whole = [unicodedata.normalize("NFC", path.as_posix()).casefold() for path in written]
    assert len(set(whole)) == len(whole)


def test_a_coco_file_with_copies_names_them_as_every_system_can_and_the_report_names_those(tmp_path):
    paths = ["a:b.png", "a_b.png", "A.png", "a.png", "aux.png", "plain.png", "sub/plain.png"]
    document = with_images(tmp_path / "source", paths)
    out = tmp_path / "out" / "x.json"
    report = export(document, "coco", out, ExportOptions(copy_images=True, val_fraction=0.4))
    assert (report.exact, report.missing) == (len(paths), ())
    names = [image["file_name"] for path in report.files for image in json.loads(path.read_bytes())["images"]]
    assert {"plain.png", "sub/plain.png", "a_b.png"} < set(names)
    require_portable([Path(name) for name in names])
    assert any("another name" in loss.what and "aux.png" in loss.what for loss in report.losses)
    both = [coco.read(path) for path in report.files]
    assert {**by_image(both[0]), **by_image(both[1])} == by_image(document)


def test_names_are_those_of_the_whole_dataset_so_that_a_part_of_it_comes_back(tmp_path):
    document = with_images(tmp_path / "source", ["a.png", "a.bmp"])
    document.put(replace(document.instances[1], review=Review(ReviewState.ACCEPTED)))
    for name in FOLDERS:
        report = export(document, name, tmp_path / name, ExportOptions(accepted_only=True))
        assert (report.images, report.exact) == (1, 1)
        back = read_foreign(tmp_path / name, name, images=ImageIndex.of_document(document)).document
        assert [back.images[i.image_id].path for i in back.instances.values()] == ["a.png"]


@pytest.mark.parametrize("format_name", FOLDERS)
def test_files_that_are_not_called_like_their_image_are_named(format_name, tmp_path):
    document = with_images(tmp_path / "source", ["aux.png", "b.png"])
    report = export(document, format_name, tmp_path / "out", ExportOptions())
    assert [loss.what for loss in report.losses if "aux.png" in loss.what and "b.png" not in loss.what]
    document = with_images(tmp_path / "plain", ["a.png", "b.png"])
    report = export(document, format_name, tmp_path / "plain out", ExportOptions())
    assert not any("another name" in loss.what for loss in report.losses)


STEMS = st.text("aA_2.", min_size=1, max_size=6).map(lambda stem: stem.strip(".") or "a")
NAMES = st.lists(
    STEMS.flatmap(
        lambda stem: st.sampled_from(
            [stem + end for end in (".png", ".jpg", ".PNG", ".png.jpg", "")] + [f"con/{stem}.png"]
        )
    ),
    unique=True,
    max_size=12,
)


@given(NAMES, st.randoms(use_true_random=False))
def test_no_two_labels_are_the_same_whatever_the_order(paths, dice):
    labels = label_names(paths)
    assert len({label.casefold() for label in labels.values()}) == len(paths)
    assert all(label not in paths or label == path for path, label in labels.items())
    shuffled = list(paths)
    dice.shuffle(shuffled)
    assert label_names(shuffled) == labels


ODD = [
    "cats/dogs",
    "\"quoted\" 'twice'",
    "two\nlines",
    "tab\tand\r\nmore ",
    "一种非常非常长的类别名称" * 7,
    "a:b",
    "x:1,2,3::",
    "# label: x",
    "#",
    "yes",
    "1",
    "null",
    "{a: b}",
    "line\u2028separator",
    "C:\\dir",
    "../up",
    "%s {name}",
    " ",
]


@pytest.mark.parametrize("format_name", FORMATS)
@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_a_category_of_any_name_comes_back(name, format_name, tmp_path):
    document = with_images(tmp_path / "source", ["a.png"], name)
    out = tmp_path / ("x.json" if format_name == "coco" else "out")
    report = export(document, format_name, out, ExportOptions(copy_images=True))
    assert (report.exact, report.missing) == (1, ())
    assert {path.name for path in tmp_path.iterdir()} == {"source", out.name, *(["images"] * (format_name == "coco"))}
    (category,) = read_foreign(out, format_name).document.categories.values()
    if format_name != "voc" or (name.strip() == name and len(name.splitlines()) == 1 and name[0] != "#"):
        assert category.name == name
    else:
        assert any(repr(name) in loss.what or " ".join(name.split()) in loss.what for loss in report.losses)
    assert document.categories[1].name == name  # the document itself is as it was


@pytest.mark.parametrize("format_name", FORMATS)
def test_categories_that_only_differ_in_their_spaces_are_kept_apart(format_name, tmp_path):
    document = with_images(tmp_path / "source", ["a.png", "b.png", "c.png", "d.png"], "two lines")
    for number, name in ((2, "two\nlines"), (3, "two  lines"), (4, "two lines 2")):
        document.put(Category(number, name))
        document.put(replace(document.instances[number], category_id=number))
    out = tmp_path / ("x.json" if format_name == "coco" else "out")
    assert export(document, format_name, out, ExportOptions(copy_images=True)).exact == 4
    back = read_foreign(out, format_name).document
    assert len({back.categories[i.category_id].name for i in back.instances.values()}) == 4


@example([], ":. :")
@example(["1"], "...:")
@given(
    st.lists(st.text("aAcC:.oOnN/ x1", min_size=1, max_size=12), max_size=4),
    st.text("a. /:con", min_size=1, max_size=6),
)
def test_a_quick_look_misses_nothing(folders, name):
    path = posixpath.normpath("/".join([*folders, name])).strip("/")
    if path.startswith("..") or path in ("", "."):
        return
    (label,) = label_names([path]).values()
    (copy,) = copy_names([path]).values()
    require_portable([Path(f"{label}.txt"), Path(f"copies/{copy}")])
