"""The picture of a layer: whatever is done slice by slice, in the end it is what one stroke would have drawn."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from annotator.gui.canvas.layer_picture import LayerPicture
from annotator.gui.canvas.viewport import Viewport

SIZE = QSize(120, 90)


class Squares:
    """Squares of the image, 10 x 10 pixels; drawing one takes so long that a slice has few of them."""

    def __init__(self, count: int) -> None:
        self.colors = {index: QColor("#3060c0") for index in range(count)}
        self.drawn = 0

    def rect(self, index: int) -> QRectF:
        return QRectF(index % 10 * 12, index // 10 * 12, 10, 10)

    def items(self, viewport, part):
        for index in self.colors:
            if part is None or part.intersects(self.rect(index)):
                yield lambda painter, index=index: self.draw(painter, viewport, index)

    def draw(self, painter, viewport, index) -> None:
        time.sleep(0.003)
        self.drawn += 1
        painter.fillRect(viewport.rect_to_widget(self.rect(index)), self.colors[index])


def view(scale: float = 1.0, x: float = 0.0) -> Viewport:
    viewport = Viewport()
    viewport.scale, viewport.offset = scale, QPointF(x, 0)
    return viewport


def pixels(pixmap) -> np.ndarray:
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


def at_once(squares: Squares, viewport: Viewport) -> np.ndarray:
    image = QImage(SIZE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    for item in squares.items(viewport, None):
        item(painter)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), image.width()).copy()


@pytest.fixture
def squares() -> Squares:
    return Squares(50)


@pytest.fixture
def picture(qapp, squares) -> LayerPicture:
    return LayerPicture(squares.items)


def settle(picture, viewport, qtbot) -> np.ndarray:
    """What a canvas shows that asks again whenever it is told to."""
    for _ in range(5):
        shown = picture.get(viewport, SIZE, 1.0)
        if picture.is_ready:
            return pixels(shown)
        with qtbot.waitSignal(picture.changed, timeout=10_000):
            pass
    pytest.fail("it is never ready")


def test_a_picture_of_few_things_is_there_at_once(qapp):
    squares = Squares(4)
    picture = LayerPicture(squares.items)
    shown = pixels(picture.get(view(), SIZE, 1.0))
    assert picture.is_ready
    assert np.array_equal(shown, at_once(squares, view()))


def test_many_things_come_in_slices_and_look_the_same(picture, squares, qtbot):
    first = pixels(picture.get(view(), SIZE, 1.0))
    assert not picture.is_ready
    assert squares.drawn < 50
    assert not first.any()  # half a picture is not shown
    assert np.array_equal(settle(picture, view(), qtbot), at_once(squares, view()))


def test_the_one_before_stands_in_where_it_lies_in_the_new_view(picture, squares, qtbot):
    before = settle(picture, view(), qtbot)
    moved = pixels(picture.get(view(x=20), SIZE, 1.0))
    assert not picture.is_ready
    assert np.array_equal(moved[:, 20:], before[:, :-20])
    assert not moved[:, :20].any()
    assert np.array_equal(settle(picture, view(2.0), qtbot), at_once(squares, view(2.0)))


def test_a_change_of_all_shows_the_old_until_the_new_is_drawn(picture, squares, qtbot):
    before = settle(picture, view(), qtbot)
    squares.colors = dict.fromkeys(range(50), QColor("#c06030"))
    picture.invalidate()
    assert np.array_equal(pixels(picture.get(view(), SIZE, 1.0)), before)
    assert np.array_equal(settle(picture, view(), qtbot), at_once(squares, view()))


def test_a_change_while_it_is_drawn_is_not_lost(picture, squares, qtbot):
    picture.get(view(), SIZE, 1.0)
    assert not picture.is_ready
    squares.colors[0] = QColor("#ffffff")
    picture.touch(squares.rect(0))
    assert np.array_equal(settle(picture, view(), qtbot), at_once(squares, view()))
    picture.get(view(2.0), SIZE, 1.0)
    squares.colors[1] = QColor("#ffffff")
    picture.invalidate()
    assert np.array_equal(settle(picture, view(2.0), qtbot), at_once(squares, view(2.0)))


def test_a_change_before_a_view_that_was_left_again_is_not_lost(picture, squares, qtbot):
    settle(picture, view(), qtbot)
    squares.colors[0] = QColor("#ffffff")
    picture.touch(squares.rect(0))
    picture.get(view(x=20), SIZE, 1.0)
    assert not picture.is_ready
    assert np.array_equal(settle(picture, view(), qtbot), at_once(squares, view()))


def test_a_small_change_is_mended_and_nothing_else_drawn(picture, squares, qtbot):
    settle(picture, view(), qtbot)
    squares.drawn = 0
    del squares.colors[7]
    picture.touch(squares.rect(7))
    shown = pixels(picture.get(view(), SIZE, 1.0))
    assert picture.is_ready
    assert squares.drawn < 10  # those around it
    assert np.array_equal(shown, at_once(squares, view()))


def test_a_change_that_many_things_touch_is_drawn_in_slices(picture, squares, qtbot):
    settle(picture, view(), qtbot)
    squares.drawn = 0
    squares.colors = dict.fromkeys(range(50), QColor("#c06030"))
    picture.touch(QRectF(0, 0, 120, 90))
    picture.get(view(), SIZE, 1.0)
    assert not picture.is_ready
    assert squares.drawn < 50
    assert np.array_equal(settle(picture, view(), qtbot), at_once(squares, view()))


def test_nothing_of_another_image_is_seen(picture, squares, qtbot):
    settle(picture, view(), qtbot)
    picture.clear()
    assert not pixels(picture.get(view(), SIZE, 1.0)).any()
