"""Whatever fails while saving, the old file stays and nothing is left beside it."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from annotator import files
from annotator.core import atomic
from annotator.errors import SaveError

POSIX = pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")


def full(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class HalfWritten:
    """A file on a disk that fills up in the middle of a write."""

    def __init__(self, path, mode):
        self._file = open(path, mode)  # noqa: SIM115 - closed by __exit__

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def write(self, data):
        self._file.write(data[: len(data) // 2])
        full()


@pytest.mark.parametrize("old", [b"old", None])
@pytest.mark.parametrize("step", ["open", "write", "fsync", "replace"])
def test_a_full_disk_loses_nothing(tmp_path, monkeypatch, step, old):
    path = tmp_path / "file.json"
    if old is not None:
        path.write_bytes(old)
    if step in ("open", "write"):
        monkeypatch.setattr(files, "open", full if step == "open" else HalfWritten, raising=False)
    else:
        monkeypatch.setattr(os, step, full)
    with pytest.raises(SaveError, match=r"file\.json could not be saved .*: free some space.* unchanged"):
        atomic.replace_file(path, b"new" * 1000)
    assert [p.name for p in tmp_path.iterdir()] == ([] if old is None else ["file.json"])
    if old is not None:
        assert path.read_bytes() == old


def test_an_interruption_leaves_nothing_behind_and_goes_on(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    path = tmp_path / "file.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic.replace_file(path, b"new")
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize(
    ("number", "says"),
    [(errno.EACCES, "permissions"), (errno.EROFS, "read-only"), (errno.ENOENT, "is gone"), (errno.EIO, "try again")],
)
def test_the_cause_and_the_remedy_are_named(tmp_path, monkeypatch, number, says):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(files, "open", refuse, raising=False)
    with pytest.raises(SaveError, match=says) as caught:
        atomic.replace_file(tmp_path / "file.json", b"new")
    assert os.strerror(number) in str(caught.value)


def test_a_folder_that_is_gone_is_a_sentence(tmp_path):
    with pytest.raises(SaveError, match="folder is gone"):
        atomic.replace_file(tmp_path / "gone" / "file.json", b"new")


@POSIX
def test_a_read_only_folder_is_a_sentence(tmp_path):
    path = tmp_path / "file.json"
    path.write_bytes(b"old")
    tmp_path.chmod(0o555)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("this user may write everywhere")
        with pytest.raises(SaveError, match="permissions"):
            atomic.replace_file(path, b"new")
        assert path.read_bytes() == b"old"
    finally:
        tmp_path.chmod(0o755)


def test_a_write_protected_file_is_not_replaced(tmp_path, monkeypatch):
    path = tmp_path / "file.json"
    path.write_bytes(b"old")
    # Administrators may write to protected files, so the protection itself is played.
    monkeypatch.setattr(os, "access", lambda file, mode: not (Path(file) == path and mode == os.W_OK))
    with pytest.raises(SaveError, match=r"write-protected.*: check the permissions"):
        atomic.replace_file(path, b"new")
    assert [p.read_bytes() for p in tmp_path.iterdir()] == [b"old"]


@POSIX
@pytest.mark.parametrize("refusals", [2, 1000])
def test_a_file_that_another_program_reads_on_windows_is_tried_again(tmp_path, monkeypatch, refusals):
    path, refused, pauses, move = tmp_path / "a.json", [], [], os.replace
    path.write_bytes(b"old")

    def busy(source, target):
        if len(refused) < refusals:
            refused.append(target)
            raise PermissionError(errno.EACCES, "Access is denied")
        move(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "replace", busy)
        patch.setattr(files.time, "sleep", pauses.append)
        patch.setattr(files, "_MOVES_OVER_READ_FILES", False)
        if refusals == 2:
            atomic.replace_file(path, b"new")
        else:
            with pytest.raises(SaveError, match="Access is denied"):
                atomic.replace_file(path, b"new")
    assert path.read_bytes() == (b"new" if refusals == 2 else b"old")
    assert len(pauses) == min(refusals, len(files._PAUSES))
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_stay_and_new_files_get_the_usual_ones(tmp_path):
    path, new = tmp_path / "file.json", tmp_path / "new.json"
    path.write_bytes(b"old")
    path.chmod(0o640)
    atomic.replace_file(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    umask = os.umask(0o022)
    os.umask(umask)
    atomic.replace_file(new, b"new")
    assert stat.S_IMODE(new.stat().st_mode) == 0o666 & ~umask


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")
def test_a_link_goes_on_pointing_to_the_file(tmp_path):
    target, link = tmp_path / "real" / "file.json", tmp_path / "link.json"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link.symlink_to(target)
    atomic.replace_file(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert [p.name for p in target.parent.iterdir()] == ["file.json"]


def test_the_data_is_on_the_disk_before_the_old_file_goes(tmp_path, monkeypatch):
    path = tmp_path / "file.json"
    path.write_bytes(b"old")
    steps = []
    fsync, replace = os.fsync, os.replace

    def watched_fsync(handle):
        steps.append(("fsync", path.read_bytes()))
        fsync(handle)

    def watched_replace(source, target):
        with open(source, "rb") as file:
            steps.append(("replace", file.read()))
        replace(source, target)

    monkeypatch.setattr(os, "fsync", watched_fsync)
    monkeypatch.setattr(os, "replace", watched_replace)
    atomic.replace_file(path, b"new")
    folder = [] if os.name == "nt" else [("fsync", b"new")]
    assert steps == [("fsync", b"old"), ("replace", b"new"), *folder]


@POSIX
def test_a_folder_that_cannot_be_flushed_does_not_undo_a_save(tmp_path, monkeypatch):
    path = tmp_path / "file.json"
    path.write_bytes(b"old")
    fsync = os.fsync

    def refuse_folders(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "folders cannot be flushed here")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", refuse_folders)
    atomic.replace_file(path, b"new")
    assert path.read_bytes() == b"new"
