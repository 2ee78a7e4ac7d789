"""A long day in the real window: 500 images, ten prompts on each, and what it does to memory, threads and files.

Run: .venv/bin/python benchmarks/soak.py [--images N] [--prompts N] [--size S] (needs no display; ten minutes). `make
proof` runs it and looks at the figures.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from parts.figures import Figures, run_script
from parts.scene import Scene, make_pictures, megabytes, scene, weights_at
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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=int, default=500)
    parser.add_argument("--prompts", type=int, default=5000, help="on all images together")
    parser.add_argument("--size", type=int, default=1024, help="image size of the network (default: 1024)")
    parser.add_argument("--figures", action="store_true", help="in this process, and nothing but a line of JSON")
    options = parser.parse_args()
    if options.figures:
        soak(options.images, options.prompts // options.images, options.size).say()
        return
    # In a process of its own, whose user folders are empty.
    found = run_script("soak.py", *sys.argv[1:], "--figures")
    print(*report(found), sep="\n")


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
    figures, threads_before = Figures(), threading.active_count()
    with tempfile.TemporaryDirectory() as folder:
        make_pictures(Path(folder) / "pictures", images)
        weights = weights_at(size, Path(folder))
        with scene(weights) as stage:
            stage.wait_ready()
            stage.window.open_paths([Path(folder) / "pictures"])
            stage.wait_embedded()
            started, chance, prompts = time.monotonic(), random.Random(0), 0
            for number in range(1, images + 1):
                prompts += work(stage, chance, prompts_each)
                if number % max(1, images // SAMPLES) == 0:
                    note = sample(stage, number, prompts, time.monotonic() - started)
                    figures.notes.append(json.dumps(asdict(note)))
                if number < images:
                    before = stage.window.workspace.image
                    stage.press(Qt.Key.Key_D)
                    stage.wait(lambda before=before: stage.window.workspace.image not in (None, before))
                    stage.wait_embedded()
            figures.add("instances", len(stage.window.workspace.model.document.instances))
    figures.add("prompts", prompts)
    figures.add("threads left", threading.active_count() - threads_before)
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
        python_threads=threading.active_count(),
        files=window.num_fds() if hasattr(window, "num_fds") else window.num_handles(),
    )


if __name__ == "__main__":
    main()
