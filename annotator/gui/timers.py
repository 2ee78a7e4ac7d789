"""A timer for what is to happen a while later, or once the events at hand are dealt with."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, SignalInstance


def single_shot(parent: QObject, milliseconds: int, slot: Callable[[], None] | SignalInstance) -> QTimer:
    """A timer that calls `slot` once, that long after it was started; starting it again begins anew."""
    timer = QTimer(parent)
    timer.setSingleShot(True)
    timer.setInterval(milliseconds)
    timer.timeout.connect(slot)
    return timer
