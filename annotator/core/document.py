"""The Document: everything known about one dataset, changed only through Edits.

The records are frozen; a change replaces a record by another with the same id. Views subscribe and are told what
changed; the document never knows who listens.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from annotator.core.records import (
    NOTHING,
    Attribute,
    AttributeKind,
    Category,
    ImageRecord,
    ImageStatus,
    Instance,
    Provenance,
    Record,
    Review,
    ReviewState,
    StoredProposal,
)

__all__ = [
    "NOTHING",
    "Attribute",
    "AttributeKind",
    "Category",
    "Change",
    "Document",
    "ImageRecord",
    "ImageStatus",
    "Instance",
    "NextIds",
    "Provenance",
    "Record",
    "Review",
    "ReviewState",
    "StoredProposal",
]


@dataclass(frozen=True)
class Change:
    """One record that appeared (before None), vanished (after None), was replaced, or only moved (both the same)."""

    before: Record | None
    after: Record | None


_ANNOTATIONS = (Instance, StoredProposal)
_KIND_NAMES: Mapping[type, str] = {
    Category: "category",
    ImageRecord: "image",
    Instance: "instance",
    StoredProposal: "instance",
}


@dataclass
class NextIds:
    """The next id of each kind; ids are never given twice, not even after a deletion and a reload."""

    category: int = 1
    image: int = 1
    instance: int = 1


class Document:
    """The dataset in memory.

    image_root: folder the images' paths are relative to. extra: unknown top-level keys of the file.
    categories, images: by id, in the order they are shown and saved. instances: by id, in no order that means anything:
    instances_of and instances_in_order give theirs. proposals: by id, apart from the instances.
    Mutating methods are for Edits and loaders; they notify subscribers once per call.
    """

    def __init__(self, image_root: Path) -> None:
        self.image_root = image_root
        self.categories: dict[int, Category] = {}
        self.images: dict[int, ImageRecord] = {}
        self.instances: dict[int, Instance] = {}
        self.proposals: dict[int, StoredProposal] = {}
        self.next_ids = NextIds()
        self.extra: Mapping[str, Any] = NOTHING
        # The place of every id there ever was, so that what is removed can come back to where it had been.
        self._places = _places({}, {}, {})
        self._instance_ids_of_image: dict[int, list[int]] = {}
        self._instances_per_category: Counter[int] = Counter()
        self._proposal_ids_of_image: dict[int, list[int]] = {}
        self._proposals_per_category: Counter[int] = Counter()
        self._subscribers: list[Callable[[Change], None]] = []

    # -- reading -----------------------------------------------------------------------------------------------------

    def image_path(self, image_id: int) -> Path:
        """The image's file."""
        return self.image_root / self.images[image_id].path

    def instances_of(self, image_id: int) -> Iterator[Instance]:
        """The image's instances, in drawing order (oldest first)."""
        return (self.instances[i] for i in self._instance_ids_of_image.get(image_id, ()))

    def order_of(self, image_id: int) -> tuple[int, ...]:
        """The ids of the image's instances, in drawing order."""
        return tuple(self._instance_ids_of_image.get(image_id, ()))

    def instances_in_order(self) -> list[Instance]:
        """All instances, those of one image in drawing order: the order in which they are saved."""
        places = self._places[Instance]
        return sorted(self.instances.values(), key=lambda instance: places[instance.id])

    def proposals_of(self, image_id: int) -> Iterator[StoredProposal]:
        """The image's proposals, oldest first."""
        return (self.proposals[i] for i in self._proposal_ids_of_image.get(image_id, ()))

    def annotations(self) -> list[Instance | StoredProposal]:
        """All instances and proposals, in no order that means anything."""
        return [*self.instances.values(), *self.proposals.values()]

    def annotations_in_order(self) -> list[Instance | StoredProposal]:
        """All instances and proposals, in the order in which they are saved."""
        places = self._places[Instance]
        return sorted(self.annotations(), key=lambda annotation: places[annotation.id])

    def count_of_image(self, image_id: int) -> int:
        """How many instances the image has."""
        return len(self._instance_ids_of_image.get(image_id, ()))

    def status_of(self, image_id: int) -> ImageStatus:
        """How far the work on the image is: what the user said, else whether it has instances."""
        stated = self.images[image_id].status
        if stated is not None:
            return stated
        return ImageStatus.IN_WORK if self.count_of_image(image_id) else ImageStatus.UNTOUCHED

    def statuses(self) -> dict[int, ImageStatus]:
        """What status_of says of each image, in their order."""
        numbers = self._instance_ids_of_image
        in_work, untouched = ImageStatus.IN_WORK, ImageStatus.UNTOUCHED
        return {
            image_id: image.status or (in_work if numbers.get(image_id) else untouched)
            for image_id, image in self.images.items()
        }

    def count_of_category(self, category_id: int) -> int:
        """How many instances the category has."""
        return self._instances_per_category[category_id]

    def count_of_proposals(self, category_id: int) -> int:
        """How many proposals would become instances of the category."""
        return self._proposals_per_category[category_id]

    def category_named(self, name: str) -> Category | None:
        """The category of that exact name, if there is one."""
        return next((c for c in self.categories.values() if c.name == name), None)

    def find(self, record: Record) -> Record | None:
        """The record of that kind and id as the document has it now, or None."""
        found: Record | None = self._table(record).get(record.id)
        return found

    def snapshot(self) -> Document:
        """A copy that later changes do not reach, without subscribers; it shares the frozen records.

        Made in milliseconds, so that another thread can save it while this document is edited.
        """
        copy = Document(self.image_root)
        copy.categories = dict(self.categories)
        copy.images = dict(self.images)
        copy.instances = dict(self.instances)
        copy.proposals = dict(self.proposals)
        copy.next_ids = replace(self.next_ids)
        copy.extra = self.extra
        copy._places = _places(*(dict(self._places[kind]) for kind in (Category, ImageRecord, Instance)))
        copy._instance_ids_of_image = {image_id: list(ids) for image_id, ids in self._instance_ids_of_image.items()}
        copy._instances_per_category = Counter(self._instances_per_category)
        copy._proposal_ids_of_image = {image_id: list(ids) for image_id, ids in self._proposal_ids_of_image.items()}
        copy._proposals_per_category = Counter(self._proposals_per_category)
        return copy

    def gaps(self) -> dict[str, list[tuple[int, int | None]]]:
        """Where the categories and instances that were removed would come back: (id, the id before it or None).

        By kind, in order; the id before may be a removed one too. Plain values, which a file can hold.
        """
        present: dict[str, Container[int]] = {
            "category": self.categories,
            "instance": self.instances.keys() | self.proposals.keys(),
        }
        gaps: dict[str, list[tuple[int, int | None]]] = {}
        for kind in (Category, Instance):
            name, places = _KIND_NAMES[kind], self._places[kind]
            order = sorted(places, key=places.__getitem__)
            gaps[name] = [
                (record_id, order[place - 1] if place else None)
                for place, record_id in enumerate(order)
                if record_id not in present[name]
            ]
        return gaps

    def keep_gaps(self, gaps: Mapping[str, Sequence[tuple[int, int | None]]]) -> None:
        """Let records that another session removed come back where it would have put them.

        For a document that has just been read; gaps: that session's. Raises ValueError when they are of another one.
        """
        for kind in (Category, Instance):
            places = self._places[kind]
            order = sorted(places, key=places.__getitem__)
            for record_id, before in gaps.get(_KIND_NAMES[kind], ()):
                if record_id in places:
                    raise ValueError(f"{_KIND_NAMES[kind]} {record_id} is there")
                order.insert(0 if before is None else order.index(before) + 1, record_id)
            places.update((record_id, place) for place, record_id in enumerate(order))

    # -- subscribing -------------------------------------------------------------------------------------------------

    def subscribe(self, callback: Callable[[Change], None]) -> None:
        """Call `callback` after every change."""
        self._subscribers.append(callback)

    # -- changing (for Edits and loaders) ----------------------------------------------------------------------------

    def take_id(self, kind: type[Record]) -> int:
        """A new id for a record of that kind; it is never given again."""
        name = _KIND_NAMES[kind]
        new_id: int = getattr(self.next_ids, name)
        setattr(self.next_ids, name, new_id + 1)
        return new_id

    def put(self, record: Record) -> None:
        """Add a record, or replace the one of the same kind and id.

        A new record comes last (an instance: on top); one that was removed comes back to its old place.
        Raises ValueError for an instance or a proposal whose image or category does not exist, whose mask has another
        size than its image, which would move to another image, or whose id the other kind has.
        """
        table, places = self._table(record), self._places[type(record)]
        before = table.get(record.id)
        if isinstance(record, _ANNOTATIONS):
            self._check_references(record, before)
        place = places.setdefault(record.id, len(places))
        table[record.id] = record
        if isinstance(record, _ANNOTATIONS):
            ids_of_image, per_category = self._index_of(record)
            per_category[record.category_id] += 1
            if before is None:
                order = ids_of_image.setdefault(record.image_id, [])
                if place == len(places) - 1:
                    order.append(record.id)
                else:
                    insort(order, record.id, key=places.__getitem__)
            else:
                per_category[before.category_id] -= 1
        elif before is None and place < len(places) - 1:
            _sort(table, places)
        name = _KIND_NAMES[type(record)]
        if record.id >= getattr(self.next_ids, name):
            setattr(self.next_ids, name, record.id + 1)
        self._notify(Change(before, record))

    def remove(self, record: Record) -> None:
        """Remove the record of that kind and id.

        Raises ValueError when there is none, and while instances or proposals refer to a category or image: their
        Edits come first.
        """
        table = self._table(record)
        before = table.get(record.id)
        if before is None:
            raise ValueError(f"there is no {_KIND_NAMES[type(record)]} {record.id}")
        if isinstance(before, _ANNOTATIONS):
            ids_of_image, per_category = self._index_of(before)
            ids_of_image[before.image_id].remove(before.id)
            per_category[before.category_id] -= 1
        elif isinstance(before, Category) and (
            self._instances_per_category[before.id] or self._proposals_per_category[before.id]
        ):
            raise ValueError(f"category {before.id} is still in use")
        elif isinstance(before, ImageRecord) and (
            self._instance_ids_of_image.get(before.id) or self._proposal_ids_of_image.get(before.id)
        ):
            raise ValueError(f"image {before.id} still has instances or proposals")
        del table[record.id]
        self._notify(Change(before, None))

    def order_categories(self, category_ids: Sequence[int]) -> None:
        """Put the categories in that order; the ids are all there are, each once, else ValueError.

        Subscribers hear of every category that moved, once all are in their places.
        """
        before = list(self.categories)
        if sorted(category_ids) != sorted(before):
            raise ValueError(f"{category_ids} is no order of the categories {before}")
        places = self._places[Category]
        # Those that were removed keep their places, so that they come back to where they had been.
        for category_id, place in zip(category_ids, sorted(map(places.__getitem__, before)), strict=True):
            places[category_id] = place
        _sort(self.categories, places)
        for old, new in zip(before, category_ids, strict=True):
            if old != new:
                self._notify(Change(self.categories[new], self.categories[new]))

    def order_images(self, image_ids: Sequence[int]) -> None:
        """Put the images in that order; for loaders, because nobody is told. The ids are all there are, each once."""
        before = list(self.images)
        if sorted(image_ids) != sorted(before):
            raise ValueError("that is no order of the images")
        places = self._places[ImageRecord]
        for image_id, place in zip(image_ids, sorted(map(places.__getitem__, before)), strict=True):
            places[image_id] = place
        _sort(self.images, places)

    def order_instances(self, image_id: int, instance_ids: Sequence[int]) -> None:
        """Draw the image's instances in that order, lowest first; the ids are all it has, each once, else ValueError.

        Subscribers hear of every instance that moved, once all are in their places.
        """
        before = self.order_of(image_id)
        if sorted(instance_ids) != sorted(before):
            raise ValueError(f"{instance_ids} is no order of the instances {before}")
        if not before:
            return
        places = self._places[Instance]
        # The proposals between them, and those that were removed, keep their places.
        for instance_id, place in zip(instance_ids, sorted(map(places.__getitem__, before)), strict=True):
            places[instance_id] = place
        self._instance_ids_of_image[image_id][:] = instance_ids
        for old, new in zip(before, instance_ids, strict=True):
            if old != new:
                self._notify(Change(self.instances[new], self.instances[new]))

    def _check_references(self, record: Instance | StoredProposal, before: Instance | StoredProposal | None) -> None:
        what = f"{_KIND_NAMES[type(record)]} {record.id}"
        image = self.images.get(record.image_id)
        if image is None:
            raise ValueError(f"{what}: there is no image {record.image_id}")
        if (record.mask.height, record.mask.width) != (image.height, image.width):
            raise ValueError(f"{what}: its mask has another size than its image")
        if record.category_id not in self.categories:
            raise ValueError(f"{what}: there is no category {record.category_id}")
        if before is not None and before.image_id != record.image_id:
            raise ValueError(f"{what} cannot move to another image")
        if record.id in (self.proposals if isinstance(record, Instance) else self.instances):
            raise ValueError(f"{what}: there is an instance and a proposal of that id")

    def _index_of(self, record: Instance | StoredProposal) -> tuple[dict[int, list[int]], Counter[int]]:
        """The ids by image, and how many there are in each category, of the record's kind."""
        if isinstance(record, Instance):
            return self._instance_ids_of_image, self._instances_per_category
        return self._proposal_ids_of_image, self._proposals_per_category

    def _table(self, record: Record) -> dict[int, Any]:
        if isinstance(record, Category):
            return self.categories
        if isinstance(record, ImageRecord):
            return self.images
        return self.instances if isinstance(record, Instance) else self.proposals

    def _notify(self, change: Change) -> None:
        for callback in self._subscribers:
            callback(change)


def _places(
    categories: dict[int, int], images: dict[int, int], annotations: dict[int, int]
) -> dict[type, dict[int, int]]:
    """Places by kind; instances and proposals have one order in common, as they have their ids."""
    return {Category: categories, ImageRecord: images, Instance: annotations, StoredProposal: annotations}


def _sort(table: dict[int, Any], places: Mapping[int, int]) -> None:
    """Put a table's ids in the order of their places. In place: views hold on to the table."""
    records = sorted(table.items(), key=lambda item: places[item[0]])
    table.clear()
    table.update(records)
