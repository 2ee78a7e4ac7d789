"""A picture of a photo with a mask and its prompt drawn on it, for reports and for machines without a display."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from annotator.core.geometry import RunLengths
    from annotator.segment import Prompt

_TINT = (30, 120, 255)
_TINT_SHARE = 0.4
_OUTLINE = (255, 255, 255)
_POSITIVE = (40, 170, 70)
_NEGATIVE = (220, 50, 50)


def draw_overlay(rgb: npt.NDArray[np.uint8], mask: npt.NDArray[np.bool_], prompt: Prompt) -> npt.NDArray[np.uint8]:
    """The photo with the mask tinted and outlined, the box, and the points as plus and minus signs.

    rgb: H x W x 3 uint8; mask: H x W bool; prompt: in pixels of the same frame. Returns a new image like rgb.
    """
    picture = rgb.copy()
    tint = np.asarray(_TINT, np.float32)
    picture[mask] = ((1 - _TINT_SHARE) * picture[mask] + _TINT_SHARE * tint).round().astype(np.uint8)
    line = max(2, round(max(mask.shape) / 400))
    # RETR_CCOMP finds the rims of holes too.
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, _OUTLINE, line, cv2.LINE_AA)
    if prompt.box is not None:
        x0, y0, x1, y1 = (round(v) for v in prompt.box)
        cv2.rectangle(picture, (x0, y0), (x1, y1), _POSITIVE, line)
    for (x, y), label in zip(prompt.points, prompt.labels, strict=True):
        _draw_point(picture, (round(float(x)), round(float(y))), positive=bool(label), line=line)
    return picture


def draw_masks(rgb: npt.NDArray[np.uint8], masks: Sequence[RunLengths]) -> npt.NDArray[np.uint8]:
    """The photo with many masks, each tinted and outlined in a colour of its own, the larger ones below.

    rgb: H x W x 3 uint8; the masks are of the same size. Returns a new image like rgb.
    """
    picture = rgb.copy()
    line = max(1, round(max(rgb.shape[:2]) / 800))
    for number, mask in enumerate(sorted(masks, key=lambda mask: -mask.area)):
        part, x, y = mask.crop()
        colour = _colour(number)
        region = picture[y : y + part.shape[0], x : x + part.shape[1]]
        tint = np.asarray(colour, np.float32)
        region[part] = ((1 - _TINT_SHARE) * region[part] + _TINT_SHARE * tint).round().astype(np.uint8)
        contours, _ = cv2.findContours(part.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE, offset=(x, y))
        cv2.drawContours(picture, contours, -1, colour, line, cv2.LINE_AA)
    return picture


def _colour(number: int) -> tuple[int, int, int]:
    """Neighbouring numbers get hues far apart: each is the golden angle on from the one before."""
    red, green, blue = colorsys.hsv_to_rgb(number * 0.381966 % 1, 0.85, 1.0)
    return round(255 * red), round(255 * green), round(255 * blue)


def _draw_point(picture: npt.NDArray[np.uint8], at: tuple[int, int], *, positive: bool, line: int) -> None:
    """A disc with a sign in it: colour alone would not do for the colour blind."""
    radius = 5 * line + 2
    arm = 3 * line
    x, y = at
    cv2.circle(picture, at, radius + line, _OUTLINE, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(picture, at, radius, _POSITIVE if positive else _NEGATIVE, cv2.FILLED, cv2.LINE_AA)
    cv2.line(picture, (x - arm, y), (x + arm, y), _OUTLINE, line)
    if positive:
        cv2.line(picture, (x, y - arm), (x, y + arm), _OUTLINE, line)
