"""Vertices of the selected instance, with real mouse events and the Polygon tool, against pycocotools and NumPy."""

from __future__ import annotations

import json

import numpy as np
import pytest
from pycocotools.coco import COCO
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from annotator.core import coco
from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance
from annotator.core.geometry import RunLengths
from tests.gui.annotating import block, mask
from tests.gui.conftest import Hands

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


SQUARE = block(40, 40, 100, 100)
WITH_MORE = SQUARE & ~block(60, 60, 70, 70) | block(150, 20, 170, 40)  # a hole and a second part


@pytest.fixture
def shaped(hands):
    """Makes an instance with that mask, selected, and takes up the Polygon tool; returns the hands."""
    model = hands.window.workspace.model
    category = Category(model.document.take_id(Category), "thing")
    model.push(AddCategory(category), "test")

    def shaped(mask: np.ndarray) -> Hands:
        image_id = hands.window.workspace.image_id
        instance = Instance(model.document.take_id(Instance), image_id, category.id, RunLengths.from_mask(mask))
        model.push(AddInstance(instance), "test")
        hands.window.workspace.selection.select([instance.id])
        hands.key(Qt.Key.Key_G)
        ready(hands)
        return hands

    return shaped


def ready(hands: Hands) -> None:
    """Until the outline is that of the mask."""
    hands.window.canvas.grab()
    outline = hands.window.workspace.outline
    hands.qtbot.waitUntil(lambda: not outline.is_busy and outline.current() is not None, timeout=10_000)


def corner(hands: Hands, x: float, y: float):
    """The screen's place of where pixels meet."""
    return hands.window.canvas.viewport.to_widget(QPointF(x, y)).toPoint()


def image_point(hands: Hands, place) -> QPointF:
    return hands.window.canvas.viewport.to_image(QPointF(place))


def pull(hands: Hands, start, end) -> None:
    """Drag from where pixels meet to another such place."""
    canvas, left, none = hands.window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    a, b = corner(hands, *start), corner(hands, *end)
    QTest.mousePress(canvas, left, none, a)
    for share in (0.5, 1.0):
        QTest.mouseMove(canvas, a + (b - a) * share)
    QTest.mouseRelease(canvas, left, none, b)
    ready(hands)


