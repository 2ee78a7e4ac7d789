"""The mask under the pointer before any click."""

from __future__ import annotations

import math
import threading

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest

from annotator.gui import hover_preview, preview_maker
from annotator.gui.preview_maker import preview_shape
from annotator.segment import Proposal
from annotator.segment.preprocess import Frame
from tests.gui.conftest import shape_mask


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch):
    # How fast this machine is must not decide what these tests see.
    monkeypatch.setattr(hover_preview, "_SLOWEST_SECONDS", 60.0)


def hover(hands, x: int, y: int) -> None:
    QTest.mouseMove(hands.window.canvas, hands.at(x, y))


def test_moving_over_an_object_outlines_it_and_moving_on_follows(hands, qtbot):
    preview = hands.window.workspace.preview
    hover(hands, 50, 80)
    qtbot.waitUntil(lambda: preview.shape is not None and preview.shape.rect.contains(QPointF(50, 80)))
    assert shape_mask(preview.shape, (160, 240))[80, 50]
    assert not hands.window.workspace.session.is_pending
    hover(hands, 120, 80)
    qtbot.waitUntil(lambda: preview.shape is not None and not preview.shape.rect.contains(QPointF(50, 80)))
    assert shape_mask(preview.shape, (160, 240))[80, 120]


def test_a_click_ends_the_preview(hands, qtbot):
    preview = hands.window.workspace.preview
    hover(hands, 50, 80)
    qtbot.waitUntil(lambda: preview.shape is not None)
    hands.click(50, 80)
    assert preview.shape is None
    hands.wait_mask()
    hover(hands, 120, 80)
    qtbot.wait(100)
    assert preview.shape is None


def test_switched_off_it_asks_for_nothing(hands, qtbot):
    hands.window.workspace.preview.set_enabled(False)
    asked = []
    hands.window.workspace.inference.preview = lambda *arguments: asked.append(arguments) or 0
    hover(hands, 50, 80)
    qtbot.wait(50)
    assert not asked


def test_a_machine_that_is_too_slow_pauses_it_until_it_is_switched_on_again(hands, qtbot, monkeypatch):
    monkeypatch.setattr(hover_preview, "_SLOWEST_SECONDS", 0.0)
    preview = hands.window.workspace.preview
    for x in range(40, 60):
        hover(hands, x, 80)
        qtbot.wait(20)
    qtbot.waitUntil(lambda: preview.is_too_slow)
    assert preview.shape is None
    preview.set_enabled(True)
    assert not preview.is_too_slow


def test_segmenter_that_dies_while_previewing_leaves_nothing_waiting(hands, process, qtbot):
    preview = hands.window.workspace.preview
    process.deaths = 1
    hover(hands, 50, 80)
    qtbot.waitUntil(lambda: process.starts == 2)
    qtbot.waitUntil(lambda: preview._request_id is None)
    hover(hands, 120, 80)
    qtbot.waitUntil(lambda: preview.shape is not None)


def test_the_newest_place_is_asked_for_while_the_one_before_is_made(hands, process, qtbot):
    """The segmenter has its next request when it answers, and every answer on the way is shown."""
    preview, canvas = hands.window.workspace.preview, hands.window.canvas
    may_answer, asked, shown = threading.Event(), [], []
    decode = process.decode

    def decode_when_told(embedding, prompt):
        asked.append(tuple(prompt.points[0]))
        assert may_answer.wait(10)
        return decode(embedding, prompt)

    process.decode = decode_when_told
    preview.changed.connect(lambda: shown.append(preview.shape))
    hover(hands, 50, 80)
    qtbot.waitUntil(lambda: len(asked) == 1)
    hover(hands, 52, 80)
    hover(hands, 120, 80)
    may_answer.set()
    qtbot.waitUntil(lambda: len(shown) == 2)
    assert len(asked) == 2, "the place in between is of no use any more"
    assert shown[0].covers(QPointF(50.5, 80.5))
    assert shown[1].covers(QPointF(120.5, 80.5))
    assert canvas.image is not None


def test_an_answer_for_a_place_that_was_left_is_not_shown(hands, process, qtbot):
    preview = hands.window.workspace.preview
    may_answer, asked = threading.Event(), []
    decode = process.decode

    def decode_when_told(embedding, prompt):
        asked.append(prompt)
        assert may_answer.wait(10)
        return decode(embedding, prompt)

    process.decode = decode_when_told
    hover(hands, 50, 80)
    qtbot.waitUntil(lambda: len(asked) == 1)
    preview.leave()
    with qtbot.waitSignal(hands.window.workspace.inference.previewed):
        may_answer.set()
    assert preview.shape is None


def test_zooming_in_makes_it_anew_with_the_detail_that_is_seen_then(hands, qtbot):
    preview, canvas = hands.window.workspace.preview, hands.window.canvas
    canvas.viewport.zoom_to(0.5, QPointF(0, 0))
    canvas.view_changed()
    hover(hands, 50, 80)
    qtbot.waitUntil(lambda: preview.shape is not None)
    coarse = preview.shape
    assert coarse.fill.width() < coarse.rect.width()
    canvas.viewport.zoom_to(2.0, QPointF(0, 0))
    canvas.view_changed()
    qtbot.waitUntil(lambda: preview.shape is not coarse)
    assert preview.shape.fill.size().toSizeF() == preview.shape.rect.size()


@pytest.mark.parametrize("scale", [0.3, 0.51, 0.9, 1.0, 4.0])
@pytest.mark.parametrize("size", [(301, 200), (97, 480), (256, 256)])
def test_it_differs_from_the_mask_by_less_than_a_pixel_of_the_screen(scale, size):
    height, width = size
    rows, columns = np.indices((64, 64))
    logits = np.float32(12 - np.hypot(rows - 20, columns - 14))
    proposal = Proposal(logits, 0.9, Frame(height, width, 256))
    shape = preview_shape(proposal, scale)
    inside = np.array([[shape.covers(QPointF(x + 0.5, y + 0.5)) for x in range(width)] for y in range(height)])
    if scale >= 1:
        assert (inside == proposal.mask).all()
    reach = 2 * math.ceil(1 / scale) + 1  # a pixel of the screen to either side
    kernel = np.ones((reach, reach), np.uint8)
    mask = proposal.mask.astype(np.uint8)
    assert not (inside & (cv2.dilate(mask, kernel) == 0)).any()
    assert inside[cv2.erode(mask, kernel) == 1].all()
    drawn = shape.outline.boundingRect()
    assert drawn == shape.rect


def test_nothing_is_drawn_of_an_empty_mask():
    assert preview_shape(Proposal(np.full((64, 64), -5, np.float32), 0.1, Frame(100, 80, 256)), 0.4) is None


def test_one_for_which_there_is_no_memory_is_none_and_the_next_is_one(hands, qtbot, monkeypatch):
    preview = hands.window.workspace.preview

    def no_memory(*_):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(preview_maker, "preview_shape", no_memory)
        with qtbot.waitSignal(hands.window.workspace.inference.previewed) as caught:
            hover(hands, 50, 80)
        assert caught.args[0].shape is None
    hover(hands, 120, 80)
    qtbot.waitUntil(lambda: preview.shape is not None)
