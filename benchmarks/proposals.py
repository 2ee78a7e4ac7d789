"""The longest time the window does not answer while it stores and shows hundreds of proposals, and a folder's 400,000.

A timer of the GUI thread ticks every 2 ms; a stall is the longest gap between two ticks. Run:
.venv/bin/python benchmarks/proposals.py [--folder] (needs no display). The picture is 1600 x 1200; the proposals are
generated, with borders as ragged as the network's. The folder has 20,000 images more, of 160 x 120, with 20 proposals
each.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np
from parts.figures import Figures
from parts.scene import Scene, scene
from parts.script import arguments, longest_stalls, run
from PySide6.QtCore import QPointF, Qt

from annotator.core.document import ImageRecord
from annotator.core.edits import AddImages
from annotator.core.geometry import RunLengths
from annotator.gui.proposal_storing import Findings
from annotator.segment.everything import EverythingProposal
from annotator.segment.everything_config import EverythingConfig

COUNT = 200
IMAGES, PER_IMAGE = 20_000, 20


def main() -> None:
    parser = arguments(__doc__)
    parser.add_argument("--folder", action="store_true", help="a folder's proposals instead")
    run(__file__, parser, measure, longest_stalls)


def measure(options: argparse.Namespace) -> Figures:
    figures = Figures()
    with scene(pictures=2) as stage:
        if options.folder:
            stage.open_pictures()
            store_folder(stage, figures)
        else:
            store_show_accept(stage, figures)
    return figures


def store_show_accept(stage: Scene, figures: Figures) -> None:
    """Store, show, zoom, filter and accept; the phases are the rows' keys."""
    window, workspace = stage.window, stage.window.workspace
    model, view = workspace.model, workspace.proposals

    def step(phase: str) -> None:
        stage.rest(1.5)
        figures.add(f"stall: {phase}", stage.watchdog.longest())

    stage.open_pictures()
    window.actions_.select_tool.trigger()
    ended: list[int | None] = []
    findings = Findings(model.document, {1: ragged(COUNT)}, "benchmark", EverythingConfig(), "benchmark")
    stage.rest(2)
    stage.watchdog.longest()
    workspace.everything._storing.store(findings, lambda: True, ended.append)
    stage.wait(lambda: bool(ended))
    step("proposals stored")
    for _ in range(6):
        window.canvas.zoom_by_steps(1)
        stage.rest(0.1)
    for _ in range(6):
        window.canvas.zoom_by_steps(-1)
        stage.rest(0.1)
    step("proposals zoomed")
    for percent in (30, 60, 90, 0):
        window.proposals.score.setValue(percent)
        stage.rest(0.2)
    step("proposals filtered")
    for _ in range(20):
        stage.press(Qt.Key.Key_D)
        stage.wait(lambda: workspace.image is not None)
        stage.press(Qt.Key.Key_A)
        stage.wait(lambda: workspace.image is not None)
    step("proposals paged")
    stage.click(QPointF(800, 600))
    step("proposal accepted")
    workspace.proposal_changes.accept_as_named([proposal.id for proposal in view.shown], "thing")
    step("proposals accepted")
    model.undo()
    step("that undone")


def store_folder(stage: Scene, figures: Figures) -> None:
    """Store what a run over a whole folder has found, take it back, and do it again."""
    model = stage.window.workspace.model
    ids = model.document.take_ids(ImageRecord, IMAGES)
    model.push(AddImages(tuple(ImageRecord(i, f"more/{i:06}.jpg", height=120, width=160) for i in ids)), "benchmark")
    found = ragged(PER_IMAGE, width=160, height=120)
    before = len(model.document.proposals)
    findings = Findings(
        model.document,
        dict.fromkeys(ids, found),
        "benchmark",
        EverythingConfig(),
        "benchmark",
        category="thing",
        mark={"weights": "benchmark"},
    )
    stage.rest(3)
    stage.watchdog.longest()
    ended: list[int | None] = []
    stage.window.workspace.everything._storing.store(findings, lambda: True, ended.append)
    stage.wait(lambda: bool(ended))
    figures.add(
        f"stall: store {len(model.document.proposals) - before} proposals of a folder", stage.watchdog.longest()
    )
    stage.wait(lambda: model.is_kept)
    stage.rest(1)
    figures.add("stall: write them to the journal", stage.watchdog.longest())
    for name, step, count in (("undo", model.undo, before), ("redo", model.redo, before + ended[0])):
        step()
        stage.wait(lambda count=count: len(model.document.proposals) == count)
        stage.wait(lambda: model.is_kept)  # before that the window does not close
        stage.rest(1)
        figures.add(f"stall: {name} that", stage.watchdog.longest())


def ragged(count: int, *, width: int = 1600, height: int = 1200) -> list[EverythingProposal]:
    """Blobs of all sizes on a picture, with coarse steps as of logits that were made larger."""
    chance = np.random.default_rng(0)
    found = []
    for index in range(count):
        noise = chance.normal(size=(75, 100)).astype(np.float32)
        y, x = np.indices(noise.shape)
        reach = chance.uniform(4, 25)
        distance = np.hypot(y - chance.uniform(5, 70), x - chance.uniform(5, 95))
        field = cv2.GaussianBlur(noise, (0, 0), 2) * 6 + (reach - distance) / 3
        mask = cv2.resize(field, (width, height), interpolation=cv2.INTER_LINEAR) > 0
        if mask.any():
            found.append(EverythingProposal(RunLengths.from_mask(mask), 1 - index / count, 0.9, (0.0, 0.0)))
    return found


if __name__ == "__main__":
    main()
