"""COCO files: what is written loads in pycocotools and comes back the same; what is wrong is refused by name."""

from __future__ import annotations

import copy
import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools.coco import COCO

from annotator.core import coco, geometry
from annotator.core.document import (
    Attribute,
    AttributeKind,
    Category,
    Document,
    ImageRecord,
    Instance,
    Provenance,
    Review,
    ReviewState,
)
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError, SaveError

TRIANGLE = ((1.5, 1.25, 8.0, 2.0, 4, 7.75),)


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("coco") / "annotations.coco.json"


def content() -> dict:
    """A file as other tools write them."""
    return {
        "info": {"description": "test", "year": 2024},
        "licenses": [{"id": 1, "name": "CC BY"}],
        "images": [
            {"id": 7, "file_name": "a.jpg", "height": 10, "width": 12, "license": 1, "flickr_url": "http://x"},
            {"id": 3, "file_name": "猫/é b.png", "height": 20, "width": 5, "annotator": {"review": "done"}},
        ],
        "annotations": [
            {
                "id": 17,
                "image_id": 7,
                "category_id": 2,
                "segmentation": [list(part) for part in TRIANGLE],
                "area": 21.4375,
                "bbox": [1.5, 1.25, 6.5, 6.5],
                "iscrowd": 0,
                "attributes": {"occluded": True, "note": None, "list": [1, 2.5]},
                "annotator": {"source": "tinysam", "group": 4, "mark": 5, "predicted_iou": 0.5},
            },
            {
                "id": 4,
                "image_id": 3,
                "category_id": 0,
                "segmentation": {"size": [20, 5], "counts": [3, 4, 93]},
                "area": 4,
                "bbox": [0, 3, 1, 4],
                "iscrowd": 1,
            },
            {"id": 5, "image_id": 7, "category_id": 2, "bbox": [2, 3, 4.5, 2], "iscrowd": 0, "score": 0.25},
            {"id": 6, "image_id": 7, "category_id": 2, "segmentation": [], "bbox": [0, 0, 1, 1], "iscrowd": 0},
        ],
        "categories": [
            {"id": 2, "name": "cat", "supercategory": "animal", "keypoints": ["nose"]},
            {"id": 0, "name": "dog", "supercategory": "", "annotator": {"color": "#00ff00", "hotkey": "d"}},
        ],
        "videos": [],
        "annotator": {"next_ids": {"category": 9, "image": 8, "instance": 100}, "status": {"a": 1}},
    }


def read(path: Path, data: object) -> Document:
    path.write_text(json.dumps(data), encoding="utf-8")
    return coco.read(path, path.parent)


def rewritten(path: Path, document: Document) -> dict:
    coco.write(document, path)
    return json.loads(path.read_text(encoding="utf-8"))


def assert_box(bbox: list[int], mask: np.ndarray) -> None:
    """The box holds all of the mask, and each of its edges touches it."""
    x, y, width, height = bbox
    inside = mask[y : y + height, x : x + width]
    assert inside.sum() == mask.sum()
    if mask.any():
        assert all(edge.any() for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]))
    else:
        assert bbox == [0, 0, 0, 0]


# -- round trips -------------------------------------------------------------------------------------------------------


@given(st.from_type(Document))
def test_what_is_written_loads_in_pycocotools_and_comes_back(path, document):
    coco.write(document, path)

    theirs = COCO(path)
    assert set(theirs.anns) == set(document.instances) | set(document.proposals)
    for instance in document.instances.values():
        annotation = theirs.anns[instance.id]
        mask = instance.mask.to_mask()
        assert np.array_equal(theirs.annToMask(annotation).astype(bool), mask)
        assert annotation["area"] == mask.sum()
        assert_box(annotation["bbox"], mask)
        assert annotation["iscrowd"] is int(instance.iscrowd)
    for proposal in document.proposals.values():
        annotation = theirs.anns[proposal.id]
        assert np.array_equal(theirs.annToMask(annotation).astype(bool), proposal.mask.to_mask())
        assert annotation["score"] == proposal.score
        assert annotation["annotator"]["state"] == "proposal"

    back = coco.read(path, document.image_root)
    assert list(back.categories.values()) == list(document.categories.values())
    assert list(back.images.values()) == list(document.images.values())
    assert back.annotations_in_order() == document.annotations_in_order()
    assert all(list(back.instances_of(i)) == list(document.instances_of(i)) for i in document.images)
    assert all(list(back.proposals_of(i)) == list(document.proposals_of(i)) for i in document.images)
    assert back.next_ids == document.next_ids
    assert back.extra == document.extra


