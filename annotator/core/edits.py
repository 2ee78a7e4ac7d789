"""Edits: the undoable changes of a Document.

An Edit is a frozen value. It can be applied, reverted and applied again any number of times, in the order of an undo
stack; reverting restores the records and their order exactly. New records take their ids from Document.take_id before
the Edit is made, and an id stays taken when the Edit is reverted.
An Edit raises ValueError when the document is not in the state the Edit was made for; the document is then as it was
before, however much of the Edit had been made already.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from annotator.core.document import Category, Document, ImageRecord, Instance, Record, StoredProposal


class Edit(Protocol):
    """One undoable change."""

    def apply(self, document: Document) -> None:
        """Make the change."""

    def revert(self, document: Document) -> None:
        """Take the change back: the document is as it was before `apply`."""


@dataclass(frozen=True)
class AddInstance:
    """A new instance, drawn on top of its image's others."""

    instance: Instance

    def apply(self, document: Document) -> None:
        _exchange(document, None, self.instance)

    def revert(self, document: Document) -> None:
        _exchange(document, self.instance, None)


@dataclass(frozen=True)
class RemoveInstances:
    """Instances of any images that go."""

    instances: tuple[Instance, ...]

    def apply(self, document: Document) -> None:
        _exchange_each(document, [(instance, None) for instance in self.instances])

    def revert(self, document: Document) -> None:
        _exchange_each(document, [(None, instance) for instance in reversed(self.instances)])


@dataclass(frozen=True)
class ChangeInstance:
    """An instance gets another category, mask or anything else but another id or image."""

    before: Instance
    after: Instance

    def apply(self, document: Document) -> None:
        _exchange(document, self.before, self.after)

    def revert(self, document: Document) -> None:
        _exchange(document, self.after, self.before)


@dataclass(frozen=True)
class OrderInstances:
    """The instances of an image are drawn in another order; both are the ids of all of them, lowest first."""

    image_id: int
    before: tuple[int, ...]
    after: tuple[int, ...]

    def apply(self, document: Document) -> None:
        _reorder_instances(document, self.image_id, self.before, self.after)

    def revert(self, document: Document) -> None:
        _reorder_instances(document, self.image_id, self.after, self.before)


@dataclass(frozen=True)
class ReplaceProposals:
    """Proposals that go, and others that come instead; either may be none. Instances are not touched."""

    before: tuple[StoredProposal, ...]
    after: tuple[StoredProposal, ...]

    def apply(self, document: Document) -> None:
        _exchange_all(document, self.before, self.after)

    def revert(self, document: Document) -> None:
        _exchange_all(document, self.after, self.before)


@dataclass(frozen=True)
class AcceptProposals:
    """Proposals that become instances of a category, each under its own id."""

    proposals: tuple[StoredProposal, ...]
    category_id: int

    def apply(self, document: Document) -> None:
        _exchange_all(document, self.proposals, self._instances())

    def revert(self, document: Document) -> None:
        _exchange_all(document, self._instances(), self.proposals)

    def _instances(self) -> tuple[Instance, ...]:
        return tuple(proposal.accepted(self.category_id) for proposal in self.proposals)


@dataclass(frozen=True)
class ChangeImage:
    """An image gets another status, review or note."""

    before: ImageRecord
    after: ImageRecord

    def apply(self, document: Document) -> None:
        _exchange(document, self.before, self.after)

    def revert(self, document: Document) -> None:
        _exchange(document, self.after, self.before)


@dataclass(frozen=True)
class AddImages:
    """New images, last in the list; they have no instances when this is reverted."""

    images: tuple[ImageRecord, ...]

    def apply(self, document: Document) -> None:
        _exchange_all(document, (), self.images)

    def revert(self, document: Document) -> None:
        _exchange_all(document, self.images, ())


@dataclass(frozen=True)
class AddCategory:
    """A new category, last in the list."""

    category: Category

    def apply(self, document: Document) -> None:
        _exchange(document, None, self.category)

    def revert(self, document: Document) -> None:
        _exchange(document, self.category, None)


@dataclass(frozen=True)
class ChangeCategory:
    """A category gets another name, supercategory, colour or other attributes."""

    before: Category
    after: Category

    def apply(self, document: Document) -> None:
        _exchange(document, self.before, self.after)

    def revert(self, document: Document) -> None:
        _exchange(document, self.after, self.before)


@dataclass(frozen=True)
class RemoveCategory:
    """A category that no instance has any more goes."""

    category: Category

    def apply(self, document: Document) -> None:
        _exchange(document, self.category, None)

    def revert(self, document: Document) -> None:
        _exchange(document, None, self.category)


