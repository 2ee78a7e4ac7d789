"""A program that works in the real window until it is killed, and says what it does; see test_killed.py.

    python -m tests.e2e.working_window FOLDER SEED

Lines on standard output: "step N DIGEST" before the N-th step, with what the document will be after it, and "safe N"
when the status bar shows that everything up to step N is safe.
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer

from annotator.core import coco
from annotator.core.document import Category, Document, Instance
from annotator.core.edits import AddCategory, AddInstance, Edit, RemoveInstances
from annotator.core.geometry import RunLengths
from annotator.gui.app import make_application
from annotator.gui.main_window import MainWindow
from annotator.gui.settings import Settings
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.workspace import Workspace
from tests.gui.conftest import FakeProcess

SAFE = ("saved", "not saved, but kept")


def digest(document: Document, coco_path: Path) -> str:
    """What tells two documents apart, all of them."""
    return hashlib.sha256(coco.to_bytes(document, coco_path)).hexdigest()


class Worker:
    """Makes one step at each turn of the event loop."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self._window = window
        self._model = window.workspace.model
        self._random = random.Random(seed)
        self._edits: list[Edit] = []
        self._applied = 0
        self._steps = 0
        self._timer = QTimer()
        self._timer.timeout.connect(self._step)
        self._model.kept_changed.connect(self._say_safe)
        self._model.saved_changed.connect(self._say_safe)
        self._model.document_replaced.connect(lambda: self._timer.start(2))

    def _step(self) -> None:
        kind = self._random.choice(("add", "add", "add", "remove", "undo", "redo", "save"))
        if kind == "save":
            self._window.save()
        elif kind == "undo" and self._applied:
            self._announce(lambda document: self._edits[self._applied - 1].revert(document))
            self._applied -= 1
            self._model.undo()
        elif kind == "redo" and self._applied < len(self._edits):
            self._announce(self._edits[self._applied].apply)
            self._applied += 1
            self._model.redo()
        elif kind in ("add", "remove"):
            self._push(self._new_edit(kind))

    def _new_edit(self, kind: str) -> Edit:
        document = self._model.document
        if not document.categories:
            return AddCategory(Category(document.take_id(Category), "disc"))
        if kind == "remove" and document.instances:
            return RemoveInstances((document.instances[self._random.choice(list(document.instances))],))
        image = self._random.choice(list(document.images.values()))
        mask = np.zeros((image.height, image.width), np.bool_)
        x, y = self._random.randrange(image.width - 9), self._random.randrange(image.height - 9)
        mask[y : y + 8, x : x + 8] = True
        category_id = next(iter(document.categories))
        return AddInstance(Instance(document.take_id(Instance), image.id, category_id, RunLengths.from_mask(mask)))

    def _push(self, edit: Edit) -> None:
        self._announce(edit.apply)
        del self._edits[self._applied :]
        self._edits.append(edit)
        self._applied += 1
        self._model.push(edit, "step")

    def _announce(self, change) -> None:
        after = self._model.document.snapshot()
        change(after)
        self._steps += 1
        say(f"step {self._steps} {digest(after, self._model.coco_path)}")

    def _say_safe(self, *_: object) -> None:
        if self._steps and self._window.status.saved.text() in SAFE:
            say(f"safe {self._steps}")


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main() -> None:
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    app = make_application()
    settings = Settings(folder.parent / "settings.ini")
    settings.language = "en"
    workspace = Workspace(lambda: FakeProcess(image_size=256))
    window = MainWindow(workspace, settings, WeightsLibrary(workspace, settings, lambda _: FakeProcess(image_size=256)))
    worker = Worker(window, seed)  # noqa: F841 - it lives as long as the window
    window.show()
    window.open_paths([folder])
    app.exec()


if __name__ == "__main__":
    main()
