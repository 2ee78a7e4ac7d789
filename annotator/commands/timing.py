"""Timing the network's jobs, in turn with ONNX Runtime's, so that what else the machine does hits both alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from annotator.commands.onnx import OnnxModels
from annotator.segment import CancellationToken, Embedding, Prompt, Segmenter

HEIGHT, WIDTH = 768, 1024
"""Of the picture, in pixels."""

_ROW_SECONDS, _FEWEST_RUNS = 60, 3
"""A row ends after that long, but has so many runs at least: without kernels one embedding takes many seconds."""

_PAUSE = 0.1  # seconds; ONNX Runtime's threads go on spinning for a while, and whoever comes next would pay for it


@dataclass(frozen=True)
class Timing:
    """One row of the table. seconds: of each run; reference: ONNX Runtime's beside it, or empty."""

    name: str
    image_size: int
    seconds: list[float]
    reference: list[float]

    @property
    def ratios(self) -> list[float]:
        """Ours divided by ONNX Runtime's, run by run."""
        return [ours / theirs for ours, theirs in zip(self.seconds, self.reference, strict=True)]


def time_network(
    segmenter: Segmenter,
    onnx: OnnxModels,
    *,
    runs: int,
    prompts: int,
    threads: int,
    cancel: CancellationToken | None = None,
) -> Iterator[Timing]:
    """Seconds of an embedding, a click, a refinement and `prompts` clicks at once, up to `runs` times each.

    All from pixels to pixels: the embedding with the image's resizing, a click with its mask in the image's size. A
    refinement is a click that goes on from an earlier mask. Each row comes as soon as it is there.
    threads: how many OpenCV may use for that; those of the kernels and of ONNX Runtime are the caller's to set.
    Raises Cancelled between two runs when `cancel` is set.
    """
    with _opencv_threads(threads):
        yield from _time_network(segmenter, onnx, runs, prompts, cancel or CancellationToken())


def _time_network(
    segmenter: Segmenter, onnx: OnnxModels, runs: int, prompts: int, cancel: CancellationToken
) -> Iterator[Timing]:
    random = np.random.default_rng(0)
    rgb = random.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8)
    size = segmenter.identity.image_size
    embedding = segmenter.encode(rgb, cancel=cancel)
    previous = segmenter.decode(embedding, _prompts(random, 1)[0])[0].logits

    def row(name: str, work: Callable[[], object], reference: Callable[[], object] | None, times: int = 1) -> Timing:
        ours, theirs = _alternate(work, reference, runs, cancel)
        return Timing(name, size, ours, [times * seconds for seconds in theirs])

    def click(logits: npt.NDArray[np.float32] | None) -> None:
        (point,) = _points(random, 1)
        _ = segmenter.decode(embedding, Prompt(points=[point], labels=[1], logits=logits))[0].mask

    their_click = onnx.click(embedding.features, HEIGHT, WIDTH)
    yield row("embedding", lambda: segmenter.encode(rgb), onnx.embedding(size))
    yield row("click", lambda: click(None), their_click)
    yield row("refinement", lambda: click(previous), their_click)
    batch = f"{prompts} prompts"
    yield row(batch, lambda: _batch(segmenter, embedding, _prompts(random, prompts)), their_click, prompts)


@contextmanager
def _opencv_threads(count: int) -> Iterator[None]:
    before = cv2.getNumThreads()
    cv2.setNumThreads(count)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def _batch(segmenter: Segmenter, embedding: Embedding, prompts: list[Prompt]) -> None:
    segmenter.decode_batch(embedding, prompts)


def _points(random: np.random.Generator, count: int) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in random.uniform((0, 0), (WIDTH, HEIGHT), (count, 2))]


def _prompts(random: np.random.Generator, count: int) -> list[Prompt]:
    return [Prompt(points=[point], labels=[1]) for point in _points(random, count)]


def _alternate(
    ours: Callable[[], object], theirs: Callable[[], object] | None, runs: int, cancel: CancellationToken
) -> tuple[list[float], list[float]]:
    """Seconds of each run of both. Who begins alternates, too: being second may be better or worse."""
    seconds: tuple[list[float], list[float]] = ([], [])
    engines = list(zip((ours, theirs), seconds, strict=True))
    end = time.perf_counter() + _ROW_SECONDS
    for run in range(runs + 1):
        if run > _FEWEST_RUNS and time.perf_counter() > end:
            break
        for work, measured in engines if run % 2 else reversed(engines):
            cancel.check()
            if work is None:
                continue
            if theirs is not None:
                time.sleep(_PAUSE)
            started = time.perf_counter()
            work()
            if run:  # the first one warms up
                measured.append(time.perf_counter() - started)
    return seconds
