"""Fusion with boxes that can be seen: in dark colours its own ones are black on nearly black."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle, QStyleOption, QWidget

_ELEMENT = QStyle.PrimitiveElement
_SQUARE = (_ELEMENT.PE_IndicatorCheckBox, _ELEMENT.PE_IndicatorItemViewItemCheck)
_ROUND = (_ELEMENT.PE_IndicatorRadioButton,)
_BORDER = {True: "#8a9099", False: "#7d838b"}  # on dark and on light; 3 : 1 to the ground (WCAG 2.2, 1.4.11)
_BORDER_OF_DISABLED = {True: "#55595f", False: "#c6cad0"}


class VisibleStyle(QProxyStyle):
    """Draws a border around what can be ticked; everything else is Fusion's."""

    def __init__(self) -> None:
        super().__init__("fusion")

    def drawPrimitive(
        self,
        element: QStyle.PrimitiveElement,
        option: QStyleOption,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        super().drawPrimitive(element, option, painter, widget)
        if element in _SQUARE or element in _ROUND:
            _draw_border(option, painter, is_round=element in _ROUND)


def _draw_border(option: QStyleOption, painter: QPainter, *, is_round: bool) -> None:
    ground = option.palette.color(QPalette.ColorRole.Window)
    is_enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
    colors = _BORDER if is_enabled else _BORDER_OF_DISABLED
    painter.save()
    painter.setPen(QPen(QColor(colors[ground.lightness() < 128]), 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    box = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5)
    if is_round:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawEllipse(box)
    else:
        painter.drawRect(box)
    painter.restore()


def use_visible_style(app: QApplication) -> None:
    """In place of Fusion, where that is the platform's style; its colours stay the application's."""
    if app.style().name() == "fusion":
        app.setStyle(VisibleStyle())


def is_fusion() -> bool:
    """Whether the application's style is Fusion, with or without visible boxes."""
    style = QApplication.style()
    base = style.baseStyle() if isinstance(style, QProxyStyle) else style
    return base.name() == "fusion"
