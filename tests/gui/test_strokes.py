"""Strokes become edits in a worker thread: on the newest mask, in the order of what was asked for, none is lost."""

from __future__ import annotations

import json
import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from annotator.core.brush import Stroke
from annotator.core.geometry import RunLengths
from annotator.gui.tools.outline_gesture import Gesture
from annotator.gui.tools.outline_hits import Spot
from tests.gui.annotating import instances, mask
from tests.gui.conftest import Hands
from tests.gui.test_brush import bar, disc, size  # noqa: F401
from tests.gui.test_drawn import name_it

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


class Gate:
    """Holds up the computing of strokes until it is opened."""

    def __init__(self, monkeypatch) -> None:
        self._open = threading.Event()
        added, taken = Stroke.added_to, Stroke.taken_from
        monkeypatch.setattr(Stroke, "added_to", lambda stroke, to: self._pass() and added(stroke, to))
        monkeypatch.setattr(Stroke, "taken_from", lambda stroke, of: self._pass() and taken(stroke, of))

    def _pass(self) -> bool:
        return self._open.wait(20)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate(monkeypatch):
    gate = Gate(monkeypatch)
    yield gate
    gate.open()


def begin(hands: Hands, *places) -> None:
    QTest.mousePress(hands.window.canvas, LEFT, NONE, hands.at(*places[0]))
    for place in places[1:]:
        QTest.mouseMove(hands.window.canvas, hands.at(*place))


def end(hands: Hands, place) -> None:
    QTest.mouseRelease(hands.window.canvas, LEFT, NONE, hands.at(*place))


def stroke(hands: Hands, *places) -> None:
    begin(hands, *places)
    end(hands, places[-1])


def bright(hands: Hands, x, y) -> int:
    """How far from the picture's grey the canvas is there."""
    color = hands.window.canvas.grab().toImage().pixelColor(hands.at(x, y))
    return max(abs(value - 128) for value in (color.red(), color.green(), color.blue()))


def colors(image) -> np.ndarray:
    """H x W x 4 int."""
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).astype(int)


def test_a_stroke_goes_onto_the_mask_that_an_undo_gave_the_instance_meanwhile(disc):  # noqa: F811
    before = mask(disc)
    stroke(disc, (60, 20), (120, 20))
    disc.wait_masks()
    begin(disc, (60, 140), (120, 140))
    disc.undo()
    assert np.array_equal(mask(disc), before)
    end(disc, (120, 140))
    disc.wait_masks()
    sure, perhaps = bar(disc, 60, 120, 140, size(disc))
    assert mask(disc)[sure | before].all()
    assert not mask(disc)[~(before | perhaps)].any()


def test_and_onto_one_that_it_gets_while_the_stroke_is_computed(disc, gate):  # noqa: F811
    (instance,) = instances(disc)
    stroke(disc, (60, 140), (120, 140))
    other = np.zeros((160, 240), bool)
    other[10:20, 200:220] = True
    disc.window.workspace.editor.masks.set_mask(instance, RunLengths.from_mask(other), "test")
    gate.open()
    disc.wait_masks()
    sure, perhaps = bar(disc, 60, 120, 140, size(disc))
    assert mask(disc)[sure | other].all()
    assert not mask(disc)[~(other | perhaps)].any()


def test_an_instance_that_goes_while_it_is_drawn_on_leaves_the_stroke_as_a_new_one(disc):  # noqa: F811
    (before,) = instances(disc)
    begin(disc, (60, 140), (120, 140))
    disc.window.workspace.editor.instances.delete([before.id])
    end(disc, (120, 140))
    disc.wait_masks()
    (made,) = instances(disc)
    assert made.id != before.id
    assert made.category_id == before.category_id
    assert made.mask.to_mask()[140, 90]