def test_a_file_that_nobody_changed_keeps_its_content(path):
    before = content()
    document = read(path, copy.deepcopy(before))
    assert rewritten(path, document) == before
    coco.write(document, path)
    once = path.read_bytes()
    coco.write(coco.read(path, path.parent), path)
    assert path.read_bytes() == once


def test_real_annotations_keep_their_content_and_pixels(shared, path):
    source = shared / "data" / "demo_coco" / "instances.json"
    document = coco.read(source, source.parent / "images")
    after = rewritten(path, document)
    ours = after.pop("annotator")
    assert (path.parent / ours.pop("image_root")).samefile(document.image_root)
    assert ours == {"next_ids": {"category": 91, "image": 565249, "instance": 2222263}}
    assert after == json.loads(source.read_text(encoding="utf-8"))
    theirs = COCO(source)
    for instance in document.instances.values():
        assert np.array_equal(theirs.annToMask(theirs.anns[instance.id]).astype(bool), instance.mask.to_mask())


def test_what_the_records_say(path):
    document = read(path, content())
    assert document.categories[0] == Category(0, "dog", "", "#00ff00", {"annotator": {"hotkey": "d"}})
    assert document.images[3] == ImageRecord(3, "猫/é b.png", 20, 5, extra={"annotator": {"review": "done"}})
    instance = document.instances[17]
    assert instance.provenance == Provenance("tinysam", predicted_iou=0.5)
    assert instance.extra == {"attributes": content()["annotations"][0]["attributes"], "annotator": {"mark": 5}}
    assert instance.group == 4
    assert document.instances[4].iscrowd is True
    assert [i.id for i in document.instances_of(7)] == [17, 5, 6]
    assert document.take_id(Instance) == 100


def test_the_ids_to_come_are_beyond_those_in_the_file(path):
    data = content()
    data["annotator"] = {"next_ids": {"instance": 2}}
    document = read(path, data)
    assert [document.take_id(kind) for kind in (Category, ImageRecord, Instance)] == [3, 8, 18]


def test_what_gets_the_last_ids_can_be_read_again(path):
    """Also when the file had the largest ids there may be."""
    data = content()
    data["images"][0]["id"] = data["annotations"][0]["id"] = data["categories"][0]["id"] = coco.MAX_ID
    for annotation in data["annotations"]:
        annotation["image_id"] = {7: coco.MAX_ID}.get(annotation["image_id"], annotation["image_id"])
        annotation["category_id"] = {2: coco.MAX_ID}.get(annotation["category_id"], annotation["category_id"])
    for _ in range(2):
        document = read(path, data)
        category = Category(document.take_id(Category), "new")
        image = ImageRecord(document.take_id(ImageRecord), f"{len(document.images)}.jpg", 2, 3)
        mask = RunLengths.from_mask(np.ones((2, 3), bool))
        instance = Instance(document.take_id(Instance), image.id, category.id, mask)
        assert min(category.id, image.id, instance.id) > coco.MAX_ID
        for record in (category, image, instance):
            document.put(record)
        data = rewritten(path, document)
        back = coco.read(path, path.parent)
        assert back.instances_in_order() == document.instances_in_order()
        assert back.next_ids == document.next_ids


LONG_NUMBERS = [12345678901234567890123, -(2**63) - 1, 2**64, -(2**64), 2**63, 2**64 - 1, int("9" * 300)]


