"""How long the window did not answer."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer


class Watchdog(QObject):
    """Measures the gaps between the ticks of a timer of its thread, one every 2 ms."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = QElapsedTimer()
        self._clock.start()
        self._longest = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(2)
        self._timer.timeout.connect(self._on_tick)
        self._timer.start()

    def longest(self) -> float:
        """Milliseconds of the longest gap since the last call, with that which has not ended yet."""
        self._on_tick()
        longest, self._longest = self._longest, 0.0
        return longest

    def _on_tick(self) -> None:
        self._longest = max(self._longest, self._clock.nsecsElapsed() / 1e6)
        self._clock.restart()
