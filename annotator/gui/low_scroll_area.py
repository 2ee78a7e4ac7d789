"""Keeps a column of panels usable in a low window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

_LEAST_HEIGHT = 160


class LowScrollArea(QScrollArea):
    """A widget as tall as the room there is, which can be scrolled where that is less than it needs.

    Without it the least height of the widget is that of the window: four lists, one above the other, do not fit a
    screen magnified by two.
    """

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidget(content)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        """As wide as the content with a scroll bar beside it, and a few lines high."""
        content = self.widget()
        width = max(content.minimumSizeHint().width(), content.minimumWidth())
        return QSize(width + self.verticalScrollBar().sizeHint().width(), _LEAST_HEIGHT)

    def sizeHint(self) -> QSize:
        """What the content would like."""
        return self.widget().sizeHint()
