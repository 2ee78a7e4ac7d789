"""Folders that appear whole or not at all, and the small files in them."""

from __future__ import annotations

import io
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from annotator.core.document import Document
from annotator.errors import DatasetError, SaveError, reason_of

MAX_TEXT_BYTES = 256_000_000
"""A label file of one image that is larger is none."""


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to write in, which becomes `out` at the end; on failure nothing of it is left.

    Raises SaveError when `out` is there already and not empty, or the disk refuses.
    """
    if os.path.lexists(out) and (not out.is_dir() or any(out.iterdir())):
        raise SaveError(
            "{out} exists already and is not empty: choose another place, nothing there is replaced.", out=out
        )
    beside = None
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        beside = out.with_name(f".{out.name}.{secrets.token_hex(4)}.tmp")
        beside.mkdir()
        yield beside
        if out.is_dir():
            out.rmdir()  # empty, as was seen; Windows does not move over it
        os.replace(beside, out)
    except BaseException as error:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
        if isinstance(error, OSError):
            raise SaveError(
                "The export to {out} failed ({reason}): check the space and permissions there, or choose "
                "another place.",
                out=out,
                reason=reason_of(error),
            ) from error
        raise


def copy_image(document: Document, image_id: int, target: Path) -> None:
    """Copy the file of an image, untouched. Raises SaveError when it is missing or the disk refuses."""
    source = document.image_path(image_id)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        shutil.copyfile(source, target)
    except OSError as error:
        raise SaveError(
            "The image {source} cannot be copied to {target} ({reason}): check both places.",
            source=source,
            target=target,
            reason=reason_of(error),
        ) from error


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 with plain line ends, making the folders on the way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def read_text(path: Path) -> str:
    """A UTF-8 text, whatever its line ends. Raises DatasetError."""
    try:
        if path.stat().st_size > MAX_TEXT_BYTES:
            raise DatasetError("{path} is too large for a label file: check that it is one.", path=path)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise DatasetError(
            "{path} cannot be read ({reason}): check that it exists and its permissions.",
            path=path,
            reason=reason_of(error),
        ) from error
    except ValueError as error:
        raise DatasetError(
            "{path} is not a text in UTF-8: save it in that encoding, or check that it is a label file.", path=path
        ) from error


def indexed_png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A palette PNG of H x W numbers, in the colours of Pascal VOC."""
    image = Image.fromarray(pixels, mode="P")
    image.putpalette(voc_palette().tobytes())
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def write_bytes(path: Path, data: bytes) -> None:
    """Write, making the folders on the way."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def voc_palette() -> npt.NDArray[np.uint8]:
    """256 x 3: the colour of each number, bits dealt out to red, green and blue (VOCcode/VOClabelcolormap.m)."""
    numbers = np.arange(256)
    colours = np.zeros((256, 3), np.uint8)
    for bit in range(8):
        for channel in range(3):
            colours[:, channel] |= ((numbers >> (3 * bit + channel) & 1) << (7 - bit)).astype(np.uint8)
    return colours
