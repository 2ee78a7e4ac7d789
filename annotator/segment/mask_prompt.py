"""A mask that exists, as a prompt: the logits a decoder would have given for it, and a point inside it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt

from annotator.segment.preprocess import Frame, image_part
from annotator.segment.prompt import NEGATIVE, POSITIVE, Prompt

_DOUBT = np.float32(1e-3)


def refining(prompt: Prompt, mask: npt.NDArray[np.bool_], frame: Frame, threshold: float) -> Prompt:
    """The prompt for bettering a mask, H x W bool in original-image pixels; logits that it has already are kept.

    A negative point alone says nothing of where the object is: the mask's innermost point goes with it.
    threshold: the logit above which a pixel is foreground.
    """
    logits = mask_logits(mask, frame, threshold)
    if prompt.box is None and bool(np.all(prompt.labels == NEGATIVE)):
        points = np.concatenate([[innermost_point(logits, frame, threshold)], prompt.points])
        prompt = replace(prompt, points=points, labels=np.concatenate([[POSITIVE], prompt.labels]))
    return prompt if prompt.logits is not None else replace(prompt, logits=logits)


def mask_logits(mask: npt.NDArray[np.bool_], frame: Frame, threshold: float) -> npt.NDArray[np.float32]:
    """A mask as the logits a decoder would have given for it, S/4 x S/4 float32: what a mask prompt is.

    mask: H x W bool, original-image pixels. A cell's logit says how much of it is covered, `threshold` half of it; the
    padding is not covered.
    """
    height, width = frame.resized
    shrinks = height <= frame.height and width <= frame.width
    how = cv2.INTER_AREA if shrinks else cv2.INTER_NEAREST_EXACT
    covered = np.zeros((frame.input_size, frame.input_size), np.uint8)
    covered[:height, :width] = cv2.resize(mask.view(np.uint8) * np.uint8(255), (width, height), interpolation=how)
    side = frame.input_size // 4
    shares = covered.reshape(side, 4, side, 4).mean(axis=(1, 3), dtype=np.float32) / 255
    # Certain cells are as certain as the network's own: the odds are a thousand to one.
    shares = shares.clip(_DOUBT, 1 - _DOUBT)
    logits: npt.NDArray[np.float32] = np.log(shares / (1 - shares)) + np.float32(threshold)
    return logits


def innermost_point(logits: npt.NDArray[np.float32], frame: Frame, threshold: float) -> tuple[float, float]:
    """The point (x, y), original-image pixels, that is farthest from the border of what lies above the threshold.

    logits: S/4 x S/4 float32.
    """
    inside = np.pad(image_part(logits, frame) > threshold, 1)
    depth = cv2.distanceTransform(inside.view(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1]
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    height, width = frame.resized
    x, y = (int(column) * 4 + 2) * frame.width / width, (int(row) * 4 + 2) * frame.height / height
    return min(x, frame.width - 1.0), min(y, frame.height - 1.0)
