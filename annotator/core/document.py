"""The Document: everything known about one dataset, changed only through Edits.

The records are frozen; a change replaces a record by another with the same id. Views subscribe and are told what
changed; the document never knows who listens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from annotator.core.belonging import Belonging, ImageMarks, LockedIds
from annotator.core.order import KIND_NAMES, Gaps, NextIds, Order
from annotator.core.records import (
    NOTHING,
    Attribute,
    AttributeKind,
    Category,
    Change,
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


_ANNOTATIONS = (Instance, StoredProposal)


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
        self._places = Order()
        self._instances, self._proposals = Belonging(), Belonging()
        self._locked = LockedIds()
        self._marks = ImageMarks()
        self._subscribers: list[Callable[[Change], None]] = []

    # -- reading -----------------------------------------------------------------------------------------------------

    def image_path(self, image_id: int) -> Path:
        """The image's file."""
        return self.image_root / self.images[image_id].path

    def instances_of(self, image_id: int) -> Iterator[Instance]:
        """The image's instances, in drawing order (oldest first)."""
        return (self.instances[i] for i in self._instances.of_image(image_id))

    def order_of(self, image_id: int) -> tuple[int, ...]:
        """The ids of the image's instances, in drawing order."""
        return self._instances.of_image(image_id)

    def instances_in_order(self) -> list[Instance]:
        """All instances, those of one image in drawing order: the order in which they are saved."""
        places = self._places[Instance]
        return sorted(self.instances.values(), key=lambda instance: places[instance.id])

    def proposals_of(self, image_id: int) -> Iterator[StoredProposal]:
        """The image's proposals, oldest first."""
        return (self.proposals[i] for i in self._proposals.of_image(image_id))

    def annotations(self) -> list[Instance | StoredProposal]:
        """All instances and proposals, in no order that means anything."""
        return [*self.instances.values(), *self.proposals.values()]

    def annotations_in_order(self) -> list[Instance | StoredProposal]:
        """All instances and proposals, in the order in which they are saved."""
        places = self._places[Instance]
        return sorted(self.annotations(), key=lambda annotation: places[annotation.id])

    def count_of_image(self, image_id: int) -> int:
        """How many instances the image has."""
        return self._instances.count_of_image(image_id)

    def status_of(self, image_id: int) -> ImageStatus:
        """How far the work on the image is: what the user said, else whether it has instances."""
        stated = self.images[image_id].status
        if stated is not None:
            return stated
        return ImageStatus.IN_WORK if self.count_of_image(image_id) else ImageStatus.UNTOUCHED

    def statuses(self) -> dict[int, ImageStatus]:
        """What status_of says of each image, in their order."""
        # A window waits for this over tens of thousands of images: nothing is called for each of them.
        statuses = dict.fromkeys(self.images, ImageStatus.UNTOUCHED)
        statuses.update(dict.fromkeys(self._instances.image_ids(), ImageStatus.IN_WORK))
        statuses.update(self._marks.statuses)
        return statuses

    @property
    def unusable_ids(self) -> frozenset[int]:
        """The images that are missing or cannot be read."""
        return frozenset(self._marks.problem_ids)

    @property
    def locked_ids(self) -> frozenset[int]:
        """The instances that are locked; the same object while they are the same."""
        return self._locked.ids

    def count_of_category(self, category_id: int) -> int:
        """How many instances the category has."""
        return self._instances.count_of_category(category_id)

    def count_of_proposals_on(self, image_id: int) -> int:
        """How many proposals the image has."""
        return self._proposals.count_of_image(image_id)

    def images_with_proposals(self) -> set[int]:
        """The ids of the images that have any."""
        return set(self._proposals.image_ids())

    def count_of_proposals(self, category_id: int) -> int:
        """How many proposals would become instances of the category."""
        return self._proposals.count_of_category(category_id)

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
        copy._places = self._places.copy()
        copy._instances, copy._proposals = self._instances.copy(), self._proposals.copy()
        copy._locked, copy._marks = self._locked.copy(), self._marks.copy()
        return copy

    def adopt(self, other: Document) -> None:
        """Become what `other` is: a snapshot of this document in which an Edit was made or taken back.

        At once, however much that changed; subscribers are not told, and `other` is not to be used any more.
        """
        self.categories, self.images = other.categories, other.images
        self.instances, self.proposals = other.instances, other.proposals
        self._places, self._instances, self._proposals = other._places, other._instances, other._proposals
        self._locked, self._marks = other._locked, other._marks

    def gaps(self) -> dict[str, list[tuple[int, int | None]]]:
        """Where the categories and instances that were removed would come back: (id, the id before it or None).

        By kind, in order; the id before may be a removed one too. Plain values, which a file can hold.
        """
        annotations = self.instances.keys() | self.proposals.keys()
        return self._places.gaps({Category: self.categories, Instance: annotations})

    def keep_gaps(self, gaps: Mapping[str, Gaps]) -> None:
        """Let records that another session removed come back where it would have put them.

        For a document that has just been read; gaps: that session's. Raises ValueError when they are of another one.
        """
        self._places.keep_gaps(gaps)

    # -- subscribing -------------------------------------------------------------------------------------------------

    def subscribe(self, callback: Callable[[Change], None]) -> None:
        """Call `callback` after every change."""
        self._subscribers.append(callback)

    # -- changing (for Edits and loaders) ----------------------------------------------------------------------------

    def take_id(self, kind: type[Record]) -> int:
        """A new id for a record of that kind; it is never given again."""
        return self.next_ids.take(kind)

    def take_ids(self, kind: type[Record], count: int) -> range:
        """That many new ids for records of that kind; they are never given again."""
        return self.next_ids.take_many(kind, count)

    def put(self, record: Record) -> None:
        """Add a record, or replace the one of the same kind and id.

        A new record comes last (an instance: on top); one that was removed comes back to its old place.
        Raises ValueError for an instance or a proposal whose image or category does not exist, whose mask has another
        size than its image, which would move to another image, or whose id the other kind has; and for an image whose
        id another image has.
        """
        table, places = self._table(record), self._places[type(record)]
        before = table.get(record.id)
        if isinstance(record, _ANNOTATIONS):
            self._check_references(record, before)
        elif isinstance(record, ImageRecord) and before is not None and before.path != record.path:
            raise ValueError(f"image {record.id} is {before.path}, and not {record.path}")
        place = places.place_of(record.id)
        table[record.id] = record
        if isinstance(record, _ANNOTATIONS):
            belonging = self._belonging(record)
            if before is None:
                belonging.add(record, places)
            else:
                belonging.replace(before, record)
            if isinstance(record, Instance):
                self._locked.note(record.id, record.locked)
        else:
            if isinstance(record, ImageRecord):
                self._marks.note(record)
            if before is None and not places.is_last(place):
                places.sort(table)
        self.next_ids.pass_over(type(record), record.id)
        self._notify(Change(before, record))

    def put_new(self, records: Sequence[Instance | StoredProposal]) -> None:
        """Add instances and proposals of which the document has none, in their order, as `put` does; for loaders.

        Many together take a fifth of the time. Raises ValueError as `put` does, and then has added none or some.
        """
        ids = [record.id for record in records]
        places = self._places[Instance]
        is_new = places.keys().isdisjoint(ids) and len(set(ids)) == len(ids)
        if self._subscribers or not is_new:
            for record in records:
                self.put(record)
            return
        for record in records:
            self._check_references(record, None)
        places.append(ids)
        instances = [record for record in records if isinstance(record, Instance)]
        proposals = [record for record in records if isinstance(record, StoredProposal)]
        self.instances.update([(instance.id, instance) for instance in instances])
        self.proposals.update([(proposal.id, proposal) for proposal in proposals])
        self._instances.append(instances)
        self._proposals.append(proposals)
        for instance in instances:
            if instance.locked:
                self._locked.note(instance.id, True)
        self.next_ids.pass_over(Instance, max(ids, default=0))

    def remove(self, record: Record) -> None:
        """Remove the record of that kind and id.

        Raises ValueError when there is none, and while instances or proposals refer to a category or image: their
        Edits come first.
        """
        table = self._table(record)
        before = table.get(record.id)
        if before is None:
            raise ValueError(f"there is no {KIND_NAMES[type(record)]} {record.id}")
        if isinstance(before, _ANNOTATIONS):
            self._belonging(before).remove(before)
            self._locked.note(before.id, False)
        elif isinstance(before, Category) and any(
            belonging.count_of_category(before.id) for belonging in (self._instances, self._proposals)
        ):
            raise ValueError(f"category {before.id} is still in use")
        elif isinstance(before, ImageRecord) and any(
            belonging.count_of_image(before.id) for belonging in (self._instances, self._proposals)
        ):
            raise ValueError(f"image {before.id} still has instances or proposals")
        elif isinstance(before, ImageRecord):
            self._marks.forget(before.id)
        del table[record.id]
        self._notify(Change(before, None))

    def order_categories(self, category_ids: Sequence[int]) -> None:
        """Put the categories in that order; the ids are all there are, each once, else ValueError.

        Subscribers hear of every category that moved, once all are in their places.
        """
        before = list(self.categories)
        places = self._places[Category]
        places.exchange(before, category_ids)
        places.sort(self.categories)
        for old, new in zip(before, category_ids, strict=True):
            if old != new:
                self._notify(Change(self.categories[new], self.categories[new]))

    def order_images(self, image_ids: Sequence[int]) -> None:
        """Put the images in that order; for loaders, because nobody is told. The ids are all there are, each once."""
        places = self._places[ImageRecord]
        places.exchange(list(self.images), image_ids)
        places.sort(self.images)

    def order_instances(self, image_id: int, instance_ids: Sequence[int]) -> None:
        """Draw the image's instances in that order, lowest first; the ids are all it has, each once, else ValueError.

        Subscribers hear of every instance that moved, once all are in their places.
        """
        before = self.order_of(image_id)
        self._places[Instance].exchange(before, instance_ids)
        self._instances.sort_image(image_id, self._places[Instance])
        for old, new in zip(before, instance_ids, strict=True):
            if old != new:
                self._notify(Change(self.instances[new], self.instances[new]))

    def _check_references(self, record: Instance | StoredProposal, before: Instance | StoredProposal | None) -> None:
        image, mask = self.images.get(record.image_id), record.mask
        if image is None:
            problem = f": there is no image {record.image_id}"
        elif mask.height != image.height or mask.width != image.width:
            problem = ": its mask has another size than its image"
        elif record.category_id not in self.categories:
            problem = f": there is no category {record.category_id}"
        elif before is not None and before.image_id != record.image_id:
            problem = " cannot move to another image"
        elif record.id in (self.proposals if type(record) is Instance else self.instances):
            problem = ": there is an instance and a proposal of that id"
        else:
            return
        raise ValueError(f"{KIND_NAMES[type(record)]} {record.id}{problem}")

    def _belonging(self, record: Instance | StoredProposal) -> Belonging:
        return self._instances if isinstance(record, Instance) else self._proposals

    def _table(self, record: Record) -> dict[int, Any]:
        kind = type(record)
        if kind is Instance:
            return self.instances
        if kind is StoredProposal:
            return self.proposals
        return self.images if kind is ImageRecord else self.categories

    def _notify(self, change: Change) -> None:
        for callback in self._subscribers:
            callback(change)
