"""A program in whose real window work is done until it is killed, and which says what happens; see test_killed.py.

Lines, each written before anything later can happen:
    opening                 the folder is about to be opened, and its journal replayed
    found DIGEST            it is open, with what was begun on its images, and this is what it is
    step N DIGEST ACTION    the N-th change of the document, or of what is begun, was made by that action, and this is
                            what it is now; the journal is told next
    saved                   the COCO file has been replaced
    safe N                  the status bar says that all is safe, N changes having been made
"""

from __future__ import annotations

import hashlib
import os
import traceback
from collections.abc import Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from annotator.core import coco
from annotator.core.document import Document
from annotator.gui.app import make_application
from annotator.gui.main_window import MainWindow
from annotator.gui.settings import Settings
from annotator.gui.unfinished_drawings import Corners
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.workspace import Workspace
from tests.e2e.busy_hands import BusyHands
from tests.gui.conftest import FakeProcess

SAFE = ("saved", "not saved, but kept")
AUTOSAVE_MS = 300  # instead of the user's minutes, so that many a kill hits one

Begun = Mapping[tuple[str, str], object]
"""What is unfinished, by the path of its image and its kind; see `seen`."""


def digest(document: Document, coco_path: Path, begun: Begun) -> str:
    """What tells two datasets apart, with what is begun on their images: all of it."""
    content = coco.to_bytes(document, coco_path) + repr(sorted(begun.items())).encode()
    return hashlib.sha256(content).hexdigest()


def seen(unfinished: object) -> object:
    """All that somebody sees of a thing that is unfinished, as a value with a repr of its own."""
    if isinstance(unfinished, tuple):
        corners: Corners = unfinished
        return [(corner.x(), corner.y()) for corner in corners]
    instance = unfinished.instance
    return instance.mask.height, instance.mask.width, instance.mask.counts, instance.provenance.source


class Worker(QObject):
    """Works whenever the window is quiet, which the window's own signals say."""

    def __init__(self, window: MainWindow, seed: int, say) -> None:
        super().__init__()
        self._window = window
        self._model = window.workspace.model
        self._say = say
        self._hands = BusyHands(window, seed)
        self._work = self._hands.work()
        self._steps = 0
        self._said_safe = 0
        self._begun: dict[tuple[str, str], object] = {}  # as the journal was told
        self._has_found = False
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._take_turn)
        workspace = window.workspace
        for signal in (
            *(workspace.image_shown, workspace.image_refused, workspace.outline.changed),
            *(workspace.session.changed, workspace.session.decode_failed),
            *(self._model.kept_changed, self._model.saved_changed, workspace.editor.mask_work.became_idle),
        ):
            signal.connect(self._on_anything)
        self._model.document_replaced.connect(self._on_opened)
        workspace.unfinished_drawings.restored.connect(self._on_found)
        workspace.saver.saved.connect(lambda _: say("saved"))

    def _on_opened(self) -> None:
        if not self._model.keeping.recovery.unfinished:
            self._on_found()

    def _on_found(self) -> None:
        self._begun = self._present()
        self._has_found = True
        self._say(f"found {self._digest()}")
        keeping = self._model.keeping
        record, keep_unfinished = keeping.record, keeping.keep_unfinished

        def announce_and_record(edit, *, applied: bool) -> None:
            self._say_step()
            record(edit, applied=applied)

        def announce_and_keep(image: str, kind: str, make) -> None:
            self._begun.pop((image, kind), None)
            if make is not None:
                self._begun[image, kind] = self._present()[image, kind]
            self._say_step()
            keep_unfinished(image, kind, make)

        keeping.record, keeping.keep_unfinished = announce_and_record, announce_and_keep
        self._turn.start()

    def _present(self) -> dict[tuple[str, str], object]:
        """What is begun, as the window has it."""
        masks, images = self._window.workspace.editor.masks, self._model.document.images
        return {
            (images[image_id].path, name): seen(kept.of(image_id))
            for name, kept in (("drawn", masks.drawn), ("corners", masks.corners))
            for image_id in kept.image_ids
        }

    def _digest(self) -> str:
        return digest(self._model.document, self._model.coco_path, self._begun)

    def _say_step(self) -> None:
        self._steps += 1
        self._say(f"step {self._steps} {self._digest()} {self._hands.doing}")

    def _on_anything(self, *_: object) -> None:
        if self._has_found:
            self._turn.start()

    def _take_turn(self) -> None:
        try:
            self._work_on()
        except BaseException as error:  # noqa: BLE001 - or it would do nothing for ever after
            traceback.print_exception(error)
            os._exit(1)

    def _work_on(self) -> None:
        is_still = not self._window.workspace.editor.mask_work.is_busy
        if is_still and self._begun != self._present():
            raise AssertionError(f"the journal was told of {self._begun}, and there is {self._present()}")
        # What the status bar says between two turns is what somebody would see.
        is_safe = self._window.status.saved.text() in SAFE
        if is_safe and not is_still:
            raise AssertionError(f"shown as safe while {self._hands.doing} was still being computed")
        if self._steps > self._said_safe and is_safe:
            self._said_safe = self._steps
            self._say(f"safe {self._steps}")
        if self._hands.is_quiet():
            next(self._work)
            self._turn.start()


def work(folder: Path, seed: int, lines: Connection, complaints: Path) -> None:
    """The program: never returns. complaints: where its errors go."""
    with open(complaints, "wb") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)

    def say(line: str) -> None:
        os.write(lines.fileno(), f"{line}\n".encode())

    app = make_application()
    settings = Settings(folder.parent / "settings.ini")
    settings.language = "en"
    workspace = Workspace(lambda: FakeProcess(image_size=256))
    window = MainWindow(workspace, settings, WeightsLibrary(workspace, settings, lambda _: FakeProcess(image_size=256)))
    workspace.autosave.set_minutes(1)
    workspace.autosave._timer.setInterval(AUTOSAVE_MS)
    worker = Worker(window, seed, say)  # noqa: F841 - it lives as long as the window
    window.resize(1200, 800)
    window.show()
    window.activateWindow()
    say("opening")
    window.open_paths([folder])
    app.exec()
