"""What is done while another dataset is being read: nothing of it is lost unasked, and nothing comes along."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from annotator.core.dataset import open_dataset
from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance, Together
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError
from annotator.gui import opener, undo_stack
from annotator.gui.opening import Exchange
from annotator.gui.tools.outline_gesture import Gesture
from annotator.gui.tools.outline_hits import Spot
from annotator.gui.unfinished import Unfinished, Wish
from tests.gui.annotating import block
from tests.gui.conftest import write_discs
from tests.gui.test_no_lost_work import Gate

CORNERS = (QPointF(1, 1), QPointF(50, 1), QPointF(50, 50))
AFTER = RunLengths.from_mask(block(20, 20, 90, 90))


@pytest.fixture
def other(tmp_path):
    write_discs(tmp_path / "other" / "z.png")
    return tmp_path / "other"


@pytest.fixture
def gate(monkeypatch):
    return Gate(monkeypatch, opener, "read")


@pytest.fixture
def unfinished(monkeypatch):
    """What the question about unfinished masks is answered with, and what it was asked about."""

    class Asked(list):
        answer = Wish.STAY

    asked = Asked()
    monkeypatch.setattr(Unfinished, "ask", lambda self, _: asked.append(self.images) or asked.answer)
    return asked


@pytest.fixture
def unsaved(monkeypatch):
    """How often the question about unsaved work was asked; the answer is to stay."""
    asked = []
    monkeypatch.setattr(
        "annotator.gui.leaving.ask_to_save", lambda *_: asked.append(1) or QMessageBox.StandardButton.Cancel
    )
    return asked


@pytest.fixture
def instance(hands):
    """The one instance of the dataset that is open, all of which is saved."""
    workspace = hands.window.workspace
    document = workspace.model.document
    category = Category(document.take_id(Category), "thing")
    mask = RunLengths.from_mask(block(20, 20, 60, 60))
    instance = Instance(document.take_id(Instance), workspace.image_id, category.id, mask)
    workspace.model.push(Together((AddCategory(category), AddInstance(instance))), "test")
    workspace.selection.select([instance.id])
    workspace.model.mark_saved(workspace.model.state, workspace.model.coco_path)
    return instance


class Slow:
    """Makes a mask once it is let."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def __call__(self, before=None) -> RunLengths:
        self.event.wait(10)
        return AFTER


def test_a_polygon_begun_meanwhile_is_asked_about(hands, instance, other, gate, unfinished):
    workspace = hands.window.workspace
    hands.window.open_paths([other])
    workspace.editor.masks.corners.put(workspace.image_id, CORNERS)
    gate.open()
    hands.qtbot.waitUntil(lambda: unfinished == [("a.png",)])
    hands.qtbot.wait(50)
    assert workspace.editor.masks.corners.present == CORNERS
    assert instance.id in workspace.model.document.instances


def test_a_click_made_meanwhile_is_asked_about_and_can_be_given_up(hands, instance, other, gate, unfinished):
    unfinished.answer = Wish.DROP
    hands.window.open_paths([other])
    hands.click(50, 80)
    hands.wait_mask()
    assert unfinished == []
    gate.open()
    hands.wait_image("z.png")
    assert unfinished == [("a.png",)]


def test_what_was_given_up_before_is_not_asked_about_again(hands, instance, other, gate, unfinished):
    unfinished.answer = Wish.DROP
    hands.click(50, 80)
    hands.wait_mask()
    hands.window.open_paths([other])
    gate.open()
    hands.wait_image("z.png")
    assert unfinished == [("a.png",)]


def test_strokes_still_being_computed_are_asked_about(hands, instance, other, gate, unsaved, settings):
    settings.autosave_minutes = 0
    workspace = hands.window.workspace
    masks, document, slow, ended = workspace.editor.masks, workspace.model.document, Slow(), []
    hands.window.open_paths([other])
    for number in (1, 2):
        masks.draw(masks.new_drawn_on(instance), slow, "Brush", "brush", lambda n=number: ended.append(n))
    gate.open()
    hands.qtbot.wait(300)
    assert workspace.model.document is document
    slow.event.set()
    hands.qtbot.waitUntil(lambda: unsaved == [1])
    assert ended == [1, 2]
    assert workspace.model.document is document
    assert document.instances[instance.id].mask == AFTER


def test_nothing_waits_in_the_new_document_for_masks_of_the_one_before(hands, instance, other):
    """However they come to be under way: a fault here would last until the program ends."""
    workspace = hands.window.workspace
    masks, slow = workspace.editor.masks, Slow()
    masks.draw(masks.new_drawn_on(instance), slow, "Brush", "brush")
    moved = Gesture(Spot.INSIDE, (30.0, 30.0), 1.0, (5.0, 5.0))
    workspace.outline.change(workspace.outline.held(), moved, "Move the instance")
    workspace.selection.select(())
    masks.corners.put(workspace.image_id, CORNERS)
    masks.close_polygon()
    before = workspace.model.keeping
    workspace.model.open(open_dataset([other]))
    before.close(discard=True)
    assert not workspace.outline.is_busy
    assert not masks._closing
    slow.event.set()
    hands.wait_masks()
    assert not workspace.model.document.instances


def test_a_fault_when_a_mask_is_put_holds_up_nothing(hands, instance):
    workspace = hands.window.workspace
    work, lost, done = workspace.editor.mask_work, [], []

    def fail(_):
        raise RuntimeError("a fault")

    with hands.qtbot.captureExceptions() as faults:
        work.compute(lambda: 1, fail, lambda: lost.append(1))
        work.in_turn(lambda: fail(1))
        work.in_turn(lambda: done.append(1))
        hands.qtbot.waitUntil(lambda: done == [1])
        assert lost == [1]
    assert faults
    assert not work.is_busy


