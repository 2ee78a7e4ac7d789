"""The memory of all processes while somebody pages through hundreds of images, waiting for each one's embedding.

Run: .venv/bin/python benchmarks/paging.py [--size S] (needs no display). The pictures are 1600 x 1200.
"""

from __future__ import annotations

import argparse

from parts.figures import Figures
from parts.scene import memory, scene
from parts.script import arguments, run, size_argument

IMAGES = 500


def main() -> None:
    parser = size_argument(arguments(__doc__))
    parser.add_argument("--images", type=int, default=IMAGES)
    run(__file__, parser, measure, lambda found: found.notes)


def measure(options: argparse.Namespace) -> Figures:
    figures = Figures()
    with scene(options.size, options.images) as stage:
        stage.open_pictures()
        megabytes = []
        for _ in range(options.images - 1):
            stage.page()
            megabytes.append(memory())
    half, tenth = len(megabytes) // 2, options.images // 10  # after half of them every cache is as full as it gets
    figures.add("memory", max(megabytes[half:]))
    figures.add("memory growth", max(megabytes[-tenth:]) - max(megabytes[half : half + tenth]))
    figures.notes.append(f"memory every {tenth} images: " + ", ".join(f"{m:.0f}" for m in megabytes[::tenth]) + " MB")
    return figures


if __name__ == "__main__":
    main()
