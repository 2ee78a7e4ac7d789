"""A main window over a fake segmenter, and hands to work it with."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import shiboken6
from PySide6.QtCore import QEvent, QLocale, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator import paths
from annotator.core.file_version import FileVersion
from annotator.errors import SegmenterError
from annotator.gui.app import WindowKeeper
from annotator.gui.garbage import GarbageCollection
from annotator.gui.main_window import MainWindow
from annotator.gui.settings import Settings
from annotator.gui.unfinished import Unfinished, Wish
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.workspace import Workspace
from tests.fakes import FakeSegmenter

RED, GREEN, BLUE, GREY = (220, 40, 40), (40, 200, 60), (50, 60, 220), (128, 128, 128)


class FakeProcess(FakeSegmenter):
    """A FakeSegmenter with the life of a process; `deaths` is how many of its next calls find it dead."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.deaths = 0
        self.starts = 0
        self.is_closed = False

    def start(self) -> None:
        self.starts += 1

    restart = start

    def wait_ready(self, timeout: float | None = None) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True

    def encode(self, rgb, *, cancel=None):
        self._die_perhaps()
        return super().encode(rgb, cancel=cancel)

    def decode(self, embedding, prompt):
        self._die_perhaps()
        return super().decode(embedding, prompt)

    def _die_perhaps(self) -> None:
        if self.deaths:
            self.deaths -= 1
            raise SegmenterError("The segmenter's process ended.")


