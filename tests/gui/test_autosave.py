"""Saving without being asked: when it happens, and what becomes of a save that fails."""

from __future__ import annotations

import errno
import os
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from annotator.core import atomic
from annotator.core.dataset import COCO_NAME
from annotator.gui import autosave as module
from annotator.gui import keeping
from annotator.gui.dialogs.settings import SettingsDialog
from annotator.gui.settings import Settings
from tests.gui.annotating import add_category
from tests.gui.conftest import Hands


class Disk:
    """While it is full, nothing is written beside the COCO file."""

    def __init__(self, monkeypatch) -> None:
        self.error = 0
        self.refused = 0
        write = atomic.files.replace_file

        def replace_file(path, data, **options):
            if self.error:
                self.refused += 1
                raise OSError(self.error, os.strerror(self.error))
            return write(path, data, **options)

        monkeypatch.setattr(atomic.files, "replace_file", replace_file)


@pytest.fixture
def disk(monkeypatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def nobody_is_asked(monkeypatch):
    monkeypatch.setattr(QMessageBox, "exec", lambda box: pytest.fail(f"asked: {box.text()}"))
    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: pytest.fail("asked about saving"))


@pytest.fixture
def saving(hands) -> Hands:
    """A window that saves by itself, with something to save."""
    hands.window.workspace.autosave.set_minutes(1)
    add_category(hands, "cat")
    hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    yield hands
    hands.window.workspace.autosave.set_minutes(0)


def time_passes(hands: Hands) -> None:
    """The timer rings, and what it starts has come to an end."""
    hands.window.workspace.autosave._timer.timeout.emit()
    hands.qtbot.waitUntil(lambda: not hands.window.workspace.saver.is_saving)


def wait_saved_text(hands: Hands, text: str) -> None:
    """The status bar says so; that the journal has an edit it learns a moment later."""
    hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == text)


def saved_text(hands: Hands) -> str:
    return hands.window.status.saved.accessibleName()


@pytest.mark.usefixtures("nobody_is_asked")
class TestFailing:
    def test_it_is_told_without_a_box_and_stays_in_the_status_bar(self, saving, disk):
        disk.error = errno.ENOSPC
        time_passes(saving)
        assert saving.window.messages.isVisible()
        assert "No space left" in saving.window.messages.text
        assert saving.window.messages._action.text() == "Save as..."
        wait_saved_text(saving, "not saved, but kept: No space left on device")
        assert saved_text(saving).startswith("not saved, but kept: ")
        assert "No space left" in saved_text(saving)
        assert saving.window.status.saved.toolTip() == saved_text(saving)

    def test_it_goes_on_trying_and_success_takes_all_of_it_back(self, saving, disk, folder):
        disk.error = errno.ENOSPC
        for _ in range(3):
            time_passes(saving)
        assert disk.refused == 3
        disk.error = 0
        time_passes(saving)
        assert b"cat" in (folder / COCO_NAME).read_bytes()
        assert saved_text(saving) == "saved"
        assert not saving.window.messages.isVisible()
        assert saving.window.workspace.autosave.problem == ""

    def test_the_same_is_told_once_and_something_new_again(self, saving, disk):
        disk.error = errno.ENOSPC
        time_passes(saving)
        saving.window.messages.clear()
        time_passes(saving)
        assert not saving.window.messages.isVisible()
        disk.error = errno.EROFS
        time_passes(saving)
        assert "read-only" in saving.window.messages.text
        assert saving.window.messages.isVisible()

    def test_the_next_edit_tries_again(self, saving, disk, folder, monkeypatch):
        saving.window.workspace.autosave._retry.setInterval(10)
        disk.error = errno.ENOSPC
        time_passes(saving)
        disk.error = 0
        with saving.qtbot.waitSignal(saving.window.workspace.saver.saved):
            add_category(saving, "dog")
        assert b"dog" in (folder / COCO_NAME).read_bytes()

    def test_without_a_failure_edits_alone_do_not_save(self, saving):
        add_category(saving, "dog")
        assert not saving.window.workspace.autosave._retry.isActive()

    def test_another_image_tries_again(self, saving, disk, folder):
        disk.error = errno.ENOSPC
        time_passes(saving)
        disk.error = 0
        with saving.qtbot.waitSignal(saving.window.workspace.saver.saved):
            saving.key(Qt.Key.Key_D)
        assert b"cat" in (folder / COCO_NAME).read_bytes()

    def test_a_save_that_was_asked_for_says_so_too(self, saving, disk):
        disk.error = errno.ENOSPC
        saving.window.save()
        saving.qtbot.waitUntil(saving.window.messages.isVisible)
        assert "No space left" in saved_text(saving)
        disk.error = 0
        saving.save()
        assert saved_text(saving) == "saved"
        assert not saving.window.messages.isVisible()

    def test_a_save_as_elsewhere_that_fails_says_nothing_of_this_file(self, saving, tmp_path):
        saver = saving.window.workspace.saver
        with saving.qtbot.waitSignal(saver.failed):
            saver.save(tmp_path / "gone" / "x.json", overwrite=True)
        assert saved_text(saving) == "not saved, but kept"
        assert saving.window.workspace.autosave.is_working

    def test_the_status_speaks_the_windows_language(self, keeper, settings, disk, folder, qtbot):
        hands = Hands(keeper.window, qtbot)
        hands.open(folder)
        add_category(hands, "cat")
        disk.error = errno.ENOSPC
        time_passes(hands)
        settings.language = "zh_CN"
        assert keeper.window.status.saved.accessibleName().startswith("未保存")
        assert "无法保存" in keeper.window.status.saved.accessibleName()
        assert "No space" not in keeper.window.messages.text.replace("No space left on device", "")


