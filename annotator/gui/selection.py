"""What is chosen in the window: instances, and the category the next instance gets."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Category, Change
from annotator.gui.document_model import DocumentModel
from annotator.gui.view_state import ViewState
from annotator.segment.stored_proposals import is_placeholder


class Selection(QObject):
    """Shared by the canvas and the panels; forgets what the document no longer has."""

    instances_changed = Signal()
    hover_changed = Signal()
    category_changed = Signal()

    def __init__(self, model: DocumentModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.view_state = ViewState(model, self)
        self._instance_ids: frozenset[int] = frozenset()
        self._hovered_id: int | None = None
        self._category_id: int | None = None
        model.document_replaced.connect(self._on_document_replaced)
        model.instances_gone.connect(self._on_instances_gone)
        model.category_changed.connect(self._on_category_changed)

    @property
    def instance_ids(self) -> frozenset[int]:
        """The selected instances."""
        return self._instance_ids

    @property
    def hovered_id(self) -> int | None:
        """The instance under the pointer, on the canvas or in the list."""
        return self._hovered_id

    @property
    def category_id(self) -> int | None:
        """The current category; None when the document has none."""
        return self._category_id

    def select(self, instance_ids: Iterable[int]) -> None:
        """Select these instances and no others."""
        chosen = frozenset(instance_ids)
        if chosen != self._instance_ids:
            self._instance_ids = chosen
            self.instances_changed.emit()

    def hover(self, instance_id: int | None) -> None:
        """Point at an instance, or at none."""
        if instance_id != self._hovered_id:
            self._hovered_id = instance_id
            self.hover_changed.emit()

    def set_category(self, category_id: int | None) -> None:
        """Make a category the current one."""
        if category_id != self._category_id:
            self._category_id = category_id
            self.category_changed.emit()

    def _first_category(self) -> int | None:
        # A placeholder is no answer to the question what things are.
        categories = self._model.document.categories.values()
        return next((category.id for category in categories if not is_placeholder(category)), None)

    def _on_document_replaced(self) -> None:
        self.hover(None)
        self.select(())
        self.set_category(self._first_category())

    def _on_instances_gone(self, gone: frozenset[int]) -> None:
        self.select(self._instance_ids - gone)
        if self._hovered_id in gone:
            self.hover(None)

    def _on_category_changed(self, change: Change) -> None:
        if self._category_id not in self._model.document.categories:
            self.set_category(self._first_category())
        if change.before is None and isinstance(change.after, Category):
            self.set_category(change.after.id)
