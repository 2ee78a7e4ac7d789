"""The window around the canvas: menus, keys, dropping files, recent ones and jobs."""

from __future__ import annotations

import os
import re
import shutil
import threading
from importlib import metadata
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QHeaderView,
    QLabel,
    QLineEdit,
)

from annotator import __version__
from annotator.errors import DatasetError
from annotator.gui.dialogs import about
from annotator.gui.dialogs.about import AboutDialog
from annotator.gui.dialogs.keys import KeysDialog
from tests.gui.conftest import Hands


def drop(window, paths: list[Path]) -> bool:
    """Drag files over the window and let go; returns whether the window wanted them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, nothing = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    position = QPointF(window.rect().center())
    enter = QDragEnterEvent(position.toPoint(), Qt.DropAction.CopyAction, data, left, nothing)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(position, Qt.DropAction.CopyAction, data, left, nothing))
    return enter.isAccepted()


class TestOpening:
    def test_a_folder_a_file_and_a_coco_file_can_be_dropped(self, window, folder, qtbot):
        model = window.workspace.model
        for paths, images in (([folder], 3), ([folder / "a.png", folder / "b.png"], 2)):
            with qtbot.waitSignal(model.document_replaced):
                assert drop(window, paths)
            assert len(model.document.images) == images
        with qtbot.waitSignal(window.workspace.saver.saved):
            window.save()
        with qtbot.waitSignal(model.document_replaced):
            assert drop(window, [folder / "annotations.coco.json"])
        assert len(model.document.images) == 2

    def test_what_is_no_local_file_is_not_taken(self, window):
        data = QMimeData()
        data.setText("hello")
        enter = QDragEnterEvent(
            window.rect().center(),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        enter.ignore()
        QApplication.sendEvent(window, enter)
        assert not enter.isAccepted()

    def test_recent_ones_are_offered_in_the_menu_and_on_the_welcome_page(
        self, window, make_window, process, folder, qtbot
    ):
        Hands(window, qtbot).open(folder)
        again = make_window(process)
        (button,) = again.welcome.recent_buttons
        assert button.toolTip() == str(folder)
        model = again.workspace.model
        with qtbot.waitSignal(model.document_replaced):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        entry = again.actions_.recent_menu.actions()[0]
        with qtbot.waitSignal(model.document_replaced):
            entry.trigger()
        assert len(model.document.images) == 3
        again.actions_.recent_menu.actions()[-1].trigger()
        assert again.welcome.recent_buttons == ()
        assert not again.actions_.recent_menu.menuAction().isEnabled()

    def test_loose_images_are_remembered_by_their_file_and_never_as_all_of_a_folder(
        self, window, settings, folder, qtbot
    ):
        hands = Hands(window, qtbot)
        hands.open(folder / "a.png", folder / "子文件夹" / "丙.png")
        hands.wait_image("a.png")
        assert settings.recent == ()
        window.workspace.editor.categories.add("disc")
        saved = hands.save()
        assert settings.recent == (saved,)
        with qtbot.waitSignal(window.workspace.model.document_replaced):
            window.flow.open_one(saved)
        assert len(window.workspace.model.document.images) == 2

    def test_a_recent_coco_file_is_named_and_opened_with_its_images(self, window, make_window, process, folder, qtbot):
        hands = Hands(window, qtbot)
        hands.open(folder)
        hands.wait_image("a.png")
        window.workspace.editor.categories.add("disc")
        saved = hands.save()
        elsewhere = folder.parent / "labels"
        elsewhere.mkdir()
        moved = Path(shutil.copy(saved, elsewhere))  # its name is that of a folder's own file
        with qtbot.waitSignal(window.workspace.model.document_replaced):
            window.open_paths([moved], folder)
        again = make_window(process)
        button = again.welcome.recent_buttons[0]
        assert str(moved.name) in button.text()
        assert folder.name in button.text()
        model = again.workspace.model
        with qtbot.waitSignal(model.document_replaced):
            qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
        assert model.document.image_root == folder
        assert all(image.problem is None for image in model.document.images.values())

    def test_a_file_saved_under_another_name_is_a_recent_one(self, window, folder, settings, qtbot):
        hands = Hands(window, qtbot)
        hands.open(folder)
        hands.wait_image("a.png")
        with qtbot.waitSignal(window.workspace.saver.saved):
            window.workspace.saver.save(folder / "other.json")
        assert settings.recent == (folder / "other.json", folder)

    def test_dialogs_begin_where_the_last_one_ended(self, window, folder, settings, monkeypatch, qtbot):
        asked = []
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *args: asked.append(args[2]) or str(folder))
        with qtbot.waitSignal(window.workspace.model.document_replaced):
            window.actions_.open_folder.trigger()
        window.actions_.open_folder.trigger()
        assert asked == ["", str(folder)]
        qtbot.waitUntil(lambda: not window.workspace.jobs.listed)

    def test_the_example_is_opened_in_a_copy(self, window, qtbot):
        with qtbot.waitSignal(window.workspace.model.document_replaced):
            window.actions_.open_example.trigger()
        path = window.workspace.model.coco_path
        assert os.access(path.parent, os.W_OK)
        assert "resources" not in path.parts

    def test_what_needs_a_document_is_offered_once_there_is_one(self, window, folder, qtbot):
        actions = window.actions_
        assert not actions.save.isEnabled()
        assert not actions.next_image.isEnabled()
        assert actions.open_folder.isEnabled()
        hands = Hands(window, qtbot)
        hands.open(folder)
        assert actions.save.isEnabled()
        assert actions.next_image.isEnabled()
        assert not actions.locate_images.isEnabled()  # there is no COCO file yet
        hands.save()
        assert actions.locate_images.isEnabled()


class TestJobs:
    def test_a_running_job_shows_its_progress_and_can_be_cancelled(self, window, qtbot):
        pill = window.status.jobs
        started = threading.Event()

        def work(job) -> None:
            job.report_progress(3, 10)
            started.set()
            while True:
                job.cancel.check()

        job = window.workspace.jobs.new(work, title="Counting sheep")
        job.start()
        qtbot.waitUntil(lambda: started.is_set() and "3 / 10" in pill.text())
        assert "Counting sheep" in pill.text()
        assert pill.isVisible()
        qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
        assert pill.panel.isVisible()
        (cancel,) = (b for b in pill.panel.findChildren(QAbstractButton) if b.text() == "Cancel")
        qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(pill.isHidden)
        assert pill.panel.isHidden()

    def test_failures_stay_until_cleared(self, window, qtbot):
        def fail(reason: str):
            def work(job) -> None:
                raise DatasetError(reason)

            return work

        pill = window.status.jobs
        for name in ("a.json", "b.json"):
            window.workspace.jobs.new(fail(f"{name} is damaged."), title=f"Opening {name}").start()
        qtbot.waitUntil(lambda: pill.text() == "2 failed")
        qtbot.mouseClick(pill, Qt.MouseButton.LeftButton)
        shown = {label.text() for label in pill.panel.findChildren(QLabel)}
        assert {"a.json is damaged.", "b.json is damaged."} <= shown
        (clear,) = (b for b in pill.panel.findChildren(QAbstractButton) if b.text() == "Clear the list")
        qtbot.mouseClick(clear, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(pill.isHidden)

    def test_a_failure_says_what_failed(self, window, qtbot):
        def fail(job) -> None:
            raise DatasetError("a.json is damaged.")

        pill = window.status.jobs
        window.workspace.jobs.new(fail, title="Opening a.json").start()
        qtbot.waitUntil(lambda: pill.text() == "Opening a.json: failed")
        assert pill.isVisible()

    def test_what_the_message_bar_says_is_not_listed_again(self, window, tmp_path, qtbot):
        window.open_paths([tmp_path / "nowhere"])
        qtbot.waitUntil(lambda: str(tmp_path / "nowhere") in window.messages.text)
        assert window.messages.isVisible()
        qtbot.waitUntil(lambda: not window.workspace.jobs.listed)
        assert not window.workspace.jobs.failures

    def test_the_failure_of_an_opening_that_was_given_up_is_not_told(self, window, folder, tmp_path, qtbot):
        with qtbot.assertNotEmitted(window.workspace.opener.failed):
            window.open_paths([tmp_path / "nowhere"])
            Hands(window, qtbot).open(folder)
            qtbot.waitUntil(lambda: not window.workspace.jobs.listed)
        assert not window.messages.isVisible()


class TestKeysAndHelp:
    def test_f1_lists_the_keys_of_every_action(self, window, qtbot):
        qtbot.keyClick(window, Qt.Key.Key_F1)
        dialog = window.findChild(KeysDialog)
        assert dialog.isVisible()
        rows = {(row.what.text(), row.keys.text()) for row in dialog.rows}
        assert {("Save", "Ctrl+S"), ("Point", "P"), ("Redo", "Ctrl+Shift+Z, Ctrl+Y")} <= rows
        listed = {row.bound.action for row in dialog.rows if row.bound is not None}
        in_menus = {action for menu in window.actions_.menus for action in menu.actions}
        assert in_menus <= listed
        views = (window.images.view, window.categories.view, window.instances.view, window.proposals.rows)
        with_keys = {action for view in views for action in view.actions() if action.shortcuts()}
        assert with_keys <= listed

    def test_no_two_actions_share_a_key(self, window):
        keys = [
            key.toString() for menu in window.actions_.menus for action in menu.actions for key in action.shortcuts()
        ]
        assert sorted(keys) == sorted(set(keys))

    def test_every_action_of_a_menu_does_something(self, window):
        for menu in window.actions_.menus:
            for action in menu.actions:
                is_wired = action.isCheckable() or action.receivers("2triggered(bool)") > 0
                assert is_wired, action.text()

    def test_about_names_version_and_licences(self, window):
        window.actions_.about.trigger()
        dialog = window.findChild(AboutDialog)
        table = dialog.libraries
        rows = [[table.topLevelItem(row).text(c) for c in range(3)] for row in range(table.topLevelItemCount())]
        assert all(all(row) for row in rows)
        # All that pip is asked for, except for what is optional.
        required = [re.match(r"[\w.-]+", r)[0] for r in metadata.requires("tinysam-annotator") if "extra ==" not in r]
        assert {name for name, *_ in about._LIBRARIES} == set(required)
        assert "LGPL-3.0" in [row[2] for row in rows if row[0].startswith("PySide6")]
        assert any(__version__ in label.text() for label in dialog.findChildren(QLabel))

    def test_select_all_selects_what_is_on_the_image(self, hands):
        for x in (50, 120):
            hands.click(x, 80)
            hands.wait_mask()
            hands.window.workspace.editor.accept_as_named("disc")
        hands.key(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        workspace = hands.window.workspace
        assert workspace.selection.instance_ids == set(workspace.model.document.instances)
        hands.key(Qt.Key.Key_Delete)
        assert not workspace.model.document.instances

    def test_full_screen_and_back(self, window):
        window.actions_.full_screen.trigger()
        assert window.isFullScreen()
        window.actions_.full_screen.trigger()
        assert not window.isFullScreen()


def test_every_control_has_a_name_for_screen_readers(hands, qtbot):
    window = hands.window
    dialogs = []
    opens = window.dialogs
    for show in (opens.show_settings, opens.show_weights, opens.show_keys, opens.show_about):
        show()
        dialogs.append(QApplication.activeModalWidget())
    nameless = []
    for root in (window, *dialogs):
        labelled = {label.buddy() for label in root.findChildren(QLabel)}
        for kind in (QAbstractButton, QLineEdit, QComboBox, QAbstractItemView):
            for control in root.findChildren(kind):
                text = control.text() if isinstance(control, QAbstractButton) else ""
                is_named = control.accessibleName() or text or control.toolTip() or control in labelled
                # Qt's own inner parts have names that begin so.
                is_ours = not isinstance(control, QHeaderView) and not control.objectName().startswith("qt_")
                if is_ours and not is_named and control.isVisibleTo(root):
                    nameless.append(control)
    assert nameless == []
    for dialog in dialogs:
        assert isinstance(dialog, QDialog)
        dialog.close()
