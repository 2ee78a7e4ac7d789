""" "Segment everything" in the window, on real widgets over a fake segmenter."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from annotator.core import coco
from annotator.core.document import Category, ImageStatus, Instance, StoredProposal
from annotator.core.edits import AddCategory, AddInstance, ReplaceProposals
from annotator.core.geometry import RunLengths
from annotator.core.images import read_image
from annotator.gui import image_loader, proposal_plan
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.stored_proposals import SOURCE, new_proposals, stored_proposals
from tests.gui.conftest import FakeProcess, Hands, forget_changes
from tests.gui.test_annotating import add_category

ROUND_ONE = 4  # batches of 16 prompts: every fourth crossing of 31 in each axis
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Gated(FakeProcess):
    """Answers batches of more than one prompt only while `gate` is open, or as many as are allowed; counts them."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()
        self.is_held = False
        self.batches = 0
        self.batch_deaths = 0
        self._allowed = 0

    def allow(self, batches: int) -> None:
        """Close the gate, but let that many batches through first."""
        self._allowed = self.batches + batches
        self.gate.clear()

    def decode_batch(self, embedding, prompts):
        if len(prompts) > 1:
            self.asked.set()
            if self.batches >= self._allowed:
                self.is_held = not self.gate.is_set()
                assert self.gate.wait(20)
                self.is_held = False
            if self.batch_deaths:
                self.batch_deaths -= 1
                self.deaths = 1
                self._die_perhaps()
            self.batches += 1
        return super().decode_batch(embedding, prompts)


@pytest.fixture
def process():
    process = Gated(image_size=256)
    yield process
    process.gate.set()


def document(hands: Hands):
    return hands.window.workspace.model.document


def proposals(hands: Hands, image_id: int = 1) -> list[StoredProposal]:
    return list(document(hands).proposals_of(image_id))


def wait_run(hands: Hands, image_id: int = 1) -> None:
    hands.qtbot.waitUntil(lambda: not hands.window.workspace.everything.is_running(image_id), timeout=20_000)


def wait_shapes(hands: Hands) -> None:
    view, layer = hands.window.workspace.proposals, hands.window.proposal_layer
    hands.qtbot.waitUntil(lambda: all(layer.shape_of(p.id) is not None for p in view.shown))


def propose(hands: Hands) -> list[StoredProposal]:
    """W, and wait until the proposals are stored and can be clicked; the tool is Select then."""
    hands.key(Qt.Key.Key_W)
    wait_run(hands)
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)
    return proposals(hands)


def put(hands: Hands, *squares: tuple[int, int, int, float, int | None]) -> list[StoredProposal]:
    """Store square proposals (x, y, side, score, index of the parent) on the first image."""
    if not document(hands).categories:
        hands.window.workspace.model.push(AddCategory(Category(1, "thing")), "")
    stored: list[StoredProposal] = []
    for x, y, side, score, parent in squares:
        mask = np.zeros((160, 240), bool)
        mask[y : y + side, x : x + side] = True
        parent_id = None if parent is None else stored[parent].id
        new_id = document(hands).take_id(StoredProposal)
        stored.append(StoredProposal(new_id, 1, 1, RunLengths.from_mask(mask), score, parent_id=parent_id))
    hands.window.workspace.model.push(ReplaceProposals((), tuple(stored)), "")
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)
    return stored


def shown_ids(hands: Hands) -> set[int]:
    return {proposal.id for proposal in hands.window.workspace.proposals.shown}


def shift_drag(hands: Hands, x0, y0, x1, y1) -> None:
    canvas, left = hands.window.canvas, Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, SHIFT, hands.at(x0, y0))
    for step in (0.5, 1.0):
        QTest.mouseMove(canvas, hands.at(x0 + (x1 - x0) * step, y0 + (y1 - y0) * step))
    QTest.mouseRelease(canvas, left, SHIFT, hands.at(x1, y1))


# -- from the button to the file ---------------------------------------------------------------------------------------


