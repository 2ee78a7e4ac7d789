"""What is painted for a mask, against its pixels one by one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PySide6.QtCore import QPointF, QRectF

from annotator.core.geometry import RunLengths
from annotator.gui.canvas.mask_shape import MaskShape

masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 12), st.integers(1, 12)))


def edges_of_pixels(mask):
    """Edges one pixel long, (x, y, x, y), between a pixel that is inside and one that is not."""
    inside = np.pad(mask, 1)
    found = set()
    for y, x in np.argwhere(inside).tolist():
        left, top = x - 1, y - 1  # without the padding
        if not inside[y - 1, x]:
            found.add((left, top, left + 1, top))
        if not inside[y + 1, x]:
            found.add((left, top + 1, left + 1, top + 1))
        if not inside[y, x - 1]:
            found.add((left, top, left, top + 1))
        if not inside[y, x + 1]:
            found.add((left + 1, top, left + 1, top + 1))
    return found


def edges_of_outline(path):
    """The same of a path's straight pieces, each of which is drawn once."""
    places = [path.elementAt(i) for i in range(path.elementCount())]
    found = []
    for start, end in zip(places[::2], places[1::2], strict=True):
        assert start.isMoveTo()
        assert end.isLineTo()
        x0, y0, x1, y1 = (int(v) for v in (start.x, start.y, end.x, end.y))
        found += [(x, y0, x + 1, y0) for x in range(x0, x1)] + [(x0, y, x0, y + 1) for y in range(y0, y1)]
    assert len(found) == len(set(found))
    return set(found)


@given(masks)
def test_the_outline_runs_along_the_edges(mask):
    shape = MaskShape.from_run_lengths(RunLengths.from_mask(mask))
    if shape is None:
        assert not mask.any()
        return
    assert edges_of_outline(shape.outline) == edges_of_pixels(mask)
    rows, columns = np.nonzero(mask)
    x, y = int(columns.min()), int(rows.min())
    assert shape.rect == QRectF(x, y, int(columns.max()) + 1 - x, int(rows.max()) + 1 - y)
    assert shape.outline.boundingRect() == shape.rect
    covered = [[shape.covers(QPointF(c + 0.5, r + 0.5)) for c in range(mask.shape[1])] for r in range(mask.shape[0])]
    np.testing.assert_array_equal(covered, mask)
