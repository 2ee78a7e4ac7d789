"""Pre-labelling in a window: its dialog, what comes of it, and the offer to go on with a run that was interrupted."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from annotator.gui.dialogs.prelabel import PrelabelDialog
from annotator.gui.message_bar import MessageBar
from annotator.gui.workspace import Workspace
from annotator.segment.prelabel_partial import InterruptedRun


class Prelabelling(QObject):
    """Belongs to a window, over which it opens its dialog."""

    def __init__(self, window: QWidget, workspace: Workspace, messages: MessageBar) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._messages = messages
        workspace.folder_runs.told.connect(messages.tell)
        workspace.folder_runs.interrupted.connect(self._on_interrupted)

    def show(self) -> None:
        """Ask how to pre-label the folder, then do it."""
        runs = self._workspace.folder_runs
        dialog = PrelabelDialog(self._workspace.model.document, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.wanted.connect(runs.prelabel)
        runs.looked.connect(dialog.set_interrupted)
        runs.look_for_interrupted()
        dialog.open()

    def _on_interrupted(self, run: InterruptedRun) -> None:
        text = self.tr(
            "Pre-labelling these images was interrupted; what was found on %n image(s) is kept.", "", run.images
        )
        self._messages.tell_after(text, self.tr("Go on..."), self.show)