def test_from_the_button_to_an_accepted_instance_in_the_saved_file(hands):
    add_category(hands, "disc")
    hands.window.actions_.segment_everything.trigger()
    wait_run(hands)
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)
    found = proposals(hands)
    assert {proposal.provenance.source for proposal in found} == {SOURCE}
    (red,) = [p for p in found if p.mask.to_mask()[80, 50]]
    hands.click(50, 80)
    (instance,) = document(hands).instances.values()
    assert (instance.mask, instance.id, instance.category_id) == (red.mask, red.id, 1)
    loaded = coco.read(hands.save())
    assert loaded.instances[red.id].mask == red.mask
    assert set(loaded.proposals) == {p.id for p in found} - {red.id}


def test_running_storing_and_accepting_are_one_edit_each(hands):
    add_category(hands, "disc")
    before = hands.window.workspace.model.undo_stack.count()
    propose(hands)
    hands.click(120, 80)
    assert hands.window.workspace.model.undo_stack.count() == before + 2
    hands.undo()
    assert not document(hands).instances
    assert len(proposals(hands)) == 4
    hands.undo()
    assert not proposals(hands)
    hands.redo()
    hands.redo()
    assert len(document(hands).instances) == 1


def test_without_categories_the_first_click_asks_for_a_name(hands):
    propose(hands)
    assert not hands.window.categories.view.selected_rows()
    hands.click(50, 80)
    field = hands.window.proposals_on_screen.name_strip.field
    assert field.isVisible()
    assert not document(hands).instances
    hands.qtbot.keyClicks(field, "red disc")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    (instance,) = document(hands).instances.values()
    assert document(hands).categories[instance.category_id].name == "red disc"
    hands.click(120, 80)
    assert {i.category_id for i in document(hands).instances.values()} == {instance.category_id}


def test_escape_in_the_name_field_accepts_nothing(hands):
    propose(hands)
    hands.click(50, 80)
    field = hands.window.proposals_on_screen.name_strip.field
    hands.qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert not field.isVisible()
    assert not document(hands).instances


# -- while it runs -----------------------------------------------------------------------------------------------------


def test_proposals_appear_and_are_counted_while_it_runs(hands, process, qtbot):
    everything, jobs = hands.window.workspace.everything, hands.window.workspace.jobs
    empty = hands.window.canvas.grab().toImage()
    process.allow(ROUND_ONE)
    hands.key(Qt.Key.Key_W)
    qtbot.waitUntil(lambda: process.is_held, timeout=20_000)
    qtbot.waitUntil(lambda: len(everything.found_shapes(1)) >= 3)  # the three discs
    assert everything.is_running(1)
    assert not document(hands).proposals
    (job,) = jobs.listed
    assert job.title == f"{len(everything.found_shapes(1))} proposal(s) on a.png"
    assert job.done == ROUND_ONE * 16
    inside = hands.at(50, 80)
    qtbot.waitUntil(lambda: hands.window.canvas.grab().toImage().pixel(inside) != empty.pixel(inside))
    process.gate.set()
    wait_run(hands)
    assert not everything.found_shapes(1)
    assert proposals(hands)


def test_a_prompt_is_answered_before_the_next_batch(hands, process):
    process.gate.clear()
    hands.key(Qt.Key.Key_W)
    hands.click(50, 80)
    batches = process.batches
    process.gate.set()
    hands.wait_mask()
    assert process.batches <= batches + 2  # at most the one under way, and what began before this line
    wait_run(hands)
    assert hands.shown_mask()[80, 50]


@pytest.mark.parametrize("by_escape", [True, False])
def test_cancelling_leaves_no_trace(hands, process, qtbot, by_escape):
    process.gate.clear()
    state = hands.window.workspace.model.state
    hands.key(Qt.Key.Key_W)
    jobs = hands.window.workspace.jobs
    assert len(jobs.listed) == 1
    if by_escape:
        hands.key(Qt.Key.Key_Escape)
    else:
        jobs.listed[0].cancel.cancel()
    process.gate.set()
    qtbot.waitUntil(lambda: not jobs.listed)
    wait_run(hands)
    assert hands.window.workspace.model.state == state
    assert hands.window.actions_.point_tool.isChecked()
    assert len(propose(hands)) == 4  # it can be run again


