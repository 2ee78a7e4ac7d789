"""Help > Keys: what every key and mouse button does, in columns that can be searched; keys can be changed there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPalette
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.gui.dialogs.key_editor import KeyEditor
from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.shortcuts import BoundAction, Shortcuts, native_keys

_COLUMNS = 3
_ROW_HEIGHT = 24
_FRAME = 7  # of a button around its text: the texts of all rows end in one line


@dataclass(frozen=True, eq=False)
class KeyRow:
    """One line: what is done, and by which keys. bound: None for the mouse, which cannot be changed."""

    widget: QWidget
    what: QLabel
    keys: QLabel | QToolButton
    bound: BoundAction | None

    def has(self, text: str) -> bool:
        """Whether the text is in what it does or in its keys."""
        return text in self.what.text().casefold() or text in self.keys.text().casefold()


@dataclass(frozen=True, eq=False)
class KeyGroup:
    """Lines under a heading."""

    widget: QWidget
    title: QLabel
    rows: tuple[KeyRow, ...]


class KeysDialog(QDialog):
    """A click on the keys of an action changes them; what has another meaning already is refused."""

    def __init__(self, shortcuts: Shortcuts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shortcuts = shortcuts
        self.setWindowTitle(self.tr("Keys"))
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Find an action or a key"))
        self.search.setAccessibleName(self.tr("Find an action or a key"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._on_searched)
        self.nothing = QLabel(self.tr("Nothing found."), self)
        self.nothing.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.groups = (
            self._group(self.tr("Mouse"), [self._row(what, keys, None) for what, keys in self._mouse()]),
            self._group(
                self.tr("Pointer moved by keys"), [self._row(what, keys, None) for what, keys in self._pointer()]
            ),
            *(
                self._group(group.title, [self._row(bound.title, bound.text, bound) for bound in group.actions])
                for group in shortcuts.groups
            ),
        )
        self.editor = KeyEditor(shortcuts, self)
        self.editor.closed.connect(self._on_editor_closed)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.reset_all = buttons.addButton(self.tr("&Restore all keys"), QDialogButtonBox.ButtonRole.ResetRole)
        self.reset_all.setAutoDefault(False)
        self.reset_all.clicked.connect(shortcuts.reset_all)
        buttons.rejected.connect(self.reject)
        drop_button_icons(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        hint = QLabel(self.tr("A click on a key changes it."), self)
        hint.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(self.search, 1)
        head.addWidget(hint)
        column.addLayout(head)
        column.addWidget(self.nothing)
        column.addWidget(self._in_columns(), 1)
        column.addWidget(self.editor)
        column.addWidget(buttons)
        shortcuts.changed.connect(self._show_keys)
        self._show_keys()
        self._on_searched("")
        self.resize(1120, 760)
        self.search.setFocus()

    @property
    def rows(self) -> list[KeyRow]:
        """All lines, in order."""
        return [row for group in self.groups for row in group.rows]

    def edit(self, bound: BoundAction) -> None:
        """Ask for other keys for an action."""
        self.editor.open_for(bound)

    # -- following ---------------------------------------------------------------------------------------------------

    def _on_searched(self, text: str) -> None:
        wanted = text.strip().casefold()
        found = False
        for group in self.groups:
            is_all = wanted in group.title.text().casefold()
            shown = [row for row in group.rows if is_all or row.has(wanted)]
            for row in group.rows:
                row.widget.setVisible(row in shown)
            group.widget.setVisible(bool(shown))
            found = found or bool(shown)
        self.nothing.setVisible(not found)

    def _show_keys(self) -> None:
        for row in self.rows:
            if row.bound is not None:
                row.keys.setText(row.bound.text or "\N{EN DASH}")
                font = QFont(self.font())
                font.setBold(self._shortcuts.is_chosen(row.bound))  # tells the user's from the program's
                row.keys.setFont(font)
        self.reset_all.setEnabled(any(self._shortcuts.is_chosen(row.bound) for row in self.rows if row.bound))

    def _on_editor_closed(self, bound: BoundAction) -> None:
        for row in self.rows:
            if row.bound is bound:
                row.keys.setFocus()

    # -- putting together --------------------------------------------------------------------------------------------

    def _mouse(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Add a point on the object"), self.tr("Left click")),
            (self.tr("Add a point beside the object"), self.tr("Right click, Alt+click")),
            (self.tr("Draw a box around the object"), self.tr("Left drag")),
            (self.tr("Accept the mask and begin the next"), self.tr("Ctrl+click")),
            (self.tr("Accept the mask as that category"), "1 - 9"),
            (self.tr("Zoom to the pointer"), self.tr("Wheel, pinch")),
            (self.tr("Move the image"), self.tr("Space+drag, middle drag, two fingers")),
            (self.tr("Size of the brush"), self.tr("Alt+wheel")),
            (self.tr("Magnify what is under the pointer"), self.tr("Hold Z")),
        ]

    def _pointer(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Move the pointer by a pixel"), self.tr("Arrow keys")),
            (self.tr("Move it by 10 or 100 pixels"), self.tr("Shift or Ctrl + arrow keys")),
            (self.tr("Click; hold it and move to draw or drag"), self.tr("Space")),
            (self.tr("The same with the right button"), "X"),
            (self.tr("Go to the next or previous vertex"), self.tr("Tab, Shift+Tab")),
        ]

    def _row(self, what: str, keys: str, bound: BoundAction | None) -> KeyRow:
        widget = QWidget(self)
        name = QLabel(what, widget)
        name.setTextFormat(Qt.TextFormat.PlainText)
        if bound is None:
            shown: QLabel | QToolButton = QLabel(native_keys(keys), widget)
            shown.setContentsMargins(0, 0, _FRAME, 0)
        else:
            shown = QToolButton(widget)
            shown.setAutoRaise(True)
            shown.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            shown.setToolTip(self.tr("Change the keys"))
            shown.setAccessibleName(self.tr("Change the keys of: %1").replace("%1", what))
            shown.clicked.connect(lambda: self.edit(bound))
        line = QHBoxLayout(widget)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(8)
        widget.setMinimumHeight(_ROW_HEIGHT)
        line.addWidget(name, 1)
        line.addWidget(shown)
        return KeyRow(widget, name, shown, bound)

    def _group(self, title: str, rows: Sequence[KeyRow]) -> KeyGroup:
        widget = QWidget(self)
        heading = QLabel(title, widget)
        font = heading.font()
        font.setBold(True)
        heading.setFont(font)
        column = QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 16)
        column.setSpacing(2)
        column.addWidget(heading)
        for row in rows:
            column.addWidget(row.widget)
        return KeyGroup(widget, heading, tuple(rows))

    def _in_columns(self) -> QScrollArea:
        """The groups in their order, in columns of about the same height."""
        inside = QWidget(self)
        side_by_side = QHBoxLayout(inside)
        side_by_side.setContentsMargins(0, 0, 8, 0)
        side_by_side.setSpacing(32)
        columns = [QVBoxLayout() for _ in range(_COLUMNS)]
        for column in columns:
            column.setSpacing(0)
        heights = [len(group.rows) + 2 for group in self.groups]
        above = 0
        for group, height in zip(self.groups, heights, strict=True):
            # Where its middle would be if all stood in one column.
            columns[int((above + height / 2) * _COLUMNS / sum(heights))].addWidget(group.widget)
            above += height
        for column in columns:
            column.addStretch(1)
            side_by_side.addLayout(column, 1)
        area = QScrollArea(self)
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area
