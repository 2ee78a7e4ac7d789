"""Handles on the outline of the selected instance: dragged, added on the line, removed; the inside moves the whole."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from annotator.core.outline import Outline
from annotator.gui.canvas.handle_painter import paint_bend, paint_handle, paint_handles, paint_polygons
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.prompt_painter import paint_preview
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.selected_outline import SelectedOutline
from annotator.gui.tools.outline_hits import HANDLE_REACH, Hit, OutlineHits, Spot
from annotator.gui.tools.tool import Pointer

_DRAG_PIXELS = 3.0
_MARGIN = 16.0  # widget pixels around what is drawn


class VertexEditor(QObject):
    """What the Polygon tool does while no polygon is being drawn. Each gesture is one edit."""

    refused = Signal(object)
    repaint_wanted = Signal()
    area_changed = Signal(object)  # QRectF in widget pixels

    def __init__(self, outline: SelectedOutline, layer: InstanceLayer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outline = outline
        self._layer = layer
        self._viewport: Viewport | None = None  # of the last paint
        self._hits: OutlineHits | None = None
        self._hovered: Hit | None = None
        self._chosen: Hit | None = None  # the handle that Delete removes
        self._pressed: Pointer | None = None
        self._grabbed: Hit | None = None
        self._held: Outline | None = None  # what it was grabbed on
        self._to: tuple[float, float] | None = None  # where what is dragged is now, image pixels
        outline.changed.connect(self._on_outline_changed)

    @property
    def hovered(self) -> Hit | None:
        """What the pointer is on."""
        return self._hovered

    # -- gestures ----------------------------------------------------------------------------------------------------

    def press(self, pointer: Pointer) -> bool:
        """A left press; returns whether it is one on the outline or inside it, whose release is to come here too."""
        if self._outline.instance is None or pointer.modifiers & Qt.KeyboardModifier.ControlModifier:
            return False
        outline = self._outline.current()
        if outline is None:
            is_meant = self._is_near(pointer)  # its handles are there in a moment: no corner of a new polygon is meant
            if is_meant:
                self.refused.emit(self.tr("The vertices are still being computed: press again in a moment."))
            return is_meant
        hit = self._hit(outline, pointer)
        if hit is None:
            self._choose(None)
            return False
        if hit.spot is Spot.HANDLE and pointer.modifiers & Qt.KeyboardModifier.AltModifier:
            self._remove(outline, hit)
            return True
        self._pressed, self._grabbed, self._held, self._to = pointer, hit, outline, None
        self._choose(hit if hit.spot is Spot.HANDLE else None)
        return True

    def move(self, pointer: Pointer) -> None:
        """The pointer moved, with or without a button."""
        if self._pressed is None or self._grabbed is None:
            outline = self._outline.current()
            self._hover(None if outline is None else self._hit(outline, pointer))
            return
        least = 0.1 if pointer.is_exact else _DRAG_PIXELS
        if self._to is None and QLineF(self._pressed.on_widget, pointer.on_widget).length() < least:
            return
        before, self._to = self._to, self._target(self._pressed, self._grabbed, pointer)
        self._repaint_drag(before)

    def release(self, pointer: Pointer) -> bool:
        """The button came up; returns False when that was a mere click inside, which means nothing to the outline."""
        if self._pressed is None or self._grabbed is None:
            return True
        self.move(pointer)
        grabbed, to, outline = self._grabbed, self._to, self._held
        assert outline is not None
        self._let_go()
        if to is None:
            if grabbed.spot is Spot.EDGE:
                added = outline.with_handle(grabbed.ring, grabbed.corner, grabbed.at)
                self._outline.show(added)
                self._choose(self._hits_of(added).at(grabbed.at, 1.0))
            return grabbed.spot is not Spot.INSIDE
        if grabbed.spot is Spot.INSIDE:
            mask, (dx, dy) = outline.mask, (int(to[0]), int(to[1]))
            self._outline.change(lambda: mask.shifted(dx, dy), self.tr("Move the instance"))
        else:
            make = outline.moved if grabbed.spot is Spot.HANDLE else outline.bent
            change = partial(make, grabbed.ring, grabbed.corner, to, self._outline.tolerance)
            text = self.tr("Move a vertex") if grabbed.spot is Spot.HANDLE else self.tr("Add a vertex")
            self._choose(None)
            self._outline.change(change, text, pinned=[to])
        self.repaint_wanted.emit()
        return True

    def leave(self) -> None:
        """The pointer left the canvas."""
        self._hover(None)

    def abort(self) -> bool:
        """Give up a drag, or let go of the chosen handle; returns whether there was one."""
        had = self._pressed is not None or self._chosen is not None
        self._let_go()
        self._choose(None)
        return had

    def next_stop(self, at: QPointF, forward: bool) -> QPointF | None:
        """The handle after the chosen one, or before it, which becomes the chosen one; without one that next to `at`.

        None when nothing has handles.
        """
        if self._outline.instance is None:
            return None
        outline = self._outline.current()
        if outline is None:
            return at  # they are there in a moment
        hit = self._hits_of(outline).next_handle(self._chosen, (at.x(), at.y()), 1 if forward else -1)
        if hit is None:
            return None
        self._choose(hit)
        return QPointF(*hit.at)

    def remove_chosen(self) -> bool:
        """Remove the chosen handle; returns whether there was one."""
        outline = self._outline.current()
        if self._chosen is None or outline is None:
            return self._chosen is not None
        self._remove(outline, self._chosen)
        return True

    def _let_go(self) -> None:
        self._pressed = self._grabbed = self._held = self._to = None

    def _remove(self, outline: Outline, hit: Hit) -> None:
        tolerance = self._outline.tolerance
        if len(outline.rings[hit.ring].handles(tolerance)) <= 3:
            self.refused.emit(self.tr("A shape keeps at least three vertices."))
            return
        self._choose(None)
        self._hover(None)
        self._outline.show(outline.without_handle(hit.ring, hit.corner))
        self._outline.change(partial(outline.without, hit.ring, hit.corner, tolerance), self.tr("Remove a vertex"))

    def _target(self, pressed: Pointer, grabbed: Hit, pointer: Pointer) -> tuple[float, float]:
        """Where what was grabbed goes: a handle's place, or how far the whole moves; nothing leaves the image."""
        way = pointer.at - pressed.at
        width, height = pointer.image.width(), pointer.image.height()
        if grabbed.spot is not Spot.INSIDE:
            x, y = grabbed.at
            return min(max(x + way.x(), 0.0), width), min(max(y + way.y(), 0.0), height)
        instance = self._outline.instance
        if instance is None:
            return 0.0, 0.0
        left, top, box_width, box_height = instance.mask.bbox
        dx = min(max(round(way.x()), -left), int(width) - left - box_width)
        dy = min(max(round(way.y()), -top), int(height) - top - box_height)
        return float(dx), float(dy)

    # -- what is under the pointer -----------------------------------------------------------------------------------

    def _hit(self, outline: Outline, pointer: Pointer) -> Hit | None:
        scale = 1.0 if self._viewport is None else self._viewport.scale
        hit = self._hits_of(outline).at((pointer.at.x(), pointer.at.y()), scale)
        if hit is not None:
            return hit
        instance = self._outline.instance
        shape = None if instance is None else self._layer.shape_of(instance.id)
        return Hit(Spot.INSIDE) if shape is not None and shape.covers(pointer.at) else None

    def _hits_of(self, outline: Outline) -> OutlineHits:
        if self._hits is None or not self._hits.is_of(outline, self._outline.tolerance):
            self._hits = OutlineHits(outline, self._outline.tolerance)
        return self._hits

    def _is_near(self, pointer: Pointer) -> bool:
        """Whether it is in the box of the instance, or nearly."""
        instance = self._outline.instance
        if instance is None or self._viewport is None:
            return False
        box = self._viewport.rect_to_widget(QRectF(*instance.mask.bbox))
        return box.adjusted(-HANDLE_REACH, -HANDLE_REACH, HANDLE_REACH, HANDLE_REACH).contains(pointer.on_widget)

    def _hover(self, hit: Hit | None) -> None:
        if hit != self._hovered:
            before, self._hovered = self._hovered, hit
            for changed in (before, hit):
                if changed is not None and changed.spot is not Spot.INSIDE and self._viewport is not None:
                    self._repaint([changed.at])

    def _choose(self, hit: Hit | None) -> None:
        if hit != self._chosen:
            self._chosen = hit
            self.repaint_wanted.emit()

    def _on_outline_changed(self) -> None:
        # The corners' numbers are those of the outline before.
        self._hovered = self._chosen = None
        instance = self._outline.instance
        if self._held is not None and (instance is None or instance.mask != self._held.mask):
            self._let_go()
        self.repaint_wanted.emit()

    # -- painting ----------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Paint handles, and what is dragged, in widget pixels."""
        self._viewport = viewport
        self._outline.current()
        outline = self._outline.shown
        if outline is None:
            return
        if self._to is not None and self._grabbed is not None:
            if self._grabbed.spot is Spot.INSIDE:
                self._paint_moved(painter, viewport, self._to)
            else:
                paint_bend(painter, viewport, self._bend(outline, self._grabbed, self._to))
        if self._outline.is_previewed:
            paint_polygons(painter, viewport, outline.polygons(self._outline.tolerance))
        paint_handles(painter, viewport, self._hits_of(outline).handles)
        chosen = self._chosen
        if chosen is not None and self._to is None:
            paint_handle(painter, viewport, chosen.at, chosen=True)
        hovered = self._hovered
        if hovered is not None and hovered.spot is not Spot.INSIDE and self._pressed is None and hovered != chosen:
            paint_handle(painter, viewport, hovered.at, added=hovered.spot is Spot.EDGE)

    def _paint_moved(self, painter: QPainter, viewport: Viewport, by: tuple[float, float]) -> None:
        instance = self._outline.instance
        shape = None if instance is None else self._layer.shape_of(instance.id)
        if shape is not None:
            painter.save()
            painter.translate(QPointF(*by) * viewport.scale)
            paint_preview(painter, viewport, shape)
            painter.restore()

    def _bend(self, outline: Outline, grabbed: Hit, to: tuple[float, float]) -> list[tuple[float, float]]:
        """The handle before, the dragged one, and the one after."""
        find = outline.neighbours if grabbed.spot is Spot.HANDLE else outline.ends_of_edge
        corners = outline.rings[grabbed.ring].corners
        first, last = (corners[i].tolist() for i in find(grabbed.ring, grabbed.corner, self._outline.tolerance))
        return [(first[0], first[1]), to, (last[0], last[1])]

    def _repaint_drag(self, before: tuple[float, float] | None) -> None:
        outline = self._outline.shown
        if outline is None or self._grabbed is None or self._grabbed.spot is Spot.INSIDE or before is None:
            self.repaint_wanted.emit()
        elif self._to is not None:
            self._repaint([*self._bend(outline, self._grabbed, self._to), before])

    def _repaint(self, places: list[tuple[float, float]]) -> None:
        if self._viewport is None:
            return
        on_widget = [self._viewport.to_widget(QPointF(*place)) for place in places]
        xs, ys = [p.x() for p in on_widget], [p.y() for p in on_widget]
        area = QRectF(QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys)))
        self.area_changed.emit(area.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN))
