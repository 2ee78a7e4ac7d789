"""What every tool is: it gets the pointer in image pixels and may paint over the canvas."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, QPointF, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QPixmap

from annotator.gui.canvas.viewport import Viewport


@dataclass(frozen=True)
class Pointer:
    """A mouse event. at: continuous image pixels; on_widget: widget pixels; image: the image's size in pixels.

    is_exact: keys have moved it, so that the smallest way is meant; a hand that clicks shakes.
    """

    at: QPointF
    on_widget: QPointF
    image: QSizeF
    button: Qt.MouseButton
    modifiers: Qt.KeyboardModifier
    is_exact: bool = False

    @property
    def is_inside(self) -> bool:
        """Whether it is on the image."""
        return 0 <= self.at.x() < self.image.width() and 0 <= self.at.y() < self.image.height()


class Tool(QObject):
    """A tool of the canvas; the base does nothing."""

    refused = Signal(object)  # why a click did nothing
    repaint_wanted = Signal()
    area_changed = Signal(object)  # QRectF in widget pixels: only that part wants repainting

    cursor = Qt.CursorShape.ArrowCursor
    offers_menu = False  # whether the right button opens the canvas's menu

    def press(self, pointer: Pointer) -> None:
        """A button went down."""

    def move(self, pointer: Pointer) -> None:
        """The pointer moved, with or without a button."""

    def release(self, pointer: Pointer) -> None:
        """A button came up."""

    def leave(self) -> None:
        """The pointer left the canvas."""

    def abort(self) -> bool:
        """Give up what is half done, such as a drag; returns whether there was something."""
        return False

    def put_down(self) -> None:
        """Another tool is taken up, or another image is to be shown: end what the button is held down for."""
        self.abort()

    def accept(self) -> bool:
        """Finish what is half done, as Enter does; returns whether there was something."""
        return False

    def remove_last(self) -> bool:
        """Take back the last click of what is half done; returns whether there was one."""
        return False

    def delete(self) -> bool:
        """Delete what of the tool's own is chosen, as the Delete key does; returns whether there was something."""
        return False

    def next_stop(self, at: QPointF, forward: bool) -> QPointF | None:
        """Where Tab takes the pointer from that place, in image pixels; None: Tab means nothing to the tool."""
        return None

    def resize(self, steps: float) -> bool:
        """Make the tool larger (positive) or smaller; returns whether it has a size."""
        return False

    def cut(self, picture: QPixmap, viewport: Viewport) -> QPixmap:
        """A picture of the instances as it is to be drawn while something is being erased; the picture itself stays."""
        return picture

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Paint over the canvas, in widget pixels."""
