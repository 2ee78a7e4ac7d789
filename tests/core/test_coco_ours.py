"""What COCO has no key for: proposals, reviews, notes, groups, attributes."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from annotator.core import coco
from annotator.core.document import (
    Attribute,
    AttributeKind,
    Category,
    Document,
    ImageRecord,
    Instance,
    Review,
    ReviewState,
)
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError
from tests.core.coco_work import TRIANGLE, content, read, rewritten


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
