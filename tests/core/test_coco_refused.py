"""COCO files that make no sense are refused with a sentence, and nothing breaks the reader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core import coco
from annotator.errors import DatasetError
from tests.core.coco_work import content, read


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
    with pytest.raises(DatasetError, match="is a folder: name the annotation file in it"):
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
