"""What the mask tools do to the document, as Edits."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

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
            self.refused.emit(self.tr("This instance is hidden: show it (V) to change its mask."))
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
        self._model.push(edit, self.tr("Add instance"))
        self._selection.select([instance.id])

    def _set_waiting(self, waiting: Instance | None) -> None:
        if waiting is not self._waiting:
            self._waiting = waiting
            self.waiting_changed.emit()
