"""The mask actions of the Instance menu, through edit, undo, save and load."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from pycocotools.coco import COCO

from annotator.core import coco
from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance, ChangeInstance, Together
from annotator.core.geometry import RunLengths
from annotator.gui.dialogs.clean_up import CleanUpDialog
from tests.gui.annotating import block


@pytest.fixture
def put(hands):
    """Puts instances with these masks on the first picture and selects them."""
    workspace = hands.window.workspace
    document = workspace.model.document
    category = Category(document.take_id(Category), "thing")
    workspace.model.push(AddCategory(category), "test")

    def put(*masks):
        made = [
            Instance(document.take_id(Instance), workspace.image_id, category.id, RunLengths.from_mask(mask))
            for mask in masks
        ]
        workspace.model.push(Together(tuple(AddInstance(instance) for instance in made)), "test")
        workspace.selection.select([instance.id for instance in made])
        return made

    return put


def done(hands):
    """Waits until the masks are computed."""
    hands.wait_masks()


def act(hands, name):
    getattr(hands.window.actions_, name).trigger()
    done(hands)


def masks(hands):
    return {i: instance.mask.to_mask() for i, instance in hands.window.workspace.model.document.instances.items()}


RING = block(20, 20, 60, 60) & ~block(30, 30, 50, 50)
ISLAND = block(100, 100, 104, 104)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("fill_holes", block(20, 20, 60, 60) | ISLAND), ("remove_islands", RING)],
)
def test_holes_and_islands_go_in_one_edit(hands, put, name, wanted):
    (made,) = put(RING | ISLAND)
    act(hands, name)
    assert np.array_equal(masks(hands)[made.id], wanted)
    hands.undo()
    assert np.array_equal(masks(hands)[made.id], RING | ISLAND)


def test_smoothing_takes_a_speck_away_and_never_the_whole_instance(hands, put):
    big, thin = put(block(20, 20, 60, 60) | block(100, 100, 101, 101), block(5, 5, 200, 6))
    act(hands, "smooth")
    assert not masks(hands)[big.id][100, 100]
    assert masks(hands)[big.id][40, 40]
    assert np.array_equal(masks(hands)[thin.id], block(5, 5, 200, 6))


def test_merging_keeps_the_lowest_id_and_splitting_gives_the_parts_back(hands, put):
    first, second = put(RING, block(100, 20, 120, 40))
    act(hands, "merge")
    assert list(masks(hands)) == [first.id]
    assert np.array_equal(masks(hands)[first.id], RING | block(100, 20, 120, 40))
    act(hands, "split")
    assert {mask.tobytes() for mask in masks(hands).values()} == {RING.tobytes(), block(100, 20, 120, 40).tobytes()}
    assert hands.window.workspace.selection.instance_ids == set(masks(hands))
    hands.undo()
    hands.undo()
    assert {i: mask.sum() for i, mask in masks(hands).items()} == {first.id: RING.sum(), second.id: 400}


def test_what_is_asked_for_meanwhile_follows_in_turn(hands, put):
    first, second = put(RING, block(100, 20, 120, 40))
    for name in ("merge", "fill_holes", "split"):
        getattr(hands.window.actions_, name).trigger()
    assert hands.window.workspace.editor.mask_work.is_busy
    done(hands)
    wanted = {block(20, 20, 60, 60).tobytes(), block(100, 20, 120, 40).tobytes()}
    assert {mask.tobytes() for mask in masks(hands).values()} == wanted
    for _ in range(3):
        hands.undo()
    assert np.array_equal(masks(hands)[first.id], RING)
    assert second.id in masks(hands)


def test_what_is_asked_for_meanwhile_is_for_what_was_selected_then(hands, put):
    first, second = put(RING, block(100, 20, 120, 40) & ~block(105, 25, 110, 30))
    selection = hands.window.workspace.selection
    selection.select([first.id])
    hands.window.actions_.smooth.trigger()
    hands.window.actions_.fill_holes.trigger()
    selection.select([second.id])
    done(hands)
    assert masks(hands)[first.id][40, 40]
    assert np.array_equal(masks(hands)[second.id], second.mask.to_mask())
    assert selection.instance_ids == {second.id}


def test_an_instance_that_changed_meanwhile_is_not_overwritten(hands, put):
    (made,) = put(RING)
    hands.window.actions_.fill_holes.trigger()
    hands.window.workspace.editor.masks.set_mask(made, RunLengths.from_mask(ISLAND), "test")
    done(hands)
    assert np.array_equal(masks(hands)[made.id], ISLAND)
    assert "changed meanwhile" in hands.window.status.currentMessage()


def test_an_instance_that_is_locked_meanwhile_stays(hands, put):
    (made,) = put(RING)
    hands.window.actions_.fill_holes.trigger()
    hands.window.workspace.selection.view_state.set_locked([made.id], True)
    done(hands)
    assert np.array_equal(masks(hands)[made.id], RING)


def test_the_lowest_loses_what_the_others_cover(hands, put):
    lowest, upper = put(block(20, 20, 60, 60), block(40, 20, 80, 60))
    act(hands, "subtract")
    assert np.array_equal(masks(hands)[lowest.id], block(20, 20, 40, 60))
    assert np.array_equal(masks(hands)[upper.id], block(40, 20, 80, 60))


def test_an_instance_that_the_others_cover_is_not_lost(hands, put):
    lowest, _ = put(block(40, 20, 60, 60), block(20, 20, 80, 60))
    act(hands, "subtract")
    assert np.array_equal(masks(hands)[lowest.id], block(40, 20, 60, 60))
    assert "nothing would be left" in hands.window.status.currentMessage()


@pytest.mark.parametrize("lock", [True, False])
def test_what_is_subtracted_may_be_locked_or_hidden_because_it_stays(hands, put, lock):
    lowest, upper = put(block(20, 20, 60, 60), block(40, 20, 80, 60))
    view_state = hands.window.workspace.selection.view_state
    (view_state.set_locked if lock else view_state.set_hidden)([upper.id], True)
    hands.window.workspace.selection.select([lowest.id, upper.id])
    act(hands, "subtract")
    assert np.array_equal(masks(hands)[lowest.id], block(20, 20, 40, 60))
    assert np.array_equal(masks(hands)[upper.id], block(40, 20, 80, 60))


@pytest.mark.parametrize("name", ["merge", "subtract"])
def test_one_instance_is_not_enough(hands, put, name):
    put(RING)
    act(hands, name)
    assert "two or more" in hands.window.status.currentMessage()


@pytest.mark.parametrize("name", ["fill_holes", "remove_islands", "merge", "subtract", "split"])
def test_locked_instances_stay(hands, put, name):
    made = put(RING | ISLAND, block(20, 20, 25, 25))
    before = masks(hands)
    hands.window.workspace.selection.view_state.set_locked([i.id for i in made], True)
    act(hands, name)
    assert before.keys() == masks(hands).keys()
    assert all(np.array_equal(mask, before[i]) for i, mask in masks(hands).items())
    assert "locked" in hands.window.status.currentMessage()


def test_holes_and_parts_are_exact_through_edit_save_and_load(hands, put):
    put(RING, ISLAND, block(150, 50, 170, 70))
    act(hands, "merge")
    (wanted,) = masks(hands).values()
    path = hands.save()
    (again,) = coco.read(path, path.parent).instances.values()
    assert np.array_equal(again.mask.to_mask(), wanted)
    record = json.loads(path.read_bytes())["annotations"][0]
    assert np.array_equal(COCO(str(path)).annToMask(record).astype(bool), wanted)


def test_small_parts_and_holes_go_by_their_sizes_in_one_edit(hands, put):
    pin_hole = block(25, 25, 27, 27)
    (made,) = put((RING & ~pin_hole) | ISLAND | block(150, 50, 170, 70))
    before = masks(hands)[made.id]
    hands.window.actions_.clean_up.trigger()
    dialog = hands.window.findChild(CleanUpDialog)
    dialog.parts.setValue(17)
    dialog.holes.setValue(5)
    hands.qtbot.waitUntil(lambda: dialog.ok.isEnabled() and "1 part" in dialog.note.text(), timeout=10_000)
    assert "1 hole" in dialog.note.text()
    dialog.ok.click()
    assert np.array_equal(masks(hands)[made.id], RING | block(150, 50, 170, 70))
    hands.window.workspace.model.undo()
    assert np.array_equal(masks(hands)[made.id], before)


def test_sizes_that_meet_nothing_cannot_be_accepted(hands, put):
    put(RING | ISLAND)
    hands.window.actions_.clean_up.trigger()
    dialog = hands.window.findChild(CleanUpDialog)
    dialog.parts.setValue(16)
    dialog.holes.setValue(0)
    hands.qtbot.waitUntil(lambda: "nothing that small" in dialog.note.text(), timeout=10_000)
    assert not dialog.ok.isEnabled()
    dialog.reject()


def test_cleaning_up_needs_a_selection(hands):
    hands.window.actions_.clean_up.trigger()
    assert hands.window.findChild(CleanUpDialog) is None
    assert "Select the instances" in hands.window.status.currentMessage()


@pytest.mark.parametrize("tool", ["fill_holes", "split", "merge"])
def test_what_is_said_of_an_instance_meanwhile_does_not_stop_a_tool(hands, put, tool):
    made, other = put(RING | block(200, 100, 210, 110), block(100, 20, 120, 40))
    hands.window.workspace.selection.select([made.id, other.id])
    getattr(hands.window.actions_, tool).trigger()
    before = hands.window.workspace.model.document.instances[made.id]
    said = replace(before, attributes={"age": 3})
    hands.window.workspace.model.push(ChangeInstance(before, said), "say more")
    done(hands)
    now = hands.window.workspace.model.document.instances[made.id]
    assert now.attributes == {"age": 3}
    assert now.mask != made.mask
