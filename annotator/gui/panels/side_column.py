"""The panels to the right of the canvas, one above the other."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from annotator.gui.panels.details import DetailsPanel

_LEAST_WIDTH = 208
_LISTS = (140, 170, 270)  # the proposals have sliders above and buttons below


class SideColumn(QSplitter):
    """Lists, and below them the details, which take the height they can fill; the lists share the rest."""

    def __init__(self, lists: Sequence[QWidget], details: DetailsPanel, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Vertical, parent)
        self._details = details
        for panel in (*lists, details):
            self.addWidget(panel)
            self.setStretchFactor(self.count() - 1, int(panel is not details))
        self.setMinimumWidth(_LEAST_WIDTH)
        self.setSizes([*_LISTS, details.maximumHeight()])
        details.can_be_higher.connect(self._on_can_be_higher)

    def _on_can_be_higher(self, before: int) -> None:
        """Give the details what they can fill now, unless the user has made them smaller than they could be before."""
        *lists, height = self.sizes()
        missing = self._details.maximumHeight() - height
        if height < before or missing <= 0:
            return
        together = sum(lists) or 1
        self.setSizes([*(size - missing * size // together for size in lists), height + missing])
