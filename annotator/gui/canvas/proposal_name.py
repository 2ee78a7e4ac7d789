"""The field on the canvas that asks what proposals are to be accepted as."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.prompt_strip import CategoryField
from annotator.gui.document_model import DocumentModel
from annotator.gui.proposal_changes import ProposalChanges
from annotator.gui.proposal_view import ProposalView
from annotator.gui.selection import Selection

_GAP = 16


class ProposalNameStrip(QFrame):
    """Opens beside the pointer, with the current category's name; Enter accepts, Escape leaves all as it was."""

    def __init__(
        self,
        canvas: Canvas,
        model: DocumentModel,
        selection: Selection,
        view: ProposalView,
        changes: ProposalChanges,
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._model = model
        self._selection = selection
        self._view = view
        self._changes = changes
        self._ids: frozenset[int] = frozenset()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        # A child takes over its parent's roles, and the canvas is dark.
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setForegroundRole(QPalette.ColorRole.WindowText)
        self.field = CategoryField(model, self)
        self.field.name_entered.connect(self._on_name_entered)
        self.field.abandoned.connect(self._close)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        row.addWidget(self._label)
        row.addWidget(self.field)
        self.hide()
        changes.category_wanted.connect(self._ask)
        view.changed.connect(self._on_view_changed)

    def _ask(self, proposal_ids: frozenset[int]) -> None:
        self._ids = proposal_ids
        self._label.setText(self.tr("Accept %n proposal(s) as", "", len(proposal_ids)))
        category_id = self._selection.category_id
        self.field.setText("" if category_id is None else self._model.document.categories[category_id].name)
        self.field.selectAll()
        self.show()
        self.adjustSize()
        area = self._canvas.rect().adjusted(4, 4, -4, -4)
        pointer = self._canvas.mapFromGlobal(QCursor.pos())
        if not area.contains(pointer):
            pointer = area.center()
        left = max(area.left(), min(pointer.x() - self.width() // 2, area.right() - self.width()))
        top = pointer.y() + _GAP
        if top + self.height() > area.bottom():
            top = pointer.y() - _GAP - self.height()
        self.move(QPoint(left, top))
        self.raise_()
        self.field.setFocus()

    def _on_name_entered(self, name: str) -> None:
        ids = self._ids
        self._close()
        self._changes.accept_as_named(ids, name)

    def _on_view_changed(self) -> None:
        if not self.isHidden() and not self._ids.intersection(proposal.id for proposal in self._view.shown):
            self._close()

    def _close(self) -> None:
        self.hide()
        self._canvas.setFocus()
