"""Prompting and accepting, on real widgets over a fake segmenter."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from tests.gui.annotating import accept_disc, add_category, instances
from tests.gui.conftest import shape_mask

CONTROL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
RIGHT = Qt.MouseButton.RightButton


def test_click_shows_the_mask_of_what_was_clicked(hands):
    hands.click(50, 80)
    hands.wait_mask()
    mask = hands.shown_mask()
    assert mask[80, 50]
    assert not mask[80, 120]
    assert abs(mask.sum() - np.pi * 28**2) < 300


def test_right_and_alt_click_are_negative(hands):
    hands.click(50, 80)
    hands.click(120, 80, RIGHT)
    hands.click(190, 80, modifiers=ALT)
    hands.wait_mask()
    assert hands.window.workspace.session.step.labels == (True, False, False)


@pytest.mark.parametrize("tool_key", [Qt.Key.Key_P, Qt.Key.Key_B])
def test_dragging_with_point_or_box_draws_a_box(hands, tool_key):
    hands.key(tool_key)
    hands.drag(15, 45, 85, 115)
    hands.wait_mask()
    box = hands.window.workspace.session.step.box
    for got, wanted in zip((box.left(), box.top(), box.right(), box.bottom()), (15, 45, 85, 115), strict=True):
        assert got == pytest.approx(wanted, abs=1)
    assert hands.shown_mask()[80, 50]


def test_points_refine_a_box_with_the_logits_on_screen(hands):
    hands.drag(15, 45, 85, 115)
    hands.wait_mask()
    hands.key(Qt.Key.Key_C)
    logits = hands.window.workspace.session.shown.proposal.logits
    sent = []
    decode = hands.window.workspace.inference.decode
    hands.window.workspace.inference.decode = lambda key, prompt, mask: sent.append(prompt) or decode(key, prompt)
    hands.click(50, 80)
    hands.wait_mask()
    assert np.array_equal(sent[0].logits, logits)
    assert sent[0].box is not None
    assert len(sent[0].points) == 1


def test_clicks_faster_than_decoding_still_build_on_each_other(hands):
    sent = []
    decode = hands.window.workspace.inference.decode
    hands.window.workspace.inference.decode = lambda key, prompt, mask: sent.append(prompt) or decode(key, prompt)
    hands.click(50, 80)
    hands.click(45, 80)
    hands.click(55, 80)
    hands.wait_mask()
    assert [len(prompt.points) for prompt in sent] == [1, 3]
    assert sent[0].logits is None
    assert sent[1].logits is not None


def test_c_cycles_the_three_masks(hands):
    hands.click(50, 80)
    hands.wait_mask()
    seen = []
    for _ in range(3):
        seen.append(hands.window.workspace.session.shown)
        hands.key(Qt.Key.Key_C)
    assert len({id(shown) for shown in seen}) == 3
    assert hands.window.workspace.session.shown is seen[0]
    assert [s.proposal.predicted_iou for s in seen] == sorted((s.proposal.predicted_iou for s in seen), reverse=True)


def test_backspace_takes_back_the_last_click_and_its_mask(hands):
    hands.click(50, 80)
    hands.wait_mask()
    first = hands.window.workspace.session.shown
    hands.click(120, 80)
    hands.wait_mask()
    assert hands.window.workspace.session.shown is not first
    hands.key(Qt.Key.Key_Backspace)
    assert hands.window.workspace.session.shown is first
    hands.key(Qt.Key.Key_Backspace)
    assert not hands.window.workspace.session.is_pending


def test_undo_while_prompting_takes_back_the_click_not_the_instance(hands):
    add_category(hands, "disc")
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_Return)
    hands.click(120, 80)
    hands.wait_mask()
    hands.undo()
    assert not hands.window.workspace.session.is_pending
    assert len(instances(hands)) == 1
    hands.undo()
    assert not instances(hands)


def test_escape_clears_then_goes_back_to_select(hands):
    hands.click(50, 80)
    hands.key(Qt.Key.Key_Escape)
    assert not hands.window.workspace.session.is_pending
    assert hands.window.actions_.point_tool.isChecked()
    hands.key(Qt.Key.Key_Escape)
    assert hands.window.actions_.select_tool.isChecked()


def test_enter_without_a_category_asks_for_a_name_at_the_mask(hands):
    hands.click(50, 80)
    hands.wait_mask()
    shown = hands.window.workspace.session.shown.mask
    hands.key(Qt.Key.Key_Return)
    field = hands.window.strip.category_field
    assert field.isVisible()
    hands.qtbot.keyClicks(field, "red disc")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    (instance,) = instances(hands)
    assert instance.mask == shown
    assert hands.window.workspace.model.document.categories[instance.category_id].name == "red disc"
    hands.undo()
    assert not instances(hands)
    assert not hands.window.workspace.model.document.categories  # both came in one edit


def test_letters_typed_into_a_field_are_text(hands):
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_Return)
    field = hands.window.strip.category_field
    hands.qtbot.keyClicks(field, "scab d1")
    assert field.text() == "scab d1"
    assert hands.window.workspace.session.is_pending
    assert hands.window.actions_.point_tool.isChecked()


def test_digit_accepts_with_its_category(hands):
    add_category(hands, "cat")
    add_category(hands, "dog")
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_1)
    (instance,) = instances(hands)
    assert hands.window.workspace.model.document.categories[instance.category_id].name == "cat"
    assert not hands.window.workspace.session.is_pending
    assert instance.provenance.source == "tinysam"
    assert instance.provenance.weights == "fake"


def test_n_names_the_mask_although_there_is_a_current_category(hands):
    for name in ("disc", "ring"):
        add_category(hands, name)
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_N)
    field = hands.window.strip.category_field
    assert field.hasFocus()
    hands.qtbot.keyClicks(field, "disc")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    (instance,) = instances(hands)
    document = hands.window.workspace.model.document
    assert document.categories[instance.category_id].name == "disc"
    assert hands.window.workspace.selection.category_id == instance.category_id
    assert not field.isVisible()


def test_n_names_a_refined_mask_and_makes_its_category_in_one_edit(hands):
    add_category(hands, "disc")
    accept_disc(hands, 50)
    hands.key(Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    hands.click(55, 80)
    hands.wait_mask()
    count = hands.window.workspace.model.undo_stack.count()
    hands.key(Qt.Key.Key_N)
    field = hands.window.strip.category_field
    hands.qtbot.keyClicks(field, "ring")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    (instance,) = instances(hands)
    assert hands.window.workspace.model.document.categories[instance.category_id].name == "ring"
    assert hands.window.workspace.model.undo_stack.count() == count + 1


def test_n_with_nothing_to_name_chooses_the_category_of_what_comes_next(hands):
    for name in ("disc", "ring"):
        add_category(hands, name)
    hands.key(Qt.Key.Key_N)
    field = hands.window.category_name.field
    hands.qtbot.keyClicks(field, "disc")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert hands.window.workspace.selection.category_id == 1
    hands.key(Qt.Key.Key_N)
    hands.qtbot.keyClicks(field, "dot")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    document, selection = hands.window.workspace.model.document, hands.window.workspace.selection
    assert document.categories[selection.category_id].name == "dot"


def test_digit_without_category_says_so(hands):
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_4)
    assert "4" in hands.window.status.currentMessage()
    assert not instances(hands)


def test_control_click_accepts_and_begins_the_next(hands):
    add_category(hands, "disc")
    hands.click(50, 80)
    hands.wait_mask()
    hands.click(120, 80, modifiers=CONTROL)
    assert len(instances(hands)) == 1
    assert len(hands.window.workspace.session.step.points) == 1
    hands.wait_mask()
    assert hands.shown_mask()[80, 120]


def test_what_was_accepted_is_selected_so_delete_never_hits_an_older_one(hands):
    add_category(hands, "disc")
    accept_disc(hands, 50)
    (older,) = instances(hands)
    selection = hands.window.workspace.selection
    selection.select([older.id])
    accept_disc(hands, 120)
    (newer,) = (instance for instance in instances(hands) if instance.id != older.id)
    assert selection.instance_ids == {newer.id}
    hands.key(Qt.Key.Key_Delete)
    assert instances(hands) == [older]


def test_click_outside_the_image_says_so(hands):
    canvas = hands.window.canvas
    hands.qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert "outside" in hands.window.status.currentMessage()
    assert not hands.window.workspace.session.is_pending


def test_empty_box_says_so(hands):
    hands.key(Qt.Key.Key_B)
    for _ in range(8):
        hands.window.canvas.zoom_by_steps(1)
    position = hands.at(120, 80)
    hands.qtbot.mousePress(hands.window.canvas, Qt.MouseButton.LeftButton, pos=position)
    hands.qtbot.mouseMove(hands.window.canvas, position + type(position)(40, 0))
    hands.qtbot.mouseRelease(hands.window.canvas, Qt.MouseButton.LeftButton, pos=position + type(position)(40, 0))
    assert "empty" in hands.window.status.currentMessage()
    assert not hands.window.workspace.session.is_pending


def test_select_delete_undo_redo(hands, qtbot):
    add_category(hands, "disc")
    for x in (50, 120):
        hands.click(x, 80)
        hands.wait_mask()
        hands.key(Qt.Key.Key_Return)
    before = instances(hands)
    layer = hands.window.layer
    qtbot.waitUntil(lambda: all(layer.shape_of(i.id) is not None for i in before))
    hands.key(Qt.Key.Key_S)
    hands.click(120, 80)
    assert hands.window.workspace.selection.instance_ids == {before[1].id}
    hands.key(Qt.Key.Key_Delete)
    assert instances(hands) == before[:1]
    hands.undo()
    assert instances(hands) == before
    hands.redo()
    assert instances(hands) == before[:1]


def test_digit_changes_the_category_of_selected_instances(hands, qtbot):
    add_category(hands, "cat")
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_Return)
    add_category(hands, "dog")
    (instance,) = instances(hands)
    hands.window.workspace.selection.select([instance.id])
    hands.key(Qt.Key.Key_2)
    assert hands.window.workspace.model.document.categories[instances(hands)[0].category_id].name == "dog"
    hands.undo()
    assert hands.window.workspace.model.document.categories[instances(hands)[0].category_id].name == "cat"


def test_list_selection_and_canvas_selection_are_one(hands):
    add_category(hands, "disc")
    for x in (50, 120):
        hands.click(x, 80)
        hands.wait_mask()
        hands.key(Qt.Key.Key_Return)
    view, list_model = hands.window.instances.view, hands.window.instances.list_model
    view.setCurrentIndex(list_model.index(1))
    assert hands.window.workspace.selection.instance_ids == {list_model.instance_id(1)}
    hands.window.workspace.selection.select([list_model.instance_id(0)])
    assert [index.row() for index in view.selectionModel().selectedIndexes()] == [0]


def test_canvas_paints_the_accepted_mask_in_its_colour(hands, qtbot):
    add_category(hands, "disc")
    hands.click(50, 80)
    hands.wait_mask()
    before = hands.window.canvas.grab().toImage()
    mask = hands.window.workspace.session.shown.mask.to_mask()
    hands.key(Qt.Key.Key_Return)
    (instance,) = instances(hands)
    qtbot.waitUntil(lambda: hands.window.layer.shape_of(instance.id) is not None)
    shape = hands.window.layer.shape_of(instance.id)
    assert np.array_equal(shape_mask(shape, mask.shape), mask)
    inside, outside = hands.at(50, 72), hands.at(120, 80)
    qtbot.waitUntil(lambda: hands.window.canvas.grab().toImage().pixel(inside) != before.pixel(inside))
    assert hands.window.canvas.grab().toImage().pixel(outside) == before.pixel(outside)
