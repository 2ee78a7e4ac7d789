"""\"Segment everything\": hierarchical mode against our own plain grid, a photo at 1024, and a huge image's memory.

Run: .venv/bin/python benchmarks/everything.py INSTANCES.json [--images DIR] [--points N]
     .venv/bin/python benchmarks/everything.py --image [FILE]   one image at an image size of 1024: seconds
     .venv/bin/python benchmarks/everything.py --large          one image of 6000 x 4000 pixels: memory

Each prints what must be reached and whether it is. The first prints, for both modes, seconds per image without
encoding, proposals per image, and the mean over the known objects of the best IoU with a proposal; they count only
where the grid finds 15 masks a photo or more on average, because otherwise hierarchical mode has nothing to leave out.
The image of the second is the example picture in 1024 x 768 unless given. The weights are the best installed, with
their own thresholds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from parts.figures import Figures
from parts.goals import GOALS_OF, table

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

LEAST_MASKS = 15


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", type=Path, nargs="?", help="COCO file with the known objects")
    parser.add_argument("--images", type=Path, help="where the images lie; default: beside the file, or in images/")
    parser.add_argument("--points", type=int, default=32)
    parser.add_argument("--image", type=Path, nargs="?", const=Path(), help="default: the example picture")
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--figures", action="store_true", help="for bench.py")
    options = parser.parse_args()
    if options.instances is not None:
        figures = compare(options.instances, options.images, options.points)
    elif options.image is not None:
        figures = one_image(options.image)
    else:
        # Without arguments, the one that needs no photos.
        figures = large()
    goals = [goal for goal in GOALS_OF["everything"] if goal.key in figures.values or goal.key in figures.skipped]
    print(*table(figures.values, figures.skipped, goals), sep="\n")
    if options.figures:
        figures.say()


@dataclass
class _Mode:
    """What one mode did on the photos."""

    seconds: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    best: list[float] = field(default_factory=list)

    def add(self, seconds: float, count: int, best: list[float]) -> None:
        self.seconds.append(seconds)
        self.counts.append(count)
        self.best += best

    def row(self, name: str) -> str:
        return (
            f"{name:12}  {statistics.mean(self.seconds):13.2f}  {statistics.mean(self.counts):15.1f}  "
            f"{statistics.mean(self.best):13.4f}"
        )


def compare(instances: Path, images: Path | None, points: int) -> Figures:
    from annotator.core import coco
    from annotator.core.geometry import overlaps
    from annotator.core.images import read_image
    from annotator.segment import load_segmenter
    from annotator.segment.everything import segment_everything
    from annotator.segment.weights import everything_config

    beside = instances.parent / "images"
    document = coco.read(instances, images or (beside if beside.is_dir() else instances.parent))
    segmenter = load_segmenter()
    config = replace(everything_config(), points_per_side=points)
    modes = {False: _Mode(), True: _Mode()}
    for number, image in enumerate(document.images.values()):
        embedding = segmenter.encode(read_image(document.image_path(image.id)).rgb)
        truth = [i.mask for i in document.instances_of(image.id) if not i.iscrowd]
        found: dict[bool, tuple[float, int, list[float]]] = {}
        # The order alternates: a machine that gets slower or faster meanwhile favours neither.
        for hierarchical in (True, False) if number % 2 else (False, True):
            started = time.perf_counter()
            proposals = list(segment_everything(segmenter, embedding, replace(config, hierarchical=hierarchical)))
            seconds = time.perf_counter() - started
            masks = [proposal.mask for proposal in proposals]
            found[hierarchical] = seconds, len(masks), overlaps(truth, masks).max(axis=1, initial=0.0).tolist()
        for hierarchical, mode in modes.items():
            mode.add(*found[hierarchical])
    print(f"{len(document.images)} photos, {segmenter.name}, {config}")
    figures = Figures()
    if not modes[False].best or statistics.mean(modes[False].counts) < LEAST_MASKS:
        why = f"the grid finds fewer than {LEAST_MASKS} masks a photo"
        figures.skipped |= dict.fromkeys(("everything time", "everything IoU"), why)
        return figures
    print("mode          seconds/image  proposals/image  mean best IoU")
    print(modes[False].row(f"{points} x {points} grid"))
    print(modes[True].row("hierarchical"))
    figures.add("everything time", sum(modes[True].seconds) / sum(modes[False].seconds))
    figures.add("everything IoU", abs(statistics.mean(modes[False].best) - statistics.mean(modes[True].best)))
    return figures


def one_image(path: Path) -> Figures:
    from annotator.core.images import read_image
    from annotator.segment.everything import segment_everything
    from annotator.segment.tinysam import TinySamSegmenter
    from annotator.segment.weights import everything_config

    segmenter = TinySamSegmenter.load(image_size=1024)
    rgb = example(1024, 768) if path == Path() else read_image(path).rgb
    config = replace(everything_config(), points_per_side=32)
    figures = Figures()
    for run in range(2):  # the first one takes what is left of loading
        started = time.perf_counter()
        embedding = segmenter.encode(rgb)
        encoded = time.perf_counter()
        progress = []
        found = list(segment_everything(segmenter, embedding, config, on_progress=progress.append))
        ended = time.perf_counter()
        print(
            f"{rgb.shape[1]} x {rgb.shape[0]} at 1024: encode {encoded - started:.2f} s, everything "
            f"{ended - encoded:.2f} s, {progress[-1].decoded} prompts, {len(found)} proposals"
        )
        if run:
            figures.add("everything 1024", ended - started)
    return figures


def large() -> Figures:
    from annotator.segment import load_segmenter
    from annotator.segment.everything import segment_everything
    from annotator.segment.weights import everything_config

    rgb = example(6000, 4000)
    segmenter = load_segmenter()
    started = time.perf_counter()
    found = list(segment_everything(segmenter, segmenter.encode(rgb), everything_config(), rgb=rgb))
    print(f"6000 x 4000: {time.perf_counter() - started:.2f} s with encoding, {len(found)} proposals")
    figures = Figures()
    figures.add("everything memory", _peak_megabytes())
    return figures


def example(width: int, height: int) -> npt.NDArray[np.uint8]:
    """The example picture in that size, HxWx3."""
    import numpy as np
    from PIL import Image

    from annotator import paths

    picture = Image.open(next((paths.resources_dir() / "example").glob("*.png"))).convert("RGB")
    return np.asarray(picture.resize((width, height), Image.Resampling.BICUBIC))


def _peak_megabytes() -> float:
    """The most memory this process had, in units of 2**20 bytes."""
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset / 2**20
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


if __name__ == "__main__":
    main()
