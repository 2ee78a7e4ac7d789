"""The dataset's lock: one holder, who is named, and none when the holder is dead."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.core.lock import DatasetLock
from annotator.errors import SaveError

HOLD = """
import sys
from pathlib import Path
from annotator.core.lock import DatasetLock
lock = DatasetLock(Path(sys.argv[1]))
print(lock.is_held, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "annotations.coco.json"


@pytest.fixture
def holder(path, project):
    """A process that holds the lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "True\n"
    yield process
    process.kill()
    process.communicate()


def test_the_second_is_told_who_holds_it(path, holder):
    lock = DatasetLock(path)
    assert not lock.is_held
    assert f"process {holder.pid}" in lock.refusal
    assert str(path) in lock.refusal
    with pytest.raises(SaveError, match=str(holder.pid)), DatasetLock.for_writing(path):
        pass
    lock.release()


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
    with DatasetLock.for_writing(path):
        assert not DatasetLock(path).is_held
    with DatasetLock.for_writing(path):
        pass


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="this user may write anywhere")
def test_a_folder_that_is_read_only_is_for_viewing(path):
    path.parent.chmod(0o500)
    lock = DatasetLock(path)
    path.parent.chmod(0o700)
    assert not lock.is_held
    assert "viewing" in lock.refusal


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
