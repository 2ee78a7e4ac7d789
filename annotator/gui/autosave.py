"""Saving without being asked."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.errors import Sentence
from annotator.gui.document_model import DocumentModel
from annotator.gui.saving import SaveConflict, Saver
from annotator.gui.timers import single_shot

_MINUTE_MS = 60_000
_RETRY_MS = 10_000
"""How long after an edit a save that failed is tried again: a full disk is not to be asked at every stroke."""


class Autosave(QObject):
    """Saves the document's own file every few minutes, and when another image is chosen; never over another's changes.

    What keeps it from saving is told once, and tried again at every one of these occasions and after the next edit:
    it may pass by itself, as a network that comes back.
    """

    failed = Signal(object)  # why it cannot save, when that is something new
    conflicted = Signal(object)  # SaveConflict, the same
    problem_changed = Signal()

    def __init__(self, model: DocumentModel, saver: Saver, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._saver = saver
        self._problem: str = ""
        self._reason: str = ""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.save)
        self._retry = single_shot(self, _RETRY_MS, self.save)
        saver.failed.connect(self._on_asked_failed)
        saver.conflicted.connect(self._on_asked_conflicted)
        saver.autosave_failed.connect(self._on_failed)
        saver.autosave_conflicted.connect(self._on_conflicted)
        saver.saved.connect(self._on_saved)
        model.document_replaced.connect(self._on_saved)
        model.undo_stack.indexChanged.connect(self._on_edited)

    def set_minutes(self, minutes: int) -> None:
        """How often to save; 0: not at all, and not with another image either."""
        if minutes:
            self._timer.start(minutes * _MINUTE_MS)
        else:
            self._timer.stop()
            self._retry.stop()

    @property
    def problem(self) -> str:
        """Why the last save of the document's file came to nothing, asked for or not: a sentence, or ""."""
        return self._problem

    @property
    def reason(self) -> str:
        """The same in a few words, where there are any: the file is known to whoever works on it."""
        return self._reason

    @property
    def is_working(self) -> bool:
        """Whether a save can be counted upon without asking anybody: it is on, and the last one went well."""
        return self._timer.isActive() and not self._problem

    def save(self) -> None:
        """Save now if there is something to save; not what a crash had left, before its user goes on with it."""
        model = self._model
        if model.is_undecided:
            return
        if not self._timer.isActive() or self._saver.is_saving:
            return
        if model.coco_path is not None and not model.is_saved and not model.refusal:
            self._saver.save(model.coco_path, is_auto=True)

    def _on_edited(self) -> None:
        if self._problem and self._timer.isActive() and not self._retry.isActive():
            self._retry.start()

    def _on_failed(self, reason: str) -> None:
        if self._set_problem(reason, _reason_in(reason)):
            self.failed.emit(reason)

    def _on_conflicted(self, conflict: SaveConflict) -> None:
        if self._set_problem(conflict.sentence, conflict.reason):
            self.conflicted.emit(conflict)

    def _on_asked_failed(self, reason: str, path: Path) -> None:
        if path == self._model.coco_path:  # else the user's other place is full or gone, not this one
            self._set_problem(reason, _reason_in(reason))

    def _on_asked_conflicted(self, conflict: SaveConflict) -> None:
        self._set_problem(conflict.sentence, conflict.reason)

    def _on_saved(self, *_: object) -> None:
        self._retry.stop()
        self._set_problem("", "")

    def _set_problem(self, problem: str, reason: str) -> bool:
        """Returns whether it is another one."""
        if problem == self._problem:
            return False
        self._problem, self._reason = problem, reason
        self.problem_changed.emit()
        return True


def _reason_in(problem: str) -> str:
    """What of a sentence about a file says why; all of it where nothing else is known."""
    reason = problem.arguments.get("reason") if isinstance(problem, Sentence) else None
    return reason if isinstance(reason, str) else problem
