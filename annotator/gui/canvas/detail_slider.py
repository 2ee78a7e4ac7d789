"""The slider that says how closely handles follow a mask, as both strips have it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QSlider, QWidget

_STEPS = 100
_OWN_KEYS = (Qt.Key.Key_Left, Qt.Key.Key_Right)


class DetailSlider(QSlider):
    """Set by the mouse, or by keys once Tab has reached it; a click leaves the keyboard with the canvas."""

    detail_changed = Signal(float)  # 0..1, by the user or by `show_detail`
    looked_at = Signal(bool)  # whether it is held or has the keyboard

    def __init__(self, width: int, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, _STEPS)
        self.setPageStep(10)
        self.setFixedWidth(width)
        self.setAccessibleName(self.tr("Detail"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.valueChanged.connect(lambda value: self.detail_changed.emit(value / _STEPS))
        self.sliderPressed.connect(self._tell_looked_at)
        self.sliderReleased.connect(self._tell_looked_at)

    @property
    def is_looked_at(self) -> bool:
        """Whether the user is at it, and wants to see what it does."""
        return self.isSliderDown() or self.hasFocus()

    def show_detail(self, detail: float) -> None:
        """Stand at a detail of 0..1 that has been set elsewhere."""
        self.setValue(round(detail * _STEPS))

    def event(self, event: QEvent) -> bool:
        # These page through images on the canvas, which it lies on; here they move the slider.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _OWN_KEYS:
            event.accept()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._tell_looked_at()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._tell_looked_at()

    def _tell_looked_at(self) -> None:
        self.looked_at.emit(self.is_looked_at)
