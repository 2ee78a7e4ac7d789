"""Writing the document in a worker thread while editing goes on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from annotator.core import coco
from annotator.core.atomic import remedy
from annotator.core.document import Document
from annotator.core.file_version import FileVersion
from annotator.errors import SaveError, Sentence, reason_of
from annotator.gui import garbage
from annotator.gui.background import BackgroundJobs
from annotator.gui.document_model import DocumentModel
from annotator.gui.keeping import Keeping


@dataclass(frozen=True)
class SaveConflict:
    """The COCO file is not the one that was read or written last, so it was left alone.

    is_deleted: it is gone; otherwise another program has changed it.
    """

    path: Path
    is_deleted: bool

    @property
    def sentence(self) -> Sentence:
        """What is to be said when nobody can be asked what to do."""
        return Sentence(
            "{path} is not as it was opened or saved here any more, so it is not saved by itself.", path=self.path
        )

    @property
    def reason(self) -> Sentence:
        """The same in a few words."""
        if self.is_deleted:
            return Sentence("the file is not there any more")
        return Sentence("another program has changed the file")


class _Conflicted(Exception):
    def __init__(self, conflict: SaveConflict) -> None:
        super().__init__(conflict)
        self.conflict = conflict


class Saver(QObject):
    """One save at a time; a save asked for while one runs follows it."""

    saved = Signal(Path)
    failed = Signal(object, Path)  # why, and where it was to go
    conflicted = Signal(object)  # SaveConflict: nothing was written
    # The same of a save that nobody asked for. When one has been asked for meanwhile, that follows, and tells.
    autosave_failed = Signal(object)
    autosave_conflicted = Signal(object)
    ended = Signal()  # no save is under way any more, however the last one went

    def __init__(self, model: DocumentModel, jobs: BackgroundJobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._jobs = jobs
        self._writing: Path | None = None
        self._waiting: dict[Path, bool] = {}  # where to save next, in order, and whether to overwrite
        self._ended: Callable[[], None] = _nothing
        self._conflict: SaveConflict | None = None
        model.document_replaced.connect(self._forget_conflict)

    @property
    def conflict(self) -> SaveConflict | None:
        """What keeps the document's own file from being the document's, as far as it has been seen."""
        return self._conflict

    def note_conflict(self, conflict: SaveConflict) -> None:
        """The document's file was seen to be gone or another one: the document is not saved until it is written."""
        self._conflict = conflict
        self._model.mark_lost(is_deleted=conflict.is_deleted)

    def _forget_conflict(self) -> None:
        self._conflict = None

    @property
    def is_saving(self) -> bool:
        """Whether a save is under way."""
        return self._writing is not None

    @property
    def writing(self) -> Path | None:
        """Where the save under way goes; None when there is none."""
        return self._writing

    @property
    def target(self) -> Path | None:
        """Where a plain save goes: to the newest Save As, also while that is under way, else to the document's file."""
        return next(reversed(self._waiting), self._writing or self._model.coco_path)

    def save(self, path: Path, *, overwrite: bool = False, is_auto: bool = False) -> None:
        """Write the document as it is now to that path.

        The document's own file is written over only while it is the one that was read or written last; `overwrite`
        takes away that condition. Another path is the user's choice, and is written over in any case. is_auto: nobody
        asked for it.
        """
        if self.is_saving:
            self._waiting[path] = self._waiting.pop(path, False) or overwrite
            return
        document, state = self._model.document, self._model.state
        is_own = path == self._model.coco_path and not overwrite
        keeping = self._model.keeping
        if keeping is None:
            raise ValueError("there is no document to save")
        writing = _Writing(document.snapshot(), path, is_own, self._model.coco_version, keeping, keeping.sequence)
        job = self._jobs.new(
            lambda _: writing.run(),
            title=self.tr("Saving %1").replace("%1", path.name),
            can_cancel=False,
            lists_failure=False,
        )
        self._ended = _nothing
        job.succeeded.connect(
            lambda outcome: self._end_with(partial(self._on_ended, document, state, path, is_auto, outcome))
        )
        job.failed.connect(lambda reason: self._end_with(partial(self._on_failed, path, is_auto, reason)))
        job.finished.connect(self._on_finished)
        self._writing = path
        job.start()

    def _end_with(self, ended: Callable[[], None]) -> None:
        """What to tell once the save is over, so that whoever hears of it can begin another."""
        self._ended = ended

    def _on_ended(self, document: Document, state: int, path: Path, is_auto: bool, outcome: _Outcome) -> None:
        if outcome.conflict is not None:
            is_unasked = is_auto and not self._waiting
            self._waiting.clear()
            if document is self._model.document:
                self.note_conflict(outcome.conflict)
            (self.autosave_conflicted if is_unasked else self.conflicted).emit(outcome.conflict)
            return
        if document is self._model.document:
            self._forget_conflict()
            self._model.coco_version = outcome.version
            self._model.mark_saved(state, path)
        self.saved.emit(path)

    def _on_failed(self, path: Path, is_auto: bool, reason: str) -> None:
        if not is_auto:
            self.failed.emit(reason, path)
        elif path not in self._waiting:
            self.autosave_failed.emit(reason)

    def _on_finished(self) -> None:
        self._writing = None
        ended, self._ended = self._ended, _nothing  # it refers to the document
        ended()
        if self._waiting and not self.is_saving:
            path, overwrite = next(iter(self._waiting.items()))
            del self._waiting[path]
            self.save(path, overwrite=overwrite)
        if not self.is_saving:
            self.ended.emit()


def _nothing() -> None:
    """A save that ended without a word, as when the program is closing."""


@dataclass(frozen=True)
class _Outcome:
    """version: of the file written; conflict: why nothing was written."""

    version: FileVersion | None = None
    conflict: SaveConflict | None = None


@dataclass(frozen=True, eq=False)
class _Writing:
    """One save, for a worker thread."""

    snapshot: Document
    path: Path
    is_guarded: bool
    expected: FileVersion | None
    keeping: Keeping
    sequence: int

    def run(self) -> _Outcome:
        """Write, unless another program was there first. Raises SaveError."""
        try:
            self._check()
            with garbage.pause():  # of what is made for the file, none is garbage before the end
                data = coco.to_bytes(self.snapshot, self.path)
            # Making and writing it takes a while, in which another program may write, too.
            version = self.keeping.save(self.snapshot, data, self.path, self.sequence, before_move=self._check)
        except _Conflicted as conflicted:
            return _Outcome(conflict=conflicted.conflict)
        return _Outcome(version)

    def _check(self) -> None:
        if self.is_guarded:
            found = found_version(self.path)
            if found != self.expected:
                raise _Conflicted(SaveConflict(self.path, is_deleted=found is None))


def found_version(path: Path) -> FileVersion | None:
    """The version of the file that is to be saved; None when there is none. SaveError: it is out of reach."""
    try:
        status = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SaveError(
            "{path} is out of reach ({reason}), so it was not saved: {remedy}.",
            path=path,
            reason=reason_of(error),
            remedy=remedy(error),
        ) from error
    return FileVersion.from_status(status)
