"""The pixels a round brush passes over, in a buffer that grows with the stroke and not with the image."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from annotator.core.geometry import RunLengths

_AXIS = 1e-12  # a way that leaves an axis by less goes along it: dividing by less overflows
_FINE = 3.0  # pixels: thinner brushes go from pixel centre to pixel centre, so that none slips between two pixels


class Stroke:
    """A brush of `diameter` pixels on an image of height x width pixels.

    It covers every pixel whose centre is at most half the diameter from the way it went. Positions are continuous
    pixels of the image, (0, 0) the corner of the first one; they may lie outside the image.
    """

    def __init__(self, *, height: int, width: int, diameter: float) -> None:
        self._height = height
        self._width = width
        self._radius = max(diameter, 1.0) / 2
        self._is_fine = diameter < _FINE
        self._at: tuple[float, float] | None = None
        self._buffer = np.zeros((0, 0), np.bool_)
        self._x0 = self._y0 = 0

    def move_to(self, x: float, y: float) -> None:
        """Go there in a straight line; the first call puts the brush down."""
        if self._is_fine:
            x, y = math.floor(x) + 0.5, math.floor(y) + 0.5
        start = self._at if self._at is not None else (x, y)
        self._at = (x, y)
        left = max(0, math.floor(min(x, start[0]) - self._radius))
        top = max(0, math.floor(min(y, start[1]) - self._radius))
        right = min(self._width, math.ceil(max(x, start[0]) + self._radius) + 1)
        bottom = min(self._height, math.ceil(max(y, start[1]) + self._radius) + 1)
        if left >= right or top >= bottom:
            return
        self._make_room(left, top, right, bottom)
        froms, tos = _intervals(start, (x, y), self._radius, np.arange(top, bottom) + 0.5)
        centres = np.arange(left, right) + 0.5
        rows = slice(top - self._y0, bottom - self._y0)
        columns = slice(left - self._x0, right - self._x0)
        self._buffer[rows, columns] |= (centres >= froms[:, None]) & (centres <= tos[:, None])

    def added_to(self, mask: RunLengths | None) -> RunLengths:
        """The mask with what was covered; None stands for an empty one."""
        part, x0, y0 = self._covered()
        if mask is None:
            return RunLengths.from_crop(part, x0, y0, height=self._height, width=self._width)
        return mask.with_region(mask.region(x0, y0, part.shape[1], part.shape[0]) | part, x0, y0)

    def taken_from(self, mask: RunLengths | None) -> RunLengths:
        """The mask without what was covered; None stands for an empty one."""
        if mask is None:
            return RunLengths.from_crop(np.zeros((0, 0), np.bool_), 0, 0, height=self._height, width=self._width)
        part, x0, y0 = self._covered()
        return mask.with_region(mask.region(x0, y0, part.shape[1], part.shape[0]) & ~part, x0, y0)

    def _covered(self) -> tuple[npt.NDArray[np.bool_], int, int]:
        """The covered pixels, cropped to their box, and its left and top."""
        rows = np.flatnonzero(self._buffer.any(axis=1))
        if not rows.size:
            return np.zeros((0, 0), np.bool_), 0, 0
        columns = np.flatnonzero(self._buffer.any(axis=0))
        part = self._buffer[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return np.ascontiguousarray(part), self._x0 + int(columns[0]), self._y0 + int(rows[0])

    def _make_room(self, left: int, top: int, right: int, bottom: int) -> None:
        height, width = self._buffer.shape
        if left >= self._x0 and top >= self._y0 and right <= self._x0 + width and bottom <= self._y0 + height:
            return
        if height:
            # Half as much again on the side it grows to, so that a long stroke is copied a few times only.
            if left < self._x0:
                left -= width // 2
            if top < self._y0:
                top -= height // 2
            if right > self._x0 + width:
                right += width // 2
            if bottom > self._y0 + height:
                bottom += height // 2
            left, top = min(left, self._x0), min(top, self._y0)
            right, bottom = max(right, self._x0 + width), max(bottom, self._y0 + height)
        left, top, right, bottom = max(left, 0), max(top, 0), min(right, self._width), min(bottom, self._height)
        buffer = np.zeros((bottom - top, right - left), np.bool_)
        y, x = self._y0 - top, self._x0 - left
        if height:
            buffer[y : y + height, x : x + width] = self._buffer
        self._buffer, self._x0, self._y0 = buffer, left, top


def _intervals(
    start: tuple[float, float], end: tuple[float, float], radius: float, ys: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Where the rows `ys` meet the way of a disc from start to end: x from and to; an empty row has from > to.

    The way is convex, so a row meets it in one piece: from the leftmost of its two discs and the strip between them to
    the rightmost.
    """
    froms, tos = np.full(ys.size, np.inf), np.full(ys.size, -np.inf)
    for x, y in (start, end):
        squared = radius**2 - (ys - y) ** 2
        half = np.sqrt(np.maximum(squared, 0))
        met = squared >= 0
        froms[met] = np.minimum(froms[met], (x - half)[met])
        tos[met] = np.maximum(tos[met], (x + half)[met])
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    if length == 0:
        return froms, tos
    ux, uy = dx / length, dy / length
    low, high = np.full(ys.size, -np.inf), np.full(ys.size, np.inf)
    # Along the way between 0 and its length, and across it at most the radius: each bounds x on both sides.
    for slope, offset, least, most in (
        (ux, (ys - start[1]) * uy, 0.0, length),
        (-uy, (ys - start[1]) * ux, -radius, radius),
    ):
        if abs(slope) < _AXIS:
            outside = (offset < least) | (offset > most)
            low[outside], high[outside] = np.inf, -np.inf
        else:
            bounds = (start[0] + (least - offset) / slope, start[0] + (most - offset) / slope)
            low, high = np.maximum(low, np.minimum(*bounds)), np.minimum(high, np.maximum(*bounds))
    met = low <= high
    froms[met], tos[met] = np.minimum(froms[met], low[met]), np.maximum(tos[met], high[met])
    return froms, tos
