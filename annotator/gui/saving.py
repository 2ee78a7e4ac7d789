"""Writing the document in a worker thread while editing goes on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from annotator.core import coco
from annotator.core.document import Document
from annotator.gui.background import BackgroundJobs
from annotator.gui.document_model import DocumentModel


class Saver(QObject):
    """One save at a time; a save asked for while one runs follows it."""

    saved = Signal(Path)
    failed = Signal(str)

    def __init__(self, model: DocumentModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._jobs = BackgroundJobs(self)
        self._is_saving = False
        self._next_path: Path | None = None

    @property
    def is_saving(self) -> bool:
        """Whether a save is under way."""
        return self._is_saving

    def save(self, path: Path) -> None:
        """Write the document as it is now to that path."""
        if self._is_saving:
            self._next_path = path
            return
        document, state = self._model.document, self._model.state
        snapshot = document.snapshot()
        job = self._jobs.new(lambda _: coco.write(snapshot, path))
        job.succeeded.connect(lambda _: self._on_written(document, state, path))
        job.failed.connect(self.failed)
        job.finished.connect(self._on_finished)
        self._is_saving = True
        job.start()

    def close(self) -> None:
        """Wait for a running save; for the end of the program."""
        self._jobs.close()

    def _on_written(self, document: Document, state: int, path: Path) -> None:
        if document is self._model.document:
            self._model.mark_saved(state, path)
        self.saved.emit(path)

    def _on_finished(self) -> None:
        self._is_saving = False
        if self._next_path is not None:
            path, self._next_path = self._next_path, None
            self.save(path)
