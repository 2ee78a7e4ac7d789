"""The Document: everything known about one dataset, changed only through Edits.

The records are frozen; a change replaces a record by another with the same id. Views subscribe and are told what
changed; the document never knows who listens.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from annotator.core.geometry import RunLengths

NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return NOTHING


@dataclass(frozen=True)
class Category:
    """A class of objects.

    color: "#rrggbb", or None for the palette's. extra: keys of the file we do not use; the same in the other records.
    """

    id: int
    name: str
    supercategory: str = ""
    color: str | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing, repr=False)


@dataclass(frozen=True)
class ImageRecord:
    """One image of the dataset.

    path: relative to the image root, with forward slashes. height, width: pixels of the oriented image, 0 when the
    file could never be read (such an image has no instances and is not saved).
    problem: why the file cannot be used, a sentence for the user, or None; never saved.
    """

    id: int
    path: str
    height: int
    width: int
    problem: str | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing, repr=False)

    @property
    def has_size(self) -> bool:
        """Whether the size is known."""
        return self.height > 0 and self.width > 0


@dataclass(frozen=True)
class Provenance:
    """Where an instance's mask came from. source: "tinysam", "imported" ...; weights: the checkpoint's name."""

    source: str = ""
    weights: str = ""
    predicted_iou: float | None = None
    stability: float | None = None


@dataclass(frozen=True)
class Instance:
    """One annotated object on one image. Its mask is the truth; `verbatim` is how the file spelt it.

    mask: run-lengths in the image's oriented frame.
    verbatim: segmentation, area and bbox exactly as read, written back while the mask is unchanged; None for new masks.
    """

    id: int
    image_id: int
    category_id: int
    mask: RunLengths = field(repr=False)
    iscrowd: bool = False
    provenance: Provenance = Provenance()
    verbatim: Mapping[str, Any] | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=_nothing, repr=False)

    def with_mask(self, mask: RunLengths) -> Instance:
        """The same instance with another mask; what the file said of the old mask is dropped."""
        return replace(self, mask=mask, verbatim=None)


Record = Category | ImageRecord | Instance


@dataclass(frozen=True)
class Change:
    """One record that appeared (before None), vanished (after None) or was replaced."""

    before: Record | None
    after: Record | None


_KIND_NAMES: Mapping[type, str] = {Category: "category", ImageRecord: "image", Instance: "instance"}


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
    instances_of and instances_in_order give theirs.
    Mutating methods are for Edits and loaders; they notify subscribers once per call.
    """

    def __init__(self, image_root: Path) -> None:
        self.image_root = image_root
        self.categories: dict[int, Category] = {}
        self.images: dict[int, ImageRecord] = {}
        self.instances: dict[int, Instance] = {}
        self.next_ids = NextIds()
        self.extra: Mapping[str, Any] = NOTHING
        # The place of every id there ever was, so that what is removed can come back to where it had been.
        self._places: dict[type, dict[int, int]] = {Category: {}, ImageRecord: {}, Instance: {}}
        self._instance_ids_of_image: dict[int, list[int]] = {}
        self._instances_per_category: Counter[int] = Counter()
        self._subscribers: list[Callable[[Change], None]] = []

    # -- reading -----------------------------------------------------------------------------------------------------

    def image_path(self, image_id: int) -> Path:
        """The image's file."""
        return self.image_root / self.images[image_id].path

    def instances_of(self, image_id: int) -> Iterator[Instance]:
        """The image's instances, in drawing order (oldest first)."""
        return (self.instances[i] for i in self._instance_ids_of_image.get(image_id, ()))

    def instances_in_order(self) -> list[Instance]:
        """All instances, those of one image in drawing order: the order in which they are saved."""
        places = self._places[Instance]
        return sorted(self.instances.values(), key=lambda instance: places[instance.id])

    def count_of_image(self, image_id: int) -> int:
        """How many instances the image has."""
        return len(self._instance_ids_of_image.get(image_id, ()))

    def count_of_category(self, category_id: int) -> int:
        """How many instances the category has."""
        return self._instances_per_category[category_id]

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
        copy.next_ids = replace(self.next_ids)
        copy.extra = self.extra
        copy._places = {kind: dict(places) for kind, places in self._places.items()}
        copy._instance_ids_of_image = {image_id: list(ids) for image_id, ids in self._instance_ids_of_image.items()}
        copy._instances_per_category = Counter(self._instances_per_category)
        return copy

    # -- subscribing -------------------------------------------------------------------------------------------------

    def subscribe(self, callback: Callable[[Change], None]) -> None:
        """Call `callback` after every change."""
        self._subscribers.append(callback)

    # -- changing (for Edits and loaders) ----------------------------------------------------------------------------

    def take_id(self, kind: type[Record]) -> int:
        """A new id for a Category, ImageRecord or Instance; it is never given again."""
        name = _KIND_NAMES[kind]
        new_id: int = getattr(self.next_ids, name)
        setattr(self.next_ids, name, new_id + 1)
        return new_id

    def put(self, record: Record) -> None:
        """Add a record, or replace the one of the same kind and id.

        A new record comes last (an instance: on top); one that was removed comes back to its old place.
        Raises ValueError for an instance whose image or category does not exist, whose mask has another size than its
        image, or which would move to another image.
        """
        table, places = self._table(record), self._places[type(record)]
        before = table.get(record.id)
        if isinstance(record, Instance):
            self._check_references(record, before)
        place = places.setdefault(record.id, len(places))
        table[record.id] = record
        if isinstance(record, Instance):
            self._instances_per_category[record.category_id] += 1
            if before is None:
                order = self._instance_ids_of_image.setdefault(record.image_id, [])
                insort(order, record.id, key=places.__getitem__)
            else:
                self._instances_per_category[before.category_id] -= 1
        elif before is None and place < len(places) - 1:
            _sort(table, places)
        name = _KIND_NAMES[type(record)]
        setattr(self.next_ids, name, max(getattr(self.next_ids, name), record.id + 1))
        self._notify(Change(before, record))

    def remove(self, record: Record) -> None:
        """Remove the record of that kind and id.

        Raises ValueError when there is none, and while instances refer to a category or image: their Edits come first.
        """
        table = self._table(record)
        before = table.get(record.id)
        if before is None:
            raise ValueError(f"there is no {_KIND_NAMES[type(record)]} {record.id}")
        if isinstance(before, Instance):
            self._instance_ids_of_image[before.image_id].remove(before.id)
            self._instances_per_category[before.category_id] -= 1
        elif isinstance(before, Category) and self.count_of_category(before.id):
            raise ValueError(f"category {before.id} is still in use")
        elif isinstance(before, ImageRecord) and self.count_of_image(before.id):
            raise ValueError(f"image {before.id} still has instances")
        del table[record.id]
        self._notify(Change(before, None))

    def _check_references(self, instance: Instance, before: Instance | None) -> None:
        image = self.images.get(instance.image_id)
        if image is None:
            raise ValueError(f"instance {instance.id}: there is no image {instance.image_id}")
        if (instance.mask.height, instance.mask.width) != (image.height, image.width):
            raise ValueError(f"instance {instance.id}: its mask has another size than its image")
        if instance.category_id not in self.categories:
            raise ValueError(f"instance {instance.id}: there is no category {instance.category_id}")
        if before is not None and before.image_id != instance.image_id:
            raise ValueError(f"instance {instance.id} cannot move to another image")

    def _table(self, record: Record) -> dict[int, Any]:
        if isinstance(record, Category):
            return self.categories
        if isinstance(record, ImageRecord):
            return self.images
        return self.instances

    def _notify(self, change: Change) -> None:
        for callback in self._subscribers:
            callback(change)


def _sort(table: dict[int, Any], places: Mapping[int, int]) -> None:
    """Put a table's ids in the order of their places. In place: views hold on to the table."""
    records = sorted(table.items(), key=lambda item: places[item[0]])
    table.clear()
    table.update(records)
