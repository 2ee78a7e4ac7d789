"""All images of a dataset in an order to choose, and their names as they are sorted and searched by."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path

from annotator.core.document import Document, ImageStatus
from annotator.gui.panels.image_filter import ImageOrder

_NUMBER = re.compile(r"\d+")
_WIDEST_NUMBER = 20
_STATUS_ORDER = (ImageStatus.IN_WORK, ImageStatus.UNTOUCHED, ImageStatus.DONE)

Statuses = Mapping[int, ImageStatus]


class ImageSorting:
    """ids: all images in their order, which changes by `sort` and `move` alone, whatever becomes of the images."""

    def __init__(self) -> None:
        self.ids: list[int] = []
        self._document = Document(Path())
        self._order = ImageOrder.DATASET
        # The keys the images were placed by: some may deserve another one by now.
        self._key_of: dict[int, tuple[int, str, int]] = {}
        self._places: dict[int, int] = {}
        self._sorted_names: dict[int, str] = {}
        self._searched_names: dict[int, str] | None = None

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, image_id: int) -> bool:
        return image_id in self._places

    def take(self, document: Document) -> None:
        """Be of another document, or of one with other images; to be sorted next."""
        # Of many images, this is what the window waits for: not a call for each, and nothing that may not be needed.
        self._document = document
        self._places = dict(zip(document.images, range(len(document.images)), strict=True))
        self._searched_names = None

    def sort(self, order: ImageOrder, statuses: Statuses) -> None:
        """Order all images anew."""
        self._order = order
        self._sorted_names = {}
        if order is ImageOrder.NAME:
            # Numbers of one width are ordered by their value.
            self._sorted_names = {i: _NUMBER.sub(_widened, name) for i, name in self.searched_names().items()}
        if order is ImageOrder.DATASET:
            self._key_of = {}  # the places are all there is to it
            self.ids = list(self._places)
        else:
            self._key_of = {image_id: self._key(image_id, statuses) for image_id in self._places}
            self.ids = sorted(self._places, key=self._key_of.__getitem__)

    def is_in_place(self, image_id: int, statuses: Statuses) -> bool:
        """Whether sorting anew would leave the image where it is."""
        return self._order is ImageOrder.DATASET or self._key(image_id, statuses) == self._key_of[image_id]

    def move(self, image_id: int, statuses: Statuses) -> None:
        """Put the image where it would be if all were sorted anew."""
        if self._order is ImageOrder.DATASET:
            return
        del self.ids[self.place_in(self.ids, image_id)]
        self._key_of[image_id] = self._key(image_id, statuses)
        self.ids.insert(self.place_in(self.ids, image_id), image_id)

    def place_in(self, ids: list[int], image_id: int) -> int:
        """Where the image is, or would be, in a list of some images that is in this order."""
        if self._order is ImageOrder.DATASET:
            return bisect_left(ids, self._places[image_id], key=self._places.__getitem__)
        return bisect_left(ids, self._key_of[image_id], key=self._key_of.__getitem__)

    def searched_names(self) -> dict[int, str]:
        """The images' paths as texts are looked for in them, whatever the case."""
        if self._searched_names is None:
            self._searched_names = {i: record.path.casefold() for i, record in self._document.images.items()}
        return self._searched_names

    def _key(self, image_id: int, statuses: Statuses) -> tuple[int, str, int]:
        place = self._places[image_id]
        if self._order is ImageOrder.STATUS:
            return _STATUS_ORDER.index(statuses[image_id]), "", place
        if self._order is ImageOrder.COUNT:
            return -self._document.count_of_image(image_id), "", place
        return 0, self._sorted_names.get(image_id, ""), place


def _widened(number: re.Match[str]) -> str:
    return number[0].zfill(_WIDEST_NUMBER)
