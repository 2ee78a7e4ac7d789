"""How a prompt and the mask it asks for look on the canvas. All painting is in widget pixels."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.palette import CASING, CURRENT_MASK, FILL_OPACITY, NEGATIVE, POSITIVE, PREVIEW
from annotator.gui.prompt_session import PromptStep

CURRENT_OUTLINE, PREVIEW_OUTLINE = 2.0, 1.0  # widths in widget pixels: a preview's is fainter

_POINT_RADIUS = 8.0


def paint_outline(painter: QPainter, viewport: Viewport, shape: MaskShape, color: QColor, width: float) -> None:
    """The mask's border, `width` widget pixels wide, with a dark casing so that it shows on any picture."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setTransform(viewport.transform(), combine=True)
    # Of a ragged outline a stroke's surroundings are a small part, and stroking all of it takes long.
    part = painter.clipBoundingRect() if painter.hasClipping() else viewport.visible()
    reach = (width + 4.0) / viewport.scale
    outline = shape.outline_in(part.adjusted(-reach, -reach, reach, reach))
    ratio = painter.device().devicePixelRatio()  # a cosmetic pen is so many of the screen's pixels wide
    for pen_color, pen_width in ((CASING, width + 1.5), (color, width)):
        pen = QPen(pen_color, pen_width * ratio, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)
        pen.setCosmetic(True)
        painter.strokePath(outline, pen)
    painter.restore()


def paint_fill(painter: QPainter, viewport: Viewport, shape: MaskShape, color: QColor, opacity: float) -> None:
    """The mask's inside, pixel for pixel."""
    painter.drawImage(viewport.rect_to_widget(shape.rect), shape.colored(color, opacity))


def paint_current_mask(painter: QPainter, viewport: Viewport, shape: MaskShape, breath: float) -> None:
    """The mask being decided on; `breath` 0..1 brightens it for a moment when it changes."""
    paint_fill(painter, viewport, shape, CURRENT_MASK, current_opacity(breath))
    paint_outline(painter, viewport, shape, CURRENT_MASK, CURRENT_OUTLINE)


def current_opacity(breath: float) -> float:
    """That of the inside of the mask being decided on."""
    return FILL_OPACITY * (0.7 + 0.8 * breath)


def paint_preview(painter: QPainter, viewport: Viewport, shape: MaskShape) -> None:
    """What a click would give: a fainter outline than that of a mask being decided on."""
    paint_outline(painter, viewport, shape, PREVIEW, PREVIEW_OUTLINE)


def paint_box(painter: QPainter, viewport: Viewport, box: QRectF) -> None:
    """A box prompt, dashed."""
    rect = viewport.rect_to_widget(box)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(CASING, 3.0))
    painter.drawRect(rect)
    painter.setPen(QPen(POSITIVE, 1.5, Qt.PenStyle.DashLine))
    painter.drawRect(rect)


def paint_points(painter: QPainter, viewport: Viewport, step: PromptStep) -> None:
    """The clicks: a plus in green, a minus in red; the shapes differ for those who do not see the colours."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for point, positive in zip(step.points, step.labels, strict=True):
        at = viewport.to_widget(point + QPointF(0.5, 0.5))
        painter.setPen(QPen(Qt.GlobalColor.white, 1.5))
        painter.setBrush(POSITIVE if positive else NEGATIVE)
        painter.drawEllipse(at, _POINT_RADIUS, _POINT_RADIUS)
        painter.setPen(QPen(Qt.GlobalColor.white, 2.0))
        arm = _POINT_RADIUS * 0.5
        painter.drawLine(QLineF(at.x() - arm, at.y(), at.x() + arm, at.y()))
        if positive:
            painter.drawLine(QLineF(at.x(), at.y() - arm, at.x(), at.y() + arm))
    painter.restore()


def paint_crosshair(painter: QPainter, at: QPointF) -> None:
    """Guide lines through the pointer, for placing a box's corner."""
    area = painter.viewport()
    lines = [QLineF(0, at.y(), area.width(), at.y()), QLineF(at.x(), 0, at.x(), area.height())]
    for color, style in ((CASING, Qt.PenStyle.SolidLine), (QColor(255, 255, 255, 200), Qt.PenStyle.DashLine)):
        painter.setPen(QPen(color, 1.0, style))
        painter.drawLines(lines)


def paint_aim(painter: QPainter, at: QPointF) -> None:
    """A small cross that marks the very pixel under the magnifier."""
    lines = [QLineF(at.x() - 5, at.y(), at.x() + 5, at.y()), QLineF(at.x(), at.y() - 5, at.x(), at.y() + 5)]
    for color, width in ((CASING, 3.0), (QColor(255, 255, 255), 1.0)):
        painter.setPen(QPen(color, width))
        painter.drawLines(lines)


def paint_pointer(painter: QPainter, at: QPointF) -> None:
    """The pointer that keys move: a cross that leaves the place itself free."""
    inner, outer = 4.0, 14.0
    lines = [
        QLineF(at.x() + x * inner, at.y() + y * inner, at.x() + x * outer, at.y() + y * outer)
        for x, y in ((-1, 0), (1, 0), (0, -1), (0, 1))
    ]
    for color, width in ((CASING, 5.0), (QColor(255, 214, 10), 2.5)):
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLines(lines)


def paint_progress_ring(painter: QPainter, at: QPointF, turn: float) -> None:
    """A thin turning ring at the pointer while the model works; `turn` 0..1 is one revolution."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ring = QRectF(at.x() - 14, at.y() - 14, 28, 28)
    painter.setPen(QPen(CASING, 4.0))
    painter.drawEllipse(ring)
    painter.setPen(QPen(Qt.GlobalColor.white, 2.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawArc(ring, round(-turn * 360 * 16), 100 * 16)
    painter.restore()
