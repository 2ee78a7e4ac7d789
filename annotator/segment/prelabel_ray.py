"""The tasks of a pre-labelling run on a Ray cluster (https://docs.ray.io); needs the extra `ray`.

Every node must see the images under the same path and have this package and the weights installed. Each actor keeps a
segmenter of its own; Ray starts an actor that died again and gives it its task once more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

import ray
from ray.exceptions import RayActorError

from annotator.errors import SegmenterError, reason_of
from annotator.segment.prelabel_engines import LoadSegmenter, Results
from annotator.segment.prelabel_task import ImageResult, ImageTask, propose
from annotator.segment.segmenter import CancellationToken, Segmenter

_POLL_SECONDS = 0.5
_TASKS_PER_WORKER = 2
_RETRIES = 3


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
        """Raises Cancelled, and SegmenterError when the cluster cannot be reached."""
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
        actor_class = ray.remote(num_cpus=1, max_restarts=_RETRIES, max_task_retries=_RETRIES)(_Worker)
        free = deque([actor_class.remote(self._load) for _ in range(self._workers)] * _TASKS_PER_WORKER)
        running: dict[Any, tuple[Any, ImageTask]] = {}
        while waiting or running:
            cancel.check()
            while waiting and free:
                actor, task = free.popleft(), waiting.popleft()
                running[actor.propose.remote(task)] = actor, task
            done, _ = ray.wait(list(running), timeout=_POLL_SECONDS)
            for reference in done:
                actor, task = running.pop(reference)
                free.append(actor)
                try:
                    yield ray.get(reference)
                except RayActorError as error:
                    problem = f"The image {task.root / task.name} ended the process that worked on it ({error})."
                    yield ImageResult(task.name, problem=" ".join(problem.split()))


class _Worker:
    """In a process of Ray's."""

    def __init__(self, load: LoadSegmenter) -> None:
        self._segmenter: Segmenter = load()

    def propose(self, task: ImageTask) -> ImageResult:
        return propose(self._segmenter, task)
