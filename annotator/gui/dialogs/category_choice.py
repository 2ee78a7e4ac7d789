"""A field to choose one of the categories from."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtWidgets import QComboBox, QWidget

from annotator.core.document import Category
from annotator.gui.palette import category_color
from annotator.gui.panels.row_view import color_swatch


class CategoryChoice(QComboBox):
    """Shows them with their colours; typing finds a name."""

    def __init__(self, categories: Iterable[Category], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for category in categories:
            self.addItem(color_swatch(category_color(category)), category.name, category.id)

    @property
    def category_id(self) -> int:
        """The category chosen."""
        chosen: int = self.currentData()
        return chosen
