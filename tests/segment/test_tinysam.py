"""The real network through the public surface, against the public PyTorch implementation's outputs."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest
from PIL import Image

from annotator.errors import PromptError, WeightsError
from annotator.segment import CancellationToken, Cancelled, Prompt, load_segmenter
from annotator.segment.cache import EmbeddingCache
from annotator.segment.preprocess import upsample_mask
from annotator.segment.remote import RemoteSegmenter
from annotator.segment.tinysam import TinySamSegmenter
from annotator.segment.weights import best_weights

# Bounds for float32 against the reference, and for the shipped float16 file.
EMBEDDING, LOGITS, PREDICTED_IOU, MASK_IOU = 2e-3, 2e-2, 2e-3, 0.998
MASK_IOU_FLOAT16 = 0.99
# Between batches of different size: the products are summed in another order.
BATCH = 1e-3

IMAGES = ("photo.jpg", "square.jpg", "wide.jpg")


@dataclass(frozen=True)
class GoldenPrompt:
    prompt: Prompt
    order: np.ndarray  # the network's indices of the masks, best predicted IoU first, like what follows
    logits: np.ndarray  # 3 x 256 x 256
    predicted_iou: np.ndarray
    masks: np.ndarray


@dataclass(frozen=True)
class GoldenImage:
    rgb: np.ndarray
    features: np.ndarray
    prompts: list[GoldenPrompt]


@pytest.fixture(scope="session")
def golden(shared):
    folder = shared / "reference"
    arrays = np.load(folder / "golden.npz")
    images = {}
    for entry in json.loads((folder / "golden.json").read_text(encoding="utf-8"))["images"]:
        height, width = entry["size"]
        prompts = []
        for p in entry["prompts"]:
            best_first = np.argsort(-arrays[p["iou"]])
            masks = np.unpackbits(arrays[p["masks"]], axis=1, count=height * width).astype(bool)
            prompts.append(
                GoldenPrompt(
                    Prompt(p["points"], p["labels"], p["box"], arrays[p["logits_in"]] if "logits_in" in p else None),
                    best_first,
                    arrays[p["logits"]][best_first],
                    arrays[p["iou"]][best_first],
                    masks.reshape(3, height, width)[best_first],
                )
            )
        with Image.open(folder / entry["file"]) as image:
            rgb = np.asarray(image.convert("RGB"))
        images[entry["file"]] = GoldenImage(rgb, arrays[entry["embedding"]], prompts)
    return images


@pytest.fixture(scope="session")
def reference_segmenter(shared):
    return load_segmenter(shared / "reference" / "starter.pth")


@pytest.fixture(scope="session", params=IMAGES)
def encoded(request, golden, reference_segmenter):
    """A golden image and our embedding of it; seconds each at this size."""
    image = golden[request.param]
    return image, reference_segmenter.encode(image.rgb)


@pytest.fixture(scope="module")
def segmenter():
    """The shipped weights at their own, smaller size."""
    return TinySamSegmenter.load()


@pytest.fixture(scope="module")
def rgb():
    rows, columns = np.indices((180, 240))
    image = np.random.default_rng(0).integers(0, 60, (180, 240, 3), np.uint8)
    image[(rows - 90) ** 2 + (columns - 100) ** 2 < 45**2] = (220, 180, 40)
    return image


@pytest.fixture(scope="module")
def embedding(segmenter, rgb):
    return segmenter.encode(rgb)


def iou(a, b):
    return np.count_nonzero(a & b) / max(1, np.count_nonzero(a | b))


# -- parity ----------------------------------------------------------------------------------------------------------


def test_embeddings_equal_the_references(encoded):
    image, embedding = encoded
    assert embedding.features.shape == (1, 256, 64, 64)
    assert embedding.features.dtype == np.float32
    assert np.abs(embedding.features - image.features).max() <= EMBEDDING


def test_proposals_equal_the_references(encoded, reference_segmenter):
    image, embedding = encoded
    for expected in image.prompts:
        proposals = reference_segmenter.decode(embedding, expected.prompt)
        assert len(proposals) == 3
        for i, proposal in enumerate(proposals):
            assert abs(proposal.predicted_iou - expected.predicted_iou[i]) <= PREDICTED_IOU
            assert np.abs(proposal.logits - expected.logits[i]).max() <= LOGITS
            assert proposal.mask.shape == image.rgb.shape[:2]
            assert iou(proposal.mask, expected.masks[i]) >= MASK_IOU


@pytest.fixture(scope="module")
def large_segmenter():
    """The shipped weights at the references' size."""
    return TinySamSegmenter.load(image_size=1024)


@pytest.mark.parametrize("name", IMAGES)
def test_shipped_float16_weights_give_the_references_masks(golden, large_segmenter, name):
    image = golden[name]
    embedding = large_segmenter.encode(image.rgb)
    for expected in image.prompts:
        # In the network's order: that by predicted IoU may differ where two predictions are close.
        (logits,) = large_segmenter.decode_batch(embedding, [expected.prompt]).logits
        for own, mask in zip(logits[expected.order], expected.masks, strict=True):
            assert iou(upsample_mask(own, embedding.frame, embedding.mask_threshold), mask) >= MASK_IOU_FLOAT16


# -- the segmenter ---------------------------------------------------------------------------------------------------


def test_without_arguments_the_best_installed_weights_are_loaded(segmenter):
    loaded = load_segmenter()
    assert loaded.identity == segmenter.identity == load_segmenter(best_weights()).identity
    assert loaded.name


