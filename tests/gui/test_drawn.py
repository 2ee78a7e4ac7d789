"""What is drawn and not finished: masks without a category and open polygons are lost only when the user wishes."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from annotator.gui.unfinished import Unfinished
from tests.gui.annotating import add_category, instances
from tests.gui.conftest import Hands
from tests.gui.test_brush import drag
from tests.gui.test_polygon import CORNERS, place

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def unnamed(hands):
    """Hands that have drawn a stroke on a picture of a dataset without categories."""
    hands.key(Qt.Key.Key_R)
    drag(hands, (100, 80), (130, 80))
    assert hands.window.workspace.editor.masks.waiting is not None
    return hands


def waiting(hands: Hands):
    return hands.window.workspace.editor.masks.waiting


def page(hands: Hands, key, name: str) -> None:
    hands.window.canvas.setFocus()
    hands.key(key)
    hands.wait_image(name)


def name_it(hands: Hands, name: str) -> None:
    field = hands.window.strip.category_field
    assert field.isVisible()
    field.insert(name)
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)


def is_white(hands: Hands, x, y) -> bool:
    """Whether a mask being decided on is painted there, on the grey of the picture."""
    return hands.window.canvas.grab().toImage().pixelColor(hands.at(x, y)).lightness() > 150


# -- a mask that waits for its category -------------------------------------------------------------------------------


def test_paging_keeps_it_on_its_image_and_shows_it_again(unnamed):
    drawn = waiting(unnamed)
    assert is_white(unnamed, 115, 80)
    page(unnamed, Qt.Key.Key_D, "b.png")
    assert waiting(unnamed) is None
    assert not unnamed.window.strip.isVisible()
    assert not is_white(unnamed, 85, 80)
    assert Unfinished.of(unnamed.window.workspace).images == ("a.png",)
    page(unnamed, Qt.Key.Key_A, "a.png")
    assert waiting(unnamed) == drawn
    assert is_white(unnamed, 115, 80)
    assert not unnamed.window.strip.category_field.hasFocus()  # whoever pages on does not type into it
    name_it(unnamed, "stripe")
    (made,) = instances(unnamed)
    assert made.mask == drawn
    assert made.image_id == unnamed.window.workspace.image_id
    assert not unnamed.window.strip.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_S, Qt.Key.Key_P, Qt.Key.Key_G, Qt.Key.Key_E])
def test_another_tool_leaves_it_and_its_field(unnamed, key):
    drawn = waiting(unnamed)
    unnamed.window.canvas.setFocus()
    unnamed.key(key)
    assert waiting(unnamed) is drawn
    assert is_white(unnamed, 115, 80)
    name_it(unnamed, "stripe")
    assert instances(unnamed)[0].mask == drawn


def test_changes_of_categories_leave_it(unnamed):
    categories = unnamed.window.workspace.editor.categories
    drawn = waiting(unnamed)
    categories.add("disc")
    (category,) = unnamed.window.workspace.model.document.categories.values()
    categories.rename(category.id, "round")
    unnamed.undo()
    assert waiting(unnamed) is drawn
    assert unnamed.window.strip.category_field.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_1])
def test_a_category_made_meanwhile_is_its_with_enter_or_the_digit(unnamed, key):
    unnamed.window.workspace.editor.categories.add("disc")
    assert "disc" in unnamed.window.strip._accept.text()
    unnamed.window.canvas.setFocus()
    unnamed.key(key)
    (made,) = instances(unnamed)
    assert made.mask.to_mask()[80, 115]
    assert waiting(unnamed) is None


def test_a_click_of_the_point_tool_asks_for_its_category_first(unnamed):
    unnamed.window.canvas.setFocus()
    unnamed.key(Qt.Key.Key_P)
    unnamed.click(50, 80)
    assert not unnamed.window.workspace.session.is_pending
    assert "Name the category" in unnamed.window.status.currentMessage()


@pytest.mark.parametrize("where", ["field", "canvas"])
def test_escape_drops_it_and_undo_brings_it_back(unnamed, where):
    drawn = waiting(unnamed)
    if where == "field":
        unnamed.qtbot.keyClick(unnamed.window.strip.category_field, Qt.Key.Key_Escape)
    else:
        unnamed.window.canvas.setFocus()
        unnamed.key(Qt.Key.Key_Escape)
    assert waiting(unnamed) is None
    assert not unnamed.window.strip.isVisible()
    assert unnamed.window.tool_name == "brush"
    unnamed.undo()
    assert waiting(unnamed) is drawn
    assert unnamed.window.strip.category_field.isVisible()


def test_undo_takes_it_back_and_redo_does_it_again(unnamed):
    drawn = waiting(unnamed)
    unnamed.undo()
    assert waiting(unnamed) is None
    unnamed.redo()
    assert waiting(unnamed) is drawn


def test_what_was_dropped_does_not_come_back_over_a_later_edit(unnamed):
    unnamed.window.canvas.setFocus()
    unnamed.key(Qt.Key.Key_Escape)
    unnamed.window.workspace.editor.categories.add("disc")
    unnamed.undo()
    assert waiting(unnamed) is None
    assert not unnamed.window.workspace.model.document.categories


def test_a_document_that_refuses_changes_keeps_it(unnamed):
    drawn = waiting(unnamed)
    unnamed.window.workspace.model.freeze("Not now.")
    name_it(unnamed, "stripe")
    assert waiting(unnamed) is drawn
    unnamed.window.workspace.model.freeze("")


def test_a_document_that_refuses_changes_is_not_drawn_on(hands):
    hands.window.workspace.model.freeze("Not now.")
    hands.key(Qt.Key.Key_G)
    hands.click(*CORNERS[0])
    assert hands.window.workspace.editor.masks.corners.present is None
    assert hands.window.status.currentMessage() == "Not now."
    hands.window.workspace.model.freeze("")


# -- a polygon that is not closed -------------------------------------------------------------------------------------


@pytest.fixture
def open_polygon(hands):
    """Hands that have placed three corners, and a category."""
    add_category(hands, "shape")
    hands.key(Qt.Key.Key_G)
    place(hands, *CORNERS)
    return hands


def corners(hands: Hands):
    return hands.window.workspace.editor.masks.corners.present


def test_paging_keeps_corners_on_their_image(open_polygon):
    placed = corners(open_polygon)
    assert len(placed) == 3
    page(open_polygon, Qt.Key.Key_D, "b.png")
    assert corners(open_polygon) is None
    open_polygon.click(30, 30)
    assert len(corners(open_polygon)) == 1
    assert Unfinished.of(open_polygon.window.workspace).images == ("a.png", "b.png")
    open_polygon.key(Qt.Key.Key_Escape)
    page(open_polygon, Qt.Key.Key_A, "a.png")
    assert corners(open_polygon) == placed
    open_polygon.key(Qt.Key.Key_Return)
    open_polygon.wait_masks()
    (made,) = instances(open_polygon)
    assert made.mask.to_mask()[45, 57]
    assert not Unfinished.of(open_polygon.window.workspace).images


def test_another_tool_leaves_corners_where_they_can_be_seen(open_polygon):
    placed = corners(open_polygon)
    open_polygon.key(Qt.Key.Key_R)
    at = open_polygon.window.canvas.viewport.to_widget(placed[0]).toPoint()
    assert open_polygon.window.canvas.grab().toImage().pixelColor(at).lightness() > 230
    open_polygon.key(Qt.Key.Key_G)
    open_polygon.key(Qt.Key.Key_Return)
    open_polygon.wait_masks()
    assert len(instances(open_polygon)) == 1


def test_escape_drops_corners_and_undo_brings_them_back(open_polygon):
    placed = corners(open_polygon)
    open_polygon.key(Qt.Key.Key_Escape)
    assert corners(open_polygon) is None
    open_polygon.undo()
    assert corners(open_polygon) == placed


def test_undo_without_any_edit_takes_back_a_corner(hands):
    hands.key(Qt.Key.Key_G)
    place(hands, *CORNERS)
    hands.undo()
    assert len(corners(hands)) == 2


def test_a_window_in_another_language_has_the_corners_and_the_mask(keeper, settings, folder, qtbot):
    hands = Hands(keeper.window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    hands.key(Qt.Key.Key_G)
    place(hands, *CORNERS)
    hands.key(Qt.Key.Key_Return)
    hands.wait_masks()
    drawn = waiting(hands)
    settings.language = "zh_CN"
    again = Hands(keeper.window, qtbot)
    assert waiting(again) is drawn
    assert again.window.strip.category_field.isVisible()
    name_it(again, "形状")
    assert np.array_equal(instances(again)[0].mask.to_mask(), drawn.to_mask())
    place(again, (150, 20), (200, 20))
    settings.language = "en"
    assert len(corners(Hands(keeper.window, qtbot))) == 2
