"""Work that came back after a crash can be taken back, and nothing is lost by a wrong click."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QToolButton

from annotator.core.dataset import COCO_NAME
from annotator.gui.unfinished import Unfinished, Wish
from tests.gui.annotating import add_category
from tests.gui.conftest import FakeProcess, Hands, forget_changes, write_discs
from tests.gui.test_keeping import end, names

BACK = "2 change(s) that had not been saved are here again."
DISCARDED = "The changes that had come back are discarded."


@pytest.fixture
def again(make_window, qtbot, folder):
    """Opens the folder in a new window, as the next start of the program would."""

    def open_again() -> Hands:
        hands = Hands(make_window(FakeProcess(image_size=256)), qtbot)
        hands.open(folder)
        hands.wait_image("a.png")
        return hands

    return open_again


def crash(hands: Hands) -> None:
    """The program ends, with its work in the journal."""
    hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    end(hands)


@pytest.fixture
def recovered(hands, again) -> Hands:
    """A window in which two categories have come back, and one was in the file."""
    add_category(hands, "one")
    hands.save()
    add_category(hands, "two")
    add_category(hands, "three")
    crash(hands)
    return again()


def press(hands: Hands, text: str) -> None:
    bar = hands.window.messages
    (button,) = (b for b in (bar._action, bar._other) if b.isVisible() and b.text() == text)
    hands.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def offers(hands: Hands) -> list[str]:
    bar = hands.window.messages
    return [button.text() for button in (bar._action, bar._other) if button.isVisible()]


def close(hands: Hands) -> None:
    """The user closes the window, with nothing to save."""
    assert hands.window.flow.is_free_to_leave
    hands.window.close()


def test_discarding_takes_it_back_and_it_can_be_brought_back(recovered):
    messages = recovered.window.messages
    assert names(recovered) == ["one", "two", "three"]
    assert (messages.text, offers(recovered)) == (BACK, ["Save", "Discard"])
    for _ in range(2):
        press(recovered, "Discard")
        assert names(recovered) == ["one"]
        assert (messages.text, offers(recovered)) == (DISCARDED, ["Bring back"])
        recovered.qtbot.waitUntil(lambda: recovered.window.status.saved.text() == "saved")
        press(recovered, "Bring back")
        assert names(recovered) == ["one", "two", "three"]
    assert recovered.window.status.saved.text() != "saved"


def test_undo_and_redo_do_the_same(recovered):
    messages = recovered.window.messages
    recovered.undo()
    assert (messages.text, offers(recovered)) == (DISCARDED, ["Bring back"])
    recovered.redo()
    assert names(recovered) == ["one", "two", "three"]
    assert (messages.text, offers(recovered)) == (BACK, ["Save", "Discard"])


def test_what_was_discarded_does_not_come_back(recovered, again):
    press(recovered, "Discard")
    close(recovered)
    later = again()
    assert names(later) == ["one"]
    assert not later.window.messages.isVisible()


def test_nor_after_another_crash(recovered, again):
    press(recovered, "Discard")
    crash(recovered)
    later = again()
    assert names(later) == ["one"]
    assert not later.window.messages.isVisible()
    assert later.window.status.saved.text() == "saved"


def test_what_was_brought_back_does_after_another_crash(recovered, again):
    press(recovered, "Discard")
    press(recovered, "Bring back")
    crash(recovered)
    assert names(again()) == ["one", "two", "three"]


def test_it_is_offered_until_something_else_is_done(recovered):
    add_category(recovered, "four")
    assert (recovered.window.messages.text, offers(recovered)) == (BACK, ["Save"])
    recovered.undo()
    assert offers(recovered) == ["Save", "Discard"]


def test_bringing_back_is_offered_until_something_else_is_done(recovered, again):
    press(recovered, "Discard")
    add_category(recovered, "four")
    assert not recovered.window.messages.isVisible()
    crash(recovered)
    assert names(again()) == ["one", "four"]


def test_it_is_saved_by_itself_once_work_goes_on(recovered, qtbot):
    workspace = recovered.window.workspace
    workspace.autosave.set_minutes(1)
    for key, name in ((Qt.Key.Key_D, "b.png"), (Qt.Key.Key_A, "a.png")):
        recovered.key(key)
        recovered.wait_image(name)
    workspace.autosave.save()
    assert not workspace.saver.is_saving
    assert not workspace.model.is_saved
    add_category(recovered, "four")
    with qtbot.waitSignal(workspace.saver.saved, timeout=10_000):
        recovered.key(Qt.Key.Key_D)
    workspace.autosave.set_minutes(0)


def test_also_when_it_is_saved_already(recovered, folder):
    recovered.save()
    assert (recovered.window.messages.text, offers(recovered)) == (BACK, ["Discard"])
    press(recovered, "Discard")
    assert names(recovered) == ["one"]
    assert not recovered.window.workspace.model.is_saved
    recovered.save()
    categories = json.loads((folder / COCO_NAME).read_text("utf-8"))["categories"]
    assert [category["name"] for category in categories] == ["one"]


def test_a_bar_that_was_closed_stays_closed(recovered):
    recovered.window.messages.clear()
    add_category(recovered, "four")
    assert not recovered.window.messages.isVisible()
    recovered.save()
    assert not recovered.window.messages.isVisible()


def test_beside_images_that_are_missing(hands, again, folder):
    add_category(hands, "one")
    hands.save()
    add_category(hands, "two")
    crash(hands)
    (folder / "b.png").unlink()
    later = again()
    assert "1 change(s) that had not been saved are here again." in later.window.messages.text
    assert offers(later) == ["Locate images...", "Discard"]
    press(later, "Discard")
    assert names(later) == ["one"]


def test_what_was_undone_before_the_end_is_not_told(hands, again):
    add_category(hands, "one")
    hands.undo()
    close(hands)
    assert not again().window.messages.isVisible()


def test_another_window_in_another_language_goes_on_with_it(keeper, settings, hands, folder, qtbot):
    add_category(hands, "one")
    crash(hands)
    first = Hands(keeper.window, qtbot)
    first.open(folder)
    first.wait_image("a.png")
    assert offers(first) == ["Save", "Discard"]
    settings.language = "zh_CN"
    second = Hands(keeper.window, qtbot)
    assert offers(second) == ["保存", "放弃"]
    press(second, "放弃")
    assert names(second) == []
    assert second.window.messages.text == "已放弃恢复的修改。"
    settings.language = "en"
    third = Hands(keeper.window, qtbot)
    assert (third.window.messages.text, offers(third)) == (DISCARDED, ["Bring back"])
    forget_changes(keeper.window)


def test_the_image_of_the_last_change_is_shown(hands, make_window, qtbot, folder):
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    hands.click(50, 80)
    hands.wait_mask()
    hands.window.workspace.editor.accept_as_named("disc")
    hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    end(hands)
    later = Hands(make_window(FakeProcess(image_size=256)), qtbot)
    later.open(folder)
    later.wait_image("b.png")


class TestUndecided:
    """Neither kept nor discarded, where work is saved without being asked."""

    @pytest.fixture
    def undecided(self, recovered, folder, monkeypatch):
        monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: pytest.fail("asked about saving"))
        before = (folder / COCO_NAME).read_bytes()
        recovered.window.workspace.autosave.set_minutes(1)
        yield recovered
        recovered.window.workspace.autosave.set_minutes(0)
        assert (folder / COCO_NAME).read_bytes() == before

    def is_offered(self, hands: Hands) -> bool:
        return names(hands) == ["one", "two", "three"] and hands.window.messages.text == BACK

    def test_closing_leaves_it_undecided(self, undecided, again):
        close(undecided)
        assert self.is_offered(again())

    def test_so_does_closing_after_the_message_was_closed(self, undecided, again):
        undecided.qtbot.mouseClick(
            undecided.window.messages.findChild(QToolButton, "close_message"), Qt.MouseButton.LeftButton
        )
        assert not undecided.window.messages.isVisible()
        close(undecided)
        assert self.is_offered(again())

    def test_so_does_what_was_taken_back(self, undecided, again):
        add_category(undecided, "four")
        undecided.undo()
        undecided.window.workspace.autosave.save()
        assert not undecided.window.workspace.saver.is_saving
        undecided.qtbot.waitUntil(lambda: undecided.window.workspace.model.is_kept)
        close(undecided)
        assert self.is_offered(again())

    def test_so_does_opening_something_else(self, undecided, again, tmp_path):
        write_discs(tmp_path / "other" / "x.png")
        undecided.open(tmp_path / "other")
        undecided.wait_image("x.png")
        assert self.is_offered(again())

    def test_so_does_opening_the_same_again(self, undecided, folder):
        undecided.open(folder)
        assert self.is_offered(undecided)

    def test_what_is_given_up_as_unfinished_does_not_stay_with_it(self, undecided, again, monkeypatch):
        asked = []
        monkeypatch.setattr(Unfinished, "ask", lambda unfinished, _: asked.append(unfinished) or Wish.DROP)
        undecided.key(Qt.Key.Key_G)
        undecided.click(20, 20)
        undecided.window.close()
        undecided.qtbot.waitUntil(lambda: not undecided.window.isVisible(), timeout=10_000)
        assert [unfinished.images for unfinished in asked] == [("a.png",)]
        later = again()
        assert self.is_offered(later)
        assert not later.window.workspace.editor.masks.corners.image_ids

    def test_where_saving_does_not_work_it_is_asked_about(self, undecided, monkeypatch):
        """As any work: somebody has wanted it to be saved before."""
        asked = []
        cancel = QMessageBox.StandardButton.Cancel
        monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: asked.append(1) or cancel)
        undecided.window.workspace.saver.autosave_failed.emit("The disk is full.")
        undecided.window.close()
        assert asked
        assert undecided.window.isVisible()


def test_who_has_nothing_saved_by_itself_is_asked_about_it(recovered, folder, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "annotator.gui.leaving.ask_to_save", lambda *_: asked.append(1) or QMessageBox.StandardButton.Save
    )
    recovered.window.close()
    recovered.qtbot.waitUntil(lambda: not recovered.window.isVisible(), timeout=10_000)
    assert asked
    categories = json.loads((folder / COCO_NAME).read_text("utf-8"))["categories"]
    assert [category["name"] for category in categories] == ["one", "two", "three"]
