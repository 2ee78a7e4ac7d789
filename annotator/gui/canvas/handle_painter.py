"""How the handles of an outline look: as large on screen at any zoom. All painting is in widget pixels."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from annotator.core.polygons import Ring
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.palette import CASING, CURRENT_MASK, POSITIVE

_HANDLE = 8.0  # widget pixels across
_STAMP = 12  # the same of the picture of one, with room for its casing
_LARGER = 12.0
_CROWDED = 4.0
_MANY = 1e6  # cells side by side on a screen, and more
_FILL = QColor(255, 255, 255)


def paint_handles(painter: QPainter, viewport: Viewport, places: Ring) -> None:
    """Handles at places N x 2, image pixels; those beside what is painted are left out."""
    part = painter.clipBoundingRect().adjusted(-_HANDLE, -_HANDLE, _HANDLE, _HANDLE)
    on_widget = places * viewport.scale + (viewport.offset.x(), viewport.offset.y())
    x, y = on_widget[:, 0], on_widget[:, 1]
    seen = (x > part.left()) & (x < part.right()) & (y > part.top()) & (y < part.bottom())
    # Of those that would cover each other, one: where a ragged outline is small on screen there are many.
    cells = np.floor(on_widget[seen] / _CROWDED)
    _, first = np.unique(cells[:, 0] * _MANY + cells[:, 1], return_index=True)
    ratio = painter.device().devicePixelRatio()
    stamp = _stamp(ratio)
    # On whole pixels of the screen, as pictures: a thousand of them take a millisecond, drawn as circles ten.
    corners = np.round((on_widget[seen][first] - _STAMP / 2) * ratio) / ratio
    for left, top in corners.tolist():
        painter.drawImage(QPointF(left, top), stamp)


@lru_cache(maxsize=4)
def _stamp(ratio: float) -> QImage:
    """A handle, for a screen with so many pixels to a widget's."""
    side = round(_STAMP * ratio)
    stamp = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    stamp.setDevicePixelRatio(ratio)
    stamp.fill(Qt.GlobalColor.transparent)
    painter = QPainter(stamp)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for color, width in ((CASING, _HANDLE + 2.5), (_FILL, _HANDLE)):
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawPoint(QPointF(_STAMP / 2, _STAMP / 2))
    painter.end()
    return stamp


def paint_handle(
    painter: QPainter, viewport: Viewport, at: tuple[float, float], *, chosen: bool = False, added: bool = False
) -> None:
    """One handle that stands out: pointed at, chosen (filled green), or one that a click would add (a plus)."""
    centre = viewport.to_widget(QPointF(*at))
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(CASING, 1.5))
    painter.setBrush(POSITIVE if chosen else _FILL)
    size = _LARGER
    painter.drawEllipse(QRectF(centre.x() - size / 2, centre.y() - size / 2, size, size))
    if added:
        painter.setPen(QPen(QColor(Qt.GlobalColor.black), 1.5))
        for arm in (QPointF(3, 0), QPointF(0, 3)):
            painter.drawLine(centre - arm, centre + arm)
    painter.restore()


def paint_bend(painter: QPainter, viewport: Viewport, places: Sequence[tuple[float, float]]) -> None:
    """The line from the handle before over the dragged one to the one after, image pixels, and the dragged one."""
    way = QPolygonF([viewport.to_widget(QPointF(*place)) for place in places])
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    fill = QColor(CURRENT_MASK)
    fill.setAlphaF(0.15)
    painter.setBrush(fill)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawPolygon(way)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(CASING, 4.0), QPen(POSITIVE, 2.0)):
        painter.setPen(pen)
        painter.drawPolyline(way)
    painter.restore()
    paint_handle(painter, viewport, places[1], chosen=True)


def paint_polygons(painter: QPainter, viewport: Viewport, rings: Sequence[Ring]) -> None:
    """Closed lines, N x 2 image pixels each, dashed."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (QPen(CASING, 3.5), QPen(POSITIVE, 1.75, Qt.PenStyle.DashLine)):
        painter.setPen(pen)
        for ring in rings:
            painter.drawPolygon(QPolygonF([viewport.to_widget(QPointF(*place)) for place in ring.tolist()]))
    painter.restore()
