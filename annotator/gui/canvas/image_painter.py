"""How the image itself looks on the canvas: smooth when zoomed out, its pixels and their grid when zoomed in."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from annotator.core.tone import NEUTRAL, Tone, apply_tone
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.image_loader import LoadedImage

_SMOOTH_BELOW = 2.0  # screen pixels per image pixel
_GRID_FROM = 8.0
_GRID_COLORS = (QColor(0, 0, 0, 70), QColor(255, 255, 255, 70))  # one of them shows on any picture


class ImagePainter:
    """Paints images with a tone. What the screen shows is kept until the view changes, so that only that costs time.

    Qt scales in threads of its own, for which every paint would have to wait while the segmenter computes. The tone is
    applied to the screen's pixels, whatever the size of the image.
    """

    def __init__(self) -> None:
        self.tone = NEUTRAL
        self._kept: tuple[object, QImage] | None = None

    def paint(self, painter: QPainter, viewport: Viewport, image: LoadedImage, pixel_ratio: float) -> None:
        """The visible part of the image; `pixel_ratio` is the screen's pixels per widget pixel."""
        if self.tone == NEUTRAL and not pixel_ratio.is_integer():
            # The picture would begin between two pixels of the screen, and be less sharp than the image.
            self.paint_once(painter, viewport, image, pixel_ratio)
            return
        view = (image.key, self.tone, viewport.scale, QPointF(viewport.offset), viewport.visible(), pixel_ratio)
        if self._kept is None or self._kept[0] != view:
            self._kept = view, _on_screen(viewport, image, pixel_ratio, self.tone)
        place = _place_on_widget(viewport, image)
        painter.drawImage(place.topLeft(), self._kept[1])
        _paint_grid_if_large(painter, viewport, image, pixel_ratio)

    def paint_once(self, painter: QPainter, viewport: Viewport, image: LoadedImage, pixel_ratio: float) -> None:
        """The same for another viewport, for a magnifier; what is kept stays."""
        if self.tone == NEUTRAL:
            _paint_pixels(painter, viewport, image, pixel_ratio)
            _paint_grid_if_large(painter, viewport, image, pixel_ratio)
            return
        kept, self._kept = self._kept, None
        self.paint(painter, viewport, image, pixel_ratio)
        self._kept = kept


def _on_screen(viewport: Viewport, image: LoadedImage, pixel_ratio: float, tone: Tone) -> QImage:
    place = _place_on_widget(viewport, image)
    size = place.size() * pixel_ratio
    picture = QImage(max(size.width(), 1), max(size.height(), 1), QImage.Format.Format_RGB32)
    picture.setDevicePixelRatio(pixel_ratio)
    picture.fill(Qt.GlobalColor.black)
    painter = QPainter(picture)
    painter.translate(-place.topLeft())
    _paint_pixels(painter, viewport, image, pixel_ratio)
    painter.end()
    if tone == NEUTRAL:
        return picture
    pixels = np.frombuffer(picture.bits(), np.uint8).reshape(picture.height(), picture.bytesPerLine() // 4, 4)
    apply_tone(pixels, tone)
    return picture


def _place_on_widget(viewport: Viewport, image: LoadedImage) -> QRect:
    """Where the visible part of the image is, whole widget pixels."""
    part = _visible_part(viewport, QSizeF(image.levels[0].size()))
    on_widget = viewport.rect_to_widget(part)
    seen = on_widget.intersected(viewport.rect_to_widget(viewport.visible()))
    return seen.toRect()


def _paint_pixels(painter: QPainter, viewport: Viewport, image: LoadedImage, pixel_ratio: float) -> None:
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


def _paint_grid_if_large(painter: QPainter, viewport: Viewport, image: LoadedImage, pixel_ratio: float) -> None:
    if viewport.scale * pixel_ratio >= _GRID_FROM:
        _paint_pixel_grid(painter, viewport, _visible_part(viewport, QSizeF(image.levels[0].size())))


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
