"""What "Segment everything" leaves in the document: its category, and what a second run replaces."""

from __future__ import annotations

import threading

import numpy as np
from PySide6.QtCore import Qt

from annotator.core.document import Instance
from annotator.core.edits import AddInstance
from annotator.core.geometry import RunLengths
from annotator.gui import proposal_plan
from annotator.segment.everything_config import EverythingConfig
from tests.gui.annotating import add_category
from tests.gui.conftest import Hands
from tests.gui.proposing import Held, document, process, proposals, propose, put, shown_ids, wait_run, wait_shapes

__all__ = ["process"]

# -- the category of what has none -------------------------------------------------------------------------------------


def category_names(hands: Hands) -> list[str]:
    return [category.name for category in document(hands).categories.values()]


def test_where_nothing_is_found_no_category_appears(hands, monkeypatch):
    unsure = EverythingConfig(predicted_iou=1.0)
    monkeypatch.setattr(hands.window.workspace.everything, "_read_config", lambda: unsure)
    hands.key(Qt.Key.Key_W)
    wait_run(hands)
    assert "Nothing" in hands.window.status.currentMessage()
    assert not document(hands).categories
    assert not hands.window.workspace.model.undo_stack.count()


def each_level(hands: Hands, act) -> None:
    """Do something with all that is shown, until nothing is left."""
    view = hands.window.workspace.proposals
    while before := len(proposals(hands)):
        act(shown_ids(hands))
        assert len(proposals(hands)) < before
        hands.qtbot.waitUntil(lambda: not view._catch_up.isActive())


def test_the_placeholder_goes_with_the_last_proposal_that_is_rejected(hands):
    propose(hands)
    assert category_names(hands) == ["object"]
    changes = hands.window.workspace.proposal_changes
    changes.delete([next(iter(shown_ids(hands)))])
    assert category_names(hands) == ["object"]
    each_level(hands, changes.delete)
    assert not category_names(hands)
    hands.undo()
    assert category_names(hands) == ["object"]
    assert proposals(hands)


def test_undoing_the_run_takes_the_placeholder_back(hands):
    propose(hands)
    hands.undo()
    assert not category_names(hands)


def test_the_placeholder_goes_when_all_are_accepted_as_something_else(hands):
    propose(hands)
    changes = hands.window.workspace.proposal_changes
    each_level(hands, lambda shown: changes.accept_as_named(shown, "disc"))
    assert category_names(hands) == ["disc"]


def test_a_category_the_user_made_stays_whatever_its_name(hands):
    add_category(hands, "object")
    hands.window.workspace.selection.set_category(None)
    propose(hands)
    changes = hands.window.workspace.proposal_changes
    each_level(hands, lambda shown: changes.accept_as_named(shown, "disc"))
    assert category_names(hands) == ["object", "disc"]


def test_after_reopening_the_placeholder_is_still_no_answer(hands):
    propose(hands)
    hands.open(hands.save())
    hands.wait_image("a.png")
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)
    hands.click(50, 80)
    assert hands.window.proposals_on_screen.name_strip.field.isVisible()
    assert not document(hands).instances


def test_a_run_does_not_change_the_current_category(hands):
    add_category(hands, "cat")
    add_category(hands, "dog")
    hands.window.workspace.selection.set_category(1)
    propose(hands)
    assert hands.window.workspace.selection.category_id == 1


# -- running again -----------------------------------------------------------------------------------------------------


def test_running_again_replaces_its_proposals_and_nothing_else(hands):
    add_category(hands, "disc")
    first = propose(hands)
    hands.click(50, 80)
    accepted = dict(document(hands).instances)
    (other,) = put(hands, (2, 2, 9, 0.9, None))  # of no run of ours
    second = propose(hands)
    assert document(hands).instances == accepted
    assert other in second
    assert not {p.id for p in first} & {p.id for p in second}
    assert not any(p.mask.to_mask()[80, 50] for p in second)  # that one is an instance
    hands.undo()
    assert {p.id for p in proposals(hands)} == {p.id for p in first} - set(accepted) | {other.id}


def test_what_a_person_drew_is_not_proposed(hands):
    add_category(hands, "disc")
    mask = np.zeros((160, 240), bool)
    rows, columns = np.indices(mask.shape)
    mask[(rows - 80) ** 2 + (columns - 120) ** 2 <= 27**2] = True
    instance = Instance(document(hands).take_id(Instance), 1, 1, RunLengths.from_mask(mask))
    hands.window.workspace.model.push(AddInstance(instance), "")
    assert not any(p.mask.to_mask()[80, 120] for p in propose(hands))


def test_what_is_drawn_while_it_is_stored_is_not_proposed_either(hands, monkeypatch):
    """Comparing with the instances takes its time in another thread, and they may change meanwhile."""
    add_category(hands, "disc")
    comparing = Held(monkeypatch, proposal_plan, "new_proposals")
    hands.key(Qt.Key.Key_W)
    hands.qtbot.waitUntil(comparing.began.is_set, timeout=20_000)
    mask = np.zeros((160, 240), bool)
    rows, columns = np.indices(mask.shape)
    mask[(rows - 80) ** 2 + (columns - 120) ** 2 <= 27**2] = True
    instance = Instance(document(hands).take_id(Instance), 1, 1, RunLengths.from_mask(mask))
    hands.window.workspace.model.push(AddInstance(instance), "")
    comparing.go_on.set()
    wait_run(hands)
    assert proposals(hands)
    assert not any(p.mask.to_mask()[80, 120] for p in proposals(hands))
    assert len(comparing.threads) == 2
    assert threading.main_thread() not in comparing.threads


def test_records_are_made_in_another_thread_and_again_when_something_is_drawn_meanwhile(hands, monkeypatch):
    add_category(hands, "disc")
    making = Held(monkeypatch, proposal_plan, "stored_proposals")
    hands.key(Qt.Key.Key_W)
    hands.qtbot.waitUntil(making.began.is_set, timeout=20_000)
    mask = np.zeros((160, 240), bool)
    rows, columns = np.indices(mask.shape)
    mask[(rows - 80) ** 2 + (columns - 120) ** 2 <= 27**2] = True
    instance = Instance(document(hands).take_id(Instance), 1, 1, RunLengths.from_mask(mask))
    hands.window.workspace.model.push(AddInstance(instance), "")
    making.go_on.set()
    wait_run(hands)
    found = proposals(hands)
    assert found
    assert not any(p.mask.to_mask()[80, 120] for p in found)
    assert len({p.id for p in found} | {instance.id}) == len(found) + 1
    assert len(making.threads) == 2
    assert threading.main_thread() not in making.threads


def test_escape_while_it_is_stored_leaves_no_trace(hands, monkeypatch):
    comparing = Held(monkeypatch, proposal_plan, "new_proposals")
    hands.key(Qt.Key.Key_W)
    hands.qtbot.waitUntil(comparing.began.is_set, timeout=20_000)
    state = hands.window.workspace.model.state
    hands.key(Qt.Key.Key_Escape)
    comparing.go_on.set()
    hands.qtbot.waitUntil(lambda: not hands.window.workspace.jobs._running)
    assert hands.window.workspace.model.state == state
    assert not hands.window.workspace.everything.is_running(1)
