"""The polygon tool with real clicks, against pycocotools' rasterisation."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from annotator.core.geometry import RunLengths
from tests.gui.annotating import add_category, instances
from tests.gui.conftest import Hands

CORNERS = [(20, 20), (90, 30), (60, 100)]


@pytest.fixture
def polygon(hands):
    """Hands with the polygon tool and a category."""
    add_category(hands, "shape")
    hands.key(Qt.Key.Key_G)
    return hands


def place(hands: Hands, *corners) -> list[float]:
    """Click the corners; the polygon as the screen's pixels have it."""
    polygon: list[float] = []
    for corner in corners:
        hands.click(*corner)
        at = hands.window.canvas.viewport.to_image(QPointF(hands.at(*corner)))
        polygon += (at.x(), at.y())
    return polygon


def finish(hands: Hands, how: str) -> None:
    if how == "enter":
        hands.key(Qt.Key.Key_Return)
    elif how == "first":
        hands.click(*CORNERS[0])
    else:
        QTest.mouseDClick(
            hands.window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, hands.at(*CORNERS[-1])
        )
    hands.wait_masks()


@pytest.mark.parametrize("how", ["enter", "first", "double click"])
def test_a_closed_polygon_is_the_mask_pycocotools_makes_of_it(polygon, how):
    corners = place(polygon, *CORNERS)
    finish(polygon, how)
    (made,) = instances(polygon)
    assert made.mask == RunLengths.from_coco([corners], 160, 240)
    assert made.mask.to_mask()[45, 57]
    assert polygon.window.workspace.selection.instance_ids == {made.id}
    polygon.undo()
    assert instances(polygon) == []


def test_backspace_and_undo_take_back_a_corner(polygon):
    corners = place(polygon, *CORNERS)
    for take_back in (lambda: polygon.key(Qt.Key.Key_Backspace), polygon.undo):
        polygon.click(200, 150)
        take_back()
    polygon.key(Qt.Key.Key_Return)
    polygon.wait_masks()
    (made,) = instances(polygon)
    assert made.mask == RunLengths.from_coco([corners], 160, 240)


def test_two_corners_are_refused_and_escape_drops_them(polygon):
    place(polygon, *CORNERS[:2])
    polygon.key(Qt.Key.Key_Return)
    polygon.wait_masks()
    assert "three corners" in polygon.window.status.currentMessage()
    polygon.key(Qt.Key.Key_Escape)
    assert polygon.window.tool_name == "polygon"
    place(polygon, *CORNERS)
    polygon.key(Qt.Key.Key_Escape)
    polygon.key(Qt.Key.Key_Return)
    polygon.wait_masks()
    assert instances(polygon) == []


def test_without_a_category_the_name_is_asked_for(hands):
    hands.key(Qt.Key.Key_G)
    place(hands, *CORNERS)
    hands.key(Qt.Key.Key_Return)
    hands.wait_masks()
    field = hands.window.strip.category_field
    assert field.isVisible()
    field.insert("shape")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    (made,) = instances(hands)
    assert np.array_equal(made.mask.to_mask()[45, 57], True)
