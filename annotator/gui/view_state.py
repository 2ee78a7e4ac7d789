"""Which instances are hidden or locked: a matter of looking, not of the dataset."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from annotator.gui.document_model import DocumentModel


class ViewState(QObject):
    """Kept while the dataset is open, never saved.

    Hidden instances are not drawn. Locked ones cannot be chosen on the canvas, changed or deleted; only when their
    category is merged into another one, or an attribute of it gets another name, do they go along. Ids of deleted
    instances stay, so that one that comes back is as it was.
    """

    changed = Signal()

    def __init__(self, model: DocumentModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._hidden_ids: frozenset[int] = frozenset()
        self._locked_ids: frozenset[int] = frozenset()
        model.document_replaced.connect(self._on_document_replaced)

    @property
    def hidden_ids(self) -> frozenset[int]:
        """The instances that are not drawn."""
        return self._hidden_ids

    @property
    def locked_ids(self) -> frozenset[int]:
        """The instances that must not be touched."""
        return self._locked_ids

    def set_hidden(self, instance_ids: Iterable[int], hidden: bool) -> None:
        """Hide instances, or show them again."""
        ids = frozenset(instance_ids)
        self._put(self._hidden_ids | ids if hidden else self._hidden_ids - ids, self._locked_ids)

    def set_locked(self, instance_ids: Iterable[int], locked: bool) -> None:
        """Lock instances, or unlock them."""
        ids = frozenset(instance_ids)
        self._put(self._hidden_ids, self._locked_ids | ids if locked else self._locked_ids - ids)

    def show_only(self, instance_ids: Iterable[int], *, among: Iterable[int]) -> None:
        """Of the instances `among`, show these and hide the others; when that is so already, show all of them."""
        shown, every = frozenset(instance_ids), frozenset(among)
        hidden = every - shown
        if hidden <= self._hidden_ids and not shown & self._hidden_ids:
            hidden = frozenset()
        self._put((self._hidden_ids - every) | hidden, self._locked_ids)

    def _put(self, hidden_ids: frozenset[int], locked_ids: frozenset[int]) -> None:
        if (hidden_ids, locked_ids) != (self._hidden_ids, self._locked_ids):
            self._hidden_ids, self._locked_ids = hidden_ids, locked_ids
            self.changed.emit()

    def _on_document_replaced(self) -> None:
        self._put(frozenset(), frozenset())
