"""Reading image files: their size from the header alone, and their pixels as oriented 8-bit RGB.

The oriented frame is the one every mask and prompt lives in: the picture as its EXIF orientation says it is to be seen.
"""

from __future__ import annotations

import os
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, UnidentifiedImageError
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile

from annotator.core.image_frames import frames_note
from annotator.core.plain_headers import plain_size
from annotator.errors import ImageError, Sentence, reason_of

IMAGE_SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
"""Names that end so, in capitals or not, are taken for images when a folder is opened."""

MAX_PIXELS = 250_000_000
"""Larger images are refused: their pixels alone would take 750 MB, and every copy as much again."""

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
_PLAIN_MODES = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr"})
_DEEP_MODES = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})
_BITS_PER_SAMPLE, _PLANAR_CONFIGURATION, _SEPARATE_PLANES = 258, 284, 2  # two TIFF tags and a value of the second
_PERCENTILES = (1, 99)
_PERCENTILE_SAMPLES = 1_000_000
_BAND_PIXELS = 4_000_000
_ON_WHITE = Sentence("Transparent parts are shown on white.")

# Pillow's own limit warns or fails with classes of its own, at other sizes; MAX_PIXELS is checked before any decoding.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True)
class ImageHeader:
    """Size in pixels of the oriented image."""

    height: int
    width: int


@dataclass(frozen=True, eq=False)
class OrientedImage:
    """rgb: uint8 H x W x 3, contiguous, oriented. note: what was done to the values, and what is
    not shown of the file, in sentences for the user, or "".
    """

    rgb: npt.NDArray[np.uint8] = field(repr=False)
    note: str = ""


def read_header(path: Path | str) -> ImageHeader:
    """The oriented size, without decoding pixels.

    Raises ImageError when the file is missing, unreadable, no image, or has more than MAX_PIXELS; damage further on in
    the file shows only when read_image decodes it.
    """
    plain = plain_size(path)
    if plain is not None and plain[0] * plain[1] <= MAX_PIXELS:
        return ImageHeader(*plain)
    with _opened(path) as image:
        width, height = image.size
        return ImageHeader(width, height) if _orientation(image) >= 5 else ImageHeader(height, width)


def read_image(path: Path, *, least_side: int | None = None) -> OrientedImage:
    """The oriented pixels of a JPEG, PNG, WebP, BMP, GIF (first frame) or TIFF (first page).

    Grey, palette and CMYK become RGB. What is transparent is shown on white, as image viewers and browsers show it.
    Values of more than 8 bits, float included, are scaled so that their 1st percentile is black and their 99th white
    (taken over all channels, and over about a million evenly spread pixels of a larger image). Colour profiles are not
    applied. Raises ImageError as read_header does, and when the file is damaged.

    least_side: for thumbnails; a JPEG may then come at a half, a quarter or an eighth of its size, many times faster,
    with at least that many pixels on both sides. None reads every pixel.
    """
    try:
        with _opened(path) as image:
            orientation = _orientation(image)
            frames = ""
            if least_side is not None:
                image.draft(image.mode, (least_side, least_side))
            else:
                frames = frames_note(path, image)
            deep_colours = _has_deep_colours(image)
            if not deep_colours:
                image.load()
            elif isinstance(image, TiffImageFile) and image.tag_v2.get(_PLANAR_CONFIGURATION) == _SEPARATE_PLANES:
                raise ImageError(
                    "The image {path} keeps its 16-bit colours in separate planes: save it interleaved.", path=path
                )
        if deep_colours:
            rgb, note = _read_deep_colours(path)
        elif image.mode in _DEEP_MODES:
            grey, note = _to_8_bit(np.asarray(image))
            rgb = np.repeat(grey[:, :, None], 3, axis=2)
        elif image.mode in _PLAIN_MODES:
            rgb, note = _to_rgb(image)
        else:
            raise ImageError(
                "The image {path} has colours of the kind {mode}: save it as RGB.", path=path, mode=image.mode
            )
        if note and frames:
            note = Sentence("{first} {second}", first=frames, second=note)
        return OrientedImage(np.ascontiguousarray(_turned(rgb, orientation)), note or frames)
    except MemoryError as error:
        raise ImageError("There is not enough memory for the image {path}: close other programs.", path=path) from error


