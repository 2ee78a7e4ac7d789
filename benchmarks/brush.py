"""The longest time the window did not answer while the brush draws on a large image full of instances.

60 moves of the mouse a second on 6000 x 4000 pixels with 500 instances on screen, in strokes of half a second. Run:
.venv/bin/python benchmarks/brush.py (needs no display).
"""

from __future__ import annotations

import math
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from parts.scene import wait
from parts.watchdog import Watchdog
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance, Together
from annotator.core.geometry import RunLengths
from annotator.gui.app import keep_window, make_application
from annotator.gui.settings import Settings

WIDTH, HEIGHT, INSTANCES, STROKES, MOVES = 6000, 4000, 500, 12, 30


def main() -> None:
    app = make_application()
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        rough = np.random.default_rng(0).integers(0, 255, (12, 18, 3), np.uint8)
        cv2.imwrite(str(pictures / "large.jpg"), cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))
        settings = Settings(Path(folder) / "settings.ini")
        window = keep_window(settings).window
        workspace = window.workspace
        window.resize(1280, 800)
        window.show()
        window.open_paths([pictures])
        wait(app, lambda: workspace.image is not None and workspace.inference.is_encoded(workspace.image.key))
        add_discs(window)
        window.choose_tool("brush")
        wait(app, lambda: len(window.layer._shapes._shapes) == INSTANCES and window.layer._picture.is_ready)
        watchdog = Watchdog()
        rest(app, 1.0)
        idle = watchdog.longest()
        moves, ends = [], []
        for stroke in range(STROKES):
            QTest.mousePress(window.canvas, Qt.MouseButton.LeftButton, pos=at(window, stroke, 0))
            for step in range(1, MOVES):
                QTest.mouseMove(window.canvas, at(window, stroke, step))
                rest(app, 1 / 60)
            moves.append(watchdog.longest())
            QTest.mouseRelease(window.canvas, Qt.MouseButton.LeftButton, pos=at(window, stroke, MOVES - 1))
            rest(app, 0.3)
            ends.append(watchdog.longest())
        window.workspace.model.mark_saved(workspace.model.state, workspace.model.coco_path)
        window.close()
        for _ in range(20):
            app.processEvents()
    print("| part | longest stall |\n|---|---|")
    print(f"| at rest | {idle:.0f} ms |")
    print(f"| drawing a stroke | {max(moves):.0f} ms |")
    print(f"| the end of a stroke: the edit, and all instances drawn anew | {max(ends):.0f} ms |")


def at(window: object, stroke: int, step: int):  # type: ignore[no-untyped-def]
    turn = step / MOVES * math.pi
    place = QPointF(600 + 400 * stroke + 300 * math.cos(turn), HEIGHT / 2 + 1200 * math.sin(turn))
    return window.canvas.viewport.to_widget(place).toPoint()


def add_discs(window: object) -> None:
    """Discs all over the image; the one in the middle is selected."""
    model, selection = window.workspace.model, window.workspace.selection
    category = Category(model.document.take_id(Category), "disc")
    rows, columns = np.indices((160, 160)) - 80
    disc = rows**2 + columns**2 < 80**2
    edits: list = [AddCategory(category)]
    for index in range(INSTANCES):
        y, x = divmod(index, 25)
        mask = RunLengths.from_crop(disc, 20 + x * 230, 10 + y * 190, height=HEIGHT, width=WIDTH)
        new = Instance(model.document.take_id(Instance), window.workspace.image_id, category.id, mask)
        edits.append(AddInstance(new))
    model.push(Together(tuple(edits)), "benchmark")
    selection.select([new.id])


def rest(app: object, seconds: float) -> None:
    until = time.monotonic() + seconds
    wait(app, lambda: time.monotonic() > until)


if __name__ == "__main__":
    main()