def test_a_second_w_says_that_it_runs(hands, process):
    process.gate.clear()
    hands.key(Qt.Key.Key_W)
    hands.key(Qt.Key.Key_W)
    assert "already" in hands.window.status.currentMessage()
    assert len(hands.window.workspace.jobs.listed) == 1
    process.gate.set()


@pytest.fixture
def slow_reading(hands, monkeypatch):
    """Images are not read before this is set."""
    may_read = threading.Event()

    def read(path):
        assert may_read.wait(20)
        return read_image(path)

    monkeypatch.setattr(image_loader, "read_image", read)
    yield may_read
    may_read.set()


def said(hands: Hands) -> str:
    return hands.window.status.currentMessage()


def test_pressed_while_the_image_is_read_it_begins_when_that_is_there(hands, slow_reading):
    hands.key(Qt.Key.Key_D)
    hands.key(Qt.Key.Key_W)
    assert said(hands) == "Segment everything begins as soon as b.png is read."
    assert not hands.window.workspace.everything.is_running(2)
    slow_reading.set()
    hands.qtbot.waitUntil(lambda: len(proposals(hands, 2)) >= 3, timeout=20_000)
    assert not proposals(hands)


@pytest.mark.parametrize("key", [Qt.Key.Key_A, Qt.Key.Key_Escape])
def test_it_does_not_begin_on_an_image_that_was_left_or_after_escape(hands, slow_reading, key):
    hands.key(Qt.Key.Key_D)
    hands.key(Qt.Key.Key_W)
    hands.key(key)
    assert said(hands) == ("Segment everything was not begun on b.png." if key == Qt.Key.Key_A else "")
    slow_reading.set()
    name = "a.png" if key == Qt.Key.Key_A else "b.png"
    hands.wait_image(name)
    assert not any(hands.window.workspace.everything.is_running(image_id) for image_id in (1, 2))


def test_it_says_so_when_the_image_cannot_be_read_after_all(hands, slow_reading, folder):
    hands.key(Qt.Key.Key_D)
    hands.key(Qt.Key.Key_W)
    (folder / "b.png").write_bytes(b"no picture")
    slow_reading.set()
    workspace = hands.window.workspace
    hands.qtbot.waitUntil(lambda: bool(workspace.refusal))
    assert said(hands) == "Segment everything was not begun on b.png."
    hands.key(Qt.Key.Key_W)
    assert "b.png" in said(hands)
    assert not workspace.everything.is_running(2)


