"""How much memory undo takes: the oldest steps go beyond a limit, and nothing else is forgotten with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotator.core import coco
from annotator.core.dataset import Dataset
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.edits import ChangeImage, ChangeInstance, RemoveInstances, Together
from annotator.core.geometry import RunLengths
from annotator.gui.document_model import DocumentModel
from annotator.gui.undo_stack import UNDO_BYTES
from tests.gui.annotating import add_category

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


@pytest.fixture
def crowded(model):
    """The model with so many instances that an edit of all of them is not packed at once; all share one mask."""
    document, pixels = model.document, np.zeros((200, 200), bool)
    pixels[:40] = noise(0).to_mask()[:40]  # ragged enough, and quickly written
    mask = RunLengths.from_mask(pixels)
    for number in range(1, 501):
        document.put(Instance(number, 1, 1, mask))
    return model


def shift(model: DocumentModel, seed: int) -> Together:
    """An edit of all instances: each gets a pixel of its own that it did not have, or loses it."""
    changes = []
    for instance in model.document.instances.values():
        pixel = np.zeros((200, 200), bool)
        pixel[seed, instance.id % 200] = True
        mask = instance.mask.difference(RunLengths.from_mask(pixel))
        changes.append(ChangeInstance(instance, instance.with_mask(mask)))
    return Together(tuple(changes))


def written(model: DocumentModel) -> bytes:
    return coco.to_bytes(model.document, PATH)


def test_a_large_edit_is_packed_when_there_is_time(crowded, qtbot):
    stack = crowded.undo_stack
    edit = shift(crowded, 0)
    crowded.push(edit, "shift")
    assert stack.is_packing
    unpacked, step = stack.nbytes, stack.step_to_undo()
    assert unpacked > sum(len(change.before.mask.counts) for change in edit.edits) / 2
    qtbot.waitUntil(lambda: not stack.is_packing, timeout=10_000)
    assert stack.step_to_undo() is step
    assert stack.nbytes < unpacked / 5
    again = step.packed.unpack(crowded.document, applied=True)
    assert again is not edit
    assert again == edit


@pytest.mark.parametrize("packed_after", ["neither", "undo", "redo"])
def test_a_large_edit_is_undone_and_redone_exactly_whenever_it_is_packed(crowded, qtbot, packed_after):
    stack = crowded.undo_stack
    states = [written(crowded)]
    for seed in range(3):
        crowded.push(shift(crowded, seed), "shift")
        states.append(written(crowded))
    assert not crowded.is_saved
    for _ in range(2):
        for state in reversed(states[:-1]):
            crowded.undo()
            assert written(crowded) == state
        assert crowded.is_saved
        assert not stack.canUndo()
        if packed_after == "undo":
            qtbot.waitUntil(lambda: not stack.is_packing, timeout=10_000)
        for state in states[1:]:
            crowded.redo()
            assert written(crowded) == state
        assert not crowded.is_saved
        assert stack.is_packing == (packed_after != "undo")
        if packed_after == "redo":
            qtbot.waitUntil(lambda: not stack.is_packing, timeout=10_000)
            packed_after = "undo"


def test_what_goes_before_it_is_packed_gives_its_memory_back(crowded, qtbot):
    stack = crowded.undo_stack
    for seed in range(2):
        crowded.push(shift(crowded, seed), "shift")
    crowded.undo()
    one = stack.nbytes
    crowded.undo()
    change_of = crowded.document.instances[1]
    crowded.push(ChangeInstance(change_of, replace(change_of, category_id=1, iscrowd=True)), "crowd")
    assert not stack.is_packing
    assert stack.nbytes < one / 100
    crowded.push(shift(crowded, 0), "shift")
    stack.clear()
    assert (stack.is_packing, stack.nbytes) == (False, 0)


def test_the_limit_holds_while_edits_wait_to_be_packed(crowded, qtbot):
    stack = crowded.undo_stack
    crowded.push(shift(crowded, 0), "shift")
    stack.limit = round(2.5 * stack.nbytes)
    for seed in range(1, 5):
        crowded.push(shift(crowded, seed), "shift")
        assert stack.nbytes <= stack.limit
    kept = stack.count()
    assert kept == 2
    qtbot.waitUntil(lambda: not stack.is_packing, timeout=10_000)
    assert stack.count() == kept
    for seed in range(5, 10):
        crowded.push(shift(crowded, seed), "shift")
        qtbot.waitUntil(lambda: not stack.is_packing, timeout=10_000)
    assert stack.count() == kept + 5  # packed, they have room
    state = written(crowded)
    while stack.canUndo():
        crowded.undo()
    while stack.canRedo():
        crowded.redo()
    assert written(crowded) == state


def test_more_than_was_guessed_is_forgotten_but_not_what_can_be_undone_next(crowded, qtbot):
    stack = crowded.undo_stack
    crowded.push(shift(crowded, 0), "shift")
    crowded.push(shift(crowded, 1), "shift")
    crowded.undo()
    stack.limit = 10
    qtbot.waitUntil(lambda: not stack.is_packing, timeout=10_000)
    assert (stack.count(), stack.index()) == (2, 1)
    crowded.redo()
    assert stack.canUndo()


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
