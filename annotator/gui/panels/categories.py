"""The list of categories with their hotkeys and counts."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QListView, QToolButton, QVBoxLayout, QWidget

from annotator.core.document import Category
from annotator.gui.document_model import DocumentModel
from annotator.gui.icons import icon
from annotator.gui.instance_editor import InstanceEditor
from annotator.gui.palette import category_color
from annotator.gui.selection import Selection

_Index = QModelIndex | QPersistentModelIndex


def color_swatch(color: QColor) -> QPixmap:
    """A small square of the colour."""
    swatch = QPixmap(QSize(14, 14))
    swatch.fill(color)
    return swatch


class CategoryListModel(QAbstractListModel):
    """One row a category; its first nine rows are the digits' categories."""

    def __init__(self, model: DocumentModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._categories: list[Category] = []
        model.document_replaced.connect(self._reset)
        model.category_changed.connect(self._reset)
        model.instance_changed.connect(self._on_counts_changed)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  (Qt's signature)
        return 0 if parent.isValid() else len(self._categories)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, category = index.row(), self._categories[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            hotkey = f"{row + 1}  " if row < 9 else "    "
            return f"{hotkey}{category.name}  ({self._model.document.count_of_category(category.id)})"
        if role == Qt.ItemDataRole.DecorationRole:
            return color_swatch(category_color(category))
        return None

    def category_id(self, row: int) -> int:
        """The category of that row."""
        return self._categories[row].id

    def row_of(self, category_id: int) -> int:
        """The row of that category, -1 when it is not there."""
        return next((row for row, category in enumerate(self._categories) if category.id == category_id), -1)

    def _reset(self) -> None:
        self.beginResetModel()
        self._categories = list(self._model.document.categories.values())
        self.endResetModel()

    def _on_counts_changed(self) -> None:
        if self._categories:
            self.dataChanged.emit(self.index(0), self.index(len(self._categories) - 1))


class CategoriesPanel(QWidget):
    """The list, and a field to add to it."""

    def __init__(
        self, model: DocumentModel, editor: InstanceEditor, selection: Selection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._editor = editor
        self._selection = selection
        self.list_model = CategoryListModel(model, self)
        self.view = QListView(self)
        self.view.setModel(self.list_model)
        self.view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.view.setAccessibleName(self.tr("Categories"))
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        self.name_field = QLineEdit(self)
        self.name_field.setPlaceholderText(self.tr("New category"))
        self.name_field.setAccessibleName(self.tr("New category"))
        self.name_field.returnPressed.connect(self._on_add)
        add = QToolButton(self)
        add.setIcon(icon("add"))
        add.setToolTip(self.tr("Add the category"))
        add.setAccessibleName(self.tr("Add the category"))
        add.clicked.connect(self._on_add)
        title = QLabel(self.tr("Categories"), self)
        entry = QHBoxLayout()
        entry.addWidget(self.name_field)
        entry.addWidget(add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(title)
        layout.addWidget(self.view)
        layout.addLayout(entry)
        selection.category_changed.connect(self._show_current)
        self.list_model.modelReset.connect(self._show_current)

    def _on_add(self) -> None:
        self._editor.add_category(self.name_field.text())
        self.name_field.clear()

    def _on_current_changed(self, current: QModelIndex) -> None:
        if current.isValid():
            self._selection.set_category(self.list_model.category_id(current.row()))

    def _show_current(self) -> None:
        category_id = self._selection.category_id
        row = -1 if category_id is None else self.list_model.row_of(category_id)
        if row >= 0:
            self.view.setCurrentIndex(self.list_model.index(row))
