"""Brush and Eraser with real mouse events, against discs and bars computed with NumPy."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from pycocotools.coco import COCO
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.core import coco
from annotator.core.document import Review, ReviewState
from annotator.core.edits import ChangeInstance
from annotator.core.formats.exchange import export
from annotator.core.formats.options import ExportOptions, Shape
from tests.gui.annotating import accept_disc, add_category, instances, mask
from tests.gui.conftest import Hands

CONTROL = Qt.KeyboardModifier.ControlModifier
RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def disc(hands):
    """Hands on the first picture, with its left disc as the one instance, selected, and the Brush."""
    add_category(hands, "disc")
    accept_disc(hands, 50)
    (instance,) = instances(hands)
    hands.window.workspace.selection.select([instance.id])
    hands.key(Qt.Key.Key_R)
    return hands


def drag(hands: Hands, *places, button=Qt.MouseButton.LeftButton) -> None:
    canvas, none = hands.window.canvas, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, button, none, hands.at(*places[0]))
    for place in places[1:]:
        QTest.mouseMove(canvas, hands.at(*place))
    QTest.mouseRelease(canvas, button, none, hands.at(*places[-1]))
    hands.wait_masks()


def bar(hands: Hands, x0, x1, y, diameter) -> tuple[np.ndarray, np.ndarray]:
    """Pixels surely and perhaps within a horizontal stroke; a screen pixel of doubt."""
    rows, columns = np.indices((160, 240)) + 0.5
    away = np.hypot(np.maximum(np.maximum(x0 + 0.5 - columns, columns - x1 - 0.5), 0), rows - y - 0.5)
    doubt = 1 / hands.window.canvas.viewport.scale
    return away < diameter / 2 - doubt, away < diameter / 2 + doubt


def size(hands: Hands) -> float:
    return hands.window._toolbox.tools[hands.window.actions_.brush_tool]._size.diameter


def test_a_stroke_is_added_to_the_selected_instance_as_one_edit(disc):
    before = mask(disc)
    stack = disc.window.workspace.model.undo_stack.count()
    drag(disc, (60, 20), (90, 20), (120, 20))
    sure, perhaps = bar(disc, 60, 120, 20, size(disc))
    after = mask(disc)
    assert after[before].all()
    assert after[sure].all()
    assert not after[~(before | perhaps)].any()
    assert disc.window.workspace.model.undo_stack.count() == stack + 1
    disc.undo()
    assert np.array_equal(mask(disc), before)
    disc.redo()
    assert np.array_equal(mask(disc), after)


@pytest.mark.parametrize(("key", "button"), [(Qt.Key.Key_E, Qt.MouseButton.LeftButton), (Qt.Key.Key_R, RIGHT)])
def test_the_eraser_and_the_other_button_of_the_brush_erase(disc, key, button):
    before = mask(disc)
    disc.key(key)
    drag(disc, (20, 80), (50, 80), (80, 80), button=button)
    sure, perhaps = bar(disc, 20, 80, 80, size(disc))
    after = mask(disc)
    assert not after[sure].any()
    assert after[before & ~perhaps].all()
    assert before[after].all()


def test_erasing_beside_the_selected_instance_says_that_it_is_for_that_one_alone(disc):
    before = mask(disc)
    disc.key(Qt.Key.Key_E)
    disc.click(190, 80)
    disc.wait_masks()
    assert "the selected instance alone" in disc.window.status.currentMessage()
    assert np.array_equal(mask(disc), before)


def test_an_instance_erased_to_nothing_is_deleted_in_that_edit(disc):
    before = instances(disc)
    disc.key(Qt.Key.Key_E)
    for _ in range(12):
        disc.key(Qt.Key.Key_BracketRight)
    disc.click(50, 80)
    disc.wait_masks()
    assert instances(disc) == []
    disc.undo()
    assert instances(disc) == before


def test_brush_with_nothing_selected_makes_an_instance_that_the_next_stroke_goes_on_with(disc):
    disc.window.workspace.selection.select([])
    drag(disc, (100, 20), (130, 20))
    first, second = instances(disc)
    assert second.category_id == first.category_id
    assert second.provenance.source == "brush"
    assert disc.window.workspace.selection.instance_ids == {second.id}
    drag(disc, (100, 140), (130, 140))
    assert len(instances(disc)) == 2
    assert instances(disc)[1].mask.to_mask()[140, 115]


def test_brush_without_a_category_asks_for_one_at_the_stroke(hands):
    hands.key(Qt.Key.Key_R)
    drag(hands, (100, 80), (130, 80))
    field = hands.window.strip.category_field
    assert field.isVisible()
    assert instances(hands) == []
    field.insert("stripe")
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert mask(hands)[80, 115]
    assert not hands.window.strip.isVisible()
    assert [c.name for c in hands.window.workspace.model.document.categories.values()] == ["stripe"]
    hands.undo()
    assert instances(hands) == []
    assert not hands.window.workspace.model.document.categories


def test_escape_in_the_name_field_gives_the_stroke_up(hands):
    hands.key(Qt.Key.Key_R)
    drag(hands, (100, 80), (130, 80))
    hands.qtbot.keyClick(hands.window.strip.category_field, Qt.Key.Key_Escape)
    assert not hands.window.strip.isVisible()
    assert hands.window.workspace.editor.masks.waiting is None
    assert instances(hands) == []


def test_an_unnamed_stroke_is_not_dropped_by_the_next_press(hands):
    hands.key(Qt.Key.Key_R)
    drag(hands, (100, 80), (130, 80))
    masks = hands.window.workspace.editor.masks
    waiting = masks.waiting
    drag(hands, (20, 20), (40, 20))
    assert masks.waiting is waiting
    assert "Name the category" in hands.window.status.currentMessage()
    assert hands.window.strip.is_asking


@pytest.mark.parametrize("state", ["locked", "hidden"])
def test_a_locked_or_hidden_instance_is_refused(disc, state):
    before = mask(disc)
    view_state = disc.window.workspace.selection.view_state
    getattr(view_state, f"set_{state}")([instances(disc)[0].id], True)
    drag(disc, (60, 20), (90, 20))
    assert np.array_equal(mask(disc), before)
    assert state in disc.window.status.currentMessage()


def test_eraser_with_nothing_selected_says_so(disc):
    before = mask(disc)
    disc.window.workspace.selection.select([])
    disc.key(Qt.Key.Key_E)
    drag(disc, (50, 80), (60, 80))
    assert np.array_equal(mask(disc), before)
    assert "erase from" in disc.window.status.currentMessage()


def test_escape_during_a_stroke_drops_it(disc):
    before = mask(disc)
    canvas, none = disc.window.canvas, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, none, disc.at(100, 20))
    QTest.mouseMove(canvas, disc.at(120, 20))
    disc.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, none, disc.at(120, 20))
    assert np.array_equal(mask(disc), before)
    assert disc.window.tool_name == "brush"


def test_brackets_and_alt_wheel_size_the_brush_and_the_circle_shows_it(disc):
    start = size(disc)
    disc.key(Qt.Key.Key_BracketRight)
    assert size(disc) > start
    disc.key(Qt.Key.Key_BracketLeft)
    assert size(disc) == pytest.approx(start, abs=1)
    scale = disc.window.canvas.viewport.scale
    at = QPointF(disc.at(100, 20))
    for turn in (QPoint(0, 240), QPoint(240, 0)):  # some systems turn the wheel's way with Alt
        before = size(disc)
        wheel = QWheelEvent(
            at, disc.window.canvas.mapToGlobal(at), QPoint(), turn, Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.AltModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(disc.window.canvas, wheel)
        assert size(disc) > before
    assert disc.window.canvas.viewport.scale == scale
    canvas = disc.window.canvas
    canvas.grab()  # lays out what waits for it: the picture has its place before the pointer has
    QTest.mouseMove(canvas, disc.at(110, 80))
    QTest.mouseMove(canvas, disc.at(120, 80))
    image = canvas.grab().toImage()
    radius = size(disc) * canvas.viewport.scale / 2
    centre = QPointF(disc.at(120, 80))
    for turn in range(0, 360, 45):
        away = QPointF(math.cos(math.radians(turn)), math.sin(math.radians(turn))) * radius
        rim = [image.pixelColor((centre + away * stretch).toPoint()).lightness() for stretch in stretches(radius)]
        assert max(rim) > 160, turn


def stretches(radius: float) -> list[float]:
    return [1 + shift / radius for shift in (-1, 0, 1)]


def test_what_is_drawn_anew_around_a_stroke_looks_as_if_all_were(disc):
    accept = disc.window.workspace.editor.masks
    accept._selection.select([])
    drag(disc, (40, 60), (110, 60))
    layer, canvas = disc.window.layer, disc.window.canvas
    canvas.grab()
    drag(disc, (100, 60), (110, 90))
    disc.undo()
    drag(disc, (60, 60), (70, 60), button=RIGHT)
    part = canvas.grab().toImage()
    layer.invalidate()
    assert canvas.grab().toImage() == part


def test_holes_and_parts_are_exact_through_strokes_save_load_and_export(disc, tmp_path):
    diameter = size(disc)
    drag(disc, (60, 140), (120, 140))  # a part of its own
    disc.key(Qt.Key.Key_E)
    disc.window._toolbox.tools[disc.window.actions_.brush_tool]._size.diameter = 6.0
    drag(disc, (50, 80), (50, 80))  # a hole in the disc
    drag(disc, (80, 140), (100, 140))  # and one in the bar
    wanted = mask(disc)
    assert diameter > 12
    _, parts = cv2.connectedComponents(wanted.astype(np.uint8))
    _, ground = cv2.connectedComponents((~wanted).astype(np.uint8), connectivity=4)
    assert (parts.max(), ground.max()) == (2, 3)  # the ground around them, and in them two holes

    path = disc.save()
    assert_holds(path, wanted)
    reopened = coco.read(path, path.parent)
    for shape in (Shape.KEEP, Shape.EXACT):
        out = tmp_path / f"{shape.value}.json"
        export(reopened, "coco", out, ExportOptions(shape=shape))
        assert_holds(out, wanted)


def assert_holds(path, wanted: np.ndarray) -> None:
    """That the file's one annotation is that mask, for us and for pycocotools."""
    (again,) = coco.read(path, path.parent).instances.values()
    assert np.array_equal(again.mask.to_mask(), wanted)
    (record,) = json.loads(path.read_bytes())["annotations"]
    assert np.array_equal(COCO(str(path)).annToMask(record).astype(bool), wanted)
    assert record["area"] == wanted.sum()


def test_what_was_said_of_the_mask_before_is_not_said_of_what_was_painted(disc):
    model = disc.window.workspace.model
    (instance,) = instances(disc)
    accepted = replace(instance, review=Review(ReviewState.ACCEPTED, "fine"))
    model.push(ChangeInstance(instance, accepted), "accept")
    assert accepted.provenance.predicted_iou is not None
    drag(disc, (60, 20), (90, 20))
    (painted,) = instances(disc)
    assert painted.review == Review(ReviewState.TO_REVIEW, "fine")
    assert painted.provenance == replace(accepted.provenance, predicted_iou=None, stability=None)
    assert disc.window.details.review.state.currentText() == "To review"
    disc.undo()
    assert instances(disc) == [accepted]
