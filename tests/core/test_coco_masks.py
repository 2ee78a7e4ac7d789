"""Annotations that are checked together are what they are one by one, and what is wrong with one is said as then."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core import coco, coco_read, json_parts
from annotator.core.coco_masks import CheckedMasks
from annotator.core.dataset import open_dataset
from annotator.core.document import Instance, StoredProposal
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError
from tests.core.dataset_work import picture

HEIGHT, WIDTH = 6, 8
TEXT = RunLengths.from_coco([[1, 1, 5, 1, 5, 4]], HEIGHT, WIDTH)


def usual(annotation_id: int, segmentation: object) -> dict:
    return {
        "id": annotation_id,
        "image_id": 1,
        "category_id": 1,
        "segmentation": segmentation,
        "area": TEXT.area,
        "bbox": list(TEXT.bbox),
        "iscrowd": 0,
    }


USUAL = [
    [[1, 1, 5, 1, 5, 4]],
    [[1.5, 1, 5, 1, 5, 4.25], [0, 0, 1, 0, 1, 1, 0, 1]],
    [[-3, 1, 5, 1, 5, 14]],  # reaches out
    [],  # the box is the mask
    {"size": [HEIGHT, WIDTH], "counts": TEXT.counts.decode()},
    {"size": [HEIGHT, WIDTH], "counts": [3, 4, 0, 1, 40]},
    {"size": [HEIGHT, WIDTH], "counts": "340MX1"},  # the same
    {"size": [HEIGHT, WIDTH], "counts": [0, 48]},
]
OURS = [
    {"source": "tinysam", "group": 3},
    {"state": "proposal"},
    {"review": "accepted", "locked": True, "attributes": {"occluded": False}},
    {"source": 5},
    [],
]
ODD = st.sampled_from(
    [
        *(None, True, False, 0, 1, 1.0, -1, 7, 2**40, 2**70, "", "x", [], [1], {}, [0, 0, -2, 3], [[1, 2, 3, 4]]),
        *([[0, 0, 1, 0, 1, last]] for last in (True, 1000, "1", None)),
        [[0, 0, 1, 0, 1]],
    ]
)
DAMAGE = st.tuples(st.sampled_from([*usual(0, []), "annotator", "score", "unknown"]), ODD)
COUNTS = st.lists(st.sampled_from([0, 1, 48, 47, -1, True, 1.0, "1", None, 2**70]), max_size=4)


@st.composite
def annotations(draw) -> list[dict]:
    records = []
    for index in range(draw(st.integers(0, 5))):
        record = usual(10 + index, copy.deepcopy(draw(st.sampled_from(USUAL))))
        if draw(st.booleans()):
            record["annotator"] = draw(st.sampled_from(OURS))
            record["score"] = 0.5
        if draw(st.integers(0, 3)) == 0:
            del record[draw(st.sampled_from(sorted(record)))]
        records.append(record)
    if records and draw(st.booleans()):
        key, value = draw(DAMAGE)
        draw(st.sampled_from(records))[key] = value
    if records and draw(st.booleans()):
        draw(st.sampled_from(records))["segmentation"] = {"size": [HEIGHT, WIDTH], "counts": draw(COUNTS)}
    return records


def content(records: list[dict]) -> str:
    return json.dumps(
        {
            "images": [{"id": 1, "file_name": "a.png", "height": HEIGHT, "width": WIDTH}],
            "categories": [{"id": 1, "name": "cat"}],
            "annotations": records,
        }
    )


def outcome(path) -> object:
    """All that can be told of the file; of one that is refused, why."""
    try:
        reading = coco.read_closely(path, path.parent)
    except DatasetError as error:
        return str(error)
    document = reading.document
    # Whether the shape is kept as it was read shows in the bytes.
    tables = (document.annotations_in_order(), document.instances.values(), document.proposals.values())
    found = [[replace(annotation, verbatim=None) for annotation in table] for table in tables]
    orders = [document.order_of(1), tuple(p.id for p in document.proposals_of(1)), document.locked_ids]
    counts = [document.count_of_category(1), document.count_of_proposals(1)]
    return [*found, *orders, *counts, document.next_ids, coco.to_bytes(document, path)]


def one_by_one(path) -> object:
    """The same, read as if nothing could be checked together."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            coco_read, "check_masks", lambda records, *_: CheckedMasks([None] * len(records), [True] * len(records))
        )
        patch.setattr(coco_read, "annotations_of", lambda *_: None)
        return outcome(path)


@pytest.mark.parametrize("piece", [1, 1 << 18])
@given(records=annotations())
def test_together_is_as_one_by_one(path, piece, records):
    path.write_text(content(records), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_parts, "_PIECE", piece)
        assert outcome(path) == one_by_one(path)


def test_usual_annotations_are_checked_together(path, monkeypatch):
    """One by one, 100,000 of them took two seconds longer."""

    def refuse(*_: object) -> None:
        raise AssertionError("one was looked at by itself")

    monkeypatch.setattr(coco_read, "annotation_of", refuse)
    # An attribute that is true or false is no reason: some programs give every annotation one.
    records = [{**usual(index, shape), "attributes": {"occluded": True}} for index, shape in enumerate(USUAL)]
    path.write_text(content([*records, {**usual(90, USUAL[0]), "annotator": {"state": "proposal"}, "score": 0.5}]))
    document = coco.read(path)
    assert [type(annotation) for annotation in document.annotations_in_order()] == [
        *[Instance] * len(USUAL),
        StoredProposal,
    ]


def test_only_what_may_reach_out_is_noticed(path):
    path.write_text(content([usual(index, shape) for index, shape in enumerate(USUAL)]))
    assert coco.read_closely(path).perhaps_outside == (2,)


@given(records=annotations())
def test_what_reaches_out_is_told_as_if_all_were_looked_at(tmp_path_factory, records):
    folder = tmp_path_factory.mktemp("images")
    picture(folder / "a.png", WIDTH, HEIGHT)
    path = folder / "file.json"
    path.write_text(content(records))
    try:
        opened = open_dataset([path])
    except DatasetError:
        return
    notes = [str(note) for note in opened.notes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CheckedMasks, "take", take_as_if_it_may_reach_out)
        assert [str(note) for note in open_dataset([path]).notes] == notes


def take_as_if_it_may_reach_out(self: CheckedMasks, place: int, mask: RunLengths, *, reaches_out: bool = False) -> None:
    self.masks[place] = mask
