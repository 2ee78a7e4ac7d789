"""Adding what was imported to a document: nothing that is there is replaced, and nothing comes twice."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from pathlib import PurePath

from annotator.core.coco_write import OURS
from annotator.core.dataset import check_name
from annotator.core.document import NOTHING, Category, Document, ImageRecord, Instance, NextIds, Record, StoredProposal
from annotator.core.edits import AddCategory, AddImages, AddInstance, Edit, ReplaceProposals, Together
from annotator.core.formats.unlike import Unlike, unlike
from annotator.core.images import read_header
from annotator.errors import ImageError


@dataclass(frozen=True)
class MergePlan:
    """What an import would add to a document; making it changes nothing but the ids that are to come.

    categories, images, instances: new records, with ids of the document. repeated: how many instances are there
    already, with the same category and mask. unknown_images: paths that the document does not have, with all their
    instances left out. other_size: paths of images that have another size there, or on the disk, left out too.
    unlike: of what is there already, that of which the other says something else, which is left out. extra: what a new
    file gets of what the other says of itself; file_keys: those keys where it is left out. unlicensed: how many new
    images come without their licence, because the document has not that one under its number.
    """

    categories: tuple[Category, ...]
    images: tuple[ImageRecord, ...]
    instances: tuple[Instance, ...]
    proposals: tuple[StoredProposal, ...]
    repeated: int
    unknown_images: tuple[str, ...]
    other_size: tuple[str, ...]
    unlike: Unlike
    extra: Mapping[str, object]
    file_keys: tuple[str, ...]
    unlicensed: int

    def edit(self) -> Edit:
        """The plan as one undoable change."""
        images = [AddImages(self.images)] if self.images else []
        proposals = [ReplaceProposals((), self.proposals)] if self.proposals else []
        return Together((*map(AddCategory, self.categories), *images, *map(AddInstance, self.instances), *proposals))

    def put_into(self, document: Document) -> None:
        """Add everything, images included, for a document that nobody is editing."""
        records: tuple[Record, ...] = (*self.categories, *self.images, *self.instances, *self.proposals)
        for record in records:
            document.put(record)
        document.extra = {**self.extra, **document.extra}


class NewImages(Enum):
    """Which of the images that a document does not have an import adds."""

    NONE = auto()
    ON_DISK = auto()  # those that lie under its image root, with the size that the other says
    ALL = auto()


def plan_merge(document: Document, imported: Document, *, new_images: NewImages) -> MergePlan:
    """What adding `imported` to `document` means. Images are the same by file, categories by name.

    Images that the document does not have, and that are not added, are listed as unknown. Ids are kept
    where the document has never given one of theirs, so an import into an empty document keeps all.
    """
    # An empty document has given no id at all, not even 0.
    is_new = document.next_ids == NextIds() and not document.categories and not document.images
    categories, category_of = _plan_categories(document, imported, is_new=is_new)
    images = _plan_images(document, imported, new_images, is_new=is_new)
    unlicensed = 0 if is_new else _take_licences(images.new, document, imported)
    file_keys = [key for key, value in imported.extra.items() if key != OURS and document.extra.get(key) != value]
    new, repeated = _plan_annotations(document, imported, images.ids, category_of, is_new=is_new)
    return MergePlan(
        unlike=unlike(
            document,
            imported,
            images=[(ours, theirs) for theirs, ours in images.ids.items() if ours in document.images],
            categories=[(ours, theirs) for theirs, ours in category_of.items() if ours in document.categories],
            instances=repeated,
        ),
        categories=categories,
        images=tuple(images.new),
        instances=tuple(a for a in new if isinstance(a, Instance)),
        proposals=tuple(a for a in new if isinstance(a, StoredProposal)),
        repeated=len(repeated),
        unknown_images=tuple(images.unknown),
        other_size=tuple(images.other_size),
        extra=imported.extra if is_new else NOTHING,
        file_keys=() if is_new else tuple(file_keys),
        unlicensed=unlicensed,
    )


def _take_licences(images: list[ImageRecord], document: Document, imported: Document) -> int:
    """Take the licence of those images whose number means another one in the document, or none; returns how many."""
    count = 0
    for place, image in enumerate(images):
        number = image.extra.get("license")
        if number is not None and _licence(document, number) != _licence(imported, number):
            images[place] = replace(image, extra={key: value for key, value in image.extra.items() if key != "license"})
            count += 1
    return count


def _licence(document: Document, number: object) -> object:
    licences = document.extra.get("licenses")
    found = (
        (one for one in licences if isinstance(one, dict) and one.get("id") == number)
        if isinstance(licences, list)
        else ()
    )
    return next(iter(found), None)


def _plan_categories(
    document: Document, imported: Document, *, is_new: bool
) -> tuple[tuple[Category, ...], dict[int, int]]:
    """Those to be added, and the document's id for each that comes."""
    new_ids = _new_ids(document, "category", imported.categories, is_new=is_new)
    if is_new:  # also those of one name, which another program may tell apart by their ids
        return tuple(imported.categories.values()), new_ids
    new: list[Category] = []
    ids: dict[int, int] = {}
    by_name = {category.name: category.id for category in document.categories.values()}
    for category in imported.categories.values():
        if category.name not in by_name:
            by_name[category.name] = new_ids[category.id]
            new.append(replace(category, id=by_name[category.name]))
        ids[category.id] = by_name[category.name]
    return tuple(new), ids


