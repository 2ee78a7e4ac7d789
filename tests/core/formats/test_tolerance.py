"""Polygons with fewer corners: what they lose is little, and the report says exactly how much.

The oracle reads the files with the standard library and has pycocotools rasterise them; it shares nothing with ours.
"""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from pycocotools import mask as mask_utils
from pycocotools.coco import COCO

from annotator.core import coco
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.formats.exchange import export
from annotator.core.formats.options import ExportOptions, Shape
from annotator.core.geometry import RunLengths

POLYGONS = ("coco", "yolo", "labelme")
TOLERANCE = 0.7
"""Pixels: it takes away the steps of slanted borders, and with them two of five corners."""
BAR = 0.98

Masks = dict[int, npt.NDArray[np.bool_]]


def read_back(format_name: str, out: Path, document: Document) -> Masks:
    """The masks in an export by the ids of the document's instances, which stand in the files in their order."""
    if format_name == "coco":
        theirs = COCO(out)
        assert all(isinstance(annotation["segmentation"], list) for annotation in theirs.anns.values())
        return {number: theirs.annToMask(annotation).astype(bool) for number, annotation in theirs.anns.items()}
    found: Masks = {}
    for image in document.images.values():
        stem = image.path.rsplit(".", 1)[0]
        size = np.array((image.width, image.height))
        ids = [instance.id for instance in document.instances_of(image.id)]
        rings: list[list[npt.NDArray[np.float64]]]
        if format_name == "yolo":
            lines = (out / "labels" / "train" / f"{stem}.txt").read_text().splitlines()
            rings = [[np.array(line.split()[1:], float).reshape(-1, 2) * size] for line in lines]
        else:
            parts: dict[object, list[npt.NDArray[np.float64]]] = {}
            for number, shape in enumerate(json.loads((out / f"{stem}.json").read_bytes())["shapes"]):
                parts.setdefault(shape["group_id"] or f"alone {number}", []).append(np.array(shape["points"]))
            rings = list(parts.values())
        assert len(rings) == len(ids)
        found |= {number: rasterised(some, image) for number, some in zip(ids, rings, strict=True)}
    return found


def rasterised(rings: list[npt.NDArray[np.float64]], image: ImageRecord) -> npt.NDArray[np.bool_]:
    parts = mask_utils.frPyObjects([ring.ravel().tolist() for ring in rings], image.height, image.width)
    return mask_utils.decode(mask_utils.merge(parts)).astype(bool)


def iou(a: npt.NDArray[np.bool_], b: npt.NDArray[np.bool_]) -> float:
    return (a & b).sum() / (a | b).sum()


def is_simple(mask: npt.NDArray[np.bool_]) -> bool:
    """One part, no hole, larger than 32 x 32 pixels."""
    parts, _ = cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)
    outside, _ = cv2.connectedComponents(np.pad(~mask, 1, constant_values=True).astype(np.uint8), connectivity=8)
    return parts == 2 and outside == 2 and mask.sum() > 32**2


def check_export(document: Document, format_name: str, out: Path, tolerance: float) -> dict[int, float]:
    """Export; the report must say of each instance what the oracle finds. Returns the oracle's IoUs of the simple."""
    options = ExportOptions(shape=Shape.POLYGONS, tolerance=tolerance)
    report = export(document, format_name, out, options)
    there = read_back(format_name, out, document)
    masks = {number: instance.mask.to_mask() for number, instance in document.instances.items()}
    expected = {number: iou(masks[number], mask) for number, mask in there.items()}
    told = {deviation.instance_id: deviation.iou for deviation in report.changed}
    assert told == pytest.approx({number: value for number, value in expected.items() if value < 1}, abs=1e-12)
    assert report.worst_iou == pytest.approx(min(expected.values()), abs=1e-12)
    assert report.exact == sum(value == 1 for value in expected.values())
    assert report.missing == ()
    return {number: value for number, value in expected.items() if is_simple(masks[number])}


def blob(rng: np.random.Generator, size: int, radius: float) -> npt.NDArray[np.bool_]:
    """A round shape with waves of its own, as smooth objects have."""
    ys, xs = np.mgrid[:size, :size] - size / 2
    angle = np.arctan2(ys, xs)
    waves = sum(rng.uniform(0, 0.25 / n) * np.cos(n * angle + rng.uniform(0, 2 * np.pi)) for n in range(2, 6))
    return np.hypot(xs, ys) < radius * (1 + waves)


@pytest.fixture
def shapes(tmp_path: Path) -> Document:
    """Forty blobs, four boxes that stand askew; and a ring and a pair, which are not simple."""
    rng = np.random.default_rng(7)
    masks = [blob(rng, 200, radius) for radius in np.linspace(21, 80, 40)]
    for angle in (10, 30, 45, 80):
        canvas = np.zeros((200, 200), np.uint8)
        corners = cv2.boxPoints(((100.0, 100.0), (120.0, 50.0), float(angle)))
        masks.append(cv2.fillPoly(canvas, [corners.astype(np.int32)], 1).astype(bool))
    masks.append(blob(rng, 200, 70) & ~blob(rng, 200, 30))
    masks.append(np.roll(blob(rng, 200, 30), 55, axis=1) | np.roll(blob(rng, 200, 30), -55, axis=1))
    document = Document(tmp_path)
    document.put(Category(1, "blob"))
    for number, mask in enumerate(masks, start=1):
        image_id = (number - 1) // 10 + 1
        if image_id not in document.images:
            document.put(ImageRecord(image_id, f"{image_id}.png", 200, 200))
        document.put(Instance(number, image_id, 1, RunLengths.from_mask(mask)))
    return document


@pytest.mark.parametrize("format_name", POLYGONS)
class TestShapes:
    def test_fewer_corners_cost_little_and_the_report_says_how_much(self, shapes, tmp_path, format_name):
        simple = check_export(shapes, format_name, tmp_path / "out", TOLERANCE)
        assert len(simple) == 44
        assert BAR <= min(simple.values()) < 1

    def test_what_is_lost_in_earnest_is_told_too(self, shapes, tmp_path, format_name):
        assert min(check_export(shapes, format_name, tmp_path / "out", 3.0).values()) < BAR

    def test_without_a_tolerance_nothing_is_lost(self, shapes, tmp_path, format_name):
        assert set(check_export(shapes, format_name, tmp_path / "out", 0.0).values()) == {1.0}


@pytest.mark.parametrize("format_name", POLYGONS)
def test_real_annotations(shared, tmp_path, format_name):
    """On COCO's photos, of which docs/formats.md has the figures."""
    demo = shared / "data" / "demo_coco"
    document = coco.read(demo / "instances.json", demo / "images")
    for crowd in [instance for instance in document.instances.values() if instance.iscrowd]:
        document.remove(crowd)  # COCO has them as run-lengths
    simple = check_export(document, format_name, tmp_path / "out", TOLERANCE)
    assert len(simple) > 100
    assert BAR <= min(simple.values()) < 1
