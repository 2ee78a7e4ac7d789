"""Who does the tasks of a pre-labelling run: this process, or some processes of this machine.

An Engine takes tasks and yields each one's result, in any order. Closing its iterator abandons the rest.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import multiprocessing.connection
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from annotator.errors import AnnotatorError, SegmenterError, Sentence
from annotator.segment.prelabel_task import ImageResult, ImageTask, propose
from annotator.segment.segmenter import CancellationToken, Segmenter

LoadSegmenter = Callable[[], Segmenter]
"""Loads a segmenter in whichever process it is called; it can be pickled, such as functools.partial(load_segmenter)."""

Results = Generator[ImageResult, None, None]
Engine = Callable[[Sequence[ImageTask], CancellationToken], Results]

_POLL_SECONDS = 0.2
_TASKS_PER_WORKER = 2  # one being worked on, one waiting: little is lost when the run is cancelled


class HereEngine:
    """One image after the other in this process."""

    def __init__(self, load: LoadSegmenter) -> None:
        self._load = load

    def __call__(self, tasks: Sequence[ImageTask], cancel: CancellationToken) -> Results:
        """Raises Cancelled, and what `load` raises."""
        if not tasks:
            return
        segmenter = self._load()
        for task in tasks:
            cancel.check()
            yield propose(segmenter, task, cancel=cancel)


class ProcessesEngine:
    """Some processes of this machine, each with a segmenter of its own.

    A process that dies, as for want of memory, is replaced, and its image tried once more, alone; if that image ends
    the process again, it counts as failed. The processes end with this one, even if it is killed.
    """

    def __init__(self, load: LoadSegmenter, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"there cannot be {workers} workers")
        self._load = load
        self._workers = workers

    def __call__(self, tasks: Sequence[ImageTask], cancel: CancellationToken) -> Results:
        """Raises Cancelled, what `load` raises, and SegmenterError when no process lives long enough to load."""
        lost = yield from self._work(deque(tasks), self._workers, cancel)
        while lost:
            # One of these ended its process, and took the others' with it: which one shows when each is alone.
            suspect = lost.pop()
            if (yield from self._work(deque([suspect]), 1, cancel)):
                yield ImageResult(suspect.name, problem=deadly(suspect))

    def _work(
        self, waiting: deque[ImageTask], workers: int, cancel: CancellationToken
    ) -> Generator[ImageResult, None, list[ImageTask]]:
        """Yield results until all are done or a process dies; returns the tasks that were then being worked on.

        Tasks that nobody had begun go on in new processes.
        """
        lost: list[ImageTask] = []
        context = multiprocessing.get_context("spawn")
        while waiting:
            running: dict[Future[ImageResult], ImageTask] = {}
            # Without a lock, which a process that is killed could keep.
            has_started = context.RawValue(ctypes.c_bool, False)
            pool = ProcessPoolExecutor(workers, context, initializer=_start_worker, initargs=(self._load, has_started))
            try:
                while waiting or running:
                    cancel.check()
                    while waiting and len(running) < workers * _TASKS_PER_WORKER:
                        running[pool.submit(_work_on, waiting[0])] = waiting[0]
                        waiting.popleft()
                    for future in wait(running, _POLL_SECONDS, FIRST_COMPLETED).done:
                        result = future.result()
                        del running[future]
                        yield result
            except BrokenProcessPool as error:
                if not has_started.value:
                    # No image has been looked at, so none is to blame.
                    raise SegmenterError(
                        "The processes ended while they loaded the network, probably for want of memory: use fewer "
                        "workers."
                    ) from error
                lost += running.values()
            finally:
                _stop(pool)
        return lost


def deadly(task: ImageTask) -> Sentence:
    """What is said of an image over which processes die."""
    return Sentence(
        "The image {path} ended the process that worked on it, probably for want of memory: use fewer workers, or a "
        "smaller copy of it.",
        path=task.root / task.name,
    )


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the processes at once: what they are working on is no longer wanted."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()


_segmenter: Segmenter | None = None
_start_error: Exception | None = None
"""Those of a worker process: either it has a segmenter, or the reason why it has none."""


def _start_worker(load: LoadSegmenter, has_started: Any) -> None:
    """Get the process ready. has_started: a shared bool, set when it is, or has a reason why it is not."""
    global _segmenter, _start_error
    # Ctrl+C in the terminal reaches all processes; when to end is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end with parent", daemon=True).start()
    try:
        _segmenter = load()
    except Exception as error:  # noqa: BLE001  (an exception here would only end the pool: a task takes it to the parent)
        _start_error = load_failure(error)
    has_started.value = True


def _end_with_parent() -> None:
    """A parent that is killed cannot stop its processes, and they would wait for its next task for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def load_failure(error: Exception) -> Exception:
    """What the process of the run is to raise when loading raised that in another one; it can be pickled."""
    if isinstance(error, AnnotatorError):
        return error.with_traceback(None)
    if isinstance(error, MemoryError):
        return SegmenterError(
            "There is not enough memory to load the network in each process ({reason}): use fewer workers.",
            reason=" ".join("".join(traceback.format_exception_only(error)).split()),
        )
    return RuntimeError(f"a worker could not load its segmenter:\n{''.join(traceback.format_exception(error))}")


def _work_on(task: ImageTask) -> ImageResult:
    if _start_error is not None:
        raise _start_error
    if _segmenter is None:
        raise RuntimeError("a task came before the worker had started")
    return propose(_segmenter, task)
