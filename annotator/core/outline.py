"""The outline of a mask as rings with handles, for changing it vertex by vertex. The mask stays the truth.

A ring is the exact line along the pixels' edges; its handles are a few of the ring's corners, those that matter at some
detail. Between two handles the line stays the exact one: what a change replaces is the line from the handle before to
the one after, and of the mask only the pixels between the old line and the new one. All others stay as they are, and so
do holes and other parts that lie there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from annotator.core.geometry import RunLengths
from annotator.core.polygons import Ring, joined, rings_of_parts, to_coco

FINEST = 1.0
"""Pixels a handle is at least away from the line without it: a slanted line's own stairs are no corners."""

_SAME = 1.5  # pixels within which a corner of a changed ring is the one of before
_PINNED = np.inf  # the weight of a handle that is shown at any detail

_Weights = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OutlineRing:
    """One closed line of a mask: the outline of a part, or that of a hole.

    corners: N x 2 float64, (x, y), the top-left of pixel (x, y); the last is not the first again.
    weights: N float64, how far in pixels the line would be from a corner without a handle there; infinite: it always is
    one.
    part: which part of the mask it belongs to.
    """

    corners: Ring
    weights: _Weights
    part: int
    is_hole: bool

    def handles(self, tolerance: float) -> npt.NDArray[np.intp]:
        """The indices of the corners that are handles when the line may be `tolerance` pixels off; at least three."""
        return np.flatnonzero(self.weights > max(tolerance, FINEST))


