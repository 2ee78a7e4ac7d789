"""Functions in worker threads, with progress, and their results or errors back in the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal

from annotator.core.dataset import OpeningCancelled
from annotator.errors import AnnotatorError
from annotator.segment import CancellationToken, Cancelled


class BackgroundJob(QThread):
    """Runs `function(job)` once; the function may call `report_progress` and poll `cancel`."""

    progressed = Signal(int, int)  # done, total
    succeeded = Signal(object)  # what the function returned
    failed = Signal(str)  # an AnnotatorError's sentence

    def __init__(self, function: Callable[[BackgroundJob], Any], parent: QObject) -> None:
        super().__init__(parent)
        self._function = function
        self.cancel = CancellationToken()

    def report_progress(self, done: int, total: int) -> None:
        """Tell the window how far the work is; for the worker thread."""
        self.progressed.emit(done, total)

    def run(self) -> None:
        try:
            result = self._function(self)
        except (Cancelled, OpeningCancelled):
            pass  # whoever cancelled knows, and has turned to something else
        except AnnotatorError as error:
            self.failed.emit(str(error))
        else:
            self.succeeded.emit(result)


class BackgroundJobs(QObject):
    """Keeps jobs alive while they run, and ends them before the window goes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._running: list[BackgroundJob] = []

    def new(self, function: Callable[[BackgroundJob], Any]) -> BackgroundJob:
        """A job to connect to and then to `start`."""
        job = BackgroundJob(function, self)
        self._running.append(job)
        job.finished.connect(lambda: self._forget(job))
        return job

    def close(self) -> None:
        """Cancel what runs and wait for it."""
        for job in list(self._running):
            job.cancel.cancel()
            job.wait()

    def _forget(self, job: BackgroundJob) -> None:
        self._running.remove(job)
        job.deleteLater()
