"""Images that are not where a COCO file says, and are found by themselves; what is wrong with a file is counted."""

from __future__ import annotations

import json

import pytest

from annotator.core import coco
from annotator.core.dataset import COCO_NAME, open_dataset
from annotator.errors import DatasetError
from tests.core.dataset_work import coco_file, listed, picture

A = {"id": 1, "file_name": "a.png", "width": 4, "height": 3}
B = {"id": 2, "file_name": "b.png", "width": 4, "height": 3}


def problems(opened) -> list[str | None]:
    return [image.problem for image in opened.document.images.values()]


@pytest.mark.parametrize(
    ("file", "images"),
    [
        ("instances.json", "images"),
        (COCO_NAME, "images"),
        ("annotations/instances_val2017.json", "val2017"),
        ("annotations/instances_val2017.json", "images/val2017"),
        ("annotations/val.json", "val"),
        ("labels/coco.json", "images"),
        ("labels/coco.json", "pictures"),
        ("labels/coco.json", "."),
    ],
)
def test_images_are_found_where_datasets_have_them(tmp_path, file, images):
    path = tmp_path / file
    path.parent.mkdir(exist_ok=True)
    coco_file(path, A, B)
    for name in ("a.png", "b.png"):
        picture(tmp_path / images / name)
    picture(tmp_path / "others" / "a.png")  # one of them alone is not enough
    opened = open_dataset([path])
    assert opened.document.image_root == tmp_path / images
    assert problems(opened) == [None, None]
    assert listed(opened) == ["a.png", "b.png"]
    coco.write(opened.document, path)
    assert problems(open_dataset([path])) == [None, None]


def test_the_folder_that_the_files_name_speaks_of_comes_before_another_with_the_same_names(tmp_path):
    path = tmp_path / "annotations" / "instances_val.json"
    path.parent.mkdir()
    coco_file(path, A)
    picture(tmp_path / "val" / "a.png")
    picture(tmp_path / "train" / "a.png")
    assert open_dataset([path]).document.image_root == tmp_path / "val"
    other = coco_file(path.with_name("mine.json"), A)
    assert open_dataset([other]).document.image_root == other.parent  # which of them nobody knows


def test_images_of_another_size_are_others(tmp_path):
    path = coco_file(tmp_path / "instances.json", A)
    picture(tmp_path / "images" / "a.png", width=40)
    assert open_dataset([path]).document.image_root == tmp_path


def test_what_is_where_the_file_says_stays_there(tmp_path):
    path = coco_file(tmp_path / "instances.json", A, B)
    picture(tmp_path / "a.png")
    for name in ("a.png", "b.png"):
        picture(tmp_path / "images" / name)
    opened = open_dataset([path])
    assert opened.document.image_root == tmp_path
    assert problems(opened)[0] is None
    assert open_dataset([path], image_root=tmp_path / "images").document.image_root == tmp_path / "images"


@pytest.mark.parametrize(
    ("bad", "end"), [(1, "out, then open it again."), (2, "There is 1 more problem in it: "), (4, "There are 3 more ")]
)
def test_how_many_more_problems_there_are_is_told_with_the_first(tmp_path, bad, end):
    path = tmp_path / "instances.json"
    images = [{"id": number, "file_name": f"{number}.png", "width": 4, "height": 0} for number in range(1, bad + 1)]
    path.write_text(json.dumps({"images": images, "annotations": [], "categories": []}))
    with pytest.raises(DatasetError) as caught:
        open_dataset([path])
    text = str(caught.value)
    assert "image 1 cannot be used" in text
    assert end in text
    assert text.endswith("annotator check lists all of them.") == (bad > 1)
