"""What keeps the work on the open dataset safe: the lock that makes us its only writer, and the journal of edits."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from annotator import paths
from annotator.core.atomic import replace_file
from annotator.core.backups import keep_backup
from annotator.core.document import Document
from annotator.core.edits import Edit
from annotator.core.journal import Journal, open_journal
from annotator.core.journal_file import SavedState
from annotator.core.lock import DatasetLock
from annotator.core.recovery import Recovery
from annotator.errors import DatasetError, SaveError


class Keeping(QObject):
    """Of one dataset, from its opening until another is opened or the program ends.

    Opened and closed in a worker thread. refusal: why the dataset can only be looked at, or ""; problem: why edits are
    not journalled although they may be made, or ""; recovery: what a window that ended too early had left.
    """

    committed = Signal()  # more edits are in the journal, safe from a crash
    failed = Signal(str)  # the disk does not take edits

    def __init__(self, document: Document, coco_path: Path) -> None:
        """Become the dataset's writer if nobody else is, and replay its journal onto the document just read."""
        super().__init__()
        self._lock = DatasetLock(coco_path)
        self._journal: Journal | None = None
        self._committed = 0
        self.coco_path = coco_path
        self.refusal = self._lock.refusal
        self.problem = ""
        self.recovery = Recovery()
        if not self._lock.is_held:
            return
        try:
            self._journal, self.recovery = open_journal(
                paths.state_dir() / "journals",
                document,
                coco_path,
                on_committed=self._on_committed,
                on_failed=self.failed.emit,
            )
            self._committed = self._journal.sequence
        except (DatasetError, SaveError) as error:
            self.problem = str(error)

    @property
    def is_kept(self) -> bool:
        """Whether every edit so far would survive the end of this process."""
        return self._journal is not None and self._committed >= self._journal.sequence

    @property
    def sequence(self) -> int:
        """The number of the newest edit; hand it to `save` with the snapshot that has it."""
        return 0 if self._journal is None else self._journal.sequence

    def record(self, edit: Edit, *, applied: bool) -> None:
        """An edit has been applied to the document, or reverted. Never waits for the disk."""
        if self._journal is not None:
            self._journal.record(edit, applied=applied)

    def save(self, snapshot: Document, data: bytes, path: Path, sequence: int) -> None:
        """Replace the file at `path` by `data`, made of the snapshot; for a worker thread. Raises SaveError.

        What was there before is kept as a backup. The file written is the dataset's from then on, unless the dataset
        can only be looked at: that is a copy then.
        """
        if path == self.coco_path and self.refusal:
            raise SaveError(self.refusal)
        if self.refusal:
            self._write_copy(data, path)
            return
        lock = self._lock if path == self.coco_path else DatasetLock(path)
        if path != self.coco_path and lock.is_taken:
            raise SaveError(lock.refusal)
        try:
            self._replace(snapshot, data, path, sequence)
        except BaseException:
            if lock is not self._lock:
                lock.release()
            raise
        if lock is not self._lock:
            self._lock.release()
            self._lock = lock
        self.coco_path = path

    def _write_copy(self, data: bytes, path: Path) -> None:
        lock = DatasetLock(path)
        if lock.is_taken:
            raise SaveError(lock.refusal)
        try:
            keep_backup(path)
            replace_file(path, data)
        finally:
            lock.release()

    def _replace(self, snapshot: Document, data: bytes, path: Path, sequence: int) -> None:
        state = SavedState.of(snapshot, data, sequence=sequence)
        is_own = path == self.coco_path
        if self._journal is not None and is_own:
            self._journal.save_begins(state)
        keep_backup(path)
        replace_file(path, data)
        if self._journal is None:
            return
        if is_own:
            self._journal.save_ended(state)
        else:
            self._journal.saved_as(state, path)

    def close(self, *, discard: bool) -> None:
        """Write what is left of the journal, and let others be the writer; a second time does nothing.

        discard: forget the edits that are not in the file; otherwise they come back when it is opened again. When the
        disk refuses that, `problem` says so.
        """
        journal, self._journal = self._journal, None
        try:
            if journal is not None:
                journal.close(discard=discard)
        except sqlite3.Error as error:
            # Whatever is in it comes back at the next opening, when it can be discarded again.
            self.problem = f"The journal of {self.coco_path} could not be closed as it should ({error})."
        finally:
            self._lock.release()

    def _on_committed(self, sequence: int) -> None:
        # In the journal's thread.
        self._committed = sequence
        self.committed.emit()
