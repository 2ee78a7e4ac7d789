"""Logits in the image's pixels, but only in the part of the image that matters.

Upsampling is linear in each axis: the logits of a box are `rows @ logits @ columns.T` with the few rows of the two
matrices that belong to it. That way a mask of an image of 24 million pixels costs what its own box costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from annotator.segment.preprocess import Frame

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

# Rows of a band: few, so that a band's product runs over the few low-resolution rows it depends on.
_BAND_ROWS = 64
_BAND_PIXELS = 1 << 18


@dataclass(frozen=True)
class Box:
    """Rows top..bottom - 1 and columns left..right - 1 of an image or of low-resolution logits."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """In pixels; 0 for a box that holds none."""
        return max(0, self.right - self.left) * max(0, self.bottom - self.top)

    @property
    def span(self) -> int:
        """The area between the centres of its outermost pixels."""
        return max(0, self.right - self.left - 1) * max(0, self.bottom - self.top - 1)

    def intersection(self, other: Box) -> Box:
        """What both cover; its area is 0 where that is nothing."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


def bounding_box(mask: npt.NDArray[np.bool_]) -> Box | None:
    """The box around the True pixels of H x W bool, or None when there are none."""
    rows = np.flatnonzero(mask.any(axis=1))
    if not rows.size:
        return None
    columns = np.flatnonzero(mask[rows[0] : rows[-1] + 1].any(axis=0))
    return Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)


@dataclass(frozen=True, eq=False)
class Axis:
    """One axis of the upsampling. matrix: image pixels x low-resolution cells, float32; its rows add up to 1."""

    matrix: Floats

    @cached_property
    def first(self) -> Indices:
        """The first cell each pixel depends on, ascending."""
        first: Indices = np.argmax(self.matrix > 0, axis=1)
        return first

    @cached_property
    def last(self) -> Indices:
        """The last cell each pixel depends on, ascending."""
        last: Indices = self.matrix.shape[1] - 1 - np.argmax(self.matrix[:, ::-1] > 0, axis=1)
        return last

    def pixels_touched(self, cells: slice) -> slice:
        """The pixels that depend on any of these cells; no others can have a value that only they reach."""
        start = np.searchsorted(self.last, cells.start, side="left")
        return slice(int(start), int(np.searchsorted(self.first, cells.stop, side="left")))

    def cells_needed(self, pixels: slice) -> slice:
        """The cells these pixels depend on."""
        return slice(int(self.first[pixels.start]), int(self.last[pixels.stop - 1]) + 1)


class Upsampling:
    """`preprocess.upsample` for one frame, box by box.

    side: S/4, the height and width of the logits.
    """

    def __init__(self, frame: Frame, side: int) -> None:
        height, width = frame.resized
        self.rows = Axis(_axis_matrix(side, frame.input_size, height, frame.height))
        self.columns = Axis(_axis_matrix(side, frame.input_size, width, frame.width))

    def box_above(self, cells: Box) -> Box:
        """Outside this box of the image no pixel exceeds a level that only the logits inside `cells` exceed.

        Interpolated values lie between those they come from, so this holds for every level.
        """
        rows = self.rows.pixels_touched(slice(cells.top, cells.bottom))
        columns = self.columns.pixels_touched(slice(cells.left, cells.right))
        return Box(columns.start, rows.start, columns.stop, rows.stop)

    def cells_needed(self, box: Box) -> Box:
        """The low-resolution cells that a box of the image depends on; the box must not be empty."""
        rows = self.rows.cells_needed(slice(box.top, box.bottom))
        columns = self.columns.cells_needed(slice(box.left, box.right))
        return Box(columns.start, rows.start, columns.stop, rows.stop)

    def bands(self, cells: Floats, at: Box, box: Box) -> Iterator[tuple[slice, Floats]]:
        """The image's logits in `box`, from top to bottom: rows counted from the box's top, and their h x w float32.

        cells: the logits of the cells in `at`, which must contain cells_needed(box).
        """
        needed = self.cells_needed(box)
        columns = self.columns.matrix[box.left : box.right, needed.left : needed.right]
        wide = cells[:, needed.left - at.left : needed.right - at.left] @ columns.T
        step = max(1, min(_BAND_ROWS, _BAND_PIXELS // (box.right - box.left)))
        for top in range(box.top, box.bottom, step):
            bottom = min(top + step, box.bottom)
            used = self.rows.cells_needed(slice(top, bottom))
            rows = self.rows.matrix[top:bottom, used]
            yield slice(top - box.top, bottom - box.top), rows @ wide[used.start - at.top : used.stop - at.top]

    def at_points(self, cells: Floats, at: Box, rows: Indices, columns: Indices) -> Floats:
        """The image's logits at the crossings of some pixel rows and columns, len(rows) x len(columns) float32.

        cells: the logits of the cells in `at`, which must contain those that the pixels depend on.
        """
        row_weights = self.rows.matrix[rows, at.top : at.bottom]
        values: Floats = row_weights @ cells @ self.columns.matrix[columns, at.left : at.right].T
        return values


def _axis_matrix(side: int, input_size: int, resized: int, size: int) -> Floats:
    """size x side: interpolation from the logits to the input, cropped to the image, and from there to the image."""
    to_input = _interpolation(side, input_size)[:resized]
    return _interpolate(to_input, size)


def _interpolation(source: int, target: int) -> Floats:
    return _interpolate(np.eye(source, dtype=np.float32), target)


def _interpolate(values: Floats, size: int) -> Floats:
    """Linear interpolation with half-pixel centres along the first axis, as PyTorch's with align_corners=False."""
    count = len(values)
    source = ((np.arange(size) + 0.5) * (count / size) - 0.5).clip(0, count - 1)
    before = np.floor(source).astype(np.intp)
    after = np.minimum(before + 1, count - 1)
    weight = (source - before).astype(np.float32)[:, None]
    result: Floats = values[before] * (1 - weight) + values[after] * weight
    return result
