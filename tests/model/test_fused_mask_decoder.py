"""The decoder on kernels against the one of MindSpore's own operators, and against stored outputs."""

from __future__ import annotations

import numpy as np
import pytest

from annotator import kernels
from annotator.model.cells import Weights
from annotator.model.fused_decoder import FusedDecoder
from annotator.model.prompt_encoder import BOTTOM_RIGHT, NEGATIVE, PADDING, POSITIVE, TOP_LEFT
from annotator.model.sam import PlainDecoder

# What float32 rounding accounts for; the bounds for parity are 2e-2 and 2e-3.
LOGITS, PREDICTED_IOU = 2e-3, 1e-4

if not kernels.available():
    pytest.skip("the kernels were not built", allow_module_level=True)


@pytest.fixture(scope="module")
def weights(folded):
    return Weights(folded)


@pytest.fixture(scope="module", params=[256, 320, 1024])
def pair(request, weights):
    """Image size, the decoder on kernels and the plain one."""
    size = request.param
    return size, FusedDecoder(weights, size), PlainDecoder(weights, size)


def some_prompts(size, count, *, points, box=False, mask=False, seed=0):
    """Arguments of a decoder after the features: points, box corners or padding, and their labels."""
    random = np.random.default_rng(seed)
    places = random.uniform(0, size, (count, points + (2 if box else 1), 2)).astype(np.float32)
    labels = random.choice(np.array([NEGATIVE, POSITIVE], np.int32), (count, points))
    rest = np.tile(np.array([TOP_LEFT, BOTTOM_RIGHT] if box else [PADDING], np.int32), (count, 1))
    logits = random.normal(0, 6, (count, 1, size // 4, size // 4)).astype(np.float32) if mask else None
    return places, np.concatenate([labels, rest], 1), logits


def features_of(size, seed=0):
    """Of the order of real ones."""
    return np.random.default_rng(seed).normal(0, 0.5, (1, 256, size // 16, size // 16)).astype(np.float32)


CASES = {
    "a point": {"count": 1, "points": 1},
    "a box": {"count": 1, "points": 0, "box": True},
    "a box and points": {"count": 1, "points": 4, "box": True},
    "many points": {"count": 1, "points": 60},
    "a mask": {"count": 1, "points": 2, "mask": True},
    "eight prompts": {"count": 8, "points": 1},
    "three boxes with masks": {"count": 3, "points": 2, "box": True, "mask": True},
}


@pytest.mark.parametrize("case", CASES)
def test_equals_the_plain_decoder(pair, case):
    size, fused, plain = pair
    features, prompts = features_of(size), some_prompts(size, **CASES[case])
    logits, predicted_iou = fused(features, *prompts)
    expected_logits, expected_iou = plain(features, *prompts)
    assert logits.shape == expected_logits.shape
    assert logits.dtype == predicted_iou.dtype == np.float32
    np.testing.assert_allclose(logits, expected_logits, rtol=0, atol=LOGITS)
    np.testing.assert_allclose(predicted_iou, expected_iou, rtol=0, atol=PREDICTED_IOU)


def test_what_it_keeps_of_an_image_is_not_used_for_another(weights):
    fused, prompts = FusedDecoder(weights, 256), some_prompts(256, 1, points=1)
    one, other = features_of(256, seed=1), features_of(256, seed=2)
    of_one, of_other = fused(one, *prompts)[0], fused(other, *prompts)[0]
    assert np.abs(of_one - of_other).max() > 1
    np.testing.assert_array_equal(fused(one, *prompts)[0], of_one)
    np.testing.assert_array_equal(fused(one.copy(), *prompts)[0], of_one)


def test_it_keeps_several_images_but_not_any_number(weights, monkeypatch):
    fused, prompts = FusedDecoder(weights, 256), some_prompts(256, 1, points=1)
    images = [features_of(256, seed=seed) for seed in range(3)]
    expected = [fused(image, *prompts)[0] for image in images]
    monkeypatch.setattr(FusedDecoder, "_KEPT_BYTES", 2 * fused.nbytes // 3)  # what two of the three take
    fused, computed = FusedDecoder(weights, 256), []
    compute = fused._mask_decoder.maps
    fused._mask_decoder.maps = lambda image: computed.append(image) or compute(image)

    def decode(number):
        np.testing.assert_array_equal(fused(images[number], *prompts)[0], expected[number])
        return len(computed)

    assert [decode(0), decode(1), decode(0), decode(1)] == [1, 2, 2, 2]
    assert [decode(2), decode(1), decode(0)] == [3, 3, 4]  # the one used longest ago made room
    assert fused.nbytes <= FusedDecoder._KEPT_BYTES


def test_results_are_not_overwritten_by_the_next_call(weights):
    fused, features = FusedDecoder(weights, 256), features_of(256)
    first = fused(features, *some_prompts(256, 2, points=1, seed=1))
    kept = [array.copy() for array in first]
    fused(features, *some_prompts(256, 2, points=1, seed=2))
    for array, copy in zip(first, kept, strict=True):
        np.testing.assert_array_equal(array, copy)
