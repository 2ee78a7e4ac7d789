"""The picture of a layer, drawn a few milliseconds at a time and reused until the view or what it shows changes."""

from __future__ import annotations

import copy
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPixmap

from annotator.gui.canvas.viewport import Viewport

_SLICE_SECONDS = 0.004  # drawing may hold the GUI thread this long at a time
_LEAST_ITEMS = 4  # of a slice, however long they take: a picture of few things is never late
_MOST_MENDED = 40  # where a change touches more than that, the whole picture is drawn anew, in slices
_REACH = 4.0  # widget pixels that an item is drawn beyond its part of the image, with room for rounding

Item = Callable[[QPainter], None]
Items = Callable[[Viewport, QRectF | None], Iterator[Item]]
"""What there is to draw in a view, lowest first, in widget pixels; only what reaches into that part of the image."""


@dataclass(frozen=True, eq=False)
class _View:
    """viewport: a copy; size in widget pixels."""

    viewport: Viewport
    size: QSize
    pixel_ratio: float

    def is_same(self, other: _View) -> bool:
        return self._key() == other._key()

    def blank(self) -> QPixmap:
        pixmap = QPixmap(self.size * self.pixel_ratio)
        pixmap.setDevicePixelRatio(self.pixel_ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def _key(self) -> tuple[float, QPointF, QSize, float]:
        return self.viewport.scale, self.viewport.offset, self.size, self.pixel_ratio


@dataclass(eq=False)
class _Growing:
    """A picture that is being drawn."""

    view: _View
    pixmap: QPixmap
    items: deque[Item]  # that are not drawn yet


class LayerPicture(QObject):
    """While a picture of hundreds of items is drawn, the one before stands in for it, moved and scaled to the view."""

    changed = Signal()  # another one can be shown

    def __init__(self, items: Items, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items = items
        self._pixmap = QPixmap()
        self._view: _View | None = None  # of _pixmap; None: there is no picture
        self._is_current = False  # whether _pixmap shows what there is now, but for _dirty
        self._dirty = QRectF()  # the part of the image, in its pixels, that has changed since it was drawn
        self._growing: _Growing | None = None
        self._stand_in: tuple[_View, QPixmap] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_timeout)

    @property
    def is_ready(self) -> bool:
        """Whether what was last asked for is what there is."""
        return self._growing is None and self._is_current and self._dirty.isEmpty()

    def clear(self) -> None:
        """What it showed is not to be seen any more."""
        self._view = self._growing = self._stand_in = None
        self._is_current = False
        self._dirty = QRectF()
        self._timer.stop()

    def invalidate(self) -> None:
        """Draw it anew the next time; one that is being drawn is finished first, or many changes would show nothing."""
        self._is_current = False

    def touch(self, part: QRectF) -> None:
        """Something has changed in that part of the image, in its pixels, and nowhere else."""
        self._dirty = self._dirty.united(part)

    def get(self, viewport: Viewport, size: QSize, pixel_ratio: float) -> QPixmap:
        """The picture for that view, size in widget pixels, or what stands in for it until `changed`."""
        view = _View(copy.copy(viewport), size, pixel_ratio)
        if self._growing is not None and not self._growing.view.is_same(view):
            self._growing = None
            self._is_current = False
        is_here = self._view is not None and self._view.is_same(view)
        is_current = self._growing is None and is_here and self._is_current
        if is_current and (self._dirty.isEmpty() or self._mend(view)):
            return self._pixmap
        if self._growing is None:
            self._begin(view)
            self._go_on()
            if self._growing is None:
                return self._pixmap
        self._timer.start()
        return self._pixmap if is_here else self._moved(view)

    def _begin(self, view: _View) -> None:
        # All of them now: between two slices what they are of may go.
        self._growing = _Growing(view, view.blank(), deque(self._items(view.viewport, None)))
        self._is_current = True
        self._dirty = QRectF()

    def _go_on(self) -> None:
        """Draw for a slice of time."""
        growing = self._growing
        assert growing is not None
        painter = QPainter(growing.pixmap)
        until, count = time.perf_counter() + _SLICE_SECONDS, 0
        try:
            while growing.items and (count < _LEAST_ITEMS or time.perf_counter() < until):
                growing.items.popleft()(painter)
                count += 1
        finally:
            painter.end()
        if growing.items:
            return
        self._pixmap, self._view = growing.pixmap, growing.view
        self._growing = self._stand_in = None
        self._timer.stop()

    def _on_timeout(self) -> None:
        if self._growing is None:
            self._timer.stop()
            return
        self._go_on()
        if self._growing is None:
            self.changed.emit()

    def _mend(self, view: _View) -> bool:
        """Draw anew what has changed: of hundreds of items, those around a stroke. False when those are too many."""
        margin = _REACH / view.viewport.scale
        area = self._dirty.adjusted(-margin, -margin, margin, margin)
        items: list[Item] = []
        for item in self._items(view.viewport, area.adjusted(-margin, -margin, margin, margin)):
            items.append(item)
            if len(items) > _MOST_MENDED:
                return False
        painter = QPainter(self._pixmap)
        painter.setClipRect(view.viewport.rect_to_widget(area).toAlignedRect())
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
        painter.fillRect(painter.clipBoundingRect(), Qt.GlobalColor.transparent)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        for item in items:
            item(painter)
        painter.end()
        self._dirty = QRectF()
        return True

    def _moved(self, view: _View) -> QPixmap:
        """The picture before, as it lies in that view."""
        if self._stand_in is None or not self._stand_in[0].is_same(view):
            pixmap = view.blank()
            if self._view is not None:
                painter = QPainter(pixmap)
                before = QRectF(QPointF(0, 0), self._view.size.toSizeF())
                in_image = QRectF(
                    self._view.viewport.to_image(before.topLeft()), self._view.viewport.to_image(before.bottomRight())
                )
                painter.drawPixmap(view.viewport.rect_to_widget(in_image), self._pixmap, QRectF(self._pixmap.rect()))
                painter.end()
            self._stand_in = view, pixmap
        return self._stand_in[1]
