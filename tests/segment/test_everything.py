""" "Segment everything" over a fake segmenter: rounds, filters, suppression, progress, cancelling, crops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from annotator.core.geometry import RunLengths, overlaps
from annotator.segment import CancellationToken, Cancelled, DecodeBatch, Embedding, Prompt
from annotator.segment.everything import EverythingConfig, EverythingProgress, segment_everything
from annotator.segment.identity import ModelIdentity
from annotator.segment.preprocess import Frame, image_part, upsample
from tests.fakes import FakeSegmenter

COLOURS = ((220, 40, 40), (40, 200, 60), (50, 60, 230), (240, 220, 30))
CONFIG = EverythingConfig(points_per_side=16, predicted_iou=0.85, stability=0.3, confident_logit=4.0)


def photo(height: int, width: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Rectangles of some colours on black, one in each quarter, and their masks."""
    rgb = np.zeros((height, width, 3), np.uint8)
    masks = []
    for index, colour in enumerate(COLOURS):
        mask = np.zeros((height, width), bool)
        top, left = (index // 2) * height // 2 + height // 8, (index % 2) * width // 2 + width // 8
        mask[top : top + height // 4, left : left + width // 4] = True
        rgb[mask] = colour
        masks.append(mask)
    return rgb, masks


class Recording(FakeSegmenter):
    """Remembers which points it decoded."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.points: list[tuple[float, float]] = []
        self.largest_batch = 0

    def decode_batch(self, embedding: Embedding, prompts: Sequence[Prompt]) -> DecodeBatch:
        self.points += [tuple(prompt.points[0].tolist()) for prompt in prompts]
        self.largest_batch = max(self.largest_batch, len(prompts))
        return super().decode_batch(embedding, prompts)


class Canned:
    """Gives each prompt in turn three masks of its own: logits (S/4 x S/4) and predicted IoUs."""

    def __init__(self, logits: Sequence[np.ndarray], ious: Sequence[float], side: int = 64) -> None:
        self.identity = ModelIdentity("canned", "0", "fp32", 4 * side)
        self.name = "canned"
        self._answers = list(zip(logits, ious, strict=True))

    def decode_batch(self, embedding: Embedding, prompts: Sequence[Prompt]) -> DecodeBatch:
        side = self.identity.logits_side
        logits = np.full((len(prompts), 3, side, side), -20, np.float32)
        predicted = np.zeros((len(prompts), 3), np.float32)
        for index in range(len(prompts)):
            for mask in range(3):
                if self._answers:
                    logits[index, mask], predicted[index, mask] = self._answers.pop(0)
        return DecodeBatch(logits, predicted)


def canned_embedding(height: int, width: int, side: int = 64) -> Embedding:
    return Embedding(
        np.zeros((1, 256, side // 4, side // 4), np.float32), Frame(height, width, 4 * side), "x", "canned"
    )


def blob(rng: np.random.Generator, height: int, width: int, side: int = 64) -> np.ndarray:
    """Smooth random logits around a disc somewhere in an image of that size."""
    y, x = np.indices((side, side))
    rows, columns = image_part(np.empty((side, side), np.float32), Frame(height, width, 4 * side)).shape
    cy, cx = rng.uniform(0.1, 0.9) * rows, rng.uniform(0.1, 0.9) * columns
    radius = rng.uniform(0.15, 0.5) * min(rows, columns)
    waves = 3 * np.sin(x * rng.uniform(0.2, 0.9)) * np.cos(y * rng.uniform(0.2, 0.9))
    return (radius - np.hypot(y - cy, x - cx) + waves).astype(np.float32)


def slow_grid(logits: Sequence[np.ndarray], ious: Sequence[float], frame: Frame, config: EverythingConfig) -> list:
    """The public generator's way: everything upsampled first, then filtered, then suppressed by boxes."""
    found = []
    for values, iou in zip(logits, ious, strict=True):
        full = upsample(values, frame)
        larger, smaller = (full > -config.stability_offset).sum(), (full > config.stability_offset).sum()
        mask = full > 0
        if np.float32(iou) > config.predicted_iou and larger and smaller / larger >= config.stability and mask.any():
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            found.append((float(np.float32(iou)), mask, (columns[0], rows[0], columns[-1], rows[-1])))
    found.sort(key=lambda item: -item[0])
    kept: list = []
    for item in found:
        if all(corner_iou(item[2], other[2]) <= config.nms_iou for other in kept):
            kept.append(item)
    return kept


def corner_iou(a: tuple, b: tuple) -> float:
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)]
    return width * height / (sum(areas) - width * height) if width * height else 0.0


