"""The magnifier: a round window that shows what is under it, enlarged."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from annotator.gui.canvas.prompt_painter import paint_aim
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.palette import CASING

_MAGNIFICATION = 4.0
_RADIUS = 90.0  # widget pixels


def paint_magnifier(
    painter: QPainter, viewport: Viewport, at: QPointF, ground: QColor, paint: Callable[[QPainter, Viewport], None]
) -> None:
    """Paint it around a place of the widget. ground: beyond the image; paint: draws what is to be seen in a view."""
    circle = QRectF(at.x() - _RADIUS, at.y() - _RADIUS, 2 * _RADIUS, 2 * _RADIUS)
    path = QPainterPath()
    path.addEllipse(circle)
    painter.save()
    painter.setClipPath(path)
    painter.fillRect(circle, ground)
    paint(painter, viewport.magnified(at, _MAGNIFICATION))
    painter.restore()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(CASING, 3.0))
    painter.drawPath(path)
    paint_aim(painter, at)
