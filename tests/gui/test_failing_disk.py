"""A disk that fails at any step of a save: the old file is whole, the work is in memory, and the user knows why."""

from __future__ import annotations

import errno
import sqlite3
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from annotator.core import backups, coco, journal_file
from annotator.core.dataset import open_dataset
from annotator.gui import keeping
from tests.faults import Disk
from tests.gui.conftest import Hands

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="open files are told apart by /proc")

KINDS = {
    errno.ENOSPC: "free some space",
    errno.EROFS: "read-only, so save to another place",
    errno.EACCES: "check the permissions",
    errno.ENOENT: "bring it back or save to another place",
}
"""What the message has to advise for each."""

DELETED = "has been deleted or moved since it was opened. Your work is still here."
ENDS = ("saved", "failed", "conflicted")


class Work:
    """A dataset in a folder of its own, whose saves are watched."""

    def __init__(self, hands: Hands, folder: Path, journals: Path) -> None:
        self.hands, self.folder, self.path = hands, folder, folder / "work.json"
        self.model, self.saver = hands.window.workspace.model, hands.window.workspace.saver
        self.disk = Disk(folder, journals)
        self.made = 0
        self.asked: list[str] = []
        self.answer = "Cancel"

    def edit(self) -> None:
        """Once more something that is not in the file."""
        self.made += 1
        self.hands.window.workspace.editor.categories.add(f"category {self.made}")
        self.hands.qtbot.waitUntil(lambda: self.model.is_kept)

    def save(self, path: Path | None = None) -> str:
        """As the user does it, Save As with a path; returns which of ENDS it came to."""
        ended: list[str] = []
        self.hands.window.messages.clear()
        self.asked.clear()
        slots = [(getattr(self.saver, name), lambda *_, name=name: ended.append(name)) for name in ENDS]
        for signal, slot in slots:
            signal.connect(slot)
        if path is None:
            self.hands.window.save()
        else:
            self.saver.save(path, overwrite=True)
        self.hands.qtbot.waitUntil(lambda: bool(ended) and not self.saver.is_saving, timeout=20_000)
        for signal, slot in slots:
            signal.disconnect(slot)
        self.model.keeping._journal.flush()  # it goes on behind the save
        return ended[-1]

    def said(self) -> str:
        """What the window has told or asked."""
        return " ".join(
            [self.hands.window.messages.text if self.hands.window.messages.isVisible() else "", *self.asked]
        )

    def bytes(self) -> bytes:
        """What a save would write now."""
        return coco.to_bytes(self.model.document, self.path)


@pytest.fixture
def work(hands, tmp_path, monkeypatch):
    """A dataset with as many backups as are kept. Asked about a file that has changed, the user does as `answer`."""
    (tmp_path / "out").mkdir()
    work = Work(hands, tmp_path / "out", keeping.paths.state_dir() / "journals")
    monkeypatch.setattr(journal_file.sqlite3, "connect", work.disk.connecting(sqlite3.connect))
    monkeypatch.setattr("annotator.core.journal._RETRY_SECONDS", 0.02)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: work.asked.append(box.text()))
    monkeypatch.setattr(
        QMessageBox,
        "clickedButton",
        lambda box: next((button for button in box.buttons() if button.text() == work.answer), None),
    )
    work.edit()
    work.save(work.path)
    for _ in range(backups.KEPT + 1):
        work.edit()
        assert work.save() == "saved"
    return work


def steps_of(work: Work, path: Path | None = None) -> list[str]:
    work.edit()
    with work.disk.counting():
        assert work.save(path) == "saved"
    return work.disk.steps


def test_every_step_of_a_save_is_known(work):
    steps = steps_of(work)
    journalled = ["sql BEGIN IMMEDIATE", "sql INSERT OR", "sql UPDATE base", "sql COMMIT"]  # a category is new
    forgotten = ["sql BEGIN IMMEDIATE", "sql DELETE FROM", "sql UPDATE base", "sql COMMIT"]
    written = ["open", "write", "flush", "fsync", "chmod", "rename", "open", "fsync"]  # the last two: the folder's
    done = [step for step in steps if step not in ("stat", "lstat", "access", "listdir", "sendfile")]
    # The backup: copied, forced to the disk, moved, its folder forced to the disk; an old one goes.
    kept = ["mkdir", "open", "open", "open", "fsync", "utime", "chmod", "rename", "open", "fsync", "remove"]
    assert done == [*journalled, *kept, *written, *forgotten]
    assert "sendfile" in steps


@pytest.mark.parametrize("lasting", [False, pytest.param(True, marks=pytest.mark.proof)], ids=["once", "from then on"])
@pytest.mark.parametrize("number", KINDS, ids=errno.errorcode.get)
def test_a_save_that_fails_at_any_step(work, number, lasting):
    ends = []
    for at, step in enumerate(steps_of(work)):
        work.edit()
        before, made = work.path.read_bytes(), work.bytes()
        work.answer = "Cancel"
        with work.disk.failing(at=at, error=number, lasting=lasting):
            ends.append(work.save())
        where = f"at {at}, {step}: {work.said()}"
        assert len(work.disk.steps) > at, where
        assert work.bytes() == made, where
        assert work.path.read_bytes() == (made if ends[-1] == "saved" else before), where
        assert lasting or not list(work.folder.rglob("*.tmp")), where
        if ends[-1] != "saved":
            assert not work.model.is_saved, where
            assert str(work.path) in work.said()
            advice = (KINDS[number], "try again, or save to another place")
            assert any(words in work.said() for words in advice) or (number == errno.ENOENT and DELETED in work.said())
        else:
            work.edit()
            made = work.bytes()
        # A file that could not be looked at after it was written is asked about; else a later save just works.
        work.answer = "Overwrite"
        if work.save() != "saved":
            assert ends[-1] == "saved", where
            work.hands.qtbot.waitUntil(lambda: work.model.is_saved)
        assert work.path.read_bytes() == made, where
        assert work.model.is_saved, where
        work.hands.qtbot.waitUntil(lambda: work.model.is_kept)
    assert {"saved", "failed"} <= set(ends)  # the last steps come after the file is whole


@pytest.mark.parametrize("lasting", [False, pytest.param(True, marks=pytest.mark.proof)], ids=["once", "from then on"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES], ids=errno.errorcode.get)
def test_a_save_as_that_fails_at_any_step(work, number, lasting, tmp_path):
    ends = []
    for at, step in enumerate(steps_of(work, work.folder / "another.json")):
        work.edit()
        own, target = work.model.coco_path, work.folder / f"{at}.json"
        before, made = own.read_bytes(), work.bytes()
        with work.disk.failing(at=at, error=number, lasting=lasting):
            ends.append(work.save(target))
        where = f"at {at}, {step}: {work.said()}"
        assert len(work.disk.steps) > at, where
        assert own.read_bytes() == before, where
        assert work.bytes() == made, where
        if ends[-1] == "saved":
            assert target.read_bytes() == made
            assert work.model.coco_path == target
        else:
            assert not target.exists(), where
            assert work.model.coco_path == own
            assert target.name in work.said()
            assert work.save(target) == "saved"
        work.edit()
        made = work.bytes()
        work.answer = "Overwrite"
        if work.save() != "saved":
            work.hands.qtbot.waitUntil(lambda: work.model.is_saved)
        assert target.read_bytes() == made, where
        assert coco.to_bytes(open_dataset([target]).document, target) == made
    assert {"saved", "failed"} <= set(ends)
