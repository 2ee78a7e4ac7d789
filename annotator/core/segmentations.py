"""COCO's `segmentation` of an annotation: checked without making pixels of it, and made into run-lengths.

A segmentation is a list of polygons [x0, y0, x1, y1, ...] in pixels, whose union is the mask, or a mapping with "size"
[H, W] and "counts": a list of run-lengths, or their compressed form as str or bytes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np
from pycocotools import mask as mask_utils

from annotator.core.rle import Integers, decompress, is_well_formed
from annotator.errors import ClauseError

MAX_MASK_PIXELS = 2**32 - 1
"""Run-lengths are 32-bit numbers in pycocotools, which cuts longer ones short without a word."""

MAX_SIDES = 10
"""How many image sides from the origin a polygon's corner may lie. pycocotools takes memory for every pixel along an
edge, so one wild coordinate would take all there is."""

LEAST_NUMBERS = 6
"""A polygon has three corners x, y at least."""

_NUMBERS = frozenset({int, float})
_WHOLE_NUMBERS = frozenset({int})


def check_segmentation(segmentation: object, height: int, width: int) -> None:
    """Raise ClauseError, with a clause that says what is wrong, unless it is a mask of height x width pixels."""
    if height < 1 or width < 1 or height * width > MAX_MASK_PIXELS:
        raise ClauseError("a mask cannot have {width} x {height} pixels", width=width, height=height)
    if _is_list(segmentation) and segmentation:
        for polygon in segmentation:
            _check_polygon(polygon, limit=MAX_SIDES * max(height, width))
    elif isinstance(segmentation, Mapping):
        _check_size(segmentation, height, width)
        _check_runs(segmentation.get("counts"), height * width)
    else:
        raise ClauseError("its segmentation is neither a list of polygons nor run-lengths")


def _check_size(segmentation: Mapping[str, Any], height: int, width: int) -> None:
    """Raise ClauseError unless the run-lengths say that they are of an image of height x width pixels."""
    if segmentation.get("size") != [height, width]:
        raise ClauseError(
            "its run-lengths are for the size {size}, but its image has the size {wanted} (height, width)",
            size=segmentation.get("size"),
            wanted=[height, width],
        )


def compressed(segmentation: Any, height: int, width: int) -> bytes:
    """The compressed run-lengths that pycocotools makes of a segmentation that `check_segmentation` has let through."""
    if isinstance(segmentation, Mapping):
        counts = segmentation["counts"]
        is_text = isinstance(counts, str | bytes)
        runs = decompress(_as_bytes(counts)) if is_text else np.array(counts, np.int64)
        return from_toggles(_toggles(runs), height, width)
    # frPyObjects takes a first polygon of four numbers for boxes; the check has refused those.
    parts = mask_utils.frPyObjects(segmentation, height, width)
    merged = parts[0] if len(parts) == 1 else mask_utils.merge(parts)
    counts = merged["counts"]
    assert isinstance(counts, bytes)
    return counts


def from_toggles(toggles: Integers, height: int, width: int) -> bytes:
    """toggles: ascending column-major indices at which the value changes, starting from background."""
    total = height * width
    if toggles.size and toggles[-1] == total:
        toggles = toggles[:-1]
    runs = np.diff(toggles, prepend=0, append=total).tolist()
    encoded = mask_utils.frPyObjects({"size": [height, width], "counts": runs}, height, width)
    counts: bytes = encoded["counts"]
    return counts


def _toggles(runs: Integers) -> Integers:
    """Where the value changes, ascending; runs of no length, which COCO allows anywhere, leave no trace."""
    toggles: Integers = np.cumsum(runs)[:-1]
    if runs[1:].all():
        return toggles
    places, times = np.unique(toggles, return_counts=True)
    kept: Integers = places[times % 2 == 1]
    return kept


def _is_list(value: object) -> TypeGuard[Sequence[Any]]:
    # Lists first, because asking for a Sequence takes long.
    return type(value) is list or (isinstance(value, Sequence) and not isinstance(value, str | bytes))


def _as_bytes(counts: str | bytes) -> bytes:
    return counts.encode("utf-8") if isinstance(counts, str) else counts


def _check_runs(counts: object, total: int) -> None:
    """Raise ClauseError unless the run-lengths are whole, not negative, and `total` together."""
    if isinstance(counts, str | bytes):
        text = _as_bytes(counts)
        if not is_well_formed(text):
            raise ClauseError("its compressed run-lengths are damaged")
        runs = decompress(text)
        covers = bool(runs.size and runs.min() >= 0 and runs.sum() == total)
    elif _is_list(counts) and _are_runs(counts, total):
        covers = bool(counts) and sum(counts) == total
    else:
        raise ClauseError("its run-lengths are neither a list of whole numbers nor a compressed text")
    if not covers:
        raise ClauseError("its run-lengths do not cover the {total} pixels of its image", total=total)


def _are_runs(counts: Sequence[Any], total: int) -> bool:
    """Whether they are whole numbers from 0 to `total`."""
    if not set(map(type, counts)) <= _WHOLE_NUMBERS:
        return False
    return not counts or (min(counts) >= 0 and max(counts) <= total)


def _check_polygon(polygon: object, *, limit: int) -> None:
    """Raise ClauseError unless it is at least three corners x, y within `limit` pixels of the origin."""
    if not _is_list(polygon) or len(polygon) < LEAST_NUMBERS or len(polygon) % 2:
        raise ClauseError("one of its polygons is not a list of at least three pairs x, y")
    if not set(map(type, polygon)) <= _NUMBERS or not math.isfinite(sum(polygon)):
        raise ClauseError("one of its polygons has a coordinate that is not a finite number")
    if min(polygon) < -limit or max(polygon) > limit:
        raise ClauseError("one of its polygons lies far outside its image")
