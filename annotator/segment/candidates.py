"""From decoded masks to those worth proposing: filtered at low resolution, measured exactly only when it matters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import cv2
import numpy as np
import numpy.typing as npt

from annotator.core.geometry import RunLengths
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.lattice import Lattice
from annotator.segment.preprocess import Frame, image_part
from annotator.segment.sampling import Box, Floats, Upsampling, bounding_box
from annotator.segment.segmenter import DecodeBatch

# The stability at low resolution is that of the image but for the outline's steps. Over the masks of the reference
# images they differ by less than this when the mask has some cells, so what lies lower is not worth measuring.
_STABILITY_MARGIN = 0.05
_FEW_CELLS = 64
_SAMPLES = 64  # along each axis, of the pixels that say where a mask certainly is


@dataclass(frozen=True)
class Measured:
    """A candidate in the image's pixels. box: around the mask, None when it is empty; stability: before cleaning."""

    mask: RunLengths
    box: Box | None
    stability: float


@dataclass(frozen=True, eq=False)
class Decoding:
    """What the candidates of one embedding have in common."""

    frame: Frame
    upsampling: Upsampling
    mask_threshold: float
    config: EverythingConfig


@dataclass(frozen=True, eq=False)
class Candidate:
    """One decoded mask that may become a proposal, with the part of its logits that matters.

    cells: low-resolution logits of the cells in `at`, float32: all that reach mask_threshold - stability_offset, and
    what the pixels around them depend on. reach, outer: boxes of the image outside of which no pixel exceeds
    mask_threshold - stability_offset, or mask_threshold.
    """

    decoding: Decoding = field(repr=False)
    predicted_iou: float
    point: tuple[float, float]
    cells: Floats = field(repr=False)
    at: Box
    reach: Box
    outer: Box

    @cached_property
    def inner(self) -> Box | None:
        """A box of the image inside the mask's own, around those of some pixels that are in the mask; None for none."""
        rows = _samples(self.outer.top, self.outer.bottom)
        columns = _samples(self.outer.left, self.outer.right)
        logits = self.decoding.upsampling.at_points(self.cells, self.at, rows, columns)
        box = bounding_box(logits > self.decoding.mask_threshold)
        if box is None:
            return None
        return Box(
            int(columns[box.left]), int(rows[box.top]), int(columns[box.right - 1]) + 1, int(rows[box.bottom - 1]) + 1
        )

    @cached_property
    def measured(self) -> Measured:
        """The mask itself: the logits of `reach`, thresholded and cleaned of specks."""
        decoding, config = self.decoding, self.decoding.config
        part = np.empty((self.reach.bottom - self.reach.top, self.reach.right - self.reach.left), np.bool_)
        larger = smaller = 0
        for rows, band in decoding.upsampling.bands(self.cells, self.at, self.reach):
            np.greater(band, np.float32(decoding.mask_threshold), out=part[rows])
            larger += int(np.count_nonzero(band > decoding.mask_threshold - config.stability_offset))
            smaller += int(np.count_nonzero(band > decoding.mask_threshold + config.stability_offset))
        if config.min_area:
            part = without_specks(part, config.min_area)
        frame = decoding.frame
        mask = RunLengths.from_crop(part, self.reach.left, self.reach.top, height=frame.height, width=frame.width)
        x, y, width, height = mask.bbox
        box = Box(x, y, x + width, y + height) if width else None
        return Measured(mask, box, smaller / larger if larger else 0.0)

    def confident(self, lattice: Lattice) -> npt.NDArray[np.bool_]:
        """Which crossings lie where the logits exceed confident_logit, bool (rows, columns)."""
        frame, level = self.decoding.frame, self.decoding.config.confident_logit
        rows = np.minimum(lattice.y.astype(np.intp), frame.height - 1)
        columns = np.minimum(lattice.x.astype(np.intp), frame.width - 1)
        in_rows = np.flatnonzero((rows >= self.reach.top) & (rows < self.reach.bottom))
        in_columns = np.flatnonzero((columns >= self.reach.left) & (columns < self.reach.right))
        result = np.zeros((rows.size, columns.size), np.bool_)
        values = self.decoding.upsampling.at_points(self.cells, self.at, rows[in_rows], columns[in_columns])
        result[np.ix_(in_rows, in_columns)] = values > level
        return result


