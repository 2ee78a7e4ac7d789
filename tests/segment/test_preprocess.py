"""Into the network's frame and back, against slow and obvious versions."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.segment.preprocess import Frame, image_part, preprocess, upsample, upsample_mask

MEAN = np.array((123.675, 116.28, 103.53))
STD = np.array((58.395, 57.12, 57.375))


def bilinear(array, height, width):
    """Half-pixel centres, edges repeated, in float64, one output pixel after the other."""
    result = np.empty((height, width))
    for row in range(height):
        for column in range(width):
            y = min(max((row + 0.5) * array.shape[0] / height - 0.5, 0), array.shape[0] - 1)
            x = min(max((column + 0.5) * array.shape[1] / width - 0.5, 0), array.shape[1] - 1)
            y0, x0 = int(y), int(x)
            y1, x1 = min(y0 + 1, array.shape[0] - 1), min(x0 + 1, array.shape[1] - 1)
            top = array[y0, x0] * (x0 + 1 - x) + array[y0, x1] * (x - x0)
            bottom = array[y1, x0] * (x0 + 1 - x) + array[y1, x1] * (x - x0)
            result[row, column] = top * (y0 + 1 - y) + bottom * (y - y0)
    return result


def random_logits(side, seed=0):
    return np.random.default_rng(seed).normal(0, 5, (side, side)).astype(np.float32)


@pytest.mark.parametrize(
    ("height", "width", "resized"),
    [
        (1024, 1024, (1024, 1024)),
        (536, 640, (858, 1024)),
        (640, 536, (1024, 858)),
        (5, 2048, (3, 1024)),  # 2.5 is rounded up, not to even
        (7, 2048, (4, 1024)),
        (4000, 6000, (683, 1024)),
        (20, 10, (1024, 512)),
        (1, 50_000, (1, 1024)),  # must not vanish
    ],
)
def test_resized_sides_are_rounded_half_up(height, width, resized):
    assert Frame(height, width, 1024).resized == resized


def test_points_are_scaled_by_each_axis_own_factor():
    frame = Frame(height=536, width=640, input_size=1024)
    points = np.float32([[0, 0], [640, 536], [100, 100]])
    expected = [[0, 0], [1024, 858], [100 * 1024 / 640, 100 * 858 / 536]]
    assert np.allclose(frame.to_input(points), expected, rtol=1e-6)
    assert frame.to_input(points).dtype == np.float32


def test_preprocess_normalises_and_pads_at_the_bottom_and_right():
    rgb = np.random.default_rng(1).integers(0, 256, (40, 64, 3), np.uint8)
    image, frame = preprocess(rgb, 64)
    assert frame == Frame(40, 64, 64)
    assert image.shape == (1, 3, 64, 64)
    assert image.dtype == np.float32
    # As wide as the input: nothing is resized.
    assert np.allclose(image[0, :, :40].transpose(1, 2, 0), (rgb - MEAN) / STD, atol=1e-5)
    assert not image[0, :, 40:].any()


def test_preprocess_pads_tall_images_at_the_right():
    image, frame = preprocess(np.full((128, 64, 3), 255, np.uint8), 64)
    assert frame.resized == (64, 32)
    assert np.allclose(image[0, :, :, :32], ((255 - MEAN) / STD)[:, None, None], atol=1e-5)
    assert not image[0, :, :, 32:].any()


def test_preprocess_averages_detail_that_is_too_fine():
    # Picking pixels instead of averaging them would leave black and white.
    rows, columns = np.indices((256, 256))
    rgb = np.repeat(((rows + columns) % 2 * 255).astype(np.uint8)[:, :, None], 3, axis=2)
    image, _ = preprocess(rgb, 64)
    grey = image[0].transpose(1, 2, 0) * STD + MEAN
    assert np.abs(grey - 127.5).max() < 3


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((4, 4), np.uint8),
        np.zeros((4, 4, 4), np.uint8),
        np.zeros((4, 4, 3), np.float32),
        np.zeros((0, 4, 3), np.uint8),
    ],
)
def test_preprocess_refuses_what_is_no_rgb_image(array):
    with pytest.raises(ValueError, match="H x W x 3 uint8"):
        preprocess(array, 64)


@given(height=st.integers(1, 70), width=st.integers(1, 70))
def test_upsample_is_bilinear_twice_with_the_padding_cropped_between(height, width):
    frame = Frame(height, width, 32)
    logits = random_logits(8, seed=height * 100 + width)
    rows, columns = frame.resized
    expected = bilinear(bilinear(logits, 32, 32)[:rows, :columns], height, width)
    assert np.allclose(upsample(logits, frame), expected, atol=1e-4)


@pytest.mark.parametrize("size", [(700, 900), (3, 90_000), (90_000, 3), (1, 1)])
def test_upsampling_in_bands_has_no_seams(size):
    frame = Frame(*size, 64)
    logits = random_logits(16)
    rows, columns = frame.resized
    padded = cv2.resize(logits, (64, 64), interpolation=cv2.INTER_LINEAR)
    whole = cv2.resize(padded[:rows, :columns], size[::-1], interpolation=cv2.INTER_LINEAR)
    full = upsample(logits, frame)
    assert np.allclose(full, whole, atol=1e-3)
    assert np.array_equal(upsample_mask(logits, frame, 0.5), full > 0.5)


@given(
    height=st.integers(1, 200),
    width=st.integers(1, 200),
    top=st.integers(0, 15),
    left=st.integers(0, 15),
    size=st.tuples(st.integers(0, 6), st.integers(0, 6)),
    threshold=st.sampled_from([0.0, -1.5]),
)
def test_a_mask_is_all_that_upsampling_leaves_above_the_threshold(height, width, top, left, size, threshold):
    """Only a part is computed; objects at every edge, in the padding, and too small for a pixel of the image."""
    frame = Frame(height, width, 64)
    random = np.random.default_rng([height, width, top, left])
    logits = random.uniform(-9, -2, (16, 16)).astype(np.float32)
    spot = logits[top : top + size[0], left : left + size[1]]
    spot[:] = random.normal(2, 6, spot.shape)
    assert np.array_equal(upsample_mask(logits, frame, threshold), upsample(logits, frame) > threshold)


def test_a_large_mask_needs_no_large_float_image():
    frame = Frame(4000, 6000, 1024)
    logits = random_logits(256)
    tracemalloc.start()
    try:
        mask = upsample_mask(logits, frame, 0.0)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert mask.shape == (4000, 6000)
    assert peak < 60e6  # 24 MB are the mask; as float32 the image alone would be 96 MB


@pytest.mark.parametrize(
    ("height", "width", "part"), [(64, 64, (16, 16)), (33, 64, (9, 16)), (64, 32, (16, 8)), (1, 64, (1, 16))]
)
def test_image_part_is_every_cell_that_touches_the_image(height, width, part):
    assert image_part(random_logits(16), Frame(height, width, 64)).shape == part
    assert image_part(np.zeros((2, 3, 16, 16), np.float32), Frame(height, width, 64)).shape == (2, 3, *part)


def test_masks_equal_the_public_implementations(shared: Path):
    golden = json.loads((shared / "reference" / "golden.json").read_text(encoding="utf-8"))
    arrays = np.load(shared / "reference" / "golden.npz")
    for image in golden["images"]:
        height, width = image["size"]
        frame = Frame(height, width, golden["image_size"])
        for prompt in image["prompts"]:
            packed = arrays[prompt["masks"]]
            for logits, bits in zip(arrays[prompt["logits"]], packed, strict=True):
                expected = np.unpackbits(bits, count=height * width).reshape(height, width).astype(bool)
                mask = upsample_mask(logits, frame, 0.0)
                assert np.count_nonzero(mask ^ expected) <= 1e-4 * np.count_nonzero(mask | expected)
