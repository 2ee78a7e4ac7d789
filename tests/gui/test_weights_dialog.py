"""The weights: listed, imported, chosen, and what the banner says about the starter ones."""

from __future__ import annotations

import errno
import multiprocessing
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from annotator import paths
from annotator.errors import AnnotatorError, WeightsError
from annotator.gui.child_call import call_in_child
from annotator.gui.dialogs.weights import WeightsDialog
from annotator.gui.inference_messages import SegmenterState
from annotator.gui.weights_library import OFFICIAL_FILE, WeightsLibrary
from annotator.gui.workspace import Workspace
from annotator.model.checkpoint import read_checkpoint, write_checkpoint
from annotator.segment import CancellationToken, Cancelled
from tests.gui.conftest import FakeProcess, Hands, show_window

STARTER = "TinySAM starter"


@pytest.fixture(autouse=True)
def own_weights(tmp_path, monkeypatch) -> Path:
    """The folder of this test's imported weights."""
    for name in ("XDG_DATA_HOME", "WIN_PD_OVERRIDE_LOCAL_APPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path / "data"))
    return paths.user_weights_dir()


@pytest.fixture
def checkpoint(tmp_path) -> Path:
    """A good checkpoint that is not installed."""
    source = next(paths.shipped_weights_dir().glob("*.safetensors"))
    return Path(shutil.copy(source, tmp_path / "我的 weights.safetensors"))


class Made:
    """Makes segmenters named after their checkpoint, and remembers the checkpoints."""

    def __init__(self) -> None:
        self.paths: list[Path | None] = []

    def __call__(self, path: Path | None) -> FakeProcess:
        self.paths.append(path)
        return FakeProcess(name=STARTER)


@pytest.fixture
def made() -> Made:
    return Made()


@pytest.fixture
def library(qtbot, settings, made):
    workspace = Workspace(lambda: made(None))
    library = WeightsLibrary(workspace, settings, made)
    qtbot.waitUntil(lambda: library.in_use is not None)
    yield library
    workspace.close()


@pytest.fixture
def dialog(qtbot, library, settings) -> WeightsDialog:
    dialog = WeightsDialog(library, settings)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def rows(dialog: WeightsDialog) -> list[list[str]]:
    table = dialog.table
    items = [table.topLevelItem(row) for row in range(table.topLevelItemCount())]
    return [[item.text(column) for column in range(table.columnCount())] for item in items]


def choose_file(monkeypatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))


def test_the_shipped_weights_are_listed_with_what_they_say(dialog):
    ((name, size, precision, licence, origin),) = rows(dialog)
    assert name == f"{STARTER} (in use)"
    assert size == "20.5 MB"
    assert (precision, licence, origin) == ("float16", "Apache-2.0", "shipped")
    assert "mean IoU, one click 0.303" in dialog.details.text()
    assert not dialog.use.isEnabled()


def test_what_weights_say_of_themselves_is_never_taken_for_html(dialog, library, qtbot, own_weights):
    said = '<img src="/no/such/place.png">'
    shipped = read_checkpoint(library.in_use.path)
    own_weights.mkdir(parents=True)
    info = replace(shipped.info, source=said, quality={said: 0.5})
    write_checkpoint(own_weights / "stranger.safetensors", replace(shipped, info=info), dtype="float16")
    with qtbot.waitSignal(library.listed, timeout=20_000):
        library.refresh()
    dialog.table.setCurrentItem(dialog.table.topLevelItem(0))
    assert said in dialog.details.text()
    assert dialog.details.textFormat() is dialog.outcome.textFormat() is Qt.TextFormat.PlainText