@dataclass(frozen=True)
class _Images:
    """new: to be added. ids: the document's id for each that comes. unknown, other_size: paths of those left out."""

    new: list[ImageRecord] = field(default_factory=list)
    ids: dict[int, int] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    other_size: list[str] = field(default_factory=list)


def _plan_images(document: Document, imported: Document, new_images: NewImages, *, is_new: bool) -> _Images:
    plan = _Images()
    new_ids = _new_ids(document, "image", imported.images, is_new=is_new)
    by_path: dict[str, ImageRecord] = {}
    for image in document.images.values():
        by_path.setdefault(image.path, image)
    for image in imported.images.values():
        path = _path_in(document, imported, image)
        there = by_path.get(path)
        if there is not None and (there.height, there.width) == (image.height, image.width):
            plan.ids[image.id] = there.id
        elif there is not None:
            plan.other_size.append(path)
        elif new_images is NewImages.NONE or (new_images is NewImages.ON_DISK and not _is_image(document, path)):
            plan.unknown.append(path)
        elif new_images is NewImages.ON_DISK and not _has_size(document, path, image):
            plan.other_size.append(path)
        else:
            plan.ids[image.id] = new_ids[image.id]
            by_path[path] = replace(image, id=new_ids[image.id], path=path)
            plan.new.append(by_path[path])
    return plan


def _plan_annotations(
    document: Document, imported: Document, image_of: dict[int, int], category_of: dict[int, int], *, is_new: bool
) -> tuple[list[Instance | StoredProposal], list[tuple[int, int]]]:
    """Those to be added, with ids of the document; and which are there already, by their ids there and here."""
    new_ids = _new_ids(document, "instance", [a.id for a in imported.annotations_in_order()], is_new=is_new)
    # As often as they are there: two of the other that are the same are not one.
    known = defaultdict(list)
    first_of_file: dict[str, int] = {}  # a file may be there twice; that image takes what comes
    for image in document.images.values():
        first_of_file.setdefault(image.path, image.id)
    for there in reversed(document.annotations_in_order()):
        image_id = first_of_file[document.images[there.image_id].path]
        known[image_id, there.category_id, there.mask].append(there.id)
    first_group = _first_groups(document)
    new: list[Instance | StoredProposal] = []
    id_of: dict[int, int] = {}
    repeated: list[tuple[int, int]] = []
    for annotation in imported.annotations_in_order():
        if annotation.image_id not in image_of:
            continue
        image_id, category_id = image_of[annotation.image_id], category_of[annotation.category_id]
        if same := known.get((image_id, category_id, annotation.mask)):
            id_of[annotation.id] = same.pop()
            repeated.append((id_of[annotation.id], annotation.id))
            continue
        id_of[annotation.id] = new_ids[annotation.id]
        added = replace(annotation, id=new_ids[annotation.id], image_id=image_id, category_id=category_id)
        if isinstance(added, Instance) and added.group is not None:
            added = replace(added, group=added.group + first_group.get(image_id, 0))
        new.append(added)
    # A part of what is there already is a part of that; of what is left out, of nothing.
    return [a if a.parent_id is None else replace(a, parent_id=id_of.get(a.parent_id)) for a in new], repeated


def _first_groups(document: Document) -> dict[int, int]:
    """By image, the first number beyond those of the groups it has: the groups that come are others than these."""
    first: dict[int, int] = {}
    for instance in document.instances.values():
        if instance.group is not None:
            first[instance.image_id] = max(first.get(instance.image_id, 0), instance.group + 1)
    return first


def _path_in(document: Document, imported: Document, image: ImageRecord) -> str:
    """The image's path under the document's root, wherever the other's is."""
    root, file = os.path.realpath(document.image_root), os.path.realpath(imported.image_root / image.path)
    try:
        path = PurePath(os.path.relpath(file, root)).as_posix()
    except ValueError:  # another drive of Windows
        return image.path
    return image.path if path.startswith("../") else path


def _is_image(document: Document, path: str) -> bool:
    """Whether the document could have that image, which is there."""
    try:
        check_name(path)
        read_header(document.image_root / path)
    except ImageError:
        return False
    return True


def _has_size(document: Document, path: str, image: ImageRecord) -> bool:
    header = read_header(document.image_root / path)
    return (header.height, header.width) == (image.height, image.width)


def _new_ids(document: Document, kind: str, wanted: Iterable[int], *, is_new: bool) -> dict[int, int]:
    """An id of the document for each of those: the same, when it can have given none of them."""
    wanted = list(wanted)
    first: int = getattr(document.next_ids, kind)
    ids = {old: old for old in wanted}
    if not is_new and min(wanted, default=first) < first:
        ids = {old: first + offset for offset, old in enumerate(wanted)}
    setattr(document.next_ids, kind, max([first, *(new + 1 for new in ids.values())]))
    return ids
