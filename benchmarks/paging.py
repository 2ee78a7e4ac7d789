"""The memory of all processes while somebody pages through hundreds of images, waiting for each one's embedding.

Run: .venv/bin/python benchmarks/paging.py [--size S] (needs no display). The pictures are 1600 x 1200.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from parts.figures import Figures, run_script
from parts.scene import make_pictures, memory, scene, weights_at
from PySide6.QtCore import Qt

IMAGES = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=1024, help="image size of the network (default: 1024)")
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--figures", action="store_true", help="in this process, and nothing but a line of JSON")
    options = parser.parse_args()
    if not options.figures:
        # In a process of its own, whose user folders are empty.
        print(*run_script("paging.py", *sys.argv[1:], "--figures").notes, sep="\n")
        return
    figures = Figures()
    with tempfile.TemporaryDirectory() as folder:
        make_pictures(Path(folder) / "pictures", options.images)
        weights = weights_at(options.size, Path(folder))
        with scene(weights) as stage:
            stage.wait_ready()
            stage.window.open_paths([Path(folder) / "pictures"])
            stage.wait_embedded()
            megabytes = []
            for _ in range(options.images - 1):
                before = stage.window.workspace.image
                stage.press(Qt.Key.Key_D)
                stage.wait(lambda before=before: stage.window.workspace.image not in (None, before))
                stage.wait_embedded()
                megabytes.append(memory())
    half, tenth = len(megabytes) // 2, options.images // 10  # after half of them every cache is as full as it gets
    figures.add("memory", max(megabytes[half:]))
    figures.add("memory growth", max(megabytes[-tenth:]) - max(megabytes[half : half + tenth]))
    figures.notes.append(f"memory every {tenth} images: " + ", ".join(f"{m:.0f}" for m in megabytes[::tenth]) + " MB")
    figures.say()


if __name__ == "__main__":
    main()
