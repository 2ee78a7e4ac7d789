"""The keyboard goes back to the canvas when a field of a panel is done with, and what was said goes out of date."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.gui import thumbnails
from tests.gui.conftest import Hands


def type_in(field, text: str, key: Qt.Key) -> None:
    field.setFocus()
    assert QApplication.focusWidget() is field
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key)


def key(name: Qt.Key) -> None:
    """As a person presses it: wherever the keyboard is."""
    QTest.keyClick(QApplication.focusWidget(), name)


def test_the_guides_first_page_a_name_enter_a_click_and_a_digit(hands):
    type_in(hands.window.categories.name_field, "disc", Qt.Key.Key_Return)
    assert QApplication.focusWidget() is hands.window.canvas
    hands.click(50, 80)
    hands.wait_mask()
    key(Qt.Key.Key_1)
    (instance,) = hands.window.workspace.model.document.instances.values()
    assert hands.window.workspace.model.document.categories[instance.category_id].name == "disc"
    assert hands.window.categories.name_field.text() == ""


def test_a_name_that_is_none_keeps_the_keyboard_and_escape_gives_it_back(hands):
    field = hands.window.categories.name_field
    type_in(field, " ", Qt.Key.Key_Return)
    assert QApplication.focusWidget() is field
    key(Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is hands.window.canvas
    assert not hands.window.workspace.model.document.categories


@pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_the_filter_gives_it_back_and_stays(hands, end):
    bar = hands.window.images.filter_bar
    type_in(bar.text, "a.png", end)
    assert QApplication.focusWidget() is hands.window.canvas
    assert bar.text.text() == "a.png"


def test_that_there_is_no_such_category_is_not_said_any_more_once_a_digit_was_right(hands):
    hands.window.workspace.editor.categories.add("disc")
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_3)
    assert "no category 3" in hands.window.status.currentMessage()
    hands.key(Qt.Key.Key_1)
    assert len(hands.window.workspace.model.document.instances) == 1
    assert hands.window.status.currentMessage() == ""


def test_another_language_knows_the_pace_and_the_thumbnails(keeper, settings, folder, qtbot, monkeypatch):
    hands = Hands(keeper.window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    hands.click(50, 80)
    hands.wait_mask()
    made = keeper.window.images.thumbnails
    qtbot.waitUntil(lambda: all(made.get(path) is not None for path in folder.rglob("*.png")))
    qtbot.waitUntil(lambda: "decode" in keeper.window.status.segmenter.text())
    monkeypatch.setattr(thumbnails, "_thumbnail", lambda *_: pytest.fail("made anew"))
    settings.language = "zh_CN"
    shown = keeper.window.status.segmenter.text()
    assert "解码" in shown
    assert "嵌入" in shown
    assert all(keeper.window.images.thumbnails.get(path) is not None for path in folder.rglob("*.png"))