def test_decoding_a_batch_equals_decoding_one_by_one(segmenter, embedding):
    points = np.random.default_rng(1).uniform(0, (240, 180), (12, 2)).round()
    logits = segmenter.decode(embedding, Prompt([(100, 90)], [1]))[0].logits
    prompts = [
        *(Prompt([point], [1]) for point in points),  # more than go into one call of the network
        *(Prompt([point, (5, 5)], [1, 0]) for point in points[:3]),
        Prompt(box=(50, 40, 150, 140)),
        Prompt(box=(10, 10, 60, 170)),
        Prompt([(100, 90)], [1], (50, 40, 150, 140)),
        Prompt([(100, 90)], [1], logits=logits),
        Prompt([(110, 80)], [1], logits=-logits),
    ]
    # Prompts of one shape are not neighbours.
    order = np.random.default_rng(2).permutation(len(prompts))
    prompts = [prompts[i] for i in order]
    batch = segmenter.decode_batch(embedding, prompts)
    assert batch.logits.shape == (len(prompts), 3, 64, 64)
    assert batch.predicted_iou.shape == (len(prompts), 3)
    for index, prompt in enumerate(prompts):
        single = segmenter.decode_batch(embedding, [prompt])
        assert np.abs(single.logits[0] - batch.logits[index]).max() <= BATCH
        assert np.abs(single.predicted_iou[0] - batch.predicted_iou[index]).max() <= BATCH


def test_every_part_of_a_prompt_counts(segmenter, embedding):
    point, box = [(100, 90)], (50, 40, 150, 140)
    logits = segmenter.decode(embedding, Prompt(point, [1]))[0].logits
    prompts = [
        Prompt(point, [1]),
        Prompt(point, [0]),
        Prompt([(30, 30)], [1]),
        Prompt(box=box),
        Prompt(point, [1], box),
        Prompt(point, [1], logits=logits),
        Prompt(point, [1], logits=-logits),
    ]
    results = segmenter.decode_batch(embedding, prompts).logits
    for i in range(len(prompts)):
        for j in range(i):
            assert np.abs(results[i] - results[j]).max() > 10 * BATCH


def test_a_batch_of_nothing_is_empty(segmenter, embedding):
    batch = segmenter.decode_batch(embedding, [])
    assert batch.logits.shape == (0, 3, 64, 64)
    assert batch.predicted_iou.shape == (0, 3)


def test_prompts_outside_the_image_are_refused(segmenter, embedding):
    with pytest.raises(PromptError, match="outside the image of 240 x 180"):
        segmenter.decode(embedding, Prompt([(240, 10)], [1]))


def test_an_embedding_of_another_model_is_refused(segmenter, embedding, rgb):
    others = [replace(embedding, model="another"), TinySamSegmenter.load(image_size=320).encode(rgb)]
    for other in others:
        with pytest.raises(ValueError, match="the embedding is not one of"):
            segmenter.decode(other, Prompt([(100, 90)], [1]))


def test_cached_images_are_not_encoded_again(rgb):
    segmenter = TinySamSegmenter.load(cache=EmbeddingCache(2**20))
    first = segmenter.encode(rgb)
    assert segmenter.encode(rgb.copy()) is first
    assert first.fingerprint == segmenter.identity.fingerprint(rgb)


class TokenForFewStages(CancellationToken):
    """Is cancelled after it was checked a number of times."""

    def __init__(self, checks):
        super().__init__()
        self.checks = checks

    def check(self):
        self.checks -= 1
        if not self.checks:
            self.cancel()
        super().check()


def test_an_encode_is_abandoned_between_stages(segmenter, embedding, rgb):
    with pytest.raises(Cancelled):
        segmenter.encode(rgb, cancel=TokenForFewStages(3))
    # Nothing of it stays behind.
    assert np.array_equal(segmenter.encode(rgb, cancel=CancellationToken()).features, embedding.features)


def test_another_image_size_can_be_asked_for(rgb):
    segmenter = TinySamSegmenter.load(image_size=320)
    embedding = segmenter.encode(rgb)
    assert embedding.features.shape == segmenter.identity.features_shape == (1, 256, 20, 20)
    assert segmenter.decode(embedding, Prompt([(100, 90)], [1]))[0].logits.shape == (80, 80)


def test_what_cannot_be_loaded_is_refused(tmp_path):
    with pytest.raises(ValueError, match="unknown precision 'fp8'; there is fp32"):
        load_segmenter(precision="fp8")
    with pytest.raises(WeightsError, match="image_size"):
        TinySamSegmenter.load(image_size=1000)
    with pytest.raises(WeightsError, match=r"missing\.pth"):
        load_segmenter(tmp_path / "missing.pth")


# -- in a child process ----------------------------------------------------------------------------------------------


def test_a_child_process_gives_exactly_the_same(segmenter, embedding, rgb):
    prompts = [Prompt([(100, 90)], [1]), Prompt([(100, 90), (5, 5)], [1, 0]), Prompt(box=(50, 40, 150, 140))]
    with RemoteSegmenter() as remote:
        theirs = remote.encode(rgb)
        assert remote.identity == segmenter.identity
        assert np.array_equal(theirs.features, embedding.features)
        assert theirs.fingerprint == embedding.fingerprint
        ours, batch = segmenter.decode_batch(embedding, prompts), remote.decode_batch(theirs, prompts)
    assert np.array_equal(batch.logits, ours.logits)
    assert np.array_equal(batch.predicted_iou, ours.predicted_iou)


def test_a_child_process_reports_weights_it_cannot_use(tmp_path):
    (tmp_path / "notes.pth").write_text("hello")
    remote = RemoteSegmenter(tmp_path / "notes.pth")
    remote.start()
    with pytest.raises(WeightsError, match=r"notes\.pth"):
        remote.wait_ready()
    remote.close()
