"""The list of categories with their hotkeys and counts, and what can be done to them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QColor, QDropEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QApplication,
    QHBoxLayout,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.core.document import Category
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.dialogs.category_properties import CategoryPropertiesDialog
from annotator.gui.dialogs.merge_categories import MergeCategoriesDialog
from annotator.gui.dialogs.parts import color_dialog
from annotator.gui.dialogs.remove_category import RemoveCategoryDialog
from annotator.gui.document_model import DocumentModel
from annotator.gui.icons import set_icon
from annotator.gui.instance_editor import InstanceEditor
from annotator.gui.palette import category_color
from annotator.gui.panels.category_rows import CategoryDelegate, CategoryListModel
from annotator.gui.panels.leaving_field import LeavingField
from annotator.gui.panels.row_view import RowView, color_swatch, title_label
from annotator.gui.selection import Selection
from annotator.gui.timers import single_shot

_ROW_HEIGHT = 28


class CategoriesPanel(QWidget):
    """The list, whose current row is the current category, and a field to add to it."""

    left = Signal()  # a category is added, or its name given up: the keyboard belongs to the canvas again

    def __init__(
        self, model: DocumentModel, editor: InstanceEditor, selection: Selection, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._changes: CategoryChanges = editor.categories
        self._selection = selection
        self._edited_id = 0  # the category a dialog is about
        self._menu_id: int | None = None  # the category whose menu is open
        self.menu: QMenu | None = None  # the one that is open
        self._forget_menu = single_shot(self, 0, self._on_menu_over)
        self.list_model = CategoryListModel(model, self._changes, self)
        self.view = _CategoryView(self.list_model, _ROW_HEIGHT, self)
        self.view.setItemDelegate(CategoryDelegate(self.view))
        self.view.setAccessibleName(self.tr("Categories"))
        self.view.empty_text = self.tr("No category yet: name one below, or accept a mask.")
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        self.view.dropped.connect(self._on_dropped)
        self.view.customContextMenuRequested.connect(self._on_menu_wanted)
        self._add_actions()
        self.name_field = LeavingField(self)
        self.name_field.left.connect(self.left)
        self.name_field.setPlaceholderText(self.tr("New category"))
        self.name_field.setAccessibleName(self.tr("New category"))
        self.name_field.returnPressed.connect(self._on_add)
        add = QToolButton(self)
        set_icon(add, "add")
        add.setAutoRaise(True)
        add.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        add.setToolTip(self.tr("Add the category"))
        add.setAccessibleName(self.tr("Add the category"))
        add.clicked.connect(self._on_add)
        title = title_label(self.tr("Categories"), self.view, self)
        entry = QHBoxLayout()
        entry.setSpacing(4)
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
        self._show_current()

    # -- the list ----------------------------------------------------------------------------------------------------

    def _on_add(self) -> None:
        if self._changes.add(self.name_field.text()):
            self.name_field.clear()
            self.left.emit()

    def _on_current_changed(self, current: QModelIndex) -> None:
        if current.isValid():
            self._selection.set_category(self.list_model.category_id(current.row()))

    def _show_current(self) -> None:
        category_id = self._selection.category_id
        row = -1 if category_id is None else self.list_model.row_of(category_id)
        if row >= 0:
            self.view.setCurrentIndex(self.list_model.index(row))
            # Rows that have just come have no place before the list is laid out.
            self.view.executeDelayedItemsLayout()
            self.view.scrollTo(self.view.currentIndex())
        elif category_id is None:
            self.view.setCurrentIndex(QModelIndex())
            self.view.clearSelection()
        self._refresh_actions()

    # -- actions -----------------------------------------------------------------------------------------------------

    def _add_actions(self) -> None:
        self.rename = self.view.add_action(self.tr("&Rename"), self._on_rename, "F2")
        self.recolor = self.view.add_action(self.tr("&Colour..."), self._on_recolor, "Ctrl+K")
        self.properties = self.view.add_action(self.tr("&Properties..."), self._on_properties, "Alt+Return")
        self._add_separator()
        self.move_up = self.view.add_action(self.tr("Move &up"), self._on_move_up, "Alt+Up")
        self.move_down = self.view.add_action(self.tr("Move &down"), self._on_move_down, "Alt+Down")
        self._add_separator()
        self.merge = self.view.add_action(self.tr("&Merge into..."), self._on_merge, "Ctrl+M")
        self.remove = self.view.add_action(self.tr("D&elete"), self._on_remove, "Del")

    def _add_separator(self) -> None:
        separator = QAction(self.view)
        separator.setSeparator(True)
        self.view.addAction(separator)

    def _refresh_actions(self) -> None:
        count = len(self._model.document.categories)
        for action in self.view.actions():
            action.setEnabled(count > 0)
        self.merge.setEnabled(count > 1)

    def _on_menu_wanted(self, place: QPoint) -> None:
        """The menu is of the row under the pointer, which need not be the current category."""
        row = self.view.indexAt(place).row()
        menu = QMenu(self.view)
        if row >= 0:
            self._menu_id = self.list_model.category_id(row)
            category = self._model.document.categories[self._menu_id]
            name = menu.addAction(color_swatch(category_color(category)), category.name.replace("&", "&&"))
            name.setEnabled(False)
            menu.addSeparator()
        menu.addActions(self.view.actions())
        menu.aboutToHide.connect(self._on_menu_hidden)
        menu.popup(self.view.viewport().mapToGlobal(place))
        self.menu = menu

    def _on_menu_hidden(self) -> None:
        # Not at once: the action that was chosen is told after the menu hides.
        self._forget_menu.start()

    def _on_menu_over(self) -> None:
        self._menu_id = None
        if self.menu is not None:
            self.menu.deleteLater()
            self.menu = None

    def _current(self) -> Category | None:
        """The category whose menu is open, or else the current one."""
        if self._menu_id is not None:
            return self._model.document.categories.get(self._menu_id)
        category_id = self._selection.category_id
        return None if category_id is None else self._model.document.categories[category_id]

    def _on_rename(self) -> None:
        category = self._current()
        if category is not None:
            self.view.edit(self.list_model.index(self.list_model.row_of(category.id)))

    def _on_recolor(self) -> None:
        category = self._current()
        if category is None:
            return
        self._edited_id = category.id
        dialog = color_dialog(category_color(category), self)
        dialog.setWindowTitle(self.tr('Colour of "%1"').replace("%1", category.name))
        dialog.colorSelected.connect(self._on_color_selected)
        dialog.open()

    def _on_color_selected(self, color: QColor) -> None:
        self._changes.recolor(self._edited_id, color)

    def _on_properties(self) -> None:
        category = self._current()
        if category is not None:
            self.show_properties(category.id)

    def show_properties(self, category_id: int) -> None:
        """Open the dialog with all that can be changed of that category."""
        category = self._model.document.categories.get(category_id)
        if category is not None:
            supercategories = {c.supercategory for c in self._model.document.categories.values()}
            CategoryPropertiesDialog(category, self._changes, sorted(supercategories - {""}), self).open()

    def _on_move_up(self) -> None:
        self._move(-1)

    def _on_move_down(self) -> None:
        self._move(1)

    def _move(self, rows: int) -> None:
        category = self._current()
        if category is not None:
            # The document's order, because the list catches up a moment later.
            row = list(self._model.document.categories).index(category.id)
            self._changes.move(category.id, row + rows)

    def _on_dropped(self, before_row: int) -> None:
        row = self.view.currentIndex().row()
        self._changes.move(self.list_model.category_id(row), before_row - 1 if before_row > row else before_row)

    def _on_merge(self) -> None:
        category = self._current()
        if category is not None:
            MergeCategoriesDialog(category, self._others(category), self._changes, self).open()

    def _on_remove(self) -> None:
        category = self._current()
        if category is None:
            return
        if self._changes.is_used(category.id):
            RemoveCategoryDialog(category, self._others(category), self._changes, self).open()
        else:
            self._changes.remove(category.id)

    def _others(self, category: Category) -> list[Category]:
        return [other for other in self._model.document.categories.values() if other.id != category.id]


class _CategoryView(RowView):
    """Rows are dragged to other places; after renaming, the keyboard goes back to where it was."""

    dropped = Signal(int)  # the current row goes before that one

    def __init__(self, model: CategoryListModel, row_height: int, parent: QWidget) -> None:
        super().__init__(model, row_height, parent)
        self._focus_before: QWidget | None = None
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setEditTriggers(RowView.EditTrigger.DoubleClicked)
        self.setDragDropMode(RowView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setDropIndicatorShown(True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Qt scrolls to a row when it becomes the current one, which may be before the list has its height.
        if self.currentIndex().isValid():
            self.scrollTo(self.currentIndex())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The right button opens a menu, and leaves the current category to those who choose one.
        if event.button() == Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        height = event.position().toPoint().y()
        row = self.rowAt(height)
        if row < 0:
            row = self.model().rowCount()
        elif height > self.visualRect(self.model().index(row, 0)).center().y():
            row += 1
        self.dropped.emit(row)
        # Qt must not remove the row that was dragged.
        event.setDropAction(Qt.DropAction.TargetMoveAction)
        event.accept()

    def edit(self, *arguments: object) -> object:
        before = QApplication.focusWidget()
        result = super().edit(*arguments)
        if self.state() == RowView.State.EditingState and before is not None and not self.isAncestorOf(before):
            self._focus_before = before
        return result

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        super().closeEditor(editor, hint)
        if self._focus_before is not None:
            self._focus_before.setFocus()
            self._focus_before = None
