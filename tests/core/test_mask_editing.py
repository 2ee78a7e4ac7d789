"""Editing masks, against flood fills and windows spelt out in Python."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from annotator.core import mask_editing
from annotator.core.geometry import RunLengths

masks = hnp.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))
several = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(
    lambda shape: st.lists(hnp.arrays(np.bool_, shape), min_size=1, max_size=4)
)
EDGES = ((0, 1), (1, 0), (0, -1), (-1, 0))
CORNERS = (*EDGES, (1, 1), (1, -1), (-1, 1), (-1, -1))


def flood(mask, start, steps):
    """The pixels of `mask` that hang together with `start`."""
    found, todo = np.zeros_like(mask), [start]
    while todo:
        y, x = todo.pop()
        if 0 <= y < mask.shape[0] and 0 <= x < mask.shape[1] and mask[y, x] and not found[y, x]:
            found[y, x] = True
            todo += [(y + dy, x + dx) for dy, dx in steps]
    return found


def parts(mask):
    left, found = mask.copy(), []
    while left.any():
        found.append(flood(left, tuple(np.argwhere(left)[0]), EDGES))
        left &= ~found[-1]
    return found


@given(masks)
def test_filling_holes_keeps_only_what_reaches_the_outside(mask):
    outside = flood(np.pad(~mask, 1, constant_values=True), (0, 0), CORNERS)[1:-1, 1:-1]
    assert np.array_equal(mask_editing.fill_holes(RunLengths.from_mask(mask)).to_mask(), ~outside)


@given(masks)
def test_splitting_gives_each_part_once(mask):
    got = mask_editing.split(RunLengths.from_mask(mask))
    assert {part.counts for part in got} == {RunLengths.from_mask(part).counts for part in parts(mask)}
    assert sum(part.area for part in got) == mask.sum()


@given(masks)
def test_the_largest_part_is_one_of_the_largest(mask):
    got = mask_editing.largest_part(RunLengths.from_mask(mask)).to_mask()
    found = parts(mask)
    if not found:
        assert not got.any()
    else:
        assert any(np.array_equal(got, part) for part in found)
        assert got.sum() == max(part.sum() for part in found)


@given(masks)
def test_smoothing_asks_the_majority(mask):
    padded = np.pad(mask, 2, mode="edge")
    wanted = np.zeros_like(mask)
    for y, x in np.ndindex(mask.shape):
        wanted[y, x] = padded[y : y + 5, x : x + 5].sum() > 12
    # Only inside the mask's box: beyond it a majority would need half a window of pixels, which none has.
    assert np.array_equal(mask_editing.smooth(RunLengths.from_mask(mask)).to_mask(), wanted)


def test_smoothing_leaves_a_mask_of_the_whole_image_alone():
    whole = RunLengths.from_mask(np.ones((9, 7), bool))
    assert mask_editing.smooth(whole) == whole


@given(several)
def test_united_and_subtracted_are_or_and_and_not(arrays):
    runs = [RunLengths.from_mask(array) for array in arrays]
    assert mask_editing.united(runs) == RunLengths.from_mask(np.any(arrays, axis=0))
    others = np.any(arrays[1:], axis=0) if len(arrays) > 1 else np.zeros_like(arrays[0])
    assert mask_editing.subtracted(runs[0], runs[1:]) == RunLengths.from_mask(arrays[0] & ~others)


@given(st.from_type(RunLengths), st.integers(1, 30), st.integers(1, 30))
def test_a_mask_on_an_image_of_another_size_is_cut_at_its_edges(mask, height, width):
    wanted = np.zeros((height, width), bool)
    part = mask.to_mask()[:height, :width]
    wanted[: part.shape[0], : part.shape[1]] = part
    assert mask_editing.cut_to(mask, height, width) == RunLengths.from_mask(wanted)


@given(masks, st.integers(0, 8), st.integers(0, 8))
def test_cleaning_removes_small_parts_then_fills_small_holes(mask, parts_below, holes_below):
    wanted, parts = mask.copy(), 0
    pieces = [piece.to_mask() for piece in mask_editing.split(RunLengths.from_mask(mask))]
    largest = max((piece.sum() for piece in pieces), default=0)
    kept = False
    for piece in pieces:
        if piece.sum() == largest and not kept:
            kept = True
        elif piece.sum() < parts_below:
            wanted &= ~piece
            parts += 1
    filled = mask_editing.fill_holes(RunLengths.from_mask(wanted)).to_mask()
    holes, left = 0, filled & ~wanted
    while left.any():
        hole = flood(left, tuple(np.argwhere(left)[0]), CORNERS)
        left &= ~hole
        if hole.sum() < holes_below:
            wanted |= hole
            holes += 1
    made = mask_editing.cleaned(RunLengths.from_mask(mask), parts_below=parts_below, holes_below=holes_below)
    assert np.array_equal(made.mask.to_mask(), wanted)
    assert (made.parts, made.holes) == (parts, holes)
