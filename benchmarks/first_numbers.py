"""What a user waits for: the window, the model, one embedding, one click, one save. Prints a table of medians.

Run: make bench, or .venv/bin/python benchmarks/first_numbers.py (needs no display). Each figure is measured on the real
window over the example photo with the weights that ship; the save is of 10,000 generated instances.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

RUNS = 5
SAVED_INSTANCES = 10_000


def main() -> None:
    rows = {
        "start to window painted": [],
        "start to model ready": [],
        "embedding": [],
        "decode, one click": [],
        "decode, click that refines": [],
    }
    for _ in range(RUNS):
        for name, seconds in run_window().items():
            rows[name].append(seconds)
    rows[f"save of {SAVED_INSTANCES:,} instances"] = [time_save() for _ in range(RUNS)]
    print(f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, medians of {RUNS} runs (least - most)")
    for name, seconds in rows.items():
        least, most = min(seconds) * 1000, max(seconds) * 1000
        print(f"| {name} | {statistics.median(seconds) * 1000:.0f} ms | {least:.0f} - {most:.0f} |")


def run_window() -> dict[str, float]:
    """One session of the window in a process of its own, so that imports count."""
    import json
    import subprocess

    started = time.time()
    with tempfile.TemporaryDirectory() as cache:  # no embedding may be there from before
        output = subprocess.run(
            [sys.executable, __file__, "--session", str(started)],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "XDG_CACHE_HOME": cache},
        ).stdout
    return json.loads(output.splitlines()[-1])


def session(started: float) -> dict[str, float]:
    """Open the example, prompt twice; seconds of each step, the first two since `started` (Unix time)."""
    from PySide6.QtCore import QPointF, QRectF

    from annotator import paths
    from annotator.gui.app import keep_window, make_application
    from annotator.gui.inference import Encoded, SegmenterState
    from annotator.gui.settings import Settings

    app = make_application()
    settings_folder = tempfile.TemporaryDirectory()
    keeper = keep_window(Settings(Path(settings_folder.name) / "settings.ini"))
    window = keeper.window
    seconds: dict[str, float] = {}

    def wait(condition: Callable[[], bool]) -> None:
        while not condition():
            app.processEvents()
            time.sleep(0.001)

    def on_state(state: SegmenterState, problem: str) -> None:
        if state is SegmenterState.FAILED:
            raise SystemExit(problem)
        if state is SegmenterState.READY:
            seconds.setdefault("start to model ready", time.time() - started)

    def on_encoded(encoded: Encoded) -> None:
        seconds["embedding"] = encoded.seconds

    def on_decoded(decode_seconds: float) -> None:
        seconds["decode, click that refines" if "decode, one click" in seconds else "decode, one click"] = (
            decode_seconds
        )

    window.workspace.inference.state_changed.connect(on_state)
    window.workspace.inference.encoded.connect(on_encoded)
    window.workspace.session.decoded.connect(on_decoded)
    window.show()
    window.grab()
    seconds["start to window painted"] = time.time() - started
    # A first image takes what is left of loading; the second one shows the steady state.
    window.open_paths([paths.resources_dir() / "example"])
    wait(lambda: "embedding" in seconds)
    window.workspace.session.set_box(QRectF(105, 5, 240, 285))
    wait(lambda: not window.workspace.session.is_waiting)
    window.workspace.session.clear()
    del seconds["decode, one click"]
    window.workspace.session.add_point(QPointF(183, 118), positive=True)
    wait(lambda: not window.workspace.session.is_waiting)
    window.workspace.session.add_point(QPointF(190, 122), positive=True)
    wait(lambda: not window.workspace.session.is_waiting)
    window.close()
    settings_folder.cleanup()
    return seconds


def time_save() -> float:
    """Seconds to write a document of discs on 1920 x 1080 images to a COCO file."""
    import numpy as np

    from annotator.core import coco
    from annotator.core.document import Category, Document, ImageRecord, Instance
    from annotator.core.geometry import RunLengths

    rng = np.random.default_rng(0)
    rows, columns = np.indices((1080, 1920))
    masks = []
    for _ in range(50):
        x, y, radius = rng.integers(100, 900, 3)
        masks.append(RunLengths.from_mask((rows - y) ** 2 + (columns - x) ** 2 < (radius / 4) ** 2))
    with tempfile.TemporaryDirectory() as folder:
        document = Document(Path(folder))
        document.put(Category(1, "disc"))
        for image_id in range(1, 101):
            document.put(ImageRecord(image_id, f"{image_id}.png", 1080, 1920))
        for instance_id in range(1, SAVED_INSTANCES + 1):
            document.put(Instance(instance_id, instance_id % 100 + 1, 1, masks[instance_id % 50]))
        started = time.perf_counter()
        coco.write(document.snapshot(), Path(folder) / "annotations.coco.json")
        return time.perf_counter() - started


if __name__ == "__main__":
    if sys.argv[1:2] == ["--session"]:
        import json

        print(json.dumps(session(float(sys.argv[2]))))
    else:
        main()
