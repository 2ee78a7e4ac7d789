"""The journal: every edit is on disk moments after it is made, and comes back after a crash.

    journal, recovery = open_journal(folder, document, coco_path, ...)    # replays what a crash left
    sequence = journal.record(edit, applied=True)                         # from then on, for every edit done or undone
    state = SavedState.of(snapshot, data, sequence=sequence)              # to save: data = coco.to_bytes(snapshot, ...)
    journal.save_begins(state); replace_file(coco_path, data); journal.save_ended(state)
    journal.close()

A writer thread takes the edits in order. `on_committed` hears of the last one that a power cut cannot take any more.
"""

from __future__ import annotations

import itertools
import queue
import sqlite3
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from annotator.core.document import Document
from annotator.core.edit_codec import encode
from annotator.core.edits import Edit
from annotator.core.journal_file import Entry, JournalFile, SavedState, journal_path, move_aside, remove
from annotator.core.recovery import Recovery, recover
from annotator.errors import DatasetError, Sentence, reason_of

_RETRY_SECONDS = 1.0


def open_journal(
    folder: Path,
    document: Document,
    coco_path: Path,
    *,
    on_committed: Callable[[int], None],
    on_failed: Callable[[str], None],
) -> tuple[Journal, Recovery]:
    """Open the journal of a dataset that has just been read, and replay onto the document what the last process left.

    folder: for journals, on a local disk. document: as read from coco_path, with the images found since appended;
    nobody else may be using it yet. on_committed: called, whenever there is more on the disk, with the number of the
    newest edit on it, before which none is missing there; also when what is more is unfinished. on_failed: with a
    sentence when the disk refuses, which is tried again until it is well, or when an edit cannot be written at all: no
    later one is committed then until a save has made it needless. Both are called from the writer thread.
    Raises DatasetError when another process has the journal, or the folder cannot be written to.
    """
    path = journal_path(folder, coco_path)
    try:
        file, recovery = recover(path, document, coco_path)
    except (sqlite3.Error, OSError) as error:
        raise DatasetError(
            "The journal {path} of {coco_path} cannot be used ({reason}): close the window that has the "
            "dataset open, or check the folder's space and permissions.",
            path=path,
            coco_path=coco_path,
            reason=reason_of(error),
        ) from error
    return Journal(file, on_committed, on_failed), recovery


@dataclass(frozen=True)
class _Step:
    sequence: int
    applied: bool
    edit: Edit
    made_at: float


@dataclass(frozen=True)
class _Unfinished:
    """make: gives the content; None takes it out."""

    image: str
    kind: str
    make: Callable[[], bytes] | None


@dataclass(frozen=True)
class _SaveBegins:
    state: SavedState


@dataclass(frozen=True)
class _SaveEnded:
    state: SavedState


@dataclass(frozen=True)
class _Moved:
    """The document is saved in another file now: coco_path, whose journal is at path."""

    state: SavedState
    path: Path
    coco_path: Path


_Work = _Step | _Unfinished | _SaveBegins | _SaveEnded | _Moved


