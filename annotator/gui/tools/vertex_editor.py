"""Handles on the outline of the selected instance: dragged, added on the line, removed; the inside moves the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter

from annotator.core.expected_outline import covers
from annotator.core.outline import Outline
from annotator.gui.canvas.handle_painter import paint_bend, paint_handle, paint_handles, paint_polygons
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.prompt_painter import paint_preview
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.instance_outlines import InstanceOutlines
from annotator.gui.selected_outline import SelectedOutline
from annotator.gui.tools.outline_gesture import SAME_HANDLE, Gesture, Point, bend
from annotator.gui.tools.outline_hits import EDGE_REACH, Hit, OutlineHits, Spot
from annotator.gui.tools.tool import Pointer

_DRAG_PIXELS = 3.0
_MARGIN = 16.0  # widget pixels around what is drawn


@dataclass(frozen=True, eq=False)
class _Grab:
    """What the button holds, of those outlines. hit: None until there is one. is_on_line: it is not the inside."""

    pressed: Pointer
    held: InstanceOutlines
    scale: float
    hit: Hit | None
    is_on_line: bool
    removes: bool

    def gesture(self, way: Point | None) -> Gesture:
        """What it comes to when it is let go there."""
        hit = self.hit
        pressed = self.pressed.at.x(), self.pressed.at.y()
        at = hit.at if hit is not None and hit.spot is Spot.HANDLE else pressed
        return Gesture(None if hit is None else hit.spot, at, self.scale, way, self.removes)


class VertexEditor(QObject):
    """What the Polygon tool does while no polygon is being drawn. Each gesture is one edit, made when its turn comes.

    Until then the handles are where they will be, so that the next gesture need not wait.
    """

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
        self._grab: _Grab | None = None
        self._way: Point | None = None  # how far it is dragged, image pixels
        outline.changed.connect(self._on_outline_changed)
        outline.refused.connect(self.refused)

    @property
    def hovered(self) -> Hit | None:
        """The vertex or the piece of line that the pointer is on."""
        return self._hovered

    # -- gestures ----------------------------------------------------------------------------------------------------

    def press(self, pointer: Pointer) -> bool:
        """A left press; returns whether it is one on the outline or inside it, whose release is to come here too."""
        held = self._outline.held()
        if held is None or pointer.modifiers & Qt.KeyboardModifier.ControlModifier:
            return False
        self._outline.current()
        outline = self._outline.shown
        hit = None if outline is None else self._hit(outline, pointer)
        is_on_line = self._is_on_line(pointer) if outline is None else hit is not None and hit.spot is not Spot.INSIDE
        if hit is None and not is_on_line and not (outline is None and self._is_inside(pointer)):
            self._choose(None)
            return False
        removes = bool(pointer.modifiers & Qt.KeyboardModifier.AltModifier) and is_on_line
        removes = removes and (hit is None or hit.spot is Spot.HANDLE)
        self._grab = _Grab(pointer, held, self._scale, hit, is_on_line, removes)
        self._way = None
        if removes:
            grab, self._grab = self._grab, None
            self._remove(held, grab.gesture(None))
        else:
            self._choose(hit if hit is not None and hit.spot is Spot.HANDLE else None)
        return True

    def move(self, pointer: Pointer) -> None:
        """The pointer moved, with or without a button."""
        grab = self._grab
        if grab is None:
            self._outline.current()
            outline, place = self._outline.shown, (pointer.at.x(), pointer.at.y())
            self._hover(None if outline is None else self._hits_of(outline).at(place, self._scale))
            return
        least = 0.1 if pointer.is_exact else _DRAG_PIXELS
        if self._way is None and QLineF(grab.pressed.on_widget, pointer.on_widget).length() < least:
            return
        way = pointer.at - grab.pressed.at
        before, self._way = self._way, (way.x(), way.y())
        self._repaint_drag(before)

    def release(self, pointer: Pointer) -> bool:
        """The button came up; returns False when that was a mere click inside, which means nothing to the outline."""
        if self._grab is None:
            return True
        self.move(pointer)
        return self._put_down()

    def _put_down(self) -> bool:
        """The button came up where the pointer is; returns what `release` does."""
        grab, way = self._grab, self._way
        self._let_go()
        if grab is None:
            return True
        hit, gesture = grab.hit, grab.gesture(way)
        if way is None and not grab.is_on_line:
            return False
        if way is None:
            if hit is None or hit.spot is Spot.EDGE:
                self._outline.change(grab.held, gesture, "")
                self._choose_at(gesture.at if hit is None else hit.at)
            return True
        if not grab.is_on_line:
            text = self.tr("Move the instance")
        else:
            is_new = hit is not None and hit.spot is Spot.EDGE
            text = self.tr("Add a vertex") if is_new else self.tr("Move a vertex")
        self._outline.change(grab.held, gesture, text)
        if hit is not None and grab.is_on_line:
            self._choose_at((hit.at[0] + way[0], hit.at[1] + way[1]))
        self.repaint_wanted.emit()
        return True

    def finish(self) -> None:
        """End what the button is held down for: what is dragged so far is dragged."""
        if self._way is not None:
            self._put_down()
        self._let_go()

    def leave(self) -> None:
        """The pointer left the canvas."""
        self._hover(None)

    def abort(self) -> bool:
        """Give up a drag, or let go of the chosen handle; returns whether there was one."""
        had = self._grab is not None or self._chosen is not None
        self._let_go()
        self._choose(None)
        return had

    def next_stop(self, at: QPointF, forward: bool) -> QPointF | None:
        """The handle after the chosen one, or before it, which becomes the chosen one; without one that next to `at`.

        None when nothing has handles.
        """
        if self._outline.instance is None:
            return None
        self._outline.current()
        outline = self._outline.shown
        if outline is None:
            return at  # they are there in a moment
        hit = self._hits_of(outline).next_handle(self._chosen, (at.x(), at.y()), 1 if forward else -1)
        if hit is None:
            return None
        self._choose(hit)
        return QPointF(*hit.at)

    def remove_chosen(self) -> bool:
        """Remove the chosen handle, or else that under the pointer; returns whether there was one."""
        hovered = self._hovered if self._hovered is not None and self._hovered.spot is Spot.HANDLE else None
        hit, held = self._chosen or hovered, self._outline.held()
        if hit is None or held is None or self._grab is not None:
            return hit is not None
        self._remove(held, Gesture(Spot.HANDLE, hit.at, self._scale, removes=True))
        return True

    def _let_go(self) -> None:
        self._grab = self._way = None

    def _remove(self, held: InstanceOutlines, gesture: Gesture) -> None:
        self._choose(None)
        self._hover(None)
        self._outline.change(held, gesture, self.tr("Remove a vertex"))

    # -- what is under the pointer -----------------------------------------------------------------------------------

    @property
    def _scale(self) -> float:
        return 1.0 if self._viewport is None else self._viewport.scale

    def _hit(self, outline: Outline, pointer: Pointer) -> Hit | None:
        place = pointer.at.x(), pointer.at.y()
        hit = self._hits_of(outline).at(place, self._scale)
        return Hit(Spot.INSIDE) if hit is None and covers(outline, place) else hit

    def _hits_of(self, outline: Outline) -> OutlineHits:
        if self._hits is None or not self._hits.is_of(outline, self._outline.tolerance):
            self._hits = OutlineHits(outline, self._outline.tolerance)
        return self._hits

    def _is_inside(self, pointer: Pointer) -> bool:
        """Whether it is on the instance as that is painted, when no outline is known yet."""
        instance = self._outline.instance
        shape = None if instance is None else self._layer.shape_of(instance.id)
        return shape is not None and shape.covers(pointer.at)

    def _is_on_line(self, pointer: Pointer) -> bool:
        """Whether it is on the border of the instance as that is painted, when no outline is known yet."""
        instance = self._outline.instance
        shape = None if instance is None else self._layer.shape_of(instance.id)
        return shape is not None and shape.is_near_border(pointer.at, EDGE_REACH / self._scale)

    def _hover(self, hit: Hit | None) -> None:
        if hit != self._hovered:
            before, self._hovered = self._hovered, hit
            for changed in (before, hit):
                if changed is not None:
                    self._repaint([changed.at])

    def _choose(self, hit: Hit | None) -> None:
        if hit != self._chosen:
            self._chosen = hit
            self.repaint_wanted.emit()

    def _choose_at(self, place: Point) -> None:
        """Choose the handle that is there in a moment, if there is one."""
        outline = self._outline.shown
        self._choose(None if outline is None else self._hits_of(outline).handle_at(place, SAME_HANDLE))

    def _on_outline_changed(self) -> None:
        """The corners' numbers are those of the outline before; what is chosen or held is what is there now."""
        outline, instance = self._outline.shown, self._outline.instance
        hits = None if outline is None else self._hits_of(outline)
        self._hovered = self._again(self._hovered, hits)
        self._chosen = self._again(self._chosen, hits)
        grab = self._grab
        if grab is None:
            pass
        elif instance is None or instance.id != grab.held.instance_id:
            self.finish()  # another image is to be shown, or it is locked
        elif hits is not None and outline is not None:
            hit = self._again(grab.hit, hits) if grab.hit is not None else self._hit(outline, grab.pressed)
            self._grab = replace(grab, hit=hit, is_on_line=hit is not None and hit.spot is not Spot.INSIDE)
            if hit is None:
                self._let_go()
                if grab.hit is not None:  # else nothing was there when the outline came
                    self._outline.tell_place_gone()
        self.repaint_wanted.emit()

    def _again(self, hit: Hit | None, hits: OutlineHits | None) -> Hit | None:
        if hit is None or hits is None:
            return None
        if hit.spot is Spot.HANDLE:
            return hits.handle_at(hit.at, SAME_HANDLE)
        return hit if hit.spot is Spot.INSIDE else hits.edge_at(hit.at, max(EDGE_REACH / self._scale, SAME_HANDLE))

    # -- painting ----------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Paint handles, what is dragged, and what has been and is still to be made, in widget pixels."""
        self._viewport = viewport
        self._outline.current()
        outline = self._outline.shown
        if outline is None:
            return
        tolerance = self._outline.tolerance
        self._paint_coming(painter, viewport)
        line = self._bend(outline, self._way)
        if line:
            paint_bend(painter, viewport, line)
        if self._outline.is_previewed:
            paint_polygons(painter, viewport, outline.polygons(tolerance))
        paint_handles(painter, viewport, self._hits_of(outline).handles)
        chosen = self._chosen
        if chosen is not None and self._way is None:
            paint_handle(painter, viewport, chosen.at, chosen=True)
        hovered = self._hovered
        if hovered is not None and self._grab is None and hovered != chosen:
            paint_handle(painter, viewport, hovered.at, added=hovered.spot is Spot.EDGE)

    def _paint_coming(self, painter: QPainter, viewport: Viewport) -> None:
        """The lines of changes that the mask does not have yet, and where the whole is going."""
        coming, outline, grab = self._outline.coming, self._outline.shown, self._grab
        by = [0.0, 0.0]
        if outline is not None and grab is not None and grab.hit is not None and grab.hit.spot is Spot.INSIDE:
            by = [*map(float, grab.gesture(self._way).shift_in(outline))] if self._way is not None else by
        for expected in reversed(coming):
            if expected.line:
                painter.save()
                painter.translate(QPointF(*by) * viewport.scale)
                paint_bend(painter, viewport, expected.line)
                painter.restore()
            by = [by[0] + expected.by[0], by[1] + expected.by[1]]
        if by != [0.0, 0.0]:
            self._paint_moved(painter, viewport, QPointF(*by))

    def _paint_moved(self, painter: QPainter, viewport: Viewport, by: QPointF) -> None:
        instance = self._outline.instance
        shape = None if instance is None else self._layer.shape_of(instance.id)
        if shape is not None:
            painter.save()
            painter.translate(by * viewport.scale)
            paint_preview(painter, viewport, shape)
            painter.restore()

    def _bend(self, outline: Outline, way: Point | None) -> tuple[Point, ...]:
        """The handle before, the dragged one, and the one after; nothing when none is dragged."""
        grab = self._grab
        if grab is None or way is None or grab.hit is None or grab.hit.spot is Spot.INSIDE:
            return ()
        to = grab.gesture(way).target(grab.hit, outline.mask.width, outline.mask.height)
        return bend(outline, grab.hit, to, self._outline.tolerance)

    def _repaint_drag(self, before: Point | None) -> None:
        outline = self._outline.shown
        places = () if outline is None else (*self._bend(outline, self._way), *self._bend(outline, before))
        if places and before is not None:
            self._repaint(list(places))
        else:
            self.repaint_wanted.emit()

    def _repaint(self, places: list[Point]) -> None:
        if self._viewport is None:
            return
        on_widget = [self._viewport.to_widget(QPointF(*place)) for place in places]
        xs, ys = [p.x() for p in on_widget], [p.y() for p in on_widget]
        area = QRectF(QPointF(min(xs), min(ys)), QPointF(max(xs), max(ys)))
        self.area_changed.emit(area.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN))
