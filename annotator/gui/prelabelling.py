"""Pre-labelling in a window: its dialog, what comes of it, and the offer to go on with a run that was interrupted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from annotator.gui.dialogs.prelabel import PrelabelDialog
from annotator.gui.message_bar import MessageBar
from annotator.gui.workspace import Workspace
from annotator.segment.prelabel_interrupted import InterruptedRun

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow


class Prelabelling(QObject):
    """Belongs to a window, over which it opens its dialog."""

    def __init__(self, window: QWidget, workspace: Workspace, messages: MessageBar) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._messages = messages
        workspace.folder_runs.told.connect(messages.tell)
        workspace.folder_runs.interrupted.connect(self.offer)

    def show(self) -> None:
        """Ask how to pre-label the folder, then do it."""
        runs = self._workspace.folder_runs
        dialog = PrelabelDialog(self._workspace.model.document.categories.values(), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(runs.prelabel)
        runs.looked.connect(dialog.set_interrupted)
        runs.looked_ahead.connect(dialog.set_outlook)
        runs.look_for_interrupted()
        runs.look_ahead()
        dialog.open()

    def offer(self, run: InterruptedRun) -> None:
        """Say that there is a run that can be gone on with, unless something more important has to be said first."""
        text = self.tr(
            "Pre-labelling these images was interrupted; what was found on %n image(s) is kept.", "", run.images
        )
        again = partial(_offer_in, run=run)
        self._messages.tell_after(text, self.tr("Go on..."), self.show, again=again)


def _offer_in(window: MainWindow, run: InterruptedRun) -> None:
    window.prelabelling.offer(run)
