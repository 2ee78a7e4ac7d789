"""The strip on the canvas with a label and a field for a category's name; who opens it says what the name is for."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QCursor, QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.category_field import CategoryField
from annotator.gui.document_model import DocumentModel

_GAP = 16


class NameStrip(QFrame):
    """Opens beside the pointer; Enter, or a click on one of the names offered, names; Escape leaves all as it was."""

    named = Signal(str)

    def __init__(self, canvas: Canvas, model: DocumentModel) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._model = model
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        # A child takes over its parent's roles, and the canvas is dark.
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.label = QLabel(self)
        self.field = CategoryField(model, self)
        self.hint = QLabel(self.tr("new category"), self)
        for label in (self.label, self.hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setForegroundRole(QPalette.ColorRole.WindowText)
        self.field.textChanged.connect(self._on_text_changed)
        self.field.name_entered.connect(self._on_name_entered)
        self.field.abandoned.connect(self.close_strip)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        for widget in (self.label, self.field, self.hint):
            row.addWidget(widget)
        policy = self.hint.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves while somebody types
        self.hint.setSizePolicy(policy)
        self.hide()

    def open_strip(self, text: str, name: str = "") -> None:
        """Ask, with that text before the field and that name in it."""
        self.label.setText(text)
        self.field.setText(name)
        self.field.selectAll()
        self._on_text_changed(name)
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

    def close_strip(self) -> None:
        """Ask no more; the keyboard is the canvas's again."""
        if not self.isHidden():
            self.hide()
            self._canvas.setFocus()

    def _on_text_changed(self, text: str) -> None:
        name = text.strip()
        self.hint.setVisible(bool(name) and self._model.document.category_named(name) is None)

    def _on_name_entered(self, name: str) -> None:
        self.close_strip()
        self.named.emit(name)
