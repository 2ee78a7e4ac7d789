"""Mask images of other programs: each number or colour in them is something."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

import numpy as np
import numpy.typing as npt
from PIL import Image

from annotator.core.document import ImageRecord
from annotator.core.images import MAX_PIXELS
from annotator.errors import DatasetError, reason_of

_LIKE_PNG = (".tif", ".tiff", ".bmp", ".gif")
"""Without loss as PNG is, but as often the endings of images: masks only where their names or folders say so."""

_OF_MASKS = re.compile(r"(?:^|[_\-. ])(?:masks?|labels?|gt|instances?|annotations?|segmentations?)$", re.IGNORECASE)

MAX_VALUES = 65_535
"""A picture with more colours than that is a photo, not a mask."""


def is_mask_name(path: str) -> bool:
    """Whether a file of that path, relative and with forward slashes, may be a mask, as far as its name tells."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix == ".png":
        return True
    return suffix in _LIKE_PNG and any(map(is_word_for_masks, PurePosixPath(path).with_suffix("").parts))


def is_word_for_masks(name: str) -> bool:
    """Whether a file or folder of that name, without its ending, is called after what masks are."""
    return _OF_MASKS.search(name) is not None


def without_word_for_masks(name: str) -> str:
    """The same without that word: "cat" of "cat_mask"."""
    return _OF_MASKS.sub("", name)


def read_mask_image(path: Path, image: ImageRecord) -> npt.NDArray[np.uint32]:
    """The numbers of a PNG, H x W uint32: palette indices, grey values, or colours as red x 65536 + green x 256 + blue.

    What is transparent is 0. Raises DatasetError when it cannot be read or has another size than its image.
    """
    try:
        with Image.open(path, formats=["PNG", "TIFF", "BMP", "GIF"]) as picture:
            if picture.width * picture.height > MAX_PIXELS or (picture.height, picture.width) != (
                image.height,
                image.width,
            ):
                raise DatasetError(
                    "The mask {path} has {picture_width} x {picture_height} pixels, but its image {image} has "
                    "{width} x {height}: find the mask of that size.",
                    path=path,
                    picture_width=picture.width,
                    picture_height=picture.height,
                    image=image.path,
                    width=image.width,
                    height=image.height,
                )
            return _numbers(picture)
    except DatasetError:
        raise
    except Exception as error:  # Pillow's decoders meet damaged files with exceptions of every kind
        raise DatasetError(
            "The mask {path} cannot be read ({reason}): copy it again, or save it as PNG.",
            path=path,
            reason=reason_of(error),
        ) from error


def values_of(numbers: npt.NDArray[np.uint32], path: Path) -> list[int]:
    """The numbers in use but 0, ascending. Raises DatasetError for a photo."""
    if numbers.size and numbers.max() <= MAX_VALUES:
        # Counting takes a tenth of the time that sorting does.
        values = np.flatnonzero(np.bincount(numbers.ravel()))
    else:
        values = np.unique(numbers)
    if values.size > MAX_VALUES:
        raise DatasetError(
            "{path} has {size} colours, so it is no mask: choose a folder of masks.", path=path, size=values.size
        )
    return [int(value) for value in values if value]


def _numbers(picture: Image.Image) -> npt.NDArray[np.uint32]:
    if picture.mode in ("1", "L", "P", "I", "I;16", "I;16B"):
        return np.asarray(picture).astype(np.uint32)
    rgba = np.asarray(picture.convert("RGBA")).astype(np.uint32)
    numbers: npt.NDArray[np.uint32] = (rgba[..., :3] * np.array((65536, 256, 1), np.uint32)).sum(
        axis=2, dtype=np.uint32
    )
    numbers[rgba[..., 3] == 0] = 0
    return numbers
