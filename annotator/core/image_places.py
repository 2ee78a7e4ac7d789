"""Where the images of a COCO file lie when they are not where it says: in the places that datasets are published in.

instances.json  images/...
annotations/instances_val2017.json  val2017/...  images/val2017/...
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from annotator.core import coco
from annotator.core.document import Document, ImageRecord
from annotator.core.images import read_header
from annotator.errors import ImageError

_SAMPLE = 50  # images that are looked for, evenly spread over the file
_MEASURED = 3  # of which so many have to have the size that the file says
_MOST_FOLDERS = 200  # beside the annotations; among more, nobody has put the images of one file


def read_coco(path: Path, image_root: Path | None = None, *, data: bytes | None = None) -> Document:
    """The document in a COCO file, with its images where they are found; as coco.read, and it raises what that raises.

    image_root: where they lie, if somebody has said so.
    """
    document = coco.read(path, image_root, data=data)
    if image_root is None:
        document.image_root = find_image_root(document, path) or document.image_root
    return document


def find_image_root(document: Document, coco_path: Path) -> Path | None:
    """The folder that has the document's images, of which none is where the file says; None when there is no such one.

    What is looked for are all of a sample of the images. A folder that the file's name speaks of is taken at once;
    another one only when no third has images of those names and sizes, too.
    """
    return find_root(list(document.images.values()), document.image_root, coco_path)


def find_root(records: Sequence[ImageRecord], root: Path, coco_path: Path) -> Path | None:
    """The same for images that a file says lie in `root`."""
    sample = records[:: -(-len(records) // _SAMPLE)] if records else []
    if not sample or any(os.path.isfile(root / image.path) for image in sample):
        return None
    for folder in _likely(coco_path):
        if _has(folder, sample):
            return folder
    others = [folder for folder in _others(coco_path) if _has(folder, sample)]
    return others[0] if len(others) == 1 else None


def _likely(coco_path: Path) -> Iterator[Path]:
    here, above = coco_path.parent, coco_path.parent.parent
    split = coco_path.stem.rpartition("_")[2]  # instances_val2017
    yield here / "images" / split
    yield here / split
    yield above / "images" / split
    yield above / split
    yield here / "images"
    yield above / "images"
    yield above


def _others(coco_path: Path) -> Iterator[Path]:
    for folder in (coco_path.parent, coco_path.parent.parent):
        try:
            with os.scandir(folder) as entries:
                names = list(islice((entry.name for entry in entries if entry.is_dir()), _MOST_FOLDERS + 1))
        except OSError:
            continue  # nobody has said that anything is there
        if len(names) <= _MOST_FOLDERS:
            yield from (folder / name for name in sorted(names) if folder / name != coco_path.parent)


def _has(folder: Path, sample: Sequence[ImageRecord]) -> bool:
    if not all(os.path.isfile(folder / image.path) for image in sample):
        return False
    try:
        headers = [(read_header(folder / image.path), image) for image in sample[:_MEASURED]]
    except ImageError:
        return False
    return all((header.height, header.width) == (image.height, image.width) for header, image in headers)
