"""The context menu of the canvas."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from annotator.core.edits import AddCategory, AddInstance
from annotator.core.geometry import RunLengths
from annotator.core.records import Category, Instance
from tests.gui.conftest import Hands


@pytest.fixture
def two(hands):
    """Hands with the Select tool and two instances, at x 20 to 60 and 100 to 140; none selected."""
    model = hands.window.workspace.model
    category = Category(model.document.take_id(Category), "thing")
    model.push(AddCategory(category), "test")
    for x0 in (20, 100):
        mask = np.zeros((160, 240), bool)
        mask[40:80, x0 : x0 + 40] = True
        instance = Instance(
            model.document.take_id(Instance), hands.window.workspace.image_id, category.id, RunLengths.from_mask(mask)
        )
        model.push(AddInstance(instance), "test")
    ids = list(model.document.instances)
    hands.qtbot.waitUntil(lambda: all(hands.window.layer.shape_of(i) is not None for i in ids))
    hands.key(Qt.Key.Key_S)
    return hands


def right_click(hands: Hands, x: float, y: float, reason=QContextMenuEvent.Reason.Mouse) -> set[str]:
    """Ask for the menu there; the texts of its entries, without mnemonics."""
    place = hands.at(x, y)
    event = QContextMenuEvent(reason, place, hands.window.canvas.mapToGlobal(place))
    QApplication.sendEvent(hands.window.canvas, event)
    menu = hands.window.canvas_menu.menu
    return set() if menu is None else {action.text().replace("&", "") for action in menu.actions()}


def choose(hands: Hands, text: str) -> None:
    """As a click does: the menu hides, then the action is triggered."""
    menu = hands.window.canvas_menu.menu
    action = next(a for a in menu.actions() if a.text().replace("&", "") == text)
    menu.close()
    action.trigger()


def ids(hands: Hands) -> list[int]:
    return list(hands.window.workspace.model.document.instances)


def test_the_instance_under_the_pointer_is_selected_and_offered(two):
    texts = right_click(two, 110, 60)
    assert two.window.workspace.selection.instance_ids == {ids(two)[1]}
    wanted = {
        "Choose the category by name...",
        "Refine with TinySAM",
        "Copy to the next image",
        "Hide or show",
        "Lock or unlock",
    }
    assert wanted | {"Order", "Mask", "Delete"} <= texts
    choose(two, "Delete")
    assert len(ids(two)) == 1
    assert two.window.canvas_menu.menu is None


def test_a_locked_instance_can_be_unlocked_there(two):
    view_state = two.window.workspace.selection.view_state
    view_state.set_locked([ids(two)[0]], True)
    right_click(two, 30, 60)
    choose(two, "Lock or unlock")
    assert not view_state.locked_ids


def test_one_of_several_selected_ones_stands_for_all(two):
    two.window.workspace.selection.select(ids(two))
    right_click(two, 30, 60)
    assert two.window.workspace.selection.instance_ids == set(ids(two))
    choose(two, "Delete")
    assert not ids(two)


def test_beside_all_instances_other_things_are_offered(two):
    two.window.workspace.selection.select(ids(two)[:1])
    texts = right_click(two, 200, 120)
    assert "Select all on the image" in texts
    assert "Delete" not in texts
    assert not two.window.workspace.selection.instance_ids
    two.window.canvas_menu.menu.close()


def test_the_menu_key_is_for_the_selected_ones_with_any_tool(two):
    two.window.workspace.selection.select(ids(two)[:1])
    two.key(Qt.Key.Key_P)
    assert "Delete" in right_click(two, 200, 120, QContextMenuEvent.Reason.Keyboard)
    assert two.window.workspace.selection.instance_ids == set(ids(two)[:1])
    two.window.canvas_menu.menu.close()


@pytest.mark.parametrize("key", [Qt.Key.Key_P, Qt.Key.Key_B, Qt.Key.Key_R, Qt.Key.Key_E])
def test_tools_that_use_the_right_button_keep_it(two, key):
    two.key(key)
    assert right_click(two, 30, 60) == set()


def test_a_polygon_half_drawn_is_not_interrupted(two):
    two.key(Qt.Key.Key_G)
    assert right_click(two, 30, 60)
    two.window.canvas_menu.menu.close()
    two.window.workspace.selection.select([])
    two.click(10, 10)
    assert right_click(two, 30, 60) == set()


def test_no_image_no_menu(window):
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(50, 50), QPoint(50, 50))
    QApplication.sendEvent(window.canvas, event)
    assert window.canvas_menu.menu is None
