"""Brush and Eraser: strokes that add to an instance's mask or take from it."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from annotator.gui.canvas.drawn_layer import DrawnLayer
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.document_model import DocumentModel
from annotator.gui.mask_changes import DrawnOn, MaskChanges
from annotator.gui.palette import CASING, CURRENT_MASK, category_color
from annotator.gui.selection import Selection
from annotator.gui.tools.brush_stroke import BrushStroke, without
from annotator.gui.tools.tool import Pointer, Tool

_STEP = 1.2
_LARGEST = 1000.0  # image pixels


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

    It works on the one selected instance. With none selected a stroke of the Brush makes a new instance. The edit is
    made in a worker thread; until the instance on screen has it, the stroke is painted, whatever the tool is then.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(
        self,
        model: DocumentModel,
        selection: Selection,
        changes: MaskChanges,
        drawn: DrawnLayer,
        size: BrushSize,
        *,
        is_eraser: bool,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._changes = changes
        self._drawn = drawn
        self._size = size
        self._is_eraser = is_eraser
        self._button = Qt.MouseButton.NoButton
        self._stroke: BrushStroke | None = None  # that is being drawn
        self._now: Pointer | None = None
        self._scale = 1.0  # widget pixels per image pixel at the last paint
        size.changed.connect(self.repaint_wanted)

    def press(self, pointer: Pointer) -> None:
        if self._stroke is not None or pointer.button not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        if not self._changes.may_draw():
            return
        erases = self._is_eraser != (pointer.button == Qt.MouseButton.RightButton)
        drawn_on = self._drawn_on(erases=erases)
        if drawn_on is None:
            return
        self._button = pointer.button
        self._stroke = BrushStroke(
            drawn_on,
            pointer.at,
            height=int(pointer.image.height()),
            width=int(pointer.image.width()),
            diameter=self._size.diameter,
            erases=erases,
            color=self._color(drawn_on),
        )
        self._repaint_around(pointer, pointer)

    def move(self, pointer: Pointer) -> None:
        before, self._now = self._now, pointer
        if self._stroke is not None:
            self._stroke.move_to(pointer.at)
        self._repaint_around(before or pointer, pointer)

    def release(self, pointer: Pointer) -> None:
        if pointer.button == self._button:
            self.put_down()

    def put_down(self) -> None:
        """What is drawn is drawn, also when the button is still down."""
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            return
        self._tell_if_beside(stroke)
        self._drawn.add_stroke(stroke)
        text = self.tr("Erase") if stroke.erases else self.tr("Brush")
        self._changes.draw(stroke.drawn_on, stroke.drawn, text, "brush", partial(self._drawn.land, stroke))
        self.repaint_wanted.emit()

    def _tell_if_beside(self, stroke: BrushStroke) -> None:
        """Nothing happens where the eraser is used on another instance than the selected one."""
        instance = self._model.document.instances.get(stroke.drawn_on.instance_id or 0)
        if stroke.erases and instance is not None and not stroke.reach.intersects(QRectF(*instance.mask.bbox)):
            self.refused.emit(self.tr("Nothing was erased: the eraser works on the selected instance alone."))

    def leave(self) -> None:
        self._now = None
        self.repaint_wanted.emit()

    def abort(self) -> bool:
        was_drawing, self._stroke = self._stroke is not None, None
        self.repaint_wanted.emit()
        return was_drawing

    def resize(self, steps: float) -> bool:
        self._size.step(steps)
        return True

    # -- painting ----------------------------------------------------------------------------------------------------

    def cut(self, picture: QPixmap, viewport: Viewport) -> QPixmap:
        return picture if self._stroke is None else without(picture, viewport, [self._stroke])

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        self._scale = viewport.scale
        if self._stroke is not None:
            self._stroke.paint(painter, viewport)
        if self._now is not None:
            self._paint_circle(painter, viewport)

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

    def _drawn_on(self, *, erases: bool) -> DrawnOn | None:
        """What the stroke is for; None, and the user is told why, when there is nothing it may work on."""
        selected = self._changes.selected()
        if len(selected) > 1:
            self.refused.emit(self.tr("Several instances are selected: select the one to draw on."))
            return None
        if selected:
            return self._changes.new_drawn_on(selected[0]) if self._changes.may_change(selected[0]) else None
        for stroke in self._drawn.strokes:
            if not stroke.is_landed and stroke.drawn_on.instance_id is None:
                return stroke.drawn_on  # the instance that comes of it would be selected by now
        if erases:
            self.refused.emit(self.tr("Select the instance to erase from."))
            return None
        return self._changes.new_drawn_on(None)

    def _color(self, drawn_on: DrawnOn) -> QColor:
        document = self._model.document
        instance = document.instances.get(drawn_on.instance_id or 0)
        category = document.categories.get((drawn_on.category_id if instance is None else instance.category_id) or 0)
        return QColor(CURRENT_MASK) if category is None else category_color(category)

    def _repaint_around(self, before: Pointer, now: Pointer) -> None:
        """Only where the brush is and was: painting all anew for every move would be slow on large screens."""
        diameter = 0.0 if self._stroke is None else self._stroke.diameter
        reach = max(self._size.diameter, diameter) * self._scale / 2 + 4
        between = QRectF(before.on_widget, now.on_widget).normalized()
        self.area_changed.emit(between.adjusted(-reach, -reach, reach, reach))
