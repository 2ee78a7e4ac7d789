"""\"Segment everything\": hierarchical mode against our own plain grid, on photos with known objects.

Run: .venv/bin/python benchmarks/everything.py INSTANCES.json [--images DIR] [--points N]
     .venv/bin/python benchmarks/everything.py --large          memory and time on one image of 6000 x 4000 pixels
     .venv/bin/python benchmarks/everything.py --image FILE     one image at an image size of 1024

The first prints, for both modes, seconds per image without encoding, proposals per image, and the mean over the known
objects of the best IoU with a proposal. The weights are the best installed, with their own thresholds.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", type=Path, nargs="?", help="COCO file with the known objects")
    parser.add_argument("--images", type=Path, help="where the images lie; default: beside the file")
    parser.add_argument("--points", type=int, default=32)
    parser.add_argument("--image", type=Path)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    if options.instances is not None:
        compare(options.instances, options.images, options.points)
    elif options.image is not None:
        one_image(options.image)
    else:
        # Without arguments, the one that needs no photos.
        large()


def compare(instances: Path, images: Path | None, points: int) -> None:
    from annotator.core import coco
    from annotator.core.geometry import overlaps
    from annotator.core.images import read_image
    from annotator.segment import load_segmenter
    from annotator.segment.everything import segment_everything
    from annotator.segment.weights import everything_config

    document = coco.read(instances, images or instances.parent)
    segmenter = load_segmenter()
    config = replace(everything_config(), points_per_side=points)
    seconds: dict[bool, list[float]] = {False: [], True: []}
    counts: dict[bool, list[int]] = {False: [], True: []}
    best: dict[bool, list[float]] = {False: [], True: []}
    for number, image in enumerate(document.images.values()):
        embedding = segmenter.encode(read_image(document.image_path(image.id)).rgb)
        truth = [i.mask for i in document.instances_of(image.id) if not i.iscrowd]
        # The order alternates: a machine that gets slower or faster meanwhile favours neither.
        for hierarchical in (True, False) if number % 2 else (False, True):
            started = time.perf_counter()
            found = list(segment_everything(segmenter, embedding, replace(config, hierarchical=hierarchical)))
            seconds[hierarchical].append(time.perf_counter() - started)
            counts[hierarchical].append(len(found))
            best[hierarchical] += overlaps(truth, [p.mask for p in found]).max(axis=1, initial=0.0).tolist()
    print(f"{len(document.images)} photos, {segmenter.name}, {config}")
    print("mode          seconds/image  proposals/image  mean best IoU")
    for hierarchical, name in ((False, f"{points} x {points} grid"), (True, "hierarchical")):
        print(
            f"{name:12}  {statistics.mean(seconds[hierarchical]):13.2f}  "
            f"{statistics.mean(counts[hierarchical]):15.1f}  {statistics.mean(best[hierarchical]):13.4f}"
        )
    print(f"time, hierarchical / grid: {sum(seconds[True]) / sum(seconds[False]):.3f}")


def one_image(path: Path) -> None:
    from annotator.core.images import read_image
    from annotator.segment.everything import segment_everything
    from annotator.segment.tinysam import TinySamSegmenter
    from annotator.segment.weights import everything_config

    segmenter = TinySamSegmenter.load(image_size=1024)
    rgb = read_image(path).rgb
    config = replace(everything_config(), points_per_side=32)
    for _ in range(2):  # the first one takes what is left of loading
        started = time.perf_counter()
        embedding = segmenter.encode(rgb)
        encoded = time.perf_counter()
        progress = []
        found = list(segment_everything(segmenter, embedding, config, on_progress=progress.append))
        print(
            f"{rgb.shape[1]} x {rgb.shape[0]} at 1024: encode {encoded - started:.2f} s, everything "
            f"{time.perf_counter() - encoded:.2f} s, {progress[-1].decoded} prompts, {len(found)} proposals"
        )


def large() -> None:
    import numpy as np
    from PIL import Image

    from annotator import paths
    from annotator.segment import load_segmenter
    from annotator.segment.everything import segment_everything
    from annotator.segment.weights import everything_config

    example = Image.open(next((paths.resources_dir() / "example").glob("*.png"))).convert("RGB")
    rgb = np.asarray(example.resize((6000, 4000), Image.Resampling.BICUBIC))
    segmenter = load_segmenter()
    started = time.perf_counter()
    found = list(segment_everything(segmenter, segmenter.encode(rgb), everything_config(), rgb=rgb))
    print(
        f"6000 x 4000: {time.perf_counter() - started:.2f} s with encoding, {len(found)} proposals, "
        f"at most {_peak_megabytes():.0f} MB"
    )


def _peak_megabytes() -> float:
    if sys.platform == "win32":
        import psutil

        return psutil.Process().memory_info().peak_wset / 2**20
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


if __name__ == "__main__":
    main()
