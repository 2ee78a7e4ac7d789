"""The dataset's categories as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from annotator.core.document import Category, Change
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.document_model import DocumentModel
from annotator.gui.palette import category_color
from annotator.gui.panels.row_view import GAP, MARGIN, Index, RowDelegate, draw_swatch, draw_text
from annotator.gui.plain_text import as_tooltip
from annotator.gui.timers import single_shot

CATEGORY_ROW_ROLE = Qt.ItemDataRole.UserRole
HOTKEYS = 9
_HOTKEY_WIDTH = 12


@dataclass(frozen=True)
class CategoryRow:
    """What a row shows. hotkey: the digit that chooses the category, or ""."""

    category: Category
    hotkey: str
    count: int


class CategoryListModel(QAbstractListModel):
    """One row a category, in the document's order; the first nine have digits. Names are edited in place."""

    def __init__(self, model: DocumentModel, changes: CategoryChanges, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._changes = changes
        self._categories: list[Category] = []
        # A merge changes the counts as often as there are instances, and an order tells of every category that moved.
        self._counts_later = single_shot(self, 0, self._on_counts_changed)
        self._rows_later = single_shot(self, 0, self._reset)
        model.document_replaced.connect(self._reset)
        model.category_changed.connect(self._on_category_changed)
        model.instance_changed.connect(self._on_instance_changed)
        model.elsewhere_changed.connect(self._on_instance_changed)
        self._reset()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        return 0 if parent.isValid() else len(self._categories)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._row(index.row())
        if role == CATEGORY_ROW_ROLE:
            return row
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return row.category.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (row.category.name, self.tr("%n instance(s)", "", row.count))
            return ", ".join((*parts, self.tr("key %1").replace("%1", row.hotkey)) if row.hotkey else parts)
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = (row.category.name, row.category.supercategory, self.tr("%n instance(s)", "", row.count))
            return as_tooltip("\n".join(line for line in lines if line))
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        flag = Qt.ItemFlag
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsEditable | flag.ItemIsDragEnabled

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole:
            return False
        return self._changes.rename(self.category_id(index.row()), str(value))

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def category_id(self, row: int) -> int:
        """The category of that row."""
        return self._categories[row].id

    def row_of(self, category_id: int) -> int:
        """The row of that category, -1 when it is not there."""
        return next((row for row, category in enumerate(self._categories) if category.id == category_id), -1)

    def _row(self, row: int) -> CategoryRow:
        category = self._categories[row]
        hotkey = str(row + 1) if row < HOTKEYS else ""
        return CategoryRow(category, hotkey, self._model.document.count_of_category(category.id))

    def _reset(self) -> None:
        self._rows_later.stop()
        self.beginResetModel()
        self._categories = list(self._model.document.categories.values())
        self.endResetModel()

    def _on_category_changed(self, change: Change) -> None:
        before, after = change.before, change.after
        if before is None or after is None:
            self._reset()
        elif before is after:
            self._rows_later.start()
        else:
            # A reset would close the field the new name was typed in, while it hands the name over.
            assert isinstance(after, Category)
            row = self.row_of(after.id)
            self._categories[row] = after
            self.dataChanged.emit(self.index(row), self.index(row))

    def _on_instance_changed(self) -> None:
        if not self._counts_later.isActive():
            self._counts_later.start()

    def _on_counts_changed(self) -> None:
        if self._categories:
            self.dataChanged.emit(self.index(0), self.index(len(self._categories) - 1))


class CategoryDelegate(RowDelegate):
    """Hotkey, colour, name, and the number of instances at the right."""

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: CategoryRow = index.data(CATEGORY_ROW_ROLE)
        area = option.rect
        count = str(row.count)
        count_width = option.fontMetrics.horizontalAdvance(count)
        name = self._name_room(option)
        name.setRight(area.right() - MARGIN - count_width - GAP)
        hotkey = QRect(area.left() + MARGIN, area.top(), _HOTKEY_WIDTH, area.height())
        draw_text(painter, option, hotkey, row.hotkey, faint=True)
        draw_swatch(painter, hotkey.right() + 1, area, category_color(row.category))
        draw_text(painter, option, name, row.category.name)
        draw_text(painter, option, area.adjusted(0, 0, -MARGIN, 0), count, right=True, faint=True)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        room = self._name_room(option)
        room.setLeft(room.left() - GAP // 2)
        editor.setGeometry(room)

    def _name_room(self, option: QStyleOptionViewItem) -> QRect:
        """Where the name is, up to the right edge."""
        return option.rect.adjusted(MARGIN + _HOTKEY_WIDTH + 13 + GAP, 0, 0, 0)
