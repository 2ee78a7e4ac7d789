"""What the user does to instances that exist, as Edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Category, Instance
from annotator.core.edits import ChangeInstance, RemoveInstances, Together
from annotator.gui.document_model import DocumentModel
from annotator.gui.view_state import ViewState


class InstanceChanges(QObject):
    """Leaves locked instances as they are, and says so; everything can be undone."""

    refused = Signal(str)

    def __init__(self, model: DocumentModel, view_state: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._view_state = view_state

    def set_category(self, instance_ids: Iterable[int], category: Category) -> None:
        """Give these instances another category."""
        edits = tuple(
            ChangeInstance(instance, replace(instance, category_id=category.id))
            for instance in self._unlocked(instance_ids)
            if instance.category_id != category.id
        )
        if edits:
            self._model.push(Together(edits), self.tr("Change the category of %n instance(s)", "", len(edits)))

    def delete(self, instance_ids: Iterable[int]) -> None:
        """Delete these instances."""
        instances = tuple(self._unlocked(instance_ids))
        if instances:
            self._model.push(RemoveInstances(instances), self.tr("Delete %n instance(s)", "", len(instances)))

    def _unlocked(self, instance_ids: Iterable[int]) -> list[Instance]:
        chosen = frozenset(instance_ids)
        locked = chosen & self._view_state.locked_ids
        if locked:
            self.refused.emit(
                self.tr("%n locked instance(s) stayed as before: unlock what is to change.", "", len(locked))
            )
        return [self._model.document.instances[i] for i in sorted(chosen - locked)]