@dataclass(frozen=True, eq=False)
class AllRings:
    """All rings of an outline in one: for questions about hundreds of them, which one by one take long.

    corners: N x 2 float64. ends: N x 2, of each corner the one after it on its ring. weights: N float64. starts: R, the
    index of each ring's first corner. boxes: R x 4 float64, (left, top, right, bottom) of each ring.
    """

    corners: Ring
    ends: Ring
    weights: _Weights
    starts: npt.NDArray[np.intp]
    boxes: npt.NDArray[np.float64]

    @classmethod
    def of(cls, rings: Sequence[OutlineRing]) -> AllRings:
        """Put together."""
        corners = np.concatenate([np.zeros((0, 2)), *(ring.corners for ring in rings)])
        weights = np.concatenate([np.zeros(0), *(ring.weights for ring in rings)])
        counts = np.array([len(ring.corners) for ring in rings], np.intp)
        starts = np.cumsum(counts) - counts
        ends = np.empty_like(corners)
        ends[:-1] = corners[1:]
        ends[starts + counts - 1] = corners[starts]
        boxes = np.zeros((0, 4))
        if len(rings):
            boxes = np.hstack([np.minimum.reduceat(corners, starts), np.maximum.reduceat(corners, starts)])
        return cls(corners, ends, weights, starts, boxes)

    def handles(self, tolerance: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The indices of all handles here, and which ring each is on."""
        places = np.flatnonzero(self.weights > max(tolerance, FINEST))
        return places, np.searchsorted(self.starts, places, side="right") - 1


@dataclass(frozen=True, eq=False)
class Outline:
    """All rings of a mask. Changes return the changed mask, whose outline is to be made by `of`."""

    mask: RunLengths
    rings: tuple[OutlineRing, ...]
    pinned: tuple[tuple[float, float], ...] = ()  # where the user has put handles

    @classmethod
    def of(cls, mask: RunLengths, before: Outline | None = None, pinned: Sequence[tuple[float, float]] = ()) -> Outline:
        """The outline of a mask; takes milliseconds, for large and ragged masks a second.

        before: the outline of what the mask was, whose handles are kept where the line has not changed. pinned: points
        (x, y) where the user has put handles: what lies there on the line is one at any detail.
        """
        known_before = None if before is None or not before.rings else _KnownWeights(before)
        wanted = (*(() if before is None else before.pinned), *pinned)
        rings: list[OutlineRing] = []
        kept: set[tuple[float, float]] = set()
        for part, corners_of_part in enumerate(rings_of_parts(mask)):
            for index, corners in enumerate(corners_of_part):
                known = np.zeros(len(corners)) if known_before is None else known_before.at(corners)
                for point in wanted:
                    edge, place, away = nearest_on(corners, point)
                    if away <= _SAME:
                        corners, known = _with_handle(corners, known, edge, place)
                        kept.add(point)
                rings.append(OutlineRing(corners, _weights(corners, known), part, is_hole=index > 0))
        return cls(mask, tuple(rings), tuple(point for point in wanted if point in kept))

    @cached_property
    def all_rings(self) -> AllRings:
        """All rings in one."""
        return AllRings.of(self.rings)

    # -- changes -----------------------------------------------------------------------------------------------------

    def moved(self, ring: int, handle: int, to: tuple[float, float], tolerance: float) -> RunLengths:
        """The mask with a handle moved; `handle` is its corner's index. The lines to its neighbours become straight."""
        return self._changed(ring, [*self._chain(ring, handle, tolerance), np.array(to, np.float64)])

    def without(self, ring: int, handle: int, tolerance: float) -> RunLengths:
        """The mask with a straight line instead of a handle; the same when the handle makes no difference there."""
        chain = np.array(self._chain(ring, handle, tolerance))
        if _distances(chain, chain[0], chain[-1]).max() <= max(tolerance, FINEST):
            return self.mask
        return self._changed(ring, chain)

    def bent(self, ring: int, edge: int, to: tuple[float, float], tolerance: float) -> RunLengths:
        """The mask with a new handle at `to` between two; `edge` is the index of a corner where the line goes there."""
        return self._changed(ring, [*self._edge(ring, edge, tolerance), np.array(to, np.float64)])

    def with_handle(self, ring: int, edge: int, at: tuple[float, float]) -> Outline:
        """The same mask with one more handle, where pixels meet next to a point on the line from corner `edge`."""
        one = self.rings[ring]
        corners, weights = _with_handle(one.corners, one.weights, edge, at)
        rings = list(self.rings)
        rings[ring] = OutlineRing(corners, weights, one.part, one.is_hole)
        return Outline(self.mask, tuple(rings), (*self.pinned, at))

    def without_handle(self, ring: int, corner: int) -> Outline:
        """The same mask with one handle less."""
        one = self.rings[ring]
        weights = one.weights.copy()
        weights[corner] = 0
        rings = list(self.rings)
        rings[ring] = OutlineRing(one.corners, weights, one.part, one.is_hole)
        pinned = tuple(p for p in self.pinned if np.abs(one.corners[corner] - p).max() > _SAME)
        return Outline(self.mask, tuple(rings), pinned)

    def neighbours(self, ring: int, handle: int, tolerance: float) -> tuple[int, int]:
        """The corners' indices of the handle before and the one after."""
        handles = self.rings[ring].handles(tolerance)
        at = int(np.searchsorted(handles, handle))
        return int(handles[at - 1]), int(handles[(at + 1) % len(handles)])

    def ends_of_edge(self, ring: int, edge: int, tolerance: float) -> tuple[int, int]:
        """The corners' indices of the handles on both sides of the line from corner `edge` to the next."""
        handles = self.rings[ring].handles(tolerance)
        at = int(np.searchsorted(handles, edge, side="right"))
        return int(handles[at - 1]), int(handles[at % len(handles)])

    # -- as polygons -------------------------------------------------------------------------------------------------

    def handle_count(self, tolerance: float) -> int:
        """How many handles there are."""
        return int(np.count_nonzero(self.all_rings.weights > max(tolerance, FINEST)))

    def polygons(self, tolerance: float) -> list[Ring]:
        """The closed lines through the handles alone, one for each ring."""
        return [ring.corners[ring.handles(tolerance)] for ring in self.rings]

    def approximation(self, tolerance: float) -> RunLengths:
        """The mask that the lines through the handles enclose; holes are kept."""
        return self._inside(joined(self.polygons(tolerance))) if self.rings else self.mask

    # -- how a change is made ----------------------------------------------------------------------------------------

    def _chain(self, ring: int, handle: int, tolerance: float) -> list[npt.NDArray[np.float64]]:
        return self._way(ring, *self.neighbours(ring, handle, tolerance))

    def _edge(self, ring: int, edge: int, tolerance: float) -> list[npt.NDArray[np.float64]]:
        return self._way(ring, *self.ends_of_edge(ring, edge, tolerance))

    def _way(self, ring: int, start: int, end: int) -> list[npt.NDArray[np.float64]]:
        """The exact line from a corner to another, both included."""
        corners = self.rings[ring].corners
        if end <= start:
            end += len(corners)
        return list(corners[np.arange(start, end + 1) % len(corners)])

    def _changed(self, index: int, between: Iterable[npt.NDArray[np.float64]]) -> RunLengths:
        """between: the closed line around what lies between a ring's old line and the new one."""
        change = self._inside(np.array(list(between)))
        x, y, width, height = change.bbox
        if not width:
            return self.mask
        box = (x, y, width, height)
        ring, changes, mask = self.rings[index], change.region(*box), self.mask.region(*box)
        inside, own = self._inside(ring.corners).region(*box), self._own(ring.part).region(*box)
        if ring.is_hole:
            mask = (mask & ~(changes & ~inside & own)) | (changes & inside)
        else:
            mask = (mask & ~(changes & inside & own)) | (changes & ~inside)
        return self.mask.with_region(mask, x, y)

    def _own(self, part: int) -> RunLengths:
        """The pixels of one part."""
        if all(ring.part == part for ring in self.rings):
            return self.mask
        return self._inside(joined([ring.corners for ring in self.rings if ring.part == part]))

    def _inside(self, ring: Ring) -> RunLengths:
        return RunLengths.from_coco(to_coco([ring]), self.mask.height, self.mask.width)


class _KnownWeights:
    """The weights of an outline's corners, by their places."""

    def __init__(self, outline: Outline) -> None:
        self._stride = outline.mask.height + 1
        keys = self._keys(np.concatenate([ring.corners for ring in outline.rings]))
        order = np.argsort(keys)
        self._sorted = keys[order]
        self._weights = np.concatenate([ring.weights for ring in outline.rings])[order]

    def at(self, corners: Ring) -> _Weights:
        """Those of corners N x 2; 0 where there was none."""
        keys = self._keys(corners)
        places = np.searchsorted(self._sorted, keys).clip(max=len(self._sorted) - 1)
        return np.where(self._sorted[places] == keys, self._weights[places], 0.0)

    def _keys(self, corners: Ring) -> _Weights:
        keys: _Weights = corners[:, 0] * self._stride + corners[:, 1]
        return keys


def nearest_on(corners: Ring, point: tuple[float, float]) -> tuple[int, tuple[float, float], float]:
    """The point of a ring nearest to another: the corner its piece of line starts from, the point, how far it is."""
    ends = np.roll(corners, -1, axis=0)
    # Where a piece runs along an axis, what is nearest on it is the point moved into its box.
    places = np.clip(point, np.minimum(corners, ends), np.maximum(corners, ends))
    slanted = np.flatnonzero((corners != ends).all(axis=1))
    if slanted.size:  # those of an expected outline, see expected_outline.py
        starts, along = corners[slanted], ends[slanted] - corners[slanted]
        share = ((np.array(point) - starts) * along).sum(axis=1) / (along**2).sum(axis=1)
        places[slanted] = starts + share.clip(0, 1)[:, None] * along
    away = np.hypot(places[:, 0] - point[0], places[:, 1] - point[1])
    edge = int(away.argmin())
    return edge, (float(places[edge, 0]), float(places[edge, 1])), float(away[edge])


def _with_handle(corners: Ring, weights: _Weights, edge: int, at: tuple[float, float]) -> tuple[Ring, _Weights]:
    """The ring with a handle where pixels meet, so that the line stays exact."""
    place = np.round(at)
    for index in (edge, (edge + 1) % len(corners)):
        if np.array_equal(corners[index], place):
            weights = weights.copy()
            weights[index] = _PINNED
            return corners, weights
    return np.insert(corners, edge + 1, place, axis=0), np.insert(weights, edge + 1, _PINNED)


def _weights(corners: Ring, known: _Weights) -> _Weights:
    """How much each corner matters: Douglas and Peucker's algorithm, down to FINEST, between the handles known."""
    weights = known.copy()
    count = len(corners)
    # Pinned first: a handle more changes the line that the others are measured against.
    while np.count_nonzero(np.isinf(weights)) < 3:
        _pin_one_more(corners, weights)
    handles = np.flatnonzero(weights).tolist()
    waiting = [(a, b, _PINNED) for a, b in zip(handles, [*handles[1:], handles[0] + count], strict=True)]
    while waiting:
        start, end, limit = waiting.pop()
        inner = np.arange(start + 1, end) % count
        if not inner.size:
            continue
        away = _distances(corners[inner], corners[start % count], corners[end % count])
        place = int(away.argmax())
        # A corner never matters more than the one it was found beside: finer detail only adds handles.
        weight = min(float(away[place]), limit)
        if weight > FINEST:
            weights[inner[place]] = weight
            waiting += [(start, start + 1 + place, weight), (start + 1 + place, end, weight)]
    return weights


def _pin_one_more(corners: Ring, weights: _Weights) -> None:
    """At any detail a ring has three handles: first those that matter most, else what is far from those there are."""
    pinned = np.flatnonzero(np.isinf(weights))
    matters = np.where(np.isinf(weights), 0, weights)
    if not matters.any() and pinned.size:
        matters = _distances(corners, corners[pinned[0]], corners[pinned[-1]])
    weights[int(matters.argmax())] = _PINNED


def _distances(points: Ring, start: npt.NDArray[np.float64], end: npt.NDArray[np.float64]) -> _Weights:
    """How far points N x 2 are from the piece of line from start to end."""
    along = end - start
    squared = float(along @ along)
    if squared == 0:
        along, squared = np.zeros(2), 1.0
    share = np.clip((points - start) @ along / squared, 0, 1)
    x, y = (points - start - share[:, None] * along).T
    distances: _Weights = np.hypot(x, y)
    return distances
