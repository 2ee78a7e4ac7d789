"""A mask made ready for painting; built off the GUI thread or in slices of its time."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QByteArray, QDataStream, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainterPath, qRgba

from annotator.core.geometry import RunLengths

# How QDataStream writes an element of a path; before them it has their number, after them where the last sub-path
# begins and the fill rule. https://doc.qt.io/qt-6/datastreamformat.html
_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_MOVE_TO, _LINE_TO = 0, 1
_FEW_PIECES = 1_000  # of an outline that is drawn as a whole whatever part of it is to be seen


@dataclass(frozen=True, eq=False)
class MaskShape:
    """What is painted for one mask, in image pixels.

    fill: Indexed8 image of the mask's bounding box, 1 inside, 0 outside; of a preview it may have fewer pixels than the
    box. outline: the border along the pixels' edges.
    pieces: what that consists of, N x 4 int32, (left, top, right, bottom) of each straight piece.
    """

    rect: QRectF
    fill: QImage
    outline: QPainterPath
    pieces: npt.NDArray[np.int32]

    @classmethod
    def from_run_lengths(cls, mask: RunLengths) -> MaskShape | None:
        """The shape of the mask, or None when the mask is empty."""
        if mask.area == 0:
            return None
        crop, x0, y0 = mask.crop()
        height, width = crop.shape
        pieces = _pieces(mask)
        return cls(QRectF(x0, y0, width, height), _indexed_image(crop), _path(pieces), pieces)

    @classmethod
    def from_small(cls, mask: RunLengths, height: int, width: int) -> MaskShape | None:
        """The shape in an image of height x width pixels of a mask that is given in fewer; None for an empty one."""
        shape = cls.from_run_lengths(mask)
        if shape is None or (mask.height, mask.width) == (height, width):
            return shape
        x, y = width / mask.width, height / mask.height
        pieces = np.rint(shape.pieces * (x, y, x, y)).astype(np.int32)
        rect = shape.rect
        left, top = round(rect.left() * x), round(rect.top() * y)
        enlarged = QRectF(left, top, round(rect.right() * x) - left, round(rect.bottom() * y) - top)
        return cls(enlarged, shape.fill, _path(pieces), pieces)

    def covers(self, position: QPointF) -> bool:
        """Whether the mask has the image pixel there."""
        if not self.rect.contains(position):
            return False
        offset = position - self.rect.topLeft()
        x = min(int(offset.x() * self.fill.width() / self.rect.width()), self.fill.width() - 1)
        y = min(int(offset.y() * self.fill.height() / self.rect.height()), self.fill.height() - 1)
        return bool(self.fill.pixelIndex(x, y))

    def is_near_border(self, position: QPointF, reach: float) -> bool:
        """Whether the border is no farther than `reach` image pixels from that place."""
        left, top, right, bottom = self.pieces.T
        x, y = position.x(), position.y()
        away = np.hypot(np.clip(x, left, right) - x, np.clip(y, top, bottom) - y)
        return bool(away.min(initial=np.inf) <= reach)

    def colored(self, color: QColor, opacity: float) -> QImage:
        """The fill in that colour: to be drawn before another colour is asked for, because it is the same image."""
        # A second image with these pixels would copy them for a table of its own: 10 ms of a large mask.
        self.fill.setColorTable([0, qRgba(color.red(), color.green(), color.blue(), round(255 * opacity))])
        return self.fill

    def outline_in(self, part: QRectF) -> QPainterPath:
        """The outline, of which what lies outside that part of the image may be missing."""
        if len(self.pieces) < _FEW_PIECES or part.contains(self.rect):
            return self.outline
        left, top, right, bottom = self.pieces.T
        is_near = (right >= part.left()) & (left <= part.right()) & (bottom >= part.top()) & (top <= part.bottom())
        return _path(self.pieces[is_near])


@dataclass(frozen=True, eq=False)
class PreparedShape:
    """The shape of a mask that an instance is about to get instead of `before`, made in a worker thread.

    part: where the two differ, (x, y, width, height) in image pixels. Both are None for a new instance.
    """

    mask: RunLengths
    shape: MaskShape | None
    before: RunLengths | None
    part: tuple[int, int, int, int] | None

    @classmethod
    def from_change(cls, before: RunLengths | None, mask: RunLengths) -> PreparedShape:
        """Find it out; for a worker thread."""
        part = None if before is None else before.difference(mask).bbox
        return cls(mask, MaskShape.from_run_lengths(mask), before, part)


def _indexed_image(crop: npt.NDArray[np.bool_]) -> QImage:
    height, width = crop.shape
    pixels = np.ascontiguousarray(crop).view(np.uint8)
    # copy(): QImage does not keep the array alive.
    image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8).copy()
    image.setColorTable([0, 0])
    return image


def _pieces(mask: RunLengths) -> npt.NDArray[np.int32]:
    """The mask's border as straight pieces along the pixels' edges, exact at any zoom: N x (x, y, x, y)."""
    columns, firsts, ends = mask.runs_by_column()
    # Above and below every run of a column there is an edge one pixel long; those side by side are one piece.
    y, x = np.concatenate((firsts, ends)), np.concatenate((columns, columns))
    order = np.lexsort((x, y))
    y, x = y[order], x[order]
    begins = np.flatnonzero(np.concatenate(([True], (y[1:] != y[:-1]) | (x[1:] != x[:-1] + 1))))
    lasts = np.append(begins[1:], x.size) - 1
    across = np.stack((x[begins], y[begins], x[lasts] + 1, y[begins]), axis=1)
    # Left of a column the border runs where that column and the one before differ.
    stride = mask.height + 1  # one row more than there is, so that no run touches the next column
    borders = np.concatenate((columns * stride + firsts, columns * stride + ends))
    # Four sequences in order, one after the other: a stable sort merges them.
    places = np.sort(np.concatenate((borders, borders + stride)), kind="stable")
    begins = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1])))
    times = np.diff(begins, append=places.size)
    pieces = places[begins[times % 2 == 1]].reshape(-1, 2)
    at, top = np.divmod(pieces[:, 0], stride)
    down = np.stack((at, top, at, pieces[:, 1] - at * stride), axis=1)
    return np.concatenate((across, down)).astype(np.int32)


def _path(pieces: npt.NDArray[np.int32]) -> QPainterPath:
    """Straight pieces, N x (x, y, x, y), as a path: read by Qt from bytes, for calls of each piece hold Python up."""
    elements = np.empty((len(pieces), 2), _ELEMENT)
    elements["kind"] = (_MOVE_TO, _LINE_TO)
    elements["x"], elements["y"] = pieces[:, ::2], pieces[:, 1::2]
    end = struct.pack(">2i", elements.size - 2, Qt.FillRule.OddEvenFill.value)
    path = QPainterPath()
    if len(pieces):
        stream = QDataStream(QByteArray(struct.pack(">i", elements.size) + elements.tobytes() + end))
        stream >> path
    return path
