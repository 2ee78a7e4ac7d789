"""What the benchmarks of the window share: pictures, weights of a wanted image size, a window, and waiting for it."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import cv2
import numpy as np
import psutil
from parts.watchdog import Watchdog
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator import paths
from annotator.gui.app import keep_window, make_application
from annotator.gui.garbage import GarbageCollection
from annotator.gui.inference_messages import SegmenterState
from annotator.gui.main_window import MainWindow
from annotator.gui.settings import Settings

SECONDS = 600  # the longest wait; a benchmark that hangs says so


@dataclass(frozen=True)
class Scene:
    """An open window over settings of its own. pictures: a folder of generated ones, which is not open yet."""

    app: QApplication
    window: MainWindow
    watchdog: Watchdog
    pictures: Path

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let the window live until the condition holds. Ends the program when it never does."""
        until = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > until:
                raise SystemExit("the window did not get there in time")
            self.app.processEvents()
            time.sleep(0.0005)

    def rest(self, seconds: float) -> None:
        """Let the window live for a while."""
        until = time.monotonic() + seconds
        self.wait(lambda: time.monotonic() > until)

    def wait_ready(self) -> None:
        """Until the model is loaded."""
        inference = self.window.workspace.inference

        def is_ready() -> bool:
            if inference.state is SegmenterState.FAILED:
                raise SystemExit(inference.problem)
            return inference.segmenter_name != ""

        self.wait(is_ready)

    def wait_embedded(self) -> None:
        """Until the chosen image is on screen and prompts on it are answered at once."""
        workspace = self.window.workspace
        self.wait(lambda: workspace.image is not None and workspace.inference.is_encoded(workspace.image.key))

    def open_pictures(self) -> None:
        """Open the folder of pictures, and wait until prompts on the first of them are answered at once."""
        self.wait_ready()
        self.window.open_paths([self.pictures])
        self.wait_embedded()

    def page(self) -> None:
        """Go to the next image, and wait until prompts on it are answered at once."""
        before = self.window.workspace.image
        self.press(Qt.Key.Key_D)
        self.wait(lambda: self.window.workspace.image not in (None, before))
        self.wait_embedded()

    def click(self, at: QPointF) -> None:
        """A click at a place of the image, in its pixels."""
        place = self.window.canvas.viewport.to_widget(at).toPoint()
        QTest.mouseClick(self.window.canvas, Qt.MouseButton.LeftButton, pos=place)

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.window.canvas, key)


@contextmanager
def scene(size: int | None = None, pictures: int = 0) -> Iterator[Scene]:
    """A window over the best weights installed, at that image size of the network or their own; and so many pictures.

    It is closed without asking at the end. Nothing of the user's is read or written: call it in a process that
    `figures.run_script` started.
    """
    # The segmenter's process would import the script, and with it the window, which the program's own does not.
    sys.modules["__main__"].__file__ = None
    app = make_application()
    # A garbage collection of Python's can hold the window up as well, so it is part of what is measured.
    collection = GarbageCollection()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(folder / "settings.ini")
        settings.language = "en"
        if size is not None:
            settings.weights = weights_at(size, folder)
        make_pictures(folder / "pictures", pictures)
        keeper = keep_window(settings)
        keeper.window.resize(1280, 800)
        keeper.window.show()
        app.processEvents()
        # Before there is a window on the screen it cannot fail to answer; how long that takes is a row of its own.
        watchdog = Watchdog()
        yield Scene(app, keeper.window, watchdog, folder / "pictures")
        model = keeper.window.workspace.model
        model.mark_saved(model.state, model.coco_path)
        keeper.window.close()
        for _ in range(20):
            app.processEvents()
    collection.stop()


def weights_at(size: int, folder: Path) -> Path:
    """The best weights installed, asking for another image size."""
    # Reads checkpoints, not the network.
    from annotator.model.checkpoint import read_checkpoint, write_checkpoint
    from annotator.segment.weights import best_weights

    checkpoint = read_checkpoint(best_weights())
    path = folder / f"benchmark-{size}.safetensors"
    write_checkpoint(path, replace(checkpoint, config=replace(checkpoint.config, image_size=size)))
    return path


def make_pictures(folder: Path, count: int) -> None:
    """Different pictures of 1600 x 1200: parts of the photo that ships, each mirrored and coloured in its own way."""
    photo = cv2.imread(str(next((paths.resources_dir() / "example").glob("*.png"))))
    chance = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for index in range(count):
        y, x = chance.integers(0, (photo.shape[0] // 4, photo.shape[1] // 4))
        part = photo[y : y + photo.shape[0] * 3 // 4, x : x + photo.shape[1] * 3 // 4]
        part = part[:, :: chance.choice((-1, 1))] * chance.uniform(0.7, 1.0, 3)
        picture = cv2.resize(part.astype(np.uint8), (1600, 1200), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{index:04}.jpg"), picture)


def memory() -> float:
    """Megabytes resident in this process and its children; what they share counts more than once."""
    process = psutil.Process()
    return sum(map(megabytes, [process, *process.children(recursive=True)]))


def megabytes(process: psutil.Process) -> float:
    """Megabytes resident in a process."""
    return process.memory_info().rss / 2**20
