"""The window on a real X server, in a process of its own, with OpenCV and its Qt plugins loaded before or after it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.gui.palette import CURRENT_MASK, FILL_OPACITY
from tests.gui.conftest import BLUE, GREEN, GREY, RED

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("xvfb-run") is None or shutil.which("Xvfb") is None,
    reason="needs Xvfb, which only Linux has, and which is not installed here",
)

XVFB = ("xvfb-run", "-a", "-s", "-screen 0 1400x900x24")

# Opens the window on the pictures of a folder over a stand-in for the model, makes the green disc an instance, and
# prints what is on the screen: the discs of the photo, then the green one's mask while it is decided on and once it is
# accepted.
SCRIPT = """
import sys, time
from pathlib import Path

order, folder, settings_file = sys.argv[1:]
if order == "before":
    import cv2
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QGuiApplication
from annotator.gui.app import WindowKeeper, make_application
if order == "after":
    import cv2
from annotator.gui.settings import Settings
from annotator.gui.visible_style import is_fusion
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
def settle(is_so=lambda: True):
    until = time.monotonic() + 60
    while not is_so() and time.monotonic() < until:
        app.processEvents()
    for _ in range(60):  # what breathes or flashes comes to rest
        app.processEvents()
        time.sleep(0.01)

def colors(*places):
    screen = window.screen().grabWindow(0).toImage()
    for x, y in places:
        at = window.canvas.mapToGlobal(window.canvas.viewport.to_widget(QPointF(x, y)).toPoint())
        print(screen.pixelColor(at).name())

settle()
print(QGuiApplication.platformName(), is_fusion())
colors((120, 20), (50, 80), (120, 80), (190, 80))
workspace.editor.categories.add("disc")
category = workspace.model.document.category_named("disc")
workspace.editor.categories.recolor(category.id, QColor("#ff00ff"))
workspace.session.add_point(QPointF(130.5, 90.5), positive=True)
settle(lambda: workspace.session.shown is not None)
colors((112, 70), (50, 80))
workspace.editor.accept()
settle()
colors((112, 70), (50, 80))
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
    platform, style, grey, *discs, deciding, red, accepted, red_again = process.stdout.split()
    assert (platform, style) == ("xcb", "True")
    assert [grey, *discs] == [name_of(GREY), name_of(RED), name_of(GREEN), name_of(BLUE)]
    assert red == red_again == name_of(RED)  # what is in no mask stays as it is
    assert is_between(deciding, GREEN, CURRENT_MASK.getRgb()[:3], FILL_OPACITY * 0.7)
    assert is_between(accepted, GREEN, (255, 0, 255), FILL_OPACITY)
    assert process.stderr == ""


def name_of(rgb: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


def is_between(name: str, rgb: tuple[int, ...], over: tuple[int, ...], opacity: float) -> bool:
    """Whether a colour is what one gives under another of that opacity, but for rounding."""
    channels = (int(name[i : i + 2], 16) for i in (1, 3, 5))
    return all(
        abs(c - (below + (top - below) * opacity)) <= 3 for c, below, top in zip(channels, rgb, over, strict=True)
    )
