"""Brush and Eraser: strokes that add to an instance's mask or take from it."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from annotator.core.brush import Stroke
from annotator.core.document import Instance
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.document_model import DocumentModel
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.palette import CASING, CURRENT_MASK, category_color
from annotator.gui.selection import Selection
from annotator.gui.tools.tool import Pointer, Tool

_STEP = 1.2
_LARGEST = 1000.0  # image pixels
_OPACITY = 0.6  # of a stroke in the making: more than that of an instance, so that it shows on one


class BrushSize(QObject):
    """The diameter, in image pixels, that Brush and Eraser share."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.diameter = 24.0

    def step(self, steps: float) -> None:
        """Larger (positive) or smaller by some steps, at least by a pixel each."""
        scaled = self.diameter * _STEP**steps
        least = self.diameter + math.copysign(1.0, steps)
        wanted = max(scaled, least) if steps > 0 else min(scaled, least)
        self.diameter = float(round(min(max(wanted, 1.0), _LARGEST)))
        self.changed.emit()


class BrushTool(Tool):
    """Left drag adds (Brush) or erases (Eraser), right drag does the other; a stroke is one edit.

    It works on the one selected instance. With none selected a stroke of the Brush makes a new instance.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self,
        model: DocumentModel,
        selection: Selection,
        changes: MaskChanges,
        size: BrushSize,
        *,
        is_eraser: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._changes = changes
        self._size = size
        self._is_eraser = is_eraser
        self._button = Qt.MouseButton.NoButton
        self._stroke: Stroke | None = None
        self._instance: Instance | None = None
        self._erases = False
        self._way = QPainterPath()  # in image pixels
        self._diameter = 0.0  # the stroke's; the size may change meanwhile
        self._now: Pointer | None = None
        self._scale = 1.0  # widget pixels per image pixel at the last paint
        size.changed.connect(self.repaint_wanted)

    def press(self, pointer: Pointer) -> None:
        if self._stroke is not None or pointer.button not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        if not self._changes.may_draw():
            return
        self._erases = self._is_eraser != (pointer.button == Qt.MouseButton.RightButton)
        if not self._take_up_instance():
            return
        self._button = pointer.button
        self._diameter = self._size.diameter
        height, width = int(pointer.image.height()), int(pointer.image.width())
        self._stroke = Stroke(height=height, width=width, diameter=self._diameter)
        self._way = QPainterPath(pointer.at)
        self._way.lineTo(pointer.at)  # else a click alone would not be drawn
        self._stroke.move_to(pointer.at.x(), pointer.at.y())
        self._repaint_around(pointer, pointer)

    def move(self, pointer: Pointer) -> None:
        before, self._now = self._now, pointer
        if self._stroke is not None:
            self._way.lineTo(pointer.at)
            self._stroke.move_to(pointer.at.x(), pointer.at.y())
        self._repaint_around(before or pointer, pointer)

    def release(self, pointer: Pointer) -> None:
        if self._stroke is None or pointer.button != self._button:
            return
        stroke, instance = self._stroke, self._instance
        self._stroke = None
        if instance is None:
            self._changes.add(stroke.added_to(None), "brush")
        elif self._model.document.instances.get(instance.id) != instance:
            self.refused.emit(self.tr("The instance changed while you drew; draw the stroke again."))
        elif self._erases:
            self._changes.set_mask(instance, stroke.taken_from(instance.mask), self.tr("Erase"))
        else:
            self._changes.set_mask(instance, stroke.added_to(instance.mask), self.tr("Brush"))
        self._way = QPainterPath()
        self.repaint_wanted.emit()

    def leave(self) -> None:
        self._now = None
        self.repaint_wanted.emit()

    def abort(self) -> bool:
        was_drawing = self._stroke is not None
        self._stroke = None
        self._way = QPainterPath()
        self.repaint_wanted.emit()
        return was_drawing

    def resize(self, steps: float) -> bool:
        self._size.step(steps)
        return True

    # -- painting ----------------------------------------------------------------------------------------------------

    def cut(self, picture: QPixmap, viewport: Viewport) -> QPixmap:
        if self._stroke is None or not self._erases:
            return picture
        cut = picture.copy()
        painter = QPainter(cut)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        self._paint_way(painter, viewport, QColor(Qt.GlobalColor.black))
        painter.end()
        return cut

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        self._scale = viewport.scale
        if self._stroke is not None and not self._erases:
            color = self._color()
            color.setAlphaF(_OPACITY)
            self._paint_way(painter, viewport, color)
        if self._now is not None:
            self._paint_circle(painter, viewport)

    def _paint_way(self, painter: QPainter, viewport: Viewport, color: QColor) -> None:
        painter.save()
        painter.setTransform(viewport.transform(), combine=True)
        pen = QPen(color, self._diameter, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(self._way, pen)
        painter.restore()

    def _paint_circle(self, painter: QPainter, viewport: Viewport) -> None:
        assert self._now is not None
        radius = max(self._size.diameter * viewport.scale / 2, 1.5)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        style = Qt.PenStyle.DashLine if self._is_eraser else Qt.PenStyle.SolidLine
        for pen in (QPen(CASING, 3.0), QPen(CURRENT_MASK, 1.5, style)):
            painter.setPen(pen)
            painter.drawEllipse(self._now.on_widget, radius, radius)
        painter.restore()

    # -- what it works on --------------------------------------------------------------------------------------------

    def _take_up_instance(self) -> bool:
        """Choose what the stroke works on; returns whether there is something it may work on."""
        selected = self._changes.selected()
        self._instance = selected[0] if selected else None
        if len(selected) > 1:
            self.refused.emit(self.tr("Several instances are selected: select the one to draw on."))
            return False
        if self._instance is None and self._erases:
            self.refused.emit(self.tr("Select the instance to erase from."))
            return False
        return self._instance is None or self._changes.may_change(self._instance)

    def _color(self) -> QColor:
        categories = self._model.document.categories
        category_id = self._instance.category_id if self._instance is not None else self._selection.category_id
        return category_color(categories[category_id]) if category_id in categories else QColor(CURRENT_MASK)

    def _repaint_around(self, before: Pointer, now: Pointer) -> None:
        """Only where the brush is and was: painting all anew for every move would be slow on large screens."""
        reach = max(self._size.diameter, self._diameter) * self._scale / 2 + 4
        between = QRectF(before.on_widget, now.on_widget).normalized()
        self.area_changed.emit(between.adjusted(-reach, -reach, reach, reach))
