"""How the image itself looks on the canvas: smooth when zoomed out, its pixels and their grid when zoomed in."""

from __future__ import annotations

import math

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QColor, QPainter, QPen

from annotator.gui.canvas.viewport import Viewport
from annotator.gui.image_loader import LoadedImage

_SMOOTH_BELOW = 2.0  # screen pixels per image pixel
_GRID_FROM = 8.0
_GRID_COLORS = (QColor(0, 0, 0, 70), QColor(255, 255, 255, 70))  # one of them shows on any picture


def paint_image(painter: QPainter, viewport: Viewport, image: LoadedImage, pixel_ratio: float) -> None:
    """The visible part of the image; `pixel_ratio` is the screen's pixels per widget pixel."""
    scale = viewport.scale * pixel_ratio
    full = image.levels[0]
    # The smallest level that still has a pixel for every pixel of the screen; levels shrink from the first on.
    level = next((smaller for smaller in reversed(image.levels) if smaller.width() >= full.width() * scale), full)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < _SMOOTH_BELOW)
    # Only the visible part is handed to Qt: scaling a whole image far off the screen costs seconds at high zoom.
    part = _visible_part(viewport, QSizeF(full.size()))
    x_ratio, y_ratio = level.width() / full.width(), level.height() / full.height()
    source = QRectF(part.x() * x_ratio, part.y() * y_ratio, part.width() * x_ratio, part.height() * y_ratio)
    painter.drawImage(viewport.rect_to_widget(part), level, source)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    if scale >= _GRID_FROM:
        _paint_pixel_grid(painter, viewport, part)


def _visible_part(viewport: Viewport, size: QSizeF) -> QRectF:
    """What the widget shows of the image, whole image pixels."""
    visible = viewport.visible()
    left, top = max(0, math.floor(visible.left())), max(0, math.floor(visible.top()))
    right = min(size.width(), math.ceil(visible.right()))
    bottom = min(size.height(), math.ceil(visible.bottom()))
    return QRectF(QPointF(left, top), QPointF(max(left, right), max(top, bottom)))


def _paint_pixel_grid(painter: QPainter, viewport: Viewport, part: QRectF) -> None:
    area = viewport.rect_to_widget(part)
    lines = []
    for x in range(int(part.left()), int(part.right()) + 1):
        at = viewport.to_widget(QPointF(x, 0)).x()
        lines.append(QLineF(at, area.top(), at, area.bottom()))
    for y in range(int(part.top()), int(part.bottom()) + 1):
        at = viewport.to_widget(QPointF(0, y)).y()
        lines.append(QLineF(area.left(), at, area.right(), at))
    for color, shift in zip(_GRID_COLORS, (0.0, 1.0), strict=True):
        painter.setPen(QPen(color, 1.0))
        painter.drawLines([line.translated(shift, shift) for line in lines])
