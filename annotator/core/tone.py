"""Brightness, contrast and gamma for looking at an image; what is stored or segmented is never changed by them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

_STEEPEST = 0.98  # of contrast 1: beyond, the slope is infinite


@dataclass(frozen=True)
class Tone:
    """How values are shown. brightness, contrast: -1..1, 0 as they are. gamma: above 0, larger lifts the dark parts."""

    brightness: float = 0.0
    contrast: float = 0.0
    gamma: float = 1.0

    def table(self) -> npt.NDArray[np.uint8]:
        """What each value becomes, 256 uint8: gamma first, then contrast around the middle, then brightness."""
        values = np.linspace(0, 1, 256) ** (1 / self.gamma)
        slope = math.tan((min(self.contrast, _STEEPEST) + 1) * math.pi / 4)
        values = (values - 0.5) * slope + 0.5 + self.brightness
        table: npt.NDArray[np.uint8] = np.rint(values.clip(0, 1) * 255).astype(np.uint8)
        return table


NEUTRAL = Tone()


def apply_tone(pixels: npt.NDArray[np.uint8], tone: Tone) -> None:
    """Change pixels in place, h x w x 4 uint8 in the byte order of screens; the fourth byte stays."""
    table = np.repeat(tone.table()[:, None], 4, axis=1)
    table[:, 3] = np.arange(256)
    cv2.LUT(pixels, table[:, None], pixels)
