"""What an export says of itself is true: of its losses, and of the images beside it."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.formats import exchange
from annotator.core.formats.exchange import FORMATS, export, read_foreign
from annotator.core.formats.options import ExportOptions, Shape
from annotator.core.formats.report import Loss, Remarks, compared
from annotator.core.geometry import RunLengths
from annotator.core.image_files import find_images

from .conftest import rectangle

FOLDERS = [name for name in FORMATS if name != "coco"]


def losses_of(document: Document, format_name: str, out: Path, **options) -> dict[str, tuple[int, ...]]:
    """The instances of each loss, by the first words of what it says."""
    if format_name == "coco":
        out = out.with_suffix(".json")
    report = export(document, format_name, out, ExportOptions(**options))
    return {" ".join(loss.what.split()[:3]): loss.instance_ids for loss in report.losses if loss.instance_ids}


@pytest.fixture
def rich(document: Document) -> Document:
    """Image 7: 11 has a hole, 12 two parts, 13 is a crowd, 14 has no pixel, 17 attributes, 18 a group, 19 a key."""
    document.remove(document.instances[15])
    plain = rectangle(20, 30, (15, 12, 17, 14))
    document.put(Instance(13, 7, 4, plain, iscrowd=True))
    document.put(Instance(14, 7, 4, RunLengths.from_mask(np.zeros((20, 30), bool))))
    document.put(Instance(17, 7, 4, rectangle(20, 30, (17, 12, 19, 14)), attributes={"wet": True}))
    document.put(Instance(18, 7, 4, rectangle(20, 30, (15, 15, 17, 17)), group=3))
    document.put(Instance(19, 7, 4, rectangle(20, 30, (17, 15, 19, 17)), extra={"keypoints": [1, 2, 2]}))
    return document


@pytest.mark.parametrize("format_name", FOLDERS)
def test_every_loss_names_the_instances_that_have_it(format_name, rich, tmp_path):
    told = losses_of(rich, format_name, tmp_path / "out")
    expected = {"values of attributes": (17,), "groups are lost": (18,), "keys of their": (19,)}
    if format_name != "masks":
        expected |= {"crowds become ordinary": (13,), "instances without a": (14,)}
    if format_name == "yolo":
        expected["holes and parts"] = (11, 12)
    if format_name == "labelme":
        expected["holes are joined"] = (11,)
    assert told == expected


def test_pixels_have_holes_and_coco_holds_all(rich, tmp_path):
    assert "holes are joined" not in losses_of(rich, "labelme", tmp_path / "labelme", shape=Shape.EXACT)
    assert losses_of(rich, "coco", tmp_path / "coco") == {}
    told = losses_of(rich, "coco", tmp_path / "polygons", shape=Shape.POLYGONS)
    assert told == {"crowds and instances": (13, 14), "holes are joined": (11,)}


def test_a_crowd_that_does_not_come_back_is_not_explained_by_being_one(document):
    crowd = replace(document.instances[11], iscrowd=True)
    document.put(crowd)
    back = document.snapshot()
    for number in (11, 12, 15):
        back.remove(back.instances[number])
    losses = (Loss("crowds become ordinary instances", (11,)), Loss("left out", (12,), leaves_out=True))
    report = compared(document, back, files=(), remarks=Remarks(losses))
    assert report.missing == (11, 12, 15)
    assert report.unexplained == (11, 15)


@pytest.mark.parametrize("copy_images", [False, True])
@pytest.mark.parametrize("format_name", FOLDERS)
def test_images_of_another_size_on_the_disk_are_named(format_name, copy_images, document, tmp_path):
    options = ExportOptions(copy_images=copy_images)
    report = export(document, format_name, tmp_path / "sound", options)
    assert not any("another size" in note for note in report.notes)
    Image.new("RGB", (33, 44)).save(document.image_path(7))
    report = export(document, format_name, tmp_path / "out", options)
    (note,) = (note for note in report.notes if "another size" in note)
    assert ": 1, such as a.png, 33 x 44 pixels there and 30 x 20 here" in note


def test_copies_for_coco_of_another_size_are_named(document, tmp_path):
    Image.new("RGB", (33, 44)).save(document.image_path(7))
    report = export(document, "coco", tmp_path / "out" / "x.json", ExportOptions(copy_images=True))
    assert ["a.png" in note for note in report.notes] == [True]


def test_images_that_could_not_be_read_are_named(document, tmp_path):
    document.put(ImageRecord(9, "broken.png", 0, 0))
    for name in FORMATS:
        report = export(document, name, tmp_path / f"{name}.json", ExportOptions())
        assert report.images == 2
        assert [loss.what for loss in report.losses if "broken.png" in loss.what]


def found_by_ultralytics(folder: Path) -> dict[str, dict[Path, Path]]:
    """For each split of data.yaml its images and where Ultralytics looks for the labels of each."""
    content = yaml.safe_load((folder / "data.yaml").read_text("utf-8"))
    found = {}
    for split in ("train", "val"):
        place = folder / content[split]
        assert place.is_dir()
        images = sorted(path for path in place.rglob("*.*") if path.suffix in (".png", ".jpg"))
        labels = {}
        for image in images:
            before, after = str(image).rsplit(f"{os.sep}images{os.sep}", 1)
            labels[image] = Path(f"{before}{os.sep}labels{os.sep}{after}").with_suffix(".txt")
        found[split] = labels
    return found


@pytest.mark.parametrize("copy_images", [False, True])
def test_trainers_find_every_label_of_yolo(copy_images, document, tmp_path):
    (document.image_root / "images").mkdir()
    for number, path in ((20, "images/a.png"), (21, "x/images/images/b.png")):
        (document.image_root / path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (30, 20), (number, 0, 0)).save(document.image_root / path)
        document.put(ImageRecord(number, path, 20, 30))
        document.put(Instance(number, number, 4, rectangle(20, 30, (1, 1, number - 10, 9))))
    out = tmp_path / "images" / "out"  # what is above the export does not matter
    report = export(document, "yolo", out, ExportOptions(copy_images=copy_images, val_fraction=0.5))
    assert report.missing == ()
    assert any("links" in note for note in report.notes) == (not copy_images)
    found = found_by_ultralytics(out)
    assert {split: len(labels) for split, labels in found.items()} == {"train": 2, "val": 2}
    lines = 0
    for labels in found.values():
        for image, label in labels.items():
            lines += len(label.read_text().splitlines())
            assert image.is_symlink() != copy_images
            with Image.open(image) as picture:
                assert picture.height == 20
    assert lines == len(document.instances)
    assert len(read_foreign(out).document.instances) == len(document.instances)


def test_images_that_trainers_will_miss_are_counted(document, tmp_path, monkeypatch):
    document.image_path(3).unlink()
    report = export(document, "yolo", tmp_path / "missing", ExportOptions())
    (note,) = (note for note in report.notes if "where trainers look" in note)
    assert ": 1." in note

    def refuse(*_: object, **__: object) -> None:
        raise OSError(1, "A required privilege is not held by the client")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    report = export(document, "yolo", tmp_path / "out", ExportOptions())
    (note,) = (note for note in report.notes if "where trainers look" in note)
    assert ": 2." in note
    assert not any("links" in note for note in report.notes)
    assert set(found_by_ultralytics(tmp_path / "out")) == {"train", "val"}


def test_a_coco_export_that_fails_half_way_leaves_nothing(document, tmp_path, monkeypatch):
    written = []

    def fail(part: Document, path: Path) -> None:
        if written:
            raise OSError(28, "No space left on device")
        written.append(path)
        path.write_text("{}")

    monkeypatch.setattr(exchange.coco_files.coco, "write", fail)
    options = ExportOptions(copy_images=True, val_fraction=0.5)
    with pytest.raises(OSError, match="No space"):
        export(document, "coco", tmp_path / "out" / "x.json", options)
    assert list((tmp_path / "out").iterdir()) == []


def test_categories_are_named_once_each(tmp_path):
    """Two categories of one name are one to most formats; no instance is lost or told as changed for it."""
    document = Document(tmp_path)
    for number in (1, 2):
        document.put(Category(number, "cat"))
        document.put(ImageRecord(number, f"{number}.png", 20, 30))
        document.put(Instance(number, number, number, rectangle(20, 30, (2, 2, 9, 9))))
    for name in FORMATS:
        report = export(document, name, tmp_path / "out" / f"{name}.json", ExportOptions())
        assert (report.exact, report.missing) == (2, ())


def test_an_export_into_the_folder_of_the_images_adds_none_to_it(document):
    before = find_images(document.image_root).names
    export(document, "yolo", document.image_root / "exports" / "yolo", ExportOptions())
    assert find_images(document.image_root).names == before
    # Elsewhere links are images like any other, and so are those to images elsewhere.
    export(document, "yolo", document.image_root.with_name("yolo"), ExportOptions())
    assert len(find_images(document.image_root.with_name("yolo")).names) == 2
