"""How much memory undo takes: the oldest steps go beyond a limit, and nothing else is forgotten with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotator.core.dataset import Dataset
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.edits import ChangeImage, ChangeInstance, RemoveInstances
from annotator.core.geometry import RunLengths
from annotator.gui.document_model import DocumentModel
from annotator.gui.undo_stack import UNDO_BYTES
from tests.gui.test_annotating import add_category

PATH = Path("x.json")


def noise(seed: int) -> RunLengths:
    return RunLengths.from_mask(np.random.default_rng(seed).random((200, 200)) < 0.5)


@pytest.fixture
def model(qapp) -> DocumentModel:
    document = Document(Path())
    document.put(Category(1, "a"))
    document.put(ImageRecord(1, "a.png", 200, 200))
    document.put(Instance(1, 1, 1, noise(0)))
    model = DocumentModel()
    model.open(Dataset(document, PATH))
    return model


def change(model: DocumentModel, seed: int) -> None:
    (instance,) = model.document.instances.values()
    model.push(ChangeInstance(instance, instance.with_mask(noise(seed))), f"stroke {seed}")


def test_beyond_the_limit_the_oldest_go_and_the_rest_is_undone_exactly(model, qtbot):
    change(model, 1)
    stack = model.undo_stack
    stack.limit = 5 * stack.nbytes
    with qtbot.waitSignals([stack.forgot], order="strict"):
        for seed in range(2, 11):
            change(model, seed)
    assert stack.nbytes <= stack.limit
    kept = stack.count()
    assert 3 <= kept <= 5
    for seed in range(9, 9 - kept, -1):
        model.undo()
        assert model.document.instances[1].mask == noise(seed)
    assert not stack.canUndo()
    model.undo()
    while stack.canRedo():
        model.redo()
    assert model.document.instances[1].mask == noise(10)


def test_within_the_limit_nothing_goes(model, qtbot):
    with qtbot.assertNotEmitted(model.undo_stack.forgot):
        for seed in range(1, 200):
            change(model, seed)
    assert model.undo_stack.count() == 199
    assert model.undo_stack.nbytes < UNDO_BYTES


def test_the_newest_stays_whatever_it_takes(model):
    model.undo_stack.limit = 10
    change(model, 1)
    change(model, 2)
    assert model.undo_stack.count() == 1
    model.undo()
    assert model.document.instances[1].mask == noise(1)


def test_unsaved_is_right_when_the_saved_state_is_out_of_reach(model):
    model.undo_stack.limit = 10
    assert model.is_saved
    change(model, 1)
    change(model, 2)  # the first is forgotten: what is in the file cannot be reached any more
    model.undo()
    assert not model.undo_stack.canUndo()
    assert not model.is_saved
    model.mark_saved(model.state, PATH)
    model.redo()
    assert not model.is_saved
    model.undo()
    assert model.is_saved


def test_steps_that_cannot_be_redone_any_more_give_their_memory_back(model):
    change(model, 1)
    one = model.undo_stack.nbytes
    change(model, 2)
    model.undo()
    model.undo()
    change(model, 3)
    assert model.undo_stack.count() == 1
    assert model.undo_stack.nbytes == pytest.approx(one, rel=0.1)
    model.undo_stack.clear()
    assert model.undo_stack.nbytes == 0


def test_what_is_typed_is_counted_once(model):
    image = model.document.images[1]
    for text in ("n", "no", "not"):
        after = replace(image, note=text)
        model.push(ChangeImage(image, after), "note", typing="note")
        image = after
    assert model.undo_stack.count() == 1
    assert model.undo_stack.nbytes < 5_000
    model.undo()
    assert model.document.images[1].note == ""
    assert model.undo_stack.canRedo()


def test_a_deleted_instance_comes_back_whole(model):
    instance = model.document.instances[1]
    model.push(RemoveInstances((instance,)), "delete")
    model.undo()
    assert model.document.instances[1] == instance


def test_it_is_told_once_in_the_status_bar(hands):
    status, stack = hands.window.status, hands.window.workspace.model.undo_stack
    add_category(hands, "cat")
    assert not status.currentMessage()
    stack.limit = 10
    add_category(hands, "dog")
    assert "no longer be undone" in status.currentMessage()
    status.clearMessage()
    add_category(hands, "bird")
    assert not status.currentMessage()
    hands.undo()
    assert [c.name for c in hands.window.workspace.model.document.categories.values()] == ["cat", "dog"]
    assert not hands.window.actions_.undo.isEnabled()
