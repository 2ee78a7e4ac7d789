"""Which instances are hidden, a matter of looking, and which are locked, a matter of the dataset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Document
from annotator.core.edits import ChangeInstance, Edit, Together
from annotator.gui.asked_edit import AskedEdit
from annotator.gui.document_model import DocumentModel


class ViewState(QObject):
    """What keeps instances from being drawn, chosen or changed.

    Hidden instances are not drawn; that is kept while the dataset is open, and never saved. Ids of deleted instances
    stay hidden, so that one that comes back is as it was.

    Locked ones cannot be chosen on the canvas, changed or deleted; only when their category is merged into another one,
    or an attribute of it gets another name, do they go along. Whoever locks an instance says that it is right: that is
    saved with it, and locking and unlocking are edits.
    """

    changed = Signal()

    def __init__(self, model: DocumentModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._hidden_ids: frozenset[int] = frozenset()
        self._told_locked_ids: frozenset[int] = frozenset()
        model.document_replaced.connect(self._on_document_replaced)
        model.undo_stack.indexChanged.connect(self._on_edited)

    @property
    def hidden_ids(self) -> frozenset[int]:
        """The instances that are not drawn."""
        return self._hidden_ids

    @property
    def locked_ids(self) -> frozenset[int]:
        """The instances that must not be touched."""
        return self._model.document.locked_ids

    def set_hidden(self, instance_ids: Iterable[int], hidden: bool) -> None:
        """Hide instances, or show them again."""
        ids = frozenset(instance_ids)
        self._set_hidden_ids(self._hidden_ids | ids if hidden else self._hidden_ids - ids)

    def set_locked(self, instance_ids: Iterable[int], locked: bool) -> None:
        """Lock instances, or unlock them, in one edit."""
        chosen = sorted(instance_ids)

        def build(document: Document) -> Edit | None:
            present = (document.instances.get(i) for i in chosen)
            others = [one for one in present if one is not None and one.locked is not locked]
            return (
                Together(tuple(ChangeInstance(one, replace(one, locked=locked)) for one in others)) if others else None
            )

        def text(count: int) -> str:
            if locked:
                return self.tr("Lock %n instance(s)", "", count)
            return self.tr("Unlock %n instance(s)", "", count)

        self._model.change(AskedEdit(build, text, len(chosen)))

    def show_only(self, instance_ids: Iterable[int], *, among: Iterable[int]) -> None:
        """Of the instances `among`, show these and hide the others; when that is so already, show all of them."""
        shown, every = frozenset(instance_ids), frozenset(among)
        hidden = every - shown
        if hidden <= self._hidden_ids and not shown & self._hidden_ids:
            hidden = frozenset()
        self._set_hidden_ids((self._hidden_ids - every) | hidden)

    def _set_hidden_ids(self, hidden_ids: frozenset[int]) -> None:
        if hidden_ids != self._hidden_ids:
            self._hidden_ids = hidden_ids
            self.changed.emit()

    def _on_document_replaced(self) -> None:
        self._hidden_ids = frozenset()
        self._told_locked_ids = self.locked_ids
        self.changed.emit()

    def _on_edited(self) -> None:
        # Once for an edit, of however many instances.
        if self._told_locked_ids != self.locked_ids:
            self._told_locked_ids = self.locked_ids
            self.changed.emit()