@pytest.mark.parametrize("number", LONG_NUMBERS)
def test_whole_numbers_of_any_length_survive(path, number):
    data = content()
    data["info"]["x"] = [1, {"y": number}]
    data["annotations"][0]["attributes"]["x"] = number
    data["annotations"][1]["area"] = number
    data["images"][0]["x"] = [number, 0.1]
    data["categories"][0]["x"] = number
    data["annotator"]["x"] = number
    assert rewritten(path, read(path, data)) == data


@pytest.mark.parametrize("keys", [("bbox", 2), ("segmentation", 0, 3), ("score",), ("id",), ("iscrowd",), ("area",)])
def test_long_numbers_in_the_places_we_know_break_nothing(path, keys):
    for number in LONG_NUMBERS:
        for annotation in (0, 2):
            data = copy.deepcopy(content())
            place = data["annotations"][annotation]
            try:
                for key in keys[:-1]:
                    place = place[key]
            except KeyError:
                continue
            place[keys[-1]] = number
            try:
                document = read(path, data)
            except DatasetError:
                continue
            assert rewritten(path, document) == data


@pytest.mark.parametrize("value", ["[" * 250 + "]" * 250, '{"a":' * 250 + "1" + "}" * 250, "9" * 301, "-" + "9" * 400])
def test_what_could_not_be_saved_is_not_opened(path, value):
    path.write_text(json.dumps(content()).replace('"test"', value), encoding="utf-8")
    with pytest.raises(DatasetError, match=r"nested|digits|infinity"):
        coco.read(path, path.parent)


def test_what_is_opened_can_be_saved_however_deep(path):
    deep = 1
    for _ in range(150):
        deep = [deep]
    data = content()
    data["annotations"][0]["attributes"] = deep
    data["info"] = {"x": deep, "y": 2**70}
    assert rewritten(path, read(path, data)) == data


def test_a_box_without_a_segmentation_is_a_rectangle_and_stays_a_box(path):
    document = read(path, content())
    mask = document.instances[5].mask.to_mask()
    rows, columns = np.nonzero(mask)
    assert (columns.min(), rows.min(), rows.max()) == (2, 3, 4)
    assert columns.max() in (5, 6)  # half of the pixel at 6 is inside
    assert mask.sum() == (columns.max() - 1) * 2
    after = {a["id"]: a for a in rewritten(path, document)["annotations"]}
    assert after[5] == content()["annotations"][2]
    assert after[6] == content()["annotations"][3]


def test_a_changed_mask_is_written_anew_and_the_rest_stays(path):
    document = read(path, content())
    mask = np.zeros((10, 12), bool)
    mask[2:5, 3:9] = True
    mask[3, 4] = False
    document.put(document.instances[17].with_mask(RunLengths.from_mask(mask)))
    after, before = rewritten(path, document)["annotations"][0], content()["annotations"][0]
    assert after["area"] == 17
    assert after["bbox"] == [3, 2, 6, 3]
    assert np.array_equal(RunLengths.from_coco(after["segmentation"], 10, 12).to_mask(), mask)
    for key in ("segmentation", "area", "bbox"):
        del after[key], before[key]
    assert after == before


def test_changes_of_anything_but_the_mask_keep_the_segmentation(path):
    document = read(path, content())
    document.put(replace(document.instances[17], category_id=0))
    assert rewritten(path, document)["annotations"][0] == {**content()["annotations"][0], "category_id": 0}


def test_images_that_could_never_be_read_are_not_listed(path):
    document = read(path, content())
    document.put(ImageRecord(document.take_id(ImageRecord), "broken.jpg", 0, 0, problem="It is broken."))
    after = rewritten(path, document)
    assert [image["id"] for image in after["images"]] == [7, 3]
    assert after["annotator"]["next_ids"]["image"] == 9


def test_missing_images_are_listed_without_their_problem(path):
    document = read(path, content())
    document.put(replace(document.images[7], problem="It is missing."))
    assert rewritten(path, document)["images"] == content()["images"]


