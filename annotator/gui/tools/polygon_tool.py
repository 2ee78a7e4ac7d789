"""Polygon: corners clicked one by one become the mask of a new instance; handles change that of the selected one."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from annotator.gui.canvas.viewport import Viewport
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.palette import CASING, CURRENT_MASK, POSITIVE
from annotator.gui.tools.outline_hits import Spot
from annotator.gui.tools.tool import Pointer, Tool
from annotator.gui.tools.vertex_editor import VertexEditor

_SNAP = 9.0  # widget pixels from the first corner within which a click closes the polygon
_SAME = 3.0  # widget pixels within which a second click is a double click
_CLOSING = 7.0


class PolygonTool(Tool):
    """Click adds a corner, Backspace takes the last one back; a click on the first, a double click or Enter closes.

    The mask is what pycocotools makes of the polygon: a corner at (x, y) is at the top-left of pixel (x, y). Corners
    stay on their image, whatever tool is taken up and whatever image is looked at meanwhile.
    With one instance selected, its outline has handles until the first corner is clicked beside it, or with Ctrl
    anywhere; a click inside it without a drag is such a corner too.
    """

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, changes: MaskChanges, vertices: VertexEditor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._changes = changes
        self._vertices = vertices
        for signal, own in (
            (vertices.refused, self.refused),
            (vertices.repaint_wanted, self.repaint_wanted),
            (vertices.area_changed, self.area_changed),
        ):
            signal.connect(own)
        self._is_on_outline = False  # the button went down on the selected instance's outline, or inside
        self._now: Pointer | None = None
        self._viewport_scale = 1.0

    @property
    def _corners(self) -> tuple[QPointF, ...]:
        return self._changes.corners.present or ()

    @property
    def offers_menu(self) -> bool:  # type: ignore[override]
        """Only while no polygon is half drawn."""
        return not self._corners

    def press(self, pointer: Pointer) -> None:
        if pointer.button != Qt.MouseButton.LeftButton:
            return
        if not self._changes.may_draw():
            return
        if not self._corners and self._vertices.press(pointer):
            self._is_on_outline = True
            return
        self._place(pointer)

    def release(self, pointer: Pointer) -> None:
        if pointer.button == Qt.MouseButton.LeftButton and self._is_on_outline:
            self._is_on_outline = False
            if not self._vertices.release(pointer):
                self._place(pointer)

    def _place(self, pointer: Pointer) -> None:
        corners = self._corners
        closes = len(corners) >= 3 and (
            self._is_near(corners[0], pointer, _SNAP) or self._is_near(corners[-1], pointer, _SAME)
        )
        if closes:
            self._changes.close_polygon()
        elif not corners or not self._is_near(corners[-1], pointer, _SAME):
            width, height = pointer.image.width(), pointer.image.height()
            corner = QPointF(min(max(pointer.at.x(), 0), width), min(max(pointer.at.y(), 0), height))
            self._put((*corners, corner))

    def move(self, pointer: Pointer) -> None:
        self._now = pointer
        if self._corners:
            self.repaint_wanted.emit()
        else:
            self._vertices.move(pointer)
            hovered = self._vertices.hovered
            is_handle = hovered is not None and hovered.spot is Spot.HANDLE
            self.cursor = Qt.CursorShape.SizeAllCursor if is_handle else Qt.CursorShape.CrossCursor

    def leave(self) -> None:
        self._now = None
        self._vertices.leave()
        self.repaint_wanted.emit()

    def accept(self) -> bool:
        if not self._corners or self._changes.waiting is not None:
            return False
        if len(self._corners) < 3:
            self.refused.emit(self.tr("A polygon needs at least three corners."))
        else:
            self._changes.close_polygon()
        return True

    def remove_last(self) -> bool:
        corners = self._corners
        if corners:
            self._put(corners[:-1])
        return bool(corners)

    def delete(self) -> bool:
        return not self._corners and self._vertices.remove_chosen()

    def next_stop(self, at: QPointF, forward: bool) -> QPointF | None:
        return None if self._corners else self._vertices.next_stop(at, forward)

    def abort(self) -> bool:
        self._is_on_outline = False
        return self._vertices.abort() or self._changes.corners.give_up()

    def put_down(self) -> None:
        self._is_on_outline = False
        self._vertices.finish()
        self._vertices.abort()

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        self._viewport_scale = viewport.scale
        corners = self._corners
        if not corners:
            self._vertices.paint(painter, viewport)
            return
        way = [viewport.to_widget(corner) for corner in corners]
        snaps = len(way) >= 3 and self._now is not None and self._is_near(corners[0], self._now, _SNAP)
        end = way[0] if snaps or self._now is None else self._now.on_widget
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(CURRENT_MASK)
        fill.setAlphaF(0.2)
        painter.setBrush(fill)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF([*way, end]))
        for pen in (QPen(CASING, 3.5), QPen(CURRENT_MASK, 1.75)):
            painter.setPen(pen)
            painter.drawLine(way[-1], end)
        if snaps:
            painter.setPen(QPen(CASING, 1.0))
            painter.setBrush(POSITIVE)
            painter.drawEllipse(way[0], _CLOSING, _CLOSING)
        painter.restore()

    def _put(self, corners: tuple[QPointF, ...]) -> None:
        image_id = self._changes.image_id
        if image_id is None:
            return
        if corners:
            self._changes.corners.put(image_id, corners)
        else:
            self._changes.corners.finish(image_id)

    def _is_near(self, corner: QPointF, pointer: Pointer, pixels: float) -> bool:
        return QLineF(corner, pointer.at).length() * self._viewport_scale <= pixels
