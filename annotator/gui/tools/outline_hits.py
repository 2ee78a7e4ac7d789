"""What of an outline lies under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from annotator.core.outline import Outline, nearest_on

HANDLE_REACH = 9.0
"""Widget pixels from a handle within which it is meant."""

EDGE_REACH = 6.0
"""The same for the line between two."""


class Spot(Enum):
    """A handle, the line between two, or the inside of the instance."""

    HANDLE = "handle"
    EDGE = "edge"
    INSIDE = "inside"


@dataclass(frozen=True)
class Hit:
    """What was met.

    ring: which one. corner: the index of the handle's corner, or of the one that the piece of line starts from.
    at: the handle, or the point on the line, in image pixels.
    """

    spot: Spot
    ring: int = -1
    corner: int = -1
    at: tuple[float, float] = (0.0, 0.0)


class OutlineHits:
    """An outline at some detail, made ready for many questions. handles: all of them, N x 2 image pixels."""

    def __init__(self, outline: Outline, tolerance: float) -> None:
        self._outline = outline
        self._tolerance = tolerance
        rings = outline.all_rings
        places, self._rings = rings.handles(tolerance)
        self.handles = rings.corners[places]
        self._corners = places - rings.starts[self._rings]
        self._boxes = rings.boxes

    def is_of(self, outline: Outline, tolerance: float) -> bool:
        """Whether it was made of these."""
        return outline is self._outline and tolerance == self._tolerance

    def at(self, point: tuple[float, float], scale: float) -> Hit | None:
        """The nearest handle in reach, else the nearest line; scale: widget pixels per image pixel."""
        return self.handle_at(point, HANDLE_REACH / scale) or self.edge_at(point, EDGE_REACH / scale)

    def handle_at(self, point: tuple[float, float], reach: float) -> Hit | None:
        """The nearest handle, if it is no farther than `reach` image pixels."""
        if not len(self.handles):
            return None
        away = np.hypot(self.handles[:, 0] - point[0], self.handles[:, 1] - point[1])
        nearest = int(away.argmin())
        if away[nearest] > reach:
            return None
        x, y = self.handles[nearest].tolist()
        return Hit(Spot.HANDLE, int(self._rings[nearest]), int(self._corners[nearest]), (x, y))

    def next_handle(self, before: Hit | None, point: tuple[float, float], step: int) -> Hit | None:
        """The handle `step` places after another one, or the one nearest to the point; None when there are none."""
        if not len(self.handles):
            return None
        found = np.zeros(0, np.intp)
        if before is not None:
            found = np.flatnonzero((self._rings == before.ring) & (self._corners == before.corner))
        if found.size:
            index = (int(found[0]) + step) % len(self.handles)
        else:
            index = int(np.hypot(self.handles[:, 0] - point[0], self.handles[:, 1] - point[1]).argmin())
        x, y = self.handles[index].tolist()
        return Hit(Spot.HANDLE, int(self._rings[index]), int(self._corners[index]), (x, y))

    def edge_at(self, point: tuple[float, float], reach: float) -> Hit | None:
        """The nearest point of the line, if it is no farther than `reach` image pixels."""
        x, y = point
        left, top, right, bottom = self._boxes.T
        is_near = (x >= left - reach) & (x <= right + reach) & (y >= top - reach) & (y <= bottom + reach)
        best: Hit | None = None
        for index in np.flatnonzero(is_near).tolist():
            edge, place, away = nearest_on(self._outline.rings[index].corners, point)
            if away <= reach:
                best, reach = Hit(Spot.EDGE, index, edge, place), away
        return best