@pytest.mark.usefixtures("nobody_is_asked")
class TestAFileThatIsAnotherOne:
    def test_it_is_told_once_and_saved_again_when_the_file_is_back(self, saving, folder):
        path = saving.save()
        add_category(saving, "dog")
        path.rename(folder / "away.json")
        time_passes(saving)
        assert "is not saved by itself" in saving.window.messages.text
        assert "is not saved by itself" in saved_text(saving)
        wait_saved_text(saving, "not saved: the file is not there any more")
        saving.window.messages.clear()
        time_passes(saving)
        assert not saving.window.messages.isVisible()
        assert not path.exists()
        (folder / "away.json").rename(path)
        time_passes(saving)
        assert b"dog" in path.read_bytes()
        assert saved_text(saving) == "saved"

    def test_nor_is_what_another_program_wrote_in_the_moment_of_our_save_taken_for_ours(self, saving, monkeypatch):
        path = saving.window.workspace.model.coco_path
        flush = atomic.files.flush_folder

        def write_at_once(folder):
            flush(folder)
            if folder == path.parent:
                path.write_text('{"theirs": 1}')

        monkeypatch.setattr(atomic.files, "flush_folder", write_at_once)
        add_category(saving, "cat")
        with saving.qtbot.waitSignal(saving.window.workspace.saver.saved):
            saving.window.save()
        monkeypatch.undo()
        add_category(saving, "dog")
        time_passes(saving)
        assert "is not as it was opened or saved here any more" in saving.window.messages.text
        wait_saved_text(saving, "not saved: another program has changed the file")
        assert path.read_text() == '{"theirs": 1}'


