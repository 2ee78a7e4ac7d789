"""The longest time the window did not answer while vertices are pulled on a large image full of instances.

60 moves of the mouse a second on 6000 x 4000 pixels with 500 discs on screen, and a selected instance over all of the
image with a ragged outline and hundreds of holes. Run: .venv/bin/python benchmarks/vertices.py (needs no display).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import cv2
import numpy as np
from brush import HEIGHT, WIDTH, add_discs, rest
from parts.scene import wait
from parts.watchdog import Watchdog
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from annotator.core.document import Instance
from annotator.core.edits import AddInstance
from annotator.core.geometry import RunLengths
from annotator.gui.app import keep_window, make_application
from annotator.gui.settings import Settings

GESTURES, MOVES = 8, 30


def main() -> None:
    app = make_application()
    with tempfile.TemporaryDirectory() as folder:
        pictures = Path(folder) / "pictures"
        pictures.mkdir()
        rough = np.random.default_rng(0).integers(0, 255, (12, 18, 3), np.uint8)
        cv2.imwrite(str(pictures / "large.jpg"), cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))
        window = keep_window(Settings(Path(folder) / "settings.ini")).window
        workspace, outline = window.workspace, window.workspace.outline
        window.resize(1280, 800)
        window.show()
        window.open_paths([pictures])
        wait(app, lambda: workspace.image is not None and workspace.inference.is_encoded(workspace.image.key))
        add_discs(window)
        instance = add_ragged(window)
        wait(app, lambda: window.layer.shape_of(instance.id) is not None and window.layer._picture.is_ready)
        rest(app, 1.0)
        watchdog = Watchdog()
        rest(app, 1.0)
        figures = {"at rest": watchdog.longest()}
        window.choose_tool("polygon")
        wait(app, lambda: outline.current() is not None)
        rest(app, 0.5)
        figures["the outline is found"] = watchdog.longest()
        moves, ends = [], []
        left = Qt.MouseButton.LeftButton
        for gesture in range(GESTURES):
            wait(app, lambda: outline.current() is not None)
            rest(app, 0.3)
            ring = max(outline.current().rings, key=lambda one: len(one.corners))
            handles = ring.corners[ring.handles(outline.tolerance)]
            start = handles[len(handles) * gesture // GESTURES]
            watchdog.longest()
            QTest.mousePress(window.canvas, left, pos=at(window, start))
            for step in range(1, MOVES):
                QTest.mouseMove(window.canvas, at(window, start + (np.array((3000, 2000)) - start) * step / MOVES / 4))
                rest(app, 1 / 60)
            moves.append(watchdog.longest())
            QTest.mouseRelease(window.canvas, left, pos=at(window, start + (np.array((3000, 2000)) - start) / 4))
            wait(app, lambda: not outline.is_busy and outline.current() is not None)
            rest(app, 0.3)
            ends.append(watchdog.longest())
        figures["pulling a vertex"] = max(moves)
        figures["the end of it: the edit, and its new outline"] = max(ends)
        count, corners = outline.current().handle_count(outline.tolerance), len(ring.corners)
        edits = workspace.model.undo_stack.count()
        workspace.model.mark_saved(workspace.model.state, workspace.model.coco_path)
        window.close()
        for _ in range(20):
            app.processEvents()
    print("| part | longest stall |\n|---|---|")
    for part, milliseconds in figures.items():
        print(f"| {part} | {milliseconds:.0f} ms |")
    print(f"{count} vertices; the longest ring has {corners} corners; {edits} edits")


def at(window: object, place: np.ndarray):  # type: ignore[no-untyped-def]
    return window.canvas.viewport.to_widget(QPointF(*place.tolist())).toPoint()


def add_ragged(window: object) -> Instance:
    """An instance over most of the image, selected."""
    random = np.random.default_rng(1)
    waves = [
        cv2.resize(random.random((side, side * 3 // 2)), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        for side in (6, 80)
    ]
    rows, columns = np.indices((HEIGHT, WIDTH))
    ellipse = ((rows / HEIGHT - 0.5) ** 2 + (columns / WIDTH - 0.5) ** 2) * 4
    mask = RunLengths.from_mask(ellipse + 0.5 * waves[0] + 0.3 * waves[1] < 1.05)
    model = window.workspace.model
    category_id = next(iter(model.document.categories))
    instance = Instance(model.document.take_id(Instance), window.workspace.image_id, category_id, mask)
    model.push(AddInstance(instance), "benchmark")
    window.workspace.selection.select([instance.id])
    return instance


if __name__ == "__main__":
    main()
