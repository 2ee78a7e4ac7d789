"""Starting the window, and keeping one open while language and theme change."""

from __future__ import annotations

import importlib.util
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from annotator import __version__, paths
from annotator.gui import large_blocks
from annotator.gui.garbage import GarbageCollection
from annotator.gui.language import Translation
from annotator.gui.main_window import MainWindow
from annotator.gui.settings import Settings, Theme
from annotator.gui.taking_over import take_over
from annotator.gui.theme import apply_theme
from annotator.gui.visible_style import use_visible_style
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.workspace import Workspace
from annotator.segment.disk_cache import DiskCache
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.remote import RemoteSegmenter

_PATIENCE_SECONDS = 3.0
"""How long a program whose window is closed waits for what reads images."""


def run(chosen: Sequence[Path], *, image_root: Path | None = None, example: bool = False) -> int:
    """Open the window, and in it these paths (folder, images or COCO file) or the example, if asked.

    image_root: the folder in which a COCO file's images lie. Returns the exit code when the window is closed.
    """
    app = make_application()
    collection = GarbageCollection()
    keeper = keep_window(Settings())
    keeper.close_on_signals()
    keeper.window.show()
    if example:
        keeper.window.open_example()
    elif chosen:
        keeper.window.open_paths(chosen, image_root)
    exit_code = app.exec()
    collection.stop()
    if keeper.leaves_behind or not _others_end(_PATIENCE_SECONDS):
        # A thread waits for a disk that does not answer; an ordinary end would wait for that thread.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(exit_code)
    return exit_code


def _others_end(seconds: float) -> bool:
    """Wait for Python's other threads, such as that of the thumbnails; returns whether all have ended in time."""
    until = time.monotonic() + seconds
    others = [t for t in threading.enumerate() if t is not threading.current_thread() and not t.daemon]
    for thread in others:
        thread.join(max(until - time.monotonic(), 0.0))
    return not any(thread.is_alive() for thread in others)


def make_application() -> QApplication:
    """The QApplication with name, icon and without opencv's Qt plugins in its way."""
    large_blocks.give_back()
    # opencv-python brings Qt 5 plugins and points Qt to them when it is imported; Qt 6 would die of them.
    spec = importlib.util.find_spec("cv2")
    opencv = str(Path(spec.origin).parent) if spec is not None and spec.origin is not None else "cv2"
    for variable in ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR"):
        if os.environ.get(variable, "").startswith(opencv):
            del os.environ[variable]
    app = QApplication(sys.argv[:1])
    app.setApplicationName("TinySAM Annotator")
    app.setApplicationVersion(__version__)
    app.setOrganizationName("tinysam-annotator")
    use_visible_style(app)
    app.setWindowIcon(QIcon(str(paths.resources_dir() / "icons" / "annotator.svg")))
    return app


def keep_window(settings: Settings) -> WindowKeeper:
    """A window, still hidden, over a segmenter in a process of its own."""
    cache = DiskCache(paths.embeddings_dir(), settings.disk_cache_bytes)

    def make_segmenter(weights: Path | None) -> RemoteSegmenter:
        return RemoteSegmenter(weights, cache=cache)

    workspace = Workspace(
        lambda: make_segmenter(settings.weights),
        disk_cache=cache,
        read_config=lambda: _everything_config(settings.weights),
    )
    return WindowKeeper(workspace, settings, WeightsLibrary(workspace, settings, make_segmenter))


def _everything_config(weights: Path | None) -> EverythingConfig:
    # What knows the checkpoints' formats is loaded by whoever needs it, not with the window.
    from annotator.segment.weights import everything_config

    return everything_config(weights)


class WindowKeeper(QObject):
    """Owns the window over a workspace: puts the settings into effect, and makes the window anew for a language.

    Everything behind the window goes on meanwhile; the workspace is closed with the window.
    """

    def __init__(self, workspace: Workspace, settings: Settings, library: WeightsLibrary) -> None:
        super().__init__()
        self._workspace = workspace
        self._settings = settings
        self._library = library
        self.translation = Translation(self)
        self.translation.use(settings.language)
        self._apply_theme()
        self._apply_cache_sizes()
        settings.language_changed.connect(self._on_language_changed)
        settings.theme_changed.connect(self._apply_theme)
        settings.cache_sizes_changed.connect(self._apply_cache_sizes)
        workspace.preview.set_enabled(settings.hover_preview)
        settings.hover_preview_changed.connect(workspace.preview.set_enabled)
        workspace.autosave.set_minutes(settings.autosave_minutes)
        settings.autosave_changed.connect(workspace.autosave.set_minutes)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_scheme_changed)
        self.window = self._make_window()

    @property
    def leaves_behind(self) -> bool:
        """Whether the window was closed while something was under way that does not end."""
        return self._workspace.leaves_behind

    def close_on_signals(self) -> None:
        """Ctrl+C in the terminal, and the system's wish to end the program, close the window, which asks as usual.

        Python handles a signal between two instructions of its own; the timer of GarbageCollection sees to some.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if QApplication.activeModalWidget() is None:  # else it asks already
            QTimer.singleShot(0, self.window.close)

    def _make_window(self) -> MainWindow:
        window = MainWindow(self._workspace, self._settings, self._library)
        # It must be gone before what it looks at.
        window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        window.closed.connect(self._workspace.close)
        return window

    def _on_language_changed(self) -> None:
        before = self.window
        before.remember_layout()
        self.translation.use(self._settings.language)
        self.window = self._make_window()
        self.window.show()
        take_over(before, self.window)
        before.hide()
        before.deleteLater()

    def _apply_theme(self) -> None:
        apply_theme(self._settings.theme)

    def _on_system_scheme_changed(self) -> None:
        if self._settings.theme is Theme.SYSTEM:
            self._apply_theme()

    def _apply_cache_sizes(self) -> None:
        self._workspace.set_cache_bytes(
            embeddings=self._settings.embedding_bytes,
            images=self._settings.image_bytes,
            disk=self._settings.disk_cache_bytes,
        )
