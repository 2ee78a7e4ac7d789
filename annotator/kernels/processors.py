"""How many processors this process may keep busy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

CONTROL_GROUPS = Path("/sys/fs/cgroup")
MEMBERSHIP = Path("/proc/self/cgroup")


def usable_processors(control_groups: Path = CONTROL_GROUPS, membership: Path = MEMBERSHIP) -> int:
    """At least 1: those the process may run on, or what its container's quota of processor time pays for.

    A quota is rounded down, for the kernels' threads wait for each other: were there one more than are paid for, all
    would stand still for the rest of each period.

    control_groups, membership: where Linux mounts them, and says which this process is in.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min((processors, *map(int, _quotas(control_groups, membership)))))


def _quotas(control_groups: Path, membership: Path) -> Iterator[float]:
    """In processors, of every group above the process that has one. Nothing where the system has no such files."""
    text = _read(membership)
    for line in text.splitlines():
        # Such as "0::/user.slice" of version 2, or "4:cpu,cpuacct:/docker/1f" of version 1.
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            for folder in _above(control_groups, group):
                quota, _, period = _read(folder / "cpu.max").partition(" ")
                yield from _processors(quota, period)
        elif "cpu" in controllers.split(","):
            for folder in _above(control_groups / controllers, group):
                yield from _processors(_read(folder / "cpu.cfs_quota_us"), _read(folder / "cpu.cfs_period_us"))


def _above(mount: Path, group: str) -> Iterator[Path]:
    """The group's folder and all above it. In a container the group may be named as the host sees it, and not exist."""
    folder = mount / group.lstrip("/")
    yield folder
    while folder != mount:
        folder = folder.parent
        yield folder


def _processors(quota: str, period: str) -> Iterator[float]:
    """Microseconds of each period; "max" and -1 are no quota, and so is what is not there."""
    if quota.strip().isdigit() and period.strip().isdigit() and int(period) > 0:
        yield int(quota) / int(period)


def _read(path: Path) -> str:
    """Empty when the file is not there, or is not for us to read."""
    try:
        return path.read_text("ascii")
    except OSError:
        return ""
