"""A long day in the real window: 500 images, ten prompts on each, and what it does to memory, threads and files.

Run: .venv/bin/python benchmarks/soak.py [--images N] [--prompts N] [--size S] (needs no display; ten minutes). `make
proof` runs it and looks at the figures.
"""

from __future__ import annotations

import gc
import json
import random
import threading
import time
from dataclasses import asdict, dataclass

import psutil
from parts.figures import Figures
from parts.scene import Scene, megabytes, scene
from parts.script import arguments, run, size_argument
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

CATEGORY = "thing"
SAMPLES = 20


@dataclass(frozen=True)
class Sample:
    """What the processes hold at one moment of rest. Megabytes are resident; threads and files are the system's."""

    images: int
    prompts: int
    seconds: float
    window_mb: float
    segmenter_mb: float
    window_threads: int
    segmenter_threads: int
    python_threads: int
    files: int


def main() -> None:
    parser = size_argument(arguments(__doc__))
    parser.add_argument("--images", type=int, default=500)
    parser.add_argument("--prompts", type=int, default=5000, help="on all images together")
    run(__file__, parser, lambda o: soak(o.images, o.prompts // o.images, o.size), report)


def report(found: Figures) -> list[str]:
    """The samples as a table, and what was left after closing."""
    samples = [Sample(**json.loads(note)) for note in found.notes]
    names = list(asdict(samples[0]))
    lines = ["| " + " | ".join(name.replace("_", " ") for name in names) + " |", "|" + "---|" * len(names)]
    lines += ["| " + " | ".join(f"{value:.0f}" for value in asdict(sample).values()) + " |" for sample in samples]
    (threads,), (processes,) = found.values["threads left"], found.values["processes left"]
    return [*lines, f"left after closing: {threads:.0f} threads of Python's, {processes:.0f} processes"]


def soak(images: int, prompts_each: int, size: int) -> Figures:
    """Page through the images and prompt on each."""
    figures, threads_before = Figures(), python_threads()
    with scene(size, images) as stage:
        stage.open_pictures()
        started, chance, prompts = time.monotonic(), random.Random(0), 0
        for number in range(1, images + 1):
            prompts += work(stage, chance, prompts_each)
            if number % max(1, images // SAMPLES) == 0:
                note = sample(stage, number, prompts, time.monotonic() - started)
                figures.notes.append(json.dumps(asdict(note)))
            if number < images:
                stage.page()
        figures.add("instances", len(stage.window.workspace.model.document.instances))
    figures.add("prompts", prompts)
    figures.add("threads left", python_threads() - threads_before)
    # Python's tracker of shared memory lives as long as the program.
    left = [
        child for child in psutil.Process().children(recursive=True) if "resource_tracker" not in str(child.cmdline())
    ]
    figures.add("processes left", len(left))
    return figures


def work(stage: Scene, chance: random.Random, prompts: int) -> int:
    """Clicks that build on each other, boxes, another of the three masks; some are accepted, some undone, most cleared.

    Returns how many prompts were decoded.
    """
    workspace, canvas = stage.window.workspace, stage.window.canvas
    for turn in range(prompts):
        at = QPointF(chance.randrange(1600), chance.randrange(1200))
        if chance.random() < 0.2:
            drag(stage, at, QPointF(chance.randrange(1600), chance.randrange(1200)))
        else:
            stage.click(at)
        QTest.mouseMove(canvas, canvas.viewport.to_widget(at).toPoint())
        stage.wait(lambda: not workspace.session.is_waiting)
        if turn % 5 == 2:
            stage.press(Qt.Key.Key_Tab)
        if turn % 5 == 4:
            if workspace.session.is_pending and turn < 5:
                accept(stage, undo=chance.random() < 0.3)
            workspace.session.clear()
    workspace.session.clear()
    return prompts


def accept(stage: Scene, *, undo: bool) -> None:
    """Make the mask on screen an instance, and perhaps think better of it."""
    editor, model = stage.window.workspace.editor, stage.window.workspace.model
    shown = stage.window.workspace.session.shown
    if shown is None or not shown.proposal.mask.any():
        return  # the model sees nothing there
    editor.accept_as_named(CATEGORY)
    if undo:
        model.undo()


def drag(stage: Scene, start: QPointF, end: QPointF) -> None:
    """A box."""
    canvas = stage.window.canvas
    places = [canvas.viewport.to_widget(at).toPoint() for at in (start, (start + end) / 2, end)]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=places[0])
    QTest.mouseMove(canvas, places[1])
    QTest.mouseMove(canvas, places[2])
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=places[2])


def sample(stage: Scene, images: int, prompts: int, seconds: float) -> Sample:
    """Wait until nothing goes on in the background, then count."""
    stage.wait(lambda: not stage.window.workspace.jobs._running)
    stage.rest(0.2)
    gc.collect()  # so that what only waits to be collected is not taken for a leak
    window = psutil.Process()
    children = window.children(recursive=True)
    return Sample(
        images,
        prompts,
        seconds,
        window_mb=megabytes(window),
        segmenter_mb=sum(map(megabytes, children)),
        window_threads=window.num_threads(),
        segmenter_threads=sum(child.num_threads() for child in children),
        python_threads=python_threads(),
        files=window.num_fds() if hasattr(window, "num_fds") else window.num_handles(),
    )


def python_threads() -> int:
    """How many there are. Python remembers a thread of Qt's that it has been asked about as a "Dummy" after its end."""
    return sum(not thread.name.startswith("Dummy-") for thread in threading.enumerate())


if __name__ == "__main__":
    main()