@pytest.mark.parametrize(("height", "width"), [(200, 200), (90, 333), (400, 130), (700, 512)])
def test_grid_mode_equals_the_slow_obvious_way(height: int, width: int):
    rng = np.random.default_rng(height)
    logits = [blob(rng, height, width) for _ in range(48)]
    ious = rng.uniform(0.3, 1, 48).round(3).tolist()
    config = EverythingConfig(points_per_side=4, hierarchical=False, predicted_iou=0.4, stability=0.7, nms_iou=0.6)
    embedding = canned_embedding(height, width)
    expected = slow_grid(logits, ious, embedding.frame, config)
    found = list(segment_everything(Canned(logits, ious), embedding, config))
    assert 3 <= len(expected) < 40
    assert [proposal.predicted_iou for proposal in found] == [iou for iou, _, _ in expected]
    for proposal, (_, mask, _) in zip(found, expected, strict=True):
        # Rounding may turn a pixel whose logit is next to nothing.
        assert np.count_nonzero(proposal.mask.to_mask() != mask) <= 2


def test_stability_is_that_of_the_full_resolution():
    rng = np.random.default_rng(5)
    logits = [blob(rng, 150, 240) for _ in range(12)]
    embedding = canned_embedding(150, 240)
    config = EverythingConfig(points_per_side=2, hierarchical=False, predicted_iou=0.1, stability=0, nms_iou=1)
    found = list(segment_everything(Canned(logits, [0.9 - 0.01 * i for i in range(12)]), embedding, config))
    assert len(found) == 12
    for values, proposal in zip(logits, found, strict=True):
        full = upsample(values, embedding.frame)
        assert proposal.stability == pytest.approx((full > 1).sum() / (full > -1).sum(), abs=1e-3)


@pytest.mark.parametrize("hierarchical", [True, False])
@pytest.mark.parametrize(("height", "width"), [(240, 240), (120, 400), (400, 120)])
def test_every_object_is_proposed_once(height: int, width: int, hierarchical: bool):
    rgb, masks = photo(height, width)
    segmenter = FakeSegmenter()
    config = replace(CONFIG, hierarchical=hierarchical)
    found = list(segment_everything(segmenter, segmenter.encode(rgb), config))
    shares = overlaps([RunLengths.from_mask(mask) for mask in masks], [proposal.mask for proposal in found])
    assert (shares.max(axis=1) > 0.7).all()
    assert ((shares > 0.5).sum(axis=1) == 1).all()


def test_the_hierarchical_mode_decodes_the_rest_of_the_lattice_outside_the_confident_area():
    height, width = 160, 320
    rgb, _ = photo(height, width)
    segmenter = Recording()
    embedding = segmenter.encode(rgb)
    list(segment_everything(segmenter, embedding, CONFIG))
    sparse = [((4 * k + 2) / 16 * width, (4 * i + 2) / 16 * height) for i in range(4) for k in range(4)]
    assert segmenter.points[:16] == sparse
    lattice = {(j / 16 * width, i / 16 * height) for i in range(1, 16) for j in range(1, 16)}
    # The fake's masks: the colour under the point, everywhere in the image; its second mask is the only one kept.
    confident = np.zeros((height, width), bool)
    for point in sparse:
        logits = FakeSegmenter().decode(embedding, Prompt(points=[point], labels=[1]))[0].logits
        confident |= upsample(logits, embedding.frame) > CONFIG.confident_logit
    expected = {p for p in lattice - set(sparse) if not confident[int(p[1]), int(p[0])]}
    assert expected
    assert len(expected) < 200
    assert set(segmenter.points[16:]) == expected
    assert len(segmenter.points) == len(set(segmenter.points))


def test_it_decodes_in_batches_and_tells_the_progress():
    rgb, _ = photo(160, 160)
    segmenter = Recording()
    told: list[EverythingProgress] = []
    config = replace(CONFIG, hierarchical=False)
    list(segment_everything(segmenter, segmenter.encode(rgb), config, on_progress=told.append))
    assert segmenter.largest_batch <= 64
    assert [progress.planned for progress in told] == [256] * len(told)
    assert told[-1].decoded == 256
    assert all(a.decoded < b.decoded for a, b in pairwise(told))


def test_what_is_found_is_shown_before_the_end_and_nothing_twice():
    rgb, masks = photo(160, 160)
    segmenter = FakeSegmenter()
    shown, decoded_then = [], []
    told: list[EverythingProgress] = []

    def on_found(proposal):
        shown.append(proposal)
        decoded_then.append(told[-1].decoded)

    proposals = list(
        segment_everything(segmenter, segmenter.encode(rgb), CONFIG, on_progress=told.append, on_found=on_found)
    )
    assert decoded_then[0] < told[-1].planned
    shares = overlaps([RunLengths.from_mask(mask) for mask in masks], [proposal.mask for proposal in shown])
    assert ((shares > 0.5).sum(axis=1) == 1).all()
    assert {proposal.mask for proposal in proposals} >= {shown[0].mask}


