"""How the canvas looks: the grid, the magnifier, highlights."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from annotator.gui.canvas.viewport import Viewport
from tests.gui.annotating import accept_disc, add_category


def pixels(image: QImage) -> np.ndarray:
    """H x W x 3 int, RGB."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def test_pixel_grid_appears_above_eight_screen_pixels_a_pixel(hands):
    canvas = hands.window.canvas
    canvas._zoom(7.9, QPointF(hands.at(100, 20)))
    at = hands.at(100, 20)
    around = pixels(canvas.grab().toImage())[at.y() - 40 : at.y() + 40, at.x() - 40 : at.x() + 40]
    assert len(np.unique(around.reshape(-1, 3), axis=0)) == 1
    canvas._zoom(16.0, QPointF(hands.at(100, 20)))
    corner = hands.at(100, 20)
    row = pixels(canvas.grab().toImage())[corner.y(), corner.x() - 40 : corner.x() + 40, 0]
    lines = np.flatnonzero(row < np.median(row) - 10)
    assert set(np.diff(lines)) == {16}


def test_magnifier_shows_four_times_while_z_is_held(hands):
    canvas = hands.window.canvas
    edge = hands.at(120 + 28, 80)  # the green disc's right border
    QTest.mouseMove(canvas, edge)
    canvas._pointer_position = lambda: QPointF(edge)
    before = pixels(canvas.grab().toImage())
    QTest.keyPress(canvas, Qt.Key.Key_Z)
    during = pixels(canvas.grab().toImage())
    QTest.keyRelease(canvas, Qt.Key.Key_Z)
    assert np.array_equal(pixels(canvas.grab().toImage()), before)
    # 40 screen pixels inside the border are 10 in the lens's picture of it: still green; so far outside is grey.
    changed = np.any(before != during, axis=2)
    xs = np.flatnonzero(changed.any(axis=0))
    assert abs((xs.min() + xs.max()) / 2 - edge.x()) < 4
    assert xs.max() - xs.min() <= 186
    assert np.array_equal(during[edge.y() - 40, edge.x() - 60], before[edge.y() - 10, edge.x() - 15])


def test_hovering_brightens_an_instance_without_drawing_all_anew(hands, qtbot):
    add_category(hands, "disc")
    accept_disc(hands, 50)
    accept_disc(hands, 120)
    first, second = hands.window.workspace.model.document.instances
    layer, selection = hands.window.layer, hands.window.workspace.selection
    qtbot.waitUntil(lambda: layer.shape_of(first) is not None and layer.shape_of(second) is not None)
    qtbot.wait(300)  # until the flash of the accepted ones is over
    canvas = hands.window.canvas
    before = pixels(canvas.grab().toImage())
    picture = layer._picture._pixmap.cacheKey()
    selection.hover(first)
    hovered = pixels(canvas.grab().toImage())
    inside, other = hands.at(50, 70), hands.at(120, 70)
    assert np.any(hovered[inside.y(), inside.x()] != before[inside.y(), inside.x()])
    assert np.all(hovered[other.y(), other.x()] == before[other.y(), other.x()])
    assert layer._picture._pixmap.cacheKey() == picture
    selection.hover(None)
    assert np.array_equal(pixels(canvas.grab().toImage()), before)


def test_viewport_maps_there_and_back_and_keeps_the_image_in_view():
    viewport = Viewport()
    viewport.set_widget_size(800, 600)
    viewport.set_image_size(4000, 3000)
    assert viewport.scale == (800 - 16) / 4000 or viewport.scale == (600 - 16) / 3000
    viewport.zoom_to(3.0, QPointF(400, 300))
    point = QPointF(123.25, 77.5)
    assert (viewport.to_image(viewport.to_widget(point)) - point).manhattanLength() < 1e-9
    viewport.pan(QPointF(1e6, -1e6))
    visible = viewport.visible()
    assert visible.left() < 4000
    assert visible.bottom() > 0
    assert viewport.to_widget(QPointF(0, 0)).x() <= 800
    lens = viewport.magnified(QPointF(100, 50), 4.0)
    assert (lens.to_image(QPointF(100, 50)) - viewport.to_image(QPointF(100, 50))).manhattanLength() < 1e-9
    assert lens.scale == 4 * viewport.scale


def test_fitted_image_stays_fitted_when_the_window_grows(hands):
    canvas = hands.window.canvas
    hands.window.resize(900, 700)
    small = canvas.viewport.scale
    hands.window.resize(1300, 900)
    assert canvas.viewport.scale >= small
    corner = canvas.viewport.to_widget(QPointF(240, 160)).toPoint()
    assert canvas.rect().contains(corner + QPoint(1, 1))