def test_while_an_image_is_read_it_can_be_marked_as_done_and_enter_says_why_not(hands, slow_reading):
    hands.key(Qt.Key.Key_D)
    hands.key(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert document(hands).status_of(2) is ImageStatus.DONE
    assert document(hands).status_of(1) is ImageStatus.UNTOUCHED
    hands.key(Qt.Key.Key_Return)
    assert said(hands) == "There is nothing to accept: no image is on screen yet."


def test_it_goes_on_for_its_own_image_when_another_is_shown(hands, process):
    process.gate.clear()
    hands.key(Qt.Key.Key_W)
    hands.key(Qt.Key.Key_D)
    process.gate.set()
    hands.wait_image("b.png")
    wait_run(hands)
    assert len(proposals(hands, 1)) == 4
    assert not proposals(hands, 2)
    assert not shown_ids(hands)
    hands.undo()
    assert not proposals(hands, 1)
    assert hands.window.workspace.image_id == 1  # undoing shows where


def test_opening_another_document_ends_it(hands, process, folder, qtbot):
    process.gate.clear()
    hands.key(Qt.Key.Key_W)
    hands.open(folder / "b.png")
    process.gate.set()
    qtbot.waitUntil(lambda: not hands.window.workspace.jobs.listed)
    assert not document(hands).proposals


def test_another_checkpoint_ends_it(hands, process, qtbot):
    process.gate.clear()
    hands.key(Qt.Key.Key_W)
    assert process.asked.wait(20)
    hands.window.workspace.use_segmenter(lambda: Gated(name="other", image_size=256))
    process.gate.set()
    qtbot.waitUntil(lambda: not hands.window.workspace.jobs.listed)
    assert not document(hands).proposals
    assert not hands.window.workspace.jobs.failures


def test_a_segmenter_that_dies_once_is_asked_again(hands, process):
    process.batch_deaths = 1
    assert len(propose(hands)) == 4


def test_a_segmenter_that_keeps_dying_fails_the_job_and_says_so(hands, process, qtbot):
    process.batch_deaths = 99
    hands.key(Qt.Key.Key_W)
    wait_run(hands)
    assert not proposals(hands)
    assert hands.window.workspace.jobs.failures


def test_closing_the_window_while_it_runs(hands, process):
    process.gate.clear()
    hands.key(Qt.Key.Key_W)
    (job,) = hands.window.workspace.jobs.listed
    process.gate.set()
    forget_changes(hands.window)
    hands.window.close()
    assert job.isFinished()


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
    comparing, go_on, threads = threading.Event(), threading.Event(), []

    def slow(found, instances, **options):
        threads.append(threading.current_thread())
        comparing.set()
        assert go_on.wait(20)
        return new_proposals(found, instances, **options)

    monkeypatch.setattr(proposal_plan, "new_proposals", slow)
    hands.key(Qt.Key.Key_W)
    hands.qtbot.waitUntil(comparing.is_set, timeout=20_000)
    mask = np.zeros((160, 240), bool)
    rows, columns = np.indices(mask.shape)
    mask[(rows - 80) ** 2 + (columns - 120) ** 2 <= 27**2] = True
    instance = Instance(document(hands).take_id(Instance), 1, 1, RunLengths.from_mask(mask))
    hands.window.workspace.model.push(AddInstance(instance), "")
    go_on.set()
    wait_run(hands)
    assert proposals(hands)
    assert not any(p.mask.to_mask()[80, 120] for p in proposals(hands))
    assert len(threads) == 2
    assert threading.main_thread() not in threads


def test_records_are_made_in_another_thread_and_again_when_something_is_drawn_meanwhile(hands, monkeypatch):
    add_category(hands, "disc")
    making, go_on, threads = threading.Event(), threading.Event(), []

    def slow(*arguments, **options):
        threads.append(threading.current_thread())
        making.set()
        assert go_on.wait(20)
        return stored_proposals(*arguments, **options)

    monkeypatch.setattr(proposal_plan, "stored_proposals", slow)
    hands.key(Qt.Key.Key_W)
    hands.qtbot.waitUntil(making.is_set, timeout=20_000)
    mask = np.zeros((160, 240), bool)
    rows, columns = np.indices(mask.shape)
    mask[(rows - 80) ** 2 + (columns - 120) ** 2 <= 27**2] = True
    instance = Instance(document(hands).take_id(Instance), 1, 1, RunLengths.from_mask(mask))
    hands.window.workspace.model.push(AddInstance(instance), "")
    go_on.set()
    wait_run(hands)
    found = proposals(hands)
    assert found
    assert not any(p.mask.to_mask()[80, 120] for p in found)
    assert len({p.id for p in found} | {instance.id}) == len(found) + 1
    assert len(threads) == 2
    assert threading.main_thread() not in threads


def test_escape_while_it_is_stored_leaves_no_trace(hands, monkeypatch):
    comparing, go_on = threading.Event(), threading.Event()

    def slow(found, instances, **options):
        comparing.set()
        assert go_on.wait(20)
        return new_proposals(found, instances, **options)

    monkeypatch.setattr(proposal_plan, "new_proposals", slow)
    hands.key(Qt.Key.Key_W)
    hands.qtbot.waitUntil(comparing.is_set, timeout=20_000)
    state = hands.window.workspace.model.state
    hands.key(Qt.Key.Key_Escape)
    go_on.set()
    hands.qtbot.waitUntil(lambda: not hands.window.workspace.jobs._running)
    assert hands.window.workspace.model.state == state
    assert not hands.window.workspace.everything.is_running(1)


# -- filters -----------------------------------------------------------------------------------------------------------

WHOLE, PART, ALONE = (20, 20, 90, 0.95, None), (30, 30, 20, 0.80, 0), (150, 50, 40, 0.90, None)


def test_the_level_slider_goes_from_whole_objects_to_parts(hands):
    whole, part, alone = put(hands, WHOLE, PART, ALONE)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(lambda: panel.level.maximum() == 1)
    assert shown_ids(hands) == {whole.id, alone.id}
    panel.level.setValue(1)
    assert shown_ids(hands) == {part.id, alone.id}


def test_the_score_slider_filters_and_parts_of_what_is_left_out_are_whole(hands):
    whole, part, alone = put(hands, (20, 20, 90, 0.7, None), (30, 30, 20, 0.8, 0), ALONE)
    panel = hands.window.proposals
    panel.score.setValue(75)
    assert shown_ids(hands) == {part.id, alone.id}
    assert panel.count.text() == "2 of 3"
    panel.score.setValue(0)
    assert shown_ids(hands) == {whole.id, alone.id}


def test_accepting_an_object_does_not_make_whole_objects_of_its_parts(hands):
    whole, part, alone = put(hands, WHOLE, PART, ALONE)
    hands.click(100, 100)
    assert whole.id in document(hands).instances
    assert shown_ids(hands) == {alone.id}
    hands.click(160, 60)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(lambda: panel.count.text() == "0 of 1")
    assert panel.rows.empty_text == "None on this level: move the slider to finer parts."
    panel.level.setValue(1)
    assert shown_ids(hands) == {part.id}
    panel.score.setValue(99)
    assert panel.rows.empty_text == "None passes the filters."


def test_a_click_never_accepts_what_is_filtered_out(hands):
    whole, _, _ = put(hands, WHOLE, PART, ALONE)
    hands.click(35, 35)  # on the part, which is not shown
    assert set(document(hands).instances) == {whole.id}


def test_at_the_parts_level_a_click_accepts_the_part(hands):
    _, part, _ = put(hands, WHOLE, PART, ALONE)
    hands.qtbot.waitUntil(lambda: hands.window.proposals.level.maximum() == 1)
    hands.window.proposals.level.setValue(1)
    wait_shapes(hands)
    hands.click(35, 35)
    assert set(document(hands).instances) == {part.id}


def test_parents_in_a_circle_do_no_harm(hands):
    first, second = put(hands, WHOLE, ALONE)
    circle = tuple(
        StoredProposal(p.id, 1, 1, p.mask, p.score, parent_id=other.id)
        for p, other in ((first, second), (second, first))
    )
    hands.window.workspace.model.push(ReplaceProposals((first, second), circle), "")
    assert hands.window.workspace.proposals.total == 2


def reopen(hands: Hands) -> None:
    hands.open(hands.save())
    hands.wait_image("a.png")
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)


