"""The frame of a dialog that asks: labelled rows, what is below them, and Cancel beside the button that goes on."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from annotator.gui.dialogs.parts import drop_button_icons


class AskingDialog(QDialog):
    """Its rows are added to `form`; `lay_out` comes last."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(16)
        self.form.setVerticalSpacing(8)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)

    def label(self, text: str, buddy: QWidget) -> QLabel:
        """For a row of several widgets, where a form does not know which one the key leads to."""
        label = QLabel(text, self)
        label.setBuddy(buddy)
        return label

    def add_row(self, text: str, *widgets: QWidget) -> QHBoxLayout:
        """Several widgets side by side, or one that keeps its size; the key in the text leads to the first.

        Returns the row, by which the form can hide it.
        """
        row = QHBoxLayout()
        row.setSpacing(8)
        for widget in widgets:
            row.addWidget(widget)
        if not any(isinstance(widget, QLineEdit) for widget in widgets):
            row.addStretch()
        self.form.addRow(self.label(text, widgets[0]), row)
        return row

    def lay_out(
        self, go_on: str, *below: QWidget, stretched: QWidget | None = None, form_grows: bool = False
    ) -> QPushButton:
        """Put the form, the widgets below it and the buttons in place; returns the one that goes on, named so.

        stretched: the widget that takes what room there is; without one the form keeps to the top, unless it grows
        itself, because one of its rows does.
        """
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        button = buttons.addButton(go_on, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        drop_button_icons(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(self.form, int(form_grows))
        if stretched is None and not form_grows:
            column.addStretch()
        for widget in below:
            column.addWidget(widget, int(widget is stretched))
        column.addWidget(buttons)
        return button