def test_a_file_is_imported_and_used(dialog, library, made, settings, qtbot, monkeypatch, checkpoint, own_weights):
    choose_file(monkeypatch, checkpoint)
    with qtbot.waitSignal(library.imported, timeout=60_000) as imported:
        qtbot.mouseClick(dialog.import_file, Qt.MouseButton.LeftButton)
        assert dialog.progress.isVisible()
        assert not dialog.import_file.isEnabled()
    kept = own_weights / checkpoint.name
    assert imported.args == [kept]
    assert kept.is_file()
    assert str(kept) in dialog.outcome.text()
    assert settings.weights == kept
    qtbot.waitUntil(lambda: made.paths == [None, kept])
    qtbot.waitUntil(lambda: [row[4] for row in rows(dialog)] == ["imported", "shipped"])
    qtbot.waitUntil(lambda: library.in_use is not None and library.in_use.path == kept)
    assert not dialog.progress.isVisible()
    assert dialog.table.currentItem() is dialog.table.topLevelItem(0)  # what was imported
    # And back to the shipped ones.
    dialog.table.setCurrentItem(dialog.table.topLevelItem(1))
    qtbot.mouseClick(dialog.use, Qt.MouseButton.LeftButton)
    shipped = next(paths.shipped_weights_dir().glob("*.safetensors"))
    qtbot.waitUntil(lambda: made.paths == [None, kept, shipped])
    assert settings.weights == shipped


def test_a_file_that_is_no_checkpoint_gets_a_sentence(dialog, library, settings, qtbot, monkeypatch, tmp_path):
    wrong = tmp_path / "holiday.pth"
    wrong.write_text("not a checkpoint")
    choose_file(monkeypatch, wrong)
    with qtbot.waitSignal(library.import_failed, timeout=60_000):
        qtbot.mouseClick(dialog.import_file, Qt.MouseButton.LeftButton)
    assert "holiday.pth" in dialog.outcome.text()
    assert settings.weights is None
    qtbot.waitUntil(dialog.import_file.isEnabled)


def test_an_import_that_fails_behind_a_closed_dialog_is_listed_with_the_jobs(library, qtbot, tmp_path):
    wrong = tmp_path / "holiday.pth"
    wrong.write_text("not a checkpoint")
    jobs = library._workspace.jobs
    library.import_file(wrong)
    qtbot.waitUntil(lambda: len(jobs.failures) == 1, timeout=60_000)
    assert "holiday.pth" in jobs.failures[0].title
    assert str(wrong) in jobs.failures[0].reason


