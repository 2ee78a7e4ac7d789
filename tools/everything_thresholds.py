"""Choose the thresholds of "segment everything" for a checkpoint: a table over a folder of photos with known objects.

    .venv/bin/python tools/everything_thresholds.py INSTANCES.json [WEIGHTS]

For each combination: how many masks plain grid mode proposes per image, the mean over the known objects of the best
IoU with a proposal, and the same for hierarchical mode, with the prompts each decodes. Every prompt is decoded once per
image and remembered. With --write P,S,T the thresholds (predicted IoU, stability, confident logit, and the points per
side) are stored in WEIGHTS' metadata; its tensors stay byte for byte what they were.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from annotator.core import coco
from annotator.core.geometry import overlaps
from annotator.core.images import read_image
from annotator.model.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from annotator.segment import DecodeBatch, Embedding, Prompt, Segmenter, load_segmenter
from annotator.segment.everything import EverythingConfig, segment_everything
from annotator.segment.weights import best_weights

IOUS = (0.25, 0.3)
STABILITIES = (0.2, 0.3)
CONFIDENT = (1.0, 2.0, 3.0)


class Remembering:
    """A segmenter that decodes every point of an image once."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self.identity = segmenter.identity
        self._answers: dict[tuple[float, float], tuple[np.ndarray, np.ndarray]] = {}
        self.asked = 0

    def forget(self) -> None:
        self._answers.clear()

    def decode_batch(self, embedding: Embedding, prompts: Sequence[Prompt]) -> DecodeBatch:
        self.asked += len(prompts)
        keys = [tuple(prompt.points[0].tolist()) for prompt in prompts]
        new = [i for i, key in enumerate(keys) if key not in self._answers]
        if new:
            batch = self._segmenter.decode_batch(embedding, [prompts[i] for i in new])
            for place, i in enumerate(new):
                self._answers[keys[i]] = batch.logits[place].copy(), batch.predicted_iou[place].copy()
        answers = [self._answers[key] for key in keys]
        return DecodeBatch(np.stack([a for a, _ in answers]), np.stack([b for _, b in answers]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("instances", type=Path, help="COCO file with the known objects")
    parser.add_argument("weights", type=Path, nargs="?", help="default: the best installed")
    parser.add_argument("--images", type=Path, help="where the images lie; default: beside the file")
    parser.add_argument("--points", type=int, default=32)
    parser.add_argument("--write", metavar="P,S,T", help="store these thresholds instead of looking for some")
    options = parser.parse_args()
    weights = best_weights() if options.weights is None else options.weights
    if options.write is not None:
        write(weights, options.points, *(float(word) for word in options.write.split(",")))
    else:
        sweep(options.instances, options.images, weights, options.points)


def sweep(instances: Path, images: Path | None, weights: Path, points: int) -> None:
    document = coco.read(instances, images or instances.parent)
    segmenter = load_segmenter(weights)
    remembering = Remembering(segmenter)
    combinations = list(itertools.product(IOUS, STABILITIES))
    rows = {(iou, stability, tau): [] for iou, stability in combinations for tau in (None, *CONFIDENT)}
    for image in document.images.values():
        embedding = segmenter.encode(read_image(document.image_path(image.id)).rgb)
        remembering.forget()
        truth = [i.mask for i in document.instances_of(image.id) if not i.iscrowd]
        for (iou, stability, tau), row in rows.items():
            config = EverythingConfig(
                points_per_side=points,
                hierarchical=tau is not None,
                predicted_iou=iou,
                stability=stability,
                confident_logit=tau or 0.0,
            )
            remembering.asked = 0
            found = [p.mask for p in segment_everything(remembering, embedding, config)]
            best = overlaps(truth, found).max(axis=1, initial=0.0).tolist()
            row.append((len(found), remembering.asked, best))
        print(image.path, len(rows), flush=True)
    print("predicted IoU  stability  confident logit  prompts  masks/image  mean best IoU")
    for (iou, stability, tau), row in rows.items():
        best = np.mean([value for _, _, values in row for value in values])
        masks, asked = np.mean([m for m, _, _ in row]), np.mean([a for _, a, _ in row])
        mode = "grid" if tau is None else f"{tau:g}"
        print(f"{iou:13g}  {stability:9g}  {mode:>15}  {asked:7.0f}  {masks:11.1f}  {best:13.4f}")


def write(weights: Path, points: int, predicted_iou: float, stability: float, confident_logit: float) -> None:
    before = read_checkpoint(weights)
    everything = replace(
        before.config.everything,
        points_per_side=points,
        predicted_iou=predicted_iou,
        stability=stability,
        confident_logit=confident_logit,
    )
    after = Checkpoint(before.tensors, replace(before.config, everything=everything), before.info)
    write_checkpoint(weights, after, dtype="float16" if before.info.precision == "float16" else "float32")
    same = read_checkpoint(weights)
    for name, tensor in before.tensors.items():
        if tensor.tobytes() != same.tensors[name].tobytes():
            raise SystemExit(f"{name} has changed")
    print(f"{weights}: {everything}")


if __name__ == "__main__":
    main()
