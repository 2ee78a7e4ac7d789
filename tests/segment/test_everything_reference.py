"""Grid mode against the masks the public implementation found with the same weights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.core.geometry import RunLengths, overlaps
from annotator.segment.everything import EverythingConfig, segment_everything
from annotator.segment.tinysam import TinySamSegmenter
from annotator.segment.weights import everything_config, weights_summary


@pytest.mark.proof
@pytest.mark.parametrize("name", ["square.jpg", "wide.jpg"])
def test_grid_mode_finds_what_the_public_implementation_finds(shared: Path, name: str):
    golden = json.loads((shared / "reference" / "golden.json").read_text())
    (image,) = (image for image in golden["images"] if image["file"] == name)
    expected, theirs = image["grid_everything"]["masks"], image["grid_everything"]["config"]
    rgb = np.asarray(Image.open(shared / "reference" / name).convert("RGB"))
    segmenter = TinySamSegmenter.load(shared / "reference" / "starter.pth", image_size=1024)
    config = EverythingConfig(
        points_per_side=theirs["points_per_side"],
        hierarchical=False,
        predicted_iou=theirs["pred_iou_thresh"],
        stability=theirs["stability_score_thresh"],
        nms_iou=theirs["box_nms_thresh"],
    )
    found = list(segment_everything(segmenter, segmenter.encode(rgb), config))
    masks = [RunLengths.from_coco(mask["segmentation"], *rgb.shape[:2]) for mask in expected]
    shares = overlaps(masks, [proposal.mask for proposal in found])
    assert (shares.max(axis=1) >= 0.95).mean() >= 0.99
    assert (shares.max(axis=0) < 0.95).sum() <= 0.02 * len(expected)
    for mask, match in zip(expected, shares.argmax(axis=1), strict=True):
        if shares[expected.index(mask), match] >= 0.95:
            assert found[match].predicted_iou == pytest.approx(mask["predicted_iou"], abs=2e-3)
            assert found[match].stability == pytest.approx(mask["stability_score"], abs=2e-3)


def test_the_shipped_weights_propose_the_parts_of_the_example(project: Path):
    """The real network at its own size: the hierarchical mode finds what the grid finds, with fewer prompts."""
    rgb = np.asarray(Image.open(project / "resources" / "example" / "chelsea.png").convert("RGB"))
    segmenter = TinySamSegmenter.load()
    embedding = segmenter.encode(rgb)
    config = replace(everything_config(), points_per_side=12)
    found, decoded = {}, {}
    for hierarchical in (False, True):
        told = []
        proposals = segment_everything(
            segmenter, embedding, replace(config, hierarchical=hierarchical), on_progress=told.append
        )
        found[hierarchical] = [proposal.mask for proposal in proposals]
        decoded[hierarchical] = told[-1].decoded
    assert decoded[True] < decoded[False] == 144
    assert len(found[False]) >= 5
    assert overlaps(found[True], found[False]).max(axis=1).mean() > 0.7


def test_thresholds_come_from_the_weights():
    assert everything_config() == weights_summary().everything
    assert everything_config() != EverythingConfig(), "the starter's are not the paper's"
