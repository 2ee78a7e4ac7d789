"""Masks as COCO run-lengths: made from pixels or from any COCO segmentation, decoded whole or just their box."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pycocotools import mask as mask_utils

from annotator.core.rle import Integers, decompress
from annotator.core.segmentations import check_segmentation, compressed, from_toggles

_MEASURED_AT_ONCE = 255
"""pycocotools keeps Python's global lock during a call: other threads, such as the window's, get a turn between two.

Its area() puts the number of masks into a byte on the way, so more than these are a warning or an error of NumPy's.
"""

_PAIRS_AT_ONCE = 4_000
"""Of ragged masks that are compared in one such call: some 15 ms."""


@dataclass(frozen=True)
class RunLengths:
    """A mask of height x width pixels as COCO compressed run-lengths.

    counts: lengths of background, foreground, background ... runs in column-major order, in the compressed form of
    pycocotools. They are canonical, the very bytes pycocotools gives for that mask, so that equal masks are equal
    values: the class methods see to it, the constructor trusts its caller.
    """

    height: int
    width: int
    counts: bytes = field(repr=False)

    @classmethod
    def from_mask(cls, mask: npt.NDArray[np.bool_]) -> RunLengths:
        """Encode `mask`, bool H x W. Raises ValueError for an array of another kind."""
        if mask.ndim != 2 or mask.dtype != np.bool_:
            raise ValueError(f"a mask is bool H x W, not {mask.dtype} of shape {mask.shape}")
        return cls.from_crop(mask, 0, 0, height=mask.shape[0], width=mask.shape[1])

    @classmethod
    def from_crop(cls, part: npt.NDArray[np.bool_], x0: int, y0: int, *, height: int, width: int) -> RunLengths:
        """The mask of height x width pixels that is `part`, bool h x w, with its top-left pixel at (x0, y0).

        The inverse of crop(): nothing much larger than `part` is made. Raises ValueError when it does not lie inside.
        """
        if part.ndim != 2 or part.dtype != np.bool_:
            raise ValueError(f"a part of a mask is bool h x w, not {part.dtype} of shape {part.shape}")
        rows, columns = part.shape
        if not (0 <= y0 <= height - rows and 0 <= x0 <= width - columns):
            raise ValueError(f"a part of {columns} x {rows} pixels at ({x0}, {y0}) is not inside {width} x {height}")
        if not part.any():
            return cls._from_toggles(np.empty(0, np.int64), height, width)
        # Where a pixel differs from the one above, in the order of memory; turning the array would take far longer.
        changes = np.empty((rows + 1, columns), np.bool_)
        changes[0], changes[-1] = part[0], part[-1]
        np.logical_xor(part[1:], part[:-1], out=changes[1:-1])
        row, column = np.divmod(np.flatnonzero(changes), columns)
        toggles = np.sort((column + x0) * height + row + y0)
        if rows == height:
            # A run that goes on in the next column ends where it starts again.
            differs = np.concatenate(([True], toggles[1:] != toggles[:-1], [True]))
            toggles = toggles[differs[1:] & differs[:-1]]
        return cls._from_toggles(toggles, height, width)

    @classmethod
    def from_coco(cls, segmentation: object, height: int, width: int) -> RunLengths:
        """The mask that pycocotools makes of a COCO `segmentation` of an image of height x width pixels.

        It is made when it is first asked for, which may be never: the segmentation must not change until then.
        segmentations.py says what it may be. Raises ClauseError: what is wrong with it, as a clause.
        """
        check_segmentation(segmentation, height, width)
        return cls.from_checked(segmentation, height, width)

    @classmethod
    def from_checked(cls, segmentation: object, height: int, width: int) -> RunLengths:
        """The same of a segmentation that check_segmentation has let through."""
        mask = object.__new__(cls)
        state = vars(mask)
        state["height"], state["width"], state["_segmentation"] = height, width, segmentation
        return mask

    @classmethod
    def of_area(cls, height: int, width: int, counts: bytes, area: int) -> RunLengths:
        """Canonical run-lengths whose area is known already."""
        mask = cls(height, width, counts)
        vars(mask)["area"] = area
        return mask

    if not TYPE_CHECKING:  # or it would be taken to have every attribute

        def __getattr__(self, name: str) -> bytes:
            """counts, of a mask that was not made yet."""
            if name != "counts":
                raise AttributeError(f"a mask has no {name}", name=name, obj=self)
            state = vars(self)
            segmentation = state.get("_segmentation")
            if segmentation is not None:
                # Two threads may come here at once: both make the same.
                state["counts"] = compressed(segmentation, self.height, self.width)
                state.pop("_segmentation", None)
            return state["counts"]

    @classmethod
    def _from_toggles(cls, toggles: Integers, height: int, width: int) -> RunLengths:
        """toggles: ascending column-major indices at which the value changes, starting from background."""
        return cls(height, width, from_toggles(toggles, height, width))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True  # whatever it is, which need not be found out
        if not isinstance(other, RunLengths):
            return NotImplemented
        return (self.height, self.width) == (other.height, other.width) and self.counts == other.counts

    @property
    def is_pending(self) -> bool:
        """Whether it is still to be made of a segmentation."""
        return "counts" not in vars(self)

    def to_coco(self) -> dict[str, Any]:
        """The segmentation for a COCO file: {"size": [H, W], "counts": str}."""
        return {"size": [self.height, self.width], "counts": self.counts.decode("ascii")}

    def to_mask(self) -> npt.NDArray[np.bool_]:
        """The whole mask, bool H x W."""
        mask = np.zeros((self.height, self.width), np.bool_)
        part, x0, y0 = self.crop()
        mask[y0 : y0 + part.shape[0], x0 : x0 + part.shape[1]] = part
        return mask

    def crop(self) -> tuple[npt.NDArray[np.bool_], int, int]:
        """The mask inside its box, bool h x w, and the box's left and top (x0, y0) in pixels of the image.

        Nothing larger than the box is made. An empty mask has a box of 0 x 0 pixels at (0, 0).
        """
        starts, ends = _foreground(decompress(self.counts))
        if not starts.size:
            return np.zeros((0, 0), np.bool_), 0, 0
        x0, x1 = int(starts[0]) // self.height, int(ends[-1] - 1) // self.height + 1
        if (starts // self.height != (ends - 1) // self.height).any():
            # A run that goes on in the next column touches the bottom and the top: the box has the image's height.
            y0, y1 = 0, self.height
        else:
            y0, y1 = int((starts % self.height).min()), int(((ends - 1) % self.height).max()) + 1
        return self.region(x0, y0, x1 - x0, y1 - y0), x0, y0

    def region(self, x0: int, y0: int, width: int, height: int) -> npt.NDArray[np.bool_]:
        """The pixels of a box inside the image, bool height x width; nothing larger than the box is made."""
        self._check_inside(x0, y0, width, height)
        toggles = np.cumsum(decompress(self.counts))[:-1]
        # Whether the value differs from the pixel above; for the first row, what it is.
        changes = np.zeros((height, width), np.uint8)
        if not changes.size:
            return changes.view(np.bool_)
        tops = np.arange(x0, x0 + width) * self.height + y0
        changes[0] = np.searchsorted(toggles, tops, side="right") & 1
        first, last = np.searchsorted(toggles, (x0 * self.height, (x0 + width) * self.height))
        columns, rows = np.divmod(toggles[first:last], self.height)
        inside = (rows > y0) & (rows < y0 + height)
        changes[rows[inside] - y0, columns[inside] - x0] = 1
        # Ten times as fast as bitwise_xor.accumulate.
        for row in range(1, height):
            np.bitwise_xor(changes[row], changes[row - 1], out=changes[row])
        return changes.view(np.bool_)

    def with_region(self, part: npt.NDArray[np.bool_], x0: int, y0: int) -> RunLengths:
        """The mask with the box at (x0, y0) replaced by `part`, bool h x w; nothing larger than the box is made.

        Raises ValueError when the box is not inside the image.
        """
        height, width = part.shape
        changed = self.region(x0, y0, width, height) ^ part
        change = RunLengths.from_crop(changed, x0, y0, height=self.height, width=self.width)
        return self.difference(change)

    def difference(self, other: RunLengths) -> RunLengths:
        """The pixels that are in one of the masks alone, of the same image size; nothing is decoded to pixels."""
        # What toggles in only one of two masks toggles in their difference.
        both = np.concatenate([np.cumsum(decompress(mask.counts))[:-1] for mask in (self, other)])
        places, times = np.unique(both, return_counts=True)
        return RunLengths._from_toggles(places[times == 1], self.height, self.width)

    def shifted(self, dx: int, dy: int) -> RunLengths:
        """The mask moved by whole pixels. Raises ValueError when a pixel would leave the image."""
        x, y, width, height = self.bbox
        self._check_inside(x + dx, y + dy, width, height)
        starts, ends = _foreground(decompress(self.counts))
        # A run that goes on in the next column reaches from the top to the bottom: then dy is 0.
        toggles = np.column_stack((starts, ends)).ravel() + dx * self.height + dy
        return RunLengths._from_toggles(toggles, self.height, self.width)

    def runs_by_column(self) -> tuple[Integers, Integers, Integers]:
        """The foreground as pieces of columns: (column, first row, row after the last) of each, in that order."""
        starts, ends = _foreground(decompress(self.counts))
        columns = starts // self.height
        crossed = (ends - 1) // self.height - columns  # a run goes on in the next column when it touches the bottom
        if crossed.any():
            index = np.repeat(np.arange(starts.size), crossed + 1)
            step = np.arange(index.size) - np.repeat(np.cumsum(crossed + 1) - crossed - 1, crossed + 1)
            columns = columns[index] + step
            starts = np.maximum(starts[index], columns * self.height)
            ends = np.minimum(ends[index], (columns + 1) * self.height)
        return columns, starts - columns * self.height, ends - columns * self.height

    def _check_inside(self, x0: int, y0: int, width: int, height: int) -> None:
        if not (0 <= y0 <= self.height - height and 0 <= x0 <= self.width - width):
            raise ValueError(
                f"a box of {width} x {height} pixels at ({x0}, {y0}) is not inside {self.width} x {self.height}"
            )

    @cached_property
    def area(self) -> int:
        """Foreground pixels."""
        return int(mask_utils.area(self._pycocotools()))

    @cached_property
    def bbox(self) -> tuple[int, int, int, int]:
        """The box (x, y, width, height) in whole pixels around the foreground; all zero when there is none."""
        x, y, width, height = (int(v) for v in mask_utils.toBbox(self._pycocotools()))
        return x, y, width, height

    def _pycocotools(self) -> dict[str, Any]:
        return {"size": [self.height, self.width], "counts": self.counts}


def measure(masks: Iterable[RunLengths]) -> None:
    """Find out the area and bbox of many masks beforehand, which takes a tenth of the time of asking each."""
    unknown = [mask for mask in masks if not {"area", "bbox"} <= vars(mask).keys()]
    for start in range(0, len(unknown), _MEASURED_AT_ONCE):
        some = unknown[start : start + _MEASURED_AT_ONCE]
        objects = [mask._pycocotools() for mask in some]
        # Kept where cached_property keeps what it has computed.
        if not all("area" in vars(mask) for mask in some):
            for mask, area in zip(some, mask_utils.area(objects).tolist(), strict=True):
                vars(mask)["area"] = area
        for mask, box in zip(some, mask_utils.toBbox(objects).astype(np.int64).tolist(), strict=True):
            vars(mask)["bbox"] = tuple(box)


def overlaps(masks: Sequence[RunLengths], others: Sequence[RunLengths]) -> npt.NDArray[np.float64]:
    """IoU of every mask with every other one, len(masks) x len(others) float64, 0..1; all of one image size."""
    return _compare(masks, others, as_parts=False)


def contained_shares(masks: Sequence[RunLengths], others: Sequence[RunLengths]) -> npt.NDArray[np.float64]:
    """How much of each mask's area lies in each other one, len(masks) x len(others) float64, 0..1."""
    return _compare(masks, others, as_parts=True)


def _compare(masks: Sequence[RunLengths], others: Sequence[RunLengths], *, as_parts: bool) -> npt.NDArray[np.float64]:
    if not masks or not others:
        return np.zeros((len(masks), len(others)), np.float64)
    firsts, seconds = [mask._pycocotools() for mask in masks], [mask._pycocotools() for mask in others]
    # With a crowd, COCO's "IoU" is the intersection over the area of the first mask alone.
    crowds = [as_parts] * len(others)
    rows = max(1, _PAIRS_AT_ONCE // len(others))
    shares = [mask_utils.iou(firsts[row : row + rows], seconds, crowds) for row in range(0, len(firsts), rows)]
    # Two empty masks have no IoU there, but 0 / 0.
    together: npt.NDArray[np.float64] = np.concatenate(shares).astype(np.float64, copy=False)
    return np.asarray(np.nan_to_num(together))


def _foreground(runs: Integers) -> tuple[Integers, Integers]:
    """The first index of each foreground run and the index after its last, column-major."""
    borders = np.cumsum(runs)
    ends = borders[1::2]
    return borders[0::2][: ends.size], ends
