"""A category that is in use is to go: what becomes of its instances?"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from annotator.core.document import Category
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.dialogs.category_choice import CategoryChoice
from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.language import listing


class RemoveCategoryDialog(QDialog):
    """They move to another category, or are deleted with it; moving is offered first."""

    def __init__(
        self, category: Category, others: Sequence[Category], changes: CategoryChanges, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Delete category"))
        self._category = category
        self._changes = changes
        count = changes.instance_count(category.id)
        proposals = changes.proposal_count(category.id)
        text = self.tr('"%1" is in use: %2.').replace("%1", category.name)
        uses = [self.tr("%n instance(s)", "", count)]
        if proposals:
            uses.append(self.tr("%n proposal(s)", "", proposals))
        question = QLabel(text.replace("%2", listing(uses)), self)
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setWordWrap(True)
        self.move_them = QRadioButton(self.tr("&Move them to"), self)
        self.choice = CategoryChoice(others, self)
        self.choice.setAccessibleName(self.tr("The category they move to"))
        self.delete_them = QRadioButton(self.tr("&Delete them"), self)
        self.move_them.setEnabled(bool(others))
        self.choice.setEnabled(bool(others))
        self.move_them.setChecked(bool(others))
        self.delete_them.setChecked(not others)
        self.move_them.toggled.connect(self.choice.setEnabled)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        buttons.addButton(self.tr("Delete the &category"), QDialogButtonBox.ButtonRole.AcceptRole)
        drop_button_icons(buttons)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        for widget in (question, self.move_them, self.choice, self.delete_them):
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(buttons)
        self.setMinimumWidth(360)

    def accept(self) -> None:
        if self.move_them.isChecked():
            self._changes.merge(self._category.id, self.choice.category_id)
            super().accept()
        elif self._changes.remove(self._category.id):
            super().accept()
        else:
            self.reject()  # the status bar says why