@contextmanager
def _opened(path: Path | str) -> Iterator[Image.Image]:
    """The image with its header read; what Pillow raises here or inside the `with` becomes an ImageError."""
    try:
        if os.path.isdir(path):
            raise ImageError("{path} is a folder, not an image: open one of the images in it.", path=path)
        # Given a path, Pillow maps uncompressed pixels into memory, and then gets the rows of a turned TIFF wrong.
        with _quiet(), open(path, "rb") as file, Image.open(file, formats=_FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise ImageError(
                    "The image {path} has {width} x {height} pixels, more than the {millions} million that can be "
                    "opened: scale it down or cut it into tiles.",
                    path=path,
                    width=width,
                    height=height,
                    millions=MAX_PIXELS // 1000000,
                )
            yield image
    except (ImageError, MemoryError):
        raise
    except FileNotFoundError as error:
        raise ImageError(
            "The image {path} does not exist: it may have been moved, renamed or deleted.", path=path
        ) from error
    except UnidentifiedImageError as error:
        if os.path.getsize(path) == 0:
            raise ImageError(
                "The image {path} is empty (0 bytes): copy it again from where it came.", path=path
            ) from error
        raise ImageError(
            "{path} is not an image that can be read (JPEG, PNG, WebP, BMP, GIF or an ordinary TIFF): "
            "convert it, or take it out of the folder.",
            path=path,
        ) from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise ImageError(
                "The image {path} cannot be read ({reason}): check its permissions and its disk.",
                path=path,
                reason=reason_of(error),
            ) from error
        # Pillow's decoders meet damaged files with exceptions of every kind.
        raise ImageError(
            "The image {path} is damaged or cut short ({reason}): copy it again from where it came.",
            path=path,
            reason=reason_of(error),
        ) from error


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1..8, that is still to be applied to what Pillow decodes; ask before decoding."""
    if image.format == "TIFF":
        return 1  # Pillow turns a TIFF itself, and gives its oriented size beforehand
    # PngImageFile.getexif decodes all pixels to look for an orientation behind them; such a late one is left alone.
    try:
        orientation = Image.Image.getexif(image).get(ExifTags.Base.Orientation, 1)
    except (SyntaxError, struct.error):
        return 1  # the EXIF is damaged, for which JPEGs get no exception; viewers show such pictures as they are
    return orientation if orientation in range(1, 9) else 1


def _turned(rgb: npt.NDArray[np.uint8], orientation: int) -> npt.NDArray[np.uint8]:
    """Apply an EXIF orientation (Exif 2.32, 4.6.4 A) to an H x W x 3 array."""
    if orientation >= 5:
        rgb = rgb.transpose(1, 0, 2)
    if orientation in (2, 3, 6, 7):
        rgb = rgb[:, ::-1]
    if orientation in (3, 4, 7, 8):
        rgb = rgb[::-1]
    return rgb


def _to_rgb(image: Image.Image) -> tuple[npt.NDArray[np.uint8], str]:
    if not image.has_transparency_data:
        return np.array(image.convert("RGB")), ""
    rgba = image.convert("RGBA")
    if rgba.getchannel("A").getextrema()[0] == 255:
        return np.array(rgba.convert("RGB")), ""
    white = Image.new("RGBA", rgba.size, "white")
    return np.array(Image.alpha_composite(white, rgba).convert("RGB")), _ON_WHITE


def _has_deep_colours(image: Image.Image) -> bool:
    """Whether these are colours of more than 8 bits, of which Pillow would give the upper 8 alone."""
    if image.mode not in ("LA", "RGB", "RGBA", "RGBX"):
        return False
    if isinstance(image, TiffImageFile):
        return any(bits > 8 for bits in image.tag_v2.get(_BITS_PER_SAMPLE, ()))
    return isinstance(image, PngImageFile) and ";16" in str(image.tile[0].args)


def _read_deep_colours(path: Path) -> tuple[npt.NDArray[np.uint8], str]:
    # OpenCV opens only paths in the system's code page on Windows; bytes have no path.
    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ImageError(
            "The image {path} is damaged or of an unusual kind: copy it again, or save it with 8 bits.", path=path
        )
    rgb, note = _to_8_bit(pixels[:, :, 2::-1])
    if pixels.shape[2] == 4:
        alpha = pixels[:, :, 3:].astype(np.float32) / 65535
        rgb = (rgb * alpha + 255 * (1 - alpha) + 0.5).astype(np.uint8)
        note = Sentence("{scaled} {transparent}", scaled=note, transparent=_ON_WHITE)
    return rgb, note


def _to_8_bit(values: npt.NDArray[np.generic]) -> tuple[npt.NDArray[np.uint8], str]:
    """Scale H x W or H x W x 3 values by their percentiles; what is not a number becomes black."""
    step = max(1, round((values.shape[0] * values.shape[1] / _PERCENTILE_SAMPLES) ** 0.5))
    sample = values[::step, ::step]
    sample = sample[np.isfinite(sample)]
    low, high = (float(v) for v in np.percentile(sample, _PERCENTILES)) if sample.size else (0.0, 0.0)
    how = Sentence("1st to 99th percentile")
    if low == high:
        # Nearly all values are equal, as in a picture of a few bright dots: the rest must not vanish.
        finite = values[np.isfinite(values)]
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        how = Sentence("smallest to largest")
    factor = 255 / (high - low) if high > low else 0.0
    scaled = np.empty(values.shape, np.uint8)
    rows = max(1, _BAND_PIXELS // values.shape[1])
    for top in range(0, values.shape[0], rows):
        # In bands, because floats of a whole large image would take four times its memory.
        band = np.nan_to_num(values[top : top + rows].astype(np.float32), nan=low, posinf=high, neginf=low)
        scaled[top : top + rows] = np.clip((band - low) * factor, 0, 255) + 0.5
    return scaled, Sentence(
        "Values from {low:g} to {high:g} ({how}) are shown as black to white.", low=low, high=high, how=how
    )


class _Quiet:
    """Pillow's warnings about odd files mean nothing to the user: what cannot be read raises.

    warnings.catch_warnings swaps a global, so threads that enter and leave in turn would leave it changed: the first
    to enter swaps it, the last to leave swaps it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._caught = warnings.catch_warnings()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            if not self._inside:
                self._caught = warnings.catch_warnings()
                self._caught.__enter__()
                warnings.simplefilter("ignore")
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1
                if not self._inside:
                    self._caught.__exit__(None, None, None)


_quiet = _Quiet()
