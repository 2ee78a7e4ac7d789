"""The shapes of annotations: kept as they were read, or written anew."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from annotator.core import coco, geometry
from annotator.core.document import Instance, Provenance
from annotator.core.geometry import RunLengths
from tests.core.coco_work import content, read, rewritten


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
    del before["annotator"]["predicted_iou"]  # that of another mask
    assert after == before


def test_changes_of_anything_but_the_mask_keep_the_segmentation(path):
    document = read(path, content())
    document.put(replace(document.instances[17], category_id=0))
    assert rewritten(path, document)["annotations"][0] == {**content()["annotations"][0], "category_id": 0}


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
