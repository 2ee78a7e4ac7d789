"""The bar above the canvas: what still needs an action is not lost beneath what is only to be known."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QToolButton

from annotator.gui.message_bar import Message, MessageBar
from tests.gui.conftest import Hands


@pytest.fixture
def bar(qtbot) -> MessageBar:
    bar = MessageBar()
    qtbot.addWidget(bar)
    return bar


def close(bar: MessageBar) -> None:
    bar.findChild(QToolButton, "close_message").click()


def test_a_message_with_an_action_comes_back_after_those_without(bar):
    used = []
    bar.tell("Images are missing.", "Locate images...", lambda: used.append(1))
    bar.tell("0 images encoded.")
    bar.tell("1 image encoded.")
    assert bar.text == "1 image encoded."
    assert bar._action.isHidden()
    close(bar)
    assert bar.text == "Images are missing."
    bar._action.click()
    assert used == [1]
    assert bar.isHidden()


def test_two_that_need_an_action_are_both_kept_and_each_once(bar):
    bar.tell("Images are missing.", "Locate images...", lambda: None)
    for _ in range(2):
        bar.tell("It could not be saved.", "Save as...", lambda: None)
    assert bar.text == "It could not be saved."
    bar.withdraw("It could not be saved.")
    assert bar.text == "Images are missing."
    assert not bar.isHidden()
    close(bar)
    assert bar.isHidden()


def test_what_is_told_after_waits_beneath_and_standing_ones_beneath_all(bar):
    bar.set_standing(Message("Starter weights."))
    bar.tell("Images are missing.", "Locate images...", lambda: None)
    bar.tell_after("A run was interrupted.", "Go on...", lambda: None)
    for text in ("Images are missing.", "A run was interrupted.", "Starter weights."):
        assert bar.text == text
        close(bar)
    assert bar.isHidden()


def test_what_came_of_a_job_is_said_in_the_other_language_and_what_lies_beneath_too(keeper, settings, folder, qtbot):
    hands = Hands(keeper.window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    keeper.window.flow.tell_save_failed("disk")
    with qtbot.waitSignal(keeper.window.workspace.folder_runs.told, timeout=30_000):
        keeper.window.actions_.encode_folder.trigger()
    assert keeper.window.messages.text == "3 images encoded."
    settings.language = "zh_CN"
    messages = keeper.window.messages
    assert "已计算" in messages.text
    assert "3" in messages.text
    close(messages)
    assert messages.text == "disk"
    assert messages._action.text() == "另存为..."
    qtbot.waitUntil(lambda: not keeper.window.workspace.folder_runs.is_running)


def test_that_the_model_is_started_anew_is_withdrawn_once_it_runs(hands, process):
    process.deaths = 1
    told = []
    tell = hands.window.messages.tell
    hands.window.messages.tell = lambda text, *args, **options: told.append(text) or tell(text, *args, **options)
    hands.click(50, 80)
    hands.qtbot.waitUntil(lambda: any("started anew" in text and "nothing is lost" in text for text in told))
    hands.wait_mask()
    hands.qtbot.waitUntil(hands.window.messages.isHidden)
