"""What can be said of a category's instances: a row for each attribute, with its name, kind and choices."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.core.document import Attribute, AttributeKind
from annotator.gui.icons import set_icon

_COMMAS = re.compile(r"[,\N{FULLWIDTH COMMA}\N{IDEOGRAPHIC COMMA}]")


@dataclass(frozen=True, eq=False)
class AttributeRow:
    """The fields of one attribute. original: as it was before, None for a new one."""

    original: Attribute | None
    name: QLineEdit
    kind: QComboBox
    choices: QLineEdit
    up: QToolButton
    down: QToolButton
    remove: QToolButton

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """All of them, from left to right."""
        return self.name, self.kind, self.choices, self.up, self.down, self.remove

    @property
    def attribute(self) -> Attribute:
        """What the fields say, with the keys of the file that have no field."""
        before = self.original if self.original is not None else Attribute("")
        kind = AttributeKind(self.kind.currentData())
        choices = before.choices
        if self.choices.text() != _joined(before.choices):  # a choice may have a comma in it
            parts = (part.strip() for part in _COMMAS.split(self.choices.text()))
            choices = tuple(dict.fromkeys(part for part in parts if part))
        return replace(
            before,
            name=self.name.text().strip(),
            kind=kind,
            choices=choices if kind is AttributeKind.CHOICE or kind is before.kind else (),
        )


class AttributeEditor(QWidget):
    """Edits a copy; `attributes` and `renamed` say what has come of it."""

    changed = Signal()

    def __init__(self, attributes: tuple[Attribute, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[AttributeRow] = []
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 4, 0)
        self._grid.setSpacing(4)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(2, 3)
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        self._area = QScrollArea(self)
        self._area.setWidget(inside)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setMinimumHeight(112)
        self._empty = QLabel(self.tr("None yet. An attribute is something to say of every instance, such as its pose."))
        self._empty.setWordWrap(True)
        self._empty.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.add_button = QPushButton(self.tr("&Add attribute"), self)
        self.add_button.setAutoDefault(False)
        self.add_button.clicked.connect(self._on_add)
        foot = QHBoxLayout()
        foot.addWidget(self.add_button)
        foot.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._empty)
        layout.addWidget(self._area)
        layout.addLayout(foot)
        for attribute in attributes:
            self._add_row(attribute)
        self._refresh()

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """The attributes as the fields say."""
        return tuple(row.attribute for row in self.rows)

    @property
    def renamed(self) -> dict[str, str]:
        """The new names by the old ones, of those whose name is another."""
        pairs = ((row.original.name, row.attribute.name) for row in self.rows if row.original is not None)
        return {before: after for before, after in pairs if before != after}

    @property
    def problem(self) -> str:
        """Why that cannot be, as a sentence; "" when it can."""
        seen: set[str] = set()
        for row in self.rows:
            attribute = row.attribute
            if not attribute.name:
                return self.tr("An attribute needs a name.")
            if attribute.name in seen:
                return self.tr('There are two attributes "%1": choose another name.').replace("%1", attribute.name)
            seen.add(attribute.name)
            if attribute.kind is AttributeKind.CHOICE and not attribute.choices and attribute != row.original:
                text = self.tr('Say what can be chosen for "%1", with commas between.')
                return text.replace("%1", attribute.name)
        return ""

    def _on_add(self) -> None:
        row = self._add_row(None)
        self._refresh()
        row.name.show()  # not when events are next dealt with: what is hidden gets no focus
        row.name.setFocus()
        self._area.ensureWidgetVisible(row.name)

    def _add_row(self, original: Attribute | None) -> AttributeRow:
        shown = original if original is not None else Attribute("")
        row = AttributeRow(
            original,
            QLineEdit(shown.name, self),
            QComboBox(self),
            QLineEdit(_joined(shown.choices), self),
            self._button("forward", self.tr("Move the attribute up"), lambda: self._move(row, -1)),
            self._button("back", self.tr("Move the attribute down"), lambda: self._move(row, 1)),
            self._button("close", self.tr("Remove the attribute"), lambda: self._remove(row)),
        )
        row.name.setPlaceholderText(self.tr("Name"))
        row.name.setAccessibleName(self.tr("Name of the attribute"))
        for text, kind in (
            (self.tr("Text"), AttributeKind.TEXT),
            (self.tr("Number"), AttributeKind.NUMBER),
            (self.tr("Yes or no"), AttributeKind.FLAG),
            (self.tr("Choice"), AttributeKind.CHOICE),
        ):
            row.kind.addItem(text, kind)
        row.kind.setCurrentIndex(row.kind.findData(shown.kind))
        row.kind.setAccessibleName(self.tr("Kind of the attribute"))
        row.choices.setPlaceholderText(self.tr("sits, stands, lies"))
        row.choices.setAccessibleName(self.tr("What can be chosen, with commas between"))
        row.choices.setToolTip(self.tr("What can be chosen, with commas between"))
        policy = row.choices.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # so that the columns stay where they are
        row.choices.setSizePolicy(policy)
        row.name.textChanged.connect(self._refresh)
        row.choices.textChanged.connect(self._refresh)
        row.kind.currentIndexChanged.connect(self._refresh)
        self.rows.append(row)
        self._lay_out()
        return row

    def _button(self, icon_name: str, text: str, slot: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        set_icon(button, icon_name)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.clicked.connect(slot)
        return button

    def _move(self, row: AttributeRow, lines: int) -> None:
        """Up (negative) or down; the keyboard goes along, to the other button where there is no further way."""
        focused = self.focusWidget()
        place = self.rows.index(row)
        self.rows.insert(place + lines, self.rows.pop(place))
        self._lay_out()
        self._refresh()
        if focused in (row.up, row.down):
            (focused if focused.isEnabled() else row.down if focused is row.up else row.up).setFocus()
        self._area.ensureWidgetVisible(row.name)

    def _remove(self, row: AttributeRow) -> None:
        self.rows.remove(row)
        for widget in row.widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._lay_out()
        self._refresh()

    def _lay_out(self) -> None:
        """Put the fields where the rows are, and let Tab follow."""
        for line, row in enumerate(self.rows):
            for column, widget in enumerate(row.widgets):
                self._grid.removeWidget(widget)
                self._grid.addWidget(widget, line, column)
        for before, after in pairwise([widget for row in self.rows for widget in row.widgets]):
            QWidget.setTabOrder(before, after)
        for row in self.rows:
            row.up.setEnabled(row is not self.rows[0])
            row.down.setEnabled(row is not self.rows[-1])

    def _refresh(self) -> None:
        for row in self.rows:
            row.choices.setVisible(AttributeKind(row.kind.currentData()) is AttributeKind.CHOICE)
        self._empty.setVisible(not self.rows)
        self._area.setVisible(bool(self.rows))
        self.changed.emit()


def _joined(choices: tuple[str, ...]) -> str:
    return ", ".join(choices)
