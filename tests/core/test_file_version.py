"""A file's version: equal while nobody writes it, another one afterwards."""

from __future__ import annotations

import os
from pathlib import Path

from annotator import files
from annotator.core.atomic import replace_file
from annotator.core.file_version import FileVersion


def test_it_changes_with_content_time_and_being_there(tmp_path: Path):
    path = tmp_path / "文件.json"
    assert FileVersion.of(path) is None
    path.write_text("{}")
    first = FileVersion.of(path)
    assert first == FileVersion.of(path)
    assert first is not None
    assert first.size == 2
    os.utime(path, ns=(first.mtime_ns, first.mtime_ns + 1_000_000))
    second = FileVersion.of(path)
    assert second not in (first, None)
    path.write_text("{ }")
    os.utime(path, ns=(first.mtime_ns, first.mtime_ns))
    assert FileVersion.of(path) != first
    path.unlink()
    assert FileVersion.of(path) is None


def test_a_replaced_file_has_the_version_that_was_moved_there(tmp_path: Path):
    path = tmp_path / "文件.json"
    for data in (b"{}", b"[1, 2]"):
        assert replace_file(path, data) == FileVersion.of(path)


def test_what_another_program_writes_in_the_moment_after_the_move_is_not_ours(tmp_path: Path, monkeypatch):
    path = tmp_path / "文件.json"
    monkeypatch.setattr(files, "flush_folder", lambda _: path.write_text("theirs"))
    ours = replace_file(path, b"ours")
    assert path.read_text() == "theirs"
    assert ours.size == len(b"ours")
    assert ours != FileVersion.of(path)