def test_what_pycocotools_asks_for_is_completed(path):
    data = content()
    del data["annotations"][0]["iscrowd"], data["categories"][0]["supercategory"]
    data["annotations"][1]["iscrowd"] = True
    after = rewritten(path, read(path, data))
    assert [a["iscrowd"] for a in after["annotations"]] == [0, 1, 0, 0]
    assert type(after["annotations"][1]["iscrowd"]) is int
    assert after["categories"][0]["supercategory"] == ""


def test_windows_paths_and_detours_become_plain_paths(path):
    data = content()
    data["images"][0]["file_name"] = ".\\sub\\.\\x\\..\\a.jpg"
    document = read(path, data)
    assert document.images[7].path == "sub/a.jpg"


def test_a_byte_order_mark_is_no_reason_to_refuse_a_file(path):
    path.write_text(json.dumps(content()), encoding="utf-8-sig")
    assert len(coco.read(path, path.parent).images) == 2


def test_images_alone_make_a_dataset(path):
    document = read(path, {"images": content()["images"]})
    assert (len(document.images), len(document.instances)) == (2, 0)


# -- saving that fails -------------------------------------------------------------------------------------------------


def test_a_save_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "annotations.coco.json"
    document = read(path, content())
    before = path.read_bytes()
    document.put(Category(document.take_id(Category), "new"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaveError, match="No space left on device"):
        coco.write(document, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_what_json_cannot_hold_does_not_touch_the_file(path):
    document = read(path, content())
    before = path.read_bytes()
    document.put(Category(document.take_id(Category), "x", extra={"bad": object()}))
    with pytest.raises(SaveError, match="cannot be written as JSON") as caught:
        coco.write(document, path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="names on Windows are always text")
def test_a_folder_of_images_whose_name_is_no_text_is_refused_where_it_must_be_written(tmp_path):
    folder = tmp_path / os.fsdecode(b"caf\xe9")
    folder.mkdir()
    document = Document(folder)
    coco.write(document, folder / "annotations.coco.json")
    elsewhere = tmp_path / "annotations.coco.json"
    with pytest.raises(SaveError, match=r"caf.udce9.* rename that folder") as caught:
        coco.write(document, elsewhere)
    assert str(elsewhere) in str(caught.value)
    assert not elsewhere.exists()


# -- files that are refused --------------------------------------------------------------------------------------------


def change(*keys, to):
    """A change of the content: the value at the end of `keys`."""

    def apply(data: dict) -> None:
        for key in keys[:-1]:
            data = data[key]
        data[keys[-1]] = to

    return apply


def without(*keys):
    def apply(data: dict) -> None:
        for key in keys[:-1]:
            data = data[key]
        del data[keys[-1]]

    return apply


FIRST = ("annotations", 0)
WRONG = [
    (without("images"), 'no list "images"'),
    (change("images", to={}), 'no list "images"'),
    (change("annotations", to={}), '"annotations" is not a list'),
    (change("categories", to=None), '"categories" is not a list'),
    (change("annotations", 1, to=5), "the annotation at place 2 of its list.* object"),
    (without(*FIRST, "id"), "the annotation at place 1 of its list.* it has no id"),
    (change(*FIRST, "id", to="17"), "the annotation at place 1 of its list.* its id is '17'"),
    (change(*FIRST, "id", to=17.0), "the annotation at place 1 of its list.* its id is 17.0"),
    (change(*FIRST, "id", to=True), "its id is True"),
    (change(*FIRST, "id", to=-1), "annotation -1 .*its id is -1"),
    (change(*FIRST, "id", to=2**60), "its id is"),
    (change("annotations", 1, "id", to=17), "annotation 17 .*same id"),
    (change("images", 1, "id", to=7), "image 7 .*same id"),
    (change("categories", 1, "id", to=2), "category 2 .*same id"),
    (change(*FIRST, "image_id", to=99), "annotation 17 .*no image 99"),
    (change(*FIRST, "image_id", to="7"), "annotation 17 .*image_id is '7'"),
    (change(*FIRST, "category_id", to=99), "annotation 17 .*no category 99"),
    (change(*FIRST, "category_id", to=None), "annotation 17 .*it has no category_id"),
    (change(*FIRST, "iscrowd", to=2), "annotation 17 .*iscrowd is 2"),
    (change(*FIRST, "iscrowd", to="0"), "annotation 17 .*iscrowd is '0'"),
    (change(*FIRST, "segmentation", to=[[1, 2, 3, 4, 5]]), "annotation 17 .*three pairs"),
    (change(*FIRST, "segmentation", to=[[1, 2, 3, 4]]), "annotation 17 .*three pairs"),
    (change(*FIRST, "segmentation", to=[[1, 2, 3, 4, 5, "6"]]), "annotation 17 .*finite"),
    (change(*FIRST, "segmentation", to="polygon"), "annotation 17 .*neither"),
    (change("annotations", 1, "segmentation", "size", to=[5, 20]), "annotation 4 .*size"),
    (change("annotations", 1, "segmentation", "counts", to=[3, 4]), "annotation 4 .*100 pixels"),
    (change("annotations", 1, "segmentation", "counts", to="~"), "annotation 4 .*damaged"),
    (without("annotations", 2, "bbox"), "annotation 5 .*neither a segmentation nor a bbox"),
    (change("annotations", 2, "bbox", to=[1, 2, 3]), "annotation 5 .*bbox of four numbers"),
    (change("annotations", 2, "bbox", to=[1, 2, -3, 4]), "annotation 5 .*-3"),
    (change("annotations", 2, "bbox", to=[1, 2, 3, "4"]), "annotation 5 .*bbox of four numbers"),
    (change(*FIRST, "annotator", to=[]), 'annotation 17 .*"annotator"'),
    (change(*FIRST, "annotator", "source", to=5), "annotation 17 .*source"),
    (change(*FIRST, "annotator", "stability", to="high"), "annotation 17 .*stability"),
    (change("images", 1, "annotator", "status", to="later"), "image 3 .*status .*'later'.* in_work"),
    (change("images", 1, "annotator", "status", to=[]), "image 3 .*status"),
    (without("images", 0, "height"), "image 7 .*height"),
    (change("images", 0, "width", to=12.0), "image 7 .*width"),
    (change("images", 0, "width", to=0), "image 7 .*width"),
    (change("images", 0, "width", to=2**40), "image 7 .*impossible"),
    (without("images", 0, "file_name"), "image 7 .*file_name"),
    (change("images", 0, "file_name", to=""), "image 7 .*file_name"),
    (change("images", 0, "file_name", to="a\0b"), "image 7 .*file_name"),
    (change("images", 0, "file_name", to="/etc/passwd"), "image 7 .*/etc/passwd is absolute"),
    (change("images", 0, "file_name", to="C:\\a.jpg"), "image 7 .*absolute"),
    (change("images", 0, "file_name", to="\\\\server\\a.jpg"), "image 7 .*absolute"),
    (change("images", 0, "file_name", to="sub/../../a.jpg"), "image 7 .*leaves"),
    (change("images", 0, "file_name", to="..\\a.jpg"), "image 7 .*leaves"),
    (change("images", 0, "file_name", to=".."), "image 7 .*leaves"),
    (change("categories", 0, "name", to=5), "category 2 .*name"),
    (change("categories", 0, "supercategory", to=5), "category 2 .*supercategory"),
    (change("categories", 1, "annotator", "color", to="red"), "category 0 .*color is 'red'"),
    (change("annotator", to=[]), 'the top level .*"annotator"'),
    (change("annotator", "next_ids", to=[]), "the top level .*next_ids"),
    (change("annotator", "next_ids", "image", to="8"), "the top level .*next id of the kind image is '8'"),
    (change(*FIRST, "area", to=float("nan")), "annotation 17 .*NaN"),
    (change(*FIRST, "bbox", 0, to=float("inf")), "annotation 17 .*NaN or infinite"),
    (change("info", "x", to=[float("nan")]), '"info" .*NaN'),
]


@pytest.mark.parametrize(("damage", "says"), WRONG, ids=[says for _, says in WRONG])
def test_a_file_that_makes_no_sense_is_refused_by_name(path, damage, says):
    data = content()
    damage(data)
    with pytest.raises(DatasetError, match=says) as caught:
        read(path, data)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("data", [b"not JSON", b"{", b'{"images": [}', b"\xff\xfe{\x00", b"[" * 100_000])
def test_what_is_not_json_is_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=r"is not valid JSON.*restore"):
        coco.read(path, path.parent)


@pytest.mark.parametrize("data", [b"", b" \n"])
def test_an_empty_file_is_called_empty(path, data):
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=r"is empty: restore"):
        coco.read(path, path.parent)


