"""Which instances are hidden, a matter of looking, and which are locked, a matter of the dataset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Change, Instance
from annotator.core.edits import ChangeInstance, Edit, Together
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
        self._locked_ids: frozenset[int] | None = frozenset()  # None: to be made of the set
        self._locked: set[int] = set()
        model.document_replaced.connect(self._on_document_replaced)
        model.undo_stack.indexChanged.connect(self._on_edited)
        self._follow()

    @property
    def hidden_ids(self) -> frozenset[int]:
        """The instances that are not drawn."""
        return self._hidden_ids

    @property
    def locked_ids(self) -> frozenset[int]:
        """The instances that must not be touched."""
        if self._locked_ids is None:
            self._locked_ids = frozenset(self._locked)
        return self._locked_ids

    def set_hidden(self, instance_ids: Iterable[int], hidden: bool) -> None:
        """Hide instances, or show them again."""
        ids = frozenset(instance_ids)
        self._set_hidden_ids(self._hidden_ids | ids if hidden else self._hidden_ids - ids)

    def set_locked(self, instance_ids: Iterable[int], locked: bool) -> None:
        """Lock instances, or unlock them, in one edit."""
        instances = self._model.document.instances
        chosen = [instances[i] for i in sorted(instance_ids) if i in instances and instances[i].locked is not locked]
        edits: tuple[Edit, ...] = tuple(ChangeInstance(old, replace(old, locked=locked)) for old in chosen)
        if edits and locked:
            self._model.push(Together(edits), self.tr("Lock %n instance(s)", "", len(edits)))
        elif edits:
            self._model.push(Together(edits), self.tr("Unlock %n instance(s)", "", len(edits)))

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

    def _follow(self) -> None:
        document = self._model.document
        document.subscribe(self._on_document_changed)
        self._locked = {instance.id for instance in document.instances.values() if instance.locked}
        self._locked_ids = None

    def _on_document_replaced(self) -> None:
        self._follow()
        self._hidden_ids = frozenset()
        self.changed.emit()

    def _on_document_changed(self, change: Change) -> None:
        before = isinstance(change.before, Instance) and change.before.locked
        after = isinstance(change.after, Instance) and change.after.locked
        if before == after:
            return
        record = change.after or change.before
        if record is not None:
            (self._locked.add if after else self._locked.discard)(record.id)
            self._locked_ids = None

    def _on_edited(self) -> None:
        # Once for an edit, of however many instances.
        if self._locked_ids is None:
            self.changed.emit()
