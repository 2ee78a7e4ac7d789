"""The longest time the window did not answer while the brush draws on a large image full of instances.

60 moves of the mouse a second on 6000 x 4000 pixels with 500 instances on screen, in strokes of half a second: on one
of the discs, then on an instance over all of the image with a ragged outline and hundreds of holes. Run:
.venv/bin/python benchmarks/brush.py (needs no display).
"""

from __future__ import annotations

import argparse
import math

from parts.figures import Figures
from parts.large_image import HEIGHT, add_ragged, open_large_image, wait_drawn, widget_place
from parts.scene import Scene, scene
from parts.script import arguments, longest_stalls, run
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

STROKES, MOVES = 12, 30


def main() -> None:
    run(__file__, arguments(__doc__), measure, longest_stalls)


def measure(_: argparse.Namespace) -> Figures:
    figures = Figures()
    with scene() as stage:
        open_large_image(stage)
        wait_drawn(stage)
        stage.window.choose_tool("brush")
        stage.rest(1.0)
        figures.add("stall: at rest", stage.watchdog.longest())
        for stroke in range(STROKES):
            draw(stage, stroke, figures, "")
        add_ragged(stage)
        wait_drawn(stage)
        for stroke in range(STROKES):
            draw(stage, stroke, figures, ", ragged")
    return figures.worst()


def draw(stage: Scene, stroke: int, figures: Figures, what: str) -> None:
    """One stroke; what its end does, the edit and drawing what is under it anew, is a figure of its own."""
    canvas, left = stage.window.canvas, Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, pos=place(stage, stroke, 0))
    for step in range(1, MOVES):
        QTest.mouseMove(canvas, place(stage, stroke, step))
        stage.rest(1 / 60)
    figures.add(f"stall: brush{what}", stage.watchdog.longest())
    QTest.mouseRelease(canvas, left, pos=place(stage, stroke, MOVES - 1))
    stage.wait(lambda: not stage.window.workspace.editor.mask_work.is_busy)
    stage.rest(0.3)
    figures.add(f"stall: stroke ends{what}", stage.watchdog.longest())


def place(stage: Scene, stroke: int, step: int) -> QPoint:
    """Along half a circle."""
    turn = step / MOVES * math.pi
    return widget_place(stage, 600 + 400 * stroke + 300 * math.cos(turn), HEIGHT / 2 + 1200 * math.sin(turn))


if __name__ == "__main__":
    main()
