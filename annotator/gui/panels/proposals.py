"""The proposals of the image on screen: how many, which of them are shown, and what is done with them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.gui.actions import plain_text
from annotator.gui.panels.proposal_rows import ProposalDelegate, ProposalListModel
from annotator.gui.panels.row_view import RowView, title_label
from annotator.gui.proposal_changes import ProposalChanges
from annotator.gui.proposal_view import ProposalView
from annotator.gui.shortcuts import key_hint

_ROW_HEIGHT = 24
_LEAST_BUTTON_WIDTH = 80  # their texts are not to widen the column, nor the window on a small screen
_LEAST_PERCENT = 0  # the slider's left end, which means every proposal


class ProposalsPanel(QWidget):
    """A list whose selection is the canvas's, and the two filters."""

    def __init__(
        self,
        view: ProposalView,
        changes: ProposalChanges,
        show: QAction,
        everything: QAction,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._everything = everything
        self._view = view
        self._changes = changes
        self._is_following = False
        self.list_model = ProposalListModel(view, self)
        self.rows = _ProposalRows(self.list_model, _ROW_HEIGHT, self)
        self.rows.setAccessibleName(self.tr("Proposals"))
        self.rows.setItemDelegate(ProposalDelegate(self.rows))
        self.rows.setSelectionMode(RowView.SelectionMode.ExtendedSelection)
        self.rows.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.rows.entered.connect(self._on_row_entered)
        self.rows.viewportEntered.connect(self._on_rows_left)
        self.rows.left.connect(self._on_rows_left)
        self.rows.selectionModel().selectionChanged.connect(self._on_rows_selected)
        self.accept_selected = self.rows.add_action(self.tr("&Accept"), self._on_accept, "Return", "Enter")
        self.delete = self.rows.add_action(self.tr("&Delete"), self._on_delete, "Del")
        self.count = QLabel(self)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.level = self._slider(self.tr("Level, from whole objects to fine parts"))
        self.level.valueChanged.connect(view.set_level)
        self.level_text = QLabel(self)
        self.score = self._slider(self.tr("Least predicted IoU"))
        self.score.setRange(_LEAST_PERCENT, 99)
        self.score.valueChanged.connect(self._on_score_changed)
        self.score_text = QLabel(self)
        self.accept_all = QPushButton(self.tr("Accept shown..."), self)
        self.accept_all.setToolTip(self.tr("Make instances of all proposals that are shown; asks which category"))
        self.accept_all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.accept_all.clicked.connect(changes.ask_for_all)
        self.delete_shown = QToolButton(self)
        self.delete_shown.setText(self.tr("Delete shown"))
        self.delete_shown.setToolTip(self.tr("Throw away all proposals that are shown; Undo brings them back"))
        self.delete_shown.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.delete_shown.clicked.connect(self._on_delete_shown)
        self.delete_shown.setSizePolicy(self.accept_all.sizePolicy())
        self.delete_all = QAction(self)
        self.delete_all.triggered.connect(changes.delete_all)
        self._show = show
        self._lay_out(show)
        for action in (everything, show):
            action.changed.connect(self._refresh)  # it may have another key
        view.changed.connect(self._refresh)
        view.selection_changed.connect(self._follow_selection)
        self.list_model.modelReset.connect(self._follow_selection)
        self._refresh()

    # -- filters -----------------------------------------------------------------------------------------------------

    def _on_score_changed(self, percent: int) -> None:
        self._view.set_least_score(0.0 if percent == _LEAST_PERCENT else percent / 100)

    def _refresh(self) -> None:
        view = self._view
        shown, finest = len(view.shown), view.finest
        self.level.blockSignals(True)  # the range follows the image; what the user chose stays for the next one
        self.level.setRange(0, finest)
        self.level.setValue(view.level)
        self.level.blockSignals(False)
        self.level.setEnabled(finest > 0)
        if finest == 0:
            self.level_text.setText("")
        elif view.level == 0:
            self.level_text.setText(self.tr("whole"))
        elif view.level == finest:
            self.level_text.setText(self.tr("finest"))
        else:
            self.level_text.setText(str(view.level))
        percent = round(view.least_score * 100)
        self.score.blockSignals(True)
        self.score.setValue(percent)
        self.score.blockSignals(False)
        self.score_text.setText(f"{percent / 100:.2f}" if percent else self.tr("all"))
        text = self.tr("%1 of %2").replace("%1", str(shown)).replace("%2", str(view.total))
        self.count.setText(text if view.total else "")
        self.accept_all.setEnabled(shown > 0)
        self.delete_shown.setEnabled(shown > 0)
        self._offer_to_delete_all(view.total if view.total > shown else 0)
        if view.total and not view.is_visible:
            key = key_hint(self._show)
            name = key or plain_text(self._show.text())
            self.rows.empty_text = self.tr("Hidden: %1 shows them.").replace("%1", name)
        elif view.total and view.passing:
            self.rows.empty_text = self.tr("None on this level: move the slider to finer parts.")
        elif view.total:
            self.rows.empty_text = self.tr("None passes the filters.")
        else:
            key = self._everything.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            name = key or plain_text(self._everything.text())
            text = self.tr("%1 proposes masks for everything in the image.")
            self.rows.empty_text = text.replace("%1", name)
        self.rows.viewport().update()

    def _offer_to_delete_all(self, total: int) -> None:
        """In a menu of the button and of the list, where some are not shown; 0 for not at all."""
        text = self.tr("Delete all %n, shown or not", "", total)
        if bool(total) == (self.delete_all in self.rows.actions()) and text == self.delete_all.text():
            return
        self.delete_all.setText(text)
        mode = QToolButton.ToolButtonPopupMode
        if total:
            self.rows.addAction(self.delete_all)
            self.delete_shown.addAction(self.delete_all)
        else:
            self.rows.removeAction(self.delete_all)
            self.delete_shown.removeAction(self.delete_all)
        self.delete_shown.setPopupMode(mode.MenuButtonPopup if total else mode.DelayedPopup)

    # -- one selection -----------------------------------------------------------------------------------------------

    def _on_rows_selected(self) -> None:
        if not self._is_following:
            self._view.select(self.list_model.proposal_id(row) for row in self.rows.selected_rows())

    def _follow_selection(self) -> None:
        chosen = QItemSelection()
        for row in self.list_model.rows_of(self._view.selected_ids):
            chosen.select(self.list_model.index(row), self.list_model.index(row))
        self._is_following = True
        self.rows.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._is_following = False

    def _on_row_entered(self, index: QModelIndex) -> None:
        self._view.hover(self.list_model.proposal_id(index.row()))

    def _on_rows_left(self) -> None:
        self._view.hover(None)

    def _on_accept(self) -> None:
        self._changes.accept(self._view.selected_ids)

    def _on_delete(self) -> None:
        self._changes.delete(self._view.selected_ids)

    def _on_delete_shown(self) -> None:
        self._changes.delete([proposal.id for proposal in self._view.shown])

    # -- putting together --------------------------------------------------------------------------------------------

    def _slider(self, name: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal, self)
        slider.setAccessibleName(name)
        slider.setToolTip(name)
        slider.setPageStep(5)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return slider

    def _lay_out(self, show: QAction) -> None:
        button = QToolButton(self)
        button.setDefaultAction(show)
        button.setAutoRaise(True)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(show.toolTip())
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(title_label(self.tr("Proposals"), self.rows, self))
        head.addWidget(self.count, 1)
        head.addWidget(button)
        filters = QGridLayout()
        filters.setHorizontalSpacing(8)
        filters.setVerticalSpacing(4)
        names = (self.tr("Level"), self.tr("IoU from"))
        for row, (name, slider, text) in enumerate(
            zip(names, (self.level, self.score), (self.level_text, self.score_text), strict=True)
        ):
            label = QLabel(name, self)
            label.setBuddy(slider)
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            text.setMinimumWidth(self.fontMetrics().horizontalAdvance("0.00") + 16)
            filters.addWidget(label, row, 0)
            filters.addWidget(slider, row, 1)
            filters.addWidget(text, row, 2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(head)
        layout.addLayout(filters)
        layout.addWidget(self.rows, 1)
        all_shown = QHBoxLayout()
        all_shown.setSpacing(8)
        for button in (self.accept_all, self.delete_shown):
            button.setMinimumWidth(_LEAST_BUTTON_WIDTH)
            all_shown.addWidget(button)
        layout.addLayout(all_shown)


class _ProposalRows(RowView):
    left = Signal()

    def leaveEvent(self, event: QEvent) -> None:
        self.left.emit()
        super().leaveEvent(event)
