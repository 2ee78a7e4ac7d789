"""A mask as it looks in one view, in the screen's pixels: drawn once, for as many paints as show it."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.canvas.prompt_painter import paint_fill, paint_outline
from annotator.gui.canvas.viewport import Viewport

_REACH = 4.0  # widget pixels that an outline is drawn beyond its mask
_ALIGNED = 4  # widget pixels: so many are whole pixels of a screen at 125, 150 and 175 %, too


@dataclass(frozen=True, eq=False)
class _Pictures:
    """view: what they were drawn for. place: where on the widget. fill: opaque; None where it is not wanted."""

    view: object
    place: QRect
    outline: QImage
    fill: QImage | None


class MaskPicture:
    """Keeps the pictures of the mask that was painted last. width: of the outline, in widget pixels.

    Qt scales and strokes anew at every paint, and scales in threads of its own: while the segmenter computes, the
    window would wait for these as well. Copying pixels is done at once.
    """

    def __init__(self, color: QColor, width: float, *, is_filled: bool) -> None:
        self._color = color
        self._width = width
        self._is_filled = is_filled
        self._kept: _Pictures | None = None

    def forget(self) -> None:
        """There is nothing to paint for now."""
        self._kept = None

    def paint(self, painter: QPainter, viewport: Viewport, shape: MaskShape, opacity: float = 0.0) -> None:
        """Paint the mask, its inside with that opacity, in widget pixels."""
        ratio = painter.device().devicePixelRatio()
        view = (shape, viewport.scale, QPointF(viewport.offset), viewport.visible(), ratio)
        if self._kept is None or self._kept.view != view:
            self._kept = self._draw(view, viewport, shape, ratio)
        pictures = self._kept
        if pictures.fill is not None:
            painter.setOpacity(opacity)
            painter.drawImage(pictures.place.topLeft(), pictures.fill)
            painter.setOpacity(1.0)
        painter.drawImage(pictures.place.topLeft(), pictures.outline)

    def _draw(self, view: object, viewport: Viewport, shape: MaskShape, ratio: float) -> _Pictures:
        on_widget = viewport.rect_to_widget(shape.rect).adjusted(-_REACH, -_REACH, _REACH, _REACH)
        seen = on_widget.intersected(viewport.rect_to_widget(viewport.visible()))
        place = seen.toAlignedRect()
        place.setLeft(place.left() // _ALIGNED * _ALIGNED)
        place.setTop(place.top() // _ALIGNED * _ALIGNED)
        moved = copy.copy(viewport)
        moved.offset = viewport.offset - QPointF(place.topLeft())
        outline, fill = _blank(place, ratio), None
        painter = QPainter(outline)
        painter.setClipRect(QRectF(QPointF(0, 0), place.size().toSizeF()))  # nothing else of it needs stroking
        paint_outline(painter, moved, shape, self._color, self._width)
        painter.end()
        if self._is_filled:
            fill = _blank(place, ratio)
            painter = QPainter(fill)
            paint_fill(painter, moved, shape, self._color, 1.0)
            painter.end()
        return _Pictures(view, place, outline, fill)


def _blank(place: QRect, ratio: float) -> QImage:
    size = place.size() * ratio
    picture = QImage(max(size.width(), 1), max(size.height(), 1), QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    return picture