def test_an_opening_that_is_cancelled_gives_nothing_up(hands, instance, other, gate):
    workspace = hands.window.workspace
    workspace.opener.discards = True  # as after Discard
    workspace.opener.open([other])
    (job,) = workspace.jobs.listed
    job.cancel.cancel()
    gate.open()
    hands.qtbot.waitUntil(lambda: not workspace.jobs.listed)
    assert not workspace.opener.discards
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")


class TestTheMomentOfTheExchange:
    @pytest.fixture
    def exchange(self, monkeypatch):
        return Gate(monkeypatch, Exchange, "run")

    @pytest.fixture
    def exchanging(self, hands, instance, other, exchange):
        hands.window.open_paths([other])
        hands.qtbot.waitUntil(lambda: hands.window.workspace.opener.is_exchanging)
        return hands

    def test_a_click_is_refused_and_told(self, exchanging, exchange):
        hands, session = exchanging, exchanging.window.workspace.session
        hands.click(50, 80)
        hands.click(50, 80, Qt.MouseButton.RightButton)
        assert not session.is_pending
        assert hands.window.status.currentMessage() == "Another dataset is being opened."
        exchange.open()
        hands.wait_image("z.png")
        hands.click(50, 80)
        hands.wait_mask()

    def test_so_are_a_stroke_and_the_key_that_presses(self, exchanging, exchange):
        hands, workspace = exchanging, exchanging.window.workspace
        hands.key(Qt.Key.Key_R)
        hands.drag(100, 100, 120, 120)
        hands.key(Qt.Key.Key_P)
        hands.window.canvas.keyboard.set_on(True)
        hands.key(Qt.Key.Key_Space)
        assert not workspace.session.is_pending
        assert not workspace.editor.mask_work.is_busy
        exchange.open()
        hands.wait_image("z.png")
        assert not workspace.model.document.instances

    def test_nothing_is_saved_into_what_is_given_up(self, exchanging, exchange, folder):
        hands, path = exchanging, exchanging.window.workspace.model.coco_path
        hands.window.save()
        hands.window.flow.save_as()  # no dialog, which nobody would close here
        assert not hands.window.workspace.saver.is_saving
        assert hands.window.status.currentMessage() == "Another dataset is being opened."
        exchange.open()
        hands.wait_image("z.png")
        assert not path.exists()

    def test_after_one_that_fails_work_goes_on(self, hands, instance, other, monkeypatch):
        def fail(*_):
            raise DatasetError("the folder is gone")

        monkeypatch.setattr(Exchange, "run", fail)
        hands.window.open_paths([other])
        hands.qtbot.waitUntil(hands.window.messages.isVisible)
        hands.click(50, 80)
        hands.wait_mask()

    def test_a_button_that_is_down_comes_first(self, hands, instance, other, gate, unfinished):
        workspace, no_key = hands.window.workspace, Qt.KeyboardModifier.NoModifier
        document = workspace.model.document
        hands.window.open_paths([other])
        QTest.mousePress(hands.window.canvas, Qt.MouseButton.LeftButton, no_key, hands.at(50, 80))
        gate.open()
        hands.qtbot.wait(300)
        assert not workspace.opener.is_exchanging
        assert workspace.model.document is document
        QTest.mouseRelease(hands.window.canvas, Qt.MouseButton.LeftButton, no_key, hands.at(50, 80))
        hands.qtbot.waitUntil(lambda: unfinished == [("a.png",)])

    def test_a_button_whose_release_goes_elsewhere_holds_up_nothing(self, hands, instance, other, gate):
        hands.window.open_paths([other])
        QTest.mousePress(hands.window.canvas, Qt.MouseButton.LeftButton, pos=hands.at(50, 80))
        hands.window.images.view.setFocus()
        gate.open()
        hands.wait_image("z.png")

    def test_a_large_undo_comes_first(self, hands, instance, other, gate, unsaved, settings, monkeypatch):
        settings.autosave_minutes = 0
        workspace, working = hands.window.workspace, []
        monkeypatch.setattr(undo_stack, "LARGE", 0)
        workspace.model.work_out = lambda *arguments: working.append(arguments)
        workspace.editor.categories.add("another")
        workspace.model.mark_saved(workspace.model.state, workspace.model.coco_path)
        hands.window.open_paths([other])
        hands.undo()
        gate.open()
        hands.qtbot.wait(300)
        ((work, done, _),) = working
        assert not workspace.opener.is_exchanging
        done(work())
        hands.qtbot.waitUntil(lambda: unsaved == [1])
        assert [category.name for category in workspace.model.document.categories.values()] == ["thing"]


def test_closing_waits_for_a_large_undo(hands, instance, unsaved, monkeypatch):
    workspace, working = hands.window.workspace, []
    monkeypatch.setattr(undo_stack, "LARGE", 0)
    workspace.model.work_out = lambda *arguments: working.append(arguments)
    workspace.editor.categories.add("another")
    workspace.model.mark_saved(workspace.model.state, workspace.model.coco_path)
    hands.undo()
    hands.window.close()
    hands.qtbot.wait(200)
    assert hands.window.isVisible()
    ((work, done, _),) = working
    done(work())
    hands.qtbot.waitUntil(lambda: unsaved == [1])
