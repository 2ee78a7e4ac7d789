"""What a hand has done to an outline, to be done on the outline of whatever the mask is when its turn comes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from annotator.core.expected_outline import box_of, covers, shifted, with_line
from annotator.core.geometry import RunLengths
from annotator.core.outline import FINEST, Outline
from annotator.gui.tools.outline_hits import EDGE_REACH, Hit, OutlineHits, Spot

Point = tuple[float, float]

SAME_HANDLE = 3.0
"""Image pixels within which a handle is the one of before: it is let go anywhere, and then is where pixels meet."""

_COARSEST_SHARE = 0.05  # of the longer side of the mask's box that its outline is off at the least detail
_COARSEST = 4.0  # pixels; the same for small masks


def tolerance_for(longer_side: float, detail: float) -> float:
    """How far, in image pixels, a line from handle to handle may be off the mask's at a detail of 0..1."""
    coarsest = max(_COARSEST, _COARSEST_SHARE * longer_side)
    return float(FINEST * (coarsest / FINEST) ** (1 - detail))


def tolerance_of(mask: RunLengths, detail: float) -> float:
    """The same for the outline of a mask."""
    return tolerance_for(max(mask.bbox[2:]), detail)


@dataclass(frozen=True, eq=False)
class Done:
    """What a gesture makes of an outline.

    outline: that of the mask before, perhaps with other handles. mask: the one after. after: its outline, if that is
    known. pinned: where the user has put handles by it. is_too_few: nothing was done, for three vertices stay.
    """

    outline: Outline
    mask: RunLengths
    after: Outline | None = None
    pinned: tuple[Point, ...] = ()
    is_too_few: bool = False


@dataclass(frozen=True, eq=False)
class Expected:
    """What an outline will be about. line: the straight lines that are new in it; by: how far all moved; image pixels.

    is_too_few: nothing will be done.
    """

    outline: Outline
    line: tuple[Point, ...] = ()
    by: tuple[int, int] = (0, 0)
    is_too_few: bool = False

    @cached_property
    def longer_side(self) -> float:
        """Of its box, in image pixels."""
        left, top, right, bottom = box_of(self.outline)
        return max(right - left, bottom - top)


@dataclass(frozen=True)
class Gesture:
    """A vertex, the line or the whole was dragged, or clicked on.

    spot: what was taken hold of; None when the outline was not known, so that it is whatever lies there. at: where, in
    image pixels; of a vertex its own place. scale: widget pixels per image pixel. way: how far it was dragged, in image
    pixels; None for a click, which adds a vertex on the line. removes: it is to take the vertex away.
    """

    spot: Spot | None
    at: Point
    scale: float
    way: Point | None = None
    removes: bool = False

    @property
    def changes_mask(self) -> bool:
        """Whether it is more than handles that change."""
        return self.way is not None or self.removes

    def found(self, outline: Outline, tolerance: float) -> Hit | None:
        """What of that outline it is about; None when nothing of it is there."""
        if self.spot is Spot.INSIDE:
            return Hit(Spot.INSIDE)
        hits = OutlineHits(outline, tolerance)
        if self.spot is None:
            hit = hits.at(self.at, self.scale)
            return Hit(Spot.INSIDE) if hit is None and covers(outline, self.at) else hit
        if self.spot is Spot.HANDLE:
            hit = hits.handle_at(self.at, SAME_HANDLE)
            if hit is not None or self.removes:
                return hit
        return hits.edge_at(self.at, max(EDGE_REACH / self.scale, SAME_HANDLE))

    def done_on(self, outline: Outline, tolerance: float) -> Done | None:
        """Do it on an outline that is exact; for a worker thread. None when what it is about is not there."""
        hit = self.found(outline, tolerance)
        if hit is None:
            return None
        if self.removes:
            if hit.spot is not Spot.HANDLE:
                return None
            if _has_few(outline, hit.ring, tolerance):
                return Done(outline, outline.mask, is_too_few=True)
            mask = outline.without(hit.ring, hit.corner, tolerance)
            return Done(outline.without_handle(hit.ring, hit.corner), mask)
        if self.way is None:
            added = outline.with_handle(hit.ring, hit.corner, hit.at) if hit.spot is Spot.EDGE else outline
            return Done(added, outline.mask)
        if hit.spot is Spot.INSIDE:
            dx, dy = self.shift_in(outline)
            mask = outline.mask.shifted(dx, dy)
            return Done(outline, mask, after=shifted(outline, dx, dy, mask))
        to = self.target(hit, outline.mask.width, outline.mask.height)
        change = outline.moved if hit.spot is Spot.HANDLE else outline.bent
        return Done(outline, change(hit.ring, hit.corner, to, tolerance), pinned=(to,))

    def expected_on(self, outline: Outline, tolerance: float) -> Expected | None:
        """What will come of it; quickly done. None when what it is about is not there, or nothing comes of it."""
        hit = self.found(outline, tolerance)
        if hit is None:
            return None
        if self.removes:
            if hit.spot is not Spot.HANDLE:
                return None
            if _has_few(outline, hit.ring, tolerance):
                return Expected(outline, is_too_few=True)
            start, end = outline.neighbours(hit.ring, hit.corner, tolerance)
            corners = outline.rings[hit.ring].corners
            line = tuple((float(x), float(y)) for x, y in (corners[start], corners[end]))
            return Expected(with_line(outline, hit.ring, start, end, ()), line)
        if self.way is None:
            if hit.spot is not Spot.EDGE:
                return None
            return Expected(outline.with_handle(hit.ring, hit.corner, hit.at))
        if hit.spot is Spot.INSIDE:
            by = self.shift_in(outline)
            return Expected(shifted(outline, *by), by=by)
        to = self.target(hit, outline.mask.width, outline.mask.height)
        line = bend(outline, hit, to, tolerance)
        find = outline.neighbours if hit.spot is Spot.HANDLE else outline.ends_of_edge
        return Expected(with_line(outline, hit.ring, *find(hit.ring, hit.corner, tolerance), [to]), line)

    def target(self, hit: Hit, width: float, height: float) -> Point:
        """Where a vertex or a place on the line is dragged to, inside an image of that size."""
        assert self.way is not None
        return min(max(hit.at[0] + self.way[0], 0.0), width), min(max(hit.at[1] + self.way[1], 0.0), height)

    def shift_in(self, outline: Outline) -> tuple[int, int]:
        """How far the whole is dragged, so that nothing of it leaves the image."""
        assert self.way is not None
        left, top, right, bottom = (round(side) for side in box_of(outline))
        dx = max(min(round(self.way[0]), outline.mask.width - right), -left)
        dy = max(min(round(self.way[1]), outline.mask.height - bottom), -top)
        return dx, dy


def bend(outline: Outline, hit: Hit, to: Point, tolerance: float) -> tuple[Point, ...]:
    """The handle before what was taken hold of, the place it is dragged to, and the handle after, in image pixels."""
    find = outline.neighbours if hit.spot is Spot.HANDLE else outline.ends_of_edge
    corners = outline.rings[hit.ring].corners
    first, last = (corners[i].tolist() for i in find(hit.ring, hit.corner, tolerance))
    return (first[0], first[1]), to, (last[0], last[1])


def _has_few(outline: Outline, ring: int, tolerance: float) -> bool:
    return len(outline.rings[ring].handles(tolerance)) <= 3
