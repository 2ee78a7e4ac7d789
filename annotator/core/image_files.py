"""The images on disk, and the order of their names."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import merge
from pathlib import Path

from annotator.core.cancelling import Cancel, check_cancel
from annotator.core.images import IMAGE_SUFFIXES
from annotator.errors import DatasetError, Sentence, reason_of

# No file system has longer names than 255, but a COCO file may, and Python makes no number of thousands of digits.
_TEXT_AND_NUMBER = re.compile(r"(\D*)(\d{0,255})")
_SORTED_AT_ONCE = 1_000  # paths, some 1 ms
NaturalKey = tuple[tuple[str, int, str], ...]


@dataclass(frozen=True)
class FoundImages:
    """Images on disk. names: relative to the folder that was searched, with forward slashes, in natural order.

    notes: sentences for the user on sub-folders that cannot be read.
    """

    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


def find_images(folder: Path, *, recursive: bool = True, cancel: Cancel | None = None) -> FoundImages:
    """The images in a folder, and with `recursive` in its sub-folders, but in nothing hidden by a leading dot.

    Links that a YOLO data set in it has to images of the same folder are none of their own.
    Raises DatasetError when the folder cannot be read, OpeningCancelled when `cancel` is set.
    """
    found: list[str] = []
    notes: list[str] = []
    seen: set[str] = set()
    of_data_sets: list[str] = []

    def on_error(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise DatasetError(
                "The folder {folder} cannot be read ({reason}): check its permissions.",
                folder=folder,
                reason=reason_of(error),
            ) from error
        notes.append(
            Sentence(
                "The folder {folder} was left out because it cannot be read ({reason}).",
                folder=error.filename,
                reason=reason_of(error),
            )
        )

    for where, folders, files in os.walk(folder, onerror=on_error, followlinks=True):
        check_cancel(cancel)
        # A link to a folder further up would be walked for ever.
        real = os.path.realpath(where)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = [name for name in folders if recursive and not name.startswith(".")]
        below = relative(Path(where), folder)
        # Not by way of Path, which takes longer for each image than all the rest.
        prefix = "" if below == "." else f"{below}/"
        images = [
            name for name in files if not name.startswith(".") and os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES
        ]
        if "data.yaml" in files:
            of_data_sets.append(os.path.join(where, "images") + os.sep)
        if any(f"{where}{os.sep}".startswith(folder_of_links) for folder_of_links in of_data_sets):
            images = [name for name in images if not _is_link_into(folder, os.path.join(where, name))]
        found += (prefix + name for name in images)
    return FoundImages(tuple(in_natural_order(found)), tuple(notes))


def _is_link_into(folder: Path, file: str) -> bool:
    """Whether the file is a link to one that lies in the folder."""
    return os.path.islink(file) and os.path.realpath(file).startswith(os.path.realpath(folder) + os.sep)


def in_natural_order(paths: Iterable[str]) -> list[str]:
    """The paths as people expect them, folder by folder and numbers by their value.

    Sorted in small parts that are then merged: no call takes long, so that a window beside it gets its turn.
    """
    keyed = [(natural(path), path) for path in paths]
    parts = [sorted(keyed[first : first + _SORTED_AT_ONCE]) for first in range(0, len(keyed), _SORTED_AT_ONCE)]
    return [path for _, path in merge(*parts)]


def relative(path: Path, root: Path) -> str:
    """The path below `root`, with forward slashes."""
    return path.relative_to(root).as_posix()


def natural(path: str) -> NaturalKey:
    """A sorting key: folder by folder, numbers by their value, capitals beside small letters."""
    folder, slash, name = path.rpartition("/")
    return (*_natural_of_folder(folder), *_natural_part(name)) if slash else _natural_part(name)


@lru_cache(maxsize=256)
def _natural_of_folder(folder: str) -> NaturalKey:
    return natural(folder)


def _natural_part(name: str) -> NaturalKey:
    return tuple((text.casefold(), int(number or -1), name) for text, number in _TEXT_AND_NUMBER.findall(name))
