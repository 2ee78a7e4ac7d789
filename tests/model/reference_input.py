"""The network's input as it was when the reference outputs were made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

_MEAN, _STD = np.float32([123.675, 116.28, 103.53]), np.float32([58.395, 57.12, 57.375])


def network_input(path: Path, size: int) -> np.ndarray:
    """1 x 3 x size x size float32: Pillow's bilinear resizing of the longest side to `size`, normalised, padded."""
    with Image.open(path) as image:
        scale = size / max(image.size)
        width, height = (int(side * scale + 0.5) for side in image.size)
        pixels = np.asarray(image.convert("RGB").resize((width, height), Image.Resampling.BILINEAR), np.float32)
    padded = np.zeros((1, 3, size, size), np.float32)
    padded[0, :, :height, :width] = ((pixels - _MEAN) / _STD).transpose(2, 0, 1)
    return padded
