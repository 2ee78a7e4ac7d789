"""The journal, the lock and the backups, through the window."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QMessageBox

from annotator import paths
from annotator.core import coco
from annotator.core.backups import backups
from annotator.core.dataset import COCO_NAME
from annotator.core.document import Document, ImageRecord
from annotator.core.journal_file import JournalFile, journal_path
from annotator.core.lock import DatasetLock
from annotator.core.unsaved import unsaved_work
from annotator.errors import DatasetError
from annotator.gui import keeping, opening
from annotator.gui.prelabel_run import PrelabelOptions
from tests.gui.annotating import accept_disc, add_category
from tests.gui.conftest import FakeProcess, Hands, forget_changes, write_discs


def names(hands: Hands) -> list[str]:
    return [category.name for category in hands.window.workspace.model.document.categories.values()]


@pytest.fixture
def again(make_window, qtbot, folder):
    """Opens the folder in a new window, as the next start of the program would."""

    def open_again() -> Hands:
        hands = Hands(make_window(FakeProcess(image_size=256)), qtbot)
        hands.open(folder)
        return hands

    return open_again


def end(hands: Hands) -> None:
    """The program ends without the unsaved work being saved, and without the user having thrown it away."""
    hands.window.workspace.model.keeping.close(discard=False)
    forget_changes(hands.window)
    hands.window.close()


class TestRecovery:
    def test_unsaved_work_comes_back_and_can_be_saved(self, hands, again, folder):
        add_category(hands, "cat")
        hands.save()
        add_category(hands, "dog")
        add_category(hands, "bird")
        hands.undo()
        hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == "not saved, but kept")
        end(hands)
        later = again()
        assert names(later) == ["cat", "dog"]
        assert "had not been saved" in later.window.messages.text
        assert later.window.status.saved.text() != "saved"
        later.save()
        assert later.window.status.saved.text() == "saved"
        end(later)
        assert names(again()) == ["cat", "dog"]

    def test_a_note_comes_back_as_far_as_it_was_typed_and_undone(self, hands, again):
        note = hands.window.images.details.note
        for text in ("first", "second"):
            note.setFocus()
            hands.qtbot.keyClicks(note, text)
            hands.window.canvas.setFocus()
        hands.undo()
        note.setFocus()
        note.moveCursor(QTextCursor.MoveOperation.End)
        hands.qtbot.keyClicks(note, "!")
        hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
        end(hands)
        assert again().window.images.details.note.toPlainText() == "first!"

    def test_discarded_work_does_not_come_back(self, hands, again, monkeypatch):
        add_category(hands, "cat")
        monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: QMessageBox.StandardButton.Discard)
        hands.window.close()
        later = again()
        assert names(later) == []
        assert not later.window.messages.isVisible()

    def test_work_saved_under_another_name_goes_on_there(self, hands, again, folder, tmp_path):
        add_category(hands, "cat")
        other = folder / "other.json"
        with hands.qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.workspace.saver.save(other)
        add_category(hands, "dog")
        hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
        end(hands)
        later = again()
        assert names(later) == []
        later.open(other)
        assert names(later) == ["cat", "dog"]

    def test_saving_through_a_link_to_the_folder_is_a_plain_save(self, hands, folder, tmp_path):
        (tmp_path / "link").symlink_to(folder, target_is_directory=True)
        add_category(hands, "cat")
        with hands.qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.workspace.saver.save(tmp_path / "link" / COCO_NAME, overwrite=True)
        assert b"cat" in (folder / COCO_NAME).read_bytes()

    def test_what_another_program_changed_as_well_is_told_and_the_rest_comes_back(self, hands, again, folder):
        add_category(hands, "cat")
        add_category(hands, "dog")
        hands.save()
        categories = hands.window.workspace.editor.categories
        for number, name in ((1, "lion"), (2, "wolf")):
            categories.rename(number, name)
        add_category(hands, "bird")
        hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
        end(hands)
        content = json.loads((folder / COCO_NAME).read_text())
        content["categories"][0]["name"] = "tiger"
        content["categories"].append({"id": 3, "name": "fish"})
        (folder / COCO_NAME).write_text(json.dumps(content))
        later = again()
        assert sorted(names(later)) == ["bird", "fish", "tiger", "wolf"]
        text = later.window.messages.text
        assert "2 change(s) that had not been saved are here again." in text
        assert f"1 change(s) do not fit {COCO_NAME} any more" in text
        assert "listed on the first page" in text
        later.undo()
        assert sorted(names(later)) == ["dog", "fish", "tiger"]

    def test_an_image_opened_by_itself_after_a_crash_is_said_of_nothing_else_to_be_missing(
        self, hands, make_window, qtbot, folder
    ):
        images = hands.window.workspace.model.document.images
        hands.window.workspace.editor.images.toggle_done([i for i, image in images.items() if image.path == "b.png"])
        hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
        end(hands)
        later = Hands(make_window(FakeProcess(image_size=256)), qtbot)
        later.open(folder / "a.png")
        later.wait_image("a.png")
        problems = {image.path: image.problem for image in later.window.workspace.model.document.images.values()}
        assert problems == {"a.png": None, "b.png": None}
        assert "are not in" not in later.window.messages.text

    def test_a_damaged_journal_is_set_aside(self, hands, again):
        add_category(hands, "cat")
        end(hands)
        folder = keeping.paths.state_dir() / "journals"
        journal = journal_path(folder, hands.window.workspace.model.coco_path)
        assert journal.exists()
        journal.write_bytes(b"this is no journal")
        later = again()
        assert names(later) == []
        assert "do not fit" in later.window.messages.text

    def test_undoing_to_what_is_in_the_file_is_saved_once_the_journal_knows(self, hands, monkeypatch):
        add_category(hands, "cat")
        hands.save()
        add_category(hands, "dog")
        hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
        may_write = threading.Event()
        append = JournalFile.append

        def held(*arguments):
            may_write.wait(10)
            append(*arguments)

        monkeypatch.setattr(JournalFile, "append", held)
        hands.undo()
        assert hands.window.workspace.model.is_saved
        assert hands.window.status.saved.text() == "not saved"
        may_write.set()
        hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == "saved")

    def test_an_edit_after_one_that_is_kept_is_not_shown_as_kept_before_it_is(self, hands, monkeypatch):
        add_category(hands, "cat")
        hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == "not saved, but kept")
        may_write = threading.Event()
        append = JournalFile.append

        def held(*arguments):
            may_write.wait(10)
            append(*arguments)

        monkeypatch.setattr(JournalFile, "append", held)
        add_category(hands, "dog")
        assert hands.window.status.saved.text() == "not saved"
        may_write.set()
        hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == "not saved, but kept")

    def test_what_is_in_the_file_is_saved_although_the_journal_refuses(self, hands, monkeypatch):
        def refuse(*_):
            raise sqlite3.OperationalError("database or disk is full")

        for name in ("append", "save_begins", "save_ended"):
            monkeypatch.setattr(JournalFile, name, refuse)
        add_category(hands, "cat")
        hands.save()
        hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == "saved")

    def test_a_disk_that_refuses_is_told_and_work_goes_on(self, hands, monkeypatch):
        def refuse(*_):
            raise sqlite3.OperationalError("database or disk is full")

        monkeypatch.setattr("annotator.core.journal_file.JournalFile.append", refuse)
        add_category(hands, "cat")
        hands.qtbot.waitUntil(hands.window.messages.isVisible)
        assert "disk is full" in hands.window.messages.text
        assert hands.window.status.saved.text() == "not saved"
        monkeypatch.undo()
        hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept, timeout=5000)


class TestTwoWindows:
    @pytest.fixture
    def other_writer(self, folder):
        lock = DatasetLock(folder / COCO_NAME)
        yield lock
        lock.release()

    def test_the_second_can_only_look(self, other_writer, again):
        hands = again()
        assert "is being edited" in hands.window.messages.text
        assert "A copy saved under another name" in hands.window.messages.text
        assert hands.window.messages._action.text() == "Save as..."
        assert hands.window.messages._other.text() == "Open again"
        assert hands.window.status.saved.text() == "view only"
        add_category(hands, "cat")
        assert names(hands) == []
        assert "is being edited" in hands.window.status.currentMessage()

    def test_it_is_opened_again_once_the_other_is_closed(self, other_writer, again):
        hands = again()
        assert "Close it there, or wait until it is done, and open it here again." in hands.window.messages.text
        for is_closed in (False, True):
            if is_closed:
                other_writer.release()
            with hands.qtbot.waitSignal(hands.window.workspace.opened, timeout=10_000):
                hands.window.messages._other.click()
            assert hands.window.messages.isVisible() is not is_closed
        add_category(hands, "cat")
        assert names(hands) == ["cat"]

    def test_nothing_that_would_change_it_begins(self, other_writer, again):
        hands = again()
        hands.wait_image("a.png")
        workspace = hands.window.workspace
        hands.key(Qt.Key.Key_W)
        assert not workspace.everything.is_running(1)
        assert "is being edited" in hands.window.status.currentMessage()
        workspace.folder_runs.prelabel(PrelabelOptions(None, None, "thing", only_untouched=False))
        assert not workspace.folder_runs.is_running
        assert not workspace.editor.categories.add("cat")

    def test_missing_images_are_told_as_well(self, other_writer, again, folder, process):
        document = Document(folder)
        document.put(ImageRecord(1, "gone.png", 160, 240))
        coco.write(document, folder / COCO_NAME)
        text = again().window.messages.text
        assert "is being edited" in text
        assert "where the COCO file says they are" in text

    def test_a_copy_of_it_can_be_edited(self, other_writer, again, folder):
        hands = again()
        with hands.qtbot.waitSignal(hands.window.workspace.opened, timeout=5000):
            hands.window.workspace.saver.save(folder / "mine.json")
        add_category(hands, "cat")
        assert names(hands) == ["cat"]

    def test_the_plain_save_leaves_the_file_alone(self, other_writer, again, folder):
        hands = again()
        hands.window.save()
        hands.qtbot.waitUntil(lambda: not hands.window.workspace.saver.is_saving)
        assert not (folder / COCO_NAME).exists()

    def test_the_lock_is_free_when_the_window_has_gone_elsewhere(self, hands, folder, tmp_path):
        assert DatasetLock(folder / COCO_NAME).is_taken
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "elsewhere" / "a.png").write_bytes((folder / "a.png").read_bytes())
        hands.open(tmp_path / "elsewhere")
        lock = DatasetLock(folder / COCO_NAME)
        assert lock.is_held
        lock.release()


def test_the_last_versions_are_kept(hands, folder):
    for name in ("one", "two", "three"):
        add_category(hands, name)
        hands.save()
    assert len(backups(folder / COCO_NAME)) == 2
    assert b"two" in backups(folder / COCO_NAME)[0].path.read_bytes()


@pytest.mark.parametrize("step", ["keep_backup", "replace_file"])
def test_a_failing_step_of_a_save_leaves_file_and_work(hands, folder, monkeypatch, step):
    add_category(hands, "one")
    before = hands.save().read_bytes()
    add_category(hands, "two")

    def fail(*_, **__):
        raise keeping.SaveError("x.json could not be saved (No space left on device): free some space.")

    monkeypatch.setattr(keeping, step, fail)
    hands.window.save()
    hands.qtbot.waitUntil(hands.window.messages.isVisible)
    assert "No space left" in hands.window.messages.text
    assert (folder / COCO_NAME).read_bytes() == before
    assert names(hands) == ["one", "two"]
    assert not hands.window.workspace.model.is_saved
    monkeypatch.undo()
    hands.save()
    assert b"two" in (folder / COCO_NAME).read_bytes()


class TestAutosave:
    @pytest.fixture(autouse=True)
    def enabled(self, hands):
        hands.window.workspace.autosave.set_minutes(1)

    def test_another_image_saves(self, hands, folder):
        add_category(hands, "cat")
        with hands.qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.actions_.next_image.trigger()
        assert b"cat" in (folder / COCO_NAME).read_bytes()
        hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == "saved")

    def test_nothing_new_is_not_saved(self, hands, folder):
        hands.window.workspace.autosave.save()
        assert not hands.window.workspace.saver.is_saving
        assert not (folder / COCO_NAME).exists()

    def test_it_can_be_turned_off(self, hands, folder):
        hands.window.workspace.autosave.set_minutes(0)
        add_category(hands, "cat")
        hands.window.workspace.autosave.save()
        assert not hands.window.workspace.saver.is_saving

    def test_a_file_that_another_program_changed_is_left_alone_until_the_user_decides(self, hands, folder):
        add_category(hands, "cat")
        path = hands.save()
        path.write_text("{}")
        add_category(hands, "dog")
        autosave = hands.window.workspace.autosave
        autosave.save()
        hands.qtbot.waitUntil(hands.window.messages.isVisible)
        assert "is not saved by itself" in hands.window.messages.text
        assert path.read_text() == "{}"
        hands.qtbot.waitUntil(lambda: not hands.window.workspace.saver.is_saving)
        autosave.save()  # it looks again, and sees the same
        hands.qtbot.waitUntil(lambda: not hands.window.workspace.saver.is_saving)
        assert path.read_text() == "{}"
        with hands.qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.workspace.saver.save(path, overwrite=True)
        assert b"dog" in path.read_bytes()


def test_a_disk_that_refuses_to_forget_keeps_nobody_from_going_on(hands, tmp_path, monkeypatch):
    write_discs(tmp_path / "other" / "a.png")
    add_category(hands, "cat")

    def refuse(_):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("annotator.core.journal_file.JournalFile.clear", refuse)
    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: QMessageBox.StandardButton.Discard)
    hands.open(tmp_path / "other")
    hands.window.workspace.editor.categories.add("dog")
    assert names(hands) == ["dog"]


def test_what_was_saved_while_the_same_folder_was_read_again_is_shown(hands, folder, monkeypatch):
    may_go_on = threading.Event()
    read = opening.open_dataset

    def held(*arguments, **options):
        dataset = read(*arguments, **options)
        may_go_on.wait(10)
        return dataset

    monkeypatch.setattr(opening, "open_dataset", held)
    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: QMessageBox.StandardButton.Save)
    hands.window.open_paths([folder])
    add_category(hands, "late")
    with hands.qtbot.waitSignal(hands.window.workspace.opened, timeout=10_000):
        may_go_on.set()
    assert names(hands) == ["late"]
    assert b"late" in (folder / COCO_NAME).read_bytes()


class TestAReadThatFailsInTheEnd:
    """What is open is given up only when what is to come in its place is there."""

    @pytest.fixture
    def fails_later(self, folder, monkeypatch):
        """The folder is changed by another program after it was read, and then cannot be read again."""
        read, reads = opening.open_dataset, []

        def fail_later(paths, **options):
            reads.append(paths)
            if len(reads) == 2:
                raise DatasetError("the folder is gone")
            dataset = read(paths, **options)
            if len(reads) == 1:
                coco = json.loads((paths[0] / COCO_NAME).read_text())
                (paths[0] / COCO_NAME).write_text(json.dumps({**coco, "info": {}}))
            return dataset

        monkeypatch.setattr(opening, "open_dataset", fail_later)

    @pytest.fixture
    def unsaved(self, hands) -> Hands:
        add_category(hands, "cat")
        hands.save()
        add_category(hands, "dog")
        hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
        return hands

    @pytest.fixture
    def discarded(self, monkeypatch):
        monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: QMessageBox.StandardButton.Discard)

    def check_it_goes_on(self, hands: Hands, folder) -> None:
        workspace = hands.window.workspace
        hands.qtbot.waitUntil(hands.window.messages.isVisible)
        assert "is gone" in hands.window.messages.text
        assert not workspace.opener.discards
        add_category(hands, "bird")
        assert names(hands) == ["cat", "dog", "bird"]
        hands.qtbot.waitUntil(lambda: workspace.model.is_kept)
        assert DatasetLock(folder / COCO_NAME).is_taken

    def test_reloading_gives_nothing_up(self, unsaved, discarded, fails_later, folder, again, monkeypatch):
        unsaved.window.open_paths([folder])
        self.check_it_goes_on(unsaved, folder)
        end(unsaved)
        monkeypatch.undo()
        assert names(again()) == ["cat", "dog", "bird"]

    def test_nor_does_opening_another(self, unsaved, discarded, fails_later, folder, again, tmp_path, monkeypatch):
        write_discs(tmp_path / "other" / "a.png")
        (tmp_path / "other" / COCO_NAME).write_text('{"images": [], "annotations": [], "categories": []}')
        unsaved.window.open_paths([tmp_path / "other"])
        self.check_it_goes_on(unsaved, folder)
        other = DatasetLock(tmp_path / "other" / COCO_NAME)
        assert other.is_held
        other.release()
        unsaved.open(tmp_path / "other")  # and it can be tried again
        unsaved.window.workspace.editor.categories.add("mouse")
        assert names(unsaved) == ["mouse"]


class TestAReloadThatFails:
    """The user has chosen Reload of a file that another program has changed, and it cannot be read."""

    def test_the_work_is_kept_and_comes_back(self, hands, again, folder, monkeypatch):
        add_category(hands, "cat")
        path = hands.save()
        good = path.read_bytes()
        add_category(hands, "dog")
        path.write_text("{ half of it")
        monkeypatch.setattr(QMessageBox, "exec", lambda _: 0)
        monkeypatch.setattr(
            QMessageBox, "clickedButton", lambda box: next(b for b in box.buttons() if b.text() == "Reload")
        )
        hands.window.save()
        hands.qtbot.waitUntil(hands.window.messages.isVisible)
        assert path.name in hands.window.messages.text
        assert names(hands) == ["cat", "dog"]
        assert not hands.window.workspace.opener.discards
        add_category(hands, "bird")
        assert not hands.window.workspace.model.is_kept  # the cat it builds upon is in no file now
        hands.window.workspace.model.keeping._journal.flush()
        end(hands)
        path.write_bytes(good)
        assert names(again()) == ["cat", "dog", "bird"]


class TestNamesThatAreNoText:
    """On most systems a name on the disk is any bytes: one such image must not keep the others from being worked on."""

    @pytest.fixture
    def odd(self, tmp_path):
        name = os.fsdecode(os.fsencode(str(tmp_path)) + b"/caf\xe9")
        try:
            os.mkdir(name)
        except OSError:
            pytest.skip("here all names are text")
        return Path(name)

    def test_an_image_is_listed_and_work_on_others_is_kept(self, hands, again, folder, odd):
        shutil.copytree(odd, folder / odd.name)
        shutil.copy(folder / "a.png", folder / odd.name / "a.png")
        hands.open(folder)
        document = hands.window.workspace.model.document
        assert f"{odd.name}/a.png" in {image.path for image in document.images.values()}
        add_category(hands, "cat")
        hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
        end(hands)
        later = again()
        assert names(later) == ["cat"]
        assert f"{odd.name}/a.png" in {image.path for image in later.window.workspace.model.document.images.values()}

    def test_a_dataset_in_such_a_folder_is_kept_and_offered_again(self, hands, make_window, qtbot, folder, odd):
        shutil.copytree(folder, odd / "pictures")
        hands.open(odd / "pictures")
        add_category(hands, "cat")
        hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
        end(hands)
        (work,) = unsaved_work(paths.state_dir() / "journals")
        assert work.to_open == odd / "pictures"
        later = Hands(make_window(FakeProcess(image_size=256)), qtbot)
        later.open(work.to_open)
        assert names(later) == ["cat"]
        assert later.save() == odd / "pictures" / COCO_NAME


def test_a_writer_that_breaks_is_told_and_shown(hands, monkeypatch):
    """Of whatever it breaks: what is done afterwards must not look as if it were kept."""

    def breaks(edit):
        raise KeyError("no such thing")

    with monkeypatch.context() as patch:
        patch.setattr("annotator.core.journal.encode", breaks)
        add_category(hands, "cat")
        hands.qtbot.waitUntil(lambda: "no such thing" in hands.window.messages.text)
        add_category(hands, "dog")
        assert hands.window.status.saved.text() == "not saved"
    assert not hands.window.workspace.model.is_kept
    hands.save()
    add_category(hands, "bird")
    hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == "not saved, but kept")


def test_masks_of_a_category_that_another_program_removed_come_back_with_it(hands, again, folder):
    add_category(hands, "cat")
    accept_disc(hands, 50)
    path = hands.save()
    accept_disc(hands, 120)
    hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    end(hands)
    content = json.loads(path.read_text("utf-8"))
    content["annotations"], content["categories"] = [], []
    path.write_text(json.dumps(content), "utf-8")
    later = again()
    assert names(later) == ["cat"]
    assert len(later.window.workspace.model.document.instances) == 1
    assert "Categories that annotations.coco.json does not have any more are here again, with their masks: cat." in (
        later.window.messages.text
    )
    assert "first page" not in later.window.messages.text
    later.undo()
    assert names(later) == []
    later.redo()
    later.save()
    assert [category["name"] for category in json.loads(path.read_text("utf-8"))["categories"]] == ["cat"]


def test_the_version_from_before_the_session_stays(hands, again, folder):
    """However often it is saved: with every image that is left, if it has to be."""
    add_category(hands, "from before")
    path = hands.save()
    before = path.read_bytes()
    end(hands)
    later = again()
    for number in range(8):
        add_category(later, f"later {number}")
        later.save()
    kept = [backup.path.read_bytes() for backup in backups(path)]
    assert kept[-1] == before
    assert len(kept) == 6
    end(later)


def test_saving_over_the_file_of_another_window_says_what_to_do(hands, again, folder, tmp_path, monkeypatch):
    other = tmp_path / "elsewhere" / "other.json"
    other.parent.mkdir()
    other.write_text("{}")
    lock = DatasetLock(other)
    monkeypatch.setattr("PySide6.QtWidgets.QFileDialog.getSaveFileName", lambda *_: (str(other), ""))
    add_category(hands, "cat")
    hands.window.flow.save_as()
    hands.qtbot.waitUntil(lambda: "close it there" in hands.window.messages.text)
    assert "viewing" not in hands.window.messages.text
    assert other.read_text() == "{}"
    lock.release()
