"""Polygon: corners clicked one by one become the mask of a new instance; handles change that of the selected one."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QObject, QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from annotator.core.geometry import RunLengths
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.palette import CASING, CURRENT_MASK, POSITIVE
from annotator.gui.tools.outline_hits import Spot
from annotator.gui.tools.tool import Pointer, Tool
from annotator.gui.tools.vertex_editor import VertexEditor

_SNAP = 9.0  # widget pixels from the first corner within which a click closes the polygon
_SAME = 3.0  # widget pixels within which a second click is a double click
_HANDLE = 4.0


class PolygonTool(Tool):
    """Click adds a corner, Backspace takes the last one back; a click on the first, a double click or Enter closes.

    The mask is what pycocotools makes of the polygon: a corner at (x, y) is at the top-left of pixel (x, y).
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
        self._corners: list[QPointF] = []
        self._size = (0, 0)  # the image's height and width
        self._now: Pointer | None = None
        self._viewport_scale = 1.0
        changes.waiting_changed.connect(self._on_waiting_changed)

    @property
    def offers_menu(self) -> bool:  # type: ignore[override]
        """Only while no polygon is half drawn."""
        return not self._corners

    def press(self, pointer: Pointer) -> None:
        if pointer.button != Qt.MouseButton.LeftButton:
            return
        if self._changes.reminds_of_waiting():
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
        self._size = (int(pointer.image.height()), int(pointer.image.width()))
        closes = len(self._corners) >= 3 and (
            self._is_near(self._corners[0], pointer, _SNAP) or self._is_near(self._corners[-1], pointer, _SAME)
        )
        if closes:
            self._close()
        elif not self._corners or not self._is_near(self._corners[-1], pointer, _SAME):
            width, height = pointer.image.width(), pointer.image.height()
            self._corners.append(QPointF(min(max(pointer.at.x(), 0), width), min(max(pointer.at.y(), 0), height)))
        self.repaint_wanted.emit()

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
            self._close()
        return True

    def remove_last(self) -> bool:
        had = bool(self._corners)
        self._corners = self._corners[:-1]
        self.repaint_wanted.emit()
        return had

    def delete(self) -> bool:
        return not self._corners and self._vertices.remove_chosen()

    def abort(self) -> bool:
        had = self._vertices.abort() or bool(self._corners)
        self._is_on_outline = False
        self._corners = []
        self._changes.forget_waiting()
        self.repaint_wanted.emit()
        return had

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        self._viewport_scale = viewport.scale
        if not self._corners:
            self._vertices.paint(painter, viewport)
            return
        way = [viewport.to_widget(corner) for corner in self._corners]
        snaps = len(way) >= 3 and self._now is not None and self._is_near(self._corners[0], self._now, _SNAP)
        end = way[0] if snaps or self._now is None else self._now.on_widget
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(CURRENT_MASK)
        fill.setAlphaF(0.2)
        painter.setBrush(fill)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF([*way, end]))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(CASING, 3.5), QPen(CURRENT_MASK, 1.75)):
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF([*way, end]))
        painter.setPen(QPen(CASING, 1.0))
        for index, corner in enumerate(way):
            closing = index == 0 and snaps
            painter.setBrush(POSITIVE if closing else CURRENT_MASK)
            radius = _HANDLE * (1.75 if closing else 1.0)
            painter.drawEllipse(corner, radius, radius)
        painter.restore()

    def _close(self) -> None:
        height, width = self._size
        polygon = [value for corner in self._corners for value in (corner.x(), corner.y())]
        mask = RunLengths.from_coco([polygon], height, width)
        if mask.area == 0:
            self._corners = []
            self.refused.emit(self.tr("That polygon covers no pixel."))
            return
        self._changes.add(mask, "polygon")
        if self._changes.waiting is None:
            self._corners = []
        self.repaint_wanted.emit()

    def _is_near(self, corner: QPointF, pointer: Pointer, pixels: float) -> bool:
        return QLineF(corner, pointer.at).length() * self._viewport_scale <= pixels

    def _on_waiting_changed(self) -> None:
        if self._changes.waiting is None:
            self._corners = []
        self.repaint_wanted.emit()
