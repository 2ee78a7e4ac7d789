"""Datasets as large as people have them, made in seconds: pictures, and annotations of every kind."""

from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import orjson
from pycocotools import mask as mask_utils

HEIGHT, WIDTH = 480, 640
_CORNERS = 24
_CATEGORIES = 80

KINDS = ("polygons", "compressed", "counts", "mixed")
"""What the segmentations of a file are; mixed: two thirds polygons, the rest of both forms of run-lengths."""


def write_pictures(folder: Path, count: int) -> list[str]:
    """Pictures of 640 x 480 in sub-folders of a thousand; returns their names. They are links to a few files."""
    rng = np.random.default_rng(0)
    originals = []
    for index in range(20):
        small = rng.integers(0, 255, (6, 8, 3), np.uint8)
        picture = cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        suffix = (".jpg", ".jpg", ".jpg", ".png")[index % 4]
        original = folder.parent / f"original{index}{suffix}"
        original.write_bytes(cv2.imencode(suffix, picture)[1].tobytes())
        originals.append(original)
    names = []
    for index in range(count):
        original = originals[index % len(originals)]
        name = f"{index // 1000:03}/{index:012}{original.suffix}"
        if index % 1000 == 0:
            (folder / name).parent.mkdir(parents=True)
        os.link(original, folder / name)
        names.append(name)
    return names


def write_coco(path: Path, names: list[str], count: int, kind: str) -> None:
    """A COCO file as other tools write it, all on one line: `count` different shapes of that kind on those images."""
    content = {
        "info": {"description": "generated", "version": "1.0"},
        "licenses": [{"id": 1, "name": "none", "url": ""}],
        "images": [
            {"license": 1, "file_name": name, "height": HEIGHT, "width": WIDTH, "date_captured": "", "id": index + 1}
            for index, name in enumerate(names)
        ],
        "annotations": _annotations(len(names), count, kind),
        "categories": [
            {"supercategory": "thing", "id": index + 1, "name": f"class {index + 1}"} for index in range(_CATEGORIES)
        ],
    }
    path.write_bytes(orjson.dumps(content))


def _annotations(images: int, count: int, kind: str) -> list[dict[str, object]]:
    rng = np.random.default_rng(1)
    angles = np.sort(rng.random((count, _CORNERS)), axis=1) * 2 * np.pi
    radii = rng.uniform(0.6, 1.0, (count, _CORNERS)) * rng.uniform(5, 90, (count, 1))
    x = (rng.uniform(100, WIDTH - 100, (count, 1)) + radii * np.cos(angles)).round(2)
    y = (rng.uniform(100, HEIGHT - 100, (count, 1)) + radii * np.sin(angles)).round(2)
    corners = np.stack((x, y), axis=2).reshape(count, -1).tolist()
    boxes = np.stack((x.min(1), y.min(1), np.ptp(x, 1), np.ptp(y, 1)), axis=1).round(2).tolist()
    areas = (abs((np.roll(x, 1, 1) * y - x * np.roll(y, 1, 1)).sum(1)) / 2).round(4).tolist()
    annotations = []
    for index in range(count):
        segmentation: object = [corners[index]]
        area, bbox = areas[index], boxes[index]
        if kind == "compressed" or (kind == "mixed" and index % 6 == 0):
            rle = mask_utils.frPyObjects([corners[index]], HEIGHT, WIDTH)[0]
            segmentation = {"size": [HEIGHT, WIDTH], "counts": rle["counts"].decode()}
            area, bbox = int(mask_utils.area(rle)), mask_utils.toBbox(rle).tolist()
        elif kind == "counts" or (kind == "mixed" and index % 6 == 1):
            segmentation = {"size": [HEIGHT, WIDTH], "counts": _counts(x[index], y[index])}
        annotations.append(
            {
                "segmentation": segmentation,
                "area": area,
                "iscrowd": int(kind == "mixed" and index % 6 == 1),
                "image_id": index * images // count + 1,
                "bbox": bbox,
                "category_id": index % _CATEGORIES + 1,
                "id": 900_000 + index,
            }
        )
    return annotations


def _counts(x: np.ndarray, y: np.ndarray) -> list[int]:
    """Uncompressed run-lengths of the box of a polygon's corners, with a notch in every column."""
    left, right, top, bottom = int(x.min()), int(x.max()), int(y.min()), int(y.max()) + 4
    column = [2, 1, bottom - top - 3]
    between = HEIGHT - (bottom - top)
    counts = [left * HEIGHT + top, *column]
    for _ in range(left + 1, right):
        counts += [between, *column]
    return [*counts, HEIGHT * WIDTH - sum(counts)]
