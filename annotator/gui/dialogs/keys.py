"""Help > Keys: what every key and mouse button does, taken from the actions themselves."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.gui.actions import MenuTable, plain_text
from annotator.gui.dialogs.parts import RIGHT, drop_button_icons, make_room


class KeysDialog(QDialog):
    """A table by menu; the mouse comes first."""

    def __init__(self, menus: tuple[MenuTable, ...], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.table = QTreeWidget(self)
        self.table.setColumnCount(2)
        self.table.setHeaderLabels([self.tr("What it does"), self.tr("Keys")])
        self.table.setRootIsDecorated(False)
        self.table.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self.table.setAccessibleName(self.tr("Keys"))
        self._add_group(self.tr("Mouse"), self._mouse())
        for menu in menus:
            rows = [(plain_text(action.text()), key_text(action)) for action in menu.actions]
            self._add_group(plain_text(menu.title), [row for row in rows if row[1]])
        self.table.expandAll()
        make_room(self.table, stretched=0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        drop_button_icons(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addWidget(self.table)
        column.addWidget(buttons)
        self.resize(560, 640)
        buttons.setFocus()

    def _mouse(self) -> list[tuple[str, str]]:
        return [
            (self.tr("Add a point on the object"), self.tr("Left click")),
            (self.tr("Add a point beside the object"), self.tr("Right click, Alt+click")),
            (self.tr("Draw a box around the object"), self.tr("Left drag")),
            (self.tr("Accept the mask and begin the next"), self.tr("Ctrl+click")),
            (self.tr("Accept the mask as that category"), "1 - 9"),
            (self.tr("Zoom to the pointer"), self.tr("Wheel, pinch")),
            (self.tr("Move the image"), self.tr("Space+drag, middle drag, two fingers")),
        ]

    def _add_group(self, title: str, rows: list[tuple[str, str]]) -> None:
        if not rows:
            return
        group = QTreeWidgetItem(self.table, [title, ""])
        font = group.font(0)
        font.setBold(True)
        group.setFont(0, font)
        for row in rows:
            QTreeWidgetItem(group, list(row)).setTextAlignment(1, RIGHT)


def key_text(action: QAction) -> str:
    """All keys of an action, as the platform writes them."""
    written = QKeySequence.SequenceFormat.NativeText
    # Return and Enter have one name in some languages.
    return ", ".join(dict.fromkeys(key.toString(written) for key in action.shortcuts()))
