"""How many threads the kernels get: the processors of this process, or its container's quota."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from annotator.kernels import library, processors
from annotator.kernels.processors import usable_processors

EIGHT = set(range(8))


@pytest.fixture
def eight(monkeypatch: pytest.MonkeyPatch):
    """A process that may run on eight processors."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: EIGHT, raising=False)


def groups(folder: Path, membership: str, files: dict[str, str]) -> dict[str, Path]:
    """Files as Linux shows them, as the arguments of usable_processors."""
    (folder / "membership").write_text(membership)
    for name, text in files.items():
        (folder / "groups" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "groups" / name).write_text(text)
    return {"control_groups": folder / "groups", "membership": folder / "membership"}


@pytest.mark.parametrize(
    ("membership", "files", "expected"),
    [
        ("0::/\n", {"cpu.max": "200000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "max 100000\n"}, 8),
        ("0::/\n", {"cpu.max": "350000 100000\n"}, 3),  # rounded down
        ("0::/\n", {"cpu.max": "50000 100000\n"}, 1),
        ("0::/\n", {"cpu.max": "1600000 100000\n"}, 8),  # more than there are
        ("0::/a/b\n", {"a/cpu.max": "300000 100000\n", "a/b/cpu.max": "max 100000\n"}, 3),  # that of a group above
        ("0::/a/b\n", {"a/cpu.max": "300000 100000\n", "a/b/cpu.max": "200000 100000\n"}, 2),
        ("0::/named/by/the/host\n", {"cpu.max": "400000 100000\n"}, 4),
        ("0::/another\n", {"cpu.max": "max 100000\n", "other/cpu.max": "100000 100000\n"}, 8),  # not this process's
        (
            "9:memory:/\n4:cpu,cpuacct:/docker/1f\n0::/\n",
            {"cpu,cpuacct/cpu.cfs_quota_us": "150000\n", "cpu,cpuacct/cpu.cfs_period_us": "50000\n"},
            3,
        ),
        ("1:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
        ("1:cpuset:/\n", {"cpuset/cpu.cfs_quota_us": "100000\n", "cpuset/cpu.cfs_period_us": "100000\n"}, 8),
        ("1:cpu:/\n", {"cpu/cpu.cfs_quota_us": "100000\n"}, 8),  # half of it is missing
        ("0::/\n", {"cpu.max": "\n"}, 8),
        ("", {}, 8),
    ],
)
def test_a_containers_quota_is_heeded(eight, tmp_path: Path, membership: str, files: dict[str, str], expected: int):
    assert usable_processors(**groups(tmp_path, membership, files)) == expected


def test_where_there_are_no_control_groups(eight, tmp_path: Path):
    assert usable_processors(tmp_path / "groups", tmp_path / "membership") == 8


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has quotas")
def test_the_library_has_as_many_threads(kernels, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    before = library.describe().threads
    # What a container of one processor has in these files.
    found = groups(tmp_path, "0::/\n", {"cpu.max": "100000 100000\n"})
    monkeypatch.setattr(processors, "usable_processors", lambda: usable_processors(**found))
    library.load.cache_clear()
    try:
        assert library.describe().threads == 1
    finally:
        library.load.cache_clear()
        library.set_threads(before)
