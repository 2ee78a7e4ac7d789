"""Giving up the opening, reading or writing of a dataset."""

from __future__ import annotations

from typing import Protocol


class OpeningCancelled(Exception):
    """The caller cancelled; there is no Dataset."""


class Cancel(Protocol):
    """A flag that another thread may set, such as a CancellationToken."""

    @property
    def is_cancelled(self) -> bool: ...


def check_cancel(cancel: Cancel | None) -> None:
    """Raise OpeningCancelled when it is set."""
    if cancel is not None and cancel.is_cancelled:
        raise OpeningCancelled