@pytest.mark.parametrize("data", [b"[]", b"null", b"5", b'"images"'])
def test_json_that_is_no_object_is_refused(path, data):
    path.write_bytes(data)
    with pytest.raises(DatasetError, match="is not a COCO annotation file"):
        coco.read(path, path.parent)


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path):
    with pytest.raises(DatasetError, match=r"gone\.json cannot be read \(No such file"):
        coco.read(tmp_path / "gone.json", tmp_path)
    with pytest.raises(DatasetError, match="cannot be read"):
        coco.read(tmp_path, tmp_path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["id", "size", "counts"]), inner),
    max_leaves=8,
)


@given(st.data())
def test_no_json_breaks_the_reader(path, data):
    """Any value anywhere: the file is refused with a sentence, or read and written back."""
    damaged = content()
    place, steps = damaged, data.draw(st.integers(1, 4))
    for step in range(steps):
        if not isinstance(place, dict | list) or not place:
            break
        key = data.draw(st.sampled_from(list(place) if isinstance(place, dict) else list(range(len(place)))))
        if step == steps - 1:
            place[key] = data.draw(json_values)
        else:
            place = place[key]
    try:
        document = read(path, damaged)
    except DatasetError:
        return
    coco.write(document, path)
    assert coco.read(path, path.parent).instances_in_order() == document.instances_in_order()


