"""The building blocks against slow NumPy versions of the original layers."""

from __future__ import annotations

import math

import mindspore as ms
import numpy as np
import pytest

from annotator.model.architecture import STAGES
from annotator.model.cells import Weights, gelu
from annotator.model.mask_decoder import ImageToTokens, SelfAttention, TokensToImage, Upscaling
from annotator.model.prompt_encoder import MaskEncoder, PromptEncoder
from annotator.model.tiny_vit import WindowAttention, Windows

CLOSE = {"rtol": 1e-4, "atol": 1e-4}
HEADS = 8


def exact_gelu(x):
    return x * (0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2))))


def layer_norm(x, tensors, name, eps):
    """Over the last axis."""
    x = x.astype(np.float64)
    normal = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps)
    return normal * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]


def dense(x, tensors, name):
    return x @ tensors[f"{name}.weight"].T.astype(np.float64) + tensors[f"{name}.bias"]


def softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def attention(query, key, value, tensors, name):
    """Multi-head attention as in Segment Anything, the queries' scale in their weights: P x T x 256 each."""

    def split(x, part):
        x = dense(x, tensors, f"{name}.{part}_proj")
        return x.reshape(*x.shape[:2], HEADS, -1).transpose(0, 2, 1, 3)

    weights = softmax(split(query, "q") @ split(key, "k").transpose(0, 1, 3, 2))
    mixed = (weights @ split(value, "v")).transpose(0, 2, 1, 3)
    return dense(mixed.reshape(*mixed.shape[:2], -1), tensors, f"{name}.out_proj")


