"""Saving without being asked."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from annotator.gui.document_model import DocumentModel
from annotator.gui.saving import Saver

_SECONDS = 60


class Autosave(QObject):
    """Saves the document's own file every minute, and when another image is chosen; never over another's changes.

    After a save that failed it waits for one that succeeds: what is wrong has been said once.
    """

    def __init__(self, model: DocumentModel, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._saver = saver
        self._waits = False
        self._timer = QTimer(self)
        self._timer.setInterval(_SECONDS * 1000)
        self._timer.timeout.connect(self.save)
        saver.failed.connect(self._on_failed)
        saver.conflicted.connect(self._on_failed)
        saver.autosave_conflicted.connect(self._on_failed)
        saver.saved.connect(self._on_saved)
        model.document_replaced.connect(self._on_saved)

    def set_enabled(self, enabled: bool) -> None:
        """Whether to save at all."""
        if enabled:
            self._timer.start()
        else:
            self._timer.stop()

    @property
    def is_working(self) -> bool:
        """Whether it saves, which it does not after a save that failed."""
        return self._timer.isActive() and not self._waits

    def save(self) -> None:
        """Save now if there is something to save, and nothing speaks against it."""
        model = self._model
        if not self.is_working or self._saver.is_saving:
            return
        if model.coco_path is not None and not model.is_saved and not model.refusal:
            self._saver.save(model.coco_path, is_auto=True)

    def _on_failed(self, *_: object) -> None:
        self._waits = True

    def _on_saved(self, *_: object) -> None:
        self._waits = False
