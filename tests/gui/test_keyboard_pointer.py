"""Everything the mouse draws, with keys alone: a pointer that the arrow keys move and Space presses."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from annotator.core.geometry import RunLengths
from annotator.gui.dialogs.keys import KeysDialog
from tests.gui.annotating import add_category, instances, mask
from tests.gui.conftest import Hands
from tests.gui.test_brush import bar, size
from tests.gui.test_vertices import SQUARE, drawn, handles, ready, shaped  # noqa: F401

NONE, SHIFT, CONTROL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
ARROWS = {"left": Qt.Key.Key_Left, "right": Qt.Key.Key_Right, "up": Qt.Key.Key_Up, "down": Qt.Key.Key_Down}


def at(hands: Hands) -> tuple[float, float]:
    place = hands.window.canvas.keyboard.at
    return place.x(), place.y()


def go(hands: Hands, x: float, y: float) -> None:
    """To that pixel with tens and ones."""
    for wanted, now, more, less in (
        (x, int(at(hands)[0]), ARROWS["right"], ARROWS["left"]),
        (y, int(at(hands)[1]), ARROWS["down"], ARROWS["up"]),
    ):
        tens, ones = divmod(abs(int(wanted) - now), 10)
        for count, modifiers in ((tens, SHIFT), (ones, NONE)):
            for _ in range(count):
                hands.key(more if wanted > now else less, modifiers)
    assert (int(at(hands)[0]), int(at(hands)[1])) == (x, y)


def space(hands: Hands) -> None:
    hands.key(Qt.Key.Key_Space)


def hold(hands: Hands, x: float, y: float, key=Qt.Key.Key_Space) -> None:
    """Hold a button's key down on the way to that pixel."""
    QTest.keyPress(hands.window.canvas, key)
    go(hands, x, y)
    QTest.keyRelease(hands.window.canvas, key)


@pytest.fixture
def keys(hands):
    """Hands that take up the pointer, with a category."""
    add_category(hands, "shape")
    hands.key(Qt.Key.Key_K)
    return hands


def test_it_begins_in_the_middle_moves_by_1_10_and_100_and_stays_on_the_image(keys):
    assert at(keys) == (120.5, 80.5)
    keys.key(ARROWS["right"])
    keys.key(ARROWS["down"], SHIFT)
    keys.key(ARROWS["left"], CONTROL)
    assert at(keys) == (21.5, 90.5)
    assert "x 21  y 90" in keys.window.status.pointer.text()
    keys.key(ARROWS["left"], CONTROL)
    assert at(keys)[0] == 0
    assert keys.window.canvas.image.path.name == "a.png"


def test_switched_off_the_arrows_page_again_and_space_moves_the_image(keys):
    keys.key(Qt.Key.Key_K)
    assert keys.window.canvas.keyboard.at is None
    keys.key(ARROWS["right"])
    keys.wait_image("b.png")


def test_a_polygon(keys):
    keys.key(Qt.Key.Key_G)
    corners = [(20, 20), (90, 30), (60, 100)]
    for corner in corners:
        go(keys, *corner)
        space(keys)
    keys.key(Qt.Key.Key_Return)
    keys.wait_masks()
    (made,) = instances(keys)
    wanted = [value + 0.5 for corner in corners for value in corner]
    assert made.mask == RunLengths.from_coco([wanted], 160, 240)


def test_strokes_of_the_brush_and_with_x_of_the_eraser(keys):
    keys.key(Qt.Key.Key_R)
    go(keys, 60, 20)
    hold(keys, 120, 20)
    keys.wait_masks()
    sure, perhaps = bar(keys, 60, 120, 20, size(keys))
    assert mask(keys)[sure].all()
    assert not mask(keys)[~perhaps].any()
    go(keys, 90, 20)
    keys.key(Qt.Key.Key_X)
    keys.wait_masks()
    assert not mask(keys)[20, 90]
    assert mask(keys)[20, [62, 118]].all()


def test_points_and_a_box(keys):
    go(keys, 50, 80)
    keys.key(Qt.Key.Key_P)
    space(keys)
    keys.key(Qt.Key.Key_X)
    step = keys.window.workspace.session.step
    assert [(p.x(), p.y()) for p in step.points] == [(50, 80), (50, 80)]
    assert step.labels == (True, False)
    keys.wait_mask()
    keys.key(Qt.Key.Key_Escape)
    keys.key(Qt.Key.Key_B)
    hold(keys, 53, 84)
    box = keys.window.workspace.session.step.box
    assert (box.left(), box.top(), box.right(), box.bottom()) == (50.5, 80.5, 53.5, 84.5)
    keys.wait_mask()


def test_tab_walks_over_the_vertices_space_drags_and_delete_removes(shaped):  # noqa: F811
    hands = shaped(SQUARE)
    hands.key(Qt.Key.Key_K)
    walked = []
    for _ in range(4):
        hands.key(Qt.Key.Key_Tab)
        walked.append(at(hands))
    assert set(walked) == handles(hands) == {(40, 40), (100, 40), (100, 100), (40, 100)}
    hands.key(Qt.Key.Key_Backtab, SHIFT)
    assert at(hands) == walked[-2]
    while at(hands) != (100, 40):
        hands.key(Qt.Key.Key_Tab)
    hold(hands, 101, 39)
    ready(hands)
    assert np.array_equal(mask(hands), SQUARE | drawn((40, 40), (100, 40), (100, 100), (101, 39)))
    while at(hands) != (40, 100):
        hands.key(Qt.Key.Key_Tab)
    hands.key(Qt.Key.Key_Delete)
    ready(hands)
    assert not mask(hands)[95, 42]
    assert mask(hands)[42, 95]
    assert hands.window.canvas.hasFocus()


def test_a_vertex_is_added_on_the_line(shaped):  # noqa: F811
    hands = shaped(SQUARE)
    before = handles(hands)
    hands.key(Qt.Key.Key_K)
    go(hands, 70, 40)
    space(hands)
    ready(hands)
    assert len(handles(hands)) == len(before) + 1
    assert np.array_equal(mask(hands), SQUARE)


def test_the_view_follows_and_the_pointer_is_seen(keys):
    canvas = keys.window.canvas
    canvas.zoom_by_steps(10, QPointF(keys.at(120, 80)))
    go(keys, 230, 10)
    place = canvas.viewport.to_widget(canvas.keyboard.at)
    assert canvas.rect().contains(place.toPoint())
    arm = canvas.grab().toImage().pixelColor((place + QPointF(9, 0)).toPoint())
    assert arm.red() > 200 and arm.blue() < 80  # noqa: PT018


def test_it_follows_the_mouse_and_goes_on_from_there(keys):
    QTest.mouseMove(keys.window.canvas, keys.at(30, 30))
    keys.key(ARROWS["right"])
    assert at(keys)[0] == pytest.approx(31.5, abs=0.5)


def test_the_list_of_keys_says_how(window):
    window.actions_.keys.trigger()
    dialog = window.findChild(KeysDialog)
    dialog.search.setText("arrow")
    assert [row.what.text() for row in dialog.rows if row.widget.isVisible()][:1] == ["Move the pointer by a pixel"]


def test_what_is_said_of_the_keys_goes_with_the_pointer(hands):
    hands.key(Qt.Key.Key_K)
    assert hands.window.status.currentMessage()
    hands.key(Qt.Key.Key_K)
    assert not hands.window.status.currentMessage()
