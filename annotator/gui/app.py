"""Starting the window."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from annotator import __version__, paths
from annotator.gui.main_window import MainWindow
from annotator.gui.workspace import Workspace
from annotator.segment.remote import RemoteSegmenter


def run(chosen: Sequence[Path], weights: Path | None = None) -> int:
    """Open the window on these paths (folder, images or COCO file), if any; returns the exit code when it is closed."""
    app = make_application()
    window = MainWindow(Workspace(lambda: RemoteSegmenter(weights)))
    window.show()
    if chosen:
        window.open_paths(chosen)
    return app.exec()


def make_application() -> QApplication:
    """The QApplication with name, icon and without opencv's Qt plugins in its way."""
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
    app.setWindowIcon(QIcon(str(paths.resources_dir() / "icons" / "annotator.svg")))
    return app
