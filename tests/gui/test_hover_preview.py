"""The mask under the pointer before any click."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtTest import QTest

from annotator.gui import hover_preview
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
