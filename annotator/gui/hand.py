"""The hand on the canvas: a document is neither exchanged under it, nor begun with while it is being exchanged."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from annotator.gui.canvas.keyboard_pointer import BUTTON_KEYS
from annotator.gui.workspace import Workspace

_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)
_ENDS = (QEvent.Type.MouseButtonRelease, QEvent.Type.FocusOut, QEvent.Type.Hide)
"""After the last two the release goes to somebody else."""


class Hand(QObject):
    """Tells the workspace while a button of the mouse, or the key that stands for one, is held down on the canvas.

    What is begun while one document is exchanged for another would belong to neither, so it is refused.
    """

    refused = Signal(object)  # why a press did nothing

    def __init__(self, canvas: QWidget, workspace: Workspace) -> None:
        super().__init__(canvas)
        self._workspace = workspace
        workspace.opener.is_hand_down = False  # whatever another window has left
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _PRESSES or _is_of_button_key(event, QEvent.Type.KeyPress):
            if self._workspace.opener.is_exchanging:
                self.refused.emit(self._workspace.model.refusal)
                return True
            self._workspace.opener.is_hand_down = True
        elif event.type() in _ENDS or _is_of_button_key(event, QEvent.Type.KeyRelease):
            self._workspace.opener.is_hand_down = False
        return False


def _is_of_button_key(event: QEvent, kind: QEvent.Type) -> bool:
    if event.type() != kind or not isinstance(event, QKeyEvent):
        return False
    return event.key() in BUTTON_KEYS and not event.isAutoRepeat()
