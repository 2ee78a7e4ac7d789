"""The attentions of the mask decoder over kernels, and the dense layers of its tokens.

The projections of the image's side are moved to the tokens' side, where a head is as deep as the image (256). An image
that all prompts share has its projections made once instead: `ImageHeads`; a head is then 16 deep.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from annotator.kernels import arrays, operators
from annotator.kernels.arrays import aligned, pack
from annotator.kernels.library import panel
from annotator.model.architecture import DECODER_HEADS, EMBED
from annotator.model.cells import Weights

Floats = npt.NDArray[np.float32]

# Buries the scores of columns that only fill up a panel: its exp() is zero, and numbers can be added to it.
_BURIED = -1e30


@dataclass(frozen=True)
class ImageHeads:
    """What the first block's attentions take from an image, each N x (16 * 8), a cell's eight heads side by side."""

    keys: Floats
    values: Floats
    queries: Floats


class Dense:
    """relu(x W^T + b) over the last axis, or without the ReLU. Several layers of the same x come side by side.

    They are made equally wide by outputs of zero.
    """

    def __init__(self, *layers: Weights, relu: bool = False) -> None:
        matrices, biases = ([layer.array(part) for layer in layers] for part in ("weight", "bias"))
        width = max(len(matrix) for matrix in matrices)
        self._weight = pack(np.concatenate([np.pad(m, ((0, width - len(m)), (0, 0))) for m in matrices]))
        self._bias = np.concatenate([np.pad(bias, (0, width - len(bias))) for bias in biases])
        self._operator = operators.DENSE_RELU if relu else operators.DENSE

    def __call__(self, x: Floats) -> Floats:
        """x: (..., depth) float32 -> (..., outputs of all layers)."""
        rows = np.ascontiguousarray(x).reshape(-1, x.shape[-1])
        return arrays.run(self._operator, rows, self._weight, self._bias).reshape(*x.shape[:-1], -1)


class DenseNorm:
    """LayerNorm(residual + x W^T + b) over the last axis."""

    def __init__(self, layer: Weights, norm: Weights) -> None:
        self._weights = pack(layer.array("weight")), layer.array("bias")
        self._norm = norm.array("weight"), norm.array("bias")

    def __call__(self, x: Floats, residual: Floats) -> Floats:
        """x: (..., depth) float32; residual: (..., outputs), which is the shape of the result, too."""
        rows, wanted = (np.ascontiguousarray(a).reshape(-1, a.shape[-1]) for a in (x, residual))
        return arrays.run(operators.DENSE_NORM, rows, *self._weights, wanted, *self._norm).reshape(residual.shape)


class SelfAttention:
    """Multi-head attention among the tokens, with residual and norm."""

    def __init__(self, weights: Weights, norm: Weights) -> None:
        self._query_key = Dense(weights.under("q_proj"), weights.under("k_proj"))
        self._value = Dense(weights.under("v_proj"))
        self._out = DenseNorm(weights.under("out_proj"), norm)

    def __call__(self, placed: Floats, tokens: Floats, residual: Floats) -> Floats:
        """placed and tokens: (P, T, 256) with and without positions."""
        query, key = (_heads(x) for x in np.split(self._query_key(placed), 2, axis=-1))
        scores = query @ key.swapaxes(-1, -2)  # (P, heads, T, T)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        return self._out(_join(weights @ _heads(self._value(tokens))), residual)


class TokensToImage:
    """Multi-head attention of the tokens over the image's cells, with residual and norm."""

    def __init__(self, weights: Weights, norm: Weights) -> None:
        self._query = Dense(weights.under("q_proj"))
        self._key = _head_weights(weights.array("k_proj.weight"))
        self._value = _head_weights(weights.array("v_proj.weight")).swapaxes(1, 2)  # (heads, 256, depth)
        self._value_bias = weights.array("v_proj.bias")
        self._out = DenseNorm(weights.under("out_proj"), norm)

    def __call__(
        self, placed: Floats, residual: Floats, image: Floats, positions: Floats, heads: ImageHeads | None = None
    ) -> Floats:
        """placed: (P, T, 256), the tokens with positions; heads: the image's, if known. Returns (P, T, 256)."""
        prompts, count, _ = placed.shape
        query = self._query(placed)
        if heads is not None:
            pooled = arrays.run(operators.TOKENS_TO_HEADS, heads.keys, heads.values, _heads_packed(query))
            return self._out(_heads_unpacked(pooled)[:, :count], residual)
        queries = _outputs_packed(_columns(query, self._key))
        pooled = arrays.run(operators.TOKENS_TO_IMAGE, image, positions, queries)
        pooled = pooled[:, : count * DECODER_HEADS].reshape(prompts * count, DECODER_HEADS, EMBED)
        mixed = (pooled.swapaxes(0, 1) @ self._value).swapaxes(0, 1).reshape(prompts, count, -1)
        return self._out(mixed + self._value_bias, residual)


