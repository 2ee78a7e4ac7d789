"""How many changes the steps of a journal come to, as its user would count them."""

from __future__ import annotations

from collections.abc import Iterable


def count_changes(steps: Iterable[tuple[bool, object]]) -> int:
    """Without those that were undone.

    steps: in order, whether an edit was applied (else it was reverted), and the edit, or what tells it from others. To
    revert an edit that was applied before the first of them is a change, too.
    """
    left: list[tuple[bool, object]] = []
    for applied, edit in steps:
        if left and left[-1] == (not applied, edit):
            left.pop()
        else:
            left.append((applied, edit))
    return len(left)
