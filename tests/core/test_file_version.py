"""A file's version: equal while nobody writes it, another one afterwards."""

from __future__ import annotations

import os
from pathlib import Path

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
