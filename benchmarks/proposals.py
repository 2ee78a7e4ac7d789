"""The longest time the window does not answer while it stores and shows hundreds of proposals.

A timer of the GUI thread ticks every 2 ms; a stall is the longest gap between two ticks. Run:
.venv/bin/python benchmarks/proposals.py (needs no display). The picture is 1600 x 1200; the proposals are generated,
with borders as ragged as the network's.
"""

from __future__ import annotations

import argparse

import cv2
import numpy as np
from parts.figures import Figures
from parts.scene import Scene, scene
from parts.script import arguments, longest_stalls, run
from PySide6.QtCore import QPointF, Qt

from annotator.core.geometry import RunLengths
from annotator.gui.proposal_storing import Findings
from annotator.segment.everything import EverythingProposal
from annotator.segment.everything_config import EverythingConfig

COUNT = 200


def main() -> None:
    run(__file__, arguments(__doc__), measure, longest_stalls)


def measure(_: argparse.Namespace) -> Figures:
    figures = Figures()
    with scene(pictures=2) as stage:
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


def ragged(count: int) -> list[EverythingProposal]:
    """Blobs of all sizes on a picture of 1600 x 1200, with coarse steps as of logits that were made larger."""
    chance = np.random.default_rng(0)
    found = []
    for index in range(count):
        noise = chance.normal(size=(75, 100)).astype(np.float32)
        y, x = np.indices(noise.shape)
        reach = chance.uniform(4, 25)
        distance = np.hypot(y - chance.uniform(5, 70), x - chance.uniform(5, 95))
        field = cv2.GaussianBlur(noise, (0, 0), 2) * 6 + (reach - distance) / 3
        mask = cv2.resize(field, (1600, 1200), interpolation=cv2.INTER_LINEAR) > 0
        if mask.any():
            found.append(EverythingProposal(RunLengths.from_mask(mask), 1 - index / count, 0.9, (0.0, 0.0)))
    return found


if __name__ == "__main__":
    main()
