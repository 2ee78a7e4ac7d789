"""Strokes of the brush, and replacing a box of a mask, against slow obvious versions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from annotator.core.brush import Stroke
from annotator.core.geometry import RunLengths

places = st.tuples(st.floats(-20, 60), st.floats(-20, 50))
masks = hnp.arrays(np.bool_, st.tuples(st.integers(1, 24), st.integers(1, 24)))


@st.composite
def masks_and_boxes(draw):
    mask = draw(masks)
    height, width = mask.shape
    y0, y1 = sorted((draw(st.integers(0, height)), draw(st.integers(0, height))))
    x0, x1 = sorted((draw(st.integers(0, width)), draw(st.integers(0, width))))
    return mask, x0, y0, draw(hnp.arrays(np.bool_, (y1 - y0, x1 - x0)))


@given(masks_and_boxes())
def test_a_box_is_read_and_replaced_as_in_numpy(case):
    mask, x0, y0, part = case
    height, width = part.shape
    runs = RunLengths.from_mask(mask)
    assert np.array_equal(runs.region(x0, y0, width, height), mask[y0 : y0 + height, x0 : x0 + width])
    mask[y0 : y0 + height, x0 : x0 + width] = part
    assert runs.with_region(part, x0, y0) == RunLengths.from_mask(mask)


@given(hnp.arrays(np.bool_, (2, 7, 9)))
def test_the_difference_of_two_masks_is_exclusive_or(pair):
    first, second = pair
    got = RunLengths.from_mask(first).difference(RunLengths.from_mask(second))
    assert got == RunLengths.from_mask(first ^ second)


@pytest.mark.parametrize(("x0", "y0"), [(-1, 0), (0, -1), (3, 0), (0, 2)])
def test_a_box_that_is_not_inside_is_refused(x0, y0):
    runs = RunLengths.from_mask(np.zeros((4, 5), bool))
    with pytest.raises(ValueError, match="not inside"):
        runs.with_region(np.ones((3, 3), bool), x0, y0)


@given(masks)
def test_runs_by_column_are_the_mask(mask):
    painted = np.zeros_like(mask)
    for column, first, last in zip(*RunLengths.from_mask(mask).runs_by_column(), strict=True):
        assert first < last
        painted[first:last, column] = True
    assert np.array_equal(painted, mask)


@example(mask=np.zeros((1, 1), np.bool_), way=[(0.0, 0.0), (2.0, 2.2250738585072014e-308)], diameter=3.0)
@given(masks, st.lists(places, min_size=1, max_size=4), st.floats(3, 25))
def test_a_stroke_covers_the_pixels_near_its_way(mask, way, diameter):
    height, width = mask.shape
    stroke = Stroke(height=height, width=width, diameter=diameter)
    for place in way:
        stroke.move_to(*place)
    distance = distances(way, height, width)
    sure = abs(distance - diameter / 2) > 1e-6
    runs = RunLengths.from_mask(mask)
    covered = distance <= diameter / 2
    assert np.array_equal(stroke.added_to(None).to_mask()[sure], covered[sure])
    assert np.array_equal(stroke.added_to(runs).to_mask()[sure], (mask | covered)[sure])
    assert np.array_equal(stroke.taken_from(runs).to_mask()[sure], (mask & ~covered)[sure])


@given(st.tuples(st.floats(0, 29.9), st.floats(0, 19.9)), st.tuples(st.floats(0, 29.9), st.floats(0, 19.9)))
def test_the_finest_brush_leaves_no_gap(start, end):
    stroke = Stroke(height=20, width=30, diameter=1)
    stroke.move_to(*start)
    stroke.move_to(*end)
    mask = stroke.added_to(None).to_mask()
    assert mask[int(start[1]), int(start[0])]
    assert mask[int(end[1]), int(end[0])]
    columns, rows = abs(int(end[0]) - int(start[0])), abs(int(end[1]) - int(start[1]))
    assert mask.sum() >= max(columns, rows) + 1


def distances(way, height, width):
    """From every pixel's centre to the way."""
    ys, xs = np.indices((height, width)) + 0.5
    best = np.full((height, width), np.inf)
    for (x0, y0), (x1, y1) in zip([way[0], *way[:-1]], way, strict=True):
        squared = (x1 - x0) ** 2 + (y1 - y0) ** 2
        along = ((xs - x0) * (x1 - x0) + (ys - y0) * (y1 - y0)) / squared if squared else np.zeros_like(xs)
        along = along.clip(0, 1)
        best = np.minimum(best, np.hypot(xs - x0 - along * (x1 - x0), ys - y0 - along * (y1 - y0)))
    return best
