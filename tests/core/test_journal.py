"""The journal: whatever ends the program, and whenever, the work that was said to be kept comes back."""

from __future__ import annotations

import errno
import queue
import random
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.core import coco, journal
from annotator.core.atomic import replace_file
from annotator.core.backups import backups
from annotator.core.dataset import COCO_NAME, open_dataset
from annotator.core.document import Category, Document, Instance
from annotator.core.edits import AddCategory, AddInstance, RemoveInstances
from annotator.core.geometry import RunLengths
from annotator.core.journal import open_journal
from annotator.core.journal_file import JournalFile, SavedState, journal_path
from annotator.errors import DatasetError
from tests.core.journal_work import Work, opened
from tests.faults import Disk

MOST_STEPS_AHEAD = 5000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two images that no COCO file lists yet."""
    (tmp_path / "images").mkdir()
    for name in ("b", "d"):
        Image.new("L", (24, 16)).save(tmp_path / "images" / f"{name}.png")
    return tmp_path


class Session:
    """A dataset that is open with its journal."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        dataset = opened(folder)
        self.document, self.coco_path = dataset.document, dataset.coco_path
        self.committed: list[int] = []
        self.failures: list[str] = []
        self.journal, self.recovery = open_journal(
            folder / "state",
            self.document,
            self.coco_path,
            on_committed=self.committed.append,
            on_failed=self.failures.append,
        )
        self.work = Work(self.document, seed)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.journal.close()

    def do(self, steps: int) -> None:
        for _ in range(steps):
            edit, applied = self.work.step()
            self.journal.record(edit, applied=applied)

    def bytes(self, document: Document | None = None) -> bytes:
        return coco.to_bytes(document or self.document, self.coco_path)

    def state(self) -> SavedState:
        return SavedState.of(self.document, self.bytes(), sequence=self.journal.sequence)

    def save(self) -> None:
        state = self.state()
        self.journal.save_begins(state)
        replace_file(self.coco_path, self.bytes())
        self.journal.save_ended(state)


def test_what_was_not_saved_comes_back_exactly(folder):
    with Session(folder) as first:
        assert first.recovery.edits == 0
        first.do(60)
        made = first.bytes()
    assert first.committed[-1] == 60
    assert first.committed == sorted(first.committed)
    assert not first.coco_path.exists()
    with Session(folder) as second:
        assert second.recovery.edits == 60
        assert second.bytes() == made
        assert second.recovery.newest_at.timestamp() == pytest.approx(time.time(), abs=60)
        assert not second.recovery.file_changed
    with Session(folder) as third:  # looking changes nothing
        assert third.bytes() == made


def test_what_was_saved_is_not_offered_again(folder):
    with Session(folder) as first:
        first.do(30)
        first.save()
        saved = first.bytes()
    with Session(folder) as second:
        assert second.recovery.edits == 0
        assert second.bytes() == saved


def test_work_goes_on_after_a_save_and_after_a_recovery(folder):
    with Session(folder) as first:
        first.do(20)
        first.save()
        first.do(15)
    with Session(folder, seed=1) as second:
        assert second.recovery.edits == 15
        second.do(10)
        made = second.bytes()
    with Session(folder) as third:
        assert third.recovery.edits == 25
        assert third.bytes() == made


@pytest.mark.parametrize("is_written", [False, True])
def test_dying_in_the_middle_of_a_save(folder, is_written):
    with Session(folder) as first:
        first.do(20)
        first.save()
        first.do(20)
        first.journal.save_begins(first.state())
        if is_written:
            replace_file(first.coco_path, first.bytes())
        first.do(5)
        made = first.bytes()
    with Session(folder) as second:
        assert second.recovery.edits == (5 if is_written else 25)
        assert second.bytes() == made
        assert not second.recovery.file_changed