def click(hands: Hands, at, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.mouseClick(hands.window.canvas, Qt.MouseButton.LeftButton, modifiers, corner(hands, *at))
    ready(hands)


def handles(hands: Hands) -> set[tuple[float, float]]:
    outline = hands.window.workspace.outline
    return {tuple(place) for ring in outline.current().polygons(outline.tolerance) for place in ring.tolist()}


def drawn(*corners) -> np.ndarray:
    return RunLengths.from_coco([[float(v) for corner in corners for v in corner]], 160, 240).to_mask()


def dragged_to(hands: Hands, start, end) -> tuple[float, float]:
    """Where a handle at `start` comes to, as the screen's pixels have it."""
    way = image_point(hands, corner(hands, *end)) - image_point(hands, corner(hands, *start))
    return start[0] + way.x(), start[1] + way.y()


def test_a_vertex_is_dragged_in_one_edit_and_all_else_stays(shaped):
    hands = shaped(WITH_MORE)
    count = hands.window.workspace.model.undo_stack.count()
    to = dragged_to(hands, (100, 40), (130, 20))
    pull(hands, (100, 40), (130, 20))
    assert np.array_equal(mask(hands), WITH_MORE | drawn((40, 40), (100, 40), (100, 100), to))
    assert hands.window.workspace.model.undo_stack.count() == count + 1
    hands.undo()
    assert np.array_equal(mask(hands), WITH_MORE)
    ready(hands)
    assert (100, 40) in handles(hands)
    hands.redo()
    assert mask(hands)[30, 115]


def test_the_vertex_of_a_hole_is_dragged(shaped):
    hands = shaped(WITH_MORE)
    to = dragged_to(hands, (70, 70), (90, 90))
    pull(hands, (70, 70), (90, 90))
    hole = drawn((60, 60), (70, 60), to, (60, 70))
    assert np.array_equal(mask(hands), (SQUARE & ~hole) | block(150, 20, 170, 40))


def test_a_click_on_the_line_adds_a_vertex_and_changes_no_pixel(shaped):
    hands = shaped(SQUARE)
    count = hands.window.workspace.model.undo_stack.count()
    before = handles(hands)
    click(hands, (70, 40))
    assert len(handles(hands)) == len(before) + 1
    assert np.array_equal(mask(hands), SQUARE)
    assert hands.window.workspace.model.undo_stack.count() == count
    (added,) = handles(hands) - before
    to = dragged_to(hands, added, (70, 10))
    pull(hands, added, (70, 10))
    assert np.array_equal(mask(hands), SQUARE | drawn((40, 40), to, (100, 40)))


def test_delete_takes_a_vertex_that_was_just_added_away_again(shaped):
    hands = shaped(SQUARE)
    before = handles(hands)
    click(hands, (70, 40))
    hands.key(Qt.Key.Key_Delete)
    ready(hands)
    assert handles(hands) == before
    assert np.array_equal(mask(hands), SQUARE)


def test_the_line_dragged_at_once_bends_there(shaped):
    hands = shaped(SQUARE)
    pull(hands, (100, 70), (140, 70))
    after = mask(hands)
    assert after[70, 120]
    assert not after[45, 120]
    assert not (SQUARE & ~after).any()
    assert hands.window.workspace.model.undo_stack.undoText() == "Add a vertex"


@pytest.mark.parametrize("how", ["alt", "delete"])
def test_a_vertex_is_removed(shaped, how):
    hands = shaped(WITH_MORE)
    if how == "alt":
        click(hands, (40, 40), ALT)
    else:
        click(hands, (40, 40))
        hands.key(Qt.Key.Key_Delete)
        ready(hands)
    cut = drawn((40, 40), (100, 40), (40, 100))
    assert np.array_equal(mask(hands), WITH_MORE & ~cut)
    hands.undo()
    assert np.array_equal(mask(hands), WITH_MORE)


def test_delete_with_no_vertex_chosen_deletes_the_instance(shaped):
    hands = shaped(SQUARE)
    click(hands, (40, 40))
    hands.key(Qt.Key.Key_Escape)
    hands.key(Qt.Key.Key_Delete)
    assert not hands.window.workspace.model.document.instances


def test_three_vertices_stay(shaped):
    triangle = drawn((40, 40), (120, 40), (40, 120))
    hands = shaped(triangle)
    assert len(handles(hands)) == 3
    click(hands, (40, 40), ALT)
    assert np.array_equal(mask(hands), triangle)
    assert "three vertices" in hands.window.status.currentMessage()


def test_a_drag_inside_moves_the_whole_and_the_image_ends_it(shaped):
    hands = shaped(WITH_MORE)
    pull(hands, (50, 90), (70, 100))
    way = image_point(hands, corner(hands, 70, 100)) - image_point(hands, corner(hands, 50, 90))
    assert np.array_equal(mask(hands), np.roll(WITH_MORE, (round(way.y()), round(way.x())), axis=(0, 1)))
    pull(hands, (70, 95), (70, 5))
    assert mask(hands).sum() == WITH_MORE.sum()
    assert np.flatnonzero(mask(hands).any(axis=1))[0] == 0


def test_a_click_inside_or_with_control_begins_a_polygon(shaped):
    hands = shaped(SQUARE)
    for place in ((80, 80), (130, 80)):
        click(hands, place)
    hands.click(130, 140)
    hands.key(Qt.Key.Key_Return)
    hands.wait_masks()
    assert len(hands.window.workspace.model.document.instances) == 2
    ready(hands)
    click(hands, (40, 40), CONTROL)
    hands.click(20, 20)
    hands.click(20, 40)
    hands.key(Qt.Key.Key_Return)
    hands.wait_masks()
    assert len(hands.window.workspace.model.document.instances) == 3


def test_escape_drops_a_drag(shaped):
    hands = shaped(SQUARE)
    canvas, left, none = hands.window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, corner(hands, 100, 40))
    QTest.mouseMove(canvas, corner(hands, 130, 20))
    hands.key(Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, left, none, corner(hands, 130, 20))
    ready(hands)
    assert np.array_equal(mask(hands), SQUARE)
    assert hands.window.tool_name == "polygon"


