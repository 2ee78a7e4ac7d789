"""The longest time the window did not answer, in each part of a working day; and how the memory grew.

A timer of the GUI thread ticks every 2 ms; a stall is the longest gap between two ticks. Run: make bench, or
.venv/bin/python benchmarks/stalls.py (needs no display). Pictures are generated, 1600 x 1200.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
import psutil
from parts.watchdog import Watchdog
from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance, Together
from annotator.core.geometry import RunLengths
from annotator.gui.app import keep_window, make_application
from annotator.gui.settings import Settings

IMAGES = 30
CLICKS = 200
SAVED_INSTANCES = 10_000
SECONDS = 300


def main() -> None:
    app = make_application()
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        make_pictures(pictures)
        watchdog = Watchdog()
        keeper = keep_window(Settings(Path(folder) / "settings.ini"))
        window = keeper.window
        workspace = window.workspace
        rows: list[tuple[str, float, float]] = []

        def step(name: str) -> None:
            rows.append((name, watchdog.longest(), memory()))

        window.show()
        wait(app, lambda: workspace.inference.segmenter_name != "")
        step("start, until the model is ready")
        window.open_paths([pictures])
        wait(app, lambda: workspace.image is not None and workspace.inference.is_encoded(workspace.image.key))
        step("open a folder, embed its first image")
        chance = random.Random(0)
        for _ in range(CLICKS):
            at = QPointF(chance.randrange(1600), chance.randrange(1200))
            QTest.mouseClick(
                window.canvas, Qt.MouseButton.LeftButton, pos=window.canvas.viewport.to_widget(at).toPoint()
            )
            wait(app, lambda: not workspace.session.is_waiting)
            if len(workspace.session.step.points) == 5:
                workspace.session.clear()
        workspace.session.clear()
        step(f"{CLICKS} clicks")
        for _ in range(IMAGES - 1):
            QTest.keyClick(window.canvas, Qt.Key.Key_D)
            wait(app, lambda: workspace.image is not None)
            until = time.monotonic() + 0.1
            wait(app, lambda until=until: time.monotonic() > until)
        step(f"page through {IMAGES} images")
        add_instances(window)
        until = time.monotonic() + 3
        wait(app, lambda: time.monotonic() > until)
        step(f"draw {SAVED_INSTANCES // IMAGES} new instances on the image, made in one edit of {SAVED_INSTANCES:,}")
        window.save()
        wait(app, lambda: workspace.model.is_saved)
        step(f"save {SAVED_INSTANCES:,} instances")
        window.close()
        for _ in range(20):
            app.processEvents()
    print("| part | longest stall | memory, all processes |")
    print("|---|---|---|")
    for name, stall, megabytes in rows:
        print(f"| {name} | {stall:.0f} ms | {megabytes:.0f} MB |")


def make_pictures(folder: Path) -> None:
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(IMAGES):
        picture = cv2.resize(rng.integers(0, 255, (12, 16, 3), np.uint8), (1600, 1200), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{index:03}.jpg"), picture)


def add_instances(window: QObject) -> None:
    """Discs on every image, in one edit."""
    model = window.workspace.model
    rows, columns = np.indices((1200, 1600))
    mask = RunLengths.from_mask((rows - 600) ** 2 + (columns - 800) ** 2 < 80**2)
    category = Category(model.document.take_id(Category), "disc")
    images = list(model.document.images)
    edits = [AddCategory(category)]
    for index in range(SAVED_INSTANCES):
        edits.append(
            AddInstance(Instance(model.document.take_id(Instance), images[index % len(images)], category.id, mask))
        )
    model.push(Together(tuple(edits)), "benchmark")


def wait(app: QApplication, condition: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("the window did not get there in time")
        app.processEvents()
        time.sleep(0.0005)


def memory() -> float:
    """Megabytes resident in this process and its children."""
    process = psutil.Process()
    return sum(p.memory_info().rss for p in [process, *process.children(recursive=True)]) / 2**20


if __name__ == "__main__":
    main()
