"""The masks of a COCO file's annotations, some hundred checked together: that takes a fifth of the time of one by one.

What is not right, or cannot be told together, is left for segmentations.py, which says what is wrong with it.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from annotator.core.geometry import RunLengths, measure
from annotator.core.outside import OUTSIDE
from annotator.core.records import ImageRecord
from annotator.core.rle import check_many
from annotator.core.segmentations import LEAST_NUMBERS, MAX_MASK_PIXELS, MAX_SIDES

_Size = tuple[int, int]


@dataclass(frozen=True, eq=False)
class CheckedMasks:
    """What is known of some annotations, place by place.

    masks: None for what is wrong, or was not checked. may_reach_out: False when the shape is known not to reach out of
    its image.
    """

    masks: list[RunLengths | None]
    may_reach_out: list[bool]

    def take(self, place: int, mask: RunLengths, *, reaches_out: bool = False) -> None:
        """The mask at that place is right."""
        self.masks[place], self.may_reach_out[place] = mask, reaches_out


@dataclass
class _Alike:
    """Segmentations that are spelt alike. places: of their records; sizes: of their masks, height and width."""

    places: list[int] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)
    sizes: list[_Size] = field(default_factory=list)

    def add(self, place: int, shape: Any, size: _Size) -> None:
        self.places.append(place)
        self.shapes.append(shape)
        self.sizes.append(size)


def check_masks(records: Sequence[Any], images: Mapping[int, ImageRecord], text: bytes) -> CheckedMasks:
    """Check the masks of annotations that were read from this JSON text.

    Of polygons and uncompressed run-lengths, the masks are made when somebody asks for them. Run-lengths may be of
    another size than their image.
    """
    checked = CheckedMasks([None] * len(records), [True] * len(records))
    texts, runs, polygons = _Alike(), _Alike(), _Alike()
    for place, record in enumerate(records):
        if type(record) is not dict:
            continue
        segmentation = record.get("segmentation") or rectangle(record.get("bbox"))
        if type(segmentation) is list:
            image_id = record.get("image_id")
            image = images.get(image_id) if type(image_id) is int else None
            if image is not None:
                polygons.add(place, segmentation, (image.height, image.width))
        elif type(segmentation) is dict:
            counts, size = segmentation.get("counts"), segmentation.get("size")
            if not _is_size(size):
                continue
            if type(counts) is str and counts.isascii():
                texts.add(place, counts.encode("ascii"), (size[0], size[1]))
            elif type(counts) is list and counts:
                runs.add(place, counts, (size[0], size[1]))
    _take_texts(texts, records, checked)
    _take_runs(runs, records, checked, text)
    _take_polygons(polygons, checked, text)
    return checked


def rectangle(bbox: object) -> list[list[float]] | None:
    """The polygon of a COCO box [x, y, width, height], as pycocotools makes it; None when it is no such box."""
    if not isinstance(bbox, list) or len(bbox) != 4 or not all(type(v) in (int, float) for v in bbox):
        return None
    x, y, width, height = bbox
    if width < 0 or height < 0:
        return None
    return [[x, y, x, y + height, x + width, y + height, x + width, y]]


def _is_size(value: object) -> TypeGuard[list[int]]:
    if not isinstance(value, list) or len(value) != 2 or not all(type(side) is int and side > 0 for side in value):
        return False
    return bool(value[0] * value[1] <= MAX_MASK_PIXELS)


def _take_texts(alike: _Alike, records: Sequence[Any], checked: CheckedMasks) -> None:
    """Compressed run-lengths; what is spelt as we write it is not to be made into a mask any more."""
    if not alike.places:
        return
    found = check_many(alike.shapes, [height * width for height, width in alike.sizes])
    verdicts = zip(found.covers.tolist(), found.is_canonical.tolist(), found.areas.tolist(), strict=True)
    perhaps_ours = []
    for place, text, (height, width), (covers, is_canonical, area) in zip(
        alike.places, alike.shapes, alike.sizes, verdicts, strict=True
    ):
        if is_canonical:
            mask = RunLengths.of_area(height, width, text, area)
            checked.take(place, mask)
            if records[place].get("area") == area:
                perhaps_ours.append(mask)
        elif covers:
            checked.take(place, RunLengths.from_checked(records[place]["segmentation"], height, width))
    measure(perhaps_ours)


def _take_runs(alike: _Alike, records: Sequence[Any], checked: CheckedMasks, text: bytes) -> None:
    """Lists of run-lengths: whole numbers, none of them negative, that cover the mask together."""
    if not alike.places:
        return
    # There may be a thousand in each mask, so of most only the sum is asked.
    may_be_negative, may_be_flags = b"-" in text, _has_flags(text)
    for place, counts, (height, width) in zip(alike.places, alike.shapes, alike.sizes, strict=True):
        total = _sum(counts)
        if may_be_flags and bool in map(type, counts):
            continue
        if type(total) is int and total == height * width and not (may_be_negative and min(counts) < 0):
            checked.take(place, RunLengths.from_checked(records[place]["segmentation"], height, width))


def _sum(numbers: list[Any]) -> object:
    """The sum, which is whole when all of the numbers are; None when something else is among them."""
    try:
        return sum(numbers)
    except TypeError:
        return None


def _has_flags(text: bytes) -> bool:
    """Whether there may be values in it that are no numbers in JSON, but are in Python."""
    return b"true" in text or b"false" in text


def _take_polygons(alike: _Alike, checked: CheckedMasks, text: bytes) -> None:
    """Lists of polygons; when one is wrong, then none of them is taken."""
    polygons = list(chain.from_iterable(alike.shapes))
    if not polygons or set(map(type, polygons)) != {list}:
        return
    lengths = np.array(list(map(len, polygons)))
    flat = list(chain.from_iterable(polygons))
    numbers = _as_floats(flat)
    if _has_flags(text) and bool in map(type, flat):
        return
    if numbers is None or lengths.min() < LEAST_NUMBERS or (lengths % 2).any():
        return
    starts = (np.cumsum(lengths) - lengths) // 2
    low, high = (
        np.stack([pick.reduceat(numbers[axis::2], starts) for axis in (0, 1)], axis=1)
        for pick in (np.minimum, np.maximum)
    )
    counts = list(map(len, alike.shapes))
    sizes = np.array(alike.sizes)[:, ::-1]  # x, y
    all_sizes = np.repeat(sizes, counts, axis=0)
    limits = MAX_SIDES * all_sizes.max(axis=1, keepdims=True)
    if (low < -limits).any() or (high > limits).any():
        return
    sticks_out = ((low < -OUTSIDE) | (high > all_sizes + OUTSIDE)).any(axis=1)
    reaches_out = np.logical_or.reduceat(sticks_out, np.cumsum(counts) - counts).tolist()
    for place, shape, (height, width), reaches in zip(
        alike.places, alike.shapes, alike.sizes, reaches_out, strict=True
    ):
        checked.take(place, RunLengths.from_checked(shape, height, width), reaches_out=reaches)


def _as_floats(numbers: list[Any]) -> npt.NDArray[np.float64] | None:
    """The numbers as float64; None when one is something else, or too large."""
    try:
        # Many times as fast as NumPy, which looks for the type that fits.
        return np.frombuffer(array("d", numbers))
    except (TypeError, OverflowError):
        return None
