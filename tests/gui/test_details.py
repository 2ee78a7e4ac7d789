"""The details of the selected instances: attributes, review, group and crowd."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.core import coco
from annotator.core.document import Review, ReviewState
from annotator.core.edits import ChangeCategory, RemoveInstances
from tests.gui.details_work import (
    AGE,
    HIDDEN,
    NAME,
    POSE,
    choose,
    field,
    instance,
    panel,
    people,
    select,
    settle,
    type_into,
)

__all__ = ["people"]


# -- attributes --------------------------------------------------------------------------------------------------------


def test_every_kind_has_its_field_and_goes_into_the_file(people):
    select(people, 1)
    field(people, "hidden").setFocus()
    people.qtbot.keyClick(field(people, "hidden"), Qt.Key.Key_Space)
    choose(people, field(people, "pose"), "stands")
    type_into(people, field(people, "age"), "41.5")
    type_into(people, field(people, "name"), "李雷")
    wanted = {"hidden": True, "pose": "stands", "age": 41.5, "name": "李雷"}
    assert instance(people).attributes == wanted
    assert instance(people, 2).attributes == {}
    path = people.save()
    (record, *_) = json.loads(path.read_bytes())["annotations"]
    assert record["annotator"]["attributes"] == wanted
    assert coco.read(path).instances[1].attributes == wanted


def test_a_text_typed_in_one_go_is_undone_as_one(people):
    model = people.window.workspace.model
    select(people, 1)
    count = model.undo_stack.count()
    type_into(people, field(people, "name"), "Anna")
    assert model.undo_stack.count() == count + 1
    people.window.canvas.setFocus()
    type_into(people, field(people, "name"), "Berta")
    assert model.undo_stack.count() == count + 2
    model.undo()
    settle(people)
    assert (instance(people).attributes, field(people, "name").text()) == ({"name": "Anna"}, "Anna")
    model.undo()
    settle(people)
    assert (instance(people).attributes, field(people, "name").text()) == ({}, "")
    model.redo()
    model.redo()
    assert instance(people).attributes == {"name": "Berta"}


def test_typing_after_a_save_is_not_on_disk(people):
    model = people.window.workspace.model
    select(people, 1)
    type_into(people, field(people, "name"), "An")
    path = people.save()
    people.qtbot.waitUntil(lambda: model.is_saved)
    field(people, "name").setFocus()
    field(people, "name").end(False)
    people.qtbot.keyClicks(field(people, "name"), "na")
    assert not model.is_saved
    model.undo()
    assert not model.is_saved
    assert coco.read(path).instances[1].attributes == {"name": "An"}


def test_an_emptied_field_leaves_no_value(people):
    select(people, 1)
    type_into(people, field(people, "age"), "7")
    field(people, "age").selectAll()
    people.qtbot.keyClick(field(people, "age"), Qt.Key.Key_Delete)
    choose(people, field(people, "pose"), "sits")
    choose(people, field(people, "pose"), "\N{EN DASH}")
    assert instance(people).attributes == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [("-3", -3), ("1e3", 1000), ("0.25", 0.25), ("12", 12), ("99999999999999999999", 1e20), ("-", None), ("x", None)],
)
def test_numbers(people, text, value):
    select(people, 1)
    type_into(people, field(people, "age"), text)
    people.window.canvas.setFocus()
    settle(people)
    found = instance(people).attributes.get("age")
    assert found == value
    assert isinstance(found, bool) is False
    if value is None:
        assert field(people, "age").text() == ""


def test_several_instances_change_together_and_keep_what_they_do_not_share(people):
    select(people, 2)
    type_into(people, field(people, "name"), "Eve")
    select(people, 1, 2)
    assert field(people, "name").text() == ""
    assert field(people, "name").placeholderText() == "mixed"
    people.qtbot.keyClick(field(people, "hidden"), Qt.Key.Key_Space)
    settle(people)
    assert [instance(people, i).attributes for i in (1, 2)] == [{"hidden": True}, {"name": "Eve", "hidden": True}]
    people.window.workspace.model.undo()
    assert [instance(people, i).attributes for i in (1, 2)] == [{}, {"name": "Eve"}]
    type_into(people, field(people, "age"), "44")
    assert [instance(people, i).attributes for i in (1, 2)] == [{"age": 44}, {"name": "Eve", "age": 44}]
    people.window.workspace.model.undo()
    assert [instance(people, i).attributes for i in (1, 2)] == [{}, {"name": "Eve"}]


def test_a_flag_of_which_some_are_set_shows_a_dash_and_is_then_set(people):
    select(people, 1)
    people.qtbot.keyClick(field(people, "hidden"), Qt.Key.Key_Space)
    select(people, 1, 2)
    flag = field(people, "hidden")
    assert flag.checkState() is Qt.CheckState.PartiallyChecked
    people.qtbot.keyClick(flag, Qt.Key.Key_Space)
    settle(people)
    assert [instance(people, i).attributes for i in (1, 2)] == [{"hidden": True}, {"hidden": True}]
    assert flag.checkState() is Qt.CheckState.Checked


def test_instances_of_two_categories_have_what_both_define(people):
    select(people, 1, 3)
    assert list(panel(people).form.fields) == ["age"]
    assert not panel(people).define.isVisible()
    select(people, 3)
    assert panel(people).define.isVisible()


def test_values_that_do_not_fit_are_shown_and_stay(people):
    model = people.window.workspace.model
    odd = {"hidden": "perhaps", "pose": "lies", "age": [1, 2], "name": 5, "colour": "red"}
    model.document.put(replace(instance(people), attributes=odd))
    select(people, 1)
    assert field(people, "hidden").checkState() is Qt.CheckState.PartiallyChecked
    assert (field(people, "pose").currentIndex(), field(people, "pose").placeholderText()) == (-1, "lies")
    assert field(people, "age").placeholderText() == "[1, 2]"
    assert field(people, "name").placeholderText() == "5"
    assert panel(people).others.text() == "colour: red"
    field(people, "name").setFocus()
    people.window.canvas.setFocus()
    assert instance(people).attributes == odd


def test_a_flag_that_a_file_gives_as_a_number_can_be_set_and_taken_back(people):
    people.window.workspace.model.document.put(replace(instance(people), attributes={"hidden": 1}))
    select(people, 1)
    seen = []
    for _ in range(2):
        people.qtbot.keyClick(field(people, "hidden"), Qt.Key.Key_Space)
        settle(people)
        seen.append(instance(people).attributes["hidden"])
    assert seen[0] is True
    assert seen[1] is False


def test_long_names_do_not_widen_the_panel(people):
    model = people.window.workspace.model
    long = tuple(replace(attribute, name=attribute.name * 30) for attribute in (HIDDEN, POSE, AGE, NAME))
    category = model.document.categories[1]
    model.push(ChangeCategory(category, replace(category, name="person" * 30, attributes=long)), "test")
    select(people, 1)
    people.qtbot.waitUntil(lambda: panel(people).form.width() > 0)
    assert panel(people)._fields.minimumSizeHint().width() < 240
    assert panel(people).minimumSizeHint().width() < 240
    assert field(people, "age" * 30).toolTip() == "age" * 30


def test_the_wheel_changes_nothing(people):
    select(people, 1)
    for combo in (field(people, "pose"), panel(people).review.state):
        place = QPointF(combo.rect().center())
        event = QWheelEvent(
            place,
            combo.mapToGlobal(place),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(combo, event)
    settle(people)
    assert (instance(people).attributes, instance(people).review) == ({}, None)


def test_return_and_escape_give_the_keyboard_back_to_the_canvas(people):
    select(people, 1)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Escape):
        field(people, "name").setFocus()
        QTest.keyClick(field(people, "name"), key)
        assert QApplication.focusWidget() is people.window.canvas


def test_tab_goes_through_the_fields_in_their_order(people):
    select(people, 3)
    select(people, 1)
    panel(people).define.setFocus()
    passed = []
    for _ in range(6):
        people.qtbot.keyClick(people.window.focusWidget(), Qt.Key.Key_Tab)
        passed.append(people.window.focusWidget())
    fields = [field(people, name) for name in ("hidden", "pose", "age", "name")]
    assert passed == [*fields, panel(people).review.state, panel(people).group]


def test_letters_in_a_field_are_no_shortcuts(people):
    people.window.actions_.select_tool.trigger()
    select(people, 1)
    type_into(people, field(people, "name"), "bprw dva")
    assert instance(people).attributes == {"name": "bprw dva"}
    assert people.window.tool_name == "select"


def test_locked_instances_cannot_be_changed(people):
    view_state = people.window.workspace.selection.view_state
    select(people, 1)
    view_state.set_locked([1], True)
    settle(people)
    assert not field(people, "name").isEnabled()
    select(people, 1, 2)
    type_into(people, field(people, "name"), "x")
    assert [instance(people, i).attributes for i in (1, 2)] == [{}, {"name": "x"}]
    assert "locked" in people.window.status.currentMessage()


def test_what_is_refused_does_not_stay_in_the_field(people):
    model = people.window.workspace.model
    select(people, 1)
    model.freeze("Only to look at.")
    type_into(people, field(people, "name"), "x")
    assert (instance(people).attributes, field(people, "name").text()) == ({}, "")
    assert people.window.status.currentMessage() == "Only to look at."


def test_what_is_shown_goes_when_nothing_is_selected(people):
    select(people, 1)
    assert panel(people).form.isVisible()
    assert panel(people).subject.text() == "person, no. 1"
    people.window.workspace.model.undo()  # the instances are gone
    settle(people)
    assert not panel(people).form.isVisible()
    assert panel(people).subject.text() == ""


# -- review, group, crowd ----------------------------------------------------------------------------------------------


def test_a_rejected_instance_says_why(people):
    select(people, 1)
    review = panel(people).review
    assert not review.comment.isVisible()
    choose(people, review.state, "Rejected")
    # The way there with the arrow keys went over the others.
    assert instance(people).review == Review(ReviewState.REJECTED)
    type_into(people, review.comment, "too rough")
    assert instance(people).review == Review(ReviewState.REJECTED, "too rough")
    assert coco.read(people.save()).instances[1].review == Review(ReviewState.REJECTED, "too rough")
    choose(people, review.state, "Accepted")
    assert instance(people).review == Review(ReviewState.ACCEPTED)
    assert not review.comment.isVisible()


def test_group_and_crowd(people):
    select(people, 1, 2)
    type_into(people, panel(people).group, "12")
    panel(people).crowd.setFocus()
    people.qtbot.keyClick(panel(people).crowd, Qt.Key.Key_Space)
    settle(people)
    assert [(instance(people, i).group, instance(people, i).iscrowd) for i in (1, 2, 3)] == [
        (12, True),
        (12, True),
        (None, False),
    ]
    panel(people).group.clear()
    settle(people)
    assert instance(people, 2).group is None


def test_the_place_in_the_order_counts_instances_that_come_and_go(people):
    model = people.window.workspace.model
    select(people, 1)
    assert panel(people).place.text() == "3 of 3"
    model.push(RemoveInstances((model.document.instances[3],)), "")
    settle(people)
    assert panel(people).place.text() == "2 of 2"
    people.undo()
    settle(people)
    assert panel(people).place.text() == "3 of 3"


def test_the_place_in_the_order_follows_the_buttons(people):
    select(people, 1)
    assert panel(people).place.text() == "3 of 3"
    people.window.instances.arrange.bring_to_front.trigger()
    settle(people)
    assert panel(people).place.text() == "1 of 3"
