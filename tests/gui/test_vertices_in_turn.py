"""Gestures on an outline while those before are still being computed: as if each had been waited for."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from annotator.core.document import Instance
from annotator.core.edits import AddInstance, ChangeInstance, RemoveInstances, Together
from annotator.core.geometry import RunLengths
from annotator.core.outline import Outline
from annotator.gui.tools.outline_gesture import Gesture
from tests.gui.annotating import block, instances, mask
from tests.gui.conftest import Hands
from tests.gui.test_vertices import SQUARE, WITH_MORE, corner, handles, ready, shaped

__all__ = ["shaped"]

LEFT, NONE, ALT = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


class Gate:
    """Holds up the computing of what is done to outlines until it is opened; `failures` of them fail."""

    def __init__(self, monkeypatch) -> None:
        self._open = threading.Event()
        self.failures = 0
        done_on = Gesture.done_on
        monkeypatch.setattr(Gesture, "done_on", lambda *arguments: self._pass() and done_on(*arguments))

    def _pass(self) -> bool:
        assert self._open.wait(20)
        if self.failures:
            self.failures -= 1
            raise MemoryError("no memory")
        return True

    def open(self) -> None:
        self._open.set()

    def close(self) -> None:
        self._open.clear()


@pytest.fixture
def gate(hands, monkeypatch):
    gate = Gate(monkeypatch)
    yield gate
    gate.open()
    hands.wait_masks()


def drag(hands: Hands, start, end, modifiers=NONE) -> None:
    """From where pixels meet to another such place, without waiting."""
    canvas, a, b = hands.window.canvas, corner(hands, *start), corner(hands, *end)
    QTest.mousePress(canvas, LEFT, modifiers, a)
    for share in (0.5, 1.0):
        QTest.mouseMove(canvas, a + (b - a) * share)
    QTest.mouseRelease(canvas, LEFT, modifiers, b)


def shown(hands: Hands) -> set[tuple[float, float]]:
    """The handles on screen."""
    outline = hands.window.workspace.outline
    return {tuple(place) for ring in outline.shown.polygons(outline.tolerance) for place in ring.tolist()}


def has_handle(hands: Hands, x, y) -> bool:
    return any(abs(hx - x) <= 1.5 and abs(hy - y) <= 1.5 for hx, hy in shown(hands))


def click(hands: Hands, at, modifiers=NONE) -> None:
    QTest.mouseClick(hands.window.canvas, LEFT, modifiers, corner(hands, *at))


def key(which, modifiers=NONE):
    return lambda hands: hands.key(which, modifiers)


def dragged(start, end):
    return lambda hands: drag(hands, start, end)


UNDO, REDO = key(Qt.Key.Key_Z, CONTROL), key(Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
STORIES = {
    "two vertices": [dragged((100, 40), (130, 20)), dragged((40, 100), (20, 120))],
    "three vertices": [dragged((100, 40), (130, 20)), dragged((40, 100), (20, 120)), dragged((100, 100), (110, 140))],
    "the same vertex twice": [dragged((100, 40), (130, 20)), dragged((130, 20), (110, 10))],
    "the same vertex three times": [
        dragged((100, 40), (130, 20)),
        dragged((130, 20), (110, 10)),
        dragged((110, 10), (140, 50)),
    ],
    "the whole and then a vertex": [dragged((50, 90), (70, 110)), dragged((120, 60), (140, 50))],
    "a vertex and then the whole, twice": [
        dragged((100, 40), (130, 20)),
        dragged((50, 90), (60, 95)),
        dragged((60, 95), (80, 110)),
    ],
    "the whole by what was added": [dragged((100, 40), (150, 40)), dragged((120, 48), (130, 60))],
    "the line and the vertex on it": [dragged((100, 70), (130, 70)), dragged((130, 70), (140, 90))],
    "a vertex of the hole": [dragged((70, 70), (85, 85)), dragged((85, 85), (80, 90)), dragged((50, 90), (55, 95))],
    "out of the image": [dragged((50, 90), (0, 0)), dragged((60, 60), (90, 300)), dragged((60, 60), (61, 300))],
    "a vertex removed": [
        dragged((100, 40), (130, 20)),
        lambda h: click(h, (40, 100), ALT),
        dragged((40, 40), (10, 10)),
    ],
    "two removed": [lambda h: click(h, (40, 40), ALT), lambda h: click(h, (100, 100), ALT)],
    "one added and pulled": [
        dragged((100, 40), (130, 20)),
        lambda h: click(h, (40, 70)),
        dragged((40, 70), (10, 70)),
    ],
    "one chosen and deleted": [
        dragged((100, 40), (130, 20)),
        lambda h: click(h, (40, 100)),
        key(Qt.Key.Key_Delete),
    ],
    "undone": [dragged((100, 40), (130, 20)), UNDO],
    "undone, and another": [dragged((100, 40), (130, 20)), UNDO, dragged((100, 40), (120, 30))],
    "twice undone": [
        dragged((100, 40), (130, 20)),
        dragged((130, 20), (110, 10)),
        UNDO,
        UNDO,
        dragged((100, 40), (90, 50)),
    ],
    "undone and done again": [dragged((100, 40), (130, 20)), UNDO, REDO, dragged((130, 20), (110, 10))],
    "filled in between": [
        dragged((100, 40), (130, 20)),
        lambda h: h.window.actions_.fill_holes.trigger(),
        dragged((40, 100), (20, 120)),
    ],
    "deleted at the end": [dragged((100, 40), (130, 20)), key(Qt.Key.Key_Escape), key(Qt.Key.Key_Delete)],
}


@pytest.mark.parametrize("story", STORIES)
def test_what_follows_fast_does_the_same_as_what_is_waited_for(shaped, gate, story):
    hands = shaped(WITH_MORE)
    model = hands.window.workspace.model
    gate.open()
    count = model.undo_stack.count()
    for step in STORIES[story]:
        step(hands)
        hands.wait_masks()
        if instances(hands):
            ready(hands)
    wanted, steps = [i.mask for i in instances(hands)], model.undo_stack.count() - count
    while model.undo_stack.index() > count:
        hands.undo()
    assert np.array_equal(mask(hands), WITH_MORE)
    (instance,) = instances(hands)
    hands.window.workspace.selection.select([instance.id])
    ready(hands)
    gate.close()
    for step in STORIES[story]:
        step(hands)
        hands.window.canvas.grab()  # as on screen, where it is painted in between
    assert np.array_equal(mask(hands), WITH_MORE)
    gate.open()
    hands.wait_masks()
    assert [i.mask for i in instances(hands)] == wanted
    assert model.undo_stack.count() - count == steps
    if instances(hands):
        ready(hands)
        assert not hands.window.workspace.outline.coming


def test_handles_are_where_they_will_be(shaped, gate):
    hands = shaped(SQUARE)
    drag(hands, (100, 40), (130, 20))
    assert has_handle(hands, 130, 20)
    assert not has_handle(hands, 100, 40)
    drag(hands, (50, 90), (60, 100))
    assert has_handle(hands, 140, 30)
    assert has_handle(hands, 50, 50)
    assert hands.window.status.currentMessage() == ""
    hands.undo()
    assert has_handle(hands, 130, 20)
    hands.undo()
    assert has_handle(hands, 100, 40)
    hands.redo()
    assert has_handle(hands, 130, 20)
    gate.open()
    ready(hands)
    assert has_handle(hands, 130, 20)
    assert mask(hands)[30, 115]


def test_what_is_coming_is_on_screen_until_the_mask_has_it(shaped, gate):
    hands = shaped(SQUARE)
    canvas, place = hands.window.canvas, corner(hands, 115, 30)
    before = canvas.grab().toImage().pixelColor(place)
    drag(hands, (100, 40), (130, 20))
    assert canvas.grab().toImage().pixelColor(place) != before
    gate.open()
    while hands.window.workspace.editor.mask_work.is_busy:
        hands.qtbot.wait(1)
        assert canvas.grab().toImage().pixelColor(place) != before
    assert canvas.grab().toImage().pixelColor(place) != before


def test_a_drag_begun_before_the_outline_is_known_is_made_all_the_same(shaped, monkeypatch):
    hands = shaped(SQUARE)
    drag(hands, (100, 40), (130, 20))
    ready(hands)
    wanted = mask(hands)
    hands.undo()
    (instance,) = instances(hands)
    event, of = threading.Event(), Outline.of
    monkeypatch.setattr(Outline, "of", lambda *arguments: event.wait(20) and of(*arguments))
    twin = Instance(
        hands.window.workspace.model.document.take_id(Instance), instance.image_id, instance.category_id, instance.mask
    )
    hands.window.workspace.model.push(Together((RemoveInstances((instance,)), AddInstance(twin))), "test")
    hands.window.workspace.selection.select([twin.id])
    hands.qtbot.waitUntil(lambda: hands.window.layer.shape_of(twin.id) is not None)
    hands.window.canvas.grab()
    assert hands.window.workspace.outline.shown is None
    drag(hands, (100, 40), (130, 20))
    drag(hands, (70, 80), (75, 90))
    click(hands, (100, 90))
    event.set()
    ready(hands)
    assert np.array_equal(mask(hands), np.roll(wanted, (10, 5), axis=(0, 1)))
    assert hands.window.status.currentMessage() == ""


def test_a_click_begun_before_the_outline_is_known_begins_a_polygon_inside_and_beside(shaped, monkeypatch):
    hands = shaped(SQUARE)
    event, of = threading.Event(), Outline.of
    monkeypatch.setattr(Outline, "of", lambda *arguments: event.wait(20) and of(*arguments))
    hands.window.workspace.outline._outlines.clear()
    for place in ((80, 80), (150, 90), (60, 60)):
        click(hands, place)
    assert len(hands.window.workspace.editor.masks.corners.present) == 3
    event.set()


def test_a_drag_in_hand_goes_on_when_the_one_before_has_come(shaped, gate):
    hands = shaped(SQUARE)
    canvas = hands.window.canvas
    drag(hands, (100, 40), (130, 20))
    QTest.mousePress(canvas, LEFT, NONE, corner(hands, 130, 20))
    QTest.mouseMove(canvas, corner(hands, 140, 30))
    gate.open()
    ready(hands)
    QTest.mouseMove(canvas, corner(hands, 150, 40))
    QTest.mouseRelease(canvas, LEFT, NONE, corner(hands, 150, 40))
    ready(hands)
    assert has_handle(hands, 150, 40)
    assert mask(hands)[45, 130]
    assert not mask(hands)[25, 125]
    assert hands.window.workspace.model.undo_stack.undoText() == "Move a vertex"


@pytest.mark.parametrize("when", ["let go", "in hand"])
def test_who_pages_away_has_made_all_of_them(shaped, gate, when):
    hands = shaped(SQUARE)
    canvas = hands.window.canvas
    drag(hands, (100, 40), (130, 20))
    if when == "let go":
        drag(hands, (40, 100), (20, 130))
    else:
        QTest.mousePress(canvas, LEFT, NONE, corner(hands, 40, 100))
        QTest.mouseMove(canvas, corner(hands, 20, 130))
    hands.key(Qt.Key.Key_D)
    gate.open()
    hands.wait_image("b.png")
    hands.wait_masks()
    assert mask(hands)[30, 115]
    assert mask(hands)[120, 30]
    for _ in range(2):
        hands.undo()
    assert np.array_equal(mask(hands), SQUARE)


def test_another_tool_ends_a_drag_as_it_is(shaped):
    hands = shaped(SQUARE)
    QTest.mousePress(hands.window.canvas, LEFT, NONE, corner(hands, 100, 40))
    QTest.mouseMove(hands.window.canvas, corner(hands, 130, 20))
    hands.key(Qt.Key.Key_S)
    hands.wait_masks()
    assert mask(hands)[30, 115]


def test_the_detail_of_each_is_that_of_its_moment(shaped):
    """Less detail afterwards changes nothing of a drag that waits."""
    rows, columns = np.indices((160, 240))
    turn = np.arctan2(rows - 80, columns - 120)
    hands = shaped(np.hypot(rows - 80, columns - 120) < 50 + 8 * np.sin(5 * turn))
    outline = hands.window.workspace.outline
    before = RunLengths.from_mask(mask(hands))

    def story(wait) -> np.ndarray:
        outline.detail = 1.0
        wait()
        x, y = max(handles(hands) if not outline.is_busy else shown(hands))
        drag(hands, (x, y), (x + 20, y))
        wait()
        outline.detail = 0.2
        wait()
        x, y = min(shown(hands))
        drag(hands, (x, y), (x - 20, y))
        ready(hands)
        return mask(hands)

    wanted = story(lambda: ready(hands))
    hands.undo()
    hands.undo()
    assert RunLengths.from_mask(mask(hands)) == before
    assert np.array_equal(story(lambda: None), wanted)


def test_what_is_locked_meanwhile_has_what_was_done_before_and_no_more(shaped, gate):
    hands = shaped(SQUARE)
    drag(hands, (100, 40), (130, 20))
    (instance,) = instances(hands)
    hands.window.workspace.selection.view_state.set_locked([instance.id], True)
    drag(hands, (40, 100), (20, 130))
    gate.open()
    hands.wait_masks()
    assert mask(hands)[30, 115]
    assert not mask(hands)[110, 30]
    assert not hands.window.workspace.outline.is_busy


def test_another_category_meanwhile_loses_no_drag(shaped, gate):
    hands = shaped(SQUARE)
    editor = hands.window.workspace.editor
    drag(hands, (100, 40), (130, 20))
    editor.categories.add("other")
    other = hands.window.workspace.model.document.category_named("other")
    (instance,) = instances(hands)
    editor.instances.set_category([instance.id], other)
    drag(hands, (40, 100), (20, 130))
    gate.open()
    hands.wait_masks()
    assert mask(hands)[30, 115]
    assert mask(hands)[120, 30]
    (instance,) = instances(hands)
    assert instance.category_id == other.id


def test_what_is_deleted_meanwhile_is_gone_and_comes_back_with_what_was_done_before(shaped, gate):
    hands = shaped(SQUARE)
    drag(hands, (100, 40), (130, 20))
    hands.window.workspace.editor.delete_selected()
    drag(hands, (40, 100), (20, 130))
    gate.open()
    hands.wait_masks()
    assert not instances(hands)
    assert not hands.window.workspace.outline.is_busy
    hands.undo()
    assert mask(hands)[30, 115]
    assert not mask(hands)[120, 30]


def test_one_that_fails_is_told_and_the_next_is_made(shaped, gate):
    hands = shaped(SQUARE)
    gate.failures = 1
    with hands.qtbot.captureExceptions() as faults:
        drag(hands, (100, 40), (130, 20))
        drag(hands, (40, 100), (20, 130))
        gate.open()
        ready(hands)
    assert [type(fault[1]) for fault in faults] in ([], [MemoryError])
    assert "no memory" in hands.window.status.currentMessage()
    assert not mask(hands)[30, 115]
    assert mask(hands)[120, 30]
    assert has_handle(hands, 100, 40)


def test_one_on_what_a_failed_one_would_have_made_is_told_too(shaped, gate):
    hands = shaped(SQUARE)
    gate.failures = 1
    with hands.qtbot.captureExceptions():
        drag(hands, (100, 40), (130, 20))
        drag(hands, (130, 20), (140, 10))
        gate.open()
        ready(hands)
    assert np.array_equal(mask(hands), SQUARE)
    assert "another one by now" in hands.window.status.currentMessage()


def test_an_outline_that_cannot_be_made_is_told_once_and_not_tried_for_ever(shaped, monkeypatch):
    hands = shaped(SQUARE)
    tries = []

    def fail(*_):
        tries.append(1)
        raise MemoryError("no memory")

    with hands.qtbot.captureExceptions():
        drag(hands, (100, 40), (130, 20))
        monkeypatch.setattr(Outline, "of", fail)
        hands.wait_masks()
        hands.qtbot.waitUntil(lambda: bool(tries))
        for _ in range(10):
            hands.window.canvas.grab()
            hands.qtbot.wait(10)
    assert len(tries) == 1
    assert mask(hands)[30, 115]


def test_moving_the_whole_keeps_the_handles_that_the_user_has_put(shaped):
    hands = shaped(SQUARE)
    click(hands, (70, 40))
    ready(hands)
    before = handles(hands)
    assert len(before) == 5
    drag(hands, (50, 90), (60, 100))
    ready(hands)
    (way,) = {(x, y) for x, y in handles(hands) if (x, y) == min(handles(hands))}
    left, top = min(before)
    assert handles(hands) == {(x + way[0] - left, y + way[1] - top) for x, y in before}
    hands.undo()
    ready(hands)
    assert handles(hands) == before


def test_undo_is_there_for_what_is_still_being_computed(shaped, gate):
    """Of annotations that come from a file: there is no step yet to take back."""
    hands = shaped(SQUARE)
    hands.window.workspace.model.undo_stack.clear()
    drag(hands, (100, 40), (130, 20))
    hands.undo()
    hands.redo()
    hands.undo()
    drag(hands, (40, 100), (20, 130))
    gate.open()
    ready(hands)
    assert not mask(hands)[30, 115]
    assert mask(hands)[120, 30]
    hands.undo()
    assert np.array_equal(mask(hands), SQUARE)
    assert not hands.window.actions_.undo.isEnabled()
    assert hands.window.actions_.redo.isEnabled()


def test_merged_meanwhile_the_drag_goes_on_with_what_comes_of_it(shaped, gate):
    hands = shaped(SQUARE)
    workspace = hands.window.workspace
    (first,) = instances(hands)
    second = Instance(
        workspace.model.document.take_id(Instance),
        first.image_id,
        first.category_id,
        RunLengths.from_mask(block(150, 40, 200, 100)),
    )
    workspace.model.push(AddInstance(second), "test")
    workspace.selection.select([second.id])
    hands.window.canvas.grab()
    hands.qtbot.waitUntil(lambda: workspace.outline.current() is not None)
    drag(hands, (200, 40), (220, 20))
    workspace.selection.select([first.id, second.id])
    hands.window.actions_.merge.trigger()
    workspace.selection.select([second.id])
    hands.window.canvas.grab()
    drag(hands, (200, 100), (220, 120))
    gate.open()
    hands.wait_masks()
    assert mask(hands)[30, 210]
    assert mask(hands)[110, 210]


def test_the_places_of_image_points(shaped):
    """What the helpers of this file take for granted: a place on screen is that of the image, to half a pixel."""
    hands = shaped(SQUARE)
    place = hands.window.canvas.viewport.to_image(QPointF(corner(hands, 100, 40)))
    assert abs(place.x() - 100) < 0.5
    assert abs(place.y() - 40) < 0.5


def test_who_pulls_a_vertex_that_another_change_takes_away_is_told(shaped):
    hands = shaped(SQUARE)
    canvas, model = hands.window.canvas, hands.window.workspace.model
    QTest.mousePress(canvas, LEFT, NONE, corner(hands, 100, 100))
    QTest.mouseMove(canvas, corner(hands, 110, 110))
    (before,) = instances(hands)
    model.push(ChangeInstance(before, before.with_mask(RunLengths.from_mask(block(150, 20, 170, 40)))), "elsewhere")
    ready(hands)
    hands.qtbot.waitUntil(lambda: "without that place" in hands.window.status.currentMessage())
    QTest.mouseRelease(canvas, LEFT, NONE, corner(hands, 110, 110))
    hands.wait_masks()
    assert np.array_equal(mask(hands), block(150, 20, 170, 40))
