"""The dialog that defines the attributes of a category."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialogButtonBox

from annotator.core import coco
from annotator.core.document import Attribute, AttributeKind
from annotator.core.edits import ChangeCategory
from annotator.gui.dialogs.category_properties import CategoryPropertiesDialog
from tests.gui.conftest import Hands
from tests.gui.details_work import (
    AGE,
    HIDDEN,
    LEFT,
    NAME,
    POSE,
    field,
    instance,
    panel,
    people,
    select,
    settle,
    type_into,
)

__all__ = ["people"]


def dialog_of(hands: Hands) -> CategoryPropertiesDialog:
    """The dialog that the panel's button opens."""
    hands.qtbot.mouseClick(panel(hands).define, LEFT)
    (dialog,) = (d for d in hands.window.findChildren(CategoryPropertiesDialog) if d.isVisible())
    return dialog


def ok(hands: Hands, dialog: CategoryPropertiesDialog):
    return dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)


def test_attributes_are_defined_in_the_dialog_and_appear_at_once(people):
    before = people.window.workspace.model.document.snapshot()
    select(people, 3)
    dialog = dialog_of(people)
    people.qtbot.mouseClick(dialog.attributes.add_button, LEFT)
    assert not ok(people, dialog).isEnabled()
    assert "needs a name" in dialog.problem.text()
    row = dialog.attributes.rows[-1]
    assert dialog.focusWidget() is row.name
    people.qtbot.keyClicks(row.name, "age")
    assert "two attributes" in dialog.problem.text()
    people.qtbot.keyClicks(row.name, " of the coat")
    choose_kind(row, AttributeKind.CHOICE)
    assert "commas" in dialog.problem.text()
    row.choices.insert("brown, black，white, brown")
    assert dialog.problem.isHidden()
    people.qtbot.mouseClick(ok(people, dialog), LEFT)
    dog = people.window.workspace.model.document.categories[2]
    coat = Attribute("age of the coat", AttributeKind.CHOICE, ("brown", "black", "white"))
    assert dog.attributes == (AGE, coat)
    settle(people)
    assert field(people, "age of the coat").count() == 4
    with people.qtbot.waitSignal(people.window.workspace.saver.saved) as saved:
        people.window.save()
    assert coco.read(saved.args[0]).categories[2].attributes == (AGE, coat)
    people.window.workspace.model.undo()
    assert people.window.workspace.model.document.categories == before.categories


def choose_kind(row, kind: AttributeKind) -> None:
    row.kind.setCurrentIndex(row.kind.findData(kind))


def test_a_renamed_attribute_takes_the_values_along_and_a_removed_one_leaves_them(people):
    model = people.window.workspace.model
    select(people, 1)
    type_into(people, field(people, "name"), "Anna")
    type_into(people, field(people, "age"), "7")
    dialog = dialog_of(people)
    names = {row.name.text(): row for row in dialog.attributes.rows}
    names["name"].name.setText("first name")
    people.qtbot.mouseClick(names["age"].remove, LEFT)
    people.qtbot.mouseClick(ok(people, dialog), LEFT)
    settle(people)
    assert instance(people).attributes == {"first name": "Anna", "age": 7}
    assert list(panel(people).form.fields) == ["hidden", "pose", "first name"]
    assert panel(people).others.text() == "age: 7"
    model.undo()
    assert instance(people).attributes == {"name": "Anna", "age": 7}
    assert model.document.categories[1].attributes == (HIDDEN, POSE, AGE, NAME)


def test_attributes_are_put_in_another_order_with_the_keyboard_and_it_is_undone(people):
    model = people.window.workspace.model
    select(people, 1)
    dialog = dialog_of(people)
    rows = {row.name.text(): row for row in dialog.attributes.rows}
    first, last = dialog.attributes.rows[0], dialog.attributes.rows[-1]
    assert (first.up.isEnabled(), first.down.isEnabled()) == (False, True)
    assert (last.up.isEnabled(), last.down.isEnabled()) == (True, False)
    rows["name"].kind.setFocus()
    people.qtbot.keyClick(rows["name"].kind, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is rows["name"].up
    for _ in range(3):
        people.qtbot.keyClick(dialog.focusWidget(), Qt.Key.Key_Space)
    # There is no further way up: the keyboard is at the way back.
    assert dialog.focusWidget() is rows["name"].down
    people.qtbot.keyClick(rows["hidden"].down, Qt.Key.Key_Space)
    rows["name"].remove.setFocus()
    people.qtbot.keyClick(rows["name"].remove, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is rows["pose"].name

    def is_shown_in_order() -> bool:
        tops = [row.name.mapTo(dialog, row.name.rect().topLeft()).y() for row in dialog.attributes.rows]
        return tops == sorted(set(tops))

    people.qtbot.waitUntil(is_shown_in_order)
    people.qtbot.mouseClick(ok(people, dialog), LEFT)
    assert model.document.categories[1].attributes == (NAME, POSE, HIDDEN, AGE)
    settle(people)
    assert list(panel(people).form.fields) == ["name", "pose", "hidden", "age"]
    people.window.actions_.undo.trigger()
    assert model.document.categories[1].attributes == (HIDDEN, POSE, AGE, NAME)


def test_what_the_dialog_has_no_field_for_stays(people):
    model = people.window.workspace.model
    odd = Attribute("tone", AttributeKind.CHOICE, ("red, green", "blue"), {"x-hint": 1})
    before = model.document.categories[1]
    model.push(ChangeCategory(before, replace(before, attributes=(odd, NAME))), "test")
    select(people, 1)
    dialog = dialog_of(people)
    dialog.attributes.rows[1].name.setText("nickname")
    people.qtbot.mouseClick(ok(people, dialog), LEFT)
    assert model.document.categories[1].attributes == (odd, replace(NAME, name="nickname"))
