"""What is drawn on the image on screen and not finished: a mask without a category, an open polygon, a new stroke.

It is there whatever the tool is, so that nobody believes it lost.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.prompt_painter import paint_current_mask
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.palette import CASING, CURRENT_MASK
from annotator.gui.tools.brush_stroke import BrushStroke, without

_HANDLE = 4.0  # widget pixels


class DrawnLayer(QObject):
    """Follows what is drawn; `paint` does it in widget pixels."""

    changed = Signal()

    def __init__(self, masks: MaskChanges, layer: InstanceLayer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._masks = masks
        self._layer = layer
        self._strokes: list[BrushStroke] = []  # that have ended and are not on the instances' picture yet
        for kept in (masks.drawn, masks.corners):
            kept.changed.connect(self.changed)

    @property
    def strokes(self) -> list[BrushStroke]:
        """The strokes on the image on screen that have ended and that the instances do not show yet, oldest first."""
        return [stroke for stroke in self._strokes if stroke.drawn_on.image_id == self._masks.image_id]

    def add_stroke(self, stroke: BrushStroke) -> None:
        """Show a stroke that has ended until the picture of the instances does."""
        self._strokes.append(stroke)
        self.changed.emit()

    def land(self, stroke: BrushStroke) -> None:
        """The document has the stroke."""
        stroke.is_landed = True
        self.changed.emit()

    def follow(self) -> None:
        """Forget the strokes that the instances' picture shows; call it when that has been made for a paint."""
        if self._layer.is_ready:
            self._strokes = [stroke for stroke in self._strokes if not stroke.is_landed]

    def cut(self, picture: QPixmap, viewport: Viewport) -> QPixmap:
        """The picture of the instances without what was erased; the picture itself stays as it is."""
        return without(picture, viewport, self.strokes)

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw the mask that waits, the strokes and the corners."""
        for stroke in self.strokes:
            stroke.paint(painter, viewport)
        drawn = self._masks.drawn.present
        if drawn is not None and drawn.shape is not None:
            paint_current_mask(painter, viewport, drawn.shape, 0.0)
        for corners in self._masks.closing:
            _paint_way(painter, [viewport.to_widget(corner) for corner in (*corners, corners[0])])
        corners = self._masks.corners.present or ()
        if corners:
            _paint_way(painter, [viewport.to_widget(corner) for corner in corners])


def _paint_way(painter: QPainter, way: list[QPointF]) -> None:
    """The lines from corner to corner, and the corners."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for pen in (QPen(CASING, 3.5), QPen(CURRENT_MASK, 1.75)):
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(way))
    painter.setPen(QPen(CASING, 1.0))
    painter.setBrush(CURRENT_MASK)
    for corner in way:
        painter.drawEllipse(corner, _HANDLE, _HANDLE)
    painter.restore()