def test_a_save_that_failed_is_forgotten_by_the_next(folder):
    with Session(folder) as first:
        first.do(20)
        first.journal.save_begins(first.state())  # and nothing came of it
        first.do(7)
        first.save()
        first.do(3)
        made = first.bytes()
    with Session(folder) as second:
        assert second.recovery.edits == 3
        assert second.bytes() == made


@pytest.mark.parametrize("seed", range(10))
def test_what_comes_back_from_before_a_save_comes_to_its_old_place(folder, seed):
    with Session(folder, seed) as first:
        for _ in range(5):
            first.do(10)
            first.save()
        first.do(10)
        made = first.bytes()
    with Session(folder) as second:
        assert second.recovery.edits == 10
        assert second.bytes() == made


def test_discarded_work_is_gone(folder):
    session = Session(folder)
    session.do(5)
    session.journal.close(discard=True)
    with Session(folder) as second:
        assert second.recovery.edits == 0
        assert not second.document.categories


def test_images_keep_their_ids_when_the_folder_changes(folder):
    with Session(folder) as first:
        category = Category(first.document.take_id(Category), "cat")
        image = next(image for image in first.document.images.values() if image.path == "d.png")
        mask = RunLengths.from_mask(np.eye(16, 24, dtype=bool))
        instance = Instance(first.document.take_id(Instance), image.id, category.id, mask)
        for edit in (AddCategory(category), AddInstance(instance)):
            edit.apply(first.document)
            first.journal.record(edit, applied=True)
    # "a" and "c" would get the ids of "b" and "d".
    for name in ("a", "c"):
        Image.new("L", (30, 30)).save(folder / "images" / f"{name}.png")
    with Session(folder) as second:
        assert second.recovery.edits == 2
        back = second.document.instances[instance.id]
        assert second.document.images[back.image_id].path == "d.png"
        assert {image.path for image in second.document.images.values()} == {"a.png", "b.png", "c.png", "d.png"}


def test_work_on_an_image_that_is_gone_comes_back_with_it(folder):
    with Session(folder) as first:
        first.do(40)
        made = {i.id: i for i in first.document.instances.values()}
        paths = {image.id: image.path for image in first.document.images.values()}
    (folder / "images" / "d.png").unlink()
    with Session(folder) as second:
        assert second.document.instances == made
        for instance in made.values():
            assert second.document.images[instance.image_id].path == paths[instance.image_id]
        problems = {image.path: image.problem for image in second.document.images.values()}
        assert problems["b.png"] is None
        assert "missing" in problems["d.png"]


def test_an_image_without_work_that_is_gone_stays_gone(folder):
    with Session(folder) as first:
        edit = AddCategory(Category(first.document.take_id(Category), "cat"))
        edit.apply(first.document)
        first.journal.record(edit, applied=True)
    (folder / "images" / "d.png").unlink()
    with Session(folder) as second:
        assert second.recovery.edits == 1
        assert [image.path for image in second.document.images.values()] == ["b.png"]


def test_work_that_fits_a_changed_file_is_replayed_and_told(folder):
    with Session(folder) as first:
        first.do(10)
        first.save()
        edit = AddCategory(Category(first.document.take_id(Category), "new"))
        edit.apply(first.document)
        first.journal.record(edit, applied=True)
    other = coco.read(first.coco_path)
    other.extra = {"info": {"description": "changed elsewhere"}}
    coco.write(other, first.coco_path)
    with Session(folder) as second:
        assert (second.recovery.edits, second.recovery.file_changed) == (1, True)
        assert second.document.category_named("new")
        assert second.document.extra["info"]


