"""Makes the checkpoint that ships, and measures the figures of its card.

    python tools/starter_weights.py TRAINED.pth OUT.safetensors INSTANCES.json IMAGES [SIZE...]

TRAINED.pth: the trained weights. INSTANCES.json, IMAGES: a COCO file and the folder of its images, for measuring.
SIZE: image sizes to print the figures for; those at the checkpoint's own are stored in it.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from annotator.core import coco
from annotator.core.document import Document
from annotator.core.images import read_image
from annotator.model.checkpoint import Checkpoint, CheckpointInfo, read_checkpoint, write_checkpoint
from annotator.model.config import EverythingThresholds, TinySamConfig
from annotator.segment import Prompt, Segmenter
from annotator.segment.tinysam import TinySamSegmenter

CONFIG = TinySamConfig(
    image_size=256,
    everything=EverythingThresholds(points_per_side=32, predicted_iou=0.4, stability=0.2, confident_logit=0.0),
)
INFO = CheckpointInfo(
    name="TinySAM starter",
    source="trained from scratch for TinySAM Annotator",
    training_data="93 COCO 2017 photos under CC BY, CC BY-SA or without known restrictions (annotations CC BY 4.0, "
    "COCO Consortium); 296 public-domain photos of cats; 660 CC0 microscopy images of nuclei (2018 Data Science Bowl, "
    "stage 1); mixes of these and synthetic scenes",
    licence="Apache-2.0",
)
LEAST_AREA = 900  # pixels; smaller objects are not measured


def main(trained: str, out: str, instances: str, images: str, *sizes: str) -> None:
    checkpoint = Checkpoint(read_checkpoint(trained).tensors, CONFIG, INFO)
    path = Path(out)
    write_checkpoint(path, checkpoint, dtype="float16")
    document = coco.read(Path(instances), Path(images))
    quality = measure(TinySamSegmenter.load(path), document)
    write_checkpoint(path, replace(checkpoint, info=replace(INFO, quality=quality)), dtype="float16")
    print(CONFIG.image_size, quality)
    for size in map(int, sizes):
        print(size, measure(TinySamSegmenter.load(path, image_size=size), document))


def measure(segmenter: Segmenter, document: Document) -> dict[str, float]:
    """Mean IoU of the mask with the highest predicted IoU, over all objects of more than LEAST_AREA pixels.

    The box is the annotation's own. A click is one positive point in the middle of the object's innermost pixel, the
    maximum of its distance transform.
    """
    ious = []
    for image_id in document.images:
        objects = [i for i in document.instances_of(image_id) if not i.iscrowd and i.mask.area > LEAST_AREA]
        embedding = segmenter.encode(read_image(document.image_path(image_id)).rgb)
        for instance in objects:
            truth = instance.mask.to_mask()
            x, y, width, height = (instance.verbatim or {}).get("bbox", instance.mask.bbox)
            # The image's border counts as the object's.
            inside = cv2.distanceTransform(np.pad(truth, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
            row, column = np.unravel_index(inside[1:-1, 1:-1].argmax(), truth.shape)
            prompts = (Prompt(box=(x, y, x + width, y + height)), Prompt([(column + 0.5, row + 0.5)], [1]))
            ious.append([overlap(segmenter.decode(embedding, prompt)[0].mask, truth) for prompt in prompts])
    box, click = np.mean(ious, axis=0)
    return {"mean IoU, ground-truth box": round(float(box), 3), "mean IoU, one click": round(float(click), 3)}


def overlap(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.count_nonzero(a & b) / np.count_nonzero(a | b))


if __name__ == "__main__":
    main(*sys.argv[1:])