class Journal:
    """Writes edits to the disk in a thread of its own, in order. Methods may be called from any thread."""

    def __init__(
        self, file: JournalFile, on_committed: Callable[[int], None], on_failed: Callable[[str], None]
    ) -> None:
        """For open_journal."""
        self._file = file
        self._left: JournalFile | None = None  # of the dataset's former path, until it is cleared
        self._sequence = self._committed = file.last_sequence()
        self._begun = self._begun_committed = 0  # how often something unfinished was told, and of these, on the disk
        self._on_committed = on_committed
        self._on_failed = on_failed
        self._queue: queue.SimpleQueue[_Work | threading.Event | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="journal")
        self._thread.start()

    @property
    def sequence(self) -> int:
        """The number of the newest edit, committed or not."""
        return self._sequence

    @property
    def keeps_unfinished(self) -> bool:
        """Whether all that was said of what is unfinished is on the disk."""
        return self._begun_committed == self._begun

    def record(self, edit: Edit, *, applied: bool) -> int:
        """The edit has been applied to the document, or reverted; returns its number. Never waits for the disk."""
        self._sequence += 1
        self._queue.put(_Step(self._sequence, applied, edit, time.time()))
        return self._sequence

    def keep_unfinished(self, image: str, kind: str, make: Callable[[], bytes] | None) -> None:
        """Something is begun that is no edit yet, in place of what was; None: it is no more. Never waits.

        image: the path of the record it is drawn on. make: gives what Recovery.unfinished is to hold; called in the
        writer thread.
        """
        self._begun += 1
        self._queue.put(_Unfinished(image, kind, make))

    def save_begins(self, state: SavedState) -> None:
        """The COCO file is about to be replaced by that state of the document. Waits for the disk.

        For the thread that saves. Between this and save_ended either version of the file is recognised.
        """
        self._queue.put(_SaveBegins(state))
        self.flush()

    def save_ended(self, state: SavedState) -> None:
        """It has been replaced: the edits in that state need not be kept here any more. Never waits."""
        self._queue.put(_SaveEnded(state))

    def saved_as(self, state: SavedState, coco_path: Path) -> None:
        """That state was written to another file, which is the dataset's from now on.

        Later edits go with it; the old file is left without any. Never waits.
        """
        self._queue.put(_Moved(state, journal_path(self._file.path.parent, coco_path), coco_path))

    def flush(self) -> None:
        """Wait until everything so far is on the disk, or was refused by it once."""
        done = threading.Event()
        self._queue.put(done)
        while not done.wait(_RETRY_SECONDS) and self._thread.is_alive():
            pass

    def close(self, *, discard: bool = False) -> None:
        """Write what is left and end the thread. discard: forget all edits that are not in the COCO file.

        What is kept, and what is unfinished and was not taken out, comes back at the next opening.
        """
        self._queue.put(None)
        self._thread.join()
        try:
            if discard:
                self._file.clear_entries()
        finally:
            self._file.close()
            if self._left is not None:
                self._left.close()

    def _run(self) -> None:
        waiting: list[_Work] = []
        has_failed = is_stuck = is_ending = False
        while not is_ending:
            events = []
            for item in self._taken(timeout=_RETRY_SECONDS if has_failed else None):
                if item is None:
                    is_ending = True
                elif isinstance(item, threading.Event):
                    events.append(item)
                else:
                    waiting.append(item)
            try:
                self._write(waiting)
            except (sqlite3.Error, OSError) as error:
                if not has_failed:
                    self._on_failed(
                        Sentence(
                            "The last changes could not be written to {path} ({reason}): check the space and "
                            "permissions there. They are still in memory, and saving the dataset keeps them.",
                            path=self._file.path,
                            reason=reason_of(error),
                        )
                    )
                has_failed = True
            except Exception as error:  # noqa: BLE001  (told, and printed)
                # Whatever it is, edits are made on: a thread that has ended could not tell that none is kept any more.
                _forget_saved(waiting)
                if not is_stuck:
                    traceback.print_exception(error)
                    self._on_failed(
                        Sentence(
                            "The last changes cannot be kept in {path} ({reason}), and none that follow: save the "
                            "dataset, which keeps them.",
                            path=self._file.path,
                            reason=f"{type(error).__name__}: {error}",
                        )
                    )
                is_stuck = True
            else:
                has_failed = is_stuck = False
            for event in events:
                event.set()

    def _taken(self, *, timeout: float | None) -> list[_Work | threading.Event | None]:
        """All that waits in the queue, at least one; none when nothing came in time."""
        items = []
        try:
            items.append(self._queue.get(timeout=timeout))
            while True:
                items.append(self._queue.get_nowait())
        except queue.Empty:
            return items

    def _write(self, items: list[_Work]) -> None:
        """Write all items; what is written is taken out of the list, so that a failure leaves the rest."""
        while items:
            item = items[0]
            if isinstance(item, _Step):
                steps = list(itertools.takewhile(lambda other: isinstance(other, _Step), items))
                self._file.append(_entry(step) for step in steps if isinstance(step, _Step))
                del items[: len(steps)]
                self._committed = item.sequence + len(steps) - 1
                self._on_committed(self._committed)
                continue
            if isinstance(item, _Unfinished):
                self._file.set_unfinished(item.image, item.kind, None if item.make is None else item.make())
                self._begun_committed += 1
                self._on_committed(self._committed)
            elif isinstance(item, _SaveBegins):
                self._file.save_begins(item.state)
            elif isinstance(item, _SaveEnded):
                self._file.save_ended(item.state)
            else:
                self._move(item)
            del items[0]

    def _move(self, item: _Moved) -> None:
        if self._left is None:
            if item.path == self._file.path:
                self._file.save_ended(item.state)
                return
            # What was left of another dataset at that path was decided upon when its file was replaced.
            move_aside(item.path)
            self._left, self._file = self._file, self._copied(item)
        self._left.clear()
        self._left.close()
        self._left = None

    def _copied(self, item: _Moved) -> JournalFile:
        """A new journal with what is not in the other file; when the disk refuses, nothing is left of it."""
        new = None
        try:
            new = JournalFile(item.path, item.coco_path)
            new.start(item.state, self._file.images())
            new.append(self._file.entries(item.state.sequence))
            for (image, kind), content in self._file.unfinished().items():
                new.set_unfinished(image, kind, content)
        except BaseException:
            if new is not None:
                new.close()
            remove(item.path)
            raise
        return new


def _forget_saved(items: list[_Work]) -> None:
    """Take out the steps that are in the COCO file meanwhile."""
    saved = max((item.state.sequence for item in items if isinstance(item, _SaveEnded | _Moved)), default=0)
    items[:] = [item for item in items if not (isinstance(item, _Step) and item.sequence <= saved)]


def _entry(step: _Step) -> Entry:
    return Entry(step.sequence, step.applied, encode(step.edit), step.made_at)
