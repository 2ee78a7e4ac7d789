"""The thread that writes the journal, and disks that refuse it."""

from __future__ import annotations

import errno
import queue
import sqlite3
import threading
import time
from pathlib import Path

import pytest

from annotator.core import journal
from annotator.core.atomic import replace_file
from annotator.core.journal_file import JournalFile, journal_path
from annotator.errors import DatasetError
from tests.core.journal_session import Session
from tests.faults import Disk


class WatchedQueue(queue.SimpleQueue):
    """Notes in `steps`, which the test gives it, how the writer waits."""

    steps: list[str]

    def get(self, block=True, timeout=None):
        item = super().get(block=block, timeout=timeout)
        if block:
            self.steps.append("waited" if timeout is None else f"waited at most {timeout} s")
        return item

    def get_nowait(self):
        return self.get(block=False)


def test_an_edit_is_written_at_once_and_waits_for_no_other(folder, monkeypatch):
    steps = []
    monkeypatch.setattr(WatchedQueue, "steps", steps, raising=False)
    monkeypatch.setattr(journal.queue, "SimpleQueue", WatchedQueue)
    monkeypatch.setattr(time, "sleep", lambda seconds: steps.append(f"slept {seconds} s"))
    append = JournalFile.append
    monkeypatch.setattr(JournalFile, "append", lambda *args: steps.append("wrote") or append(*args))
    with Session(folder) as session:
        for _ in range(3):
            session.do(1)
            session.journal.flush()
        assert session.committed == [1, 2, 3]
    # Each edit wakes the writer, which has it on the disk before it waits again; so do the flush and the end.
    assert [step for step in steps if step != "waited"] == ["wrote"] * 3
    assert steps[:2] == ["waited", "wrote"]


def test_edits_that_came_while_the_disk_was_busy_are_written_together(folder, monkeypatch):
    is_busy, is_free = threading.Event(), threading.Event()
    sizes = []
    append = JournalFile.append

    def slow(self, entries):
        entries = list(entries)
        sizes.append(len(entries))
        is_busy.set()
        assert is_free.wait(60)
        append(self, entries)

    monkeypatch.setattr(JournalFile, "append", slow)
    with Session(folder) as session:
        session.do(1)
        assert is_busy.wait(60)
        session.do(50)
        is_free.set()
        session.journal.flush()
        assert sizes == [1, 50]
        assert session.committed == [1, 51]


def test_a_refusing_disk_is_told_once_and_tried_again(folder, monkeypatch):
    monkeypatch.setattr("annotator.core.journal._RETRY_SECONDS", 0.02)
    refuses = threading.Event()
    append = JournalFile.append

    def failing(self, entries):
        if refuses.is_set():
            raise sqlite3.OperationalError("database or disk is full")
        append(self, entries)

    monkeypatch.setattr(JournalFile, "append", failing)
    with Session(folder) as session:
        refuses.set()
        session.do(5)
        session.journal.flush()
        session.do(5)
        session.journal.flush()
        assert session.committed == []
        assert len(session.failures) == 1
        assert "disk is full" in session.failures[0]
        refuses.clear()
        session.journal.flush()
        assert session.committed[-1] == 10
        made = session.bytes()
    with Session(folder) as second:
        assert second.bytes() == made


@pytest.mark.parametrize("lasting", [False, True])
def test_an_edit_whose_writing_fails_at_any_statement_is_written_later(folder, monkeypatch, lasting):
    monkeypatch.setattr("annotator.core.journal._RETRY_SECONDS", 0.02)
    disk = Disk(folder / "state")
    monkeypatch.setattr(sqlite3, "connect", disk.connecting(sqlite3.connect))
    with Session(folder) as session:
        session.do(3)
        session.journal.flush()
        with disk.counting():
            session.do(1)
            session.journal.flush()
        assert disk.steps == ["sql BEGIN IMMEDIATE", "sql INSERT INTO", "sql COMMIT"]
        for at in range(3):
            with disk.failing(at=at, error=errno.ENOSPC, lasting=lasting):
                session.do(1)
                session.journal.flush()
                assert len(session.failures) == at + 1
            session.journal.flush()
            assert session.committed[-1] == session.journal.sequence
        made = session.bytes()
    with Session(folder) as second:
        assert second.bytes() == made


@pytest.mark.parametrize("lasting", [False, True])
def test_a_move_to_another_file_that_fails_at_any_statement_is_made_later(folder, monkeypatch, lasting):
    monkeypatch.setattr("annotator.core.journal._RETRY_SECONDS", 0.02)
    disk = Disk(folder / "state")
    monkeypatch.setattr(sqlite3, "connect", disk.connecting(sqlite3.connect))
    targets = [folder / f"{number}.json" for number in range(100)]
    with Session(folder) as session:

        def move(target: Path) -> None:
            session.do(2)
            session.journal.flush()
            state = session.state()
            session.do(2)  # not in the other file: these go along
            replace_file(target, b"{}")
            session.journal.saved_as(state, target)
            session.journal.flush()

        with disk.counting():
            move(targets[0])
        first = next(step for step, name in enumerate(disk.steps) if "PRAGMA" in name)
        for at in range(first, len(disk.steps)):
            with disk.failing(at=at, error=errno.ENOSPC, lasting=lasting):
                move(targets[at])
            session.journal.flush()
            assert session.journal._left is None
            assert session.journal._file.path == journal_path(folder / "state", targets[at])
            assert len(session.journal._file.entries()) == 2
        if not lasting:  # else even removing what was begun is refused
            assert not list((folder / "state").glob("*aside*"))


def test_an_unusable_folder_is_an_error(folder):
    (folder / "state").write_text("a file")
    with pytest.raises(DatasetError, match="journal"):
        Session(folder)


def test_an_edit_that_cannot_be_written_is_told_and_nothing_is_called_kept_until_it_is_saved(
    folder, monkeypatch, capsys
):
    """Whatever the reason is: the thread must not end, for nobody would hear of it."""
    breaks = threading.Event()
    encode = journal.encode

    def breaking(edit):
        if breaks.is_set():
            raise RecursionError("too deep")
        return encode(edit)

    monkeypatch.setattr(journal, "encode", breaking)
    with Session(folder) as session:
        session.do(2)
        session.journal.flush()
        breaks.set()
        for _ in range(2):
            session.do(1)
            session.journal.flush()
        breaks.clear()
        assert session.committed[-1] == 2
        (message,) = session.failures
        assert "RecursionError: too deep" in message
        assert "save the dataset" in message
        breaks.set()
        session.save()
        breaks.clear()
        session.do(1)
        session.journal.flush()
        assert session.committed[-1] == 5
        made = session.bytes()
    assert "too deep" in capsys.readouterr().err
    with Session(folder) as later:
        assert later.recovery.edits == 1
        assert later.bytes() == made
