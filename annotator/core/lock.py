"""One writer at a time for a dataset: a lock file beside its COCO file.

The lock is the operating system's, on the open file, so it ends with the process that holds it, however that ends. What
is written in the file only says who it is.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from annotator.errors import SaveError, Sentence, reason_of

_PLACE = 1 << 30
"""On Windows locked bytes cannot be read by others: the one that is locked lies far behind what is written."""


WINDOW = "window"
"""What a window calls itself in the lock file; commands write what a person types, such as "annotator prelabel"."""


class DatasetLock:
    """An attempt to be the writer of a dataset; `refusal` says why it failed, or is empty.

    is_taken: it failed because another process is the writer, and not because files cannot be written or locked there.
    complaint: the same as `refusal` for a command, which cannot go on by looking at the dataset only.

    Keep it as long as the dataset is open, and release it then.
    """

    def __init__(self, coco_path: Path, *, program: str = WINDOW) -> None:
        """Try to take the lock, for that program. Never raises and never waits."""
        file_path = Path(os.path.realpath(coco_path))  # a link to it is no second dataset
        self.path = file_path.with_name(f".{file_path.name}.lock")
        self.refusal: str = ""
        self.complaint: str = ""
        self.is_taken = False
        self._file: IO[bytes] | None = None
        self._was_there = os.path.exists(self.path)  # False, too, where one may not look
        file = self._locked(coco_path)
        while file is not None and not _is_at(file, self.path):
            file.close()  # its last holder has taken it away since it was opened: a lock on it keeps nobody out
            file = self._locked(coco_path)
        if file is None:
            return
        self._file = file
        who = {
            "program": program,
            "process": os.getpid(),
            "computer": socket.gethostname(),
            "since": time.strftime("%Y-%m-%d %H:%M"),
        }
        with suppress(OSError):  # a full disk: the lock holds all the same, it is only nameless
            file.truncate(0)
            file.write(json.dumps(who).encode("utf-8"))
            file.flush()

    @classmethod
    @contextmanager
    def for_writing(cls, coco_path: Path, *, program: str) -> Iterator[None]:
        """Hold the lock during a `with`, for a command. Raises SaveError when another has it.

        program: what others are told who meet the lock, see WINDOW. A command that fails leaves no file behind that
        was not there before.
        """
        lock = cls(coco_path, program=program)
        if not lock.is_held:
            raise SaveError(lock.complaint)
        try:
            yield
        except BaseException:
            lock._remove_new()
            raise
        finally:
            lock.release()

    @property
    def is_held(self) -> bool:
        """Whether this is the writer."""
        return self._file is not None

    def release(self) -> None:
        """Let others write; a second time does nothing.

        The file stays, for the next.
        """
        if self._file is not None:
            self._file.close()
            self._file = None

    def _locked(self, coco_path: Path) -> IO[bytes] | None:
        """The file, open and locked; None when that failed, and `refusal` says why."""
        try:
            file = open(self.path, "a+b")  # noqa: SIM115 - open as long as the lock is held
        except OSError as error:
            self._refuse_unwritable(self.path.parent, error)
            return None
        try:
            _lock(file)
        except OSError as error:
            self.is_taken = isinstance(error, BlockingIOError | PermissionError)
            if self.is_taken:
                self._refuse_taken(coco_path, _holder(file))
            else:
                self._refuse_lockless(self.path.parent, error)
            file.close()
            return None
        return file

    def _remove_new(self) -> None:
        """Release, and take the file away if it was not there before."""
        if self._was_there:
            return
        if sys.platform == "win32":
            self.release()  # only then can it be removed there, and not at all while another process has it open
        with suppress(OSError):  # a file that stays keeps nobody out
            self.path.unlink(missing_ok=True)

    def _refuse_unwritable(self, folder: Path, error: OSError) -> None:
        reason = reason_of(error)
        self.refusal = Sentence(
            "{folder} cannot be written to ({reason}), so the dataset is open for viewing only.",
            folder=folder,
            reason=reason,
        )
        self.complaint = Sentence(
            "{folder} cannot be written to ({reason}): check its permissions, or choose a file elsewhere with --out.",
            folder=folder,
            reason=reason,
        )

    def _refuse_lockless(self, folder: Path, error: OSError) -> None:
        reason = reason_of(error)
        self.refusal = Sentence(
            "{folder} is on a disk that cannot lock files ({reason}), so the dataset is open for viewing only: "
            "copy it to a local disk to edit it.",
            folder=folder,
            reason=reason,
        )
        self.complaint = Sentence(
            "{folder} is on a disk that cannot lock files ({reason}), so others could write there meanwhile: choose a "
            "file on a local disk with --out.",
            folder=folder,
            reason=reason,
        )

    def _refuse_taken(self, coco_path: Path, holder: Sentence) -> None:
        self.refusal = Sentence(
            "{path} is being edited by {holder}, so it is open for viewing only.", path=coco_path, holder=holder
        )
        self.complaint = Sentence(
            "{path} is being edited by {holder}: close it there or wait until it is done, and try again.",
            path=coco_path,
            holder=holder,
        )


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False
    except OSError:
        return True  # a disk that cannot say: trying again would get no other answer


def _holder(file: IO[bytes]) -> Sentence:
    """Who has written its name there."""
    try:
        file.seek(0)
        who = json.loads(file.read(1000))
        process, computer, since = who["process"], who["computer"], who["since"]
        program = who.get("program", "")  # older versions have not written it
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Sentence("another process")  # it has not written its name yet
    if program == WINDOW:
        return Sentence(
            "the window of process {process} on {computer} since {since}",
            process=process,
            computer=computer,
            since=since,
        )
    if program:
        return Sentence(
            "{program}, process {process} on {computer}, since {since}",
            program=program,
            process=process,
            computer=computer,
            since=since,
        )
    return Sentence("process {process} on {computer} since {since}", process=process, computer=computer, since=since)


if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(_PLACE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