def levels_shown(hands: Hands) -> list[set[int]]:
    """What each place of the level slider shows."""
    slider = hands.window.proposals.level
    shown = []
    for level in range(slider.maximum() + 1):
        slider.setValue(level)
        shown.append(shown_ids(hands))
    slider.setValue(0)
    return shown


NESTED = (
    (5, 5, 120, 0.9, None),
    (10, 10, 80, 0.9, 0),
    (15, 15, 40, 0.9, 1),
    (20, 20, 20, 0.9, 2),
    (150, 50, 40, 0.9, None),
)


def test_the_levels_are_the_same_after_reopening(hands):
    stored = put(hands, *NESTED)
    reopen(hands)
    hands.qtbot.waitUntil(lambda: hands.window.proposals.level.maximum() == 3)
    alone = stored[4].id
    assert levels_shown(hands) == [{proposal.id, alone} for proposal in stored[:4]]


@pytest.mark.parametrize("taken", [0, 1])
def test_the_levels_stay_when_wholes_are_accepted_also_after_reopening(hands, taken):
    stored = put(hands, *NESTED)
    hands.window.proposals.level.setValue(taken)
    hands.window.workspace.proposal_changes.accept_as_named([stored[taken].id], "thing")
    expected = [{proposal.id, stored[4].id} & set(document(hands).proposals) for proposal in stored[:4]]
    hands.qtbot.waitUntil(lambda: stored[taken].id not in shown_ids(hands))
    assert levels_shown(hands) == expected
    reopen(hands)
    assert levels_shown(hands) == expected


