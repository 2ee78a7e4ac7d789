"""Folded tensors give what the stored ones give, by slow NumPy versions of the original layers."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.model.architecture import UNUSED_PREFIXES, tensor_shapes
from annotator.model.fold import fold


@pytest.fixture(scope="module")
def stored():
    """Random tensors of the right shapes, with variances that are positive."""
    random = np.random.default_rng(1)
    tensors = {}
    for name, shape in tensor_shapes().items():
        value = random.normal(size=shape).astype(np.float32)
        tensors[name] = np.abs(value) + np.float32(0.1) if name.endswith("running_var") else value
    return tensors


@pytest.fixture(scope="module")
def inference(stored):
    return fold(stored)


def convolve(x, kernel, groups=1):
    """C x H x W and O x C / groups x K x K -> O x H x W, padded by K // 2; float64."""
    out, inner, size, _ = kernel.shape
    padded = np.pad(x.astype(np.float64), ((0, 0), (size // 2, size // 2), (size // 2, size // 2)))
    y = np.zeros((out, *x.shape[1:]))
    for o in range(out):
        start = o // (out // groups) * inner
        for c in range(inner):
            for i in range(size):
                for j in range(size):
                    y[o] += kernel[o, c, i, j] * padded[start + c, i : i + x.shape[1], j : j + x.shape[2]]
    return y


@pytest.mark.parametrize(
    "name",
    [
        "image_encoder.patch_embed.seq.0",
        "image_encoder.layers.0.blocks.0.conv2",
        "image_encoder.layers.1.downsample.conv1",
    ],
)
def test_batch_norm_becomes_part_of_the_convolution(stored, inference, name):
    kernel = stored[f"{name}.c.weight"]
    depthwise = kernel.shape[1] == 1
    x = np.random.default_rng(2).normal(size=(kernel.shape[0] if depthwise else kernel.shape[1], 5, 4))
    groups = len(kernel) if depthwise else 1
    mean, variance = stored[f"{name}.bn.running_mean"], stored[f"{name}.bn.running_var"]
    plain = convolve(x, kernel, groups)
    normal = (plain - mean[:, None, None]) / np.sqrt(variance.astype(np.float64) + 1e-5)[:, None, None]
    expected = normal * stored[f"{name}.bn.weight"][:, None, None] + stored[f"{name}.bn.bias"][:, None, None]
    found = convolve(x, inference[f"{name}.weight"], groups) + inference[f"{name}.bias"][:, None, None]
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4)


def test_window_queries_are_scaled(stored, inference):
    name = "image_encoder.layers.2.blocks.0.attn.qkv"  # 5 heads of 32
    for part in ("weight", "bias"):
        before, after = stored[f"{name}.{part}"], inference[f"{name}.{part}"]
        for head in range(5):
            query, rest = slice(96 * head, 96 * head + 32), slice(96 * head + 32, 96 * head + 96)
            np.testing.assert_allclose(after[query], before[query] / np.sqrt(32), rtol=1e-6)
            np.testing.assert_array_equal(after[rest], before[rest])


@pytest.mark.parametrize(
    ("name", "depth"),
    [
        ("mask_decoder.transformer.layers.1.self_attn", 32),
        ("mask_decoder.transformer.layers.0.cross_attn_image_to_token", 16),
        ("mask_decoder.transformer.final_attn_token_to_image", 16),
    ],
)
def test_decoder_queries_are_scaled(stored, inference, name, depth):
    for part in ("weight", "bias"):
        query = f"{name}.q_proj.{part}"
        np.testing.assert_allclose(inference[query], stored[query] / np.sqrt(depth), rtol=1e-6)
        np.testing.assert_array_equal(inference[f"{name}.k_proj.{part}"], stored[f"{name}.k_proj.{part}"])


def test_strided_convolutions_become_matrices(stored, inference):
    name = "prompt_encoder.mask_downscaling.3.weight"
    patch = np.random.default_rng(3).normal(size=(4, 2, 2))  # channels, rows, columns
    expected = (stored[name] * patch).sum((1, 2, 3))
    np.testing.assert_allclose(inference[name] @ patch.transpose(1, 2, 0).reshape(-1), expected, rtol=1e-5, atol=1e-5)


def test_transposed_convolutions_become_matrices(stored, inference):
    name = "mask_decoder.output_upscaling.0"
    x = np.random.default_rng(4).normal(size=256)
    expected = np.einsum("i,iokl->klo", x, stored[f"{name}.weight"]) + stored[f"{name}.bias"]  # rows, columns, channels
    found = inference[f"{name}.weight"] @ x + inference[f"{name}.bias"]
    np.testing.assert_allclose(found.reshape(2, 2, 64), expected, rtol=1e-5, atol=1e-4)


def test_everything_else_stays(stored, inference):
    assert not [name for name in inference if name.startswith(UNUSED_PREFIXES) or ".bn." in name or ".c." in name]
    for name in ("image_encoder.neck.0.weight", "mask_decoder.iou_token.weight", "prompt_encoder.no_mask_embed.weight"):
        np.testing.assert_array_equal(inference[name], stored[name])
    assert {value.dtype for value in inference.values()} == {np.dtype(np.float32)}
    assert all(value.flags.c_contiguous for value in inference.values())


def test_the_unused_classifier_may_be_missing(stored, inference):
    without = {name: value for name, value in stored.items() if not name.startswith(UNUSED_PREFIXES)}
    assert len(without) < len(stored)
    assert set(fold(without)) == set(inference)
