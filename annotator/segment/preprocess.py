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
    side = len(logits)
    for rows, columns, band in _upsampled_bands(logits, frame, rows=slice(0, side), columns=slice(0, side)):
        full[rows, columns] = band
    return full


def upsample_mask(logits: npt.NDArray[np.float32], frame: Frame, threshold: float) -> npt.NDArray[np.bool_]:
    """`upsample(logits, frame) > threshold`, H x W bool, without the float image in memory."""
    mask = np.zeros((frame.height, frame.width), np.bool_)
    height, width = image_part(logits, frame).shape
    # The image's last pixels lie between the last cell on it and the next one.
    above = logits[: height + 1, : width + 1] > np.float32(threshold)
    if not above.any():
        return mask
    # An interpolated number is never larger than all it is made of, so only what is near can be foreground.
    rows, columns = _extent(above.any(1)), _extent(above.any(0))
    for band_rows, band_columns, band in _upsampled_bands(logits, frame, rows=rows, columns=columns):
        np.greater(band, np.float32(threshold), out=mask[band_rows, band_columns])
    return mask


def image_part(logits: npt.NDArray[np.float32], frame: Frame) -> npt.NDArray[np.float32]:
    """The part of ... x S/4 x S/4 logits that lies on the image rather than on the padding; a view."""
    scale = frame.input_size / logits.shape[-1]
    height, width = (int(np.ceil(side / scale)) for side in frame.resized)
    return logits[..., :height, :width]


def _extent(flags: npt.NDArray[np.bool_]) -> slice:
    """From the first to the last flag that is set, of those along one axis."""
    places = np.flatnonzero(flags)
    return slice(int(places[0]), int(places[-1]) + 1)


@dataclass(frozen=True)
class _Axis:
    """Which of an axis' pixels are computed, and where each is between two pixels of the input.

    inputs: the input's pixels that are needed. pixels: the original image's.
    near, far: index of the two input pixels around each, from inputs.start on; share: of the far one in the result.
    """

    inputs: slice
    pixels: slice
    near: npt.NDArray[np.intp]
    far: npt.NDArray[np.intp]
    share: npt.NDArray[np.float32]

    @classmethod
    def around(cls, cells: slice, *, scale: int, resized: int, original: int) -> _Axis:
        """All pixels that `cells` of the logits have a part in; scale: input pixels per cell."""
        inputs = slice(max(0, scale * (cells.start - 1)), min(resized, scale * (cells.stop + 1)))
        source = ((np.arange(original) + 0.5) * (resized / original) - 0.5).clip(0, resized - 1)
        near = np.floor(source).astype(np.intp)
        far = np.minimum(near + 1, resized - 1)
        pixels = slice(*np.searchsorted(near, (inputs.start, inputs.stop)).tolist())
        return cls(
            inputs,
            pixels,
            near[pixels] - inputs.start,
            np.minimum(far[pixels], inputs.stop - 1) - inputs.start,
            (source - near)[pixels].astype(np.float32),
        )


def _upsampled_bands(
    logits: npt.NDArray[np.float32], frame: Frame, *, rows: slice, columns: slice
) -> Iterator[tuple[slice, slice, npt.NDArray[np.float32]]]:
    """`upsample` in bands of rows from top to bottom, where `rows` and `columns` of the logits have a part.

    Yields rows and columns of the image with their values; a band's array may be overwritten by the next one.
    """
    scale = frame.input_size // len(logits)
    height, width = frame.resized
    down = _Axis.around(rows, scale=scale, resized=height, original=frame.height)
    across = _Axis.around(columns, scale=scale, resized=width, original=frame.width)
    # Resizing repeats the edge of what it is given, so it is given one row more on either side than is looked at.
    first = max(0, rows.start - 2)
    some = logits[first : rows.stop + 2]
    padded = cv2.resize(some, (frame.input_size, len(some) * scale), interpolation=cv2.INTER_LINEAR)
    wide = padded[down.inputs.start - first * scale : down.inputs.stop - first * scale, :width]
    # The two axes of bilinear interpolation are independent: columns for all rows now, rows band by band.
    if frame.width != width:
        wide = cv2.resize(wide, (frame.width, len(wide)), interpolation=cv2.INTER_LINEAR)
    part = np.asarray(wide[:, across.pixels], np.float32)
    if frame.height == height:
        yield down.pixels, across.pixels, part
        return
    band_rows = max(1, _BAND_PIXELS // max(1, part.shape[1]))
    for start in range(0, len(down.near), band_rows):
        some_rows = slice(start, start + band_rows)
        upper = part[down.near[some_rows]]
        band = part[down.far[some_rows]]
        band -= upper
        band *= down.share[some_rows, None]
        band += upper
        place = down.pixels.start + start
        yield slice(place, place + len(band)), across.pixels, band