def test_an_import_can_be_cancelled(dialog, library, qtbot, monkeypatch, checkpoint, own_weights):
    choose_file(monkeypatch, checkpoint)
    qtbot.mouseClick(dialog.import_file, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(dialog.cancel_import, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: library.importing is None)
    assert not own_weights.exists()
    assert not dialog.progress.isVisible()


def test_a_file_that_cannot_be_used_says_why_and_cannot_be_chosen(library, settings, qtbot, own_weights):
    own_weights.mkdir(parents=True)
    (own_weights / "broken.safetensors").write_bytes(b"\0" * 20)
    with qtbot.waitSignal(library.listed):
        library.refresh()
    dialog = WeightsDialog(library, settings)
    qtbot.addWidget(dialog)
    broken = dialog.table.topLevelItem([row[0] for row in rows(dialog)].index("broken"))
    dialog.table.setCurrentItem(broken)
    assert broken.text(4) == "cannot be used"
    assert "broken.safetensors" in dialog.details.text()
    assert not dialog.use.isEnabled()


def test_switching_weights_answers_the_unfinished_prompt_again(qtbot, settings, folder):
    processes = [FakeProcess(name="first"), FakeProcess(name="second")]
    made = iter(processes)
    window = show_window(qtbot, lambda: next(made), settings)
    hands = Hands(window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    hands.click(50, 80)
    hands.wait_mask()
    workspace = window.workspace
    workspace.use_segmenter(lambda: next(made))
    assert workspace.session.is_waiting
    hands.wait_mask()
    assert processes[0].is_closed
    assert processes[1].encodes == 1  # nothing of the first one's embedding was used
    assert hands.shown_mask()[80, 50]
    assert workspace.inference.segmenter_name == "second"
    workspace.editor.accept_as_named("disc")
    (instance,) = workspace.model.document.instances.values()
    assert instance.provenance.weights == "second"


def test_switching_weights_while_the_model_fails_brings_it_up(qtbot, settings):
    class Broken(FakeProcess):
        def wait_ready(self, timeout=None):
            raise WeightsError("gone.pth cannot be read.")

    window = show_window(qtbot, Broken, settings)
    qtbot.waitUntil(lambda: "gone.pth" in window.messages.text)
    assert window.workspace.inference.state is SegmenterState.FAILED
    window.workspace.use_segmenter(FakeProcess)
    qtbot.waitUntil(lambda: window.workspace.inference.state is SegmenterState.READY)


def test_chosen_weights_that_are_gone_lead_to_the_dialog(qtbot, settings, tmp_path):
    class Broken(FakeProcess):
        def wait_ready(self, timeout=None):
            raise WeightsError("gone.pth cannot be read.")

    settings.weights = tmp_path / "gone.pth"
    window = show_window(qtbot, Broken, settings)
    qtbot.waitUntil(lambda: "gone.pth" in window.messages.text)
    qtbot.mouseClick(window.messages._action, Qt.MouseButton.LeftButton)
    assert window.findChild(WeightsDialog).isVisible()


class TestBanner:
    @pytest.fixture
    def starter_window(self, qtbot, settings):
        return show_window(qtbot, lambda: FakeProcess(name=STARTER), settings)

    def test_starter_weights_announce_themselves_and_lead_to_the_dialog(self, starter_window, qtbot):
        bar = starter_window.messages
        qtbot.waitUntil(bar.isVisible)
        assert OFFICIAL_FILE in bar.text
        qtbot.mouseClick(bar._action, Qt.MouseButton.LeftButton)
        dialog = starter_window.findChild(WeightsDialog)
        assert dialog.isVisible()
        assert bar.isVisible()

    def test_it_gives_way_to_a_passing_message_and_comes_back(self, starter_window, qtbot):
        bar = starter_window.messages
        qtbot.waitUntil(bar.isVisible)
        bar.tell("Something happened.")
        assert bar.text == "Something happened."
        bar.clear()
        assert OFFICIAL_FILE in bar.text

    def test_once_closed_it_stays_closed(self, starter_window, settings, qtbot):
        qtbot.waitUntil(starter_window.messages.isVisible)
        close = starter_window.messages.findChild(object, "close_message")
        qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
        assert not starter_window.messages.isVisible()
        starter_window.close()
        again = show_window(qtbot, lambda: FakeProcess(name=STARTER), settings)
        qtbot.waitUntil(lambda: again._library.in_use is not None)
        assert again.messages.isHidden()

    def test_other_weights_have_none(self, window, qtbot):
        qtbot.waitUntil(lambda: bool(window._library.installed))
        qtbot.waitUntil(lambda: window.workspace.inference.state is SegmenterState.READY)
        assert window.messages.isHidden()


class TestChildCall:
    def test_results_and_errors_come_back(self):
        token = CancellationToken()
        assert call_in_child(divmod, 17, 5, cancel=token) == (3, 2)
        with pytest.raises(WeightsError, match=r"a\.pth"):
            call_in_child(_refuse, "a.pth", cancel=token)

    def test_a_dying_process_is_an_error(self):
        with pytest.raises(AnnotatorError, match="ended unexpectedly"):
            call_in_child(os._exit, 3, cancel=CancellationToken())

    def test_a_process_that_cannot_be_started_is_an_error(self, monkeypatch):
        def refuse(process):
            raise OSError(errno.ENOMEM, "Cannot allocate memory")

        monkeypatch.setattr(multiprocessing.get_context("spawn").Process, "start", refuse)
        with pytest.raises(AnnotatorError, match=r"cannot be started \(Cannot allocate memory\); close other"):
            call_in_child(divmod, 17, 5, cancel=CancellationToken())

    def test_cancelling_ends_the_process(self):
        token = CancellationToken()
        token.cancel()
        with pytest.raises(Cancelled):
            call_in_child(_wait_for_ever, cancel=token)


def _refuse(name: str) -> None:
    raise WeightsError(f"{name} is no checkpoint.")


def _wait_for_ever() -> None:
    import threading

    threading.Event().wait()


def test_files_that_say_the_same_name_are_told_apart_by_their_own(library, settings, qtbot, own_weights):
    own_weights.mkdir(parents=True)
    (own_weights / "broken.safetensors").write_bytes(b"\0" * 20)
    (own_weights / "broken.pth").write_bytes(b"x")
    with qtbot.waitSignal(library.listed):
        library.refresh()
    dialog = WeightsDialog(library, settings)
    qtbot.addWidget(dialog)
    names = [row[0] for row in rows(dialog)]
    assert {"broken - broken.pth", "broken - broken.safetensors"} <= set(names)