def candidates(decoding: Decoding, batch: DecodeBatch, points: Sequence[tuple[float, float]]) -> list[Candidate]:
    """The masks of a batch that may pass the thresholds, in the order of the prompts and of the network.

    points: (x, y) of the batch's prompts, pixels of the image. What is left out would not pass; what is left in may
    still have too little stability in the image's pixels.
    """
    config, threshold = decoding.config, decoding.mask_threshold
    prompts, masks = np.nonzero(batch.predicted_iou > config.predicted_iou)
    chosen = []
    for prompt, mask in zip(prompts.tolist(), masks.tolist(), strict=True):
        logits = image_part(batch.logits[prompt, mask], decoding.frame)
        larger = np.count_nonzero(logits > threshold - config.stability_offset)
        smaller = np.count_nonzero(logits > threshold + config.stability_offset)
        if larger >= _FEW_CELLS and smaller / larger < config.stability - _STABILITY_MARGIN:
            continue
        candidate = _candidate(
            decoding, batch.logits[prompt, mask], float(batch.predicted_iou[prompt, mask]), points[prompt]
        )
        if candidate is not None:
            chosen.append(candidate)
    return chosen


def _candidate(
    decoding: Decoding, logits: Floats, predicted_iou: float, point: tuple[float, float]
) -> Candidate | None:
    """None for a mask without a pixel."""
    upsampling, threshold = decoding.upsampling, decoding.mask_threshold
    mask_cells = bounding_box(logits > threshold)
    reached_cells = bounding_box(logits > threshold - decoding.config.stability_offset)
    if mask_cells is None or reached_cells is None:
        return None
    outer, reach = upsampling.box_above(mask_cells), upsampling.box_above(reached_cells)
    if not outer.area:
        return None  # all of it lies in the padding
    at = upsampling.cells_needed(reach)
    return Candidate(
        decoding=decoding,
        predicted_iou=predicted_iou,
        point=point,
        cells=logits[at.top : at.bottom, at.left : at.right].copy(),
        at=at,
        reach=reach,
        outer=outer,
    )


def _samples(start: int, stop: int) -> npt.NDArray[np.intp]:
    """Pixels spread from the first to the last."""
    return np.linspace(start, stop - 1, min(_SAMPLES, stop - start)).astype(np.intp)


def without_specks(mask: npt.NDArray[np.bool_], min_area: int) -> npt.NDArray[np.bool_]:
    """The mask, H x W bool, with holes and islands of fewer than min_area pixels filled and removed.

    Both are 8-connected; background that reaches the array's rim is no hole.
    """
    padded = np.pad(mask, 1)
    background = _small_parts(~padded, min_area)
    filled = padded | background
    result: npt.NDArray[np.bool_] = (filled & ~_small_parts(filled, min_area))[1:-1, 1:-1]
    return result


def _small_parts(mask: npt.NDArray[np.bool_], min_area: int) -> npt.NDArray[np.bool_]:
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] < min_area
    small[0] = False  # what is not in the mask
    result: npt.NDArray[np.bool_] = small[labels]
    return result


def box_iou(a: Box, b: Box) -> float:
    """IoU of two boxes, measured between the centres of their outermost pixels, as SAM's mask generator does.

    Boxes one pixel thin have nothing between those, so they are measured by their pixels.
    """
    if not a.span or not b.span:
        shared = a.intersection(b).area
        return shared / (a.area + b.area - shared)
    shared = a.intersection(b).span
    return shared / (a.span + b.span - shared)


def surely_overlaps(candidate: Candidate, box: Box, iou: float) -> bool:
    """Whether the candidate's box, wherever it lies between inner and outer, has more than that IoU with `box`.

    Never true where specks are removed: the pixels that make up inner might be some.
    """
    if candidate.decoding.config.min_area or candidate.inner is None:
        return False
    shared = candidate.inner.intersection(box).span
    return shared > iou * (candidate.outer.span + box.span - shared)
