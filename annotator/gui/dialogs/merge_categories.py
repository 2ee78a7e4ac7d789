"""Two categories become one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from annotator.core.document import Category
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.dialogs.category_choice import CategoryChoice
from annotator.gui.dialogs.parts import drop_button_icons


class MergeCategoriesDialog(QDialog):
    """Asks which category takes over what this one has."""

    def __init__(
        self, category: Category, others: Sequence[Category], changes: CategoryChanges, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Merge categories"))
        self._category = category
        self._changes = changes
        question = QLabel(self.tr('Merge "%1" &into').replace("%1", _escaped(category.name)), self)
        question.setTextFormat(Qt.TextFormat.PlainText)
        self.choice = CategoryChoice(others, self)
        question.setBuddy(self.choice)
        count = changes.instance_count(category.id)
        note = QLabel(self.tr("%n instance(s) get the other category. Undo takes it all back.", "", count), self)
        note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.addButton(self.tr("&Merge"), QDialogButtonBox.ButtonRole.AcceptRole)
        drop_button_icons(buttons)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(question)
        column.addWidget(self.choice)
        column.addWidget(note)
        column.addSpacing(8)
        column.addWidget(buttons)
        self.setMinimumWidth(360)

    def accept(self) -> None:
        self._changes.merge(self._category.id, self.choice.category_id)
        super().accept()


def _escaped(name: str) -> str:
    """An ampersand of a name is no mnemonic."""
    return name.replace("&", "&&")
