"""The images of a COCO file that is being checked: their names, their sizes, and where they lie."""

from __future__ import annotations

import ntpath
import os
import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from annotator.core.document import ImageRecord
from annotator.core.image_places import find_root
from annotator.core.segmentations import MAX_MASK_PIXELS


def found_root(content: Mapping[str, Any], path: Path) -> Path:
    """Where the images lie as far as the file says, or, if none is there, where they are found when it is opened."""
    root = Path(os.path.normpath(path.parent / _stored_root(content)))
    images = content.get("images")
    named = list(named_files(images if isinstance(images, list) else []))
    records = [
        ImageRecord(number, posixpath.normpath(name.replace("\\", "/")), *size)
        for number, (_, record, name) in enumerate(named)
        if (size := size_of(record)) is not None
    ]
    return find_root(records, root, path) or root


def _stored_root(content: Mapping[str, Any]) -> str:
    ours = content.get("annotator")
    root = ours.get("image_root") if isinstance(ours, dict) else None
    return root if isinstance(root, str) and "\0" not in root else ""


def named_files(records: list[Any]) -> Iterator[tuple[int, Mapping[str, Any], str]]:
    """The images that name a file in the folder of the images: their place in the list, themselves, and that name."""
    for position, record in enumerate(records):
        name = record.get("file_name") if isinstance(record, dict) else None
        if isinstance(name, str) and name and "\0" not in name and not leaves_folder(name):
            yield position, record, name


def leaves_folder(name: str) -> bool:
    """Whether a file_name leads out of the folder of the images, on any system."""
    path = posixpath.normpath(name.replace("\\", "/"))
    return path.startswith(("/", "../")) or path in (".", "..") or bool(ntpath.splitdrive(name)[0])


def size_of(record: Mapping[str, Any]) -> tuple[int, int] | None:
    """(height, width), or None unless both make sense."""
    height, width = record.get("height"), record.get("width")
    if type(height) is not int or type(width) is not int or height < 1 or width < 1 or height * width > MAX_MASK_PIXELS:
        return None
    return height, width
