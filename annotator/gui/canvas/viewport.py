"""Where the image lies in the canvas: zoom, pan, and the way between the two frames."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QTransform

_LARGEST_SCALE = 64.0
_SMALLEST_SIDE = 32.0  # widget pixels: an image is never zoomed out to less
_KEPT_IN_VIEW = 48.0  # widget pixels of the image that panning leaves visible


@dataclass(frozen=True)
class View:
    """scale: widget pixels for an image pixel. centre: the image point in the middle of the widget."""

    scale: float
    centre: QPointF


class Viewport:
    """Maps continuous image pixels (origin at the top-left corner of the image) to widget pixels."""

    def __init__(self) -> None:
        self.scale = 1.0
        self.offset = QPointF(0, 0)  # widget position of the image's origin
        self._image = QSizeF()
        self._widget = QSizeF()
        self._fitted = True

    def set_image_size(self, width: int, height: int) -> None:
        """Another image; it is fitted."""
        self._image = QSizeF(width, height)
        self.fit()

    def set_widget_size(self, width: int, height: int) -> None:
        """The canvas was resized; a fitted image stays fitted, another keeps the point at the centre."""
        before = QPointF(self._widget.width() / 2, self._widget.height() / 2)
        self._widget = QSizeF(width, height)
        if self._fitted:
            self.fit()
        else:
            self.pan(QPointF(width / 2, height / 2) - before)

    def fit(self) -> None:
        """Show the whole image, centred; a small image is enlarged at most fourfold."""
        self._fitted = True
        if self._image.isEmpty() or self._widget.isEmpty():
            return
        margin = 16.0
        room = QSizeF(max(1.0, self._widget.width() - margin), max(1.0, self._widget.height() - margin))
        self.scale = min(room.width() / self._image.width(), room.height() / self._image.height(), 4.0)
        self.offset = QPointF(
            (self._widget.width() - self._image.width() * self.scale) / 2,
            (self._widget.height() - self._image.height() * self.scale) / 2,
        )

    @property
    def view(self) -> View | None:
        """What the user looks at, for `look_at`; None while the whole image is fitted."""
        middle = QPointF(self._widget.width() / 2, self._widget.height() / 2)
        return None if self._fitted else View(self.scale, self.to_image(middle))

    def look_at(self, view: View) -> None:
        """Show the same, in a widget of whatever size."""
        middle = QPointF(self._widget.width() / 2, self._widget.height() / 2)
        self.zoom_to(view.scale, middle)
        self.pan(middle - self.to_widget(view.centre))

    def zoom_to(self, scale: float, anchor: QPointF) -> None:
        """Zoom so that the image point under `anchor` (widget pixels) stays there."""
        if self._image.isEmpty():
            return
        smallest = min(_SMALLEST_SIDE / max(self._image.width(), self._image.height()), 1.0)
        scale = min(max(scale, smallest), _LARGEST_SCALE)
        at = self.to_image(anchor)
        self.scale = scale
        self.offset = anchor - at * scale
        self._fitted = False
        self._keep_in_view()

    def pan(self, delta: QPointF) -> None:
        """Move the image by `delta` widget pixels."""
        self.offset = self.offset + delta
        self._fitted = False
        self._keep_in_view()

    def to_image(self, position: QPointF) -> QPointF:
        """Widget pixels to continuous image pixels."""
        return (position - self.offset) / self.scale

    def to_widget(self, position: QPointF) -> QPointF:
        """Continuous image pixels to widget pixels."""
        return position * self.scale + self.offset

    def rect_to_widget(self, rect: QRectF) -> QRectF:
        """The same for a rectangle."""
        return QRectF(self.to_widget(rect.topLeft()), rect.size() * self.scale)

    def visible(self) -> QRectF:
        """The part of the image frame that the widget shows, in image pixels."""
        return QRectF(self.to_image(QPointF(0, 0)), self._widget / self.scale)

    def magnified(self, at: QPointF, factor: float) -> Viewport:
        """Another viewport on the same widget, enlarged around the widget position `at`."""
        lens = Viewport()
        lens.scale = self.scale * factor
        lens.offset = at - self.to_image(at) * lens.scale
        lens._image, lens._widget = self._image, self._widget
        return lens

    def transform(self) -> QTransform:
        """Image pixels to widget pixels, for a painter."""
        return QTransform(self.scale, 0, 0, self.scale, self.offset.x(), self.offset.y())

    def _keep_in_view(self) -> None:
        width, height = self._image.width() * self.scale, self._image.height() * self.scale
        x_room, y_room = min(_KEPT_IN_VIEW, width), min(_KEPT_IN_VIEW, height)
        self.offset = QPointF(
            min(max(self.offset.x(), x_room - width), self._widget.width() - x_room),
            min(max(self.offset.y(), y_room - height), self._widget.height() - y_room),
        )
