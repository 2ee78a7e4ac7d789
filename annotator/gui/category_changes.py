"""What the user does to categories, as Edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from annotator.core.document import NOTHING, Category, Document, Instance, StoredProposal
from annotator.core.edits import (
    AddCategory,
    ChangeCategory,
    ChangeInstance,
    Edit,
    OrderCategories,
    RemoveCategory,
    RemoveInstances,
    ReplaceProposals,
    Together,
)
from annotator.gui.asked_edit import AskedEdit
from annotator.gui.document_model import DocumentModel
from annotator.gui.palette import next_category_color
from annotator.gui.selection import Selection


class CategoryChanges(QObject):
    """Every method is one edit, or none when it is refused; ids never change."""

    refused = Signal(object)

    def __init__(self, model: DocumentModel, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection

    def new_category(self, name: str) -> Category:
        """A category with an id and a colour of its own, to be added."""
        category_id = self._model.document.take_id(Category)
        return Category(category_id, name, color=next_category_color(category_id))

    def name_problem(self, name: str, category_id: int | None = None) -> str:
        """Why that cannot be the name of a category (of this one, if it exists), as a sentence; "" when it can."""
        if not name.strip():
            return self.tr("A category needs a name.")
        other = self._model.document.category_named(name.strip())
        if other is not None and other.id != category_id:
            return self.tr('There is a category "%1" already: choose another name.').replace("%1", other.name)
        return ""

    def add(self, name: str) -> bool:
        """Add a category, which becomes the current one; returns whether it was new."""
        existing = self._model.document.category_named(name.strip())
        if existing is not None:
            self._selection.set_category(existing.id)
            text = self.tr('There is a category "%1" already; it is the current one now.')
            self.refused.emit(text.replace("%1", existing.name))
            return False
        if self._refuses(self.name_problem(name)):
            return False
        return self._model.push(AddCategory(self.new_category(name.strip())), self.tr("Add category"))

    def rename(self, category_id: int, name: str) -> bool:
        """Give a category another name; returns whether that could be."""
        category = self._model.document.categories[category_id]
        return self._change(replace(category, name=name.strip()), self.tr("Rename category"))

    def recolor(self, category_id: int, color: QColor) -> None:
        """Give a category another colour."""
        category = self._model.document.categories[category_id]
        self._change(replace(category, color=color.name()), self.tr("Change the colour of a category"))

    def change(self, after: Category, renamed: Mapping[str, str] = NOTHING) -> bool:
        """Give a category another name, supercategory, colour and attributes at once; returns whether that could be.

        renamed: new names of attributes by their old ones; what the category's instances say of them goes along.
        """
        return self._change(after, self.tr("Change category"), renamed)

    def move(self, category_id: int, row: int) -> None:
        """Put a category at that place of the list, 0 being the first; beyond the ends means the end."""
        before = tuple(self._model.document.categories)
        rest = [i for i in before if i != category_id]
        row = min(max(row, 0), len(rest))
        after = (*rest[:row], category_id, *rest[row:])
        if after != before:
            self._model.push(OrderCategories(before, after), self.tr("Move category"))

    def instance_count(self, category_id: int) -> int:
        """How many instances the category has on all images."""
        return self._model.document.count_of_category(category_id)

    def proposal_count(self, category_id: int) -> int:
        """How many proposals of all images would become instances of the category."""
        return self._model.document.count_of_proposals(category_id)

    def is_used(self, category_id: int) -> bool:
        """Whether instances or proposals have that category."""
        return self._count_of(category_id) > 0

    def merge(self, category_id: int, into_id: int) -> None:
        """Move what a category has to another one, and remove it."""

        def build(document: Document) -> Edit | None:
            if not {category_id, into_id} <= document.categories.keys():
                return None
            edits = (*_moving(document, category_id, into_id), RemoveCategory(document.categories[category_id]))
            return Together(edits)

        def ended(is_made: bool) -> None:
            if is_made:
                self._selection.set_category(into_id)

        self._model.change(
            AskedEdit(build, lambda _: self.tr("Merge categories"), self._count_of(category_id), ended=ended)
        )

    def remove(self, category_id: int) -> bool:
        """Remove a category with its instances and proposals; returns whether that may be."""

        def build(document: Document) -> Edit | None:
            is_there = category_id in document.categories
            return _removing(document, category_id) if is_there and not _locked(document, category_id) else None

        if self._refuses(self._locked_problem(category_id)) or self._refuses(self._model.refusal):
            return False
        self._model.change(
            AskedEdit(
                build,
                lambda _: self.tr("Delete category"),
                self._count_of(category_id),
                # Something of it may have been locked meanwhile.
                ended=lambda is_made: None if is_made else self._tell_locked(category_id),
            )
        )
        return True

    def _locked_problem(self, category_id: int) -> str:
        count = _locked(self._model.document, category_id)
        if not count:
            return ""
        return self.tr("%n instance(s) of this category are locked: unlock them first.", "", count)

    def _tell_locked(self, category_id: int) -> None:
        self._refuses(self._locked_problem(category_id))

    def _count_of(self, category_id: int) -> int:
        return self.instance_count(category_id) + self.proposal_count(category_id)

    def _change(self, after: Category, text: str, renamed: Mapping[str, str] = NOTHING) -> bool:
        before = self._model.document.categories[after.id]
        if after.name != before.name and self._refuses(self.name_problem(after.name, before.id)):
            return False
        if after != before and self._refuses(self._model.refusal):
            return False

        def build(document: Document) -> Edit | None:
            present = document.categories.get(after.id)
            if present is None or present == after:
                return None
            edit = ChangeCategory(present, after)
            others = _renaming(document, after.id, renamed)
            return Together((edit, *others)) if others else edit

        self._model.change(AskedEdit(build, lambda _: text, self.instance_count(after.id) if renamed else 1))
        return True

    def _refuses(self, problem: str) -> bool:
        if problem:
            self.refused.emit(problem)
        return bool(problem)


# What follows may run in a worker thread.


def _locked(document: Document, category_id: int) -> int:
    """How many of the category's instances are locked."""
    return sum(document.instances[i].category_id == category_id for i in document.locked_ids)


