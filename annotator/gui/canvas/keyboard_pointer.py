"""A pointer on the canvas that keys move and press, for those who do not use a mouse or want single pixels."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from annotator.gui.canvas.viewport import Viewport
from annotator.gui.tools.tool import Pointer

_WAYS = {
    Qt.Key.Key_Left: QPointF(-1, 0),
    Qt.Key.Key_Right: QPointF(1, 0),
    Qt.Key.Key_Up: QPointF(0, -1),
    Qt.Key.Key_Down: QPointF(0, 1),
}
BUTTON_KEYS = {Qt.Key.Key_Space: Qt.MouseButton.LeftButton, Qt.Key.Key_X: Qt.MouseButton.RightButton}
"""The keys that press, and what."""

_TABS = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
_FAR, _FARTHER = 10, 100  # image pixels of a step with Shift, with Ctrl
_MARGIN = 32.0  # widget pixels from the edge of the canvas beyond which the image is moved along

NextStop = Callable[[QPointF, bool], QPointF | None]
"""Where Tab goes from a place in image pixels, forwards or backwards; None where it means nothing to the tool."""


class KeyboardPointer(QObject):
    """While it is on, the arrow keys move it, Space is the left button and X the right one, Tab goes to the next place.

    It goes where the mouse goes, too, so that there is one pointer only.
    """

    pressed = Signal(object)  # Pointer
    moved = Signal(object)  # Pointer
    released = Signal(object)  # Pointer
    panned = Signal()  # the view has moved along
    switched = Signal(bool)

    def __init__(self, canvas: QWidget, viewport: Viewport, next_stop: NextStop) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._viewport = viewport
        self._next_stop = next_stop
        self._image = QSizeF()  # in pixels; empty: there is none to point at
        self._at: QPointF | None = None  # image pixels
        self._held = Qt.MouseButton.NoButton
        self._is_on = False
        canvas.installEventFilter(self)

    @property
    def at(self) -> QPointF | None:
        """Where it is, in image pixels; None while it is off or there is no image."""
        return self._at if self._is_on and not self._image.isEmpty() else None

    def set_on(self, is_on: bool) -> None:
        """Take it up, at the middle of what is seen if it was nowhere, or put it away."""
        if is_on == self._is_on:
            return
        if not is_on:
            self._let_go()
        self._is_on = is_on
        if is_on:
            self._go_on_image()
        self.switched.emit(is_on)

    def set_image(self, size: QSizeF) -> None:
        """Another image is on screen, of that size in pixels; an empty one for none."""
        self._held = Qt.MouseButton.NoButton
        self._image = size
        if self._is_on:
            self._go_on_image()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._at = self._inside(self._viewport.to_image(event.position()))
        elif event.type() == QEvent.Type.FocusOut:
            self._let_go()  # the release of the key goes to whoever has the keyboard then
        elif self.at is not None and isinstance(event, QKeyEvent) and self._is_ours(event):
            event.accept()
            if event.type() == QEvent.Type.KeyPress:
                return self._press(event)
            if event.type() == QEvent.Type.KeyRelease:
                self._release(event)
            return True
        return False

    def _is_ours(self, event: QKeyEvent) -> bool:
        modifiers = event.modifiers()
        if event.key() in BUTTON_KEYS:  # with Shift, too: it may be held down for longer steps
            is_plain = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
            return is_plain or event.type() == QEvent.Type.KeyRelease
        if event.key() in _TABS:
            return not modifiers & Qt.KeyboardModifier.ControlModifier
        return event.key() in _WAYS and not modifiers & Qt.KeyboardModifier.AltModifier

    def _press(self, event: QKeyEvent) -> bool:
        assert self._at is not None
        key = Qt.Key(event.key())
        if key in _WAYS:
            is_far = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            is_farther = event.modifiers() & Qt.KeyboardModifier.ControlModifier
            self._go_to(self._at + _WAYS[key] * (_FARTHER if is_farther else _FAR if is_far else 1))
        elif key in _TABS:
            is_back = key == Qt.Key.Key_Backtab or bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            stop = self._next_stop(self._at, not is_back)
            if stop is None:
                return False
            self._go_to(stop)
        elif not event.isAutoRepeat() and self._held == Qt.MouseButton.NoButton:
            self._held = BUTTON_KEYS[key]
            self.pressed.emit(self._pointer(self._held))
        return True

    def _release(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat() and BUTTON_KEYS.get(Qt.Key(event.key())) == self._held:
            self._let_go()

    def _let_go(self) -> None:
        held, self._held = self._held, Qt.MouseButton.NoButton
        if held != Qt.MouseButton.NoButton and self._at is not None:
            self.released.emit(self._pointer(held))

    def _go_to(self, at: QPointF) -> None:
        self._at = self._inside(at)
        self._follow()
        self.moved.emit(self._pointer(Qt.MouseButton.NoButton))

    def _go_on_image(self) -> None:
        if self._image.isEmpty():
            return
        seen = self._viewport.visible().intersected(QRectF(QPointF(0, 0), self._image))
        if self._at is None or not seen.contains(self._at):
            middle = seen.center()
            self._at = QPointF(int(middle.x()) + 0.5, int(middle.y()) + 0.5)  # the middle of a pixel
        self._go_to(self._at)

    def _inside(self, at: QPointF) -> QPointF:
        most = self._image - QSizeF(0.5, 0.5)
        return QPointF(min(max(at.x(), 0.0), most.width()), min(max(at.y(), 0.0), most.height()))

    def _follow(self) -> None:
        """Move the view so that the pointer stays in sight."""
        assert self._at is not None
        at, size = self._viewport.to_widget(self._at), self._canvas.size()
        by = QPointF(_beyond(at.x(), size.width()), _beyond(at.y(), size.height()))
        if not by.isNull():
            self._viewport.pan(-by)
            self.panned.emit()

    def _pointer(self, button: Qt.MouseButton) -> Pointer:
        assert self._at is not None
        on_widget = self._viewport.to_widget(self._at)
        return Pointer(self._at, on_widget, self._image, button, Qt.KeyboardModifier.NoModifier, is_exact=True)


def _beyond(place: float, size: int) -> float:
    """How far a place in widget pixels is outside of what stays in sight."""
    margin = min(_MARGIN, size / 4)
    return min(place - margin, 0.0) + max(place - (size - margin), 0.0)
