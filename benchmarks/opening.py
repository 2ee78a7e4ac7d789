"""From "open" to the first image on screen: a folder of 20,000 images, and a COCO file with 100,000 annotations.

Run: .venv/bin/python benchmarks/opening.py (needs no display). The data are those of tests/e2e/test_huge.py.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from parts.figures import Figures
from parts.scene import Scene, scene
from parts.script import arguments, medians, run

IMAGES, ANNOTATED_IMAGES, ANNOTATIONS = 20_000, 10_000, 100_000
RUNS = 3


def main() -> None:
    run(__file__, arguments(__doc__), measure, medians)


def measure(_: argparse.Namespace) -> Figures:
    from tests.e2e.huge_data import write_coco, write_pictures

    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        many, annotated = Path(folder) / "many", Path(folder) / "annotated"
        file = Path(folder) / "instances.json"
        many.mkdir(), annotated.mkdir()
        write_pictures(many / "pictures", IMAGES)
        write_coco(file, write_pictures(annotated / "pictures", ANNOTATED_IMAGES), ANNOTATIONS, "mixed")
        with scene() as stage:
            stage.wait_ready()
            for _ in range(RUNS):
                # One takes the other's place, so that neither finds itself open.
                open_it(stage, figures, "20,000 images", many / "pictures", None)
                open_it(stage, figures, "100,000 annotations", file, annotated / "pictures")
    return figures


def open_it(stage: Scene, figures: Figures, key: str, path: Path, images: Path | None) -> None:
    """Seconds to the first image, and the longest stall in milliseconds."""
    workspace = stage.window.workspace
    before = workspace.image
    stage.watchdog.longest()
    started = time.perf_counter()
    stage.window.open_paths([path], images)
    stage.wait(lambda: workspace.image is not None and workspace.image is not before)
    stage.window.canvas.repaint()
    figures.add(key, time.perf_counter() - started)
    stage.rest(1.5)  # what the window still does belongs to opening
    figures.add(f"stall: {key}", stage.watchdog.longest())


if __name__ == "__main__":
    main()
