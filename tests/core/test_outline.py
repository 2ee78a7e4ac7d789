"""Outlines with handles: a change touches the pixels between the old line and the new one, and no others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as mask_utils

from annotator.core.geometry import RunLengths
from annotator.core.outline import Outline, OutlineRing

HEIGHT, WIDTH = 60, 80


def drawn(*polygons) -> np.ndarray:
    """The even-odd inside of polygons N x 2, by pycocotools alone."""
    inside = np.zeros((HEIGHT, WIDTH), bool)
    for polygon in polygons:
        part = mask_utils.frPyObjects([np.asarray(polygon, float).ravel().tolist()], HEIGHT, WIDTH)
        inside ^= mask_utils.decode(part)[:, :, 0].astype(bool)
    return inside


def outline(mask: np.ndarray) -> Outline:
    return Outline.of(RunLengths.from_mask(mask))


def block(x0, y0, x1, y1) -> np.ndarray:
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[y0:y1, x0:x1] = True
    return mask


points = st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT))
tolerances = st.sampled_from((1.0, 2.0, 5.0))


@st.composite
def blobs(draw) -> np.ndarray:
    """Ragged masks of some polygons over each other: several parts, holes, parts inside holes."""
    polygons = [draw(st.lists(points, min_size=3, max_size=6)) for _ in range(draw(st.integers(1, 4)))]
    mask = drawn(*polygons)
    mask[tuple(draw(st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1))))] ^= True
    return mask


@given(blobs())
def test_rings_together_are_the_mask_and_each_has_three_handles_at_any_detail(mask):
    made = outline(mask)
    assert np.array_equal(drawn(*(ring.corners for ring in made.rings)), mask)
    for ring in made.rings:
        assert len(ring.handles(1e9)) >= 3
        assert set(ring.handles(3.0)) <= set(ring.handles(1.5)) <= set(ring.handles(1.0))


def away_from_handles(ring: OutlineRing, tolerance: float) -> Iterator[float]:
    """How far the corner farthest from each piece of the line through the handles is from it."""
    handles = ring.handles(tolerance)
    for start, end in zip(handles, [*handles[1:], handles[0] + len(ring.corners)], strict=True):
        inner = ring.corners[np.arange(start, end) % len(ring.corners)]
        a, b = ring.corners[start], ring.corners[end % len(ring.corners)]
        share = np.clip((inner - a) @ (b - a) / max((b - a) @ (b - a), 1e-9), 0, 1)
        yield np.hypot(*(inner - a - share[:, None] * (b - a)).T).max()


@given(blobs(), tolerances)
def test_no_corner_is_farther_from_the_handles_line_than_the_tolerance(mask, tolerance):
    for ring in outline(mask).rings:
        assert max(away_from_handles(ring, tolerance)) <= tolerance + 1e-9


def test_the_third_handle_that_a_ring_has_at_any_detail_does_not_bring_the_line_away_from_a_corner():
    """At 5 px two handles would do; the line to the third must not leave out the corner at (9, 1), 6 px off it."""
    corners = [(3, 0), (11, 0), (11, 1), (10, 1), (10, 2), (16, 2), (16, 4), (9, 4), (9, 5)]
    corners += [(3, 5), (3, 4), (5, 4), (5, 3), (7, 3), (7, 2), (9, 2), (9, 1), (3, 1)]
    (ring,) = outline(drawn(corners)).rings
    assert max(away_from_handles(ring, 5.0)) <= 5.0


@given(blobs(), st.data(), points, tolerances)
def test_moving_a_handle_changes_nothing_away_from_the_two_lines(mask, data, to, tolerance):
    made = outline(mask)
    if not made.rings:
        return
    index = data.draw(st.integers(0, len(made.rings) - 1))
    ring = made.rings[index]
    handle = int(data.draw(st.sampled_from(ring.handles(tolerance).tolist())))
    after = made.moved(index, handle, to, tolerance).to_mask()
    before_it, after_it = made.neighbours(index, handle, tolerance)
    end = after_it if after_it > before_it else after_it + len(ring.corners)
    chain = ring.corners[np.arange(before_it, end + 1) % len(ring.corners)]
    between = drawn([*chain, to])
    assert not ((after ^ mask) & ~between).any()
    if len(made.rings) == 1:
        rest = ring.corners[np.arange(end, before_it + len(ring.corners) + 1) % len(ring.corners)]
        assert np.array_equal(after, drawn([*rest, to]))


@given(blobs(), st.data(), tolerances)
def test_moving_a_handle_nowhere_keeps_the_shape_within_the_tolerance(mask, data, tolerance):
    made = outline(mask)
    for index, ring in enumerate(made.rings):
        handle = int(data.draw(st.sampled_from(ring.handles(tolerance).tolist())))
        after = made.moved(index, handle, tuple(ring.corners[handle]), tolerance).to_mask()
        ends = np.roll(ring.corners, -1, axis=0)
        line = np.concatenate([ring.corners + (ends - ring.corners) * share for share in np.linspace(0, 1, 60)])
        for row, column in zip(*np.nonzero(after ^ mask), strict=True):
            assert np.hypot(*(line - (column + 0.5, row + 0.5)).T).min() <= tolerance + 1.5


RING = block(10, 10, 50, 50) & ~block(20, 20, 40, 40) | block(28, 28, 32, 32)


def nearest(made: Outline, x: float, y: float, *, is_hole: bool) -> tuple[int, int]:
    """The ring and the corner nearest to a point."""
    candidates = [
        (np.hypot(*(ring.corners[handle] - (x, y))), index, int(handle))
        for index, ring in enumerate(made.rings)
        if ring.is_hole == is_hole
        for handle in ring.handles(1.0)
    ]
    _, index, handle = min(candidates)
    return index, handle


def test_an_outline_pulled_into_its_hole_leaves_hole_and_island_as_they_are():
    made = outline(RING)
    after = made.moved(*nearest(made, 10, 10, is_hole=False), (36, 36), 1.0).to_mask()
    assert np.array_equal(after[28:32, 28:32], RING[28:32, 28:32])
    assert not after[22:28, 22:28].any()
    assert not after[12:20, 12:20].any()
    assert np.array_equal(after[:, 50:], RING[:, 50:])


def test_a_hole_is_made_smaller_and_larger_and_its_island_stays():
    made = outline(RING)
    smaller = made.moved(*nearest(made, 20, 20, is_hole=True), (30, 30), 1.0).to_mask()
    assert smaller[21, 21]
    assert smaller[28:32, 28:32].all()
    larger = made.moved(*nearest(made, 20, 20, is_hole=True), (5, 5), 1.0).to_mask()
    assert not larger[15, 15]
    assert np.array_equal(larger[28:32, 28:32], RING[28:32, 28:32])
    assert not (larger & ~RING).any()


def test_removing_a_corner_of_a_square_leaves_a_triangle():
    made = outline(block(10, 10, 30, 30))
    after = made.without(*nearest(made, 10, 10, is_hole=False), 1.0)
    assert np.array_equal(after.to_mask(), drawn([(30, 10), (30, 30), (10, 30)]))


def test_a_handle_put_on_the_line_changes_nothing_until_it_is_moved():
    square = block(10, 10, 30, 30)
    made = outline(square)
    edge = upper_edge(made)
    more = made.with_handle(0, edge, (20.3, 10.0))
    assert more.handle_count(1.0) == made.handle_count(1.0) + 1
    index, handle = nearest(more, 20, 10, is_hole=False)
    assert tuple(more.rings[index].corners[handle]) == (20, 10)
    assert more.without(index, handle, 1.0) == made.mask
    assert more.without_handle(index, handle).handle_count(1.0) == made.handle_count(1.0)
    moved = more.moved(index, handle, (20, 0), 1.0)
    assert np.array_equal(moved.to_mask(), square | drawn([(10, 10), (20, 0), (30, 10)]))


def test_handles_the_user_put_survive_changes_elsewhere():
    made = outline(block(10, 10, 30, 30))
    more = made.with_handle(0, upper_edge(made), (20, 10))
    index, handle = nearest(more, 30, 30, is_hole=False)
    after = Outline.of(more.moved(index, handle, (50, 50), 1.0), more, [(50, 50)])
    assert (20, 10) in {tuple(c) for c in after.polygons(1.0)[0].tolist()}
    gone = Outline.of(RunLengths.from_mask(block(10, 20, 30, 30)), after)
    assert gone.pinned == ()


def upper_edge(made: Outline) -> int:
    """The corner from which the line goes along the top."""
    corners = made.rings[0].corners
    return next(i for i, corner in enumerate(corners) if corner[1] == 10 == corners[(i + 1) % len(corners)][1])


def test_an_edge_bent_outwards_adds_a_triangle():
    made = outline(block(10, 10, 30, 30))
    ring = made.rings[0]
    edge = next(
        i for i, corner in enumerate(ring.corners) if corner[0] == 30 == ring.corners[(i + 1) % len(ring.corners)][0]
    )
    after = made.bent(0, edge, (40, 20), 1.0).to_mask()
    assert np.array_equal(after, block(10, 10, 30, 30) | drawn([(30, 10), (40, 20), (30, 30)]))


def test_handles_stay_where_the_line_does():
    disc = np.hypot(*(np.indices((HEIGHT, WIDTH)) - np.array((30, 40))[:, None, None])) < 25
    made = outline(disc)
    handles = {tuple(c) for c in made.polygons(1.5)[0].tolist()}
    index, handle = nearest(made, 65, 30, is_hole=False)
    moved = tuple(made.rings[index].corners[handle])
    neighbours = {tuple(made.rings[index].corners[n]) for n in made.neighbours(index, handle, 1.5)}
    after = Outline.of(made.moved(index, handle, (75, 30), 1.5), made, [(75, 30)])
    now = {tuple(c) for c in after.polygons(1.5)[0].tolist()}
    assert handles - neighbours - {moved} <= now
    assert any(np.hypot(x - 75, y - 30) <= 1.5 * 2 for x, y in now)


@pytest.mark.parametrize("tolerance", [1.0, 2.0, 4.0])
def test_the_approximation_is_near_and_the_mask_as_it_was(tolerance):
    made = outline(RING)
    disc = np.hypot(*(np.indices((HEIGHT, WIDTH)) - np.array((30, 40))[:, None, None])) < 25
    if tolerance < 2.8:  # at less detail the island is a triangle
        assert np.array_equal(made.approximation(tolerance).to_mask(), RING)
    round_one = outline(disc)
    near = round_one.approximation(tolerance).to_mask()
    assert (near & disc).sum() / (near | disc).sum() > 1 - tolerance / 15
    assert np.array_equal(round_one.mask.to_mask(), disc)


def test_an_empty_mask_has_no_rings():
    assert outline(np.zeros((HEIGHT, WIDTH), bool)).rings == ()


@given(blobs(), st.data(), points, tolerances)
def test_bending_any_edge_changes_nothing_away_from_the_two_lines(mask, data, to, tolerance):
    made = outline(mask)
    if not made.rings:
        return
    index = data.draw(st.integers(0, len(made.rings) - 1))
    ring = made.rings[index]
    count = len(ring.corners)
    edge = data.draw(st.integers(0, count - 1))
    handles = set(ring.handles(tolerance).tolist())
    start, end = edge, edge + 1
    while start % count not in handles:
        start -= 1
    while end % count not in handles:
        end += 1
    chain = ring.corners[np.arange(start, end + 1) % count]
    after = made.bent(index, edge, to, tolerance).to_mask()
    assert not ((after ^ mask) & ~drawn([*chain, to])).any()
    if len(made.rings) == 1:
        rest = ring.corners[np.arange(end, start + count + 1) % count]
        assert np.array_equal(after, drawn([*rest, to]))