@dataclass(frozen=True)
class OrderCategories:
    """The categories get another order; both are the ids of all of them."""

    before: tuple[int, ...]
    after: tuple[int, ...]

    def apply(self, document: Document) -> None:
        _reorder(document, self.before, self.after)

    def revert(self, document: Document) -> None:
        _reorder(document, self.after, self.before)


@dataclass(frozen=True)
class Together:
    """Several Edits that are one for the user, in the order in which they are applied."""

    edits: tuple[Edit, ...]

    def apply(self, document: Document) -> None:
        _do_each(document, self.edits)

    def revert(self, document: Document) -> None:
        _do_each(document, [Reverted(edit) for edit in reversed(self.edits)])


@dataclass(frozen=True)
class Reverted:
    """An Edit that is taken back, as an Edit."""

    edit: Edit

    def apply(self, document: Document) -> None:
        self.edit.revert(document)

    def revert(self, document: Document) -> None:
        self.edit.apply(document)


def joined(first: Edit, second: Edit) -> Edit | None:
    """One edit that does what the two do one after the other, for changes of the same records; None for all others."""
    match first, second:
        case ChangeImage(), ChangeImage() if first.after == second.before:
            return ChangeImage(first.before, second.after)
        case ChangeInstance(), ChangeInstance() if first.after == second.before:
            return ChangeInstance(first.before, second.after)
        case Together(), Together() if len(first.edits) == len(second.edits):
            edits = [joined(one, other) for one, other in zip(first.edits, second.edits, strict=True)]
            # Side by side only: what each place changes is another record than what the other places change.
            records = {(type(edit), edit.before.id) for edit in edits if isinstance(edit, ChangeImage | ChangeInstance)}
            if len(records) == len(edits):
                return Together(tuple(edit for edit in edits if edit is not None))
    return None


def record_count(edit: Edit) -> int:
    """About how many records an edit touches."""
    if isinstance(edit, Together):
        return sum(map(record_count, edit.edits))
    if isinstance(edit, Reverted):
        return record_count(edit.edit)
    return max(1, sum(len(value) for value in vars(edit).values() if isinstance(value, tuple)))


def added_images(edit: Edit) -> Iterator[ImageRecord]:
    """The images that an edit adds, whatever it is made of."""
    if isinstance(edit, AddImages):
        yield from edit.images
    elif isinstance(edit, Together):
        for part in edit.edits:
            yield from added_images(part)
    elif isinstance(edit, Reverted):
        yield from added_images(edit.edit)


def _exchange_all(document: Document, before: Sequence[Record], after: Sequence[Record]) -> None:
    goes: list[_Change] = [(record, None) for record in reversed(before)]
    comes: list[_Change] = [(None, record) for record in after]
    _exchange_each(document, [*goes, *comes])


_Change = tuple[Record | None, Record | None]


def _exchange_each(document: Document, changes: Sequence[_Change]) -> None:
    """All of the changes, or, when one raises, none."""
    done = 0
    try:
        for before, after in changes:
            _exchange(document, before, after)
            done += 1
    except BaseException:
        for before, after in reversed(changes[:done]):
            _exchange(document, after, before)
        raise


def _do_each(document: Document, edits: Sequence[Edit]) -> None:
    """All of the edits, or, when one raises, none."""
    done = 0
    try:
        for edit in edits:
            edit.apply(document)
            done += 1
    except BaseException:
        for edit in reversed(edits[:done]):
            edit.revert(document)
        raise


def _reorder(document: Document, before: tuple[int, ...], after: tuple[int, ...]) -> None:
    if tuple(document.categories) != before:
        raise ValueError(f"the document is not in the state this edit was made for: {tuple(document.categories)}")
    document.order_categories(after)


def _reorder_instances(document: Document, image_id: int, before: tuple[int, ...], after: tuple[int, ...]) -> None:
    present = document.order_of(image_id)
    if present != before:
        raise ValueError(f"the document is not in the state this edit was made for: {present}")
    document.order_instances(image_id, after)


def _exchange(document: Document, before: Record | None, after: Record | None) -> None:
    """Add `after` (before None), remove `before` (after None), or replace the one by the other."""
    record = after if before is None else before
    if record is None or (before is not None and after is not None and before.id != after.id):
        raise ValueError(f"{before} cannot become {after}")
    found = document.find(record)
    if found is not before and found != before:
        raise ValueError(f"the document is not in the state this edit was made for: {record}")
    if after is None:
        document.remove(record)
    else:
        document.put(after)
