"""What keeps the work on the open dataset safe: the lock that makes us its only writer, and the journal of edits."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from annotator import paths
from annotator.core.atomic import replace_file
from annotator.core.backups import keep_backup
from annotator.core.dataset import Dataset
from annotator.core.document import Document
from annotator.core.edits import Edit
from annotator.core.file_version import FileVersion
from annotator.core.journal import Journal, open_journal
from annotator.core.journal_file import SavedState
from annotator.core.lock import DatasetLock
from annotator.core.recovery import Recovery
from annotator.errors import DatasetError, SaveError, Sentence, reason_of


class Keeping(QObject):
    """Of one dataset, from its opening until another is opened or the program ends.

    Opened and closed in a worker thread. refusal: why the dataset can only be looked at, or ""; problem: why edits are
    not journalled although they may be made, or ""; recovery: what a window that ended too early had left.
    """

    committed = Signal()  # more edits are in the journal, safe from a crash
    failed = Signal(object)  # the disk does not take edits

    def __init__(self, document: Document, coco_path: Path, lock: DatasetLock | None = None) -> None:
        """Replay the dataset's journal onto the document just read.

        lock: an attempt at becoming its writer that was made before it was read; None makes one now.
        """
        super().__init__()
        self._lock: DatasetLock | None = DatasetLock(coco_path) if lock is None else lock
        self._journal: Journal | None = None
        self._committed = 0  # the newest edit on the disk in the journal
        self._saved = 0  # the newest edit in the file
        self._begun: set[tuple[str, str]] = set()  # image and kind of what is unfinished
        self._first_backups: dict[str, Path | None] = {}  # of the versions before this session, by the file
        self._has_lost = False  # whether edits that the journal has not any more may be in no file either
        self.coco_path = coco_path
        self.refusal = self._lock.refusal
        self.problem: str = ""
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
            self.problem = error.sentence

    def take_replayed(self) -> Edit | None:
        """What was recovered, as one edit, for whoever keeps it from then on: it may be large."""
        replayed, self.recovery = self.recovery.replayed, replace(self.recovery, replayed=None)
        return replayed

    @property
    def is_kept(self) -> bool:
        """Whether every edit so far, and what is unfinished, would survive the end of this process."""
        journal = self._journal
        if journal is None or not journal.keeps_unfinished:
            return False
        return max(self._committed, self._saved) >= journal.sequence and not self._has_lost

    @property
    def is_taken(self) -> bool:
        """Whether another program is the writer, so that the refusal ends with it."""
        return self._lock is not None and self._lock.is_taken

    @property
    def is_journalled(self) -> bool:
        """Whether edits go into a journal."""
        return self._journal is not None

    @property
    def sequence(self) -> int:
        """The number of the newest edit; hand it to `save` with the snapshot that has it."""
        return 0 if self._journal is None else self._journal.sequence

    def is_writer_of(self, coco_path: Path) -> bool:
        """Whether this is the one that may write that file."""
        is_it = os.path.realpath(coco_path) == os.path.realpath(self.coco_path)
        return is_it and self._lock is not None and self._lock.is_held

    def record(self, edit: Edit, *, applied: bool) -> None:
        """An edit has been applied to the document, or reverted. Never waits for the disk."""
        if self._journal is not None:
            self._journal.record(edit, applied=applied)

    def keep_unfinished(self, image: str, kind: str, make: Callable[[], bytes] | None) -> None:
        """Something is begun on the image of that path, or is no more (None); see Journal.keep_unfinished."""
        if make is None:
            self._begun.discard((image, kind))
        else:
            self._begun.add((image, kind))
        if self._journal is not None:
            self._journal.keep_unfinished(image, kind, make)

    def file_was_lost(self, *, is_deleted: bool) -> None:
        """The file is gone or another one: the journal has only what is newer, and that builds upon what was there."""
        self._has_lost = is_deleted or self._saved > 0

    def save(
        self, snapshot: Document, data: bytes, path: Path, sequence: int, *, before_move: Callable[[], None]
    ) -> FileVersion:
        """Replace the file at `path` by `data`, made of the snapshot; for a worker thread. Raises SaveError.

        What was there before is kept as a backup. The file written is the dataset's from then on, unless the dataset
        can only be looked at: that is a copy then. before_move is called when all but the move is done; what it raises
        leaves everything as it was. Returns the version of what was written.
        """
        if os.path.realpath(path) == os.path.realpath(self.coco_path):
            if self.refusal:
                raise SaveError(self.refusal)
            version = self._save_own(SavedState.of(snapshot, data, sequence=sequence), data, path, before_move)
        else:
            version = self._save_elsewhere(SavedState.of(snapshot, data, sequence=sequence), data, path, before_move)
        if not self.refusal:
            self._saved = sequence
            self._has_lost = False
        return version

    def _save_own(self, state: SavedState, data: bytes, path: Path, before_move: Callable[[], None]) -> FileVersion:
        if self._journal is not None:
            self._journal.save_begins(state)
        version = self._replace(path, data, before_move)
        if self._journal is not None:
            self._journal.save_ended(state)
        return version

    def _save_elsewhere(
        self, state: SavedState, data: bytes, path: Path, before_move: Callable[[], None]
    ) -> FileVersion:
        lock = DatasetLock(path)
        if lock.is_taken:
            raise SaveError(lock.complaint)
        try:
            version = self._replace(path, data, before_move)
            if not self.refusal:
                # The dataset moves there.
                self._lock, lock = lock, self._lock
                self.coco_path = path
                if self._journal is not None:
                    self._journal.saved_as(state, path)
        finally:
            if lock is not None:
                lock.release()
        return version

    def _replace(self, path: Path, data: bytes, before_move: Callable[[], None]) -> FileVersion:
        """Make `data` the file's content; what was there before is kept as a backup. Raises SaveError.

        The version from before the first of these stays beside the last ones: with a save for every image that is left,
        those are soon all of this session.
        """
        real = os.path.realpath(path)
        kept = keep_backup(path, spared=self._first_backups.get(real))
        self._first_backups.setdefault(real, kept)
        return replace_file(path, data, before_move=before_move)

    def close(self, *, discard: bool, drops_unfinished: bool = False, keeps_lock: bool = False) -> None:
        """Write what is left of the journal, and let others be the writer; a second time does nothing.

        discard: forget the edits that are not in the file; otherwise they come back when it is opened again.
        drops_unfinished: the same of what was begun here, or came back here. When the disk refuses that, `problem` says
        so. keeps_lock: a save may still be under way, so nobody else may write before the process has ended.
        """
        try:
            self._close_journal(discard=discard, drops_unfinished=drops_unfinished)
        finally:
            if not keeps_lock:
                lock, self._lock = self._lock, None
                if lock is not None:
                    lock.release()

    def succeeded_by(self, dataset: Dataset, *, discard: bool) -> Keeping:
        """Close this one, with what is unfinished, and keep the same dataset, which was read again.

        Under the same lock: in between, no other window can become its writer.
        """
        try:
            self._close_journal(discard=discard, drops_unfinished=True)
        finally:
            lock, self._lock = self._lock, None
        try:
            return Keeping(dataset.document, dataset.coco_path, lock)
        except BaseException:
            if lock is not None:
                lock.release()
            raise

    def _close_journal(self, *, discard: bool, drops_unfinished: bool) -> None:
        journal, self._journal = self._journal, None
        try:
            if journal is not None:
                for image, kind in self._begun if drops_unfinished else ():
                    journal.keep_unfinished(image, kind, None)
                journal.close(discard=discard)
        except sqlite3.Error as error:
            # Whatever is in it comes back at the next opening, when it can be discarded again.
            self.problem = Sentence(
                "The journal of {path} could not be closed as it should ({reason}).",
                path=self.coco_path,
                reason=reason_of(error),
            )

    def _on_committed(self, sequence: int) -> None:
        # In the journal's thread.
        self._committed = sequence
        self.committed.emit()
