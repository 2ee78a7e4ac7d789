"""Who does the tasks of a pre-labelling run: this process, or some processes of this machine.

An Engine takes tasks and yields each one's result, in any order. Closing its iterator abandons the rest.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

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
        """Raises Cancelled."""
        if not tasks:
            return
        segmenter = self._load()
        for task in tasks:
            cancel.check()
            yield propose(segmenter, task, cancel=cancel)


class ProcessesEngine:
    """Some processes of this machine, each with a segmenter of its own.

    A process that dies, as for want of memory, is replaced, and its image tried once more, alone; if that image ends
    the process again, it counts as failed.
    """

    def __init__(self, load: LoadSegmenter, workers: int) -> None:
        if workers < 1:
            raise ValueError(f"there cannot be {workers} workers")
        self._load = load
        self._workers = workers

    def __call__(self, tasks: Sequence[ImageTask], cancel: CancellationToken) -> Results:
        """Raises Cancelled."""
        lost = yield from self._work(deque(tasks), self._workers, cancel)
        while lost:
            # One of these ended its process, and took the others' with it: which one shows when each is alone.
            suspect = lost.pop()
            if (yield from self._work(deque([suspect]), 1, cancel)):
                yield ImageResult(
                    suspect.name,
                    problem=f"The image {suspect.root / suspect.name} ended the process that worked on it, probably "
                    "for want of memory: use fewer workers, or a smaller copy of it.",
                )

    def _work(
        self, waiting: deque[ImageTask], workers: int, cancel: CancellationToken
    ) -> Generator[ImageResult, None, list[ImageTask]]:
        """Yield results until all are done or a process dies; returns the tasks that were then being worked on.

        Tasks that nobody had begun go on in new processes.
        """
        lost: list[ImageTask] = []
        while waiting:
            running: dict[Future[ImageResult], ImageTask] = {}
            pool = ProcessPoolExecutor(
                workers, multiprocessing.get_context("spawn"), initializer=_start_worker, initargs=(self._load,)
            )
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
            except BrokenProcessPool:
                lost += running.values()
            finally:
                _stop(pool)
        return lost


def _stop(pool: ProcessPoolExecutor) -> None:
    """End the processes at once: what they are working on is no longer wanted."""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
    for process in processes:
        process.join()


_segmenter: Segmenter | None = None
"""That of a worker process."""


def _start_worker(load: LoadSegmenter) -> None:
    global _segmenter
    # Ctrl+C in the terminal reaches all processes; when to end is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _segmenter = load()


def _work_on(task: ImageTask) -> ImageResult:
    if _segmenter is None:
        raise RuntimeError("a task came before the worker had started")
    return propose(_segmenter, task)
