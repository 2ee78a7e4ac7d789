"""How a row of the image list looks: thumbnail, name, instances, and marks for the review and the status."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget

from annotator.core.document import ImageStatus
from annotator.gui.document_model import DocumentModel
from annotator.gui.panels.image_rows import IMAGE_ROW_ROLE, ImageRow
from annotator.gui.panels.review_marks import review_mark
from annotator.gui.panels.row_view import (
    GAP,
    MARGIN,
    Index,
    RowDelegate,
    draw_symbol,
    draw_text,
    is_selected,
    text_color,
)
from annotator.gui.thumbnails import Thumbnails

ROW_HEIGHT = 56
THUMBNAIL = QSize(56, 40)
_MARK = 14
_IN_WORK = QColor("#e69f00")
_DONE = QColor("#009e73")


class ImageDelegate(RowDelegate):
    """Shapes as well as colours tell the marks apart."""

    def __init__(self, model: DocumentModel, thumbnails: Thumbnails, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._thumbnails = thumbnails

    def paint_row(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row: ImageRow = index.data(IMAGE_ROW_ROLE)
        area = option.rect.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        frame = QRect(area.topLeft(), THUMBNAIL)
        if row.record.problem is not None:
            draw_symbol(painter, _centered(QSize(24, 24), frame), "warning", text_color(option, faint=True))
        else:
            self._draw_thumbnail(
                painter, option, frame, self._thumbnails.get(self._model.document.image_path(row.record.id))
            )
        mark = QRect(area.right() - _MARK + 1, area.bottom() - _MARK - 1, _MARK, _MARK)
        left = frame.right() + 1 + GAP
        half = area.height() // 2
        name = QRect(left, area.top(), area.right() - left, half)
        marks = self._marks(row, option)
        end = mark.left() - len(marks) * (_MARK + GAP)
        if row.record.problem is not None:
            end = area.right() + GAP  # there is no mark
        note = QRect(left, area.top() + half, end - GAP - left, half)
        # The folder and the end of the name tell images apart.
        draw_text(painter, option, name, row.record.path, elide=Qt.TextElideMode.ElideMiddle)
        draw_text(painter, option, note, row.note, faint=True)
        if row.record.problem is None:
            draw_status(painter, QRectF(mark), row.status, option)
        for number, (symbol, color) in enumerate(marks, start=1):
            draw_symbol(painter, mark.translated(-number * (_MARK + GAP), 0), symbol, color)

    def _marks(self, row: ImageRow, option: QStyleOptionViewItem) -> list[tuple[str, QColor]]:
        """Symbols and their colours, from the right: the review, and whether there is a note."""
        marks = []
        if row.record.review is not None:
            marks.append(review_mark(row.record.review.state, option))
        if row.record.note:
            marks.append(("note", text_color(option, faint=True)))
        return marks

    def _draw_thumbnail(
        self, painter: QPainter, option: QStyleOptionViewItem, frame: QRect, picture: QPixmap | None
    ) -> None:
        # The ground makes all frames alike, whatever the pictures' proportions.
        painter.fillRect(frame, option.palette.color(QPalette.ColorRole.Midlight))
        if picture is None:
            return
        size = picture.size().scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(1, 1))
        painter.drawPixmap(_centered(size, frame), picture)


def draw_status(painter: QPainter, room: QRectF, status: ImageStatus, option: QStyleOptionViewItem) -> None:
    """An empty circle, a half full one, or a full one with a tick."""
    circle = room.adjusted(1.0, 1.0, -1.0, -1.0)
    selected = is_selected(option)
    if status is ImageStatus.UNTOUCHED:
        painter.setPen(QPen(text_color(option, faint=True), 1.25))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
    elif status is ImageStatus.IN_WORK:
        color = text_color(option) if selected else _IN_WORK
        painter.setPen(QPen(color, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(circle)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawPie(circle, 270 * 16, 180 * 16)
    else:
        color = text_color(option) if selected else _DONE
        tick = option.palette.color(QPalette.ColorRole.Highlight if selected else QPalette.ColorRole.Base)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(circle)
        painter.setPen(QPen(tick, 1.75, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        x, y, side = circle.x(), circle.y(), circle.width()
        points = ((0.28, 0.52), (0.44, 0.68), (0.73, 0.35))
        painter.drawPolyline([QPointF(x + side * u, y + side * v) for u, v in points])


def _centered(size: QSize, room: QRect) -> QRect:
    result = QRect(room.topLeft(), size)
    result.moveCenter(room.center())
    return result
