"""Edits of many records are worked out in a worker thread, in the order in which everything was asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from annotator.core import coco
from annotator.core.document import Attribute, AttributeKind, Category, Instance, ReviewState
from annotator.core.edits import AddCategory, AddInstance, ChangeCategory, ChangeInstance
from annotator.gui import edit_making, outcome, undo_stack
from annotator.gui.edit_making import EditMaking
from annotator.gui.instance_changes import Step
from tests.gui.test_annotating import add_category
from tests.gui.test_browsing import accept_disc
from tests.gui.test_no_lost_work import BUTTONS, Gate
from tests.gui.test_undo import PATH, Desk

DEEDS = {
    "category": lambda desk, ids: desk.instances.set_category(ids, Category(2, "category 2")),
    "delete": lambda desk, ids: desk.instances.delete(ids),
    "lock": lambda desk, ids: desk.selection.view_state.set_locked(ids, True),
    "unlock": lambda desk, ids: desk.selection.view_state.set_locked(ids, False),
    "crowd": lambda desk, ids: desk.instances.toggle_crowd(ids),
    "group": lambda desk, ids: desk.instances.group(ids),
    "ungroup": lambda desk, ids: desk.instances.ungroup(ids),
    "attribute": lambda desk, ids: desk.instances.set_attribute(ids, "age", 3),
    "review": lambda desk, ids: desk.instances.set_review_state(ids, ReviewState.REJECTED),
    "comment": lambda desk, ids: desk.instances.set_review_comment(ids, "ragged"),
    "order": lambda desk, ids: desk.instances.reorder(ids[:1], Step.TO_FRONT),
    "merge": lambda desk, ids: desk.categories.merge(1, 2),
    "remove": lambda desk, ids: desk.categories.remove(2),
    "rename": lambda desk, ids: rename_attribute(desk),
    "done": lambda desk, ids: desk.images.toggle_done([1, 2]),
    "review images": lambda desk, ids: desk.images.set_review_state([1, 2], ReviewState.ACCEPTED),
    "note": lambda desk, ids: desk.images.set_note(1, "seen"),
}


def rename_attribute(desk: Desk) -> None:
    category = desk.document.categories.get(1)
    if category is not None:
        after = replace(category, attributes=(Attribute("years", AttributeKind.NUMBER),))
        desk.categories.change(after, renamed={"age": "years"})


@pytest.fixture
def all_is_large(qapp, monkeypatch):
    for module in (edit_making, outcome):
        monkeypatch.setattr(module, "LARGE", 0)


def desk_with_turns() -> Desk:
    desk = Desk()
    desk.model.making = EditMaking(desk.model, desk.work)
    return desk


def finish(desk: Desk) -> None:
    while desk.work.is_busy:
        QApplication.processEvents()


def texts(desk: Desk) -> list[str]:
    """What can be undone, newest first; all of it is undone."""
    found = []
    while desk.model.undo_stack.canUndo():
        found.append(desk.model.undo_stack.undoText())
        desk.model.undo()
    return found


def records(desk: Desk) -> tuple[bytes, object]:
    return desk.records(), desk.selection.view_state.locked_ids


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_asked_for_at_once_ends_as_when_each_is_waited_for(all_is_large, data):
    """Undone step by step, and done again, too."""
    ids = sorted(Desk().document.instances)
    chosen = st.lists(st.sampled_from(ids), min_size=1, unique=True)
    deeds = data.draw(st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), chosen), min_size=1, max_size=6))
    direct, worked_out = Desk(), desk_with_turns()
    start = records(direct)
    for name, some in deeds:
        DEEDS[name](direct, some)
        DEEDS[name](worked_out, some)
    finish(worked_out)
    end = records(direct)
    assert records(worked_out) == end
    assert coco.to_bytes(worked_out.journal.replica, PATH) == worked_out.bytes()
    assert texts(worked_out) == texts(direct)
    assert records(worked_out) == records(direct) == start
    while worked_out.model.undo_stack.canRedo():
        worked_out.model.redo()
    assert records(worked_out) == end


def test_small_edits_are_made_at_once_while_no_large_one_is_under_way(qapp, monkeypatch):
    monkeypatch.setattr(edit_making, "LARGE", 2)
    desk = desk_with_turns()
    ids = sorted(desk.document.instances)
    desk.instances.set_attribute(ids[:2], "age", 3)
    assert desk.document.instances[ids[0]].attributes == {"age": 3}
    desk.instances.set_attribute(ids, "age", 4)
    desk.instances.set_attribute(ids[:1], "age", 5)
    assert {i.attributes.get("age") for i in desk.document.instances.values()} == {3, None}
    finish(desk)
    assert [desk.document.instances[i].attributes["age"] for i in ids] == [5, 4, 4, 4]
    desk.instances.set_attribute(ids[:1], "age", 6)
    assert desk.document.instances[ids[0]].attributes == {"age": 6}


def test_what_is_changed_out_of_turn_meanwhile_is_kept(all_is_large):
    """The edit is worked out anew, also for what has come."""
    desk = desk_with_turns()
    one = next(iter(desk.document.instances.values()))
    desk.categories.merge(1, 2)
    new = replace(one, id=desk.document.take_id(Instance))
    desk.model.push(AddInstance(new), "accepted")
    desk.model.push(ChangeInstance(one, replace(one, group=7)), "grouped")
    desk.model.push(ChangeCategory(desk.document.categories[2], Category(2, "other")), "renamed")
    finish(desk)
    assert {i.category_id for i in desk.document.instances.values()} == {2}
    assert list(desk.document.categories) == [2]
    assert desk.document.categories[2].name == "other"
    assert desk.document.instances[one.id].group == 7
    assert desk.model.undo_stack.undoText() == "Merge categories"
    assert new.id in desk.document.instances


def test_somebody_who_edits_without_end_cannot_hold_an_edit_up_for_ever(all_is_large, monkeypatch):
    monkeypatch.setattr(edit_making, "_TRIES", 3)
    desk = desk_with_turns()
    desk.instances.set_attribute(desk.document.instances, "age", 4)
    while desk.work.is_busy:
        desk.model.push(AddCategory(Category(desk.document.take_id(Category), "again")), "again")
        QApplication.processEvents()
    assert {i.attributes.get("age") for i in desk.document.instances.values()} == {4}


def test_what_is_typed_into_many_records_is_undone_as_one(all_is_large):
    desk = desk_with_turns()
    start = desk.records()
    for text in ("r", "ra", "rag"):
        desk.instances.set_attribute(desk.document.instances, "edge", text, typing="edge")
        finish(desk)
    end = desk.records()
    assert desk.model.undo_stack.count() == 1
    desk.model.undo()
    assert desk.records() == start
    desk.model.redo()
    assert desk.records() == end


def test_a_document_that_goes_takes_along_what_was_asked_for(all_is_large, monkeypatch):
    desk, other = desk_with_turns(), Desk()
    before = other.bytes()
    desk.instances.delete(desk.document.instances)
    desk.images.set_note(1, "seen")
    desk.model.undo_stack.clear()
    desk.model.document = other.document
    desk.model.document_replaced.emit()
    finish(desk)
    assert desk.bytes() == before
    monkeypatch.setattr(edit_making, "LARGE", 2000)
    desk.images.set_note(1, "seen")
    assert desk.document.images[1].note == "seen"


def test_views_hear_that_the_order_has_changed_when_that_is_undone_elsewhere(qapp, monkeypatch):
    monkeypatch.setattr(undo_stack, "LARGE", 2)
    desk = Desk()
    desk.model.image_on_screen = 1
    desk.model.work_out = lambda work, done, failed: done(work())
    told = []
    desk.model.instance_changed.connect(lambda change: told.append(change.after.id))
    lower, upper = desk.document.order_of(1)
    desk.instances.reorder([lower], Step.TO_FRONT)
    assert sorted(told) == [lower, upper]
    told.clear()
    desk.model.undo()
    assert desk.document.order_of(1) == (lower, upper)
    assert sorted(told) == [lower, upper]


def test_what_is_locked_is_known_when_locking_is_undone_elsewhere(qapp, monkeypatch):
    monkeypatch.setattr(undo_stack, "LARGE", 1)
    desk = Desk()
    desk.model.work_out = lambda work, done, failed: done(work())
    told = []
    view_state = desk.selection.view_state
    view_state.changed.connect(lambda: told.append(view_state.locked_ids))
    ids = frozenset(desk.document.instances)
    view_state.set_locked(ids, True)
    desk.model.undo()
    desk.model.redo()
    assert told == [ids, frozenset(), ids]


class TestInTheWindow:
    @pytest.fixture
    def held(self, hands, all_is_large, monkeypatch):
        """Two instances of one category are to get another one, which is being worked out."""
        add_category(hands, "first")
        add_category(hands, "second")
        hands.key(Qt.Key.Key_1)
        accept_disc(hands, 60)
        accept_disc(hands, 180)
        hands.wait_masks()
        gate = Gate(monkeypatch, edit_making, "outcome_of")
        workspace = hands.window.workspace
        hands.window.choose_tool("select")
        workspace.selection.select(workspace.model.document.instances)
        hands.key(Qt.Key.Key_2)
        yield gate
        gate.open()

    def categories(self, document) -> list[int]:
        return [instance.category_id for instance in document.instances.values()]

    def test_undo_waits_for_its_turn(self, hands, held):
        model = hands.window.workspace.model
        before = self.categories(model.document)
        hands.undo()
        assert self.categories(model.document) == before
        changes = []
        model.undo_stack.indexChanged.connect(lambda _: changes.append(self.categories(model.document)))
        held.open()
        hands.wait_masks()
        first, second = model.document.categories
        assert changes[0] == [second, second]
        assert self.categories(model.document) == [first, first]

    def test_a_save_has_what_was_asked_for_before_it(self, hands, held):
        hands.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        with hands.qtbot.waitSignal(hands.window.workspace.saver.saved, timeout=10_000) as caught:
            held.open()
        document = coco.read(caught.args[0])
        assert self.categories(document) == [2, 2]

    def test_closing_waits_and_loses_nothing(self, hands, held, qtbot, monkeypatch):
        monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: BUTTONS.Save)
        saved = []
        workspace = hands.window.workspace
        workspace.saver.saved.connect(saved.append)
        hands.window.close()
        assert hands.window.isVisible()
        held.open()
        qtbot.waitUntil(lambda: not hands.window.isVisible(), timeout=10_000)
        assert self.categories(coco.read(saved[-1])) == [2, 2]


def test_what_is_locked_before_its_turn_keeps_its_place(all_is_large):
    desk = desk_with_turns()
    place = [instance.id for instance in desk.document.instances_of(1)]
    desk.selection.view_state.set_locked(place[:1], True)
    desk.instances.reorder(place[:1], Step.TO_FRONT)
    finish(desk)
    assert [instance.id for instance in desk.document.instances_of(1)] == place


def test_a_fault_in_a_deed_that_waited_leaves_the_count_of_those_that_wait_right(all_is_large, qtbot):
    desk = desk_with_turns()
    ids = sorted(desk.document.instances)
    desk.instances.set_crowd(ids[:1], True)

    def fault() -> None:
        raise ZeroDivisionError

    with qtbot.capture_exceptions() as faults:
        desk.model.making.in_order(fault)
        finish(desk)
    assert [kind for kind, *_ in faults] == [ZeroDivisionError]
    done = []
    desk.model.making.in_order(lambda: done.append(1))
    assert done  # at once, for nothing waits
    assert desk.model.making._waiting == 0