class TestLeaving:
    def test_who_waits_for_an_autosave_that_fails_does_not_wait_forever(self, saving, disk, monkeypatch):
        """Undone to what is in the file while that is being saved: there is nothing to lose."""
        monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: pytest.fail("asked about saving"))
        saving.save()
        add_category(saving, "dog")
        may_go_on = threading.Event()
        keep_backup = keeping.keep_backup
        monkeypatch.setattr(
            keeping, "keep_backup", lambda path, spared: may_go_on.wait(10) and keep_backup(path, spared=spared)
        )
        disk.error = errno.ENOSPC
        saving.window.workspace.autosave.save()
        saving.undo()
        saving.window.close()
        assert saving.window.isVisible()  # it waits for the save
        may_go_on.set()
        saving.qtbot.waitUntil(lambda: not saving.window.isVisible())

    def test_work_that_cannot_be_saved_is_asked_about(self, saving, disk, monkeypatch):
        asked = []
        monkeypatch.setattr(
            "annotator.gui.leaving.ask_to_save", lambda *_: asked.append(1) or QMessageBox.StandardButton.Cancel
        )
        disk.error = errno.ENOSPC
        time_passes(saving)
        saving.window.close()
        assert asked == [1]
        assert saving.window.isVisible()

    def test_a_close_during_a_failing_autosave_tells_once_and_then_asks(self, saving, disk, monkeypatch):
        asked = []
        monkeypatch.setattr(
            "annotator.gui.leaving.ask_to_save", lambda *_: asked.append(1) or QMessageBox.StandardButton.Discard
        )
        disk.error = errno.ENOSPC
        saving.window.workspace.autosave.save()
        with saving.qtbot.waitSignal(saving.window.workspace.saver.failed):
            saving.window.close()  # asks for a save of its own, which follows
        assert saving.window.isVisible()
        assert not asked
        saving.window.close()
        assert asked == [1]
        saving.qtbot.waitUntil(lambda: not saving.window.isVisible())


class TestTheSetting:
    def test_it_is_on_by_default_and_can_be_off(self, tmp_path):
        settings = Settings(tmp_path / "s.ini")
        assert settings.autosave_minutes == 1
        settings.autosave_minutes = 0
        assert Settings(tmp_path / "s.ini").autosave_minutes == 0

    @pytest.mark.parametrize("nonsense", ["-1", "31", "often"])
    def test_nonsense_counts_as_not_set(self, tmp_path, nonsense):
        settings = Settings(tmp_path / "s.ini")
        settings._set("autosave_minutes", nonsense)
        assert settings.autosave_minutes == 1

    def test_who_had_turned_it_off_in_an_earlier_version_keeps_it_off(self, tmp_path):
        settings = Settings(tmp_path / "s.ini")
        settings._set("autosave", False)
        assert Settings(tmp_path / "s.ini").autosave_minutes == 0

    def test_the_dialog_sets_it_at_once(self, keeper, settings, qtbot):
        autosave = keeper.window.workspace.autosave
        assert autosave._timer.interval() == module._MINUTE_MS
        dialog = SettingsDialog(settings, keeper.window)
        qtbot.addWidget(dialog)
        dialog.show()
        assert dialog.autosave_minutes.text() == "every 1 min, and when the image changes"
        dialog.autosave_minutes.lineEdit().selectAll()
        qtbot.keyClicks(dialog.autosave_minutes, "12")
        assert dialog.autosave_minutes.text() == "every 12 min, and when the image changes"
        dialog.accept()
        assert settings.autosave_minutes == 12
        assert autosave._timer.interval() == 12 * module._MINUTE_MS
        assert autosave.is_working

    def test_off_neither_the_clock_nor_another_image_saves(self, keeper, settings, qtbot, folder):
        dialog = SettingsDialog(settings, keeper.window)
        qtbot.addWidget(dialog)
        dialog.autosave_minutes.setValue(0)
        assert dialog.autosave_minutes.text() == "only when you save"
        dialog.accept()
        hands = Hands(keeper.window, qtbot)
        hands.open(folder)
        hands.wait_image("a.png")
        add_category(hands, "cat")
        hands.key(Qt.Key.Key_D)
        hands.wait_image("b.png")
        assert not (folder / COCO_NAME).exists()
        assert not keeper.window.workspace.autosave.is_working
