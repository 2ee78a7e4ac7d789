"""Masks made from masks: without holes, without islands, smoother, together, apart. Only boxes are decoded.

A part is what hangs together over the edges of its pixels, as in `polygons`; a hole is background that does not reach
the outside over edges or corners, so that no mask is both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from annotator.core.geometry import RunLengths

_SMOOTHING = 5  # pixels: the side of the median's window


def fill_holes(mask: RunLengths) -> RunLengths:
    """The mask with all that it encloses."""
    part, x0, y0 = mask.crop()
    if not part.size:
        return mask
    padded = np.pad(~part, 1, constant_values=True)
    _, labels = cv2.connectedComponents(padded.view(np.uint8), connectivity=8)
    return _placed((labels != labels[0, 0])[1:-1, 1:-1], x0, y0, mask)


def largest_part(mask: RunLengths) -> RunLengths:
    """The largest part of the mask; of equal ones the first from the top."""
    parts = split(mask)
    return max(parts, key=lambda part: part.area) if parts else mask


@dataclass(frozen=True)
class Cleaned:
    """A mask without small things, and how many parts went and holes were filled."""

    mask: RunLengths
    parts: int
    holes: int


def cleaned(mask: RunLengths, *, parts_below: int, holes_below: int) -> Cleaned:
    """The mask without its parts of fewer pixels, and then with its holes of fewer pixels filled.

    0 leaves all of a kind. The largest part always stays.
    """
    part, x0, y0 = mask.crop()
    if not part.size:
        return Cleaned(mask, 0, 0)
    _, labels, figures, _ = cv2.connectedComponentsWithStats(part.view(np.uint8), connectivity=4)
    areas = figures[:, cv2.CC_STAT_AREA]
    goes = areas < parts_below
    goes[0] = goes[1 + int(areas[1:].argmax())] = False
    if goes.any():
        part = part & ~goes[labels]
    padded = np.pad(~part, 1, constant_values=True)
    _, hole_labels, hole_figures, _ = cv2.connectedComponentsWithStats(padded.view(np.uint8), connectivity=8)
    fills = hole_figures[:, cv2.CC_STAT_AREA] < holes_below
    fills[0] = fills[hole_labels[0, 0]] = False  # the mask itself, and the outside
    if fills.any():
        part = part | fills[hole_labels][1:-1, 1:-1]
    return Cleaned(_placed(part, x0, y0, mask), int(goes.sum()), int(fills.sum()))


def split(mask: RunLengths) -> list[RunLengths]:
    """A mask for each part, in the order of their first pixels from the top; none for an empty mask."""
    part, x0, y0 = mask.crop()
    if not part.size:
        return []
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(part.view(np.uint8), connectivity=4)
    masks = []
    for label in range(1, count):
        x, y, width, height = (int(v) for v in boxes[label, :4])
        box = np.ascontiguousarray(labels[y : y + height, x : x + width] == label)
        masks.append(_placed(box, x0 + x, y0 + y, mask))
    return masks


def smooth(mask: RunLengths) -> RunLengths:
    """The mask with every pixel as most of the 5 x 5 around it are; the image's outermost pixels go on beyond it."""
    part, x0, y0 = mask.crop()
    if not part.size:
        return mask
    height, width = part.shape
    # Where the box is at the image's border nothing is put around it, and OpenCV repeats the outermost pixels.
    left, top = (min(_SMOOTHING // 2, before) for before in (x0, y0))
    right, bottom = (min(_SMOOTHING // 2, after) for after in (mask.width - x0 - width, mask.height - y0 - height))
    padded = np.pad(part, ((top, bottom), (left, right))).view(np.uint8)
    median = cv2.medianBlur(padded, _SMOOTHING)[top : top + height, left : left + width]
    return _placed(median.astype(np.bool_), x0, y0, mask)


def united(masks: Sequence[RunLengths]) -> RunLengths:
    """What at least one of the masks covers; they are of one image size, and at least one."""
    result, *others = masks
    for other in others:
        part, x0, y0 = other.crop()
        result = result.with_region(result.region(x0, y0, part.shape[1], part.shape[0]) | part, x0, y0)
    return result


def subtracted(mask: RunLengths, others: Sequence[RunLengths]) -> RunLengths:
    """What the mask covers and none of the others does; all are of one image size."""
    for other in others:
        part, x0, y0 = other.crop()
        mask = mask.with_region(mask.region(x0, y0, part.shape[1], part.shape[0]) & ~part, x0, y0)
    return mask


def cut_to(mask: RunLengths, height: int, width: int) -> RunLengths:
    """The mask on an image of another size, from the top-left corner on; what lies beyond it is cut off."""
    if (height, width) == (mask.height, mask.width):
        return mask
    part, x0, y0 = mask.crop()
    part = np.ascontiguousarray(part[: max(height - y0, 0), : max(width - x0, 0)])
    if not part.size:
        part, x0, y0 = part[:0, :0], 0, 0
    return RunLengths.from_crop(part, x0, y0, height=height, width=width)


def _placed(part: npt.NDArray[np.bool_], x0: int, y0: int, mask: RunLengths) -> RunLengths:
    return RunLengths.from_crop(part, x0, y0, height=mask.height, width=mask.width)
