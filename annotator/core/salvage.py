"""Work that does not fit its dataset any more: what fits is made, with new ids where theirs are taken.

What an edit changed is compared with what is there now, record by record and field by field, as when the changes of two
people are merged: what only the edits changed is changed, what another program changed as well stays as it made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

from annotator.core import edits
from annotator.core.dataset import missing_image
from annotator.core.document import Category, Document, ImageRecord, Instance, Record, StoredProposal
from annotator.core.edits import Edit

Step = tuple[bool, Edit]
"""Whether the edit was applied or reverted, and the edit."""

_Change = tuple[Record | None, Record | None]
_Kept = TypeVar("_Kept", Category, ImageRecord, Instance, StoredProposal)
_NO_CONTENT = {"id", "image_id", "path", "height", "width", "problem", "parent_id", "verbatim"}


@dataclass(frozen=True)
class Salvaged:
    """made: of the document already, in this order. left_out: how many records had changes that did not fit.

    categories: the names of those that were not there any more, and are again because masks are of them.
    """

    made: tuple[Edit, ...]
    left_out: int
    categories: tuple[str, ...] = ()


@dataclass(frozen=True)
class NetChanges:
    """What steps come to.

    records: before and after, by kind and id. orders: the last order of ids, by image; of the categories, under None.
    """

    records: dict[tuple[type, int], _Change]
    orders: dict[int | None, tuple[int, ...]]


def net_changes(steps: Iterable[Step]) -> NetChanges:
    """What the steps come to, in the order in which their records were first touched."""
    net = NetChanges({}, {})
    for applied, edit in steps:
        for part in _parts(edit if applied else edits.Reverted(edit)):
            if isinstance(part, edits.OrderInstances):
                net.orders[part.image_id] = part.after
            elif isinstance(part, edits.OrderCategories):
                net.orders[None] = part.after
            elif isinstance(part, tuple):
                before, after = part
                record = after if before is None else before
                assert record is not None
                key = type(record), record.id
                net.records[key] = net.records.get(key, part)[0], after
    return net


def salvage(
    document: Document, images: Sequence[ImageRecord], steps: Iterable[Step], categories: Mapping[int, Category] = {}
) -> Salvaged:
    """Make of the document what fits of the steps; images, categories: those that their ids mean, as far as is known.

    A category that is there no more comes back with the masks that are of it, and one that has another id now is found
    by its name.
    """
    work = _Salvage(document, images, categories)
    try:
        return work.run(net_changes(steps))
    except BaseException:
        work.take_back()
        raise


def present_id(category_id: int, known: Mapping[int, Category], document: Document) -> int | None:
    """The id in the document of a category that is known by an id from before; None when it is there no more.

    An id may have been given to another one meanwhile, by a program that numbers them anew. When that has the name of
    another category from before, it is that one; else it is taken for the same, renamed.
    """
    there, before = document.categories.get(category_id), known.get(category_id)
    if before is None or (there is not None and there.name == before.name):
        return None if there is None else category_id
    of_name = document.category_named(before.name)
    if of_name is not None:
        return of_name.id
    is_another = there is not None and any(category.name == there.name for category in known.values())
    return None if there is None or is_another else category_id


def _parts(edit: Edit) -> Iterator[_Change | edits.OrderInstances | edits.OrderCategories]:
    """The changes of single records and of orders that an edit is made of."""
    match edit:
        case edits.AddInstance(record) | edits.AddCategory(record):
            yield None, record
        case edits.RemoveCategory(record):
            yield record, None
        case (
            edits.ChangeInstance(before, after) | edits.ChangeImage(before, after) | edits.ChangeCategory(before, after)
        ):
            yield before, after
        case edits.RemoveInstances(records):
            yield from ((record, None) for record in records)
        case edits.AddImages(records):
            yield from ((None, record) for record in records)
        case edits.ReplaceProposals(gone, come):
            yield from ((record, None) for record in gone)
            yield from ((None, record) for record in come)
        case edits.AcceptProposals(proposals, category_id):
            yield from ((record, None) for record in proposals)
            yield from ((None, record.accepted(category_id)) for record in proposals)
        case edits.OrderInstances() | edits.OrderCategories():
            yield edit
        case edits.Together(several):
            for one in several:
                yield from _parts(one)
        case edits.Reverted(one):
            for part in reversed(list(_parts(one))):
                if isinstance(part, tuple):
                    yield part[1], part[0]
                else:
                    yield replace(part, before=part.after, after=part.before)


def nameless(category_id: int) -> str:
    """What a category is called of which nobody knows more than its id."""
    return f"category {category_id}"


class _Salvage:
    def __init__(self, document: Document, images: Sequence[ImageRecord], categories: Mapping[int, Category]) -> None:
        self._document = document
        self._known = dict(categories)
        self._back: list[str] = []  # the names of the categories that are there again
        self._gone: set[int] = set()  # categories that are there no more, whatever has their ids
        self._unmade: set[int] = set()  # changed categories that are there no more
        self._recorded = {image.id: image for image in images}
        self._id_of_path = {image.path: image.id for image in document.images.values()}
        self._ids: dict[tuple[type, int], int] = {}  # where they are others than they were
        self._made: list[Edit] = []
        self._left_out = 0

    def run(self, net: NetChanges) -> Salvaged:
        def changes(*kinds: type, goes: bool = False) -> Iterator[_Change]:
            for (kind, _), (before, after) in net.records.items():
                if kind in kinds and before != after and (after is None) is goes:
                    yield before, after

        for category_id in self._known:
            present = present_id(category_id, self._known, self._document)
            if present is not None and present != category_id:
                self._ids[Category, category_id] = present
            elif present is None:
                self._gone.add(category_id)
        for before, after in changes(Category):
            self._put_category(before, after)
        for before, after in changes(ImageRecord):
            self._put_image(before, after)
        for before, _ in changes(Instance, StoredProposal, goes=True):
            self._remove(before)
        for before, after in changes(Instance, StoredProposal):
            self._put_annotation(before, after)
        for image_id, order in net.orders.items():
            self._order(image_id, order)
        for before, _ in changes(Category, goes=True):
            if isinstance(before, Category) and self._document.find(before) == before:
                self._make(edits.RemoveCategory(before))
        return Salvaged(tuple(self._made), self._left_out + len(self._unmade), tuple(self._back))

    def take_back(self) -> None:
        """Leave the document as it was."""
        for edit in reversed(self._made):
            edit.revert(self._document)

    def _make(self, edit: Edit) -> bool:
        try:
            edit.apply(self._document)
        except ValueError:
            self._left_out += 1
            return False
        self._made.append(edit)
        return True

    def _put_category(self, before: Record | None, after: Record | None) -> None:
        assert isinstance(after, Category)
        document = self._document
        if before is None:
            there = document.category_named(after.name)
            new_id = after.id if after.id not in document.categories else document.take_id(Category)
            self._ids[Category, after.id] = new_id if there is None else there.id
            if there is None:
                self._make(edits.AddCategory(replace(after, id=new_id)))
        elif isinstance(before, Category) and self._is_there(after.id):
            now = document.categories[self._id(Category, after.id)]
            merged = self._merged(before, after, now)
            if merged.name != now.name and document.category_named(merged.name) is not None:
                self._left_out += 1  # two of one name could not be told apart
                merged = replace(merged, name=now.name)
            if merged != now:
                self._make(edits.ChangeCategory(now, merged))
        else:
            self._known[after.id] = after
            self._unmade.add(after.id)

    def _is_there(self, category_id: int) -> bool:
        return category_id not in self._gone and self._id(Category, category_id) in self._document.categories

    def _category_of_masks(self, category_id: int) -> int:
        """The category's id now; one that is there no more comes back, by its id alone where its name is not known."""
        if self._is_there(category_id):
            return self._id(Category, category_id)
        document = self._document
        category = self._known.get(category_id) or Category(category_id, nameless(category_id))
        there = document.category_named(category.name)
        if there is None:
            new_id = category_id if category_id not in document.categories else document.take_id(Category)
            self._make(edits.AddCategory(replace(category, id=new_id)))
            self._back.append(category.name)
        else:
            new_id = there.id
        self._ids[Category, category_id] = new_id
        self._gone.discard(category_id)
        self._unmade.discard(category_id)
        return new_id

    def _put_image(self, before: Record | None, after: Record | None) -> None:
        assert isinstance(after, ImageRecord)
        self._recorded.setdefault(after.id, after)
        now = self._document.images.get(self._image_id(after.id))
        if now is None:
            self._left_out += 1
            return
        merged = self._merged(now if before is None else before, after, now)
        if merged != now:
            self._make(edits.ChangeImage(now, merged))

    def _image_id(self, image_id: int) -> int:
        """The image's id now; one that is not listed any more is listed again. The id of none, when it is unknown."""
        image = self._recorded.get(image_id)
        if image is None:
            return image_id
        if image.path not in self._id_of_path:
            document = self._document
            path = document.image_root / image.path
            new_id = image.id if image.id not in document.images else document.take_id(ImageRecord)
            new = ImageRecord(new_id, image.path, image.height, image.width)
            self._make(edits.AddImages((replace(new, problem=None if path.is_file() else missing_image(path)),)))
            self._id_of_path[image.path] = new_id
        return self._id_of_path[image.path]

    def _there(self, before: Instance | StoredProposal) -> Instance | StoredProposal | None:
        """What the edits changed, if it is that still: of its kind and id, on its image, with its mask."""
        now = self._document.find(before)
        assert now is None or isinstance(now, Instance | StoredProposal)
        is_it = now is not None and now.image_id == self._image_id(before.image_id) and now.mask == before.mask
        return now if is_it else None

    def _remove(self, before: Record | None) -> None:
        assert isinstance(before, Instance | StoredProposal)
        now = self._there(before)
        if now is not None:
            self._make(
                edits.RemoveInstances((now,)) if isinstance(now, Instance) else edits.ReplaceProposals((now,), ())
            )
        elif self._document.find(before) is not None:
            self._left_out += 1  # another one has its id, or another mask

    def _put_annotation(self, before: Record | None, after: Record | None) -> None:
        assert isinstance(after, Instance | StoredProposal)
        if before is None:
            self._add(after)
            return
        assert isinstance(before, Instance | StoredProposal)
        now = self._there(before)
        if now is not None:
            self._change(before, after, now)
        elif after.mask != before.mask:
            self._add(after)  # drawn anew: nobody else has that mask
        else:
            self._left_out += 1

    def _change(self, before: Record, after: Record, now: Instance | StoredProposal) -> None:
        if isinstance(now, Instance) and isinstance(after, Instance):
            instance = self._merged(before, after, now)
            if instance != now:
                self._make(edits.ChangeInstance(now, instance))
        elif isinstance(now, StoredProposal) and isinstance(after, StoredProposal):
            proposal = self._merged(before, after, now)
            if proposal != now:
                self._make(edits.ReplaceProposals((now,), (proposal,)))

    def _add(self, record: Instance | StoredProposal) -> None:
        document = self._document
        image_id, category_id = self._image_id(record.image_id), self._category_of_masks(record.category_id)
        new = replace(record, image_id=image_id, category_id=category_id)
        if isinstance(new.parent_id, int):
            new = replace(new, parent_id=self._id(Instance, new.parent_id))
        there = document.instances.get(record.id) or document.proposals.get(record.id)
        if there is not None:
            if (there.image_id, there.category_id, there.mask) == (image_id, category_id, new.mask):
                return
            new = replace(new, id=document.take_id(Instance))
            self._ids[Instance, record.id] = new.id
        self._make(edits.AddInstance(new) if isinstance(new, Instance) else edits.ReplaceProposals((), (new,)))

    def _order(self, image_id: int | None, order: tuple[int, ...]) -> None:
        document = self._document
        kind = Category if image_id is None else Instance
        image_id = None if image_id is None else self._image_id(image_id)
        before = tuple(document.categories) if image_id is None else document.order_of(image_id)
        wanted = [i for i in (self._id(kind, old) for old in order) if i in before]
        after = (*wanted, *(i for i in before if i not in set(wanted)))
        if after != before:
            self._make(
                edits.OrderCategories(before, after)
                if image_id is None
                else edits.OrderInstances(image_id, before, after)
            )

    def _id(self, kind: type, old: int) -> int:
        return self._ids.get((kind, old), old)

    def _merged(self, before: Record, after: _Kept, now: _Kept) -> _Kept:
        """`now` with what the edits changed, save what was changed since."""
        values = {}
        is_left_out = False
        for name in (field.name for field in fields(after) if field.name not in _NO_CONTENT):
            old, new, present = getattr(before, name), getattr(after, name), getattr(now, name)
            if name == "category_id":
                is_changed = new != old
                old = self._id(Category, old)
                new = self._category_of_masks(new) if is_changed else old
            if new in (old, present):
                continue
            if present == old:
                values[name] = new
            else:
                is_left_out = True
        if "mask" in values:
            values["verbatim"] = getattr(after, "verbatim", None)
        self._left_out += is_left_out
        return replace(now, **values)
