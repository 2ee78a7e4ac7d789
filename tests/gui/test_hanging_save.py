"""A save that does not end, as on a network disk that is gone, keeps neither the window nor the program open."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from annotator.core.dataset import open_dataset
from annotator.core.file_version import FileVersion
from annotator.gui import image_loader, keeping
from annotator.gui import workspace as workspace_module
from annotator.gui.keeping import Keeping
from tests.gui.conftest import Hands, write_discs

WAITING = "is still being saved: its disk is slow or does not answer."
KEPT = "Your work is kept: if you close now, it is here again when you open the dataset again."
PATIENCE_SECONDS = 60


class HangingDisk:
    """Where every save waits until it is released."""

    def __init__(self, replace) -> None:
        self._replace = replace
        self.is_reached = threading.Event()
        self._released = threading.Event()

    def replace(self, *args) -> FileVersion:
        self.is_reached.set()
        assert self._released.wait(PATIENCE_SECONDS)
        return self._replace(*args)

    def release(self) -> None:
        self._released.set()


@pytest.fixture
def disk(monkeypatch):
    disk = HangingDisk(keeping.Keeping._replace)
    monkeypatch.setattr(keeping.Keeping, "_replace", lambda *args: disk.replace(*args))
    yield disk
    disk.release()


@pytest.fixture
def working(disk, hands):
    """A window with something that is not saved, which loses its patience at once; nothing of it is left at the end."""
    hands.window.flow._leaving._patience.setInterval(0)
    hands.window.workspace.editor.categories.add("disc")
    hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    yield hands
    disk.release()
    workspace = hands.window.workspace
    workspace.autosave.set_minutes(0)
    for job in workspace.jobs.listed:
        job.wait()
    workspace._loader.close(seconds=20)
    workspace.model.keeping.close(discard=False)


def wait_told(hands: Hands) -> str:
    hands.qtbot.waitUntil(lambda: hands.window.messages.isVisible() and WAITING in hands.window.messages.text)
    return hands.window.messages.text


def button(hands: Hands):
    return hands.window.messages._action


def come_back(hands: Hands, disk: HangingDisk) -> None:
    """The disk answers, and the window that waited for it closes."""
    disk.release()
    hands.qtbot.waitUntil(lambda: not hands.window.isVisible())


def finish(hands: Hands, disk: HangingDisk) -> None:
    """What the system would have done with the process: nothing of it holds the dataset any more."""
    disk.release()
    for job in hands.window.workspace.jobs.listed:
        job.wait()
    hands.window.workspace.model.keeping.close(discard=False)


def recovered(folder: Path) -> Keeping:
    dataset = open_dataset([folder])
    kept = Keeping(dataset.document, dataset.coco_path)
    kept.close(discard=False)
    assert dataset.document.category_named("disc") is not None or not kept.recovery.edits
    return kept


def test_closing_offers_not_to_wait_and_the_work_comes_back(working, disk, folder, monkeypatch):
    working.window.workspace.autosave.set_minutes(1)
    working.window.close()
    assert wait_told(working).endswith(KEPT)
    assert working.window.isVisible()
    assert button(working).text() == "Close without waiting"
    with monkeypatch.context() as gone:  # the disk never comes back
        gone.setattr(disk, "_replace", lambda *_: None)
        button(working).click()
        working.qtbot.waitUntil(lambda: not working.window.isVisible())
        finish(working, disk)
    assert not (folder / "annotations.coco.json").exists()
    assert recovered(folder).recovery.edits == 1


def test_the_window_is_worked_with_while_it_waits_and_closes_by_itself_when_the_disk_is_back(working, disk, folder):
    working.window.workspace.autosave.set_minutes(1)
    working.window.close()
    wait_told(working)
    working.window.workspace.editor.categories.add("spot")
    come_back(working, disk)
    names = [c["name"] for c in json.loads((folder / "annotations.coco.json").read_text("utf-8"))["categories"]]
    assert names == ["disc", "spot"]
    assert not working.window.workspace.leaves_behind


def test_a_lock_outlives_the_window_that_leaves_a_save_behind(working, disk, folder):
    working.window.workspace.autosave.set_minutes(1)
    working.window.close()
    wait_told(working)
    button(working).click()
    working.qtbot.waitUntil(lambda: not working.window.isVisible())
    dataset = open_dataset([folder])
    second = Keeping(dataset.document, dataset.coco_path)
    assert "is being edited" in second.refusal
    second.close(discard=False)


def test_asking_again_needs_no_patience(working, disk):
    working.window.workspace.autosave.set_minutes(1)
    working.window.close()
    wait_told(working)
    working.window.flow._leaving._patience.setInterval(600_000)
    working.window.messages.clear()
    working.window.close()
    assert WAITING in working.window.messages.text
    assert working.window.messages.isVisible()
    come_back(working, disk)


def test_what_is_to_be_opened_waits_and_says_so(working, disk, tmp_path):
    write_discs(tmp_path / "other" / "x.png")
    working.window.workspace.autosave.set_minutes(1)
    working.window.open_paths([tmp_path / "other"])
    assert wait_told(working).endswith("What you want to open follows once that is over.")
    assert not button(working).isVisible()
    disk.release()
    working.wait_image("x.png")
    assert WAITING not in working.window.messages.text or not working.window.messages.isVisible()


@pytest.mark.parametrize("comes_back", [True, False])
def test_work_that_is_given_up_while_it_is_being_saved(working, disk, folder, monkeypatch, comes_back):
    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: QMessageBox.StandardButton.Discard)
    working.window.save()
    assert disk.is_reached.wait(PATIENCE_SECONDS)
    working.window.close()
    assert wait_told(working).endswith(WAITING)
    if comes_back:
        disk.release()
    else:
        monkeypatch.setattr(disk, "_replace", lambda *_: None)
        button(working).click()
    working.qtbot.waitUntil(lambda: not working.window.isVisible())
    finish(working, disk)
    assert (folder / "annotations.coco.json").exists() == comes_back
    assert recovered(folder).recovery.edits == 0


def test_work_that_no_journal_has_is_said_to_be_lost(working, disk, monkeypatch):
    working.window.workspace.autosave.set_minutes(1)
    monkeypatch.setattr(type(working.window.workspace.model), "is_kept", property(lambda _: False))
    working.window.close()
    assert wait_told(working).endswith("What is not saved yet is lost if you close now.")
    come_back(working, disk)


def test_an_image_that_is_never_read_does_not_keep_the_window_open(hands, folder, monkeypatch):
    released, reached = threading.Event(), threading.Event()
    read = image_loader.read_image

    def hang(path):
        reached.set()
        released.wait(PATIENCE_SECONDS)
        return read(path)

    monkeypatch.setattr(image_loader, "read_image", hang)
    monkeypatch.setattr(workspace_module, "_CLOSING_SECONDS", 0.1)
    workspace = hands.window.workspace
    workspace.editor.categories.add("disc")
    hands.save()
    hands.key(Qt.Key.Key_D)
    hands.qtbot.waitUntil(reached.is_set)
    hands.window.close()
    assert not hands.window.isVisible()
    assert workspace.leaves_behind
    assert not workspace.model.keeping.is_journalled  # it is closed, with all that was done
    released.set()
    workspace.model.keeping.close(discard=False)


def test_nor_does_a_job_that_does_not_end(hands, monkeypatch):
    released = threading.Event()
    monkeypatch.setattr(workspace_module, "_CLOSING_SECONDS", 0.1)
    workspace = hands.window.workspace
    workspace.jobs.new(lambda _: released.wait(PATIENCE_SECONDS)).start()
    hands.window.close()
    assert not hands.window.isVisible()
    assert workspace.leaves_behind
    released.set()
    workspace.model.keeping.close(discard=False)


PROGRAM = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer
from annotator.gui import app, keeping
from annotator.gui.settings import Settings
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.workspace import Workspace
from tests.gui.conftest import FakeProcess

folder, settings = Path(sys.argv[1]), Settings(Path(sys.argv[2]))
settings.language = "en"

def keep_window(_):
    workspace = Workspace(lambda: FakeProcess(image_size=256))
    made = app.WindowKeeper(workspace, settings, WeightsLibrary(workspace, settings, lambda _: FakeProcess()))
    made.window.flow._leaving._patience.setInterval(0)
    workspace.model.document_replaced.connect(lambda: work(made.window))
    return made

def work(window):
    window.workspace.editor.categories.add("disc")
    QTimer.singleShot(0, window.close)
    timer.timeout.connect(lambda: leave(window))
    timer.start(20)

def leave(window):
    if window.messages._action.isVisible():
        timer.stop()
        window.messages._action.click()

keeping.Keeping._replace = lambda *_: print("hanging", flush=True) or threading.Event().wait()
app.keep_window = keep_window
original = app.make_application

def make_application():
    global timer
    made = original()
    timer = QTimer()
    return made

app.make_application = make_application
sys.exit(app.run([folder]))
"""