def proposal(**changes) -> dict:
    """A file with a proposal as an annotation of image 7."""
    data = content()
    record = {
        "id": 50,
        "image_id": 7,
        "category_id": 2,
        "segmentation": [list(part) for part in TRIANGLE],
        "score": 0.7,
        "iscrowd": 0,
    }
    record["annotator"] = {"state": "proposal", "parent": 17, "point": [1, 2.5], "mine": 1}
    data["annotations"].append({**record, **changes})
    return data


def test_a_proposal_is_kept_apart_and_written_back_as_it_was(path):
    data = proposal()
    document = read(path, copy.deepcopy(data))
    assert 50 not in document.instances
    kept = document.proposals[50]
    assert (kept.score, kept.parent_id, kept.point) == (0.7, 17, (1, 2.5))
    assert rewritten(path, document)["annotations"][-1] == data["annotations"][-1]


@pytest.mark.parametrize(
    ("changes", "clause"),
    [
        ({"score": None}, "score"),
        ({"iscrowd": 1}, "crowd"),
        ({"id": 17}, "same id"),
        ({"annotator": {"state": "proposal", "parent": "x"}}, "parent"),
        ({"annotator": {"state": "proposal", "point": [1]}}, "point"),
        ({"annotator": {"state": "proposal", "parameters": 3}}, "parameters"),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused(path, changes, clause):
    with pytest.raises(DatasetError, match=clause):
        read(path, proposal(**changes))


def test_what_is_under_our_key_and_makes_no_sense_survives(tmp_path):
    records = {
        "images": [
            {
                "id": 1,
                "file_name": "a.png",
                "height": 2,
                "width": 2,
                "annotator": {"review": "odd", "review_comment": 3, "note": ["x"]},
            }
        ],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "bbox": [0, 0, 1, 1],
                "iscrowd": 0,
                "annotator": {"group": "b", "attributes": [], "review": None},
            }
        ],
        "categories": [
            {"id": 1, "name": "c", "supercategory": "", "annotator": {"attributes": [{"name": "n", "kind": "odd"}]}}
        ],
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps(records))
    coco.write(coco.read(path), path)
    written = json.loads(path.read_text())
    assert {key: written[key] for key in records} == records


