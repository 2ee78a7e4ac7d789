"""What the window relies on PySide6 for, and once was let down in."""

from __future__ import annotations

import sys

from PySide6.QtGui import QPainterPath


def test_calls_that_return_nothing_leave_the_count_of_none_alone(qapp):
    # PySide6 6.12.0 took a reference to None with every such call; before Python 3.12 that ends in an abort.
    path = QPainterPath()
    before = sys.getrefcount(None)
    for _ in range(500):
        path.moveTo(1, 1)
    assert sys.getrefcount(None) > before - 100
