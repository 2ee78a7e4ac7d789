"""Polygons along the pixels' edges: pycocotools makes the very same mask of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as mask_utils

from annotator.core.geometry import RunLengths
from annotator.core.polygons import one_polygon, polygons, to_coco


def rasterised(rings, mask: RunLengths) -> np.ndarray:
    """What pycocotools makes of the polygons, by its own functions alone."""
    if not rings:
        return np.zeros((mask.height, mask.width), bool)
    parts = mask_utils.frPyObjects(to_coco(rings), mask.height, mask.width)
    return mask_utils.decode(mask_utils.merge(parts)).astype(bool)


@st.composite
def noise(draw) -> RunLengths:
    """Masks pixel by pixel: parts that touch at corners, holes that do."""
    height, width = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    bits = draw(st.integers(0, 2 ** (height * width) - 1))
    return RunLengths.from_mask(np.array([bits >> n & 1 for n in range(height * width)], bool).reshape(height, width))


masks = st.from_type(RunLengths) | noise()


@given(masks)
def test_they_are_exact(mask):
    assert np.array_equal(rasterised(polygons(mask), mask), mask.to_mask())


@given(masks)
def test_one_polygon_for_all_parts_is_exact(mask):
    ring = one_polygon(mask)
    assert np.array_equal(rasterised([ring] if len(ring) else [], mask), mask.to_mask())


@given(masks)
def test_corners_lie_on_the_pixels_edges_and_turn(mask):
    for ring in polygons(mask):
        assert np.array_equal(ring, ring.round())
        assert ring.min() >= 0
        assert (ring <= (mask.width, mask.height)).all()


def test_many_parts_in_one_polygon_are_exact():
    mask = RunLengths.from_mask(np.random.default_rng(0).random((90, 70)) < 0.4)
    assert len(polygons(mask)) > 500
    assert np.array_equal(rasterised([one_polygon(mask)], mask), mask.to_mask())


def test_the_parts_of_one_polygon_are_bridged_where_they_are_nearest():
    mask = np.zeros((10, 30), bool)
    mask[2:7, 16:27] = mask[6:9, 3:13] = True  # nearest at corners that are no first ones
    ring = one_polygon(RunLengths.from_mask(mask))
    length = np.abs(ring - np.roll(ring, 1, axis=0)).sum()
    assert length == 2 * (11 + 5) + 2 * (10 + 3) + 2 * (3 + 1)


def test_a_square_has_four_corners():
    mask = np.zeros((6, 8), bool)
    mask[2:5, 1:4] = True
    (ring,) = polygons(RunLengths.from_mask(mask))
    assert {tuple(corner) for corner in ring.tolist()} == {(1, 2), (4, 2), (4, 5), (1, 5)}


def test_parts_are_pixels_that_share_an_edge():
    assert len(polygons(RunLengths.from_mask(np.eye(3, dtype=bool)))) == 3
    ring_shaped = np.ones((3, 3), bool)
    ring_shaped[1, 1] = False
    assert len(polygons(RunLengths.from_mask(ring_shaped))) == 1


def test_an_empty_mask_has_none():
    mask = RunLengths.from_mask(np.zeros((3, 4), bool))
    assert polygons(mask) == []
    assert one_polygon(mask).shape == (0, 2)


@pytest.mark.parametrize(("tolerance", "least_iou"), [(0.5, 0.995), (1.0, 0.97), (2.0, 0.94)])
def test_tolerance_saves_corners_and_stays_close(tolerance, least_iou):
    ys, xs = np.mgrid[:120, :160]
    disc = ((xs - 80) ** 2 + (ys - 60) ** 2 < 50**2) & ~((xs - 80) ** 2 + (ys - 60) ** 2 < 20**2)
    mask = RunLengths.from_mask(disc)
    (exact,), (simple,) = polygons(mask), polygons(mask, tolerance=tolerance)
    assert len(simple) < len(exact)
    back = rasterised([simple], mask)
    assert (back & disc).sum() / (back | disc).sum() >= least_iou


@given(masks)
def test_tolerance_loses_no_part(mask):
    assert len(polygons(mask, tolerance=1.0)) == len(polygons(mask))


def test_real_masks_are_exact(shared):
    from annotator.core import coco

    demo = shared / "data" / "demo_coco"
    for instance in coco.read(demo / "instances.json", demo / "images").instances.values():
        assert RunLengths.from_coco(to_coco(polygons(instance.mask)), instance.mask.height, instance.mask.width) == (
            instance.mask
        )