def test_reviews_notes_groups_and_attributes_are_where_the_format_says(tmp_path):
    document = Document(tmp_path)
    choice = Attribute("pose", AttributeKind.CHOICE, ("sits", "stands"), {"x-hint": 1})
    document.put(Category(1, "cat", attributes=(choice,)))
    document.put(ImageRecord(1, "a.png", 2, 2, review=Review(ReviewState.REJECTED, "blurred"), note="twice"))
    mask = RunLengths.from_mask(np.ones((2, 2), bool))
    accepted = Review(ReviewState.ACCEPTED)
    document.put(Instance(1, 1, 1, mask, group=4, review=accepted, attributes={"pose": "sits"}))
    path = tmp_path / "a.json"
    coco.write(document, path)
    written = json.loads(path.read_text())
    ours = {key: written[key][0]["annotator"] for key in ("categories", "images", "annotations")}
    assert ours == {
        "categories": {"attributes": [{"name": "pose", "kind": "choice", "choices": ["sits", "stands"], "x-hint": 1}]},
        "images": {"review": "rejected", "review_comment": "blurred", "note": "twice"},
        "annotations": {"group": 4, "review": "accepted", "attributes": {"pose": "sits"}},
    }
    back = coco.read(path)
    assert (back.categories, back.images, back.instances) == (document.categories, document.images, document.instances)


def test_no_polygon_is_filled_before_somebody_asks(path, monkeypatch):
    """100,000 would take ten seconds."""
    path.write_text(json.dumps(content()))
    expected = {i.id: i.mask.area for i in coco.read(path).instances.values()}

    def refuse(*_: object) -> bytes:
        raise AssertionError("a mask was made")

    with monkeypatch.context() as patch:
        patch.setattr(geometry, "compressed", refuse)
        document = coco.read(path)
        document.snapshot()
        coco.write(document, path)
    assert {i.id: i.mask.area for i in document.instances.values()} == expected
    assert document.instances == coco.read(path).instances


def test_what_was_drawn_and_saved_is_read_as_the_same_records(path):
    """The journal's edits, made before a save, have to fit the file that is read after a crash."""
    path.write_text(json.dumps(content()))
    document = coco.read(path)
    mask = np.zeros((10, 12), bool)
    mask[2:5, 3:9] = True
    drawn = Instance(document.take_id(Instance), 7, 2, RunLengths.from_mask(mask), provenance=Provenance("tinysam"))
    document.put(drawn)
    coco.write(document, path)
    assert coco.read(path).instances == document.instances


@pytest.mark.parametrize("change", [{"area": 5}, {"bbox": [0, 3, 1, 5]}, {"note": 1}])
def test_run_lengths_with_another_area_or_box_or_key_keep_them(path, change):
    data = content()
    mask = RunLengths.from_coco({"size": [20, 5], "counts": [3, 4, 93]}, 20, 5)
    data["annotations"][1] |= {"segmentation": mask.to_coco(), "area": 4, "bbox": [0, 3, 1, 4]}
    if "note" in change:
        data["annotations"][1]["segmentation"] |= change
    else:
        data["annotations"][1] |= change
    path.write_text(json.dumps(data))
    coco.write(coco.read(path), path)
    written = json.loads(path.read_text())["annotations"][1]
    assert {key: written[key] for key in ("segmentation", "area", "bbox")} == {
        key: data["annotations"][1][key] for key in ("segmentation", "area", "bbox")
    }
