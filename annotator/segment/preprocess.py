"""From an oriented RGB image to the network's input, and back from its logits to the image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

# Means and standard deviations of the R, G and B channels of ImageNet, on the scale 0..255.
_MEAN = np.array((123.675, 116.28, 103.53), np.float32)
_STD = np.array((58.395, 57.12, 57.375), np.float32)

# Upsampling works on this many pixels at a time, so that a photo of 24 million needs no float image of 100 MB.
_BAND_PIXELS = 1 << 18


@dataclass(frozen=True)
class Frame:
    """How an image of height x width pixels lies in the network's square input of `input_size` pixels.

    The longest side is scaled to `input_size`; both resized sides are rounded half up to whole pixels, so the two
    axes' factors differ a little. The rest, at the bottom and right, is padding.
    """

    height: int
    width: int
    input_size: int

    @property
    def resized(self) -> tuple[int, int]:
        """(height, width) of the image inside the input, in input pixels."""
        scale = self.input_size / max(self.height, self.width)
        # A very thin image must not vanish: one pixel is the least.
        return max(1, int(self.height * scale + 0.5)), max(1, int(self.width * scale + 0.5))

    def to_input(self, points: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Map ... x 2 (x, y) from original-image pixels to input pixels; same shape, float32."""
        resized_height, resized_width = self.resized
        factors = np.array((resized_width / self.width, resized_height / self.height))
        mapped: npt.NDArray[np.float32] = (points.astype(np.float64) * factors).astype(np.float32)
        return mapped


def preprocess(rgb: npt.NDArray[np.uint8], input_size: int) -> tuple[npt.NDArray[np.float32], Frame]:
    """The network's input for one image: resized, normalised, padded with zeros at the bottom and right.

    rgb: H x W x 3 uint8, oriented. Returns 1 x 3 x input_size x input_size float32 and the image's frame in it.
    The network was trained on Pillow's antialiased bilinear resizing; another resizing changes its results.
    """
    if rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3 or not rgb.size:
        raise ValueError(f"an image must be H x W x 3 uint8, not {rgb.shape} {rgb.dtype}")
    frame = Frame(height=rgb.shape[0], width=rgb.shape[1], input_size=input_size)
    height, width = frame.resized
    resized = np.asarray(Image.fromarray(rgb).resize((width, height), Image.Resampling.BILINEAR), np.float32)
    image = np.zeros((1, 3, input_size, input_size), np.float32)
    image[0, :, :height, :width] = ((resized - _MEAN) / _STD).transpose(2, 0, 1)
    return image, frame


def upsample(logits: npt.NDArray[np.float32], frame: Frame) -> npt.NDArray[np.float32]:
    """Logits in the original image's pixels, H x W float32, from S/4 x S/4 float32 in the input frame.

    Bilinear with half-pixel centres to S x S, cropped to the image, and bilinear again to the original size, as in the
    public implementation of SAM (`postprocess_masks`).
    """
    full = np.empty((frame.height, frame.width), np.float32)
    for rows, band in _upsampled_bands(logits, frame):
        full[rows] = band
    return full


def upsample_mask(logits: npt.NDArray[np.float32], frame: Frame, threshold: float) -> npt.NDArray[np.bool_]:
    """`upsample(logits, frame) > threshold`, H x W bool, without the float image in memory."""
    mask = np.empty((frame.height, frame.width), np.bool_)
    for rows, band in _upsampled_bands(logits, frame):
        np.greater(band, np.float32(threshold), out=mask[rows])
    return mask


def image_part(logits: npt.NDArray[np.float32], frame: Frame) -> npt.NDArray[np.float32]:
    """The part of ... x S/4 x S/4 logits that lies on the image rather than on the padding; a view."""
    scale = frame.input_size / logits.shape[-1]
    height, width = (int(np.ceil(side / scale)) for side in frame.resized)
    return logits[..., :height, :width]


def _upsampled_bands(logits: npt.NDArray[np.float32], frame: Frame) -> Iterator[tuple[slice, npt.NDArray[np.float32]]]:
    """`upsample` in bands of rows from top to bottom; a band's array is overwritten by the next one."""
    height, width = frame.resized
    padded = cv2.resize(logits, (frame.input_size, frame.input_size), interpolation=cv2.INTER_LINEAR)
    # The two axes of bilinear interpolation are independent: columns for all rows now, rows band by band.
    wide = cv2.resize(padded[:height, :width], (frame.width, height), interpolation=cv2.INTER_LINEAR)

    source = ((np.arange(frame.height) + 0.5) * (height / frame.height) - 0.5).clip(0, height - 1)
    above = np.floor(source).astype(np.intp)
    below = np.minimum(above + 1, height - 1)
    weight = (source - above).astype(np.float32)[:, None]
    band_rows = max(1, _BAND_PIXELS // frame.width)
    for start in range(0, frame.height, band_rows):
        rows = slice(start, min(start + band_rows, frame.height))
        upper = wide[above[rows]]
        band = wide[below[rows]]
        band -= upper
        band *= weight[rows]
        band += upper
        yield rows, band