def test_undo_and_delete_right_after_a_stroke_mean_the_stroke_too(disc, gate):  # noqa: F811
    before = mask(disc)
    stroke(disc, (60, 140), (120, 140))
    disc.undo()
    gate.open()
    disc.wait_masks()
    assert np.array_equal(mask(disc), before)
    disc.redo()
    assert mask(disc)[140, 90]
    stroke(disc, (60, 20), (120, 20))
    disc.key(Qt.Key.Key_Delete)
    disc.wait_masks()
    assert instances(disc) == []


def test_delete_in_the_list_waits_for_the_stroke_too(disc, gate):  # noqa: F811
    before = mask(disc)
    stroke(disc, (60, 140), (120, 140))
    view = disc.window.instances.view
    view.setFocus()
    disc.qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert len(instances(disc)) == 1
    gate.open()
    disc.wait_masks()
    assert instances(disc) == []
    disc.undo()
    assert mask(disc)[140, 90]
    disc.undo()
    assert np.array_equal(mask(disc), before)


def test_a_stroke_drawn_while_its_instance_is_merged_goes_on_with_what_comes_of_it(disc, gate):  # noqa: F811
    workspace = disc.window.workspace
    workspace.selection.select([])
    stroke(disc, (150, 20), (200, 20))
    gate.open()
    disc.wait_masks()
    first, second = instances(disc)
    workspace.selection.select([first.id, second.id])
    disc.window.actions_.merge.trigger()
    workspace.selection.select([second.id])
    stroke(disc, (150, 140), (200, 140))
    disc.wait_masks()
    (kept,) = instances(disc)
    assert kept.id == first.id
    assert kept.mask.to_mask()[140, 175]


def test_strokes_that_follow_fast_make_one_new_instance(disc, gate):  # noqa: F811
    disc.window.workspace.selection.select([])
    stroke(disc, (150, 20), (200, 20))
    stroke(disc, (150, 140), (200, 140))
    gate.open()
    disc.wait_masks()
    _, made = instances(disc)
    assert made.mask.to_mask()[[20, 140], 175].all()
    assert disc.window.workspace.model.undo_stack.undoText() == "Brush"


def test_and_without_a_category_one_mask_that_waits(hands, gate):
    hands.key(Qt.Key.Key_R)
    stroke(hands, (150, 20), (200, 20))
    stroke(hands, (150, 140), (200, 140))
    gate.open()
    hands.wait_masks()
    name_it(hands, "stripe")
    assert mask(hands)[[20, 140], 175].all()


@pytest.mark.parametrize("when", ["drawing", "computing"])
def test_paging_leaves_the_stroke_to_its_image(disc, gate, when):  # noqa: F811
    begin(disc, (60, 140), (120, 140))
    if when == "computing":
        end(disc, (120, 140))
    disc.key(Qt.Key.Key_D)
    gate.open()
    disc.wait_image("b.png")
    disc.wait_masks()
    assert mask(disc)[140, 90]
    assert not disc.window.workspace.selection.instance_ids


def test_another_tool_ends_the_stroke(disc):  # noqa: F811
    begin(disc, (60, 140), (120, 140))
    disc.key(Qt.Key.Key_S)
    disc.wait_masks()
    assert mask(disc)[140, 90]


def test_a_stroke_stays_on_screen_until_the_instance_has_it(disc, gate):  # noqa: F811
    assert bright(disc, 90, 140) < 10
    stroke(disc, (60, 140), (120, 140))
    assert bright(disc, 90, 140) > 25
    gate.open()
    work = disc.window.workspace.editor.mask_work
    seen = []
    while work.is_busy:
        disc.qtbot.wait(1)
        seen.append(bright(disc, 90, 140))
    seen.append(bright(disc, 90, 140))
    assert min(seen) > 25
    assert mask(disc)[140, 90]
    QTest.mouseMove(disc.window.canvas, disc.at(200, 20))
    layer = disc.window.layer
    after = disc.window.canvas.grab().toImage()
    layer.invalidate()
    assert disc.window.canvas.grab().toImage() == after  # the painted stroke is gone


