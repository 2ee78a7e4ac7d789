"""The window on a real X server, in a process of its own, with OpenCV and its Qt plugins loaded before or after it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("xvfb-run") is None or shutil.which("Xvfb") is None,
    reason="needs Xvfb, which only Linux has, and which is not installed here",
)

XVFB = ("xvfb-run", "-a", "-s", "-screen 0 1400x900x24")

# Opens the window on the pictures of a folder over a stand-in for the model, and prints what is on the screen.
SCRIPT = """
import sys, time
from pathlib import Path

order, folder, settings_file = sys.argv[1:]
if order == "before":
    import cv2
from PySide6.QtGui import QGuiApplication
from annotator.gui.app import WindowKeeper, make_application
if order == "after":
    import cv2
from annotator.gui.settings import Settings
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.workspace import Workspace
from tests.gui.conftest import FakeProcess, forget_changes

app = make_application()
settings = Settings(Path(settings_file))
workspace = Workspace(FakeProcess)
keeper = WindowKeeper(workspace, settings, WeightsLibrary(workspace, settings, lambda _: FakeProcess()))
window = keeper.window
window.show()
window.open_paths([Path(folder)])
until = time.monotonic() + 60
while window.canvas.image is None and time.monotonic() < until:
    app.processEvents()
for _ in range(20):
    app.processEvents()
    time.sleep(0.01)
screen = window.screen().grabWindow(0).toImage()
center = window.canvas.mapToGlobal(window.canvas.rect().center())
print(QGuiApplication.platformName(), app.style().name(), screen.pixelColor(center).name())
forget_changes(window)
window.close()
"""


@pytest.mark.parametrize("order", ["before", "after"])
def test_window_opens_on_a_real_x_server(order: str, folder: Path, tmp_path: Path, project: Path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("QT_")}
    environment.pop("WAYLAND_DISPLAY", None)
    environment["PYTHONPATH"] = str(project)
    process = subprocess.run(
        [*XVFB, sys.executable, "-c", SCRIPT, order, str(folder), str(tmp_path / "settings.ini")],
        env=environment,
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert process.returncode == 0, process.stderr
    # The green disc is in the middle of the picture.
    assert process.stdout.split() == ["xcb", "fusion", "#28c83c"]
    assert process.stderr == ""
