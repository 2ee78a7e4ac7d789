"""A widget that looks at a part of an image: zooming and panning with the mouse, trackpads and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from annotator.gui.canvas.viewport import View, Viewport

_ZOOM_STEP = 1.25
_WHEEL_NOTCH = 120  # Qt's units of one notch


class ZoomView(QWidget):
    """The wheel and pinching zoom; the middle button, Space with the left one, and two fingers pan.

    Whoever derives from it says what else the mouse does, and asks `pans` and its like first.
    """

    zoom_changed = Signal(float)  # screen pixels per image pixel
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport = Viewport()
        self._pan_from: QPointF | None = None
        self._space_held = False

    # -- what a derived widget says ----------------------------------------------------------------------------------

    def shows_image(self) -> bool:
        """Whether there is anything to zoom."""
        return True

    def resize_tool(self, steps: float) -> bool:
        """Alt and the wheel: make what is drawn with larger (positive) or smaller; returns whether it has a size."""
        return False

    def own_cursor(self) -> Qt.CursorShape:
        """The cursor while nothing is panned."""
        return Qt.CursorShape.ArrowCursor

    # -- the view ----------------------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Show the whole image."""
        self.viewport.fit()
        self.view_changed()

    def set_view(self, view: View) -> None:
        """Look at that part of the image."""
        self.viewport.look_at(view)
        self.view_changed()

    def zoom_to_actual_size(self) -> None:
        """One image pixel on one screen pixel."""
        self._zoom(1.0 / self.devicePixelRatio(), QPointF(self.rect().center()))

    def zoom_by_steps(self, steps: float, anchor: QPointF | None = None) -> None:
        """Zoom in (positive) or out around a widget position, by default the centre."""
        self._zoom(self.viewport.scale * _ZOOM_STEP**steps, QPointF(self.rect().center()) if anchor is None else anchor)

    def view_changed(self) -> None:
        """The viewport shows something else: tell of it and repaint."""
        self.zoom_changed.emit(self.viewport.scale * self.devicePixelRatio())
        self.update()

    def _zoom(self, scale: float, anchor: QPointF) -> None:
        if self.shows_image():
            self.viewport.zoom_to(scale, anchor)
            self.view_changed()

    # -- panning -----------------------------------------------------------------------------------------------------

    def begins_panning(self, event: QMouseEvent) -> bool:
        """Whether that press begins to pan."""
        pans = event.button() == Qt.MouseButton.MiddleButton
        if not pans and not (self._space_held and event.button() == Qt.MouseButton.LeftButton):
            return False
        self._pan_from = event.position()
        self.update_cursor()
        return True

    def pans(self, event: QMouseEvent) -> bool:
        """Whether that move pans."""
        if self._pan_from is None:
            return False
        self.viewport.pan(event.position() - self._pan_from)
        self._pan_from = event.position()
        self.view_changed()
        return True

    def ends_panning(self) -> bool:
        """Whether a release ends panning."""
        if self._pan_from is None:
            return False
        self._pan_from = None
        self.update_cursor()
        return True

    def update_cursor(self) -> None:
        """Show the cursor that fits what the mouse would do."""
        if self._pan_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self._space_held:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.setCursor(self.own_cursor())

    # -- input -------------------------------------------------------------------------------------------------------

    def enterEvent(self, event: QEnterEvent) -> None:
        self.update_cursor()

    def wheelEvent(self, event: QWheelEvent) -> None:
        # A trackpad sends pixel distances in phases: two fingers pan. A wheel sends notches: it zooms.
        # With Alt some systems turn the wheel's way by 90 degrees.
        turned = event.angleDelta().y() or event.angleDelta().x()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and self.resize_tool(turned / _WHEEL_NOTCH):
            event.accept()
            return
        is_trackpad = not event.pixelDelta().isNull() and event.phase() != Qt.ScrollPhase.NoScrollPhase
        if is_trackpad and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.viewport.pan(QPointF(event.pixelDelta()))
            self.view_changed()
        else:
            self.zoom_by_steps(event.angleDelta().y() / _WHEEL_NOTCH, event.position())
        event.accept()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom(self.viewport.scale * (1.0 + event.value()), event.position())
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self._space_held = True
            self.update_cursor()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
            self.update_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        # The release of a held key goes to whoever has the keyboard then.
        self._space_held = False
        self.update_cursor()
        super().focusOutEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.viewport.set_widget_size(self.width(), self.height())
        self.view_changed()
        self.resized.emit()
