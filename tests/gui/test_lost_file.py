"""Another program deletes or changes the COCO file after it was saved: the work is in no file, and it is said so."""

from __future__ import annotations

import json
import threading

import pytest
from PySide6.QtWidgets import QMessageBox

from annotator.core.dataset import COCO_NAME
from annotator.gui import file_look
from annotator.gui.dialogs.conflict import ConflictBox, ConflictChoice
from annotator.gui.saving import SaveConflict
from tests.gui.conftest import Hands, write_discs
from tests.gui.test_annotating import add_category


class Answers:
    """Answers what is asked about the file; `leaving` has whether each question came with leaving."""

    def __init__(self) -> None:
        self.choice = ConflictChoice.CANCEL
        self.leaving: list[bool] = []
        self.texts: list[str] = []

    def answer(self, box: ConflictBox) -> ConflictChoice:
        self.texts.append(box.text())
        self.leaving.append(box._discard is not None)
        return self.choice


@pytest.fixture
def answers(monkeypatch) -> Answers:
    answers = Answers()
    monkeypatch.setattr(ConflictBox, "answer", lambda box: answers.answer(box))
    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: pytest.fail("asked about saving"))
    return answers


@pytest.fixture
def saved(hands, answers) -> Hands:
    """A window whose category is in the file, and in nothing else."""
    add_category(hands, "disc")
    hands.save()
    return hands


def delete(folder) -> None:
    (folder / COCO_NAME).unlink()


def change(folder) -> None:
    (folder / COCO_NAME).write_text('{"images": [], "annotations": [], "categories": []}')


def save_and_wait_asked(hands: Hands, answers: Answers) -> None:
    before = len(answers.texts)
    hands.window.save()
    hands.qtbot.waitUntil(lambda: len(answers.texts) > before and not hands.window.workspace.saver.is_saving)


@pytest.mark.parametrize("meddle", [delete, change])
def test_after_cancel_nothing_says_that_it_is_saved_or_kept(saved, answers, folder, meddle):
    meddle(folder)
    save_and_wait_asked(saved, answers)
    window = saved.window
    assert not window.workspace.model.is_saved
    assert window.status.saved.accessibleName().startswith("not saved:")
    assert window.isWindowModified()
    add_category(saved, "spot")
    window.workspace.model.undo()
    assert not window.workspace.model.is_saved  # no state of the document is the one in the file


@pytest.mark.parametrize("meddle", [delete, change])
def test_closing_looks_at_the_file_and_asks(saved, answers, folder, meddle):
    meddle(folder)
    saved.window.close()
    assert saved.window.isVisible()
    assert answers.leaving == [True]
    assert saved.window.isWindowModified()
    answers.choice = ConflictChoice.OVERWRITE
    saved.window.close()
    saved.qtbot.waitUntil(lambda: not saved.window.isVisible())
    assert [c["name"] for c in json.loads((folder / COCO_NAME).read_text("utf-8"))["categories"]] == ["disc"]


def test_it_can_be_given_up(saved, answers, folder):
    delete(folder)
    answers.choice = ConflictChoice.DISCARD
    saved.window.close()
    saved.qtbot.waitUntil(lambda: not saved.window.isVisible())
    assert not (folder / COCO_NAME).exists()


def test_or_saved_elsewhere_before_another_folder_is_opened(saved, answers, folder, tmp_path, monkeypatch):
    write_discs(tmp_path / "other" / "x.png")
    delete(folder)
    answers.choice = ConflictChoice.SAVE_AS
    target = str(tmp_path / "elsewhere.json")
    monkeypatch.setattr("annotator.gui.document_flow.QFileDialog.getSaveFileName", lambda *_: (target, ""))
    saved.window.open_paths([tmp_path / "other"])
    saved.wait_image("x.png")
    assert b"disc" in (tmp_path / "elsewhere.json").read_bytes()


def test_saving_it_anew_ends_that(saved, answers, folder):
    delete(folder)
    answers.choice = ConflictChoice.OVERWRITE
    with saved.qtbot.waitSignal(saved.window.workspace.saver.saved):
        saved.window.save()
    model = saved.window.workspace.model
    assert model.is_saved
    assert model.is_kept
    assert not saved.window.isWindowModified()
    saved.window.close()
    assert not saved.window.isVisible()


def test_the_journal_keeps_what_came_after_the_file_that_is_gone(saved, answers, folder):
    add_category(saved, "spot")
    delete(folder)
    save_and_wait_asked(saved, answers)
    saved.window.workspace.model.undo()
    saved.window.workspace.model.redo()
    answers.choice = ConflictChoice.CANCEL
    saved.window.close()
    assert saved.window.isVisible()
    assert not saved.window.workspace.opener.has_nothing_to_keep


@pytest.mark.parametrize("meddle", [delete, change])
def test_a_file_that_nothing_was_saved_to_is_let_go(saved, answers, folder, make_window, process, meddle):
    saved.window.close()
    other = Hands(make_window(process), saved.qtbot)
    other.open(folder)
    other.wait_image("a.png")
    meddle(folder)
    other.window.close()
    other.qtbot.waitUntil(lambda: not other.window.isVisible())
    assert not answers.texts


def test_a_disk_that_does_not_answer_is_told_and_need_not_be_waited_for(saved, answers, monkeypatch):
    answered = threading.Event()
    found = file_look.found_version
    monkeypatch.setattr(file_look, "found_version", lambda path: answered.wait(60) and found(path))
    saved.window.flow._leaving._patience.setInterval(0)
    saved.window.close()
    saved.qtbot.waitUntil(saved.window.messages.isVisible)
    assert "cannot be seen" in saved.window.messages.text
    assert saved.window.messages._action.text() == "Close without waiting"
    answered.set()
    saved.qtbot.waitUntil(lambda: not saved.window.isVisible())
    assert not answers.texts


def test_the_box_offers_what_can_be_done(hands, folder):
    names = {
        (is_deleted, is_leaving): {
            button.text().replace("&", "")
            for button in ConflictBox(
                SaveConflict(folder / COCO_NAME, is_deleted=is_deleted), hands.window, is_leaving=is_leaving
            ).buttons()
        }
        for is_deleted in (False, True)
        for is_leaving in (False, True)
    }
    always = {"Save as...", "Cancel"}
    assert names[False, False] == {*always, "Overwrite", "Reload"}
    assert names[True, False] == {*always, "Write it again"}
    assert names[False, True] - {"Discard", "Don't Save", "Close without Saving"} == {*always, "Overwrite"}
    assert len(names[True, True]) == 4


def test_the_question_with_leaving_can_be_answered(hands, folder, monkeypatch):
    def discard(box):
        box.button(QMessageBox.StandardButton.Discard).click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", discard)
    box = ConflictBox(SaveConflict(folder / COCO_NAME, is_deleted=True), hands.window, is_leaving=True)
    assert box.answer() is ConflictChoice.DISCARD