READING = """
import sys, threading
from pathlib import Path
from PySide6.QtCore import QTimer
from annotator.gui import app, image_loader, thumbnails, workspace
from annotator.gui.settings import Settings
from annotator.gui.weights_library import WeightsLibrary
from tests.gui.conftest import FakeProcess

folder, settings = Path(sys.argv[1]), Settings(Path(sys.argv[2]))
hangs = {"loader": image_loader, "thumbnails": thumbnails}[sys.argv[3]]
workspace._CLOSING_SECONDS = app._PATIENCE_SECONDS = 0.1

def keep_window(_):
    made = workspace.Workspace(lambda: FakeProcess(image_size=256))
    return app.WindowKeeper(made, settings, WeightsLibrary(made, settings, lambda _: FakeProcess()))

def hang(*_, **__):
    QTimer.singleShot(0, app.QApplication.instance(), app.QApplication.closeAllWindows)
    print("hanging", flush=True)
    threading.Event().wait()

app.keep_window = keep_window
hangs.read_image = hang
sys.exit(app.run([folder]))
"""


@pytest.mark.parametrize("who", ["loader", "thumbnails"])
def test_the_program_ends_although_an_image_is_never_read(folder, tmp_path, project, who):
    command = [sys.executable, "-c", READING, str(folder), str(tmp_path / "program.ini"), who]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "hanging\n"), done.stderr


def test_the_program_ends_without_the_thread_that_hangs(folder, tmp_path, project):
    command = [sys.executable, "-c", PROGRAM, str(folder), str(tmp_path / "program.ini")]
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout) == (0, "hanging\n"), done.stderr
    complaints = set(done.stderr.splitlines()) - {"This plugin does not support propagateSizeHints()"}
    assert not complaints
    assert recovered(folder).recovery.edits == 1