@pytest.mark.parametrize("button", [LEFT, Qt.MouseButton.RightButton])
def test_what_a_stroke_on_a_ragged_mask_changes_is_all_that_changes_on_screen(disc, button):  # noqa: F811
    (instance,) = instances(disc)
    noise = RunLengths.from_mask(np.random.default_rng(0).random((160, 240)) < 0.5)
    disc.window.workspace.editor.masks.set_mask(instance, noise, "test")
    canvas, layer = disc.window.canvas, disc.window.layer
    canvas.zoom_by_steps(3)
    for places in [((60, 60), (120, 75)), ((100, 90), (120, 90)), ((118, 60), (118, 75))]:
        QTest.mousePress(canvas, button, NONE, disc.at(*places[0]))
        QTest.mouseMove(canvas, disc.at(*places[1]))
        QTest.mouseRelease(canvas, button, NONE, disc.at(*places[1]))
        disc.wait_masks()
    disc.qtbot.waitUntil(lambda: layer._flashing_id is None)
    QTest.mouseMove(canvas, disc.at(118, 70))
    after = canvas.grab().toImage()
    layer.invalidate()
    # Where the part that is drawn anew ends, Qt rounds the edges of lines in another way.
    assert np.abs(colors(canvas.grab().toImage()) - colors(after)).max() < 5
    assert mask(disc).sum() != noise.area


def test_what_is_erased_stays_erased_on_screen_until_the_instance_is_without_it(disc, gate):  # noqa: F811
    disc.key(Qt.Key.Key_E)
    disc.qtbot.waitUntil(lambda: disc.window.layer._flashing_id is None)
    before = bright(disc, 50, 80)
    stroke(disc, (20, 80), (80, 80))
    cut = bright(disc, 50, 80)
    assert cut != before
    gate.open()
    disc.wait_masks()
    assert bright(disc, 50, 80) == cut
    assert not mask(disc)[80, 50]


def outline_at(hands: Hands, x, y) -> bool:
    """Whether the white outline of the selection is there."""
    place, image = hands.at(x, y), hands.window.canvas.grab().toImage()
    near = [image.pixelColor(place.x() + dx, place.y()).lightness() for dx in range(-12, 13)]
    return max(near) > 240


def test_while_it_is_erased_the_outline_of_the_selection_goes_too(disc, gate):  # noqa: F811
    disc.key(Qt.Key.Key_E)
    disc.qtbot.waitUntil(lambda: disc.window.layer._flashing_id is None)
    (instance,) = instances(disc)
    x, y, width, height = instance.mask.bbox
    right, middle = x + width, y + height // 2
    assert outline_at(disc, right, middle)
    begin(disc, (right, middle - 20), (right, middle + 20))
    QTest.mouseMove(disc.window.canvas, disc.at(right, middle + 40))
    assert not outline_at(disc, right, middle)
    end(disc, (right, middle + 40))
    assert not outline_at(disc, right, middle)
    gate.open()
    disc.wait_masks()
    assert not outline_at(disc, right, middle)
    disc.undo()
    assert outline_at(disc, right, middle)


@pytest.mark.parametrize("key", [Qt.Key.Key_S, Qt.Key.Key_E, Qt.Key.Key_P])
def test_a_stroke_that_waits_is_on_screen_whatever_the_tool_is(disc, gate, key):  # noqa: F811
    stroke(disc, (60, 140), (120, 140))
    begin(disc, (60, 20), (120, 20))  # its button is still down
    disc.key(key)
    for y in (140, 20):
        assert bright(disc, 90, y) > 25
    gate.open()
    work = disc.window.workspace.editor.mask_work
    seen = []
    while work.is_busy:
        disc.qtbot.wait(1)
        seen += [bright(disc, 90, 140), bright(disc, 90, 20)]
    assert min(seen) > 25
    QTest.mouseMove(disc.window.canvas, disc.at(200, 80))
    after = disc.window.canvas.grab().toImage()
    disc.window.layer.invalidate()
    assert np.abs(colors(disc.window.canvas.grab().toImage()) - colors(after)).max() < 5


