"""Makes the pictures of the window in docs/images, over the example photo (chelsea, CC0) with the weights that ship.

xvfb-run -a -s "-screen 0 1400x900x24" .venv/bin/python docs/make_screenshots.py
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator import paths
from annotator.gui.app import make_application
from annotator.gui.main_window import MainWindow
from annotator.gui.workspace import Workspace
from annotator.segment.remote import RemoteSegmenter

IMAGES = Path(__file__).parent / "images"
SECONDS = 120


def main() -> None:
    make_application()
    window = MainWindow(Workspace(RemoteSegmenter))
    window.resize(1200, 760)
    window.show()
    QTest.qWait(200)
    window.grab().save(str(IMAGES / "welcome.png"))
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(paths.resources_dir() / "example" / "chelsea.png", folder)
        window.open_paths([Path(folder)])
        wait(lambda: "embedding" in window.status.segmenter.text() and "..." not in window.status.segmenter.text())
        window.canvas.fit()
        for name, box in (("eye", (133, 85, 212, 150)), ("eye", (295, 112, 340, 165))):
            prompt_box(window, *box)
            window.workspace.editor.accept_as_named(name)
        prompt_box(window, 235, 220, 285, 262)
        window.workspace.editor.accept_as_named("nose")
        # The mask under decision: a box, and a click that takes the background away.
        prompt_box(window, 60, 0, 400, 299)
        window.workspace.session.add_point(QPointF(388, 90), positive=False)
        wait(lambda: not window.workspace.session.is_waiting)
        QTest.mouseMove(window.canvas, window.canvas.viewport.to_widget(QPointF(330, 60)).toPoint())
        window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        QTest.qWait(800)
        window.grab().save(str(IMAGES / "window.png"))
        window.workspace.session.clear()
        window.workspace.model.mark_saved(window.workspace.model.state, Path(folder) / "annotations.coco.json")
        window.close()


def prompt_box(window: MainWindow, x0: int, y0: int, x1: int, y1: int) -> None:
    window.workspace.session.set_box(QRectF(QPointF(x0, y0), QPointF(x1, y1)))
    wait(lambda: not window.workspace.session.is_waiting)


def wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("the window did not get there in time")
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
