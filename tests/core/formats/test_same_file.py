"""Several image records that name one file: nothing of theirs is lost, and nobody trains on what he validates with."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from annotator.core import coco
from annotator.core.check import check_file
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.formats.exchange import export, read_foreign
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.merge import NewImages, plan_merge
from annotator.core.formats.options import ExportOptions, validation_images
from annotator.core.formats.same_file import of_one_file
from annotator.errors import SaveError

from .conftest import rectangle

FOLDERS = ["yolo", "voc", "masks", "labelme"]


@pytest.fixture
def twice(tmp_path: Path) -> Document:
    """A COCO file that lists a.png as image 1 and, as ./a.png, as image 2, with an instance on each; and b.png."""
    root = tmp_path / "source"
    root.mkdir()
    for name in ("a.png", "b.png"):
        Image.new("RGB", (30, 20)).save(root / name)
    document = Document(root)
    document.put(Category(1, "cat"))
    for number, name in ((1, "a.png"), (2, "./a.png"), (3, "b.png")):
        document.put(ImageRecord(number, name, 20, 30))
        document.put(Instance(number, number, 1, rectangle(20, 30, (number * 5, 2, number * 5 + 4, 9))))
    coco.write(document, root / "x.json")
    return coco.read(root / "x.json")


@pytest.mark.parametrize("copy_images", [False, True])
@pytest.mark.parametrize("format_name", FOLDERS)
def test_the_file_comes_out_once_with_the_annotations_of_both(format_name, copy_images, twice, tmp_path):
    report = export(twice, format_name, tmp_path / "out", ExportOptions(copy_images=copy_images))
    assert (report.images, report.exact, report.missing) == (2, 3, ())
    (told,) = (loss.what for loss in report.losses if "one file" in loss.what)
    assert "a.png" in told
    assert "1, 2" in told
    back = read_foreign(tmp_path / "out", format_name, images=None if copy_images else ImageIndex.of_document(twice))
    assert len(back.document.images) == 2
    masks = sorted(i.mask.counts for i in twice.instances.values())
    assert sorted(i.mask.counts for i in back.document.instances.values()) == masks
    assert set(twice.images) == {1, 2, 3}  # the document itself is as it was


@pytest.mark.parametrize("format_name", FOLDERS)
def test_an_import_of_it_adds_nothing_twice(format_name, twice, tmp_path):
    export(twice, format_name, tmp_path / "out", ExportOptions())
    imported = read_foreign(tmp_path / "out", format_name, images=ImageIndex.of_document(twice)).document
    plan = plan_merge(twice, imported, new_images=NewImages.NONE)
    assert (plan.instances, plan.repeated) == ((), 3)


def test_coco_keeps_both_on_one_side_of_a_split(twice, tmp_path):
    assert of_one_file(twice) == [(1, 2)]
    for seed in range(8):
        validation = validation_images(twice, ExportOptions(val_fraction=0.5, seed=seed))
        assert validation in ({1, 2}, {3})
    options = ExportOptions(val_fraction=0.5, copy_images=True)
    report = export(twice, "coco", tmp_path / "out" / "x.json", options)
    assert (report.images, report.exact) == (3, 3)
    parts = [{image["id"] for image in json.loads(path.read_bytes())["images"]} for path in report.files]
    assert sorted(map(sorted, parts)) == [[1, 2], [3]]


def test_names_in_other_capitals_are_one_file_where_the_disk_says_so(twice, tmp_path):
    for number, name in ((4, "A.png"), (5, "B.png")):
        twice.put(ImageRecord(number, name, 20, 30))
        twice.put(Instance(number, number, 1, rectangle(20, 30, (0, number * 3, 9, number * 3 + 2))))
    os.link(twice.image_root / "a.png", twice.image_root / "A.png")  # as Windows would see it
    Image.new("RGB", (30, 20), (1, 2, 3)).save(twice.image_root / "B.png")
    assert of_one_file(twice) == [(1, 2, 4)]
    for name in FOLDERS:
        report = export(twice, name, tmp_path / name, ExportOptions(copy_images=True))
        assert (report.images, report.exact) == (3, 5)


def test_those_of_different_sizes_are_refused_before_anything_is_written(twice, tmp_path):
    twice.remove(twice.instances[2])
    twice.put(replace(twice.images[2], height=21))
    with pytest.raises(SaveError, match=r"images 1 and 2 are one file, a\.png.*30 x 20.*30 x 21"):
        export(twice, "labelme", tmp_path / "out", ExportOptions())
    assert not (tmp_path / "out").exists()


def test_check_explains_them(twice):
    (problem,) = check_file(twice.image_root / "x.json")
    assert "image 2" in str(problem)
    assert "image 1" in str(problem)
    assert "capitals" not in str(problem)
