"""Telling how far a long import or export is, and ending it early."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from annotator.core.cancelling import Cancel, OpeningCancelled

_Item = TypeVar("_Item")


class Progress:
    """on_progress: told (done, total) before each item. cancel: raises OpeningCancelled at the next item once set."""

    def __init__(self, on_progress: Callable[[int, int], None] | None = None, cancel: Cancel | None = None) -> None:
        self._on_progress = on_progress
        self._cancel = cancel

    def over(self, items: Sequence[_Item]) -> Iterator[_Item]:
        """The items, one after the other."""
        for done, item in enumerate(items):
            if self._cancel is not None and self._cancel.is_cancelled:
                raise OpeningCancelled
            if self._on_progress is not None:
                self._on_progress(done, len(items))
            yield item
        if self._on_progress is not None:
            self._on_progress(len(items), len(items))
