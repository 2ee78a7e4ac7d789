"""A program in whose real window work is done until it is killed, and which says what happens; see test_killed.py.

    python -m tests.e2e.working_window FOLDER SEED

Lines on standard output, each written before anything later can happen:
    opening                 the folder is about to be opened, and its journal replayed
    found DIGEST            it is open, and this is what the document is
    step N DIGEST ACTION    the N-th edit is applied, undone or redone by that action, and this is the document now;
                            the journal is told next
    saved                   the COCO file has been replaced
    safe N                  the status bar says that all is safe, N edits having been made
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from annotator.core import coco
from annotator.core.document import Document
from annotator.gui.app import make_application
from annotator.gui.main_window import MainWindow
from annotator.gui.settings import Settings
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.workspace import Workspace
from tests.e2e.busy_hands import BusyHands
from tests.gui.conftest import FakeProcess

SAFE = ("saved", "not saved, but kept")
AUTOSAVE_MS = 300  # instead of the user's minutes, so that many a kill hits one


def digest(document: Document, coco_path: Path) -> str:
    """What tells two documents apart, all of them."""
    return hashlib.sha256(coco.to_bytes(document, coco_path)).hexdigest()


class Worker(QObject):
    """Works whenever the window is quiet, which the window's own signals say."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        super().__init__()
        self._window = window
        self._model = window.workspace.model
        self._hands = BusyHands(window, seed)
        self._work = self._hands.work()
        self._steps = 0
        self._said_safe = 0
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._take_turn)
        workspace = window.workspace
        for signal in (
            *(workspace.image_shown, workspace.image_refused, workspace.outline.changed),
            *(workspace.session.changed, workspace.session.decode_failed),
            *(self._model.kept_changed, self._model.saved_changed),
        ):
            signal.connect(self._on_anything)
        self._model.document_replaced.connect(self._on_opened)
        workspace.saver.saved.connect(lambda _: say("saved"))

    def _on_opened(self) -> None:
        say(f"found {digest(self._model.document, self._model.coco_path)}")
        keeping = self._model.keeping
        record = keeping.record

        def announce_and_record(edit, *, applied: bool) -> None:
            self._steps += 1
            say(f"step {self._steps} {digest(self._model.document, self._model.coco_path)} {self._hands.doing}")
            record(edit, applied=applied)

        keeping.record = announce_and_record

    def _on_anything(self, *_: object) -> None:
        if self._model.is_open:
            self._turn.start()

    def _take_turn(self) -> None:
        # What the status bar says between two turns is what somebody would see.
        if self._steps > self._said_safe and self._window.status.saved.text() in SAFE:
            self._said_safe = self._steps
            say(f"safe {self._steps}")
        if self._hands.is_quiet():
            next(self._work)
            self._turn.start()


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def main() -> None:
    folder, seed = Path(sys.argv[1]), int(sys.argv[2])
    app = make_application()
    settings = Settings(folder.parent / "settings.ini")
    settings.language = "en"
    workspace = Workspace(lambda: FakeProcess(image_size=256))
    window = MainWindow(workspace, settings, WeightsLibrary(workspace, settings, lambda _: FakeProcess(image_size=256)))
    workspace.autosave.set_minutes(1)
    workspace.autosave._timer.setInterval(AUTOSAVE_MS)
    worker = Worker(window, seed)  # noqa: F841 - it lives as long as the window
    window.resize(1200, 800)
    window.show()
    window.activateWindow()
    say("opening")
    window.open_paths([folder])
    app.exec()


if __name__ == "__main__":
    main()
