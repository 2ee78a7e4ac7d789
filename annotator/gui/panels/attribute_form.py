"""A form with one field for each attribute of a category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from annotator.core.document import Attribute, AttributeKind
from annotator.gui.panels.value_fields import ChoiceField, FlagField, LineField, NumberField
from annotator.gui.plain_text import as_tooltip

_LABEL_CHARACTERS = 16
_FLAG_CHARACTERS = 28
Field = FlagField | ChoiceField | LineField


class AttributeForm(QWidget):
    """Made anew for other attributes; a field tells its attribute's name, the value, and what is being typed."""

    edited = Signal(str, object, str)  # name, value or None, typing
    left = Signal()

    def __init__(self, attributes: Sequence[Attribute], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.attributes = tuple(attributes)
        self.fields: dict[str, Field] = {}
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setSpacing(4)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for attribute in self.attributes:
            field = self._field(attribute)
            field.setAccessibleName(attribute.name)
            field.setToolTip(as_tooltip(attribute.name))
            self.fields[attribute.name] = field
            if isinstance(field, FlagField):
                field.edited.connect(partial(self._on_chosen, attribute.name))
                form.addRow(field)
                continue
            if isinstance(field, LineField):
                field.edited.connect(partial(self._on_typed, attribute.name, field))
                field.left.connect(self.left)
            else:
                field.edited.connect(partial(self._on_chosen, attribute.name))
            label = QLabel(self._shortened(attribute.name, _LABEL_CHARACTERS), self)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setToolTip(as_tooltip(attribute.name))
            label.setBuddy(field)
            form.addRow(label, field)

    def show_values(self, values: Sequence[Mapping[str, Any]]) -> None:
        """Show the attributes of some instances."""
        for name, field in self.fields.items():
            field.show_values([of_one.get(name) for of_one in values])

    def _field(self, attribute: Attribute) -> Field:
        if attribute.kind is AttributeKind.FLAG:
            return FlagField(self._shortened(attribute.name, _FLAG_CHARACTERS).replace("&", "&&"), self)
        if attribute.kind is AttributeKind.CHOICE:
            return ChoiceField(attribute.choices, self)
        return NumberField(self) if attribute.kind is AttributeKind.NUMBER else LineField(self)

    def _shortened(self, name: str, characters: int) -> str:
        """The name, in no more room than so many characters take: it must not widen the panel."""
        metrics = self.fontMetrics()
        return metrics.elidedText(name, Qt.TextElideMode.ElideRight, characters * metrics.averageCharWidth())

    def _on_chosen(self, name: str, value: object) -> None:
        self.edited.emit(name, value, "")

    def _on_typed(self, name: str, field: LineField, value: object) -> None:
        self.edited.emit(name, value, field.typing)
