"""The longest time the window did not answer while vertices are pulled on a large image full of instances.

60 moves of the mouse a second on 6000 x 4000 pixels with 500 discs on screen, and a selected instance over all of the
image with a ragged outline and hundreds of holes. Run: .venv/bin/python benchmarks/vertices.py (needs no display).
"""

from __future__ import annotations

import argparse

import numpy as np
from parts.figures import Figures
from parts.large_image import HEIGHT, WIDTH, add_ragged, open_large_image, wait_drawn, widget_place
from parts.scene import Scene, scene
from parts.script import arguments, longest_stalls, run
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

GESTURES, MOVES = 8, 30
PULLED_TO = np.array((WIDTH / 2, HEIGHT / 2))


def main() -> None:
    run(__file__, arguments(__doc__), measure, longest_stalls)


def measure(_: argparse.Namespace) -> Figures:
    figures = Figures()
    with scene() as stage:
        open_large_image(stage)
        add_ragged(stage)
        wait_drawn(stage)
        outline = stage.window.workspace.outline
        stage.rest(1.0)
        figures.add("stall: at rest", stage.watchdog.longest())
        stage.window.choose_tool("polygon")
        stage.wait(lambda: outline.current() is not None)
        stage.rest(0.5)
        figures.add("stall: the outline is found", stage.watchdog.longest())
        for gesture in range(GESTURES):
            pull(stage, gesture / GESTURES, figures)
        count = outline.current().handle_count(outline.tolerance)
        corners = max(len(ring.corners) for ring in outline.current().rings)
    figures.notes.append(f"{count} vertices; the longest ring has {corners} corners")
    return figures.worst()


def pull(stage: Scene, along: float, figures: Figures) -> None:
    """Pull the vertex at that share of the longest ring a quarter of the way to the middle of the image."""
    outline, canvas, left = stage.window.workspace.outline, stage.window.canvas, Qt.MouseButton.LeftButton
    stage.wait(lambda: outline.current() is not None)
    stage.rest(0.3)
    ring = max(outline.current().rings, key=lambda one: len(one.corners))
    handles = ring.corners[ring.handles(outline.tolerance)]
    start = handles[int(len(handles) * along)]
    way = (PULLED_TO - start) / 4
    stage.watchdog.longest()
    QTest.mousePress(canvas, left, pos=widget_place(stage, *start))
    for step in range(1, MOVES):
        QTest.mouseMove(canvas, widget_place(stage, *(start + way * step / MOVES)))
        stage.rest(1 / 60)
    figures.add("stall: vertex", stage.watchdog.longest())
    QTest.mouseRelease(canvas, left, pos=widget_place(stage, *(start + way)))
    stage.wait(lambda: not outline.is_busy and outline.current() is not None)
    stage.rest(0.3)
    figures.add("stall: vertex let go", stage.watchdog.longest())


if __name__ == "__main__":
    main()