def test_it_can_be_cancelled_between_batches():
    rgb, _ = photo(160, 160)
    segmenter = Recording()
    token = CancellationToken()
    told = []

    def on_progress(progress: EverythingProgress) -> None:
        told.append(progress)
        token.cancel()

    with pytest.raises(Cancelled):
        list(segment_everything(segmenter, segmenter.encode(rgb), CONFIG, on_progress=on_progress, cancel=token))
    assert len(told) == 1
    assert len(segmenter.points) == told[0].decoded


@pytest.mark.parametrize(("height", "width"), [(1, 1), (3, 2), (5, 40)])
@pytest.mark.parametrize("hierarchical", [True, False])
def test_images_smaller_than_the_grid(height: int, width: int, hierarchical: bool):
    rgb = np.full((height, width, 3), 200, np.uint8)
    segmenter = FakeSegmenter()
    config = EverythingConfig(hierarchical=hierarchical, predicted_iou=0.85, stability=0.3)
    (proposal,) = segment_everything(segmenter, segmenter.encode(rgb), config)
    assert proposal.mask.area == height * width


@pytest.mark.parametrize("points", [2, 3, 5])
def test_the_smallest_lattices(points: int):
    segmenter = Recording()
    embedding = segmenter.encode(photo(64, 64)[0])
    list(segment_everything(segmenter, embedding, replace(CONFIG, points_per_side=points, confident_logit=1e9)))
    assert len(segmenter.points) == (points - 1) ** 2


def test_specks_are_removed_and_pinholes_filled():
    logits = np.full((64, 64), -9, np.float32)
    logits[20:44, 20:44] = 9
    logits[30:32, 30:32] = -9  # a pinhole
    logits[2:4, 2:4] = 9  # a speck
    config = EverythingConfig(points_per_side=2, hierarchical=False, predicted_iou=0.1, stability=0, min_area=20)
    embedding = canned_embedding(64, 64)
    (clean,) = segment_everything(Canned([logits], [0.9]), embedding, config)
    (raw,) = segment_everything(Canned([logits], [0.9]), embedding, replace(config, min_area=0))
    assert not clean.mask.to_mask()[:10, :10].any()
    assert clean.mask.to_mask()[25:40, 25:40].all()
    assert raw.mask.to_mask()[:10, :10].any()
    assert not raw.mask.to_mask()[31, 31]


def test_crops_find_what_is_too_small_for_the_whole_image():
    rgb = np.zeros((300, 600, 3), np.uint8)
    rgb[100:112, 450:462] = (250, 30, 30)
    segmenter = FakeSegmenter(image_size=256)
    embedding = segmenter.encode(rgb)
    config = EverythingConfig(points_per_side=16, hierarchical=False, predicted_iou=0.85, stability=0.3, crop_layers=2)
    truth = np.zeros((300, 600), bool)
    truth[100:112, 450:462] = True

    def best(found) -> float:
        return overlaps([RunLengths.from_mask(truth)], [p.mask for p in found]).max(initial=0.0)

    without = list(segment_everything(segmenter, embedding, replace(config, crop_layers=0)))
    found = list(segment_everything(segmenter, embedding, config, rgb=rgb))
    assert best(without) < 0.1
    assert best(found) > 0.5
    for proposal in found:
        assert (proposal.mask.height, proposal.mask.width) == (300, 600)
        x, y = proposal.point
        assert proposal.mask.to_mask()[int(y), int(x)]


def test_crops_need_the_pixels():
    segmenter = FakeSegmenter()
    embedding = segmenter.encode(photo(64, 64)[0])
    with pytest.raises(ValueError, match="pixels"):
        segment_everything(segmenter, embedding, replace(CONFIG, crop_layers=1))


@pytest.mark.parametrize(
    "wrong",
    [
        {"points_per_side": 1},
        {"predicted_iou": 1.5},
        {"stability": -0.1},
        {"nms_iou": float("nan")},
        {"stability_offset": -1},
        {"confident_logit": float("inf")},
        {"min_area": -1},
        {"crop_layers": 3},
    ],
)
def test_impossible_configs_are_refused(wrong: dict):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        EverythingConfig(**wrong)


def test_padding_counts_for_nothing():
    frame = Frame(64, 128, 256)
    logits = np.full((64, 64), 9, np.float32)
    logits[image_part(logits, frame).shape[0] + 2 :] = -9
    config = EverythingConfig(points_per_side=2, hierarchical=False, predicted_iou=0.1, stability=0.99)
    (proposal,) = segment_everything(Canned([logits], [0.9]), canned_embedding(64, 128), config)
    assert proposal.mask.area == 64 * 128
    assert proposal.stability == 1
