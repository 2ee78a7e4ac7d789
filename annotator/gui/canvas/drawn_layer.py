"""What is drawn on the image on screen and not finished: a mask without a category, corners of an open polygon.

It is there whatever the tool is, so that nobody believes it lost.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtGui import QPainter, QPen, QPolygonF

from annotator.gui.canvas.prompt_painter import paint_current_mask
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.palette import CASING, CURRENT_MASK

_HANDLE = 4.0  # widget pixels


class DrawnLayer(QObject):
    """Follows what is drawn; `paint` does it in widget pixels."""

    changed = Signal()

    def __init__(self, masks: MaskChanges, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._masks = masks
        for kept in (masks.drawn, masks.corners):
            kept.changed.connect(self.changed)

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw the mask that waits and the corners."""
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