class ImageProjection:
    """From an image to what the first block's attentions take from it: once, for all prompts."""

    def __init__(self, block: Weights) -> None:
        tokens_to_image, image_to_tokens = (
            block.under(name) for name in ("cross_attn_token_to_image", "cross_attn_image_to_token")
        )
        self._key = _by_depth(tokens_to_image.under("k_proj"))
        self._value = _by_depth(tokens_to_image.under("v_proj"))
        self._query = _by_depth(image_to_tokens.under("q_proj"))

    def __call__(self, image: Floats, positions: Floats) -> ImageHeads:
        """image: 1 x N x 256; positions: N x 256."""
        plain = image[0]
        placed = plain + positions
        return ImageHeads(
            keys=arrays.run(operators.DENSE, placed, *self._key),
            values=arrays.run(operators.DENSE, plain, *self._value),
            queries=arrays.run(operators.DENSE, placed, *self._query),
        )


class ImageToTokens:
    """Multi-head attention of the image's cells over the tokens, with residual and norm."""

    def __init__(self, weights: Weights, norm: Weights) -> None:
        self._query = _head_weights(weights.array("q_proj.weight"))
        self._query_bias = weights.array("q_proj.bias").reshape(DECODER_HEADS, -1)
        self._key, self._value = Dense(weights.under("k_proj")), Dense(weights.under("v_proj"))
        self._out = _head_weights(np.ascontiguousarray(weights.array("out_proj.weight").T))
        self._rest = weights.array("out_proj.bias"), norm.array("weight"), norm.array("bias")

    def __call__(
        self,
        image: Floats,
        positions: Floats,
        placed: Floats,
        tokens: Floats,
        changed: Floats,
        heads: ImageHeads | None,
    ) -> None:
        """placed and tokens: (P, T, 256) with and without positions; changed: P x N x 256, the result."""
        prompts, count, _ = tokens.shape
        key = self._key(placed)
        values = _columns(self._value(tokens), self._out)
        bias = np.full((prompts, values.shape[1]), _BURIED, np.float32)
        rest = (bias, _depth_packed(values), *self._rest)
        if heads is not None:  # their queries have the bias already
            bias[:, : count * DECODER_HEADS] = 0
            arrays.run(operators.HEADS_TO_TOKENS, image, heads.queries, _heads_packed(key), *rest, out=changed)
            return
        scores = (key.reshape(prompts, count, DECODER_HEADS, -1) * self._query_bias).sum(-1)  # (P, T, heads)
        bias[:, : count * DECODER_HEADS] = scores.reshape(prompts, -1)
        keys = _outputs_packed(_columns(key, self._query))
        arrays.run(operators.IMAGE_TO_TOKENS, image, positions, keys, *rest, out=changed)