class Hands:
    """Mouse and keys on a window's canvas, in image pixels."""

    def __init__(self, window: MainWindow, qtbot) -> None:
        self.window = window
        self.qtbot = qtbot

    def open(self, *paths: Path) -> None:
        """Open these and wait for their document."""
        with self.qtbot.waitSignal(self.window.workspace.model.document_replaced, timeout=10_000):
            self.window.open_paths(paths)

    def at(self, x: float, y: float) -> QPoint:
        return self.window.canvas.viewport.to_widget(QPointF(x + 0.5, y + 0.5)).toPoint()

    def click(self, x, y, button=Qt.MouseButton.LeftButton, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        QTest.mouseClick(self.window.canvas, button, modifiers, self.at(x, y))

    def drag(self, x0, y0, x1, y1) -> None:
        canvas, left = self.window.canvas, Qt.MouseButton.LeftButton
        no_key = Qt.KeyboardModifier.NoModifier
        QTest.mousePress(canvas, left, no_key, self.at(x0, y0))
        for step in (0.3, 0.7, 1.0):
            QTest.mouseMove(canvas, self.at(x0 + (x1 - x0) * step, y0 + (y1 - y0) * step))
        QTest.mouseRelease(canvas, left, no_key, self.at(x1, y1))

    def key(self, key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.window.canvas, key, modifiers)

    def undo(self) -> None:
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def redo(self) -> None:
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)

    def wait_mask(self) -> None:
        session = self.window.workspace.session
        self.qtbot.waitUntil(lambda: session.shown is not None and not session.is_waiting, timeout=30_000)

    def wait_masks(self) -> None:
        """Until the document has what was drawn and asked for."""
        self.qtbot.waitUntil(lambda: not self.window.workspace.editor.mask_work.is_busy, timeout=10_000)

    def wait_image(self, name: str) -> None:
        """Until the image of that file name is on screen with its embedding."""
        window = self.window

        def shown() -> bool:
            image = window.canvas.image
            return image is not None and image.path.name == name and not window.canvas.prompt.is_working

        self.qtbot.waitUntil(shown, timeout=20_000)

    def save(self) -> Path:
        with self.qtbot.waitSignal(self.window.workspace.saver.saved, timeout=10_000) as caught:
            self.key(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
        return caught.args[0]

    def shown_mask(self) -> np.ndarray:
        """The mask the canvas draws, H x W bool, from the shape it paints."""
        image = self.window.canvas.image
        shape = self.window.canvas.prompt.shape
        return shape_mask(shape, image.rgb.shape[:2])


def shape_mask(shape, size) -> np.ndarray:
    mask = np.zeros(size, bool)
    if shape is None:
        return mask
    fill = shape.fill
    pixels = np.frombuffer(fill.constBits(), np.uint8).reshape(fill.height(), fill.bytesPerLine())[:, : fill.width()]
    x, y = int(shape.rect.x()), int(shape.rect.y())
    mask[y : y + fill.height(), x : x + fill.width()] = pixels == 1
    return mask


def write_discs(path: Path) -> None:
    """A grey picture of 240 x 160 with a red, a green and a blue disc."""
    picture = np.full((160, 240, 3), GREY, np.uint8)
    for x, color in ((50, RED), (120, GREEN), (190, BLUE)):
        cv2.circle(picture, (x, 80), 28, color, -1)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(cv2.imencode(path.suffix, picture[:, :, ::-1])[1].tobytes())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with three pictures of discs, one in a sub-folder with a Chinese name."""
    root = tmp_path / "pictures"
    for name in ("a.png", "b.png", "子文件夹/丙.png"):
        write_discs(root / name)
    return root


@pytest.fixture
def process() -> FakeProcess:
    return FakeProcess(image_size=256)


@pytest.fixture(scope="package", autouse=True)
def garbage_in_the_gui_thread(qapp):
    """As in the program: a window of an earlier test is never destroyed by the thread of a later one."""
    collection = GarbageCollection()
    yield collection
    collection.stop()


@pytest.fixture(autouse=True)
def closed_windows_are_destroyed(qapp):
    """Before the next test; without an event loop they would pile up, and take part in all that follows.

    Their workspaces, too: a connection to a function that knows its own sender keeps it, with documents and pictures.
    """
    yield
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    for workspace in _workspaces:
        if shiboken6.isValid(workspace):
            # One that was closed over a disk that hangs has left threads, which must not outlive it.
            assert workspace.jobs.close(seconds=60)
            assert workspace._loader.close(seconds=60)
            shiboken6.delete(workspace)
    _workspaces.clear()


@pytest.fixture(autouse=True)
def no_journal_stays():
    """The first page of every window looks through them, and would find the work of all tests before."""
    yield
    shutil.rmtree(paths.state_dir() / "journals", ignore_errors=True)


@pytest.fixture(autouse=True)
def nobody_is_asked_about_masks(monkeypatch):
    """A question that no test answers would hold up the whole suite: it is answered, and fails the test."""
    asked = []
    monkeypatch.setattr(Unfinished, "ask", lambda unfinished, _: asked.append(unfinished) or Wish.DROP)
    yield
    assert not asked


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of the test's own."""
    return Settings(tmp_path / "settings.ini")


_workspaces: list[Workspace] = []


def workspace_over(make_segmenter) -> Workspace:
    """One over segmenters made so, which is to be closed by the test's end, and is destroyed then."""
    _workspaces.append(Workspace(make_segmenter))
    return _workspaces[-1]


def window_over(make_segmenter, settings: Settings) -> MainWindow:
    """A main window over segmenters made so; the workspace is closed with it."""
    workspace = workspace_over(make_segmenter)
    window = MainWindow(workspace, settings, WeightsLibrary(workspace, settings, lambda _: make_segmenter()))
    window.closed.connect(workspace.close)
    return window


def show_window(qtbot, make_segmenter, settings: Settings) -> MainWindow:
    """The same on screen; it is closed without asking at the test's end."""
    window = window_over(make_segmenter, settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.resize(1200, 800)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def make_window(qtbot, settings):
    """Makes windows over a segmenter and closes them without asking at the end."""
    return lambda process: show_window(qtbot, lambda: process, settings)


@pytest.fixture
def keeper(qtbot, settings, process):
    """A WindowKeeper over `process`, with a visible window; language and palette are as before at the end."""
    palette, locale = QApplication.palette(), QLocale()
    settings.language = "en"
    workspace = workspace_over(lambda: process)
    keeper = WindowKeeper(workspace, settings, WeightsLibrary(workspace, settings, lambda _: process))
    keeper.window.show()
    qtbot.waitExposed(keeper.window)
    yield keeper
    forget_changes(keeper.window)
    with qtbot.waitSignal(keeper.window.destroyed):
        keeper.window.close()
    keeper.translation.remove()
    QApplication.setPalette(palette)
    QLocale.setDefault(locale)


def forget_changes(window: MainWindow) -> None:
    """So that closing at a test's end asks nothing."""
    window.workspace.session.forget()
    window.workspace.editor.masks.drawn.forget()
    window.workspace.editor.masks.corners.forget()
    model = window.workspace.model
    model.mark_saved(model.state, model.coco_path)
    model.coco_version = None if model.coco_path is None else FileVersion.of(model.coco_path)


@pytest.fixture
def window(make_window, process) -> MainWindow:
    return make_window(process)


@pytest.fixture
def hands(window, qtbot, folder) -> Hands:
    """Hands on a window that has opened the folder of discs, at its first picture."""
    hands = Hands(window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    return hands
