"""How long an edit made in the window is not yet safe from a crash: from the push until the journal is on the disk.

Some thirty edits a second, with the window at work in between: new instances, other masks, undo and redo.
Run: .venv/bin/python benchmarks/journalled.py (needs no display). The journal is in the folder for temporary files.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from parts.figures import Figures
from parts.scene import Scene, scene
from parts.script import arguments, medians, run
from PySide6.QtCore import Qt

from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance, ChangeInstance, Edit
from annotator.core.geometry import RunLengths
from annotator.gui.document_model import DocumentModel

EDITS = 300
PAUSE = 0.03


def main() -> None:
    run(__file__, arguments(__doc__), measure, medians)


def measure(_: argparse.Namespace) -> Figures:
    figures = Figures()
    with scene(pictures=1) as stage:
        stage.open_pictures()
        delays = sorted(edit_and_wait(stage))
    figures.add("journal", delays[len(delays) // 2])
    figures.add("journal, worst", delays[-1])
    return figures


def edit_and_wait(stage: Scene) -> list[float]:
    """Milliseconds of each edit."""
    model = stage.window.workspace.model
    keeping = model.keeping
    committed: dict[int, float] = {}
    # In the journal's thread: the window may be late to hear of it, but the edit is on the disk.
    keeping.committed.connect(
        lambda: committed.setdefault(keeping._committed, time.perf_counter()), Qt.ConnectionType.DirectConnection
    )
    model.push(AddCategory(Category(model.document.take_id(Category), "disc")), "benchmark")
    pushed: dict[int, float] = {}
    chance = random.Random(0)
    for _ in range(EDITS):
        do = next_step(model, chance)
        before = time.perf_counter()
        do()
        pushed[keeping.sequence] = before
        stage.rest(PAUSE)
    stage.wait(lambda: model.is_kept)
    # An edit that was written together with later ones is on the disk when the last of them is.
    ends = sorted(committed)
    return [
        1000 * (committed[next(end for end in ends if end >= sequence)] - before) for sequence, before in pushed.items()
    ]


def next_step(model: DocumentModel, chance: random.Random) -> Callable[[], object]:
    """What is to be done next; an undo has something to undo."""
    kind = chance.choice(("add", "add", "change", "change", "undo", "redo"))
    if kind == "undo" and model.undo_stack.index() > 1:  # the category stays
        return model.undo
    if kind == "redo" and model.undo_stack.canRedo():
        return model.redo
    instances = list(model.document.instances.values())
    edit: Edit
    if kind == "change" and instances:
        before = chance.choice(instances)
        edit = ChangeInstance(before, replace(before, mask=ragged_disc(chance)))
    else:
        image, category = next(iter(model.document.images)), next(iter(model.document.categories))
        edit = AddInstance(Instance(model.document.take_id(Instance), image, category, ragged_disc(chance)))
    return partial(model.push, edit, "benchmark")


def ragged_disc(chance: random.Random) -> RunLengths:
    """A disc with a noisy rim on the picture of 1600 x 1200 pixels."""
    x, y, radius = chance.randrange(200, 1400), chance.randrange(200, 1000), chance.randrange(40, 180)
    rows, columns = np.indices((1200, 1600))
    noise = np.random.default_rng(chance.randrange(10**6)).uniform(0.8, 1.2, (1200, 1600))
    return RunLengths.from_mask((rows - y) ** 2 + (columns - x) ** 2 < radius**2 * noise)


if __name__ == "__main__":
    main()