def _columns(projected: Floats, projection: Floats) -> Floats:
    """Every head of every token, with a projection of the image's side applied to it: a column of a kernel.

    projected: (P, T, heads * depth); projection: (heads, depth, 256). Returns (P, columns, 256), column = token * heads
    + head, filled up with zeros to whole panels.
    """
    prompts, count, _ = projected.shape
    step = panel() // DECODER_HEADS  # tokens of a panel
    filled = np.zeros((prompts, -(-count // step) * step, DECODER_HEADS, EMBED), np.float32)
    by_head = projected.reshape(prompts * count, DECODER_HEADS, -1).swapaxes(0, 1) @ projection  # (heads, P * T, 256)
    filled[:, :count] = by_head.swapaxes(0, 1).reshape(prompts, count, DECODER_HEADS, EMBED)
    return filled.reshape(prompts, -1, EMBED)


def _heads_packed(projected: Floats) -> Floats:
    """(P, T, heads * depth) as each prompt's weight with an output per column: (P, columns / panel, depth, panel)."""
    prompts, count, _ = projected.shape
    step = panel() // DECODER_HEADS
    depth = projected.shape[-1] // DECODER_HEADS
    packed = aligned((prompts, -(-count // step), depth, panel()))
    filled = np.zeros((prompts, packed.shape[1] * step, DECODER_HEADS, depth), np.float32)
    filled[:, :count] = projected.reshape(prompts, count, DECODER_HEADS, depth)
    packed.reshape(prompts, -1, depth, step, DECODER_HEADS)[:] = filled.reshape(
        prompts, -1, step, DECODER_HEADS, depth
    ).transpose(0, 1, 4, 2, 3)
    return packed


def _heads_unpacked(packed: Floats) -> Floats:
    """The reverse of _heads_packed, with the tokens that fill a panel."""
    prompts, _, depth, _ = packed.shape
    by_token = packed.reshape(prompts, -1, depth, panel() // DECODER_HEADS, DECODER_HEADS).transpose(0, 1, 3, 4, 2)
    return by_token.reshape(prompts, -1, DECODER_HEADS * depth)


def _outputs_packed(columns: Floats) -> Floats:
    """(P, columns, 256) as each prompt's weight with an output per column: (P, columns / panel, 256, panel)."""
    prompts, count, channels = columns.shape
    packed = aligned((prompts, count // panel(), channels, panel()))
    packed[:] = columns.reshape(prompts, -1, panel(), channels).swapaxes(2, 3)
    return packed


def _depth_packed(columns: Floats) -> Floats:
    """(P, columns, 256) as each prompt's weight whose depth is the columns: (P, 256 / panel, columns, panel)."""
    prompts, count, channels = columns.shape
    packed = aligned((prompts, channels // panel(), count, panel()))
    packed[:] = columns.reshape(prompts, count, -1, panel()).swapaxes(1, 2)
    return packed


def _head_weights(matrix: Floats) -> Floats:
    """A projection's (heads * depth, 256) as (heads, depth, 256)."""
    return matrix.reshape(DECODER_HEADS, -1, EMBED)


def _heads(x: Floats) -> Floats:
    """(P, T, heads * depth) -> (P, heads, T, depth)"""
    return x.reshape(*x.shape[:2], DECODER_HEADS, -1).swapaxes(1, 2)


def _join(x: Floats) -> Floats:
    """(P, heads, T, depth) -> (P, T, heads * depth)"""
    prompts, _, count, _ = x.shape
    return x.swapaxes(1, 2).reshape(prompts, count, -1)


def _by_depth(projection: Weights) -> tuple[Floats, Floats]:
    """A projection's packed weight and bias whose outputs run over depth, head instead of head, depth."""
    weight, bias = projection.array("weight"), projection.array("bias")
    by_head = np.arange(len(bias)).reshape(DECODER_HEADS, -1)
    order = by_head.T.ravel()
    return pack(weight[order]), np.ascontiguousarray(bias[order])
