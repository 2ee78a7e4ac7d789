"""What a hand at the mouse sees: previews while it moves, and the first mask on the next image.

Run: .venv/bin/python benchmarks/latency.py [--size S] (needs no display). S is the network's image size; the pictures
are 1600 x 1200.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable

from parts.figures import Figures
from parts.scene import Scene, scene
from parts.script import arguments, medians, run, size_argument
from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtTest import QTest

IMAGES = 16
FAR_APART = (0, 7, 13, 3, 10)  # of those images; none is a neighbour that the one before has fetched
HOVERS, HOVER_SECONDS = 5, 2.0
MOVES_PER_SECOND = 125  # a usual mouse


def main() -> None:
    run(__file__, size_argument(arguments(__doc__)), measure, medians)


def measure(options: argparse.Namespace) -> Figures:
    figures = Figures()
    with scene(options.size, IMAGES) as stage:
        stage.open_pictures()
        stage.rest(1.0)
        hover(stage, figures)
        next_images(stage, figures)
        far_images(stage, figures)
    return figures


class PaintedPreviews(QObject):
    """Counts the different previews that reached the screen."""

    def __init__(self, stage: Scene) -> None:
        super().__init__()
        self._preview = stage.window.workspace.preview
        self._last: object = None
        self.count = 0
        stage.window.canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            shape = self._preview.shape
            if shape is not None and shape is not self._last:
                self.count += 1
            self._last = shape
        return False


def hover(stage: Scene, figures: Figures) -> None:
    """Previews per second while the mouse draws circles; nothing else goes on."""
    wait_prefetched(stage)
    painted = PaintedPreviews(stage)
    for turn in range(HOVERS + 1):
        painted.count, started = 0, time.perf_counter()
        while (passed := time.perf_counter() - started) < HOVER_SECONDS:
            angle = 2 * math.pi * passed / HOVER_SECONDS
            at = QPointF(800 + 500 * math.cos(angle), 600 + 400 * math.sin(angle))
            QTest.mouseMove(stage.window.canvas, stage.window.canvas.viewport.to_widget(at).toPoint())
            moved = time.perf_counter()
            stage.wait(lambda moved=moved: time.perf_counter() - moved > 1 / MOVES_PER_SECOND)
        if turn:  # the first one warms up
            figures.add("hover", painted.count / passed)
    if stage.window.workspace.preview.is_too_slow:
        figures.notes.append("the preview gave up: too slow here")


def next_images(stage: Scene, figures: Figures) -> None:
    """Milliseconds from the key that pages to the painted mask of a click made as soon as the image is on screen."""
    for turn in range(IMAGES - 3):
        passed = first_mask(stage, lambda: stage.press(Qt.Key.Key_D), 700 + 10 * turn)
        if turn:  # the first one warms up
            figures.add("next image", sum(passed))
            figures.add("of that, to the image on screen", passed[0])


def far_images(stage: Scene, figures: Figures) -> None:
    """The same of images that were embedded earlier and forgotten since: pixels and embedding come from the disk."""
    workspace, settings = stage.window.workspace, stage.window._settings
    ids = list(workspace.model.document.images)
    kept = {"images": settings.image_bytes, "disk": settings.disk_cache_bytes}
    for round_ in range(2):
        workspace.set_cache_bytes(embeddings=1, images=1, disk=kept["disk"])
        workspace.set_cache_bytes(embeddings=settings.embedding_bytes, **kept)
        for turn, index in enumerate(FAR_APART):
            passed = first_mask(stage, lambda index=index: workspace.show_image(ids[index]), 700 + 10 * turn)
            if turn or round_:  # the first one warms up
                figures.add("cached image", sum(passed))


def first_mask(stage: Scene, go: Callable[[], object], x: float) -> tuple[float, float]:
    """Go to another image and click there at once: milliseconds until it is on screen, and until its mask is."""
    workspace = stage.window.workspace
    wait_prefetched(stage)
    stage.rest(0.2)
    before, started = workspace.image, time.perf_counter()
    go()
    stage.wait(lambda: workspace.image is not None and workspace.image is not before)
    shown = time.perf_counter()
    stage.click(QPointF(x, 500))
    stage.wait(lambda: workspace.session.is_pending and not workspace.session.is_waiting)
    stage.window.canvas.repaint()
    ended = time.perf_counter()
    workspace.session.clear()
    return 1000 * (shown - started), 1000 * (ended - shown)


def wait_prefetched(stage: Scene) -> None:
    """Until the neighbours of the image on screen are embedded."""
    stage.wait_embedded()
    stage.rest(0.1)  # it begins when the window has heard of the embedding
    stage.wait(lambda: not stage.window.workspace._prefetch.is_running)


if __name__ == "__main__":
    main()
