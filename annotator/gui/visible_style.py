"""Fusion with boxes, fields and frames that can be seen: in dark colours its own are black on nearly black."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QProxyStyle,
    QStyle,
    QStyleOption,
    QStyleOptionComplex,
    QStyleOptionFrame,
    QWidget,
)

_ELEMENT = QStyle.PrimitiveElement
_SQUARE = (_ELEMENT.PE_IndicatorCheckBox, _ELEMENT.PE_IndicatorItemViewItemCheck)
_ROUND = (_ELEMENT.PE_IndicatorRadioButton,)
_FIELDS = (QStyle.ComplexControl.CC_SpinBox, QStyle.ComplexControl.CC_ComboBox)
_FIELD_BORDER, _FRAME_BORDER = "#737982", "#4a4e55"  # on dark; what can be typed or chosen in has 3 : 1 to its ground
_CORNER = 2.0  # the radius of Fusion's own
_BORDER = {True: "#8a9099", False: "#7d838b"}  # on dark and on light; 3 : 1 to the ground (WCAG 2.2, 1.4.11)
_BORDER_OF_DISABLED = {True: "#55595f", False: "#c6cad0"}


class VisibleStyle(QProxyStyle):
    """Draws a border around what can be ticked, around the list that has the keyboard, and on dark around fields and
    frames; everything else is Fusion's.
    """

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
        elif element == _ELEMENT.PE_PanelLineEdit and isinstance(option, QStyleOptionFrame) and option.lineWidth > 0:
            _draw_outline(option, painter, option.rect, _FIELD_BORDER)
        elif element == _ELEMENT.PE_Frame and isinstance(widget, QAbstractScrollArea) and widget.hasFocus():
            _draw_border_line(painter, option.rect, option.palette.color(QPalette.ColorRole.Link))
        elif element == _ELEMENT.PE_Frame:
            _draw_outline(option, painter, option.rect, _FRAME_BORDER)

    def drawComplexControl(
        self,
        control: QStyle.ComplexControl,
        option: QStyleOptionComplex,
        painter: QPainter,
        widget: QWidget | None = None,
    ) -> None:
        super().drawComplexControl(control, option, painter, widget)
        if control in _FIELDS:
            _draw_outline(option, painter, option.rect, _FIELD_BORDER)
        elif control == QStyle.ComplexControl.CC_Slider:
            handle = self.subControlRect(control, option, QStyle.SubControl.SC_SliderHandle, widget)
            _draw_outline(option, painter, handle, _FIELD_BORDER)


def _draw_outline(option: QStyleOption, painter: QPainter, rect: QRect, color: str) -> None:
    """On dark, a border over Fusion's; with the keyboard Fusion's own is bright enough."""
    is_dark = option.palette.color(QPalette.ColorRole.Window).lightness() < 128
    if not is_dark or option.state & QStyle.StateFlag.State_HasFocus:
        return
    is_enabled = bool(option.state & QStyle.StateFlag.State_Enabled)
    _draw_border_line(painter, rect, QColor(color if is_enabled else _FRAME_BORDER))


def _draw_border_line(painter: QPainter, rect: QRect, color: QColor) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.0))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), _CORNER, _CORNER)
    painter.restore()


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
