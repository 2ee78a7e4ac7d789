"""A disk that fails at a chosen step of a piece of work.

    disk = Disk(folder, journal_folder)
    with disk.counting():
        work()
    disk.steps                                    # what the work asked of the disk there, in order
    with disk.failing(at=3, error=errno.ENOSPC):  # the same work again: its fourth step fails
        work()

The interpreter itself tells of opening, moving, removing and the like (its audit events), so that no call is
forgotten, whoever makes it. What it does not tell of is listened to by standing in for os.stat and its like, for what
is written to files, and for the statements given to SQLite.
"""

from __future__ import annotations

import builtins
import errno
import functools
import os
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

_AUDITED = {
    "open",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.listdir",
    "os.scandir",
    "os.chmod",
    "os.utime",
}
_CALLS_ON_PATHS = ("stat", "lstat", "access")
_CALLS_ON_HANDLES = ("fsync", "sendfile")
_WORDS_OF_SQLITE = {errno.ENOSPC: "database or disk is full", errno.EROFS: "attempt to write a readonly database"}

_listening: Disk | None = None
_is_hooked = False


class Disk:
    """The folders that are watched. steps: what was asked of them since counting or failing began, by name."""

    def __init__(self, *folders: Path) -> None:
        self._folders = tuple(os.path.realpath(folder) for folder in folders)
        self._lock = threading.RLock()
        self._fails: Callable[[int], int] = lambda _: 0
        self.steps: list[str] = []

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Let everything through, and write it down."""
        with self._listening(lambda _: 0):
            yield

    @contextmanager
    def failing(self, *, at: int, error: int, lasting: bool = False) -> Iterator[None]:
        """Fail step number `at`, counted from 0, with that errno; lasting: and every later one."""
        with self._listening(lambda step: error if step == at or (lasting and step > at) else 0):
            yield

    @contextmanager
    def _listening(self, fails: Callable[[int], int]) -> Iterator[None]:
        global _listening, _is_hooked
        self._fails, self.steps = fails, []
        if not _is_hooked:
            sys.addaudithook(_on_audited)  # for good: hooks cannot be taken away
            _is_hooked = True
        with pytest.MonkeyPatch.context() as patch:
            for name in _CALLS_ON_PATHS:
                patch.setattr(os, name, self._standing_in(name, getattr(os, name)))
            for name in _CALLS_ON_HANDLES:
                if hasattr(os, name):
                    patch.setattr(os, name, self._standing_in(name, getattr(os, name)))
            patch.setattr(builtins, "open", self._opening(builtins.open))
            _listening = self
            try:
                yield
            finally:
                _listening = None

    def on_step(self, name: str, where: object, error: Callable[[int], Exception] | None = None) -> None:
        """Count what is about to be done, and raise when it is to fail. where: a path, or an open file's handle."""
        if not self._is_watched(where):
            return
        with self._lock:
            number = self._fails(len(self.steps))
            self.steps.append(name)
        if number:
            raise OSError(number, os.strerror(number)) if error is None else error(number)

    def on_sql(self, path: Path, statement: str) -> None:
        """The same of a statement that SQLite is about to run on the database there."""
        if _listening is not self:
            return

        def refusal(number: int) -> Exception:
            return sqlite3.OperationalError(_WORDS_OF_SQLITE.get(number, "disk I/O error"))

        self.on_step(f"sql {' '.join(statement.split()[:2])}", path, refusal)

    def connecting(self, connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
        """A stand-in for sqlite3.connect, whose databases ask this disk before every statement."""
        disk = self

        def connected(path: Path, **options: Any) -> sqlite3.Connection:
            class Watched(sqlite3.Connection):
                def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
                    disk.on_sql(path, sql)
                    return super().execute(sql, *parameters)

                def executemany(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
                    disk.on_sql(path, sql)
                    return super().executemany(sql, *parameters)

            return connect(path, factory=Watched, **options)

        return connected

    def _is_watched(self, where: object) -> bool:
        if isinstance(where, int):
            try:
                where = os.readlink(f"/proc/self/fd/{where}")
            except OSError:
                return False
        if not isinstance(where, str | bytes | os.PathLike):
            return False
        path = os.path.abspath(os.fsdecode(where))
        return any(path == folder or path.startswith(folder + os.sep) for folder in self._folders)

    def _standing_in(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def asking(where: Any, *rest: Any, **options: Any) -> Any:
            self.on_step(name, where)
            return call(where, *rest, **options)

        return asking

    def _opening(self, call: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(call)
        def opened(where: Any, mode: str = "r", *rest: Any, **options: Any) -> Any:
            file = call(where, mode, *rest, **options)
            writes = any(letter in mode for letter in "wxa+")
            return _Written(file, self, where) if writes and self._is_watched(where) else file

        return opened


class _Written:
    """A file that asks the disk before it is written to."""

    def __init__(self, file: Any, disk: Disk, path: object) -> None:
        self._file, self._disk, self._path = file, disk, path

    def __enter__(self) -> _Written:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, data: Any) -> int:
        """Half of it reaches a disk that fails."""
        try:
            self._disk.on_step("write", self._path)
        except OSError:
            self._file.write(data[: len(data) // 2])
            self._file.flush()
            raise
        return self._file.write(data)

    def flush(self) -> None:
        self._disk.on_step("flush", self._path)
        self._file.flush()


def _on_audited(event: str, arguments: tuple[Any, ...]) -> None:
    disk = _listening
    if disk is not None and event in _AUDITED and arguments:
        disk.on_step(event.removeprefix("os."), arguments[0])
