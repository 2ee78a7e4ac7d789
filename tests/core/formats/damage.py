"""Files of every format, whole, and what damages them: the same damage for the same dice."""

from __future__ import annotations

import base64
import copy
import io
import json
import random
from pathlib import Path

import numpy as np
from PIL import Image

from annotator.core.geometry import RunLengths

HEIGHT, WIDTH = 12, 16
ODD_VALUES = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    10**400,
    1.5,
    -0.0,
    1e308,
    "",
    "x",
    "\ud800",
    "\0",
    [],
    {},
    [[]],
]
ODD_TEXTS = [
    "NaN",
    "Infinity",
    "-",
    "1e999",
    "[" * 2000,
    "{",
    '"',
    "\\u0000",
    "\n",
    ":",
    ",",
    "&a *a",
    "!!python/name:os",
    "0",
]


PROPOSED = RunLengths.from_coco([[1, 1, 2, 1, 2, 4, 1, 4]], HEIGHT, WIDTH).counts.decode()


def mutated(text: bytes, rng: random.Random) -> bytes:
    """A file that someone or something has been at: values exchanged, bytes lost, flipped or doubled."""
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if content is not None and rng.random() < 0.6:
        for _ in range(rng.randint(1, 3)):
            content = with_odd_value(content, rng)
        return json.dumps(content).encode()
    data = bytearray(text)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(4)
        if kind == 0:
            data[at : at + rng.randint(1, 20)] = b""
        elif kind == 1:
            data[at:at] = rng.choice(ODD_TEXTS).encode()
        elif kind == 2:
            data[at : at + 1] = bytes([rng.randrange(256)])
        else:
            data[at:at] = data[at : at + rng.randint(1, 50)]
    return bytes(data)


def with_odd_value(content: object, rng: random.Random) -> object:
    """Replace a random value at a random depth, or give it another key."""
    if isinstance(content, dict | list) and content and rng.random() < 0.85:
        key = rng.choice(list(content) if isinstance(content, dict) else range(len(content)))
        if rng.random() < 0.05:
            del content[key]
        else:
            content[key] = with_odd_value(content[key], rng)
        return content
    return copy.deepcopy(rng.choice(ODD_VALUES))


def coco_file() -> dict:
    return {
        "images": [{"id": n, "file_name": f"{n}.png", "height": HEIGHT, "width": WIDTH} for n in (1, 2)],
        "annotations": [
            {
                "id": 1,
                "image_id": 1,
                "category_id": 1,
                "segmentation": [[1, 1, 9, 1, 9, 7]],
                "area": 24,
                "bbox": [1, 1, 8, 6],
                "iscrowd": 0,
                "annotator": {"source": "tinysam", "predicted_iou": 0.5},
            },
            {
                "id": 2,
                "image_id": 2,
                "category_id": 1,
                "segmentation": {"size": [HEIGHT, WIDTH], "counts": [12, 3, 177]},
                "area": 3,
                "bbox": [1, 0, 1, 3],
                "iscrowd": 1,
            },
            {
                "id": 3,
                "image_id": 2,
                "category_id": 1,
                "segmentation": {"size": [HEIGHT, WIDTH], "counts": PROPOSED},
                "score": 0.5,
                "area": 3,
                "bbox": [1, 1, 1, 3],
                "annotator": {"state": "proposal", "point": [1, 2], "parent": 1},
            },
        ],
        "categories": [{"id": 1, "name": "cat", "annotator": {"color": "#00ff00"}}],
        "annotator": {"next_ids": {"image": 5}, "image_root": "."},
    }


def labelme_file() -> dict:
    png = io.BytesIO()
    Image.fromarray(np.ones((2, 3), bool)).save(png, "PNG")
    mask = base64.b64encode(png.getvalue()).decode()
    return {
        "shapes": [
            {"label": "cat", "points": [[1, 1], [9, 1], [9, 7]], "group_id": 1, "shape_type": "polygon"},
            {"label": "cat", "points": [[1, 1], [9, 2]], "group_id": None, "shape_type": "rectangle"},
            {"label": "dog", "points": [[6, 6], [6, 9]], "shape_type": "circle"},
            {"label": "dog", "points": [[2, 2], [4, 3]], "shape_type": "mask", "mask": mask},
        ],
        "imagePath": "1.png",
        "imageHeight": HEIGHT,
        "imageWidth": WIDTH,
    }


def masks_index() -> dict:
    instances = [{"layer": 0, "value": 3, "category": 0, "iscrowd": 0}]
    image = {"file_name": "1.png", "height": HEIGHT, "width": WIDTH, "layers": ["mask.png"], "instances": instances}
    return {"categories": ["cat"], "images": [image]}


YOLO_LABELS = b"0 0.1 0.1 0.5 0.1 0.5 0.5\n1 0.5 0.5 0.2 0.2\n"
YOLO_DATA = b"path: .\ntrain: images\nnames:\n  0: cat\n  1: 'big dog'\n"
LABELMAP = b"# label:color_rgb:parts:actions\nbackground:0,0,0::\ncat:128,0,0::\n"


def results() -> list[dict[str, object]]:
    """Detections on both images, one of them a box."""
    counts = {"size": [HEIGHT, WIDTH], "counts": PROPOSED}
    return [
        {"image_id": 1, "category_id": 1, "segmentation": counts, "score": 0.5},
        {"image_id": 2, "category_id": 1, "bbox": [1, 1, 4, 5], "score": 0.25},
    ]


def panoptic_file() -> dict[str, object]:
    """The segment 3 << 16 is what mask.png shows, as red 0, green 0, blue 3."""
    segments = [{"id": 3 << 16, "category_id": 1, "area": 18, "bbox": [3, 2, 6, 3], "iscrowd": 0}]
    content = coco_file()
    return {**content, "annotations": [{"image_id": 1, "file_name": "mask.png", "segments_info": segments}]}


WHOLE: dict[str, tuple[str, bytes]] = {
    "coco": ("x.json", json.dumps(coco_file()).encode()),
    "coco import": ("x.json", json.dumps(coco_file()).encode()),
    "coco results": ("x.json", json.dumps(results()).encode()),
    "coco panoptic": ("x.json", json.dumps(panoptic_file()).encode()),
    "labelme": ("1.json", json.dumps(labelme_file()).encode()),
    "yolo": ("labels/1.txt", YOLO_LABELS),
    "yolo names": ("data.yaml", YOLO_DATA),
    "masks": ("masks.json", json.dumps(masks_index()).encode()),
    "voc": ("labelmap.txt", LABELMAP),
}
"""The file that is damaged of each format, which the name begins with: its path and what is in it when it is whole."""


def write_whole(folder: Path) -> None:
    """Two images in `images`, and beside them the annotations of YOLO and of Pascal VOC, and a mask."""
    for name in ("images", "labels", "SegmentationClass"):
        (folder / name).mkdir()
    pixels = np.zeros((HEIGHT, WIDTH), np.uint8)
    pixels[2:5, 3:9] = 1
    for name in ("1", "2"):
        Image.fromarray(pixels).save(folder / "images" / f"{name}.png")
    Image.fromarray(pixels).save(folder / "SegmentationClass" / "1.png")
    Image.fromarray(pixels * 3).save(folder / "mask.png")
    (folder / "labels" / "1.txt").write_bytes(YOLO_LABELS)
    (folder / "data.yaml").write_bytes(YOLO_DATA)
