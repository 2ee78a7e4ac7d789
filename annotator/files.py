"""Replacing a file so that it is whole at every moment: the old one or the new one, never a part."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

_MOVES_OVER_READ_FILES = os.name != "nt"
_PAUSES = (0.01, 0.05, 0.25, 0.5)  # seconds between two attempts to move a file over one that is being read


def replace_file(path: Path, data: bytes, *, before_move: Callable[[], None] | None = None) -> os.stat_result:
    """Make `data` the content of `path`: written beside it, forced to the disk, then moved over it.

    The file's permissions stay; a symbolic link goes on pointing to the file. before_move is called when all but the
    move is done, and what it raises stops that. Returns the status it was moved with: what is at `path` afterwards
    may be another program's already. Raises OSError, with the old file as it was and nothing left beside it.
    """
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        replaces = target.exists()
        if replaces and not os.access(target, os.W_OK):
            # Moving another file over it would get around the protection.
            raise PermissionError(errno.EACCES, "the file is write-protected")
        _write(beside, data)
        if replaces:
            shutil.copymode(target, beside)
        if before_move is not None:
            before_move()
        status = os.stat(beside)
        _move(beside, target)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
    flush_folder(target.parent)
    return status


def _move(source: Path, target: Path) -> None:
    """Move a file over another one. Windows refuses while a program reads that, as virus scanners do for a moment."""
    for seconds in () if _MOVES_OVER_READ_FILES else _PAUSES:
        try:
            os.replace(source, target)
        except PermissionError:
            time.sleep(seconds)
        else:
            return
    os.replace(source, target)


def _write(path: Path, data: bytes) -> None:
    with open(path, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def flush_file(path: Path) -> None:
    """Force a file's content to the disk. Raises OSError."""
    with open(path, "rb+") as file:  # Windows flushes only what may be written to
        os.fsync(file.fileno())


def flush_folder(folder: Path) -> None:
    """Force the move to the disk, where folders can be: after a power cut the old file, just as whole, may be back."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
