"""Telling whether a file is still the one that was read or written."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileVersion:
    """What changes when a file is written: its size in bytes and the time of its last change in nanoseconds."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> FileVersion | None:
        """The version of the file that is there now; None when there is none or it is out of reach."""
        try:
            status = os.stat(path)
        except OSError:
            return None
        return cls.from_status(status)

    @classmethod
    def from_status(cls, status: os.stat_result) -> FileVersion:
        """The version of the file of which the system has said that; moving it leaves it the same."""
        return cls(status.st_size, status.st_mtime_ns)
