"""What an outline will be about when a change of it has been worked out: known at once, while the mask takes its time.

Such an outline has straight lines where the mask will have stairs of pixels, and its `mask` is still the one before. It
is for being looked at and taken hold of; changes of masks are made of outlines that are exact.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from annotator.core.geometry import RunLengths
from annotator.core.outline import Outline, OutlineRing

Point = tuple[float, float]


def with_line(outline: Outline, ring: int, start: int, end: int, between: Sequence[Point]) -> Outline:
    """The outline with straight lines from a ring's corner `start` over the places `between` to its corner `end`.

    The places are handles at any detail. start, end: indices of corners; what lay between them, in order, is gone.
    """
    one = outline.rings[ring]
    count = len(one.corners)
    rest = np.arange(end, end + (start - end) % count + 1) % count  # from `end` on round to `start`
    corners = np.concatenate([one.corners[rest], np.array(between, np.float64).reshape(-1, 2)])
    weights = np.concatenate([one.weights[rest], np.full(len(between), np.inf)])
    rings = list(outline.rings)
    rings[ring] = OutlineRing(corners, weights, one.part, one.is_hole)
    return Outline(outline.mask, tuple(rings), (*outline.pinned, *between))


def shifted(outline: Outline, dx: int, dy: int, mask: RunLengths | None = None) -> Outline:
    """The outline moved by whole pixels; mask: that moved likewise, with which this is exact."""
    by = np.array((dx, dy), np.float64)
    rings = tuple(OutlineRing(r.corners + by, r.weights, r.part, r.is_hole) for r in outline.rings)
    return Outline(mask or outline.mask, rings, tuple((x + dx, y + dy) for x, y in outline.pinned))


def box_of(outline: Outline) -> tuple[float, float, float, float]:
    """The box (left, top, right, bottom) around it in image pixels; all zero when it has no ring."""
    boxes = outline.all_rings.boxes
    if not len(boxes):
        return 0.0, 0.0, 0.0, 0.0
    left, top = boxes[:, :2].min(axis=0).tolist()
    right, bottom = boxes[:, 2:].max(axis=0).tolist()
    return left, top, right, bottom


def covers(outline: Outline, point: Point) -> bool:
    """Whether a place, in image pixels, lies inside: an odd number of lines runs below it."""
    x, y = point
    start, end = outline.all_rings.corners, outline.all_rings.ends
    spans = np.flatnonzero((start[:, 0] > x) != (end[:, 0] > x))
    start, end = start[spans], end[spans]
    heights = start[:, 1] + (x - start[:, 0]) * (end[:, 1] - start[:, 1]) / (end[:, 0] - start[:, 0])
    return int(np.count_nonzero(heights > y)) % 2 == 1
