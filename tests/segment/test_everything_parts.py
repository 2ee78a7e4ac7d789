"""The parts of "segment everything": sampling boxes, lattices, the forest."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core import geometry
from annotator.core.geometry import RunLengths, contained_shares, overlaps
from annotator.segment import DecodeBatch, lattice
from annotator.segment.candidates import Decoding, box_iou, candidates, surely_overlaps
from annotator.segment.crops import View, crop_views
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.forest import levels, parents
from annotator.segment.preprocess import Frame, upsample
from annotator.segment.sampling import Box, Upsampling, bounding_box

sides = st.integers(1, 300)


@given(height=sides, width=sides, data=st.data())
def test_bands_of_a_box_are_that_part_of_the_upsampled_logits(height: int, width: int, data: st.DataObject):
    logits = np.random.default_rng(height * width).normal(0, 5, (64, 64)).astype(np.float32)
    frame = Frame(height, width, 256)
    left, top = data.draw(st.integers(0, width - 1)), data.draw(st.integers(0, height - 1))
    box = Box(left, top, data.draw(st.integers(left + 1, width)), data.draw(st.integers(top + 1, height)))
    upsampling = Upsampling(frame, 64)
    at = upsampling.cells_needed(box)
    part = np.full((box.bottom - box.top, box.right - box.left), np.nan, np.float32)
    for rows, band in upsampling.bands(logits[at.top : at.bottom, at.left : at.right], at, box):
        part[rows] = band
    expected = upsample(logits, frame)[box.top : box.bottom, box.left : box.right]
    np.testing.assert_allclose(part, expected, atol=2e-4)
    cells = logits[at.top : at.bottom, at.left : at.right]
    one = upsampling.at_points(cells, at, np.array([box.bottom - 1]), np.array([box.left]))
    np.testing.assert_allclose(one, expected[-1:, :1], atol=2e-4)


@given(height=sides, width=sides, seed=st.integers(0, 99), level=st.floats(0.5, 12))
def test_nothing_outside_box_above_exceeds_the_level(height: int, width: int, seed: int, level: float):
    rng = np.random.default_rng(seed)
    logits = np.where(rng.random((64, 64)) < 0.01, 15, rng.normal(-3, 1, (64, 64))).astype(np.float32)
    frame = Frame(height, width, 256)
    cells = bounding_box(logits > level)
    if cells is None:
        return
    box = Upsampling(frame, 64).box_above(cells)
    above = upsample(logits, frame) > level
    above[box.top : box.bottom, box.left : box.right] = False
    assert not above.any()


@pytest.mark.parametrize(
    ("a", "b", "iou"),
    [
        (Box(2, 3, 13, 14), Box(2, 3, 13, 14), 1.0),
        (Box(2, 3, 13, 14), Box(7, 3, 18, 14), 50 / 150),  # between the centres of their outermost pixels
        (Box(2, 3, 13, 14), Box(20, 3, 31, 14), 0.0),
        (Box(2, 3, 13, 14), Box(12, 13, 31, 34), 0.0),  # one pixel in common has nothing between its centres
        (Box(2, 3, 12, 4), Box(7, 3, 17, 4), 5 / 15),  # by their pixels, as they are thin
        (Box(2, 3, 12, 4), Box(2, 3, 12, 5), 10 / 20),
        (Box(2, 3, 3, 4), Box(2, 3, 3, 4), 1.0),
        (Box(2, 3, 12, 4), Box(20, 3, 30, 4), 0.0),
    ],
)
def test_overlaps_of_boxes(a: Box, b: Box, iou: float):
    assert box_iou(a, b) == box_iou(b, a) == pytest.approx(iou)


@given(height=sides, width=sides, seed=st.integers(0, 999), iou=st.floats(0, 1))
def test_a_candidates_boxes_hold_its_mask_and_overlaps_that_are_sure_are_true(
    height: int, width: int, seed: int, iou: float
):
    rng = np.random.default_rng(seed)
    blobs = cv2.GaussianBlur(rng.normal(0, 40, (64, 64)).astype(np.float32), (0, 0), rng.uniform(1, 8))
    logits = blobs - np.float32(np.quantile(blobs, rng.uniform(0.3, 0.99)))
    frame = Frame(height, width, 256)
    config = EverythingConfig(predicted_iou=0, stability=0)
    decoding = Decoding(frame, Upsampling(frame, 64), 0.0, config)
    batch = DecodeBatch(np.tile(logits, (1, 3, 1, 1)), np.float32([[0.9, 0, 0]]))
    large = upsample(logits, frame)
    found = candidates(decoding, batch, [(0.5, 0.5)])
    if not found:
        assert not (large > 0.05).any()
        return
    (candidate,) = found
    mask = candidate.measured.mask.to_mask()
    # The same sums in another order differ in their last bits.
    sure = abs(large) > 1e-3
    assert np.array_equal(mask[sure], large[sure] > 0)
    larger, smaller = ((large > -config.stability_offset).sum(), (large > config.stability_offset).sum())
    assert candidate.measured.stability == pytest.approx(smaller / max(larger, 1), abs=0.02)
    box, inner, outer = candidate.measured.box, candidate.inner, candidate.outer
    if box is None:
        assert inner is None
        return
    assert box == bounding_box(mask)
    assert box.intersection(outer) == box
    if inner is not None:
        assert inner.area > 0
        assert inner.intersection(box) == inner
    for dx, dy in rng.integers(-8, 9, (20, 2)).tolist():
        other = Box(
            box.left + dx, box.top + dy, max(box.right + dy, box.left + dx + 1), max(box.bottom, box.top + dy + 1)
        )
        if surely_overlaps(candidate, other, iou):
            assert box_iou(box, other) > iou


@pytest.mark.parametrize("points", [4, 16, 32])
def test_lattices_of_a_wide_image(points: int):
    grid = lattice.grid(points, 100, 400)
    assert grid.x.tolist() == pytest.approx([(j + 0.5) / points * 400 for j in range(points)])
    assert grid.y.tolist() == pytest.approx([(i + 0.5) / points * 100 for i in range(points)])
    dense, sparse = lattice.dense(points, 100, 400), lattice.is_sparse(points)
    assert dense.x.tolist() == pytest.approx([j / points * 400 for j in range(1, points)])
    chosen = [dense.point(row, column) for row, column in np.argwhere(sparse)]
    steps = range(points // 4)
    assert chosen == [((4 * k + 2) / points * 400, (4 * i + 2) / points * 100) for i in steps for k in steps]


def square(x: int, y: int, side: int) -> RunLengths:
    mask = np.zeros((60, 60), bool)
    mask[y : y + side, x : x + side] = True
    return RunLengths.from_mask(mask)


def test_the_forest_takes_the_smallest_whole():
    masks = [square(0, 0, 40), square(5, 5, 20), square(8, 8, 5), square(45, 45, 10), square(8, 8, 5)]
    assert parents(masks) == [None, 0, 1, None, 1]
    assert levels(parents(masks)) == [0, 1, 2, 0, 2]
    assert parents([]) == []


def test_nine_tenths_make_a_part():
    whole = square(10, 10, 20)
    assert parents([whole, square(9, 10, 10)]) == [None, 0]  # 90 of 100 pixels inside
    assert parents([whole, square(8, 10, 10)]) == [None, None]


@pytest.mark.parametrize("at_once", [1, 3, 8, 1000])
def test_shares_and_overlaps_are_the_same_however_many_pairs_are_compared_at_once(monkeypatch, at_once):
    monkeypatch.setattr(geometry, "_PAIRS_AT_ONCE", at_once)
    random = np.random.default_rng(0)
    pixels = random.random((5, 9, 7)) < random.random((5, 1, 1))
    masks, others = [RunLengths.from_mask(mask) for mask in pixels], [RunLengths.from_mask(mask) for mask in pixels[:4]]
    both = (pixels[:, None] & pixels[None, :4]).sum(axis=(2, 3))
    either = (pixels[:, None] | pixels[None, :4]).sum(axis=(2, 3))
    assert overlaps(masks, others) == pytest.approx(both / either)
    assert contained_shares(masks, others) == pytest.approx(both / pixels.sum(axis=(1, 2))[:, None])


def test_shares_and_overlaps():
    a, b, nothing = square(0, 0, 10), square(5, 0, 10), RunLengths.from_mask(np.zeros((60, 60), bool))
    assert overlaps([a, b], [b]).tolist() == [[pytest.approx(50 / 150)], [1.0]]
    assert contained_shares([a, nothing], [b, nothing]).tolist() == [[0.5, 0.0], [0.0, 0.0]]
    assert overlaps([], [a]).shape == (0, 1)


@given(height=st.integers(1, 500), width=st.integers(1, 500), layers=st.integers(1, 2))
def test_crops_cover_the_image(height: int, width: int, layers: int):
    covered = np.zeros((height, width), int)
    for view in crop_views(height, width, layers=layers, points_per_side=32):
        covered[view.box.top : view.box.bottom, view.box.left : view.box.right] += 1
    assert covered.min() >= 1


def test_only_edges_inside_the_image_cut():
    view = View(100, 200, Box(0, 0, 120, 60), 8)  # the top-left part: its right and bottom edges cut
    assert not view.cuts(Box(0, 0, 90, 30))
    assert view.cuts(Box(0, 0, 110, 30))
    assert view.cuts(Box(0, 0, 90, 45))


def test_a_mask_of_a_crop_is_placed_in_the_image():
    view = View(50, 80, Box(30, 20, 60, 50), 8)
    mask = np.zeros((30, 30), bool)
    mask[28:, 2:7] = True
    placed = view.placed_mask(RunLengths.from_mask(mask)).to_mask()
    assert placed.sum() == mask.sum()
    assert placed[48:50, 32:37].all()
    empty = view.placed_mask(RunLengths.from_mask(np.zeros((30, 30), bool)))
    assert (empty.height, empty.width, empty.area) == (50, 80, 0)
