"""Whole and part: which proposals of an image lie in which others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from annotator.core.geometry import RunLengths, contained_shares

_PART_SHARE = 0.9


def parents(masks: Sequence[RunLengths]) -> list[int | None]:
    """For each mask the index of the smallest one it is a part of, or None for a whole object; all of one image.

    A is part of B when at least 90 % of A lies in B and A is smaller, so no mask can be a part of its own parts.
    """
    areas = np.array([mask.area for mask in masks], np.int64)
    contained = contained_shares(masks, masks) >= _PART_SHARE
    result: list[int | None] = []
    for index, area in enumerate(areas):
        wholes = np.flatnonzero(contained[index] & (areas > area))
        result.append(int(wholes[np.argmin(areas[wholes])]) if wholes.size else None)
    return result


def levels(parents_of_masks: Sequence[int | None]) -> list[int]:
    """How deep each mask lies in the forest of `parents`: 0 for whole objects, 1 for their parts, and so on."""
    result: list[int] = []
    for parent in parents_of_masks:
        level = 0
        while parent is not None:
            level += 1
            parent = parents_of_masks[parent]
        result.append(level)
    return result
