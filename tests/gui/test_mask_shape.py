"""What is painted for a mask, against its pixels one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from annotator.core.geometry import RunLengths
from annotator.gui.canvas.mask_shape import MaskShape, PreparedShape
from annotator.gui.canvas.prompt_painter import paint_fill, paint_outline
from annotator.gui.canvas.viewport import Viewport

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


@pytest.fixture
def ragged(qapp):
    """A shape with an outline of thousands of pieces, on an image of 160 x 120 pixels, and a view of it."""
    mask = np.random.default_rng(0).random((120, 160)) < 0.5
    viewport = Viewport()
    viewport.set_image_size(160, 120)
    viewport.set_widget_size(320, 240)
    return MaskShape.from_run_lengths(RunLengths.from_mask(mask)), viewport


def painted(viewport, shape, clip=None) -> QImage:
    image = QImage(320, 240, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    if clip is not None:
        painter.setClipRect(clip)
    paint_outline(painter, viewport, shape, QColor("#ff8800"), 2.5)
    painter.end()
    return image


@pytest.mark.parametrize("scale", [0.7, 2.0, 9.3])
def test_part_of_a_ragged_outline_looks_as_in_the_whole(ragged, scale):
    shape, viewport = ragged
    viewport.zoom_to(scale, QPointF(130, 90))
    for clip in (QRect(40, 50, 60, 20), QRect(100, 80, 7, 90)):
        part = painted(viewport, shape, clip)
        seen = QRectF(viewport.to_image(QPointF(clip.topLeft())), QRectF(clip).size() / scale)
        assert shape.outline_in(seen).elementCount() < shape.outline.elementCount()
        whole = MaskShape(shape.rect, shape.fill, shape.outline, shape.pieces[:0])  # too few pieces to choose from
        assert whole.outline_in(seen) == shape.outline
        assert part.copy(clip) == painted(viewport, whole, clip).copy(clip)
        assert part != painted(viewport, whole, QRect(0, 0, 1, 1))  # something is drawn


def test_one_shape_is_filled_in_one_colour_after_the_other(ragged):
    shape, viewport = ragged
    for color in ("#ff0000", "#0000ff", "#ff0000"):
        image = QImage(320, 240, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        paint_fill(painter, viewport, shape, QColor(color), 1.0)
        painter.end()
        colors = {image.pixelColor(x, y).name() for x in range(0, 320, 7) for y in range(0, 240, 7)}
        assert colors == {"#000000", color}


@given(masks, st.data())
def test_what_a_change_makes_anew_is_where_the_masks_differ(before, data):
    after = data.draw(arrays.arrays(np.bool_, before.shape))
    made = PreparedShape.from_change(RunLengths.from_mask(before), RunLengths.from_mask(after))
    rows, columns = np.nonzero(before ^ after)
    x, y, width, height = made.part
    if not rows.size:
        assert (width, height) == (0, 0)
        return
    assert (x, y, x + width, y + height) == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert (made.shape is None) == (not after.any())
