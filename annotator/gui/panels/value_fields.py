"""Fields for values that several records may have in common: a flag, a choice, a number, a text.

Every field shows what `show_values` gives it, one value a record, and tells what the user makes of it by `edited`, None
for no value at all. Different values are shown as such, and so are those that do not fit the field; neither changes
until the user does something.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QLocale, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QDoubleValidator, QFocusEvent, QIntValidator, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QWidget

_LARGEST = 1e300
_LARGEST_GROUP = 999_999_999


class FlagField(QCheckBox):
    """Yes or no; no value looks like no, and a dash means some of both."""

    edited = Signal(object)  # bool

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.clicked.connect(lambda: self.edited.emit(self.checkState() is Qt.CheckState.Checked))

    def show_values(self, values: Sequence[object]) -> None:
        """Show one value a record."""
        states = {_state(value) for value in values} or {_OFF}
        self.setCheckState(states.pop() if len(states) == 1 else Qt.CheckState.PartiallyChecked)

    def nextCheckState(self) -> None:
        # The dash is nothing to choose.
        self.setCheckState(_OFF if self.checkState() is Qt.CheckState.Checked else Qt.CheckState.Checked)


_OFF = Qt.CheckState.Unchecked


def _state(value: object) -> Qt.CheckState:
    if value is None or value is False:
        return _OFF
    return Qt.CheckState.Checked if value is True else Qt.CheckState.PartiallyChecked


class StillCombo(QComboBox):
    """Takes the width there is, and leaves the wheel to what it is in: scrolling past it must not change it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(4)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ChoiceField(StillCombo):
    """One of some texts, or none."""

    edited = Signal(object)  # str, or None

    def __init__(self, choices: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.addItem("\N{EN DASH}", None)
        for choice in choices:
            self.addItem(choice, choice)
        self.activated.connect(lambda row: self.edited.emit(self.itemData(row)))

    def show_values(self, values: Sequence[object]) -> None:
        """Show one value a record."""
        value, is_same = _common(values)
        row = -1
        if is_same:
            row = 0 if value is None else self.findData(value) if isinstance(value, str) else -1
        self.setPlaceholderText(as_text(value) if is_same else self.tr("mixed"))
        self.setCurrentIndex(row)


class LineField(QLineEdit):
    """A text that is told with every key, so that nothing typed is lost; empty means no value."""

    edited = Signal(object)  # str, or None
    left = Signal()  # Return or Escape: the user is done

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._values: list[object] = []
        self._hint = ""
        self._visit = 0
        self.textChanged.connect(self._on_text_changed)

    @property
    def typing(self) -> str:
        """Names what is typed while the keyboard is here, for DocumentModel.push: it is undone as one."""
        return f"{id(self)}/{self._visit}"

    def set_hint(self, text: str) -> None:
        """What an empty field says."""
        self._hint = text
        self._show_hint()

    def show_values(self, values: Sequence[object]) -> None:
        """Show one value a record; what is being typed stays as it is when it means the same."""
        self._values = list(values)
        value, is_same = _common(values)
        shown = self._shown(value) if is_same else ""
        if not (is_same and self.hasAcceptableInput() and self._value(self.text()) == value):
            with QSignalBlocker(self):
                self.setText(shown)
        self._show_hint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._visit += 1
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        # What was begun and is no value yet, such as "-", goes.
        self.show_values(self._values)

    def _show_hint(self) -> None:
        value, is_same = _common(self._values)
        unfit = as_text(value) if is_same and value is not None and not self._shown(value) else ""
        self.setPlaceholderText((unfit or self._hint) if is_same else self.tr("mixed"))

    def _on_text_changed(self, text: str) -> None:
        if self.hasAcceptableInput() or not text:
            self.edited.emit(self._value(text))

    def _value(self, text: str) -> Any:
        """What the text means."""
        return text or None

    def _shown(self, value: object) -> str:
        """The text of a value; "" for one that does not fit."""
        return value if isinstance(value, str) else ""


class NumberField(LineField):
    """A number, with a point in every language, as in the file."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        validator = QDoubleValidator(-_LARGEST, _LARGEST, -1, self)
        plain = QLocale.c()
        plain.setNumberOptions(QLocale.NumberOption.RejectGroupSeparator)
        validator.setLocale(plain)
        self.setValidator(validator)

    def _value(self, text: str) -> Any:
        if not text:
            return None
        value = float(text)
        # What every reader of JSON keeps exactly can be whole.
        return int(value) if value.is_integer() and abs(value) < 2**53 else value

    def _shown(self, value: object) -> str:
        return repr(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


class WholeField(LineField):
    """A whole number that is not negative."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setValidator(QIntValidator(0, _LARGEST_GROUP, self))

    def _value(self, text: str) -> Any:
        return int(text) if text else None

    def _shown(self, value: object) -> str:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def as_text(value: object) -> str:
    """Any value of a file, for people."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _common(values: Sequence[object]) -> tuple[Any, bool]:
    """The value all records have, and whether they do; 1 and true are two values."""
    first = values[0] if values else None
    is_same = all(value == first and isinstance(value, bool) == isinstance(first, bool) for value in values)
    return (first, True) if is_same else (None, False)
