"""A stroke as it is painted: from the press until the instance on screen has it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from annotator.core.brush import Stroke
from annotator.core.geometry import RunLengths
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.mask_changes import DrawnOn

_OPACITY = 0.6  # more than that of an instance, so that it shows on one


class BrushStroke:
    """A way of the brush, on its image. drawn_on: what it is for; color: of what that is, or will be.

    is_landed: the document has it, though the picture of the instances may not show it yet.
    """

    def __init__(
        self, drawn_on: DrawnOn, at: QPointF, *, height: int, width: int, diameter: float, erases: bool, color: QColor
    ) -> None:
        self.drawn_on = drawn_on
        self.erases = erases
        self.is_landed = False
        self.diameter = diameter
        self._color = color
        self._color.setAlphaF(_OPACITY)
        self._stroke = Stroke(height=height, width=width, diameter=diameter)
        self._way = QPainterPath(at)  # in image pixels
        self.move_to(at)  # a click alone is drawn, too

    def move_to(self, at: QPointF) -> None:
        """Go on in a straight line, in image pixels."""
        self._way.lineTo(at)
        self._stroke.move_to(at.x(), at.y())

    @property
    def reach(self) -> QRectF:
        """The box of what it draws, in image pixels."""
        half = self.diameter / 2
        return self._way.boundingRect().adjusted(-half, -half, half, half)

    def drawn(self, mask: RunLengths | None) -> RunLengths:
        """The mask after the stroke; for a worker thread, once the way has ended."""
        return self._stroke.taken_from(mask) if self.erases else self._stroke.added_to(mask)

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Paint what it adds."""
        if not self.erases:
            self._paint(painter, viewport, self._color)

    def cut(self, picture: QPixmap, viewport: Viewport) -> None:
        """Take what it erases from a picture of the instances."""
        if self.erases:
            painter = QPainter(picture)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
            self._paint(painter, viewport, QColor(Qt.GlobalColor.black))
            painter.end()

    def _paint(self, painter: QPainter, viewport: Viewport, color: QColor) -> None:
        painter.save()
        painter.setTransform(viewport.transform(), combine=True)
        pen = QPen(color, self.diameter, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(self._way, pen)
        painter.restore()


def without(picture: QPixmap, viewport: Viewport, strokes: Iterable[BrushStroke]) -> QPixmap:
    """A picture of the instances without what those strokes erase; the picture itself stays as it is."""
    erasing = [stroke for stroke in strokes if stroke.erases]
    if not erasing:
        return picture
    cut = picture.copy()
    for stroke in erasing:
        stroke.cut(cut, viewport)
    return cut
