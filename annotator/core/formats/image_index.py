"""Finding the image that a foreign file means, and its size."""

from __future__ import annotations

import itertools
import os
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from annotator.core.document import Document, ImageRecord
from annotator.core.images import IMAGE_SUFFIXES, read_header
from annotator.errors import DatasetError, ImageError

_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))})
"""What Windows opens a device for, in any folder and with any ending."""


def label_names(paths: Iterable[str]) -> dict[str, str]:
    """For each image path the name of its label file without ending: no two are the same, whatever the capitals.

    Nor is one the path of another image, because readers are given names with and without an ending. It is the path
    without its ending, "a" for "a.jpg". Where that is another's, too, the ending stays, "a_jpg" and "a_png" or, beside
    "a.jpg", "a.jpg_png" for "a.jpg.png"; with a number when even that is another's. What names a device of Windows gets
    an underscore: "aux_" for "aux.jpg". The names do not depend on the order of the paths.
    """
    paths = list(paths)
    labels = {path: _without_devices(_stem(path)) for path in paths}
    count = Counter(name.casefold() for name in (*labels.values(), *(path for path in paths if labels[path] != path)))
    taken = {label for label, times in count.items() if times == 1} | {path.casefold() for path in paths}
    for path in sorted(path for path, label in labels.items() if count[label.casefold()] > 1):
        tied = _without_devices(_tied(path))
        numbered = (f"{tied}_{number}" for number in itertools.count(2))
        labels[path] = next(name for name in itertools.chain((tied,), numbered) if name.casefold() not in taken)
        taken.add(labels[path].casefold())
    return labels


def renamed_images(labels: Mapping[str, str]) -> list[str]:
    """The paths, in what label_names gave, of those that are not called as their image is."""
    return [path for path, label in labels.items() if label != _stem(path)]


class ImageIndex:
    """The images that annotations may refer to, by their path under `root`, in full or as label_names names it."""

    def __init__(self, root: Path, images: Iterable[ImageRecord], others: ImageIndex | None = None) -> None:
        """others: images that are meant only where none of the first ones is; of the same root.

        Readers tell images by their ids, so ValueError is raised when two have the same.
        """
        self.root = root
        self._others = others
        self._images = {image.path: image for image in images}
        ids = self._ids()
        if len(set(ids)) < len(ids):
            raise ValueError("two images of an index have the same id")
        self._path_of_label = {label: path for path, label in label_names(self._images).items()}

    @classmethod
    def of_document(cls, document: Document) -> ImageIndex:
        """The document's images, with the sizes it knows; the disk is not asked."""
        return cls(document.image_root, (image for image in document.images.values() if image.has_size))

    @classmethod
    def of_folder(cls, folder: Path, *, first_id: int = 1) -> ImageIndex:
        """The images in a folder and its sub-folders, numbered from first_id on.

        Their headers are read when they are found.
        """
        names = (
            Path(where, name).relative_to(folder).as_posix()
            for where, _, files in os.walk(folder)
            for name in sorted(files)
            if os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES
        )
        return cls(folder, (ImageRecord(number, name, 0, 0) for number, name in enumerate(names, start=first_id)))

    @classmethod
    def around_document(cls, document: Document, *, without: Path | None = None) -> ImageIndex:
        """The document's images, and behind them whatever else lies in its folder.

        without: a folder whose PNG files are no images but masks.
        """
        there = {image.path for image in document.images.values()}
        masks = None if without is None else os.path.abspath(without) + os.sep
        root = os.path.abspath(document.image_root)

        def is_other(path: str) -> bool:
            is_mask = masks is not None and path.lower().endswith(".png") and os.path.join(root, path).startswith(masks)
            return path not in there and not is_mask

        images = (image for image in document.images.values() if image.has_size)
        # Beyond what the document has numbered, or a file's mask would come to lie on an image of its own.
        first_id = max(document.next_ids.image, 1 + max(document.images, default=0))
        others = cls.of_folder(document.image_root, first_id=first_id).restricted(is_other)
        return cls(document.image_root, images, others)

    def _ids(self) -> list[int]:
        ids = [image.id for image in self._images.values()]
        return ids if self._others is None else [*ids, *self._others._ids()]

    @property
    def paths(self) -> list[str]:
        """All images, relative to `root`."""
        return [*self._images, *([] if self._others is None else self._others.paths)]

    def restricted(self, wanted: Callable[[str], bool]) -> ImageIndex:
        """The index of those images whose path is wanted."""
        images = [image for path, image in self._images.items() if wanted(path)]
        return ImageIndex(self.root, images, None if self._others is None else self._others.restricted(wanted))

    def is_of(self, folder: Path) -> bool:
        """Whether the images' paths start from that folder."""
        return os.path.abspath(self.root) == os.path.abspath(folder)

    def holds(self, file: Path) -> bool:
        """Whether a file is one of the images."""
        try:
            path = Path(os.path.abspath(file)).relative_to(os.path.abspath(self.root)).as_posix()
        except ValueError:
            return False
        return path in self._images or (self._others is not None and self._others.holds(file))

    def find(self, *names: str) -> ImageRecord | None:
        """The image of the first name that is one's: paths with forward slashes, with or without their ending.

        Raises DatasetError when that image cannot be read.
        """
        for name in map(posixpath.normpath, names):
            path = name if name in self._images else self._path_of_label.get(name)
            if path is not None:
                return self._with_size(path)
        return None if self._others is None else self._others.find(*names)

    def _with_size(self, path: str) -> ImageRecord:
        image = self._images[path]
        if not image.has_size:
            try:
                header = read_header(self.root / path)
            except ImageError as error:
                raise DatasetError(error.sentence) from error
            image = self._images[path] = replace(image, height=header.height, width=header.width)
        return image


def _without_devices(label: str) -> str:
    parts = []
    for part in label.split("/"):
        before, dot, after = part.partition(".")
        parts.append(f"{before}_{dot}{after}" if before.rstrip().casefold() in _DEVICES else part)
    return "/".join(parts)


def _stem(path: str) -> str:
    return str(PurePosixPath(path).with_suffix(""))


def _tied(path: str) -> str:
    return _stem(path) + PurePosixPath(path).suffix.replace(".", "_")
