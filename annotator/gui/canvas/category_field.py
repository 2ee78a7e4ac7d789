"""A field for the name of a category, which offers those that there are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QFrame, QLineEdit

from annotator.gui.document_model import DocumentModel
from annotator.gui.palette import category_color
from annotator.gui.panels.row_view import color_swatch

_MOST_OFFERED = 12  # at once; the list scrolls
_SWATCH = QSize(16, 16)
_OWN_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape)


class CategoryField(QLineEdit):
    """A name field with completion from the document's categories."""

    name_entered = Signal(str)
    nothing_entered = Signal()  # Enter in the empty field
    abandoned = Signal()

    def __init__(self, model: DocumentModel, parent: QFrame) -> None:
        super().__init__(parent)
        self._model = model
        self.setPlaceholderText(self.tr("Name of the category"))
        self.setAccessibleName(self.tr("Name of the category"))
        self.setMinimumWidth(180)
        completer = QCompleter(self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(_MOST_OFFERED)
        self._names = QStandardItemModel(self)
        completer.setModel(self._names)
        completer.popup().setIconSize(_SWATCH)
        self.setCompleter(completer)
        completer.activated.connect(self._on_offered_chosen)
        self.returnPressed.connect(self._on_return_pressed)

    def offer_all(self) -> None:
        """Open the list of all names, with their colours; typing leaves those that contain what is typed."""
        self._fill()
        if self._names.rowCount():
            self.completer().setCompletionPrefix("")
            self.completer().complete()

    def showEvent(self, event: QShowEvent) -> None:
        self._fill()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.completer().popup().hide()
        super().hideEvent(event)

    def _fill(self) -> None:
        self._names.clear()
        for category in self._model.document.categories.values():
            self._names.appendRow(QStandardItem(color_swatch(category_color(category)), category.name))

    def event(self, event: QEvent) -> bool:
        # Enter and Escape are keys of the canvas, whose child this field is; while typing they belong to the field.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.abandoned.emit()
        else:
            super().keyPressEvent(event)
            event.accept()

    def _on_return_pressed(self) -> None:
        name = self.text().strip()
        if name:
            self.name_entered.emit(name)
        else:
            self.nothing_entered.emit()

    def _on_offered_chosen(self, name: str) -> None:
        if self.isVisible():  # with Enter the name has been entered by then
            self.name_entered.emit(name)
