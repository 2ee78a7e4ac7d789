"""Finding the image that a foreign file means, and its size."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from annotator.core.document import Document, ImageRecord
from annotator.core.formats.names import NEVER_FOLDERS_OF_YOLO, label_names
from annotator.core.formats.pixels import is_mask_name
from annotator.core.images import IMAGE_SUFFIXES, read_header
from annotator.errors import DatasetError, ImageError


class ImageIndex:
    """The images that annotations may refer to, by their path under `root`, in full or as label_names names it."""

    def __init__(
        self,
        root: Path,
        images: Iterable[ImageRecord],
        others: ImageIndex | None = None,
        *,
        named_among: Iterable[str] = (),
    ) -> None:
        """others: images that are meant only where none of the first ones is; of the same root. named_among: paths of
        images that are not meant, but that label_names was told of as well.

        Readers tell images by their ids, so ValueError is raised when two have the same.
        """
        self.root = root
        self._others = others
        self._images: dict[str, ImageRecord] = {}
        for image in images:
            self._images.setdefault(image.path, image)  # a COCO file may list one file twice
        ids = self._ids()
        if len(set(ids)) < len(ids):
            raise ValueError("two images of an index have the same id")
        self._named_among = frozenset(named_among)
        among = list(dict.fromkeys([*self._images, *self._named_among]))
        has_odd_folders = any(folder in path for folder in NEVER_FOLDERS_OF_YOLO for path in among)
        # YOLO's first, for what others call a label counts for more.
        self._path_of_label = {
            label: path
            for apart in ((NEVER_FOLDERS_OF_YOLO, ()) if has_odd_folders else ((),))
            for path, label in label_names(among, never_folders=apart).items()
            if path in self._images
        }

    @classmethod
    def of_document(cls, document: Document, *, named_among: Iterable[str] = ()) -> ImageIndex:
        """The document's images, with the sizes it knows; the disk is not asked."""
        images = (image for image in document.images.values() if image.has_size)
        return cls(document.image_root, images, named_among=named_among)

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
            is_mask = masks is not None and is_mask_name(path) and os.path.join(root, path).startswith(masks)
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
        others = None if self._others is None else self._others.restricted(wanted)
        return ImageIndex(self.root, images, others, named_among=self._named_among)

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
