"""The list of the instances on the image, with what can be done to them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolTip, QVBoxLayout, QWidget

from annotator.gui.document_model import DocumentModel
from annotator.gui.instance_changes import InstanceChanges
from annotator.gui.panels.arrange_actions import ArrangeActions
from annotator.gui.panels.instance_rows import InstanceDelegate, InstanceListModel, RowPart
from annotator.gui.panels.row_view import RowView, action_button, title_label
from annotator.gui.selection import Selection
from annotator.gui.timers import single_shot

_ROW_HEIGHT = 28


class InstancesPanel(QWidget):
    """The list, whose selection is the canvas's. The eye is for looking only; a lock is saved."""

    refused = Signal(object)
    category_wanted = Signal()  # by name, for the selected instances or what else a digit would be for
    delete_wanted = Signal()  # of the selected instances: it has to wait for what is being drawn on them

    def __init__(self, model: DocumentModel, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._view_state = selection.view_state
        self._changes = InstanceChanges(model, self._view_state, self)
        self._changes.refused.connect(self.refused)
        self._is_following = False
        self.list_model = InstanceListModel(model, self._view_state, self)
        self.view = _InstanceView(self.list_model, _ROW_HEIGHT, self)
        self.view.setAccessibleName(self.tr("Instances"))
        self.view.empty_text = self.tr("Masks you accept are listed here.")
        self.view.part_pressed.connect(self._on_part_pressed)
        self.view.digit_pressed.connect(self._on_digit_pressed)
        self.view.entered.connect(self._on_row_entered)
        self.view.viewportEntered.connect(self._on_rows_left)
        self.view.left.connect(self._on_rows_left)
        self.view.selectionModel().selectionChanged.connect(self._on_view_selection_changed)
        self._add_actions()
        self.view.customContextMenuRequested.connect(self._on_menu_wanted)
        self.count = QLabel(self)
        self.solo_button = action_button(self.hide_others, "solo", self)
        self.show_button = action_button(self.show_all, "eye", self)
        title = title_label(self.tr("Instances"), self.view, self)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(title)
        head.addWidget(self.count, 1)
        head.addWidget(self.solo_button)
        head.addWidget(self.show_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addWidget(self.view)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        selection.instances_changed.connect(self._follow_selection)
        self._view_state.changed.connect(self._refresh)
        # Hundreds of rows that come or go in one edit are one change of the panel's.
        self._follow_later = single_shot(self, 0, self._follow_selection)
        self.list_model.modelReset.connect(self._follow_selection)
        for rows_changed in (self.list_model.rowsInserted, self.list_model.rowsRemoved):
            rows_changed.connect(self._follow_later.start)
        self._refresh()

    # -- one selection -----------------------------------------------------------------------------------------------

    def _on_view_selection_changed(self) -> None:
        if not self._is_following and not self.list_model.is_removing:
            self._selection.select(self.list_model.instance_id(row) for row in self.view.selected_rows())

    def _follow_selection(self) -> None:
        chosen = QItemSelection()
        rows = self.list_model.rows_of(self._selection.instance_ids)
        for row in rows:
            chosen.select(self.list_model.index(row), self.list_model.index(row))
        self._is_following = True
        selection_model = self.view.selectionModel()
        selection_model.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows and self.view.currentIndex().row() not in rows:
            selection_model.setCurrentIndex(self.list_model.index(rows[0]), QItemSelectionModel.SelectionFlag.NoUpdate)
        self._is_following = False
        self._refresh()

    def _on_row_entered(self, index: QModelIndex) -> None:
        self._selection.hover(self.list_model.instance_id(index.row()))

    def _on_rows_left(self) -> None:
        self._selection.hover(None)

    # -- actions -----------------------------------------------------------------------------------------------------

    def _add_actions(self) -> None:
        self.change_category = self.view.add_action(
            self.tr("Choose the &category by name..."), self.category_wanted, "N"
        )
        self.toggle_hidden = self.view.add_action(self.tr("&Hide or show"), self._on_hide, "V")
        self.lock = self.view.add_action(self.tr("&Lock or unlock"), self._on_lock, "L")
        self.hide_others = self.view.add_action(self.tr("Hide all &others"), self._on_hide_others, "Shift+V")
        self.show_all = self.view.add_action(self.tr("&Show all"), self._on_show_all, "Ctrl+Shift+V")
        self.arrange = ArrangeActions(self._changes, self._selection, self.view)
        # Keys of actions in a sub-menu alone would not be heard; the menu shows the sub-menu in their place.
        self.view.addActions(self.arrange.all)
        self.delete = self.view.add_action(self.tr("&Delete"), self.delete_wanted, "Del")
        self._own_actions = self.view.actions()
        self.view.actions_of_parts = {RowPart.EYE: self.toggle_hidden, RowPart.LOCK: self.lock}

    @property
    def menu_entries(self) -> tuple[QAction, ...]:
        """What the Instance menu and the list's own menu offer, but for deleting."""
        looks = (self.toggle_hidden, self.lock, self.hide_others, self.show_all)
        return (self.change_category, *self.arrange.entries, *looks)

    def _on_menu_wanted(self, place: QPoint) -> None:
        menu = QMenu(self.view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self.menu_entries)
        others = [action for action in self.view.actions() if action not in self._own_actions]
        menu.addSeparator()
        menu.addActions(others)
        menu.addSeparator()
        menu.addAction(self.delete)
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _on_digit_pressed(self, digit: int) -> None:
        categories = list(self._model.document.categories.values())
        if digit <= len(categories):
            self._changes.set_category(self._selection.instance_ids, categories[digit - 1])

    def _on_hide(self) -> None:
        chosen = self._selection.instance_ids
        self._view_state.set_hidden(chosen, not chosen <= self._view_state.hidden_ids)

    def _on_lock(self) -> None:
        chosen = self._selection.instance_ids
        self._view_state.set_locked(chosen, not chosen <= self._view_state.locked_ids)

    def _on_hide_others(self) -> None:
        self._view_state.show_only(self._selection.instance_ids, among=self.list_model.instance_ids)

    def _on_show_all(self) -> None:
        self._view_state.set_hidden(self.list_model.instance_ids, False)

    def _on_part_pressed(self, row: int, part: RowPart) -> None:
        pressed = self.list_model.instance_id(row)
        # A part of one selected row stands for all of them.
        chosen = self._selection.instance_ids if pressed in self._selection.instance_ids else frozenset({pressed})
        if part is RowPart.EYE:
            self._view_state.set_hidden(chosen, pressed not in self._view_state.hidden_ids)
        else:
            self._view_state.set_locked(chosen, pressed not in self._view_state.locked_ids)

    def _refresh(self) -> None:
        on_image = self.list_model.instance_ids
        has_selection = bool(self._selection.instance_ids.intersection(on_image))
        self.change_category.setEnabled(self._model.is_open)
        for action in (self.toggle_hidden, self.lock, self.hide_others, self.delete):
            action.setEnabled(has_selection)
        self.arrange.set_enabled(has_selection)
        self.show_all.setEnabled(bool(self._view_state.hidden_ids.intersection(on_image)))
        self.count.setText(str(len(on_image)) if on_image else "")


class _InstanceView(RowView):
    """Clicks on eye and lock do not select; digits are passed on."""

    part_pressed = Signal(int, object)  # row, RowPart
    digit_pressed = Signal(int)
    left = Signal()

    def __init__(self, model: InstanceListModel, row_height: int, parent: QWidget) -> None:
        super().__init__(model, row_height, parent)
        self.actions_of_parts: dict[RowPart, QAction] = {}  # for their tooltips
        self._delegate = InstanceDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setSelectionMode(RowView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        part = self._part_at(event) if event.button() == Qt.MouseButton.LeftButton else None
        if part is None:
            super().mousePressEvent(event)
        else:
            self.part_pressed.emit(self.indexAt(event.position().toPoint()).row(), part)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        # The second click of two quick ones on an eye is a click too.
        if self._part_at(event) is None:
            super().mouseDoubleClickEvent(event)
        else:
            self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9 and event.modifiers() in plain:
            self.digit_pressed.emit(event.key() - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            part = self._delegate.part_at(event.pos(), self.visualRect(index)) if index.isValid() else None
            text = "" if part is None else self.actions_of_parts[part].toolTip()
            QToolTip.showText(event.globalPos(), text, self.viewport())
            return True
        return super().viewportEvent(event)

    def _part_at(self, event: QMouseEvent) -> RowPart | None:
        position = event.position().toPoint()
        index = self.indexAt(position)
        return self._delegate.part_at(position, self.visualRect(index)) if index.isValid() else None