def test_at_the_finest_level_an_object_is_shown_once_all_its_parts_are_accepted(hands):
    two_parts = [(10, 10, 60, 0.9, None), (15, 15, 10, 0.9, 0), (40, 15, 10, 0.9, 0)]
    other = [(100, 10, 60, 0.9, None), (110, 20, 20, 0.9, 3)]
    whole, one, two, _, part = put(hands, *two_parts, *other)
    slider = hands.window.proposals.level
    hands.qtbot.waitUntil(lambda: slider.maximum() == 1)
    slider.setValue(1)
    wait_shapes(hands)
    hands.click(20, 20)
    hands.qtbot.waitUntil(lambda: shown_ids(hands) == {two.id, part.id})
    hands.click(45, 20)
    hands.qtbot.waitUntil(lambda: shown_ids(hands) == {whole.id, part.id})
    assert set(document(hands).instances) == {one.id, two.id}
    hands.undo()
    hands.qtbot.waitUntil(lambda: shown_ids(hands) == {two.id, part.id})


def test_parts_of_what_is_thrown_away_go_up_one_level_and_come_back_with_it(hands):
    stored = put(hands, *NESTED)
    hands.qtbot.waitUntil(lambda: hands.window.proposals.level.maximum() == 3)
    hands.window.proposals.level.setValue(1)
    hands.window.workspace.proposal_changes.delete([stored[1].id])
    hands.qtbot.waitUntil(lambda: hands.window.proposals.level.maximum() == 2)
    expected = [{stored[i].id, stored[4].id} for i in (0, 2, 3)]
    assert levels_shown(hands) == expected
    reopen(hands)
    assert levels_shown(hands) == expected
    assert document(hands).proposals[stored[2].id].parent_id == stored[0].id


def test_undoing_a_deletion_brings_back_the_parents_too(hands):
    stored = put(hands, *NESTED)
    before = dict(document(hands).proposals)
    hands.window.workspace.proposal_changes.delete([stored[0].id])
    assert document(hands).proposals[stored[1].id].parent_id is None
    hands.undo()
    assert document(hands).proposals == before


# -- many at once ------------------------------------------------------------------------------------------------------


def test_shift_drag_accepts_all_inside_in_one_edit(hands):
    _, second, third = put(hands, (5, 5, 20, 0.9, None), (60, 60, 20, 0.9, None), (100, 60, 20, 0.9, None))
    count = hands.window.workspace.model.undo_stack.count()
    shift_drag(hands, 50, 50, 130, 90)
    assert set(document(hands).instances) == {second.id, third.id}
    assert hands.window.workspace.model.undo_stack.count() == count + 1
    hands.undo()
    assert len(proposals(hands)) == 3
    assert not document(hands).instances


def test_shift_drag_over_a_half_accepts_nothing_and_says_so(hands):
    put(hands, (60, 60, 20, 0.9, None))
    shift_drag(hands, 50, 50, 70, 90)
    assert not document(hands).instances
    assert hands.window.status.currentMessage()


