"""The bar above the canvas: one thing to know, with at most one action, or two to choose from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from annotator.gui.icons import set_icon
from annotator.gui.language import translated

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow


@dataclass(frozen=True)
class Message:
    """A sentence, with a button named `action` that calls `callback`, when there is one, and with another beside it.

    on_closed: called when the user closes the message without using its action. again: tells the same in the main
    window it is given; without it the text alone is told there.
    """

    text: str
    action: str = ""
    callback: Callable[[], None] | None = None
    _: KW_ONLY
    other: str = ""
    other_callback: Callable[[], None] | None = None
    on_closed: Callable[[], None] | None = None
    again: Callable[[MainWindow], None] | None = None


class MessageBar(QFrame):
    """Shows the newest passing message until it is closed, and beneath all of them at most one standing message.

    A message without an action gives way to the next one; one with an action comes back after those that follow it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._passing: list[Message] = []  # the last one is on show
        self._standing: Message | None = None
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._action = QPushButton(self)
        self._action.clicked.connect(self._on_action_clicked)
        self._other = QPushButton(self)
        self._other.clicked.connect(self._on_other_clicked)
        close = QToolButton(self)
        close.setObjectName("close_message")
        close.setAutoRaise(True)
        set_icon(close, "close")
        close.setToolTip(self.tr("Close this message"))
        close.setAccessibleName(self.tr("Close this message"))
        close.clicked.connect(self._on_close_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._text)
        row.addWidget(self._action)
        row.addWidget(self._other)
        row.addWidget(close)
        self.hide()

    @property
    def text(self) -> str:
        """The message on show, or the last one."""
        return self._text.text()

    def tell(
        self,
        text: str,
        action: str = "",
        callback: Callable[[], None] | None = None,
        *,
        other: str = "",
        other_callback: Callable[[], None] | None = None,
        again: Callable[[MainWindow], None] | None = None,
    ) -> None:
        """Show a passing message before, or in place of, the one on show."""
        self._drop(text)
        if self._passing and self._passing[-1].callback is None:
            self._passing.pop()
        self._passing.append(Message(text, action, callback, other=other, other_callback=other_callback, again=again))
        self._refresh()

    def tells(self, text: str) -> bool:
        """Whether that is the passing message on show."""
        return bool(self._passing) and self._passing[-1].text == text

    def tell_again_in(self, window: MainWindow) -> None:
        """Show the passing messages in another window, which speaks another language."""
        told: list[Message] = []
        for message in self._passing:
            # Each by itself: what is said again may take the place of others, or be said after them.
            window.messages.clear()
            if message.again is not None:
                message.again(window)
            else:
                window.messages.tell(message.text)
            told += window.messages._passing
        window.messages._passing = told
        window.messages._refresh()

    def tell_after(
        self,
        text: str,
        action: str = "",
        callback: Callable[[], None] | None = None,
        *,
        again: Callable[[MainWindow], None] | None = None,
    ) -> None:
        """Show a passing message when those before it have been closed or used; at once when there is none."""
        self._drop(text)
        self._passing.insert(0, Message(text, action, callback, again=again))
        self._refresh()

    def clear(self) -> None:
        """All passing messages are out of date."""
        self._passing.clear()
        self._refresh()

    def withdraw(self, text: str) -> None:
        """That passing message is out of date, on show or waiting."""
        self._drop(text)
        self._refresh()

    def reword(self, text: str, now: str) -> None:
        """A passing message, on show or waiting, says something else from now on, with the same actions."""
        self._passing = [replace(m, text=now) if m.text == text else m for m in self._passing]
        self._refresh()

    def set_standing(self, message: Message | None) -> None:
        """What is shown whenever there is no passing message."""
        self._standing = message
        self._refresh()

    @property
    def _shown(self) -> Message | None:
        return self._passing[-1] if self._passing else self._standing

    def _drop(self, text: str) -> None:
        self._passing = [message for message in self._passing if message.text != text]

    def _refresh(self) -> None:
        message = self._shown
        if message is not None:
            text = translated(message.text)
            self._text.setText(text)
            self._text.setAccessibleName(text)
            self._action.setText(message.action)
            self._action.setVisible(message.callback is not None)
            self._other.setText(message.other)
            self._other.setVisible(message.other_callback is not None)
        self.setVisible(message is not None)

    def _take(self) -> Message | None:
        """The message on show, which is shown no longer."""
        message = self._shown
        if self._passing:
            self._passing.pop()
        else:
            self._standing = None
        self._refresh()
        return message

    def _on_action_clicked(self) -> None:
        message = self._used()
        if message is not None and message.callback is not None:
            message.callback()

    def _on_other_clicked(self) -> None:
        message = self._used()
        if message is not None and message.other_callback is not None:
            message.other_callback()

    def _used(self) -> Message | None:
        """The message whose action is chosen; a standing one stays until what it says is no longer so."""
        return self._take() if self._passing else self._standing

    def _on_close_clicked(self) -> None:
        message = self._take()
        if message is not None and message.on_closed is not None:
            message.on_closed()