def test_work_that_does_not_fit_is_set_aside_and_nothing_of_it_is_applied(folder):
    with Session(folder) as first:
        first.do(32)
        first.save()
        late = AddCategory(Category(first.document.take_id(Category), "late"))
        gone = RemoveInstances((next(iter(first.document.instances.values())),))
        for edit in (late, gone):
            edit.apply(first.document)
            first.journal.record(edit, applied=True)
    coco.write(Document(folder / "images"), first.coco_path)
    with Session(folder) as second:
        assert second.recovery.edits == 0
        assert not second.document.categories
        aside = JournalFile(second.recovery.set_aside, second.coco_path)
        assert len(aside.entries()) == 2
        aside.close()
        second.do(3)
        made = second.bytes()
    with Session(folder) as third:
        assert third.bytes() == made
        assert third.recovery.set_aside is None


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 300, None])
def test_a_damaged_journal_is_set_aside(folder, damage):
    with Session(folder) as first:
        first.do(30)
    (path,) = (folder / "state").glob("*.journal")
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096) if damage is None else damage)
    with Session(folder) as second:
        assert second.recovery.edits == 0
        if damage != b"":  # SQLite takes an empty file for a new database
            assert second.recovery.set_aside.exists()
        second.do(3)


def test_an_edit_that_cannot_be_read_is_set_aside(folder):
    with Session(folder) as first:
        first.do(3)
    (path,) = (folder / "state").glob("*.journal")
    database = sqlite3.connect(path)
    database.execute('UPDATE entry SET edit = \'{"of": "EditOfTheFuture"}\' WHERE sequence = 2')
    database.commit()
    database.close()
    with Session(folder) as second:
        assert second.recovery.set_aside.exists()
        assert not second.document.categories


def test_a_second_process_cannot_have_it(folder):
    with Session(folder) as first:
        first.do(3)
        first.journal.flush()
        with pytest.raises(DatasetError, match="close the window"):
            Session(folder)
    Session(folder).journal.close()


def test_saving_under_another_name_takes_the_journal_along(folder):
    with Session(folder) as first:
        first.do(10)
        elsewhere = folder / "other" / COCO_NAME
        elsewhere.parent.mkdir()
        data = coco.to_bytes(first.document, elsewhere)
        replace_file(elsewhere, data)
        state = SavedState.of(first.document, data, sequence=first.journal.sequence)
        first.do(4)
        first.journal.saved_as(state, elsewhere)
        first.do(2)
        made = coco.to_bytes(first.document, elsewhere)
    with Session(folder) as old:
        assert old.recovery.edits == 0
    dataset = open_dataset([elsewhere])
    journal, recovery = open_journal(
        folder / "state", dataset.document, elsewhere, on_committed=lambda _: None, on_failed=lambda _: None
    )
    journal.close()
    assert recovery.edits == 6
    assert coco.to_bytes(dataset.document, elsewhere) == made


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


# -- kill -9 -----------------------------------------------------------------------------------------------------------


def kill_at_a_random_moment(folder: Path, seed: int, project: Path) -> int:
    """Let a process work and kill it; returns how many steps it said were kept."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.core.journal_work", str(folder), str(seed)],
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        first = process.stdout.readline()  # it has begun to work
        time.sleep(random.Random(seed).uniform(0, 0.4))
    finally:
        process.kill()
        rest, _ = process.communicate()
    kept = [int(line) for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    assert kept, "the process did not get as far as its first edit"
    return kept[-1]


def check_kill(folder: Path, seed: int, project: Path) -> None:
    kept = kill_at_a_random_moment(folder, seed, project)
    with Session(folder) as session:
        assert session.recovery.set_aside is None
        recovered = session.bytes()
        for backup in backups(session.coco_path):
            coco.read(backup.path)
    # The same work without a journal: what came back is a state of it, and no earlier one than was promised.
    document = Document(folder / "images")
    for image in session.document.images.values():
        document.put(image)
    work = Work(document, seed)
    for _ in range(kept):
        work.step()
    for _ in range(MOST_STEPS_AHEAD):
        if session.bytes(document) == recovered:
            return
        work.step()
    pytest.fail(f"what came back is no state from step {kept} on")


@pytest.mark.parametrize("seed", range(5))
def test_kill_9_loses_nothing_that_was_said_to_be_kept(folder, seed, project):
    check_kill(folder, seed, project)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_kill_9_at_200_moments(folder, seed, project):
    check_kill(folder, seed, project)
