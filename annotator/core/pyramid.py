"""An image and its successive halves, for smooth drawing at any zoom."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

_SMALLEST_LEVEL = 512  # pixels of the longest side: below this, halving no longer pays


def screen_pyramid(rgb: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.uint8], ...]:
    """The levels, largest first, each h x w x 4 uint8 in the byte order of screens: blue, green, red, 255.

    rgb: uint8 H x W x 3. Level k has max(1, H // 2**k) x max(1, W // 2**k) pixels, each the mean of those
    it stands for.
    """
    levels = [np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGRA))]
    while max(levels[-1].shape[:2]) >= 2 * _SMALLEST_LEVEL:
        height, width = levels[-1].shape[:2]
        half = (max(1, width // 2), max(1, height // 2))
        levels.append(np.asarray(cv2.resize(levels[-1], half, interpolation=cv2.INTER_AREA)))
    return tuple(level.astype(np.uint8, copy=False) for level in levels)
