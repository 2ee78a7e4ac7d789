"""What the dialogs have in common: buttons without pictures, and tables with room around their texts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QColorDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QTreeWidgetItemIterator,
    QWidget,
)

RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_ROW_HEIGHT = 24
_COLUMN_SPACE = 32
_CELL_LEFT, _CELL_RIGHT = 4, 12


class LinkLabel(QLabel):
    """A text whose links have the theme's colour: Qt keeps the one they had when the text was set."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            text = self.text()
            self.clear()
            self.setText(text)


def drop_button_icons(buttons: QDialogButtonBox | QMessageBox) -> None:
    """Fusion puts pictures of another icon family on the standard buttons."""
    for button in buttons.buttons():
        button.setIcon(QIcon())


def color_dialog(color: QColor, parent: QWidget) -> QColorDialog:
    """A dialog to choose another colour in; it is destroyed when it is closed."""
    dialog = QColorDialog(color, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for buttons in dialog.findChildren(QDialogButtonBox):
        drop_button_icons(buttons)
    return dialog


class _RoomyCells(QStyledItemDelegate):
    """Texts keep away from the cells' edges, most of all those on the right from the next column's."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        style = QApplication.style() if cell.widget is None else cell.widget.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, cell, painter, cell.widget)
        cell.rect.adjust(_CELL_LEFT, 0, -_CELL_RIGHT, 0)
        super().paint(painter, cell, index)


def make_room(table: QTreeWidget, *, stretched: int) -> None:
    """Give every row and column of a filled table its place; the column `stretched` takes what is left."""
    if not isinstance(table.itemDelegate(), _RoomyCells):
        table.setItemDelegate(_RoomyCells(table))
    iterator = QTreeWidgetItemIterator(table)
    while iterator.value() is not None:
        item: QTreeWidgetItem = iterator.value()
        item.setSizeHint(stretched, QSize(0, _ROW_HEIGHT))
        iterator += 1
    for column in range(table.columnCount()):
        table.resizeColumnToContents(column)
        if column != stretched:
            table.setColumnWidth(column, table.columnWidth(column) + _COLUMN_SPACE)
    table.header().setStretchLastSection(False)
    table.header().setSectionResizeMode(stretched, table.header().ResizeMode.Stretch)