def test_accept_all_asks_for_the_category_and_takes_only_those_shown(hands):
    whole, part, alone = put(hands, WHOLE, PART, ALONE)
    hands.qtbot.mouseClick(hands.window.proposals.accept_all, Qt.MouseButton.LeftButton)
    field = hands.window.proposals_on_screen.name_strip.field
    assert field.text() == "thing"
    hands.qtbot.keyClicks(field, "animal")  # typed over it
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert set(document(hands).instances) == {whole.id, alone.id}
    assert {document(hands).categories[i.category_id].name for i in document(hands).instances.values()} == {"animal"}
    assert [p.id for p in proposals(hands)] == [part.id]
    hands.undo()
    assert len(proposals(hands)) == 3
    assert document(hands).category_named("animal") is None


def test_delete_throws_away_the_selected_ones(hands):
    whole, _, alone = put(hands, WHOLE, PART, ALONE)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(lambda: panel.list_model.rowCount() == 2)
    panel.rows.selectRow(panel.list_model.rows_of(frozenset({alone.id}))[0])
    assert hands.window.workspace.proposals.selected_ids == {alone.id}
    hands.key(Qt.Key.Key_Delete)
    assert alone.id not in document(hands).proposals
    assert whole.id in document(hands).proposals
    hands.undo()
    assert document(hands).proposals[alone.id] == alone


def test_delete_all_throws_away_those_shown_in_one_edit(hands):
    whole, part, alone = put(hands, WHOLE, PART, ALONE)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(panel.delete_all.isEnabled)
    hands.qtbot.mouseClick(panel.delete_all, Qt.MouseButton.LeftButton)
    assert [p.id for p in proposals(hands)] == [part.id]
    hands.undo()
    assert {p.id for p in proposals(hands)} == {whole.id, part.id, alone.id}
    panel.score.setValue(99)
    hands.qtbot.waitUntil(lambda: not panel.delete_all.isEnabled())


def test_delete_throws_away_the_one_pointed_at(hands):
    _, _, alone = put(hands, WHOLE, PART, ALONE)
    QTest.mouseMove(hands.window.canvas, hands.at(170, 70))
    hands.qtbot.waitUntil(lambda: hands.window.workspace.proposals.hovered_id == alone.id)
    hands.key(Qt.Key.Key_Delete)
    assert alone.id not in document(hands).proposals


# -- what is seen ------------------------------------------------------------------------------------------------------


def test_they_are_drawn_and_the_hovered_one_is_brighter(hands, qtbot):
    def pixels():
        return hands.window.canvas.grab().toImage()

    empty = pixels()
    put(hands, ALONE)
    inside, outside = hands.at(170, 70), hands.at(100, 20)
    plain = pixels()
    assert plain.pixel(inside) != empty.pixel(inside)
    assert plain.pixel(outside) == empty.pixel(outside)
    hands.window.workspace.proposals.hover(next(iter(shown_ids(hands))))
    bright = pixels()
    assert bright.pixelColor(inside).lightness() > plain.pixelColor(inside).lightness()
    hands.key(Qt.Key.Key_H, SHIFT)
    assert pixels().pixel(inside) == empty.pixel(inside)
    assert hands.window.proposal_layer.proposal_at(QPointF(170, 70)) is None


# -- a pre-labelled file -----------------------------------------------------------------------------------------------


def test_a_prelabelled_file_is_reviewed_image_by_image(hands, folder, qtbot):
    put(hands, ALONE)
    second = StoredProposal(
        document(hands).take_id(StoredProposal), 3, 1, proposals(hands)[0].mask, 0.7, parent_id=4711
    )
    hands.window.workspace.model.push(ReplaceProposals((), (second,)), "")
    path = hands.save()
    hands.open(path)
    hands.wait_image("a.png")
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)
    assert hands.window.proposals.list_model.rowCount() == 1
    hands.window.actions_.next_with_proposals.trigger()
    hands.wait_image("丙.png")
    assert shown_ids(hands) == {second.id}
    wait_shapes(hands)
    hands.click(170, 70)
    assert set(document(hands).instances) == {second.id}
    hands.window.actions_.next_with_proposals.trigger()
    hands.wait_image("a.png")
    hands.window.actions_.next_with_proposals.trigger()
    assert hands.window.status.currentMessage()
