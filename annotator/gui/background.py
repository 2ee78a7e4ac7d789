"""Functions in worker threads, with progress, and their results or errors back in the GUI thread."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QDeadlineTimer, QObject, QThread, Signal

from annotator.core.cancelling import OpeningCancelled
from annotator.errors import AnnotatorError, Sentence
from annotator.segment import CancellationToken, Cancelled

_SWITCH_SECONDS = 0.0002
"""How long a worker may keep Python's lock that the window waits for. Painting takes and gives it back dozens of times;
with Python's own 5 ms each time, a busy worker would make a window of 10 ms one of 200."""


class BackgroundJob(QThread):
    """Runs `function(job)` once; the function may call `report_progress` and poll `cancel`.

    title: what it does, for people; a job without one is not listed. can_cancel: whether the function polls `cancel`.
    pace: how fast it goes and what is left, for people, as soon as somebody knows.
    """

    progressed = Signal(int, int)  # done, total
    succeeded = Signal(object)  # what the function returned
    failed = Signal(object)  # an AnnotatorError's Sentence

    def __init__(
        self, function: Callable[[BackgroundJob], Any], parent: QObject, *, title: str = "", can_cancel: bool = True
    ) -> None:
        super().__init__(parent)
        self._function = function
        self.title = title
        self.pace = ""
        self.can_cancel = can_cancel
        self.cancel = CancellationToken()
        self.done, self.total = 0, 0
        self.is_too_late = False
        self.progressed.connect(self._on_progressed)

    def start(self) -> None:
        """Begin, unless the window is gone: nobody would wait for its end, and the program would end by a crash."""
        if not self.is_too_late:
            super().start()

    def report_progress(self, done: int, total: int) -> None:
        """Tell the window how far the work is; for the worker thread."""
        self.progressed.emit(done, total)

    def _on_progressed(self, done: int, total: int) -> None:
        self.done, self.total = done, total

    def run(self) -> None:
        try:
            result = self._function(self)
        except (Cancelled, OpeningCancelled):
            pass  # whoever cancelled knows, and has turned to something else
        except AnnotatorError as error:
            self.failed.emit(error.sentence)
        except Exception as error:
            # A programming error, or no memory left: the user is told, and the terminal gets the details.
            self.failed.emit(fault(error))
            raise
        else:
            self.succeeded.emit(result)


def fault(error: Exception) -> Sentence:
    """What the window says of an error that no user can have caused; the terminal gets the details."""
    return Sentence(
        "This is a fault of the program ({kind}: {reason}); what it printed in the terminal helps to find it.",
        kind=type(error).__name__,
        reason=str(error),
    )


@dataclass(frozen=True)
class JobFailure:
    """A listed job that failed: what it was, and the reason as a sentence that names the file."""

    title: str
    reason: str


class BackgroundJobs(QObject):
    """Keeps jobs alive while they run, and ends them before the window goes; remembers which failed."""

    changed = Signal()  # a job was added, got on, or ended; a failure was added or cleared

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._running: list[BackgroundJob] = []
        self._failures: list[JobFailure] = []
        self._is_closed = False

    @property
    def listed(self) -> tuple[BackgroundJob, ...]:
        """The running jobs that have a title, oldest first."""
        return tuple(job for job in self._running if job.title)

    @property
    def failures(self) -> tuple[JobFailure, ...]:
        """The listed jobs that failed and were not cleared, oldest first."""
        return tuple(self._failures)

    def new(
        self,
        function: Callable[[BackgroundJob], Any],
        *,
        title: str = "",
        can_cancel: bool = True,
        lists_failure: bool = True,
    ) -> BackgroundJob:
        """A job to connect to and then to `start`.

        lists_failure: whether its failure joins `failures`; False when whoever asked for it is told elsewhere, because
        everything is said once.
        """
        job = BackgroundJob(function, self, title=title, can_cancel=can_cancel)
        if self._is_closed:
            job.is_too_late = True
            return job
        self._running.append(job)
        job.finished.connect(lambda: self._forget(job))
        if title:
            if lists_failure:
                job.failed.connect(lambda reason: self.add_failure(JobFailure(job.title, reason)))
            job.progressed.connect(self.changed)
            self.changed.emit()
        return job

    def add_failure(self, failure: JobFailure) -> None:
        """List what went wrong."""
        self._failures.append(failure)
        self.changed.emit()

    def clear_failures(self) -> None:
        """The user has read them."""
        self._failures.clear()
        self.changed.emit()

    def close(self, *, seconds: float) -> bool:
        """Cancel what runs and wait for it, no longer than that; a job that is asked for later is never begun.

        Returns whether all is over; else the process has to end without waiting for what does not end.
        """
        self._is_closed = True
        running = list(self._running)
        for job in running:
            job.cancel.cancel()
        until = QDeadlineTimer(round(seconds * 1000))
        return all(job.wait(until) for job in running)

    def _forget(self, job: BackgroundJob) -> None:
        self._running.remove(job)
        # The thread may be between telling us and telling the next listener, whom deleting it would leave untold.
        job.wait()
        job.deleteLater()
        if job.title:
            self.changed.emit()
