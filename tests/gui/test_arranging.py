"""Order, groups and crowds of instances: menus, keys, what is drawn on top, what the list and the file say."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance, Together
from annotator.core.geometry import RunLengths
from tests.gui.conftest import Hands

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
COLORS = ("#ff0000", "#00ff00", "#0000ff")


@pytest.fixture
def stack(hands) -> Hands:
    """Hands on an image with the instances 1, 2, 3 of categories of those ids, which overlap at (100, 50)."""
    model, image_id = hands.window.workspace.model, hands.window.workspace.image_id
    edits = []
    for number, color in enumerate(COLORS, start=1):
        mask = np.zeros((160, 240), bool)
        mask[20 : 60 + number, 20 * number : 120] = True
        edits.append(AddCategory(Category(model.document.take_id(Category), f"c{number}", color=color)))
        edits.append(
            AddInstance(Instance(model.document.take_id(Instance), image_id, number, RunLengths.from_mask(mask)))
        )
    model.push(Together(tuple(edits)), "test")
    hands.qtbot.waitUntil(lambda: all(hands.window.layer.shape_of(i) is not None for i in (1, 2, 3)))
    return hands


def order(hands: Hands) -> list[int]:
    document = hands.window.workspace.model.document
    return [i.id for i in document.instances_of(hands.window.workspace.image_id)]


def listed(hands: Hands) -> list[int]:
    return hands.window.instances.list_model.instance_ids


def select(hands: Hands, *ids: int) -> None:
    hands.window.workspace.selection.select(ids)


def arrange(hands: Hands):
    return hands.window.instances.arrange


def topmost(hands: Hands) -> int:
    """The instance a click at the overlap selects."""
    select(hands)
    hands.window.actions_.select_tool.trigger()
    hands.click(100, 50)
    (chosen,) = hands.window.workspace.selection.instance_ids
    return chosen


@pytest.mark.parametrize(
    ("chosen", "key", "modifiers", "wanted"),
    [
        ((1,), Qt.Key.Key_Up, CONTROL, [2, 1, 3]),
        ((1, 2), Qt.Key.Key_Up, CONTROL, [3, 1, 2]),
        ((2, 3), Qt.Key.Key_Up, CONTROL, [1, 2, 3]),
        ((1, 3), Qt.Key.Key_Up, CONTROL, [2, 1, 3]),
        ((3,), Qt.Key.Key_Down, CONTROL, [1, 3, 2]),
        ((1,), Qt.Key.Key_Up, CONTROL | SHIFT, [2, 3, 1]),
        ((2, 3), Qt.Key.Key_Down, CONTROL | SHIFT, [2, 3, 1]),
        ((1,), Qt.Key.Key_Down, CONTROL | SHIFT, [1, 2, 3]),
    ],
)
@pytest.mark.parametrize("place", ["canvas", "list"])
def test_keys_move_what_is_selected_up_and_down(stack, place, chosen, key, modifiers, wanted):
    select(stack, *chosen)
    widget = stack.window.canvas if place == "canvas" else stack.window.instances.view
    widget.setFocus()
    stack.qtbot.keyClick(widget, key, modifiers)
    assert order(stack) == wanted
    assert listed(stack) == wanted[::-1]
    assert stack.window.workspace.selection.instance_ids == set(chosen)
    rows = stack.window.instances.view.selected_rows()
    assert {listed(stack)[row] for row in rows} == set(chosen)
    assert topmost(stack) == wanted[-1]
    if wanted != [1, 2, 3]:
        stack.undo()
        assert order(stack) == [1, 2, 3]
        assert listed(stack) == [3, 2, 1]
        stack.redo()
        assert order(stack) == wanted


def test_what_is_in_front_is_drawn_over_the_others(stack):
    place = stack.at(100, 50)
    layer, canvas = stack.window.layer, stack.window.canvas

    def color():
        picture = layer.picture(canvas.viewport, canvas.size(), 1.0).toImage()
        return picture.pixelColor(place)

    before = color()
    assert before.blue() > max(before.red(), before.green())
    select(stack, 1)
    arrange(stack).bring_to_front.trigger()
    after = color()
    assert after.red() > max(after.green(), after.blue())
    stack.undo()
    assert color() == before


def test_the_order_is_saved(stack):
    select(stack, 3)
    arrange(stack).send_to_back.trigger()
    records = json.loads(stack.save().read_bytes())["annotations"]
    assert [record["id"] for record in records] == [3, 1, 2]


def test_a_group_gets_a_number_of_its_own_and_shows_it(stack):
    select(stack, 1, 2)
    stack.key(Qt.Key.Key_G, CONTROL)
    instances = stack.window.workspace.model.document.instances
    assert [instances[i].group for i in (1, 2, 3)] == [1, 1, None]
    select(stack, 2, 3)
    arrange(stack).group.trigger()
    assert [instances[i].group for i in (1, 2, 3)] == [1, 2, 2]
    index = stack.window.instances.list_model.index(0)
    assert "group 2" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    select(stack, 3)
    stack.key(Qt.Key.Key_G, CONTROL | SHIFT)
    assert [instances[i].group for i in (1, 2, 3)] == [1, 2, None]
    assert [r.get("annotator", {}).get("group") for r in json.loads(stack.save().read_bytes())["annotations"]] == [
        1,
        2,
        None,
    ]
    for _ in range(3):
        stack.undo()
    assert [instances[i].group for i in (1, 2, 3)] == [None, None, None]


def test_one_instance_is_no_group(stack):
    select(stack, 1)
    arrange(stack).group.trigger()
    assert "alone" in stack.window.status.currentMessage()
    assert stack.window.workspace.model.document.instances[1].group is None


def test_crowds_are_made_and_unmade_together(stack):
    instances = stack.window.workspace.model.document.instances
    select(stack, 1)
    arrange(stack).crowd.trigger()
    select(stack, 1, 2)
    arrange(stack).crowd.trigger()
    assert [instances[i].iscrowd for i in (1, 2, 3)] == [True, True, False]
    assert "crowd" in stack.window.instances.list_model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert [r["iscrowd"] for r in json.loads(stack.save().read_bytes())["annotations"]] == [1, 1, 0]
    arrange(stack).crowd.trigger()
    assert [instances[i].iscrowd for i in (1, 2, 3)] == [False, False, False]
    stack.undo()
    stack.undo()
    assert [instances[i].iscrowd for i in (1, 2, 3)] == [True, False, False]


@pytest.mark.parametrize("name", ["bring_to_front", "group", "ungroup", "crowd"])
def test_locked_instances_stay(stack, name):
    model = stack.window.workspace.model
    stack.window.workspace.selection.view_state.set_locked([1, 2], True)
    before, state = dict(model.document.instances), model.state
    select(stack, 1, 2)
    getattr(arrange(stack), name).trigger()
    assert model.document.instances == before
    assert order(stack) == [1, 2, 3]
    assert model.state == state
    assert "locked" in stack.window.status.currentMessage()


def test_the_lists_menu_has_each_action_once(stack):
    select(stack, 1)
    view = stack.window.instances.view
    view.customContextMenuRequested.emit(view.rect().center())
    (menu,) = (m for m in view.findChildren(QMenu) if m.isVisible())
    texts = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert len(texts) == len(set(texts))
    assert arrange(stack).order_menu in menu.actions()
    assert arrange(stack).bring_forward not in menu.actions()
    assert stack.window.actions_.merge in menu.actions()
    assert menu.actions()[-1] is stack.window.instances.delete
    menu.close()