def _annotations_of(document: Document, category_id: int) -> tuple[list[Instance], tuple[StoredProposal, ...]]:
    """What has the category, on all images."""
    instances = [i for i in document.instances.values() if i.category_id == category_id]
    return instances, tuple(p for p in document.proposals.values() if p.category_id == category_id)


def _removing(document: Document, category_id: int) -> Edit:
    instances, proposals = _annotations_of(document, category_id)
    edits: list[Edit] = [RemoveInstances(tuple(instances))] if instances else []
    if proposals:
        edits.append(ReplaceProposals(proposals, ()))
    edits.append(RemoveCategory(document.categories[category_id]))
    return Together(tuple(edits))


def _moving(document: Document, category_id: int, into_id: int) -> list[Edit]:
    instances, proposals = _annotations_of(document, category_id)
    edits: list[Edit] = [ChangeInstance(instance, replace(instance, category_id=into_id)) for instance in instances]
    if proposals:
        moved = tuple(replace(proposal, category_id=into_id) for proposal in proposals)
        edits.append(ReplaceProposals(proposals, moved))
    return edits


def _renaming(document: Document, category_id: int, renamed: Mapping[str, str]) -> tuple[Edit, ...]:
    edits = []
    for instance in _annotations_of(document, category_id)[0] if renamed else ():
        kept = {name: value for name, value in instance.attributes.items() if name not in renamed}
        moved = {renamed[name]: value for name, value in instance.attributes.items() if name in renamed}
        if moved:
            edits.append(ChangeInstance(instance, replace(instance, attributes=kept | moved)))
    return tuple(edits)
