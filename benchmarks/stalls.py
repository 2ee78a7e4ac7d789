"""The longest time the window did not answer, in each part of a working day; and how the memory grew.

A timer of the GUI thread ticks every 2 ms; a stall is the longest gap between two ticks. Run:
.venv/bin/python benchmarks/stalls.py [--size S] (needs no display). S is the network's image size; the pictures are
1600 x 1200.
"""

from __future__ import annotations

import argparse
import random

import numpy as np
from parts.figures import Figures
from parts.scene import Scene, memory, scene
from parts.script import arguments, longest_stalls, run, size_argument
from PySide6.QtCore import QPointF, Qt

from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance, Edit, Together
from annotator.core.geometry import RunLengths
from annotator.gui.asked_edit import AskedEdit
from annotator.gui.main_window import MainWindow

IMAGES = 30
CLICKS = 200
SAVED_INSTANCES = 10_000


def main() -> None:
    run(__file__, size_argument(arguments(__doc__)), measure, longest_stalls)


def measure(options: argparse.Namespace) -> Figures:
    figures = Figures()
    with scene(options.size, IMAGES) as stage:
        go_through_the_day(stage, figures)
    return figures


def go_through_the_day(stage: Scene, figures: Figures) -> None:
    """The phases are the rows' keys."""
    window, workspace = stage.window, stage.window.workspace

    def step(phase: str) -> None:
        figures.add(f"stall: {phase}", stage.watchdog.longest())
        figures.notes.append(f"memory after {phase}: {memory():.0f} MB")

    stage.wait_ready()
    step("start")
    window.open_paths([stage.pictures])
    stage.wait(lambda: workspace.image is not None)
    step("load")
    stage.wait_embedded()
    step("embed")
    chance = random.Random(0)
    for _ in range(CLICKS):
        stage.click(QPointF(chance.randrange(1600), chance.randrange(1200)))
        stage.wait(lambda: not workspace.session.is_waiting)
        if len(workspace.session.step.points) == 5:
            workspace.session.clear()
    workspace.session.clear()
    step("clicks")
    for _ in range(IMAGES - 1):
        stage.press(Qt.Key.Key_D)
        stage.wait(lambda: workspace.image is not None)
        stage.rest(0.1)
    step("page")
    edit = new_instances(window)
    stage.rest(0.1)
    stage.watchdog.longest()
    workspace.model.change(AskedEdit(lambda _: edit, lambda _: "benchmark", SAVED_INSTANCES))
    stage.wait(lambda: bool(workspace.model.document.instances))
    stage.rest(3)
    step("draw")
    window.save()
    stage.wait(lambda: workspace.model.is_saved)
    step("save")


def new_instances(window: MainWindow) -> Edit:
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
    return Together(tuple(edits))


if __name__ == "__main__":
    main()
