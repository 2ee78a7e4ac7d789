"""A COCO file as other tools write them, and what tests do with files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from annotator.core import coco
from annotator.core.document import Document

TRIANGLE = ((1.5, 1.25, 8.0, 2.0, 4, 7.75),)


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
