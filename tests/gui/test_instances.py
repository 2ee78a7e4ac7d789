"""The list of instances: rows, eye and lock, selection, categories, deleting."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication

from annotator.core.document import Instance
from annotator.core.edits import RemoveInstances
from annotator.gui.panels.instance_rows import INSTANCE_ROW_ROLE, RowPart
from tests.gui.annotating import add_category
from tests.gui.conftest import Hands

NONE = Qt.KeyboardModifier.NoModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton
DISCS = (50, 120, 190)


@pytest.fixture
def discs(hands, qtbot) -> Hands:
    """Hands, with the Select tool, on an image whose three discs are instances, none selected; and two categories."""
    add_category(hands, "other")
    add_category(hands, "disc")
    for x in DISCS:
        hands.click(x, 80)
        hands.wait_mask()
        hands.key(Qt.Key.Key_Return)
    layer = hands.window.layer
    qtbot.waitUntil(lambda: all(layer.shape_of(i) is not None for i in (1, 2, 3)))
    qtbot.waitUntil(lambda: layer._flashing_id is None)
    hands.key(Qt.Key.Key_S)
    hands.window.workspace.selection.select(())  # the last one was selected when it was accepted
    return hands


def panel(hands: Hands):
    return hands.window.instances


def listed(hands: Hands) -> list[int]:
    return panel(hands).list_model.instance_ids


def row(hands: Hands, instance_id: int):
    model = panel(hands).list_model
    return model.index(listed(hands).index(instance_id)).data(INSTANCE_ROW_ROLE)


def press(
    hands: Hands, instance_id: int, part: RowPart | None = None, modifiers=Qt.KeyboardModifier.NoModifier
) -> None:
    """Click a row, or a part of it."""
    view = panel(hands).view
    rect = view.visualRect(panel(hands).list_model.index(listed(hands).index(instance_id)))
    place = QPoint(40, rect.center().y()) if part is None else view._delegate.room_of(part, rect).center()
    hands.qtbot.mouseClick(view.viewport(), LEFT, modifiers, place)


def selected(hands: Hands) -> frozenset[int]:
    return hands.window.workspace.selection.instance_ids


def document(hands: Hands):
    return hands.window.workspace.model.document


def pixel(hands: Hands, x: int, y: int = 72):
    return hands.window.canvas.grab().toImage().pixelColor(hands.at(x, y))


# -- rows --------------------------------------------------------------------------------------------------------------


def test_rows_are_newest_first_with_category_and_area(discs):
    assert listed(discs) == [3, 2, 1]
    area = document(discs).instances[2].mask.area
    assert 2000 < area < 3000
    text = f"{area // 1000}\N{NARROW NO-BREAK SPACE}{area % 1000:03d} px"
    assert (row(discs, 2).category.name, row(discs, 2).area) == ("disc", text)
    assert panel(discs).count.text() == "3"
    index = panel(discs).list_model.index(1)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == f"disc, {text}"
    discs.window.workspace.selection.view_state.set_hidden([2], True)
    discs.window.workspace.selection.view_state.set_locked([2], True)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == f"disc, {text}, hidden, locked"


def test_rows_follow_the_image_on_screen(discs):
    discs.key(Qt.Key.Key_D)
    discs.wait_image("b.png")
    assert listed(discs) == []
    assert panel(discs).count.text() == ""
    discs.key(Qt.Key.Key_A)
    discs.wait_image("a.png")
    assert listed(discs) == [3, 2, 1]


def test_what_comes_back_comes_to_its_place(discs):
    discs.window.workspace.selection.select([2])
    discs.key(Qt.Key.Key_Delete)
    assert listed(discs) == [3, 1]
    discs.undo()
    assert listed(discs) == [3, 2, 1]


def test_changes_on_other_images_are_not_listed(discs):
    other = document(discs).images[2]
    mask = document(discs).instances[1].mask
    discs.window.workspace.model.document.put(Instance(9, other.id, 1, mask))
    assert listed(discs) == [3, 2, 1]


def test_a_renamed_category_shows(discs):
    discs.window.workspace.editor.categories.rename(2, "circle")
    assert row(discs, 1).category.name == "circle"


# -- selection ---------------------------------------------------------------------------------------------------------


def test_several_rows_are_selected_with_ctrl_and_shift(discs):
    press(discs, 3)
    press(discs, 1, modifiers=CONTROL)
    assert selected(discs) == {1, 3}
    press(discs, 3)
    press(discs, 1, modifiers=SHIFT)
    assert selected(discs) == {1, 2, 3}
    discs.click(120, 80)
    assert panel(discs).view.selected_rows() == [1]


def test_clicks_in_the_list_leave_the_keyboard_with_the_canvas(discs):
    discs.window.canvas.setFocus()
    press(discs, 2)
    press(discs, 1, RowPart.EYE)
    assert QApplication.focusWidget() is discs.window.canvas


def test_deleting_selects_no_neighbour(discs):
    press(discs, 2)
    view = panel(discs).view
    view.setFocus()
    discs.qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert listed(discs) == [3, 1]
    assert selected(discs) == frozenset()
    assert view.selected_rows() == []


def test_pointing_at_a_row_brightens_its_instance(discs):
    view = panel(discs).view
    before = pixel(discs, 120)
    discs.qtbot.mouseMove(view.viewport(), QPoint(40, view.visualRect(panel(discs).list_model.index(1)).center().y()))
    discs.qtbot.waitUntil(lambda: discs.window.workspace.selection.hovered_id == 2)
    assert pixel(discs, 120) != before


# -- eye ---------------------------------------------------------------------------------------------------------------


def test_eye_hides_on_the_canvas_and_selects_nothing(discs):
    drawn = pixel(discs, 120)
    press(discs, 2, RowPart.EYE)
    assert row(discs, 2).is_hidden
    assert selected(discs) == frozenset()
    hidden = pixel(discs, 120)
    assert hidden != drawn
    discs.window.layer.set_visible(False)
    assert pixel(discs, 120) == hidden  # the bare image
    discs.window.layer.set_visible(True)
    discs.click(120, 80)
    assert selected(discs) == frozenset()
    press(discs, 2, RowPart.EYE)
    assert pixel(discs, 120) == drawn
    assert discs.window.workspace.model.undo_stack.undoText().startswith("Add")  # looking is no edit


def test_eye_of_a_selected_row_goes_for_all_selected(discs):
    press(discs, 3)
    press(discs, 2, modifiers=CONTROL)
    press(discs, 2, RowPart.EYE)
    assert discs.window.workspace.selection.view_state.hidden_ids == {2, 3}
    assert selected(discs) == {2, 3}


def test_two_quick_clicks_on_an_eye_hide_and_show(discs):
    view = panel(discs).view
    place = view._delegate.room_of(RowPart.EYE, view.visualRect(panel(discs).list_model.index(0))).center()
    discs.qtbot.mouseClick(view.viewport(), LEFT, pos=place)
    assert row(discs, 3).is_hidden
    discs.qtbot.mouseDClick(view.viewport(), LEFT, pos=place)
    assert not row(discs, 3).is_hidden


def test_v_hides_and_shows_what_is_selected(discs):
    view = panel(discs).view
    press(discs, 2)
    view.setFocus()
    discs.qtbot.keyClick(view, Qt.Key.Key_V)
    assert row(discs, 2).is_hidden
    discs.qtbot.keyClick(view, Qt.Key.Key_V)
    assert not row(discs, 2).is_hidden


def test_hide_all_others_and_back(discs):
    state = discs.window.workspace.selection.view_state
    assert not panel(discs).solo_button.isEnabled()
    press(discs, 2)
    state.set_hidden([2], True)
    discs.qtbot.mouseClick(panel(discs).solo_button, LEFT)
    assert state.hidden_ids == {1, 3}
    discs.qtbot.mouseClick(panel(discs).solo_button, LEFT)
    assert state.hidden_ids == frozenset()
    assert not panel(discs).show_button.isEnabled()
    state.set_hidden([1], True)
    discs.qtbot.mouseClick(panel(discs).show_button, LEFT)
    assert state.hidden_ids == frozenset()


def test_a_dataset_opened_again_shows_everything_and_locks_what_was_locked(discs, folder):
    state = discs.window.workspace.selection.view_state
    state.set_hidden([1], True)
    state.set_locked([2], True)
    discs.save()
    discs.open(folder)
    assert (state.hidden_ids, state.locked_ids) == (frozenset(), {2})
    assert row(discs, 2).is_locked


# -- lock --------------------------------------------------------------------------------------------------------------


def test_a_locked_instance_cannot_be_chosen_on_the_canvas(discs):
    press(discs, 2, RowPart.LOCK)
    assert row(discs, 2).is_locked
    discs.click(120, 80)
    assert selected(discs) == frozenset()
    press(discs, 2, RowPart.LOCK)
    discs.click(120, 80)
    assert selected(discs) == {2}


def test_what_lies_under_a_locked_instance_can_be_chosen(discs):
    below = document(discs).instances[1]
    document(discs).put(Instance(9, below.image_id, 1, below.mask))
    layer = discs.window.layer
    discs.qtbot.waitUntil(lambda: layer.shape_of(9) is not None)
    discs.click(50, 80)
    assert selected(discs) == {9}
    discs.window.workspace.selection.view_state.set_locked([9], True)
    discs.click(50, 80)
    assert selected(discs) == {1}


def test_locked_instances_are_neither_deleted_nor_changed_and_that_is_said(discs):
    view = panel(discs).view
    press(discs, 3)
    press(discs, 2, modifiers=CONTROL)
    discs.window.workspace.selection.view_state.set_locked([2], True)
    locked = document(discs).instances[2]
    with discs.qtbot.waitSignal(panel(discs).refused) as caught:
        discs.qtbot.keyClick(view, Qt.Key.Key_1)
    assert "locked" in caught.args[0]
    assert document(discs).instances[3].category_id == 1
    assert document(discs).instances[2] == locked
    discs.window.workspace.editor.delete_selected()
    assert "locked" in discs.window.status.currentMessage()
    assert listed(discs) == [2, 1]


def test_locking_is_an_edit_that_is_saved_and_undone(discs, folder):
    state = discs.window.workspace.selection.view_state
    assert not document(discs).instances[2].locked
    state.set_locked([1, 2], True)
    state.set_hidden([1], True)
    path = discs.save()
    saved = {a["id"]: a.get("annotator", {}).get("locked") for a in json.loads(path.read_text("utf-8"))["annotations"]}
    assert [saved[1], saved[2]] == [True, True]
    assert b"hidden" not in path.read_bytes()
    discs.undo()
    assert state.locked_ids == frozenset()
    assert not row(discs, 2).is_locked
    assert not discs.window.workspace.model.is_saved
    discs.redo()
    assert state.locked_ids == {1, 2}
    assert row(discs, 2).is_locked
    assert discs.window.workspace.model.is_saved


def test_a_locked_instance_that_came_back_is_still_locked(discs):
    workspace = discs.window.workspace
    state = workspace.selection.view_state
    state.set_locked([2], True)
    workspace.model.push(RemoveInstances((document(discs).instances[2],)), "delete")
    assert state.locked_ids == frozenset()
    discs.undo()
    assert state.locked_ids == {2}


def test_l_locks_what_is_selected(discs):
    view = panel(discs).view
    press(discs, 2)
    view.setFocus()
    discs.qtbot.keyClick(view, Qt.Key.Key_L)
    assert discs.window.workspace.selection.view_state.locked_ids == {2}
    discs.qtbot.keyClick(view, Qt.Key.Key_L)
    assert discs.window.workspace.selection.view_state.locked_ids == frozenset()


# -- categories --------------------------------------------------------------------------------------------------------


def test_a_name_changes_the_category_of_all_selected_in_one_edit(discs):
    before = document(discs).snapshot()
    press(discs, 3)
    press(discs, 1, modifiers=CONTROL)
    field = asked_by_n(discs, panel(discs).view)
    assert field.hasFocus()
    offered = field.completer().completionModel()
    assert [offered.index(i, 0).data() for i in range(offered.rowCount())] == ["other", "disc"]
    discs.qtbot.keyClicks(field, "other")
    discs.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.isHidden() or not field.isVisible()
    assert {i.id: i.category_id for i in document(discs).instances.values()} == {1: 1, 2: 2, 3: 1}
    assert discs.window.workspace.selection.category_id == 1
    discs.undo()
    assert document(discs).instances == before.instances


def test_a_new_name_for_selected_instances_adds_the_category_in_the_same_edit(discs):
    press(discs, 2)
    count = discs.window.workspace.model.undo_stack.count()
    field = asked_by_n(discs, discs.window.canvas)
    assert discs.window.category_name.hint.isHidden()
    discs.qtbot.keyClicks(field, "ring")
    assert discs.window.category_name.hint.isVisible()
    discs.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert row(discs, 2).category.name == "ring"
    assert discs.window.workspace.model.undo_stack.count() == count + 1
    discs.undo()
    assert document(discs).category_named("ring") is None
    assert row(discs, 2).category.name == "disc"


def test_a_click_on_a_name_that_is_offered_is_enough(discs):
    press(discs, 2)
    field = asked_by_n(discs, discs.window.canvas)
    discs.qtbot.keyClicks(field, "oth")
    popup = field.completer().popup()
    assert popup.isVisible()
    place = popup.visualRect(popup.model().index(0, 0)).center()
    discs.qtbot.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert row(discs, 2).category.name == "other"


def test_escape_in_the_field_changes_nothing(discs):
    before = document(discs).snapshot()
    press(discs, 2)
    field = asked_by_n(discs, discs.window.canvas)
    discs.qtbot.keyClicks(field, "oth")
    discs.qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()
    assert discs.window.canvas.hasFocus()
    assert document(discs).instances == before.instances


def asked_by_n(hands, where):
    """The field that N opens there."""
    where.setFocus()
    hands.qtbot.keyClick(where, Qt.Key.Key_N)
    field = hands.window.category_name.field
    assert field.isVisible()
    return field


def test_digit_in_the_list_changes_the_category(discs):
    view = panel(discs).view
    press(discs, 2)
    view.setFocus()
    discs.qtbot.keyClick(view, Qt.Key.Key_1)
    assert row(discs, 2).category.name == "other"
    discs.qtbot.keyClick(view, Qt.Key.Key_9)  # there is none
    assert row(discs, 2).category.name == "other"


def test_actions_need_a_selection(discs):
    actions = (panel(discs).toggle_hidden, panel(discs).lock, panel(discs).delete)
    assert not any(action.isEnabled() for action in actions)
    press(discs, 1)
    assert all(action.isEnabled() for action in actions)
