"""The tasks of a pre-labelling run on a Ray cluster (https://docs.ray.io); needs the extra `ray`.

Every node must see the images under the same path and have this package and the weights installed. Each actor keeps a
segmenter of its own. For an actor that died a new one is started; the task it died of is tried some more times.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

import ray
from ray.exceptions import RayError, RayTaskError

from annotator.errors import SegmenterError, reason_of
from annotator.segment.prelabel_engines import LoadSegmenter, Results, deadly, load_failure
from annotator.segment.prelabel_task import ImageResult, ImageTask, fault_of, propose
from annotator.segment.segmenter import CancellationToken, Segmenter

_POLL_SECONDS = 0.5
_TASKS_PER_WORKER = 2
_RETRIES = 3  # of a task that its actor died of, and of starts in a row that nothing came of


class RayEngine:
    """Actors of a Ray cluster. address: of a running cluster, or None for one on this machine, ended with the run.

    workers: how many actors, one CPU each as Ray counts them.
    """

    def __init__(self, load: LoadSegmenter, workers: int, address: str | None = None) -> None:
        if workers < 1:
            raise ValueError(f"there cannot be {workers} workers")
        self._load = load
        self._workers = workers
        self._address = address

    def __call__(self, tasks: Sequence[ImageTask], cancel: CancellationToken) -> Results:
        """Raises Cancelled, what `load` raises, and SegmenterError when the cluster cannot be reached or start any."""
        if not tasks:
            return
        try:
            ray.init(
                address=self._address,
                num_cpus=None if self._address else self._workers,
                include_dashboard=False if self._address is None else None,
                log_to_driver=False,
            )
        except ConnectionError as error:
            raise SegmenterError(
                "The Ray cluster {address} cannot be reached ({reason}): check it.",
                address=self._address,
                reason=reason_of(error),
            ) from error
        try:
            yield from self._work(deque(tasks), cancel)
        finally:
            ray.shutdown()

    def _work(self, waiting: deque[ImageTask], cancel: CancellationToken) -> Results:
        actors: list[_Actor] = []
        attempts: Counter[str] = Counter()
        lost_starts = 0
        while waiting or any(actor.tasks for actor in actors):
            cancel.check()
            wanted = min(self._workers, len(waiting) + sum(len(actor.tasks) for actor in actors))
            actors += [_Actor(self._load) for _ in range(wanted - len(actors))]
            _hand_out(waiting, actors)
            references = [reference for actor in actors for reference in actor.references]
            done, _ = ray.wait(references, timeout=_POLL_SECONDS)
            for actor in [actor for actor in actors if any(reference in done for reference in actor.references)]:
                try:
                    if actor.is_ready:
                        yield actor.take_result()
                    else:
                        actor.become_ready()
                        lost_starts = 0
                except RayError as error:
                    actor.kill()
                    actors.remove(actor)
                    if not actor.is_ready:
                        lost_starts += 1
                        if lost_starts > _RETRIES:
                            raise _no_start(error) from error
                        continue
                    # An actor does its tasks in their order, so the first is the one it died of. The others come first
                    # now, and it last: whatever it wants too much of may be there by then.
                    suspect, *others = actor.tasks.values()
                    waiting.extendleft(reversed(others))
                    attempts[suspect.name] += 1
                    if attempts[suspect.name] > _RETRIES:
                        yield ImageResult(suspect.name, problem=deadly(suspect))
                    else:
                        waiting.append(suspect)


def _hand_out(waiting: deque[ImageTask], actors: Sequence[_Actor]) -> None:
    """Give tasks to the actors that are ready, always to the one with the fewest."""
    while waiting:
        free = [actor for actor in actors if actor.is_ready and len(actor.tasks) < _TASKS_PER_WORKER]
        if not free:
            return
        min(free, key=lambda actor: len(actor.tasks)).give(waiting.popleft())


def _no_start(error: RayError) -> SegmenterError:
    lines = [line.strip() for line in re.sub(r"\x1b\[\d*m", "", str(error)).splitlines() if line.strip()]
    # What a constructor raised is at the end of its traceback; otherwise all the rest is about Ray.
    reason = lines[-1 if "creation task" in lines[0] else 0] if lines else type(error).__name__
    return SegmenterError(
        "The Ray workers ended while they loaded the network ({reason}): use fewer workers, or see the logs of Ray.",
        reason=reason,
    )


class _Actor:
    """A worker of the cluster as this process sees it. tasks: what it was given and has not done, in that order."""

    def __init__(self, load: LoadSegmenter) -> None:
        """Start one, which takes a while. It is never restarted: what it died of must be known first."""
        self.is_ready = False
        self.tasks: dict[Any, ImageTask] = {}
        self._handle = ray.remote(num_cpus=1, max_restarts=0, max_task_retries=0)(_Worker).remote(load)
        self._starting = self._handle.start_error.remote()

    @property
    def references(self) -> list[Any]:
        """The next thing it is going to have done, if there is one."""
        return list(self.tasks)[:1] if self.is_ready else [self._starting]

    def become_ready(self) -> None:
        """To be called when it has started. Raises what `load` raised, and RayError when it died over it."""
        error = ray.get(self._starting)
        if error is not None:
            raise error
        self.is_ready = True

    def give(self, task: ImageTask) -> None:
        """Let it do that after what it has."""
        self.tasks[self._handle.propose.remote(task)] = task

    def take_result(self) -> ImageResult:
        """The result of its first task. Raises RayError when it has died over it; then the task stays."""
        reference, task = next(iter(self.tasks.items()))
        try:
            result: ImageResult = ray.get(reference)
        except RayTaskError as error:
            # It lives, but could not take the task or send the result.
            result = ImageResult(task.name, problem=fault_of(task, error.cause or error))
        del self.tasks[reference]
        return result

    def kill(self) -> None:
        """It may not be dead, only out of reach."""
        ray.kill(self._handle)


class _Worker:
    """In a process of Ray's."""

    def __init__(self, load: LoadSegmenter) -> None:
        self._segmenter: Segmenter | None = None
        self._start_error: Exception | None = None
        try:
            self._segmenter = load()
        except Exception as error:  # noqa: BLE001  (raised where the run is; Ray would make a text of it)
            self._start_error = load_failure(error)

    def start_error(self) -> Exception | None:
        return self._start_error

    def propose(self, task: ImageTask) -> ImageResult:
        if self._segmenter is None:
            raise RuntimeError("a task came although the worker has no segmenter")
        return propose(self._segmenter, task)
