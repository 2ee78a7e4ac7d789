"""The detail slider of the strip beside a mask that is not accepted yet."""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.detail_slider import DetailSlider
from annotator.gui.prompt_detail import PromptDetail


class DetailField(QWidget):
    """While the slider is moved or has the keyboard, the canvas shows the polygons through the handles."""

    def __init__(self, canvas: Canvas, detail: PromptDetail, parent: QWidget) -> None:
        super().__init__(parent)
        self._canvas = canvas
        self._detail = detail
        name = QLabel(self.tr("Detail"), self)
        self.slider = DetailSlider(90, self)
        self.setToolTip(  # of the number and the word, too
            self.tr(
                "What it is for: how closely the vertices that the Polygon tool offers later follow the mask. "
                "The mask is accepted exactly as it is."
            )
        )
        self.slider.setToolTip(self.toolTip())
        self.slider.detail_changed.connect(self._on_moved)
        self.slider.looked_at.connect(self._refresh)
        self.text = QLabel(self)
        # The strip keeps its width while the number changes.
        self.text.setMinimumWidth(self.text.fontMetrics().horizontalAdvance(self.tr("%n vertices", "", 888)))
        for label in (name, self.text):
            label.setForegroundRole(QPalette.ColorRole.WindowText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (name, self.slider, self.text):
            row.addWidget(widget)
        detail.changed.connect(self._refresh)
        self._refresh()

    def _on_moved(self, detail: float) -> None:
        self._detail.detail = detail

    def _refresh(self) -> None:
        self.slider.show_detail(self._detail.detail)
        vertices = self._detail.vertices
        if vertices is not None:  # until the newest are counted, the number before
            self.text.setText(self.tr("%n vertices", "", vertices))
        self._canvas.prompt.show_polygons(self._detail.polygons if self.slider.is_looked_at else ())
