"""Name, supercategory, colour and attributes of a category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QCompleter,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from annotator.core.document import Category
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.dialogs.attribute_editor import AttributeEditor
from annotator.gui.dialogs.parts import color_dialog, drop_button_icons
from annotator.gui.palette import category_color
from annotator.gui.panels.row_view import color_swatch, title_label


class CategoryPropertiesDialog(QDialog):
    """Says while typing why a name cannot be."""

    def __init__(
        self,
        category: Category,
        changes: CategoryChanges,
        supercategories: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Category"))
        self._category = category
        self._changes = changes
        self._color = category_color(category)
        self.name = QLineEdit(category.name, self)
        self.name.textChanged.connect(self._refresh)
        self.supercategory = QLineEdit(category.supercategory, self)
        self.supercategory.setPlaceholderText(self.tr("none"))
        completer = QCompleter(list(supercategories), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.supercategory.setCompleter(completer)
        self.color = QPushButton(self)
        self.color.setAccessibleName(self.tr("Colour"))
        self.color.clicked.connect(self._on_choose_color)
        self.attributes = AttributeEditor(category.attributes, self)
        self.attributes.changed.connect(self._refresh)
        self.problem = QLabel(self)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)
        self.problem.setWordWrap(True)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Ok | buttons.Cancel, self)
        drop_button_icons(self.buttons)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow(self.tr("&Name"), self.name)
        form.addRow(self.tr("&Supercategory"), self.supercategory)
        form.addRow(self.tr("&Colour"), self.color)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(title_label(self.tr("A&ttributes of its instances"), self.attributes.add_button, self))
        column.addWidget(self.attributes, 1)
        column.addWidget(self.problem)
        column.addWidget(self.buttons)
        self.setMinimumWidth(480)
        self.name.selectAll()
        self._show_color(self._color)
        self._refresh()

    def accept(self) -> None:
        name, supercategory = self.name.text().strip(), self.supercategory.text().strip()
        attributes = self.attributes.attributes
        after = replace(self._category, name=name, supercategory=supercategory, attributes=attributes)
        if self._color != category_color(self._category):
            after = replace(after, color=self._color.name())
        if self._changes.change(after, renamed=self.attributes.renamed):
            super().accept()

    def _refresh(self) -> None:
        name = self.name.text().strip()
        problem = "" if name == self._category.name else self._changes.name_problem(name, self._category.id)
        problem = problem or self.attributes.problem
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(not problem)

    def _on_choose_color(self) -> None:
        dialog = color_dialog(self._color, self)
        dialog.colorSelected.connect(self._show_color)
        dialog.open()

    def _show_color(self, color: QColor) -> None:
        self._color = color
        self.color.setIcon(color_swatch(color))
        self.color.setText(color.name())
