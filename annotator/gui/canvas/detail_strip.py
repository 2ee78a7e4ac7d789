"""The strip with the detail slider: how closely the handles follow the mask of the selected instance."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel

from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.detail_slider import DetailSlider
from annotator.gui.detail_figures import DetailFigures
from annotator.gui.selected_outline import SelectedOutline

_MARGIN = 8


class DetailStrip(QFrame):
    """A child of the canvas, at its lower edge, while vertices can be edited. It changes handles only, never a mask.

    While the slider is moved or has the keyboard, the polygon through the handles is shown.
    """

    def __init__(self, canvas: Canvas, outline: SelectedOutline, figures: DetailFigures) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._outline = outline
        self._figures = figures
        self._is_offered = False
        self.setObjectName("detail_strip")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Window)
        self.setForegroundRole(QPalette.ColorRole.WindowText)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        name = QLabel(self.tr("Detail"), self)
        self.slider = DetailSlider(160, self)
        self.slider.setToolTip(self.tr("How many vertices there are to pull; the mask stays exactly as it is"))
        self.slider.detail_changed.connect(self._on_moved)
        self.slider.looked_at.connect(outline.set_previewed)
        self.text = QLabel(self)
        for label in (name, self.text):
            label.setForegroundRole(QPalette.ColorRole.WindowText)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(8)
        for widget in (name, self.slider, self.text):
            row.addWidget(widget)
        self.hide()
        outline.changed.connect(self._refresh)
        figures.changed.connect(self._refresh)
        canvas.resized.connect(self._place)

    def offer(self, offered: bool) -> None:
        """Whether the tool that has the handles is the active one."""
        self._is_offered = offered
        self._refresh()

    def _on_moved(self, detail: float) -> None:
        self._outline.detail = detail

    def _refresh(self) -> None:
        is_wanted = self._is_offered and self._outline.shown is not None
        self._figures.set_wanted(is_wanted)
        self.setVisible(is_wanted)
        if not is_wanted:
            return
        self.slider.show_detail(self._outline.detail)
        figures = self._figures.figures
        if figures is not None:
            vertices = self.tr("%n vertices", "", figures.vertices)
            text = self.tr("%1, up to %2 px off, IoU %3").replace("%1", vertices)
            self.text.setText(text.replace("%2", f"{figures.tolerance:.1f}").replace("%3", f"{figures.iou:.3f}"))
        self._place()

    def _place(self) -> None:
        self.adjustSize()
        self.move((self._canvas.width() - self.width()) // 2, self._canvas.height() - self.height() - _MARGIN)
        self.raise_()
