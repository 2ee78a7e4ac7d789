"""Checking COCO files: sound files have no problem, and each thing that can be wrong is named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from annotator.core import coco
from annotator.core.check import check_file
from annotator.core.document import Document
from annotator.errors import DatasetError

L_SHAPE = {"size": [10, 12], "counts": [12, 3, 7, 1, 97]}  # 3 pixels of column 1 and 1 of column 2


def content() -> dict:
    return {
        "images": [
            {"id": 1, "file_name": "a.png", "height": 10, "width": 12},
            {"id": 2, "file_name": "猫/b.png", "height": 20, "width": 5},
        ],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 3,
                "segmentation": [[1, 1, 9, 1, 9, 7, 1, 7]],
                "area": 48,
                "bbox": [1, 1, 8, 6],
                "iscrowd": 0,
            },
            {
                "id": 2,
                "image_id": 1,
                "category_id": 3,
                "segmentation": dict(L_SHAPE),
                "area": 4,
                "bbox": [1, 2, 2, 3],
                "iscrowd": 1,
            },
            {"id": 3, "image_id": 2, "category_id": 3, "area": 8, "bbox": [1, 2, 2, 4], "iscrowd": 0},
        ],
        "categories": [{"id": 3, "name": "cat", "supercategory": "animal"}],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "猫").mkdir()
    Image.new("L", (12, 10)).save(tmp_path / "a.png")
    Image.new("L", (5, 20)).save(tmp_path / "猫" / "b.png")
    return tmp_path


def problems(folder: Path, data: object) -> list[str]:
    path = folder / "instances.json"
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return [str(problem) for problem in check_file(path)]


def test_a_sound_file_has_no_problem(folder):
    assert problems(folder, content()) == []


def test_real_annotations_have_no_problem(shared):
    demo = shared / "data" / "demo_coco"
    assert check_file(demo / "instances.json", image_root=demo / "images") == ()


def setting(*keys, to) -> Callable[[dict], None]:
    def change(data: dict) -> None:
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = to

    return change


def without(*keys) -> Callable[[dict], None]:
    def change(data: dict) -> None:
        for key in keys[:-1]:
            data = data[key]
        del data[keys[-1]]

    return change


def repeating(data: dict) -> None:
    data["annotations"].append({**data["annotations"][1], "id": 9})


FIRST, CROWD = ("annotations", 0), ("annotations", 1)


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (without("annotations"), "the file", 'no list "annotations"'),
        (setting("categories", to={}), "the file", "not a list"),
        (setting("annotations", 0, to=7), "annotation at place 1", "not an object"),
        (setting("categories", 0, "name", to=""), "category 3", "name"),
        (setting("categories", 0, "supercategory", to=4), "category 3", "supercategory"),
        (lambda d: d["categories"].append({"id": 4, "name": "cat"}), "category 4", "another category is called"),
        (lambda d: d["categories"].append({"id": 3, "name": "dog"}), "category 3", "same id"),
        (setting("images", 0, "id", to="1"), "image at place 1", "its id is '1'"),
        (setting("images", 0, "height", to=10.0), "image 1", "height and width"),
        (setting("images", 0, "width", to=10), "image 1", "12 x 10 in"),
        (setting("images", 0, "file_name", to="../a.png"), "image 1", "folder of the images"),
        (setting("images", 0, "file_name", to="C:\\a.png"), "image 1", "folder of the images"),
        (setting("images", 0, "file_name", to=None), "image 1", "no file_name"),
        (setting("images", 0, "file_name", to="x.png"), "image 1", "missing"),
        (setting("images", 1, "file_name", to="./A.png"), "image 2", "names the file of image 1 but for its capitals"),
        (setting(*FIRST, "id", to=2), "annotation 2", "same id"),
        (setting(*FIRST, "image_id", to=[1]), "annotation 1", "no image [1]"),
        (setting(*FIRST, "category_id", to=4), "annotation 1", "no category 4"),
        (setting(*FIRST, "iscrowd", to=2), "annotation 1", "iscrowd"),
        (setting(*FIRST, "bbox", to=[1, 1, 8]), "annotation 1", "bbox"),
        (setting(*FIRST, "bbox", to=[1, 1, -8, 6]), "annotation 1", "size -8 x 6"),
        (setting(*FIRST, "bbox", to=[1, 1, 8, 10]), "annotation 1", "mask fills [1, 1, 8, 6]"),
        (setting(*FIRST, "bbox", to=[1, 1, 80, 6]), "annotation 1", "reaches out"),
        (setting(*FIRST, "area", to=0), "annotation 1", "mask has 48 pixels"),
        (setting(*FIRST, "area", to=10**400), "annotation 1", "its area is"),
        (setting(*CROWD, "area", to=5), "annotation 2", "mask has 4 pixels"),
        (setting(*FIRST, "segmentation", to=[[1, 1, 9, 1, 9]]), "annotation 1", "three pairs"),
        (setting(*FIRST, "segmentation", to=[[1, 1, 19, 1, 19, 7, 1, 7]]), "annotation 1", "polygon of it reaches out"),
        (setting(*FIRST, "segmentation", to=[[14, 1, 19, 1, 19, 7, 14, 7]]), "annotation 1", "it lies wholly outside"),
        (setting(*FIRST, "segmentation", to=[[1, 1, 9, 1, 5, 1]]), "annotation 1", "no pixel"),
        (setting(*CROWD, "segmentation", to={"size": [12, 10], "counts": [120]}), "annotation 2", "for the size"),
        (setting(*CROWD, "segmentation", "counts", to=[12, 3]), "annotation 2", "do not cover"),
        (repeating, "annotation 9", "repeats annotation 2"),
    ],
)
def test_what_is_wrong_is_named(folder, change, where, what):
    data = content()
    change(data)
    found = [problem for problem in problems(folder, data) if problem.startswith(where) and what in problem]
    assert len(found) == 1


POSES = [
    {"name": "pose", "kind": "choice", "choices": ["sits", "lies"]},
    {"name": "age", "kind": "number"},
    {"name": "cut", "kind": "flag"},
    {"name": "owner", "kind": "text"},
]


def with_ours() -> dict:
    """A sound file with all that we put under our key."""
    data = content()
    data["annotator"] = {"next_ids": {"instance": 20}}
    data["categories"][0]["annotator"] = {"color": "#4c72b0", "attributes": copy.deepcopy(POSES)}
    data["images"][0]["annotator"] = {"status": "done", "review": "rejected", "review_comment": "dark", "note": "n"}
    values = {"pose": "lies", "age": 2.5, "cut": False, "owner": "", "unheard of": [1]}
    data["annotations"][0]["annotator"] = {"group": 3, "review": "accepted", "parent": 2, "attributes": values}
    # Number 11 has been deleted.
    data["annotations"][1]["annotator"] = {"parent": 11}
    data["annotations"][2] |= {"score": 0.5, "annotator": {"state": "proposal"}}
    return data


def test_what_is_ours_is_no_problem(folder):
    assert problems(folder, with_ours()) == []


IN_FIRST, IN_CROWD, IN_IMAGE = (*FIRST, "annotator"), (*CROWD, "annotator"), ("images", 0, "annotator")
POSE = ("categories", 0, "annotator", "attributes", 0)


@pytest.mark.parametrize(
    ("change", "where", "what"),
    [
        (setting("annotator", to=[]), "the file", 'its "annotator" is []'),
        (setting(*IN_FIRST, to=3), "annotation 1", 'its "annotator" is 3'),
        (setting(*IN_FIRST, "attributes", "pose", to="stands"), "annotation 1", "'stands', but its category has the"),
        (setting(*IN_FIRST, "attributes", "pose", to=None), "annotation 1", "'pose' is None"),
        (setting(*IN_FIRST, "attributes", "age", to="2"), "annotation 1", "'age' is '2', but it is a number"),
        (setting(*IN_FIRST, "attributes", "age", to=True), "annotation 1", "'age' is True, but it is a number"),
        (setting(*IN_FIRST, "attributes", "cut", to=0), "annotation 1", "'cut' is 0, but it is true or false"),
        (setting(*IN_FIRST, "attributes", "owner", to=7), "annotation 1", "'owner' is 7, but it is a text"),
        (setting(*IN_FIRST, "attributes", to=["lies"]), "annotation 1", "not an object in braces"),
        (setting(*IN_FIRST, "group", to=-1), "annotation 1", "its group is -1"),
        (setting(*IN_FIRST, "review", to="yes"), "annotation 1", "its review is 'yes'"),
        (setting(*IN_FIRST, "state", to="draft"), "annotation 1", "its state is 'draft'"),
        (setting(*IN_FIRST, "parent", to="2"), "annotation 1", "its parent is '2'"),
        (setting(*IN_FIRST, "parent", to=20), "annotation 1", "no annotation 20 to be"),
        (setting(*IN_FIRST, "parent", to=3), "annotation 1", "which is on another image"),
        (setting(*IN_FIRST, "parent", to=1), "annotation 1", "and that a part of it"),
        (setting(*IN_CROWD, "parent", to=1), "annotation 1", "and that a part of it"),
        (setting("annotations", 2, "score", to="high"), "annotation 3", "its score is 'high'"),
        (setting("annotations", 2, "iscrowd", to=1), "annotation 3", "which a proposal cannot be"),
        (setting(*IN_IMAGE, "status", to="ready"), "image 1", "its status is 'ready'"),
        (setting(*IN_IMAGE, "review", to=1), "image 1", "its review is 1"),
        (setting(*IN_IMAGE, "review_comment", to=1), "image 1", "comment of its review is 1"),
        (without(*IN_IMAGE, "review"), "image 1", "but no review"),
        (setting(*IN_IMAGE, "note", to=["n"]), "image 1", "its note is ['n']"),
        (setting("categories", 0, "annotator", "color", to="red"), "category 3", "its color is 'red'"),
        (setting("categories", 0, "annotator", "attributes", to={}), "category 3", "its attributes are {}"),
        (setting(*POSE, "name", to=""), "category 3", "name of an attribute is ''"),
        (setting(*POSE, "name", to="age"), "category 3", "two attributes called 'age'"),
        (setting(*POSE, "kind", to="date"), "category 3", "kind of its attribute 'pose' is 'date'"),
        (setting(*POSE, "choices", to=[]), "category 3", "choices of its attribute 'pose' are []"),
    ],
)
def test_what_is_wrong_under_our_key_is_named(folder, change, where, what):
    data = with_ours()
    change(data)
    found = [problem for problem in problems(folder, data) if problem.startswith(where) and what in problem]
    assert len(found) == 1


def test_without_next_ids_a_parent_that_is_not_there_never_was(folder):
    data = with_ours()
    del data["annotator"]
    assert any("annotation 2: there is no annotation 11" in problem for problem in problems(folder, data))


def test_all_problems_are_named_at_once(folder):
    data = content()
    setting(*FIRST, "area", to=0)(data)
    setting(*CROWD, "category_id", to=8)(data)
    setting("images", 1, "height", to=19)(data)
    assert len(problems(folder, data)) == 3


def test_images_that_are_all_elsewhere_are_one_problem(folder, tmp_path_factory):
    path = tmp_path_factory.mktemp("elsewhere") / "instances.json"
    path.write_text(json.dumps(content()), encoding="utf-8")
    (problem,) = check_file(path)
    assert "none of its 2 images" in problem.what
    assert check_file(path, image_root=folder) == ()


def test_the_folder_where_they_should_be_is_named_without_detours(folder):
    data = content()
    data["annotator"] = {"image_root": "sub/../../gone"}
    (problem,) = problems(folder, data)
    assert str(folder.parent / "gone") in problem
    assert ".." not in problem


def test_a_turned_image_is_recognised(folder):
    data = content()
    data["images"][1].update(height=5, width=20)
    assert any("EXIF" in problem for problem in problems(folder, data))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "not valid JSON"),
        (" \n", "instances.json is empty"),
        ("[]", "not a COCO annotation file"),
        ("[" * 100_000, "not valid JSON"),
        (json.dumps(content()).replace('"area": 48', '"area": NaN'), "NaN"),
        (json.dumps(content()).replace('"area": 48', '"area": 3, "area": 48'), '"area" twice'),
    ],
)
def test_what_is_no_good_json_is_one_problem(folder, text, what):
    assert any(what in problem for problem in problems(folder, text))


def test_the_records_that_hold_no_numbers_are_named(folder):
    text = json.dumps(content()).replace('"area": 48', '"area": NaN').replace('"width": 5', '"width": -Infinity')
    told = [problem for problem in problems(folder, text) if "NaN or infinite" in problem]
    assert [problem.split(":")[0] for problem in told] == ["image 2", "annotation 1"]


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(DatasetError, match="nowhere"):
        check_file(tmp_path / "nowhere.json")


@given(st.data())
def test_a_file_without_problems_can_be_opened(tmp_path_factory, data):
    """Whatever is changed in a sound file: either a problem is named, or it opens."""
    changed = copy.deepcopy(content())
    for _ in range(data.draw(st.integers(1, 3))):
        record = changed[data.draw(st.sampled_from(list(changed)))]
        record = data.draw(st.sampled_from(record))
        record[data.draw(st.sampled_from(list(record)))] = data.draw(
            st.none()
            | st.booleans()
            | st.integers(-3, 12)
            | st.floats()
            | st.text(max_size=3)
            | st.lists(st.integers())
        )
    path = tmp_path_factory.getbasetemp() / "changed.json"
    path.write_text(json.dumps(changed), encoding="utf-8")
    if not check_file(path):
        coco.read(path)


# Random documents may call two categories the same, hold the same mask twice, or an empty one, and so on.
RANDOM = (
    *("another category", "it repeats", "its name", "its mask has no"),
    *("its attribute '", "the choices of its attribute"),
    *("there is no annotation", "it is to be a part of", "it is a part of"),
)


@given(st.from_type(Document))
def test_what_we_write_has_no_problem_but_missing_images(tmp_path_factory, document):
    path = tmp_path_factory.getbasetemp() / "ours.json"
    coco.write(document, path)
    what = {problem.what for problem in check_file(path)}
    ours = {w for w in what if not w.endswith("is missing") and "images is in" not in w}
    assert not {w for w in ours if not w.startswith(RANDOM)}


def test_a_file_of_labelme_is_told_what_makes_a_coco_file_of_it(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"version": "5.0", "shapes": [], "imagePath": "a.png"}), encoding="utf-8")
    (problem,) = check_file(path)
    assert "labelme" in problem.what
    assert "annotator import" in problem.remedy
