"""Leaving the window or the dataset: nothing is lost, and nothing is asked that need not be."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from annotator.gui.dialogs.unsaved_work import UnsavedWorkBox
from annotator.gui.unfinished import Unfinished
from tests.gui.conftest import Hands, write_discs


@pytest.fixture
def nobody_is_asked_about_masks():
    """Here people are."""


class Boxes:
    """Answers the message boxes that are not the one about saving, and remembers their texts."""

    def __init__(self) -> None:
        self.answer = "Cancel"
        self.texts: list[str] = []
        self.buttons: list[list[str]] = []

    def exec(self, box: QMessageBox) -> int:
        self.texts.append(box.text())
        names = {button.text().replace("&", ""): button for button in box.buttons()}
        self.buttons.append(list(names))
        names.get(self.answer, box.escapeButton()).click()
        return 0


@pytest.fixture
def boxes(monkeypatch) -> Boxes:
    boxes = Boxes()
    monkeypatch.setattr(QMessageBox, "exec", lambda box: boxes.exec(box))
    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: pytest.fail("asked about saving"))
    return boxes


@pytest.fixture
def autosaving(hands) -> Hands:
    hands.window.workspace.autosave.set_minutes(1)
    yield hands
    hands.window.workspace.autosave.set_minutes(0)


def prompt(hands: Hands, x: int = 50) -> None:
    hands.click(x, 80)
    hands.wait_mask()


def wait_closed(hands: Hands) -> None:
    hands.qtbot.waitUntil(lambda: not hands.window.isVisible(), timeout=10_000)


def saved_annotations(folder) -> list[dict]:
    return json.loads((folder / "annotations.coco.json").read_text("utf-8"))["annotations"]


# -- work that is not in the file -----------------------------------------------------------------------------------


def test_who_has_it_saved_by_itself_is_not_asked_when_closing(autosaving, boxes, folder):
    autosaving.window.workspace.editor.categories.add("disc")
    autosaving.window.close()
    wait_closed(autosaving)
    assert b"disc" in (folder / "annotations.coco.json").read_bytes()
    assert not boxes.texts


def test_nor_when_another_folder_is_opened(autosaving, boxes, folder, tmp_path):
    write_discs(tmp_path / "other" / "x.png")
    autosaving.window.workspace.editor.categories.add("disc")
    autosaving.window.open_paths([tmp_path / "other"])
    autosaving.wait_image("x.png")
    assert b"disc" in (folder / "annotations.coco.json").read_bytes()
    assert not boxes.texts


def test_closing_stays_open_when_the_save_fails_and_then_asks(autosaving, folder, monkeypatch):
    def no_space(*_):
        raise OSError(28, "No space left on device")

    asked = []
    monkeypatch.setattr(
        "annotator.gui.leaving.ask_to_save", lambda *_: asked.append(1) or QMessageBox.StandardButton.Cancel
    )
    autosaving.window.workspace.editor.categories.add("disc")
    with monkeypatch.context() as full:
        full.setattr("os.replace", no_space)
        with autosaving.qtbot.waitSignal(autosaving.window.workspace.saver.failed):
            autosaving.window.close()
    assert autosaving.window.isVisible()
    assert "annotations.coco.json" in autosaving.window.messages.text
    assert not asked
    autosaving.window.close()
    assert asked  # now the user has to say what is to become of it
    autosaving.save()


@pytest.mark.parametrize("name", ["Save", "Discard", "Cancel"])
def test_the_question_about_unsaved_work(hands, folder, monkeypatch, name):
    """Its buttons have no pictures, as everywhere else, and each does what it says."""
    pictures = []

    def answer(box):
        pictures.extend(button.icon().isNull() for button in box.buttons())
        button = getattr(QMessageBox.StandardButton, name)
        box.button(button).click()
        return int(button)

    monkeypatch.setattr(UnsavedWorkBox, "exec", answer)
    hands.window.workspace.editor.categories.add("disc")
    hands.window.close()
    if name == "Cancel":
        assert hands.window.isVisible()
    else:
        wait_closed(hands)
    assert (folder / "annotations.coco.json").exists() == (name == "Save")
    assert pictures == [True] * 3


def test_nothing_to_save_closes_at_once_and_writes_nothing(autosaving, boxes, folder):
    autosaving.window.close()
    assert not autosaving.window.isVisible()
    assert not (folder / "annotations.coco.json").exists()


# -- masks that are not accepted ------------------------------------------------------------------------------------


def test_cancel_keeps_the_window_and_the_mask(hands, boxes):
    prompt(hands)
    hands.window.close()
    assert hands.window.isVisible()
    assert hands.window.workspace.session.is_pending
    assert boxes.texts == ["The masks on 1 image(s) are not accepted yet: a.png."]
    assert set(boxes.buttons[0]) == {"Go on without", "Cancel"}  # there is no category to accept it with


def test_the_mask_can_be_accepted_on_the_way_out(autosaving, boxes, folder):
    autosaving.window.workspace.editor.categories.add("disc")
    prompt(autosaving)
    boxes.answer = "Accept it"
    autosaving.window.close()
    wait_closed(autosaving)
    (annotation,) = saved_annotations(folder)
    assert annotation["area"] > 1000


def test_or_given_up(autosaving, boxes, folder):
    autosaving.window.workspace.editor.categories.add("disc")
    prompt(autosaving)
    boxes.answer = "Go on without"
    autosaving.window.close()
    wait_closed(autosaving)
    assert saved_annotations(folder) == []
    assert len(boxes.texts) == 1


def test_masks_left_on_other_images_count_too_and_cannot_be_accepted_unseen(hands, boxes):
    hands.window.workspace.editor.categories.add("disc")
    prompt(hands)
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    prompt(hands, 120)
    hands.window.close()
    assert boxes.texts == ["The masks on 2 image(s) are not accepted yet: a.png, b.png."]
    assert "Accept it" not in boxes.buttons[0]


def test_opening_another_folder_asks_the_same(hands, boxes, tmp_path):
    write_discs(tmp_path / "other" / "x.png")
    prompt(hands)
    hands.window.open_paths([tmp_path / "other"])
    assert len(boxes.texts) == 1
    boxes.answer = "Go on without"
    hands.window.open_paths([tmp_path / "other"])
    hands.wait_image("x.png")
    assert not Unfinished.of(hands.window.workspace).images


def test_a_drawn_mask_that_waits_for_its_category_is_asked_about(hands, boxes):
    hands.window.choose_tool("polygon")
    for x, y in ((20, 20), (60, 20), (60, 60)):
        hands.click(x, y)
    hands.key(Qt.Key.Key_Return)
    hands.wait_masks()
    assert hands.window.workspace.editor.masks.waiting is not None
    hands.window.close()
    assert hands.window.isVisible()
    assert len(boxes.texts) == 1


def test_an_accepted_or_cleared_prompt_is_not_asked_about(hands, boxes):
    prompt(hands)
    hands.key(Qt.Key.Key_Escape)
    assert not Unfinished.of(hands.window.workspace).images
    hands.window.workspace.editor.categories.add("disc")
    prompt(hands)
    hands.key(Qt.Key.Key_Return)
    assert not Unfinished.of(hands.window.workspace).images
    hands.save()
    hands.window.close()
    assert not hands.window.isVisible()


def test_refining_without_a_click_yet_is_nothing_to_lose(hands, boxes):
    hands.window.workspace.editor.categories.add("disc")
    prompt(hands)
    hands.key(Qt.Key.Key_Return)
    (instance,) = hands.window.workspace.model.document.instances.values()
    hands.window.workspace.session.refine(instance)
    assert not Unfinished.of(hands.window.workspace).images


def test_the_wish_to_close_ends_with_what_keeps_the_window_open(autosaving, boxes):
    autosaving.window.workspace.editor.categories.add("disc")
    prompt(autosaving)
    autosaving.window.close()
    assert autosaving.window.isVisible()
    autosaving.key(Qt.Key.Key_Return)
    autosaving.save()
    autosaving.qtbot.wait(50)
    assert autosaving.window.isVisible()


def test_the_question_speaks_chinese(keeper, settings, boxes, folder, qtbot):
    settings.language = "zh_CN"
    hands = Hands(keeper.window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    prompt(hands)
    keeper.window.close()
    assert boxes.texts == ["1 张图像上的掩码尚未接受：a.png。"]
