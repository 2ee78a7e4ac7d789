"""The bar above the canvas: one thing to know, with at most one action."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from annotator.gui.icons import icon


class MessageBar(QFrame):
    """Hidden until there is a message; a newer message replaces the older."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = QPushButton(self)
        self._action.clicked.connect(self._on_action_clicked)
        self._callback: Callable[[], None] | None = None
        close = QToolButton(self)
        close.setAutoRaise(True)
        close.setIcon(icon("close"))
        close.setToolTip(self.tr("Close this message"))
        close.setAccessibleName(self.tr("Close this message"))
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.addWidget(self._text)
        row.addWidget(self._action)
        row.addWidget(close)
        self.hide()

    @property
    def text(self) -> str:
        """The message on show, or the last one."""
        return self._text.text()

    def tell(self, text: str, action: str = "", callback: Callable[[], None] | None = None) -> None:
        """Show a sentence; with a button named `action` when there is a callback."""
        self._text.setText(text)
        self._text.setAccessibleName(text)
        self._callback = callback
        self._action.setText(action)
        self._action.setVisible(callback is not None)
        self.show()

    def _on_action_clicked(self) -> None:
        self.hide()
        if self._callback is not None:
            self._callback()
