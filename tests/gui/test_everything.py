""" "Segment everything" in the window: from the button to the file, and while it runs."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt

from annotator.core import coco
from annotator.core.document import ImageStatus
from annotator.core.images import read_image
from annotator.gui import image_loader
from annotator.segment.stored_proposals import SOURCE
from tests.gui.annotating import add_category
from tests.gui.conftest import Hands, forget_changes
from tests.gui.proposing import (
    ROUND_ONE,
    Gated,
    document,
    process,
    proposals,
    propose,
    shown_ids,
    wait_run,
    wait_shapes,
)

__all__ = ["process"]

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
    slow_reading.set()  # the window, which closes before the fixture ends, waits for what is being read


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