def random(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def run(cell, *arrays):
    return cell(*(ms.Tensor(a) for a in arrays)).asnumpy()


def test_gelu():
    x = np.concatenate([np.linspace(-12, 12, 20001), [-1e4, -100, 0, 100, 1e4]]).astype(np.float32)
    np.testing.assert_allclose(gelu(ms.Tensor(x)).asnumpy(), exact_gelu(x.astype(np.float64)), rtol=1e-6, atol=4e-6)


@pytest.mark.parametrize(("index", "grid"), [(0, 16), (0, 14), (1, 16), (2, 9)])
def test_window_attention(folded, index, grid):
    """Grids that do not divide into windows are padded with zeros in front of the norm."""
    stage = STAGES[index]
    name = f"image_encoder.layers.{index + 1}.blocks.1.attn"
    window, heads, width = stage.window, stage.heads, stage.width
    x = random(1, grid, grid, width)
    cell = WindowAttention(Weights(folded).under(name), stage, Windows(grid=grid, stage=stage))
    found = run(cell, x)

    biases = folded[f"{name}.attention_biases"]
    side = -(-grid // window) * window
    padded = np.zeros((side, side, width))
    padded[:grid, :grid] = x[0]
    expected = np.zeros((side, side, width))
    places = [(i, j) for i in range(window) for j in range(window)]
    for top in range(0, side, window):
        for left in range(0, side, window):
            inside = padded[top : top + window, left : left + window].reshape(-1, width)
            qkv = dense(layer_norm(inside, folded, f"{name}.norm", 1e-5), folded, f"{name}.qkv")
            mixed = np.zeros((window * window, width))
            for head in range(heads):
                depth = width // heads
                q, k, v = np.split(qkv[:, 3 * depth * head : 3 * depth * (head + 1)], 3, axis=1)
                offsets = [[abs(a - c) * window + abs(b - d) for c, d in places] for a, b in places]
                mixed[:, depth * head : depth * (head + 1)] = softmax(q @ k.T + biases[head][np.array(offsets)]) @ v
            out = dense(mixed, folded, f"{name}.proj").reshape(window, window, width)
            expected[top : top + window, left : left + window] = out
    np.testing.assert_allclose(found[0], expected[:grid, :grid], **CLOSE)


@pytest.mark.parametrize("prompts", [1, 3])
class TestAttention:
    NAME = "mask_decoder.transformer.layers.1"

    def test_among_tokens(self, folded, prompts):
        name = f"{self.NAME}.self_attn"
        placed, tokens = random(prompts, 7, 256), random(prompts, 7, 256, seed=1)
        found = run(SelfAttention(Weights(folded).under(name)), placed, tokens)
        np.testing.assert_allclose(found, attention(placed, placed, tokens, folded, name), **CLOSE)

    def test_from_tokens_to_the_image(self, folded, prompts):
        name = f"{self.NAME}.cross_attn_token_to_image"
        tokens = random(prompts, 7, 256)
        placed, image = random(prompts, 64, 256, seed=1), random(prompts, 64, 256, seed=2)
        found = run(TokensToImage(Weights(folded).under(name)), tokens, placed, image)
        np.testing.assert_allclose(found, attention(tokens, placed, image, folded, name), **CLOSE)

    def test_from_the_image_to_tokens(self, folded, prompts):
        name = f"{self.NAME}.cross_attn_image_to_token"
        placed, tokens = random(prompts, 7, 256), random(prompts, 7, 256, seed=1)
        image = random(prompts, 64, 256, seed=2)
        found = run(ImageToTokens(Weights(folded).under(name)), image, placed, tokens)
        np.testing.assert_allclose(found, attention(image, placed, tokens, folded, name), **CLOSE)


def test_upscaling(folded, checkpoint):
    """Against transposed convolutions that scatter."""
    name = "mask_decoder.output_upscaling"
    grid = 3
    x = random(1, grid * grid, 256)
    found = run(Upscaling(Weights(folded).under(name)), x)  # 1, cells, 4, 4, 32

    def scatter(image, number):
        kernel, bias = checkpoint.tensors[f"{name}.{number}.weight"], checkpoint.tensors[f"{name}.{number}.bias"]
        side = len(image)
        out = np.zeros((2 * side, 2 * side, kernel.shape[1]))
        for i in range(side):
            for j in range(side):
                out[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = np.einsum("c,cokl->klo", image[i, j], kernel) + bias
        return out

    image = scatter(x.reshape(grid, grid, 256).astype(np.float64), 0)
    image = exact_gelu(scatter(exact_gelu(layer_norm(image, folded, f"{name}.1", 1e-6)), 3))
    for cell in range(grid * grid):
        row, column = divmod(cell, grid)
        for outer in range(4):
            for inner in range(4):
                i = 4 * row + 2 * (outer // 2) + inner // 2
                j = 4 * column + 2 * (outer % 2) + inner % 2
                np.testing.assert_allclose(found[0, cell, outer, inner], image[i, j], **CLOSE)


def test_mask_encoder(folded, checkpoint):
    """Against strided convolutions that walk over the image."""
    name = "prompt_encoder.mask_downscaling"
    logits = random(2, 1, 12, 12)
    found = run(MaskEncoder(Weights(folded).under(name)), logits)  # 2, 9, 256

    def shrink(image, number):
        kernel, bias = checkpoint.tensors[f"{name}.{number}.weight"], checkpoint.tensors[f"{name}.{number}.bias"]
        size = kernel.shape[-1]
        side = len(image) // size
        blocks = image.reshape(side, size, side, size, -1)
        return np.einsum("ikjlc,ockl->ijo", blocks, kernel) + bias

    for mask, cells in zip(logits[:, 0], found, strict=True):
        image = exact_gelu(layer_norm(shrink(mask[..., None].astype(np.float64), 0), folded, f"{name}.1", 1e-6))
        image = exact_gelu(layer_norm(shrink(image, 3), folded, f"{name}.4", 1e-6))
        np.testing.assert_allclose(cells, shrink(image, 6).reshape(9, 256), **CLOSE)


class TestPromptEncoder:
    @pytest.fixture
    def encoder(self, folded):
        return PromptEncoder(Weights(folded).under("prompt_encoder"), 256)

    @staticmethod
    def features(x, y, tensors):
        """Fourier features of a place in 0..1."""
        matrix = tensors["prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"].astype(np.float64)
        angles = 2 * np.pi * (np.array([2 * x - 1, 2 * y - 1]) @ matrix)
        return np.concatenate([np.sin(angles), np.cos(angles)])

    def test_points_and_corners(self, encoder, folded):
        points = np.array([[[10, 20.5], [255, 0], [3, 3], [200, 100]]], np.float32)
        found = run(encoder, points, np.array([[0, 1, 2, 3]], np.int32))
        for label, (x, y) in enumerate(points[0]):
            kind = folded[f"prompt_encoder.point_embeddings.{label}.weight"][0]
            expected = self.features((x + 0.5) / 256, (y + 0.5) / 256, folded) + kind
            np.testing.assert_allclose(found[0, label], expected, **CLOSE)

    def test_the_place_of_padding_does_not_count(self, encoder, folded):
        points = np.array([[[10, 20], [200, 3]]], np.float32)
        found = run(encoder, points, np.array([[-1, -1]], np.int32))
        expected = folded["prompt_encoder.not_a_point_embed.weight"]
        np.testing.assert_array_equal(found[0], np.concatenate([expected, expected]))

    def test_the_grid_of_cells(self, encoder, folded):
        found = encoder.grid_positions().asnumpy()
        assert found.shape == (1, 256, 256)
        for row, column in ((0, 0), (3, 7), (15, 15)):
            expected = self.features((column + 0.5) / 16, (row + 0.5) / 16, folded)
            np.testing.assert_allclose(found[0, 16 * row + column], expected, **CLOSE)
