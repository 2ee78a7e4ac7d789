"""The dataset's lock: one holder, who is named, and none when the holder is dead."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.core import lock as core_lock
from annotator.core.lock import DatasetLock
from annotator.errors import SaveError

HOLD = """
import sys
from pathlib import Path
from annotator.core.lock import DatasetLock
lock = DatasetLock(Path(sys.argv[1]), **dict(word.split("=") for word in sys.argv[2:]))
print(lock.is_held, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "annotations.coco.json"


@contextlib.contextmanager
def held(path: Path, project: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), *words],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "True\n"
        yield process
        process.kill()


@pytest.fixture
def holder(path: Path, project: Path) -> Iterator[subprocess.Popen[str]]:
    with held(path, project) as process:
        yield process


def test_the_second_is_told_who_holds_it(path, holder):
    lock = DatasetLock(path)
    assert not lock.is_held
    assert f"the window of process {holder.pid} on {socket.gethostname()}" in lock.refusal
    assert str(path) in lock.refusal
    assert "viewing only" in lock.refusal
    lock.release()


def test_a_command_is_told_what_to_do_instead_of_looking(path, holder):
    with pytest.raises(SaveError) as told, DatasetLock.for_writing(path, program="annotator import"):
        pass
    assert str(path) in str(told.value)
    assert f"the window of process {holder.pid} on {socket.gethostname()}" in str(told.value)
    assert "close it there" in str(told.value)
    assert "viewing" not in str(told.value)


def test_a_command_that_fails_leaves_no_file(path):
    with pytest.raises(KeyboardInterrupt), DatasetLock.for_writing(path, program=""):
        raise KeyboardInterrupt
    assert not list(path.parent.iterdir())


def test_a_file_that_was_there_before_a_command_failed_stays(path):
    DatasetLock(path).release()
    (before,) = path.parent.iterdir()
    with pytest.raises(KeyboardInterrupt), DatasetLock.for_writing(path, program=""):
        raise KeyboardInterrupt
    assert list(path.parent.iterdir()) == [before]


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be removed there")
def test_the_lock_of_a_file_that_was_taken_away_meanwhile_is_none(path, monkeypatch):
    """Another process has opened the file of a command that fails before it is removed, and locks it then."""
    locked = []

    def late(file) -> None:
        if not locked:
            lock.path.unlink()
        locked.append(file)
        real(file)

    real, lock = core_lock._lock, DatasetLock(path)
    lock.release()
    monkeypatch.setattr(core_lock, "_lock", late)
    second = DatasetLock(path)
    monkeypatch.undo()
    assert second.is_held
    assert len(locked) == 2
    assert DatasetLock(path).is_taken
    second.release()


def test_a_command_that_holds_it_is_named(path, project):
    with held(path, project, "program=annotator prelabel") as holder:
        assert f"by annotator prelabel, process {holder.pid} on " in DatasetLock(path).refusal
        with (
            pytest.raises(SaveError, match="by annotator prelabel, process"),
            DatasetLock.for_writing(path, program=""),
        ):
            pass


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b'{"process": 7, "computer": "pc", "since": "today"}', "by process 7 on pc since today"),
        (b"", "by another process"),
        (b"[]", "by another process"),
        (b'{"process": ', "by another process"),
    ],
)
def test_what_another_version_wrote(path, holder, written, told):
    path.with_name(f".{path.name}.lock").write_bytes(written)
    assert told in DatasetLock(path).refusal


def test_a_killed_holder_holds_nothing(path, holder):
    holder.kill()
    holder.wait()
    lock = DatasetLock(path)
    assert lock.is_held
    assert not lock.refusal
    lock.release()


def test_it_can_be_taken_again_after_release(path):
    first = DatasetLock(path)
    assert first.is_held
    assert not DatasetLock(path).is_held
    first.release()
    first.release()
    second = DatasetLock(path)
    assert second.is_held
    second.release()
    with DatasetLock.for_writing(path, program="annotator prelabel"):
        assert not DatasetLock(path).is_held
    with DatasetLock.for_writing(path, program="annotator prelabel"):
        pass


def test_a_link_to_the_file_is_the_same_dataset(path):
    path.write_bytes(b"{}")
    link = path.parent / "elsewhere" / "linked.json"
    link.parent.mkdir()
    link.symlink_to(path)
    first = DatasetLock(link)
    assert first.is_held
    assert DatasetLock(path).is_taken
    first.release()


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write anywhere")
def test_a_folder_that_is_read_only_is_for_viewing(path):
    path.parent.chmod(0o500)
    lock = DatasetLock(path)
    path.parent.chmod(0o700)
    assert not lock.is_held
    assert "viewing" in lock.refusal
    assert "--out" in lock.complaint
    assert "viewing" not in lock.complaint


def test_a_folder_that_is_gone_is_for_viewing(tmp_path):
    lock = DatasetLock(tmp_path / "gone" / "x.json")
    assert not lock.is_held
    assert "viewing" in lock.refusal


@pytest.mark.skipif(os.name == "nt", reason="there it is another call")
def test_a_disk_without_locks_is_for_viewing(path, monkeypatch):
    def refuses(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("annotator.core.lock.fcntl.flock", refuses)
    lock = DatasetLock(path)
    assert not lock.is_held
    assert "local disk" in lock.refusal
    assert "local disk with --out" in lock.complaint
