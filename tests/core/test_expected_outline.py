"""Outlines that are foreseen: the moved one is exact, the others near what comes; insides against the mask itself."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.core.expected_outline import box_of, covers, shifted, with_line
from annotator.core.geometry import RunLengths
from annotator.core.outline import Outline, nearest_on


@pytest.fixture
def mask() -> np.ndarray:
    """Two parts, one of them with a hole and a ragged border."""
    rows, columns = np.indices((60, 80))
    disc = np.hypot(rows - 30, columns - 30) < 20 + 3 * np.sin(7 * np.arctan2(rows - 30, columns - 30))
    disc[25:32, 20:33] = False
    disc[5:15, 60:75] = True
    return disc


def test_a_place_is_inside_as_its_pixel_is(mask):
    outline = Outline.of(RunLengths.from_mask(mask))
    found = [[covers(outline, (x + 0.5, y + 0.5)) for x in range(0, 80, 2)] for y in range(0, 60, 3)]
    assert np.array_equal(found, mask[::3, ::2])


def test_the_moved_outline_is_that_of_the_moved_mask(mask):
    moved = RunLengths.from_mask(mask).shifted(3, -2)
    expected = shifted(Outline.of(RunLengths.from_mask(mask)), 3, -2, moved)
    exact = Outline.of(moved)
    assert expected.mask == moved
    for ring, other in zip(expected.rings, exact.rings, strict=True):
        assert np.array_equal(ring.corners, other.corners)
        assert np.array_equal(ring.weights, other.weights)
        assert (ring.part, ring.is_hole) == (other.part, other.is_hole)
    x, y, width, height = moved.bbox
    assert box_of(expected) == (x, y, x + width, y + height)


@pytest.mark.parametrize("to", [(30.25, 1.5), (79.0, 59.5), (35.0, 20.0)])
def test_a_vertex_that_is_pulled_is_expected_where_it_comes(mask, to):
    outline = Outline.of(RunLengths.from_mask(mask))
    ring = max(range(len(outline.rings)), key=lambda i: len(outline.rings[i].corners))
    corners = outline.rings[ring].corners
    before = {tuple(place) for place in corners[outline.rings[ring].handles(2.0)].tolist()}
    for handle in outline.rings[ring].handles(2.0).tolist():
        expected = with_line(outline, ring, *outline.neighbours(ring, handle, 2.0), [to])
        places = {tuple(place) for place in expected.rings[ring].corners[expected.rings[ring].handles(2.0)].tolist()}
        assert places == before - {tuple(corners[handle].tolist())} | {to}
    handle = int(corners[:, 1].argmin())  # the topmost: nothing is crossed when it goes a little up
    near = (float(corners[handle, 0]) + 0.5, float(corners[handle, 1]) - 4.5)
    expected = with_line(outline, ring, *outline.ends_of_edge(ring, handle, 2.0), [near])
    after = outline.bent(ring, handle, near, 2.0).to_mask()
    inside = np.array([[covers(expected, (x + 0.5, y + 0.5)) for x in range(0, 80, 2)] for y in range(0, 60, 2)])
    assert (inside != after[::2, ::2]).sum() <= 4


def test_the_nearest_place_on_a_slanted_line():
    triangle = np.array([(0.0, 0.0), (10.0, 10.0), (0.0, 10.0)])
    edge, place, away = nearest_on(triangle, (6.0, 4.0))
    assert edge == 0
    assert place == pytest.approx((5.0, 5.0))
    assert away == pytest.approx(np.sqrt(2))
    assert nearest_on(triangle, (12.0, 11.0))[1] == pytest.approx((10.0, 10.0))
    assert nearest_on(triangle, (-1.0, 7.0)) == (2, (0.0, 7.0), 1.0)
