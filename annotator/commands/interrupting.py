"""Ctrl+C while a command works: it ends between two steps, and not in the middle of some library."""

from __future__ import annotations

import signal
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from annotator.segment import CancellationToken


class CtrlC:
    """The first Ctrl+C, or wish of the system to end the process, cancels between two steps; a second one ends it.

    MindSpore catches Ctrl+C while it computes, and makes the other signal of it; while it is imported, an exception in
    its middle would end the process in many lines.
    """

    _SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self, cancel: CancellationToken) -> None:
        self._cancel = cancel
        self._before: list[Any] = []

    def __enter__(self) -> None:
        self._before = [signal.signal(number, self._on_signal) for number in self._SIGNALS]

    def __exit__(self, *exception: object) -> None:
        self._restore()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._restore()
        self._cancel.cancel()

    def _restore(self) -> None:
        for number, handler in zip(self._SIGNALS, self._before, strict=True):
            signal.signal(number, handler)
