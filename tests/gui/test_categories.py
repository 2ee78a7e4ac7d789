"""Categories: adding, renaming, colours, order, merging and deleting, by hand on the panel."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QDropEvent
from PySide6.QtWidgets import QApplication, QColorDialog, QDialog, QDialogButtonBox, QLineEdit

from annotator.core.document import Category, Instance, StoredProposal
from annotator.core.edits import AddInstance, ReplaceProposals
from annotator.core.geometry import RunLengths
from annotator.gui.dialogs.category_properties import CategoryPropertiesDialog
from annotator.gui.dialogs.merge_categories import MergeCategoriesDialog
from annotator.gui.dialogs.remove_category import RemoveCategoryDialog
from annotator.gui.palette import category_color
from annotator.gui.panels.category_rows import CATEGORY_ROW_ROLE
from tests.gui.annotating import add_category
from tests.gui.conftest import Hands

ALT = Qt.KeyboardModifier.AltModifier
RETURN = Qt.Key.Key_Return


@pytest.fixture
def cats(hands) -> Hands:
    """Hands on a document with the categories cat, dog, bird, of which dog is the current one."""
    for name in ("cat", "dog", "bird"):
        add_category(hands, name)
    hands.window.workspace.selection.set_category(2)
    hands.window.categories.view.setFocus()
    return hands


def document(hands: Hands):
    return hands.window.workspace.model.document


def by_id(hands: Hands) -> dict[int, str]:
    return {category.id: category.name for category in document(hands).categories.values()}


def rows(hands: Hands) -> list[tuple[str, str, int]]:
    """Hotkey, name and count of each row, once the list has caught up."""
    QApplication.processEvents()
    model = hands.window.categories.list_model
    found = [model.index(row).data(CATEGORY_ROW_ROLE) for row in range(model.rowCount())]
    return [(row.hotkey, row.category.name, row.count) for row in found]


def put_instance(hands: Hands, category_id: int, image_id: int = 1) -> Instance:
    model = hands.window.workspace.model
    image = model.document.images[image_id]
    mask = RunLengths.from_coco([[1, 1, 9, 1, 9, 9]], image.height, image.width)
    instance = Instance(model.document.take_id(Instance), image_id, category_id, mask)
    model.push(AddInstance(instance), "add")
    return instance


def put_proposal(hands: Hands, category_id: int) -> StoredProposal:
    model = hands.window.workspace.model
    image = model.document.images[2]
    mask = RunLengths.from_coco([[1, 1, 9, 1, 9, 9]], image.height, image.width)
    proposal = StoredProposal(model.document.take_id(StoredProposal), 2, category_id, mask, score=0.5)
    model.push(ReplaceProposals((), (proposal,)), "propose")
    return proposal


def key(hands: Hands, key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    hands.qtbot.keyClick(hands.window.categories.view, key, modifiers)


def opened(hands: Hands, kind: type) -> QDialog:
    hands.qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), kind))
    return QApplication.activeModalWidget()


def is_shown_as_refused(hands: Hands, words: str) -> bool:
    return words in hands.window.status.currentMessage()


# -- adding and renaming -----------------------------------------------------------------------------------------------


def test_rows_have_hotkeys_names_and_counts(cats):
    put_instance(cats, 2)
    put_instance(cats, 2, image_id=3)
    assert rows(cats) == [("1", "cat", 0), ("2", "dog", 2), ("3", "bird", 0)]
    for number in range(8):
        add_category(cats, f"c{number}")
    assert [hotkey for hotkey, _, _ in rows(cats)] == [*"123456789", "", ""]
    text = cats.window.categories.list_model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text.startswith("dog, 2 ")
    assert text.endswith(", key 2")


def test_an_added_category_becomes_the_current_row(cats):
    add_category(cats, " 鱼 ")
    assert by_id(cats)[4] == "鱼"
    assert cats.window.categories.view.currentIndex().data() == "鱼"
    assert cats.window.categories.name_field.text() == ""


def test_a_name_that_exists_is_refused_and_its_category_chosen(cats):
    field = cats.window.categories.name_field
    field.setFocus()
    cats.qtbot.keyClicks(field, "cat")
    cats.qtbot.keyClick(field, RETURN)
    assert len(by_id(cats)) == 3
    assert is_shown_as_refused(cats, '"cat" already')
    assert cats.window.workspace.selection.category_id == 1
    assert field.text() == "cat"  # to be corrected
    field.setText("  ")
    cats.qtbot.keyClick(field, RETURN)
    assert len(by_id(cats)) == 3
    assert is_shown_as_refused(cats, "needs a name")


def rename(hands: Hands, name: str, end=RETURN) -> None:
    key(hands, Qt.Key.Key_F2)
    editor = hands.window.categories.view.findChild(QLineEdit)
    assert editor is QApplication.focusWidget()
    editor.selectAll()
    hands.qtbot.keyClicks(editor, name)
    end_editing(hands, editor, end)


def end_editing(hands: Hands, editor: QLineEdit, end=RETURN) -> None:
    hands.qtbot.keyClick(editor, end)
    hands.qtbot.waitUntil(lambda: hands.window.categories.view.findChild(QLineEdit) is None)  # Qt does it later


def test_rename_in_place(cats):
    rename(cats, "wolf 1d")
    assert by_id(cats) == {1: "cat", 2: "wolf 1d", 3: "bird"}
    assert cats.window.categories.view.currentIndex().data() == "wolf 1d"
    cats.undo()
    assert by_id(cats)[2] == "dog"
    assert rows(cats)[1][1] == "dog"


@pytest.mark.parametrize(("name", "says"), [("bird", '"bird" already'), (" ", "needs a name")])
def test_rename_to_what_cannot_be_is_refused(cats, name, says):
    rename(cats, name)
    assert by_id(cats)[2] == "dog"
    assert is_shown_as_refused(cats, says)


def test_escape_leaves_the_name(cats):
    rename(cats, "wolf", end=Qt.Key.Key_Escape)
    assert by_id(cats)[2] == "dog"


def test_after_renaming_the_keyboard_goes_back_to_the_canvas(cats):
    cats.window.canvas.setFocus()
    view = cats.window.categories.view
    place = view.visualRect(view.currentIndex()).center()
    cats.qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    cats.qtbot.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    editor = view.findChild(QLineEdit)
    cats.qtbot.keyClicks(editor, "wolf")
    end_editing(cats, editor)
    assert by_id(cats)[2] == "wolf"
    assert QApplication.focusWidget() is cats.window.canvas


# -- colour and properties ---------------------------------------------------------------------------------------------


def test_recolour(cats):
    cats.window.categories.recolor.trigger()
    dialog = opened(cats, QColorDialog)
    dialog.setCurrentColor(QColor("#123456"))
    dialog.accept()
    assert document(cats).categories[2].color == "#123456"
    assert document(cats).categories[1].color != "#123456"
    cats.undo()
    assert document(cats).categories[2].color != "#123456"


def test_properties_change_all_in_one_edit(cats):
    before = document(cats).categories[2]
    key(cats, RETURN, ALT)
    dialog = opened(cats, CategoryPropertiesDialog)
    dialog.name.setText("wolf ")
    dialog.supercategory.setText(" animal")
    dialog._show_color(QColor("#abcdef"))
    dialog.accept()
    assert document(cats).categories[2] == Category(2, "wolf", "animal", "#abcdef")
    cats.undo()
    assert document(cats).categories[2] == before


def test_properties_say_at_once_why_a_name_cannot_be(cats):
    key(cats, RETURN, ALT)
    dialog = opened(cats, CategoryPropertiesDialog)
    ok = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    for name, is_possible in (("cat", False), ("", False), ("wolf", True), ("dog", True)):
        dialog.name.setText(name)
        assert ok.isEnabled() is is_possible
        assert dialog.problem.isHidden() is is_possible
    dialog.reject()
    assert by_id(cats)[2] == "dog"


def test_properties_left_alone_change_nothing(cats):
    edits = cats.window.workspace.model.undo_stack.count()
    key(cats, RETURN, ALT)
    opened(cats, CategoryPropertiesDialog).accept()
    assert cats.window.workspace.model.undo_stack.count() == edits


# -- order -------------------------------------------------------------------------------------------------------------


def test_moving_changes_hotkeys_and_the_saved_order_but_no_ids(cats):
    key(cats, Qt.Key.Key_Up, ALT)
    assert [name for _, name, _ in rows(cats)] == ["dog", "cat", "bird"]
    key(cats, Qt.Key.Key_Up, ALT)  # it is the first already
    for _ in range(3):
        key(cats, Qt.Key.Key_Down, ALT)
    assert rows(cats) == [("1", "cat", 0), ("2", "bird", 0), ("3", "dog", 0)]
    assert cats.window.categories.view.currentIndex().data() == "dog"
    saved = json.loads(cats.save().read_text("utf-8"))["categories"]
    assert [(category["id"], category["name"]) for category in saved] == [(1, "cat"), (3, "bird"), (2, "dog")]
    cats.key(Qt.Key.Key_2)
    assert cats.window.workspace.selection.category_id == 3
    for _ in range(3):
        cats.undo()
    assert list(by_id(cats)) == [1, 2, 3]
    assert [name for _, name, _ in rows(cats)] == ["cat", "dog", "bird"]


@pytest.mark.parametrize(
    ("row", "onto", "part", "order"),
    [
        (0, 2, 0.8, [2, 3, 1]),
        (2, 0, 0.2, [3, 1, 2]),
        (0, 1, 0.8, [2, 1, 3]),
        (0, 2, 0.2, [2, 1, 3]),
        (0, 9, 0, [2, 3, 1]),
    ],
)
def test_dropping_puts_a_category_where_it_was_dropped(cats, row, onto, part, order):
    view = cats.window.categories.view
    view.setCurrentIndex(view.model().index(row, 0))
    place = QPointF(30, (onto + part) * view.rowHeight(0))
    mime = view.model().mimeData([view.currentIndex()])
    none = Qt.KeyboardModifier.NoModifier
    view.dropEvent(QDropEvent(place, Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton, none))
    assert list(by_id(cats)) == order
    assert [name for _, name, _ in rows(cats)] == [by_id(cats)[i] for i in order]


# -- merging and deleting ----------------------------------------------------------------------------------------------


def test_merging_moves_instances_and_proposals_of_all_images_in_one_edit(cats):
    moved = [put_instance(cats, 2), put_instance(cats, 2, image_id=3)]
    stays, proposal = put_instance(cats, 3), put_proposal(cats, 2)
    before = document(cats).snapshot()
    cats.window.categories.merge.trigger()
    dialog = opened(cats, MergeCategoriesDialog)
    assert [dialog.choice.itemText(i) for i in range(dialog.choice.count())] == ["cat", "bird"]
    dialog.choice.setCurrentIndex(0)
    dialog.accept()
    assert by_id(cats) == {1: "cat", 3: "bird"}
    for instance in moved:
        assert document(cats).instances[instance.id] == replace(instance, category_id=1)
    assert document(cats).instances[stays.id] == stays
    assert document(cats).proposals[proposal.id] == replace(proposal, category_id=1)
    assert cats.window.workspace.selection.category_id == 1
    cats.window.workspace.model.undo()
    assert document(cats).categories == before.categories
    assert list(document(cats).categories) == [1, 2, 3]
    assert document(cats).instances == before.instances
    assert document(cats).proposals == before.proposals


def test_an_unused_category_is_deleted_at_once(cats):
    key(cats, Qt.Key.Key_Delete)
    assert QApplication.activeModalWidget() is None
    assert by_id(cats) == {1: "cat", 3: "bird"}
    cats.undo()
    assert list(by_id(cats)) == [1, 2, 3]


def test_deleting_a_used_category_asks_and_can_move_its_instances(cats):
    instance = put_instance(cats, 2)
    key(cats, Qt.Key.Key_Delete)
    dialog = opened(cats, RemoveCategoryDialog)
    dialog.reject()
    assert by_id(cats)[2] == "dog"
    key(cats, Qt.Key.Key_Delete)
    dialog = opened(cats, RemoveCategoryDialog)
    assert dialog.move_them.isChecked()
    dialog.choice.setCurrentIndex(1)
    dialog.accept()
    assert by_id(cats) == {1: "cat", 3: "bird"}
    assert document(cats).instances[instance.id].category_id == 3


def delete_with_instances(hands: Hands) -> None:
    key(hands, Qt.Key.Key_Delete)
    dialog = opened(hands, RemoveCategoryDialog)
    dialog.delete_them.setChecked(True)
    assert not dialog.choice.isEnabled()
    dialog.accept()


def test_deleting_a_used_category_can_delete_its_instances_in_one_edit(cats):
    gone, stays = put_instance(cats, 2), put_instance(cats, 1)
    put_proposal(cats, 2)
    before = document(cats).snapshot()
    delete_with_instances(cats)
    assert by_id(cats) == {1: "cat", 3: "bird"}
    assert document(cats).instances == {stays.id: stays}
    assert not document(cats).proposals
    cats.window.workspace.model.undo()
    assert document(cats).instances == before.instances
    assert document(cats).proposals == before.proposals
    assert gone.id in document(cats).instances


def test_locked_instances_are_not_deleted_with_their_category(cats):
    instance = put_instance(cats, 2)
    cats.window.workspace.selection.view_state.set_locked([instance.id], True)
    delete_with_instances(cats)
    assert by_id(cats)[2] == "dog"
    assert list(document(cats).instances) == [instance.id]
    assert is_shown_as_refused(cats, "locked")


def test_the_last_category_in_use_can_only_go_with_its_instances(hands):
    add_category(hands, "only")
    put_instance(hands, 1)
    hands.window.categories.view.setFocus()
    assert not hands.window.categories.merge.isEnabled()
    key(hands, Qt.Key.Key_Delete)
    dialog = opened(hands, RemoveCategoryDialog)
    assert not dialog.move_them.isEnabled()
    dialog.accept()
    assert not by_id(hands)
    assert not document(hands).instances
    assert not hands.window.categories.remove.isEnabled()


def test_ids_of_deleted_categories_are_not_given_again(cats):
    cats.window.workspace.selection.set_category(3)
    key(cats, Qt.Key.Key_Delete)
    add_category(cats, "fish")
    assert by_id(cats) == {1: "cat", 2: "dog", 4: "fish"}


def test_categories_of_a_file_without_colours_have_the_palettes(cats):
    cats.window.workspace.model.document.put(Category(9, "plain"))
    assert category_color(document(cats).categories[9]).isValid()
    assert rows(cats)[-1][1] == "plain"


def test_the_current_category_stays_in_sight_when_the_list_becomes_lower(hands):
    for number in range(12):
        add_category(hands, f"category {number}")
    panel = hands.window.categories
    hands.window.workspace.selection.set_category(12)
    view = panel.view
    view.setMinimumHeight(0)
    for height in (400, 150, 75):
        view.setFixedHeight(height)
        QApplication.processEvents()
        row = view.visualRect(view.currentIndex())
        assert view.viewport().rect().contains(row)


# -- long lists and menus ----------------------------------------------------------------------------------------------


def test_a_new_category_is_scrolled_to(hands):
    for number in range(40):
        hands.window.workspace.editor.categories.add(f"kind {number}")
    add_category(hands, "the last")
    QApplication.processEvents()
    view = hands.window.categories.view
    assert view.viewport().rect().contains(view.visualRect(view.model().index(40, 0)))


def test_the_right_button_opens_the_menu_of_a_row_and_leaves_the_current_category(cats):
    panel, selection = cats.window.categories, cats.window.workspace.selection
    place = panel.view.visualRect(panel.list_model.index(2)).center()
    cats.qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.RightButton, pos=place)
    panel.view.customContextMenuRequested.emit(place)
    assert selection.category_id == 2
    assert panel.menu.actions()[0].text() == "bird"
    panel.move_up.trigger()
    assert list(by_id(cats).values()) == ["cat", "bird", "dog"]
    assert selection.category_id == 2
    panel.menu.close()
    cats.qtbot.waitUntil(lambda: panel.menu is None)
    panel.move_up.trigger()  # of the current one again
    assert list(by_id(cats).values()) == ["cat", "dog", "bird"]
