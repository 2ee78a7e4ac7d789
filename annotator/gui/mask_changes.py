"""What the mask tools do to the document, as Edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from annotator.core import mask_editing
from annotator.core.document import Category, Instance, Provenance
from annotator.core.edits import AddCategory, AddInstance, ChangeInstance, Edit, RemoveInstances, Together
from annotator.core.geometry import RunLengths
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.document_model import DocumentModel
from annotator.gui.selection import Selection


class MaskChanges(QObject):
    """Changes the masks of instances of the image on screen, and adds instances drawn by hand."""

    refused = Signal(str)
    category_wanted = Signal()  # a drawn mask waits for the name of its category
    waiting_changed = Signal()

    def __init__(
        self, model: DocumentModel, selection: Selection, categories: CategoryChanges, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._categories = categories
        self._waiting: Instance | None = None
        self.image_id: int | None = None

    # -- what may be changed -----------------------------------------------------------------------------------------

    def selected(self) -> list[Instance]:
        """The selected instances of the image on screen, by id."""
        instances = self._model.document.instances
        chosen = (instances[i] for i in sorted(self._selection.instance_ids) if i in instances)
        return [instance for instance in chosen if instance.image_id == self.image_id]

    def may_change(self, instance: Instance) -> bool:
        """Whether the mask may be changed; if not, the user is told why."""
        if instance.id in self._selection.view_state.locked_ids:
            self.refused.emit(self.tr("This instance is locked: unlock it (L) to change its mask."))
        elif instance.id in self._selection.view_state.hidden_ids:
            self.refused.emit(self.tr("This instance is hidden: show it to change its mask."))
        else:
            return True
        return False

    # -- changing ----------------------------------------------------------------------------------------------------

    def set_mask(self, instance: Instance, mask: RunLengths, text: str) -> None:
        """Give an instance another mask; an empty one deletes it. `text` names the edit."""
        if mask == instance.mask:
            return
        if mask.area == 0:
            self._model.push(RemoveInstances((instance,)), text)
        else:
            self._model.push(ChangeInstance(instance, instance.with_mask(mask)), text)

    def add(self, mask: RunLengths, source: str) -> None:
        """A new instance of the current category, which becomes the selected one; asks for a category if there is none.

        source: what made it, for its provenance. An empty mask makes nothing.
        """
        if self.image_id is None or mask.area == 0:
            return
        category_id = self._selection.category_id
        new = Instance(0, self.image_id, 0, mask, provenance=Provenance(source=source))
        if category_id is None:
            self._set_waiting(new)
            self.category_wanted.emit()
        else:
            self._add(new, self._model.document.categories[category_id])

    def fill_holes(self) -> None:
        """Fill the holes of the selected instances."""
        self._change_each(mask_editing.fill_holes, self.tr("Fill holes"))

    def remove_islands(self) -> None:
        """Leave the selected instances their largest part only."""
        self._change_each(mask_editing.largest_part, self.tr("Remove islands"))

    def smooth(self) -> None:
        """Smooth the selected instances; one that is too thin to survive it stays."""
        self._change_each(mask_editing.smooth, self.tr("Smooth"))

    def changeable(self) -> list[Instance]:
        """The selected instances if all of their masks may be changed; none, and the user is told why, otherwise."""
        selected = self.selected()
        if not selected:
            self.refused.emit(self.tr("Select the instances to change."))
        return selected if all(self.may_change(instance) for instance in selected) else []

    def set_masks(self, instances: Sequence[Instance], masks: Sequence[RunLengths], text: str) -> None:
        """Give instances other masks in one edit.

        Those that are not as they were any more stay, and so do those whose mask would be empty.
        """
        document = self._model.document
        edits = [
            ChangeInstance(instance, instance.with_mask(mask))
            for instance, mask in zip(instances, masks, strict=True)
            if document.instances.get(instance.id) == instance and mask != instance.mask and mask.area
        ]
        if edits:
            self._model.push(Together(tuple(edits)), text)

    def merge(self) -> None:
        """Make the selected instances one, with the lowest id of them and what that one says."""
        selected = self.selected()
        if len(selected) < 2:
            self.refused.emit(self.tr("Select two or more instances to merge."))
        elif all(self.may_change(instance) for instance in selected):
            kept, *gone = selected
            after = kept.with_mask(mask_editing.united([instance.mask for instance in selected]))
            edit = Together((RemoveInstances(tuple(gone)), ChangeInstance(kept, after)))
            if self._model.push(edit, self.tr("Merge")):
                self._selection.select([kept.id])

    def subtract(self) -> None:
        """The selected instance that is drawn lowest loses what the other selected ones cover."""
        if self.image_id is None:
            return
        chosen = {instance.id for instance in self.selected()}
        if len(chosen) < 2:
            self.refused.emit(self.tr("Select two or more instances: the lowest one loses what the others cover."))
            return
        lowest, *others = (i for i in self._model.document.instances_of(self.image_id) if i.id in chosen)
        if self.may_change(lowest):
            mask = mask_editing.subtracted(lowest.mask, [other.mask for other in others])
            if mask == lowest.mask:
                self._tell_unchanged()
            self.set_mask(lowest, mask, self.tr("Subtract"))

    def split(self) -> None:
        """Make each part of the selected instances one of its own; the largest keeps the id."""
        edits: list[Edit] = []
        chosen: list[int] = []
        selected = self.selected()
        if not all(self.may_change(instance) for instance in selected):
            return
        for instance in selected:
            parts = sorted(mask_editing.split(instance.mask), key=lambda part: -part.area)
            chosen.append(instance.id)
            if len(parts) > 1:
                edits.append(ChangeInstance(instance, instance.with_mask(parts[0])))
                for part in parts[1:]:
                    new = replace(instance.with_mask(part), id=self._model.document.take_id(Instance))
                    edits.append(AddInstance(new))
                    chosen.append(new.id)
        if edits:
            if self._model.push(Together(tuple(edits)), self.tr("Split into parts")):
                self._selection.select(chosen)
        elif selected:
            self.refused.emit(self.tr("This mask is in one part already."))

    def _change_each(self, change: Callable[[RunLengths], RunLengths], text: str) -> None:
        """Change the masks of the selected instances in one edit; an empty mask is no change."""
        selected = self.selected()
        if not selected or not all(self.may_change(instance) for instance in selected):
            return
        edits = []
        for instance in selected:
            mask = change(instance.mask)
            if mask != instance.mask and mask.area:
                edits.append(ChangeInstance(instance, instance.with_mask(mask)))
        if edits:
            self._model.push(Together(tuple(edits)), text)
        else:
            self._tell_unchanged()

    def _tell_unchanged(self) -> None:
        self.refused.emit(self.tr("Nothing to change: the mask is like that already."))

    @property
    def waiting(self) -> RunLengths | None:
        """The drawn mask that waits for the name of its category."""
        return None if self._waiting is None else self._waiting.mask

    def add_waiting_as(self, name: str) -> None:
        """Add the waiting mask with the category of that name, which is made if it is new; both in one edit."""
        new = self._waiting
        if new is None:
            return
        category = self._model.document.category_named(name)
        if category is None:
            self._add(new, self._categories.new_category(name), is_new=True)
        else:
            self._add(new, category)
        self._set_waiting(None)

    def forget_waiting(self) -> None:
        """The mask that waits for a category is given up."""
        self._set_waiting(None)

    def _add(self, new: Instance, category: Category, *, is_new: bool = False) -> None:
        instance = replace(new, id=self._model.document.take_id(Instance), category_id=category.id)
        edit: Edit = AddInstance(instance)
        if is_new:
            edit = Together((AddCategory(category), edit))
        if self._model.push(edit, self.tr("Add instance")):
            self._selection.select([instance.id])

    def _set_waiting(self, waiting: Instance | None) -> None:
        if waiting is not self._waiting:
            self._waiting = waiting
            self.waiting_changed.emit()
