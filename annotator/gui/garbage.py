"""Python's garbage collection, in the GUI thread alone.

Python collects cyclic garbage in whichever thread happens to allocate. Among it are Qt objects, and destroying those
outside the GUI thread crashes, or waits for ever for a lock that the GUI thread holds while it waits for Python's.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QTimer

_INTERVAL_MS = 500


class _Pauses:
    """How many threads make objects of which none is garbage, in great numbers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    @property
    def is_any(self) -> bool:
        return self._count > 0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        with self._lock:
            self._count += 1
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1


pause = _Pauses()
"""`with pause():` nothing is collected, which would have to look at every new object; for any thread."""


def exempt_all() -> None:
    """No collection looks at what there is now any more; it is still freed when nobody refers to it.

    For datasets so large that looking at them takes longer than the window may take to answer. The price is that a
    cycle among the present objects is never found.
    """
    gc.freeze()


class GarbageCollection(QObject):
    """From its making to `stop`, garbage is collected by a timer of the thread it was made in, and nowhere else."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self.collect_if_due)
        self._timer.start()

    def collect_if_due(self) -> None:
        """Collect the oldest generation that Python itself would collect now."""
        if pause.is_any:
            return
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Collect everything, and let Python go on by itself."""
        self._timer.stop()
        gc.collect()
        gc.enable()
