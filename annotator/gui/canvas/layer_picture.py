"""The picture of a layer, reused until the view or what it shows changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

from annotator.gui.canvas.viewport import Viewport


class LayerPicture:
    """Drawn by `paint(painter, viewport)`, in widget pixels, when it is asked for and not up to date."""

    def __init__(self, paint: Callable[[QPainter, Viewport], None]) -> None:
        self._paint = paint
        self._pixmap = QPixmap()
        self._view: tuple[float, QPointF, QSize] | None = None

    def invalidate(self) -> None:
        """Draw it anew the next time."""
        self._view = None

    def get(
        self,
        viewport: Viewport,
        size: QSize,
        pixel_ratio: float,
        mend: Callable[[QPixmap, Viewport], None] | None = None,
    ) -> QPixmap:
        """The picture for that view, size in widget pixels; `mend` changes the one that was drawn before in place."""
        view = (viewport.scale, QPointF(viewport.offset), size * pixel_ratio)
        if self._view != view:
            self._pixmap = QPixmap(size * pixel_ratio)
            self._pixmap.setDevicePixelRatio(pixel_ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(self._pixmap)
            self._paint(painter, viewport)
            painter.end()
            self._view = view
        elif mend is not None:
            mend(self._pixmap, viewport)
        return self._pixmap
