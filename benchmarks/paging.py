"""The memory of all processes while somebody pages through hundreds of images, waiting for each one's embedding.

Run: .venv/bin/python benchmarks/paging.py [--size S] (needs no display). The pictures are 1600 x 1200.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from parts.figures import Figures, run_script, size_argument
from parts.scene import make_pictures, memory, scene, weights_at
from PySide6.QtCore import Qt

IMAGES = 500
WARM = 250  # by then every cache is as full as it gets
CHILD = "--figures"


def main() -> None:
    if CHILD not in sys.argv:
        # In a process of its own, whose user folders are empty.
        found = run_script("paging.py", *sys.argv[1:], CHILD)
        print(*found.notes, sep="\n")
        return
    sys.argv.remove(CHILD)
    size = size_argument(__doc__.splitlines()[0])
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        make_pictures(Path(folder) / "pictures", IMAGES)
        weights = weights_at(size, Path(folder))
        with scene(weights) as stage:
            stage.wait_ready()
            stage.window.open_paths([Path(folder) / "pictures"])
            stage.wait_embedded()
            megabytes = []
            for _ in range(IMAGES - 1):
                before = stage.window.workspace.image
                stage.press(Qt.Key.Key_D)
                stage.wait(lambda before=before: stage.window.workspace.image not in (None, before))
                stage.wait_embedded()
                megabytes.append(memory())
    figures.add("memory", max(megabytes[WARM:]))
    figures.add("memory growth", max(megabytes[-50:]) - max(megabytes[WARM : WARM + 50]))
    figures.notes.append("memory every 50 images: " + ", ".join(f"{m:.0f}" for m in megabytes[::50]) + " MB")
    figures.say()


if __name__ == "__main__":
    main()
