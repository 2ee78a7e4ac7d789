"""Which annotations belong to an image, how many to a category, which are locked, and which images have a mark: known
without a search."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Sequence

from annotator.core.order import Places
from annotator.core.records import ImageRecord, ImageStatus, Instance, StoredProposal


class Belonging:
    """Of a document's instances, or of its proposals."""

    def __init__(self) -> None:
        self._ids_of_image: dict[int, list[int]] = {}
        self._own: set[int] = set()  # the images whose list no copy shares
        self._per_category: Counter[int] = Counter()

    def of_image(self, image_id: int) -> tuple[int, ...]:
        """The ids of the image's, in their order."""
        return tuple(self._ids_of_image.get(image_id, ()))

    def count_of_image(self, image_id: int) -> int:
        """How many the image has."""
        return len(self._ids_of_image.get(image_id, ()))

    def image_ids(self) -> list[int]:
        """The images that have any, in no order that means anything."""
        return list(self._ids_of_image)  # none of the lists is empty: looking at thousands takes milliseconds

    def count_of_category(self, category_id: int) -> int:
        """How many the category has."""
        return self._per_category[category_id]

    def add(self, record: Instance | StoredProposal, places: Places) -> None:
        """A record that was not there, and has its place already."""
        self._per_category[record.category_id] += 1
        order = self._list_of(record.image_id)
        if places.is_last(places[record.id]):
            order.append(record.id)
        else:
            insort(order, record.id, key=places.__getitem__)

    def append(self, records: Sequence[Instance | StoredProposal]) -> None:
        """Records that were not there, whose places are the last, in this order."""
        self._per_category.update(record.category_id for record in records)
        for record in records:
            self._list_of(record.image_id).append(record.id)

    def replace(self, before: Instance | StoredProposal, after: Instance | StoredProposal) -> None:
        """One of the same id and image instead of another."""
        self._per_category[before.category_id] -= 1
        self._per_category[after.category_id] += 1

    def remove(self, record: Instance | StoredProposal) -> None:
        """A record that goes."""
        self._per_category[record.category_id] -= 1
        ids = self._list_of(record.image_id)
        if ids[-1] == record.id:  # an undo takes away the newest
            ids.pop()
        else:
            ids.remove(record.id)
        if not ids:
            del self._ids_of_image[record.image_id]
            self._own.discard(record.image_id)

    def sort_image(self, image_id: int, places: Places) -> None:
        """The image's have other places now."""
        if image_id in self._ids_of_image:
            self._list_of(image_id).sort(key=places.__getitem__)

    def copy(self) -> Belonging:
        """One that later changes do not reach; both share their lists until they change them.

        The window waits for this: to copy the lists of tens of thousands of images takes as long as all the rest.
        """
        copy = Belonging()
        self._own = set()
        copy._ids_of_image = dict(self._ids_of_image)
        copy._per_category = Counter(self._per_category)
        return copy

    def _list_of(self, image_id: int) -> list[int]:
        """The image's ids, to be changed."""
        if image_id not in self._own:
            self._own.add(image_id)
            self._ids_of_image[image_id] = list(self._ids_of_image.get(image_id, ()))
        return self._ids_of_image[image_id]


class LockedIds:
    """The ids of the instances that are locked."""

    def __init__(self) -> None:
        self._locked: set[int] = set()
        self._ids: frozenset[int] | None = frozenset()  # None: to be made of the set

    @property
    def ids(self) -> frozenset[int]:
        """All of them; made once for everybody who asks until one is noted."""
        if self._ids is None:
            self._ids = frozenset(self._locked)
        return self._ids

    def note(self, instance_id: int, is_locked: bool) -> None:
        """The instance is locked, or is not."""
        if is_locked != (instance_id in self._locked):
            (self._locked.add if is_locked else self._locked.discard)(instance_id)
            self._ids = None

    def copy(self) -> LockedIds:
        """Another one of the same ids."""
        copy = LockedIds()
        copy._locked, copy._ids = set(self._locked), self._ids
        return copy


class ImageMarks:
    """What few of a document's images have: a status that the user said, or a problem."""

    def __init__(self) -> None:
        self.statuses: dict[int, ImageStatus] = {}
        self.problem_ids: set[int] = set()

    def note(self, image: ImageRecord) -> None:
        """The image is there, or is another record now."""
        if image.status is not None:
            self.statuses[image.id] = image.status
        elif image.id in self.statuses:
            del self.statuses[image.id]
        if image.problem is not None:
            self.problem_ids.add(image.id)
        else:
            self.problem_ids.discard(image.id)

    def forget(self, image_id: int) -> None:
        """The image is gone."""
        self.statuses.pop(image_id, None)
        self.problem_ids.discard(image_id)

    def copy(self) -> ImageMarks:
        """Another one of the same marks."""
        copy = ImageMarks()
        copy.statuses, copy.problem_ids = dict(self.statuses), set(self.problem_ids)
        return copy
