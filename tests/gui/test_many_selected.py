"""What is done with many selected instances is told once, not once for each of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance, Together
from annotator.core.geometry import RunLengths
from tests.gui.annotating import block

COUNT = 40


@pytest.fixture
def many(hands):
    """Hands on a window with many instances on its image, all of them selected."""
    workspace = hands.window.workspace
    document = workspace.model.document
    category = Category(document.take_id(Category), "thing")
    made = [
        Instance(
            document.take_id(Instance), workspace.image_id, category.id, RunLengths.from_mask(block(n, 4, n + 3, 9))
        )
        for n in range(COUNT)
    ]
    workspace.model.push(Together((AddCategory(category), *map(AddInstance, made))), "test")
    workspace.selection.select([instance.id for instance in made])
    hands.qtbot.wait(50)  # the list has followed
    return hands


def told(hands) -> list[int]:
    """How many are selected, each time that changes from now on."""
    sizes: list[int] = []
    selection = hands.window.workspace.selection
    selection.instances_changed.connect(lambda: sizes.append(len(selection.instance_ids)))
    return sizes


def test_deleting_all_changes_the_selection_once_and_so_does_what_undo_and_redo_do(many):
    workspace, sizes = many.window.workspace, told(many)
    many.key(Qt.Key.Key_Delete)
    assert not workspace.model.document.instances
    assert sizes == [0]
    many.undo()
    assert len(workspace.model.document.instances) == COUNT
    workspace.selection.select(list(workspace.model.document.instances)[: COUNT // 2])
    workspace.model.redo()
    assert sizes == [0, COUNT // 2, 0]
    many.qtbot.wait(50)
    assert not many.window.instances.view.selected_rows()


def test_deleting_some_leaves_the_others_selected(many):
    workspace, sizes = many.window.workspace, told(many)
    ids = sorted(workspace.selection.instance_ids)
    workspace.editor.instances.delete(ids[:10])
    assert sizes == [COUNT - 10]
    assert workspace.selection.instance_ids == set(ids[10:])
    many.qtbot.wait(50)
    assert len(many.window.instances.view.selected_rows()) == COUNT - 10


def test_locking_all_asks_for_no_outline(many):
    outline, asked = many.window.workspace.outline, []
    outline.changed.connect(lambda: asked.append(1))
    many.key(Qt.Key.Key_L)
    assert many.window.workspace.model.document.locked_ids
    assert len(asked) <= 2  # the selection's view of locks has changed, once