def test_what_waits_to_be_erased_is_gone_from_the_screen_whatever_the_tool_is(disc, gate):  # noqa: F811
    disc.qtbot.waitUntil(lambda: disc.window.layer._flashing_id is None)
    before = bright(disc, 50, 80)
    disc.key(Qt.Key.Key_E)
    stroke(disc, (20, 80), (80, 80))
    disc.key(Qt.Key.Key_S)
    QTest.mouseMove(disc.window.canvas, disc.at(200, 20))
    assert bright(disc, 50, 80) != before
    gate.open()
    disc.wait_masks()
    assert not mask(disc)[80, 50]


# -- saving and leaving -----------------------------------------------------------------------------------------------


def test_a_save_contains_what_was_drawn_before_it(disc, gate):  # noqa: F811
    stroke(disc, (60, 140), (120, 140))
    with disc.qtbot.waitSignal(disc.window.workspace.saver.saved, timeout=10_000) as caught:
        disc.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        gate.open()
    (annotation,) = json.loads(caught.args[0].read_bytes())["annotations"]
    assert annotation["area"] == mask(disc).sum()
    assert mask(disc)[140, 90]
    assert disc.window.workspace.model.is_saved


def test_closing_waits_for_what_was_drawn_and_says_so(disc, gate, folder):  # noqa: F811
    autosave = disc.window.workspace.autosave
    autosave.set_minutes(1)
    stroke(disc, (60, 140), (120, 140))
    disc.window.close()
    assert disc.window.isVisible()
    disc.qtbot.waitUntil(lambda: "being computed" in disc.window.status.currentMessage(), timeout=5000)
    gate.open()
    disc.qtbot.waitUntil(lambda: not disc.window.isVisible(), timeout=10_000)
    (annotation,) = json.loads((folder / "annotations.coco.json").read_bytes())["annotations"]
    assert annotation["area"] == mask(disc).sum()
    assert mask(disc)[140, 90]
    autosave.set_minutes(0)


def test_a_vertex_that_was_dragged_is_saved_too(disc, monkeypatch):  # noqa: F811
    disc.key(Qt.Key.Key_G)
    outline = disc.window.workspace.outline
    disc.window.canvas.grab()
    disc.qtbot.waitUntil(lambda: not outline.is_busy and outline.current() is not None, timeout=10_000)
    event, done_on = threading.Event(), Gesture.done_on
    monkeypatch.setattr(Gesture, "done_on", lambda *arguments: event.wait(20) and done_on(*arguments))
    area = mask(disc).sum()
    outline.change(outline.held(), Gesture(Spot.INSIDE, (50.0, 80.0), 1.0, (60.0, 0.0)), "Move the instance")
    assert not disc.window.flow.is_free_to_leave
    with disc.qtbot.waitSignal(disc.window.workspace.saver.saved, timeout=10_000) as caught:
        disc.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        event.set()
    (annotation,) = json.loads(caught.args[0].read_bytes())["annotations"]
    assert annotation["area"] == area
    assert annotation["bbox"][0] > 60


def test_nothing_is_shown_as_saved_or_kept_while_a_stroke_is_in_memory_alone(disc, gate):  # noqa: F811
    window = disc.window
    disc.save()
    disc.qtbot.waitUntil(lambda: window.status.saved.text() == "saved")
    stroke(disc, (60, 20), (120, 20))
    assert window.status.saved.text() == "not saved"
    assert window.isWindowModified()
    stroke(disc, (60, 140), (120, 140))
    gate.open()
    disc.wait_masks()
    disc.qtbot.waitUntil(lambda: window.status.saved.text() == "not saved, but kept")
    disc.save()
    disc.qtbot.waitUntil(lambda: window.status.saved.text() == "saved")
    assert not window.isWindowModified()
