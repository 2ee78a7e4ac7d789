"""Polygons of a mask along the edges of its pixels, for formats that have no run-lengths.

A corner (x, y) is the top-left corner of pixel (x, y), so a polygon around pixel (0, 0) alone is (0, 0), (1, 0),
(1, 1), (0, 1). pycocotools' rasterisation (rleFrPoly in COCO's maskApi.c) takes a pixel for inside by the even-odd rule
along its column, so such polygons give back the very same mask. Holes are joined to their outline by a bridge that is
walked there and back: it toggles the same pixels twice, and so none. The same holds for bridges between parts.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from annotator.core.geometry import RunLengths

Ring = npt.NDArray[np.float64]
"""N x 2 corners (x, y) of a closed line in pixels of the image, float64; the last is not the first again."""

_Corners = npt.NDArray[np.int64]

_MAX_NEAREST = 500  # rings for which the nearest corners are looked for; the time it takes grows with the square


def polygons(mask: RunLengths, *, tolerance: float = 0.0) -> list[Ring]:
    """One polygon for each part of the mask (pixels that share an edge), its holes bridged; none for an empty mask.

    tolerance: how far in pixels a polygon may stray from the pixels' edges in exchange for fewer corners (Douglas and
    Peucker's algorithm); 0 keeps the mask exact under pycocotools. A hole that such a polygon would lose is filled.
    """
    part, x0, y0 = mask.crop()
    if not part.size:
        return []
    offset = np.array((x0, y0), np.float64)
    return [joined(rings) + offset for rings in _parts(part, tolerance)]


def rings_of_parts(mask: RunLengths) -> list[list[Ring]]:
    """For each part of the mask its outline and then the rings of its holes, exact; none for an empty mask."""
    part, x0, y0 = mask.crop()
    if not part.size:
        return []
    offset = np.array((x0, y0), np.float64)
    return [[ring + offset for ring in rings] for rings in _parts(part, 0.0)]


def count_parts_and_holes(mask: RunLengths) -> tuple[int, int]:
    """How many parts (pixels that share an edge) the mask has, and how many holes."""
    part, _, _ = mask.crop()
    if not part.size:
        return 0, 0
    inside = np.pad(part, 1).view(np.uint8)
    parts, _ = cv2.connectedComponents(inside, connectivity=4)
    outside, _ = cv2.connectedComponents(1 - inside, connectivity=8)
    return parts - 1, outside - 2  # each counts what is 0 as one more, and what surrounds all is no hole


def one_polygon(mask: RunLengths, *, tolerance: float = 0.0) -> Ring:
    """All parts of the mask in one polygon, joined by bridges; 0 x 2 for an empty mask. Otherwise as `polygons`."""
    parts = polygons(mask, tolerance=tolerance)
    return joined(parts) if parts else np.empty((0, 2))


def to_coco(rings: Sequence[Ring]) -> list[list[float]]:
    """The rings as COCO writes polygons: [x0, y0, x1, y1, ...] each, whole numbers without a fraction."""
    return [[int(v) if v == int(v) else v for v in ring.ravel().tolist()] for ring in rings]


def _parts(part: npt.NDArray[np.bool_], tolerance: float) -> list[list[Ring]]:
    """For each part: its outline, then the rings of its holes."""
    _, labels = cv2.connectedComponents(part.view(np.uint8), connectivity=4)
    outlines: dict[int, Ring] = {}
    holes: dict[int, list[Ring]] = {}
    for ring in _rings(part):
        x, y = ring[np.lexsort((ring[:, 0], ring[:, 1]))[0]]
        simple = _simplified(ring, tolerance)
        # The pixel under a ring's topmost edge is the part's own for an outline; for a hole it is the one above.
        if part[y, x]:
            outlines[int(labels[y, x])] = ring.astype(np.float64) if simple is None else simple
        elif simple is not None:
            holes.setdefault(int(labels[y - 1, x]), []).append(simple)
    return [[outline, *holes.get(label, ())] for label, outline in outlines.items()]


def _rings(part: npt.NDArray[np.bool_]) -> list[_Corners]:
    """All closed lines along the edges between inside and outside, corners N x 2 int64 where the line turns.

    At a point where four pixels meet like on a chess board, the line stays with the inside pixel it comes along.
    """
    padded = np.pad(part, 1)
    above_left, above_right = padded[:-1, :-1], padded[:-1, 1:]
    below_left, below_right = padded[1:, :-1], padded[1:, 1:]
    # A line turns where an odd number of the four pixels around a point is inside, and where two opposite ones are.
    odd = above_left ^ above_right ^ below_left ^ below_right
    chess = (above_left == below_right) & (above_right == below_left) & (above_left != above_right)
    ys, xs = np.nonzero(odd | chess)
    twice = chess[ys, xs]
    times = 1 + twice
    order = np.arange(times.sum())
    xs, ys, twice = np.repeat(xs, times), np.repeat(ys, times), np.repeat(twice, times)
    is_second = np.zeros(order.size, np.int64)
    is_second[1:] = twice[1:] & (xs[1:] == xs[:-1]) & (ys[1:] == ys[:-1])
    # Along a row corners pair up from left to right, along a column from top to bottom. The first of two corners at
    # one point ends the edge from the left; it goes on upwards if the pixel above left is inside, else downwards.
    rises = above_left[ys, xs]
    by_column = np.lexsort((np.where(rises, is_second, 1 - is_second), ys, xs))
    along_row = order ^ 1
    along_column = np.empty_like(order)
    along_column[by_column] = by_column[order ^ 1]
    corners = np.column_stack((xs, ys)).astype(np.int64)
    return [corners[ring] for ring in _cycles(along_row.tolist(), along_column.tolist())]


def _cycles(along_row: list[int], along_column: list[int]) -> list[list[int]]:
    """The closed walks that step along a row and along a column by turns."""
    seen = bytearray(len(along_row))
    cycles = []
    for start in range(len(along_row)):
        if seen[start]:
            continue
        cycle: list[int] = []
        at = start
        while not seen[at]:
            other = along_row[at]
            seen[at] = seen[other] = 1
            cycle += (at, other)
            at = along_column[other]
        cycles.append(cycle)
    return cycles


def _simplified(ring: _Corners, tolerance: float) -> Ring | None:
    """The ring with fewer corners; None when no area would be left."""
    if not tolerance:
        return ring.astype(np.float64)
    simple = cv2.approxPolyDP(ring.astype(np.int32), tolerance, closed=True)[:, 0, :].astype(np.float64)
    return simple if len(simple) >= 3 else None


def joined(rings: Sequence[Ring]) -> Ring:
    """The rings as one, the first with each of the others joined to it by a bridge."""
    whole, *others = rings
    others.sort(key=lambda ring: tuple(ring[0]))
    if len(others) > _MAX_NEAREST:
        # From start to start and all the way back: longer bridges, but no search.
        starts = [ring[:1] for ring in (whole, *others)]
        return np.concatenate([*(c for r in (whole, *others) for c in (r, r[:1])), *starts[-2::-1]])
    for ring in others:
        here, there = _nearest(whole, ring)
        turned = np.roll(ring, -there, axis=0)
        whole = np.concatenate((whole[: here + 1], turned, turned[:1], whole[here:]))
    return whole


def _nearest(first: Ring, second: Ring) -> tuple[int, int]:
    """The indices of about the nearest corners of two rings: nearest to the second's start, and then to that."""
    here = int(((first - second[0]) ** 2).sum(axis=1).argmin())
    there = int(((second - first[here]) ** 2).sum(axis=1).argmin())
    here = int(((first - second[there]) ** 2).sum(axis=1).argmin())
    return here, there