def test_a_drag_goes_on_with_the_mask_that_an_undo_gives_the_instance_meanwhile(shaped):
    hands = shaped(SQUARE)
    pull(hands, (100, 40), (130, 20))
    canvas, left, none = hands.window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, corner(hands, 40, 40))
    QTest.mouseMove(canvas, corner(hands, 20, 20))
    hands.window.workspace.model.undo()
    QTest.mouseRelease(canvas, left, none, corner(hands, 20, 20))
    ready(hands)
    to = dragged_to(hands, (40, 40), (20, 20))
    assert np.array_equal(mask(hands), SQUARE | drawn((100, 40), to, (40, 100)))


def test_one_whose_vertex_goes_by_an_undo_is_dropped(shaped):
    hands = shaped(SQUARE)
    pull(hands, (100, 40), (130, 20))
    ((x, y),) = handles(hands) - {(40, 40), (40, 100), (100, 100)}
    canvas, left, none = hands.window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, corner(hands, x, y))
    QTest.mouseMove(canvas, corner(hands, 140, 10))
    hands.window.workspace.model.undo()
    QTest.mouseRelease(canvas, left, none, corner(hands, 140, 10))
    ready(hands)
    assert np.array_equal(mask(hands), SQUARE)


@pytest.mark.parametrize("state", ["locked", "hidden"])
def test_a_locked_or_hidden_instance_has_no_handles(shaped, state):
    hands = shaped(SQUARE)
    (instance,) = hands.window.workspace.model.document.instances.values()
    getattr(hands.window.workspace.selection.view_state, f"set_{state}")([instance.id], True)
    assert hands.window.workspace.outline.instance is None
    canvas, left, none = hands.window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, corner(hands, 100, 40))
    QTest.mouseMove(canvas, corner(hands, 130, 20))
    QTest.mouseRelease(canvas, left, none, corner(hands, 130, 20))
    assert np.array_equal(mask(hands), SQUARE)


def test_handles_are_as_large_on_screen_at_any_zoom(shaped):
    hands = shaped(SQUARE)
    canvas = hands.window.canvas
    widths = []
    for steps in (0, 7):
        canvas.zoom_by_steps(steps, QPointF(corner(hands, 100, 100)))
        ready(hands)
        image = canvas.grab().toImage()
        place = corner(hands, 100, 100)
        row = [image.pixelColor(place.x() + x, place.y() + 2).lightness() for x in range(-12, 13)]
        widths.append(sum(value > 240 for value in row))
    assert 4 <= widths[0] <= 10
    assert abs(widths[0] - widths[1]) <= 2


def test_who_pages_at_once_has_made_the_edit_nevertheless(shaped):
    hands = shaped(SQUARE)
    canvas, left, none = hands.window.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, corner(hands, 100, 40))
    QTest.mouseMove(canvas, corner(hands, 130, 20))
    QTest.mouseRelease(canvas, left, none, corner(hands, 130, 20))
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    hands.qtbot.waitUntil(lambda: not hands.window.workspace.outline.is_busy)
    assert mask(hands)[30, 115]
    hands.undo()
    assert np.array_equal(mask(hands), SQUARE)


def test_holes_and_parts_are_exact_through_vertices_save_and_load(shaped):
    hands = shaped(WITH_MORE)
    pull(hands, (100, 40), (130, 20))
    pull(hands, (70, 70), (80, 85))
    click(hands, (150, 20), ALT)
    wanted = mask(hands)
    assert not np.array_equal(wanted, WITH_MORE)
    path = hands.save()
    (again,) = coco.read(path, path.parent).instances.values()
    assert np.array_equal(again.mask.to_mask(), wanted)
    record = json.loads(path.read_bytes())["annotations"][0]
    assert np.array_equal(COCO(str(path)).annToMask(record).astype(bool), wanted)
