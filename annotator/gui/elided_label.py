"""A line of text that takes the room there is, and never asks for more."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyle, QStyleOption, QWidget

from annotator.gui.plain_text import as_tooltip

_FEWEST_CHARACTERS = 4  # what stays of a text however little room there is


class ElidedLabel(QLabel):
    """Plain text that has an ellipsis where it does not fit, by `mode`, with the whole of it in the tooltip.

    A QLabel's text is its least width: a sentence in a status bar makes the window grow past the screen.
    """

    def __init__(self, parent: QWidget | None = None, *, mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)

    @property
    def shown_text(self) -> str:
        """What fits of the text."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def setText(self, text: str) -> None:
        """Show that."""
        super().setText(text)
        self._refresh_tooltip()

    def minimumSizeHint(self) -> QSize:
        """Room for a few characters, or for the text if it is shorter."""
        margins = self.contentsMargins()
        width = _FEWEST_CHARACTERS * self.fontMetrics().averageCharWidth() + margins.left() + margins.right()
        return super().minimumSizeHint().boundedTo(QSize(width, super().minimumSizeHint().height()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refresh_tooltip()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._refresh_tooltip()

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
        style, role = self.style(), self.foregroundRole()
        style.drawItemText(
            painter, self.contentsRect(), self.alignment(), self.palette(), enabled, self.shown_text, role
        )

    def _refresh_tooltip(self) -> None:
        self.setToolTip("" if self.shown_text == self.text() else as_tooltip(self.text()))
