"""What the user does to categories, as Edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from annotator.core.document import NOTHING, Category, Instance, StoredProposal
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
        return self._change(category, replace(category, name=name.strip()), self.tr("Rename category"))

    def recolor(self, category_id: int, color: QColor) -> None:
        """Give a category another colour."""
        category = self._model.document.categories[category_id]
        self._change(category, replace(category, color=color.name()), self.tr("Change the colour of a category"))

    def change(self, after: Category, renamed: Mapping[str, str] = NOTHING) -> bool:
        """Give a category another name, supercategory, colour and attributes at once; returns whether that could be.

        renamed: new names of attributes by their old ones; what the category's instances say of them goes along.
        """
        before = self._model.document.categories[after.id]
        return self._change(before, after, self.tr("Change category"), self._renaming(after.id, renamed))

    def move(self, category_id: int, row: int) -> None:
        """Put a category at that place of the list, 0 being the first; beyond the ends means the end."""
        before = tuple(self._model.document.categories)
        rest = [i for i in before if i != category_id]
        row = min(max(row, 0), len(rest))
        after = (*rest[:row], category_id, *rest[row:])
        if after != before:
            self._model.push(OrderCategories(before, after), self.tr("Move category"))

    def instances_of(self, category_id: int) -> list[Instance]:
        """The category's instances on all images."""
        return [i for i in self._model.document.instances.values() if i.category_id == category_id]

    def proposals_of(self, category_id: int) -> list[StoredProposal]:
        """The proposals of all images that would become instances of the category."""
        return [p for p in self._model.document.proposals.values() if p.category_id == category_id]

    def is_used(self, category_id: int) -> bool:
        """Whether instances or proposals have that category."""
        return bool(self._model.document.count_of_category(category_id) or self.proposals_of(category_id))

    def merge(self, category_id: int, into_id: int) -> None:
        """Move what a category has to another one, and remove it."""
        category = self._model.document.categories[category_id]
        edits = (*self._moving(category_id, into_id), RemoveCategory(category))
        if self._model.push(Together(edits), self.tr("Merge categories")):
            self._selection.set_category(into_id)

    def remove(self, category_id: int) -> bool:
        """Remove a category with its instances and proposals; returns whether that could be."""
        instances = tuple(self.instances_of(category_id))
        locked = self._selection.view_state.locked_ids & {instance.id for instance in instances}
        if locked:
            text = self.tr("%n instance(s) of this category are locked: unlock them first.", "", len(locked))
            return not self._refuses(text)
        edits: list[Edit] = [RemoveInstances(instances)] if instances else []
        proposals = tuple(self.proposals_of(category_id))
        if proposals:
            edits.append(ReplaceProposals(proposals, ()))
        edits.append(RemoveCategory(self._model.document.categories[category_id]))
        return self._model.push(Together(tuple(edits)), self.tr("Delete category"))

    def _moving(self, category_id: int, into_id: int) -> list[Edit]:
        edits: list[Edit] = [
            ChangeInstance(instance, replace(instance, category_id=into_id))
            for instance in self.instances_of(category_id)
        ]
        proposals = tuple(self.proposals_of(category_id))
        if proposals:
            moved = tuple(replace(proposal, category_id=into_id) for proposal in proposals)
            edits.append(ReplaceProposals(proposals, moved))
        return edits

    def _renaming(self, category_id: int, renamed: Mapping[str, str]) -> tuple[Edit, ...]:
        edits = []
        for instance in self.instances_of(category_id) if renamed else ():
            kept = {name: value for name, value in instance.attributes.items() if name not in renamed}
            moved = {renamed[name]: value for name, value in instance.attributes.items() if name in renamed}
            if moved:
                edits.append(ChangeInstance(instance, replace(instance, attributes=kept | moved)))
        return tuple(edits)

    def _change(self, before: Category, after: Category, text: str, others: tuple[Edit, ...] = ()) -> bool:
        if after.name != before.name and self._refuses(self.name_problem(after.name, before.id)):
            return False
        if after == before:
            return True
        edit: Edit = ChangeCategory(before, after)
        return self._model.push(Together((edit, *others)) if others else edit, text)

    def _refuses(self, problem: str) -> bool:
        if problem:
            self.refused.emit(problem)
        return bool(problem)
