"""The Document: everything known about one dataset, changed only through Edits.

The records are frozen; a change replaces a record by another with the same id. Views subscribe and are told what
changed; the document never knows who listens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from annotator.core.geometry import RunLengths

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Category:
    """A class of objects. `color` is "#rrggbb", or None for the palette's; `extra` keeps keys of the file we do not use."""

    id: int
    name: str
    supercategory: str = ""
    color: str | None = None
    extra: Mapping[str, Any] = field(default=NOTHING, repr=False)


@dataclass(frozen=True)
class ImageRecord:
    """One image of the dataset.

    path: relative to the image root, with forward slashes. height, width: pixels of the oriented image.
    problem: why the file cannot be used, a sentence for the user, or None; never saved.
    """

    id: int
    path: str
    height: int
    width: int
    problem: str | None = None
    extra: Mapping[str, Any] = field(default=NOTHING, repr=False)


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
    extra: Mapping[str, Any] = field(default=NOTHING, repr=False)

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
    Mutating methods are for Edits and loaders; they notify subscribers once per call.
    """

    def __init__(self, image_root: Path) -> None:
        self.image_root = image_root
        self.categories: dict[int, Category] = {}
        self.images: dict[int, ImageRecord] = {}
        self.instances: dict[int, Instance] = {}
        self.next_ids = NextIds()
        self.extra: Mapping[str, Any] = NOTHING
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

    def count_of_image(self, image_id: int) -> int:
        """How many instances the image has."""
        return len(self._instance_ids_of_image.get(image_id, ()))

    def count_of_category(self, category_id: int) -> int:
        """How many instances the category has."""
        return self._instances_per_category[category_id]

    def category_named(self, name: str) -> Category | None:
        """The category of that exact name, if there is one."""
        return next((c for c in self.categories.values() if c.name == name), None)

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

    def put(self, record: Record, *, position: int | None = None) -> None:
        """Add a record, or replace the one of the same kind and id.

        position: where a new instance goes in its image's drawing order; None is on top.
        """
        table = self._table(record)
        before = table.get(record.id)
        if isinstance(record, Instance):
            self._check_references(record)
            if before is None:
                order = self._instance_ids_of_image.setdefault(record.image_id, [])
                order.insert(len(order) if position is None else position, record.id)
            elif before.image_id != record.image_id:
                raise ValueError(f"instance {record.id} cannot move to another image")
            self._instances_per_category[record.category_id] += 1
            if before is not None:
                self._instances_per_category[before.category_id] -= 1
        table[record.id] = record
        name = _KIND_NAMES[type(record)]
        setattr(self.next_ids, name, max(getattr(self.next_ids, name), record.id + 1))
        self._notify(Change(before, record))

    def remove(self, record: Record) -> int:
        """Remove the record of that kind and id; returns an instance's place in the drawing order, else 0.

        Raises ValueError while instances refer to a category or image: their Edits come first.
        """
        table = self._table(record)
        position = 0
        if isinstance(record, Instance):
            order = self._instance_ids_of_image[record.image_id]
            position = order.index(record.id)
            del order[position]
            self._instances_per_category[table[record.id].category_id] -= 1
        elif isinstance(record, Category) and self.count_of_category(record.id):
            raise ValueError(f"category {record.id} is still in use")
        elif isinstance(record, ImageRecord) and self.count_of_image(record.id):
            raise ValueError(f"image {record.id} still has instances")
        before = table.pop(record.id)
        self._notify(Change(before, None))
        return position

    def _check_references(self, instance: Instance) -> None:
        image = self.images.get(instance.image_id)
        if image is None:
            raise ValueError(f"instance {instance.id}: there is no image {instance.image_id}")
        if instance.category_id not in self.categories:
            raise ValueError(f"instance {instance.id}: there is no category {instance.category_id}")

    def _table(self, record: Record) -> dict[int, Any]:
        if isinstance(record, Category):
            return self.categories
        if isinstance(record, ImageRecord):
            return self.images
        return self.instances

    def _notify(self, change: Change) -> None:
        for callback in self._subscribers:
            callback(change)
