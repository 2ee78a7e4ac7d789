"""The attentions of the mask decoder over kernels, and the dense layers of its tokens.

The image is that of `image_view`: maps that all prompts share, states of the cells, and rows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from annotator.kernels import arrays, operators
from annotator.kernels.arrays import aligned, pack
from annotator.kernels.library import panel
from annotator.model.architecture import DECODER_HEADS, EMBED
from annotator.model.cells import Weights
from annotator.model.image_view import ImageMaps, Stage, centred

Floats = npt.NDArray[np.float32]


class Dense:
    """relu(x W^T + b) over the last axis, or without the ReLU. Several layers of the same x come side by side.

    They are made equally wide by outputs of zero.
    """

    def __init__(self, *layers: Weights, relu: bool = False, bias: bool = True) -> None:
        """bias: whether there are biases; without, it is x W^T."""
        matrices, biases = ([layer.array(part) for layer in layers] for part in ("weight", "bias"))
        biases = [b if bias else np.zeros_like(b) for b in biases]
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

    def __init__(self, weights: Weights, norm: Weights, number: int, stage: Stage, positions: Floats) -> None:
        """number: of those over the image, from 0; stage: of the image; positions: N x 256, of its cells."""
        self._number = number
        self._query = Dense(weights.under("q_proj"))
        self._key_value = Dense(weights.under("k_proj"), weights.under("v_proj"), bias=False)  # of rows
        self._places = stage.places(weights.under("k_proj"), positions)
        self._constant = stage.constant(weights.under("v_proj"))
        self._out = DenseNorm(weights.under("out_proj"), norm)

    def __call__(self, placed: Floats, residual: Floats, maps: ImageMaps, state: Floats, rows: Floats) -> Floats:
        """placed: (P, T, 256), the tokens with positions; state and rows: the image's. Returns (P, T, 256)."""
        prompts, count, _ = placed.shape
        query = self._query(placed)
        row_keys, row_values = (_heads(x) for x in np.split(self._key_value(rows), 2, axis=-1))
        pooled = arrays.run(
            operators.TOKENS_TO_IMAGE, state, maps.keys[self._number], self._places, maps.values[self._number],
            _packed(_by_token(_heads(query))), _packed(_shares(query, row_keys)),
        )  # fmt: skip
        by_head = pooled.reshape(prompts, -1, pooled.shape[-1] // DECODER_HEADS, DECODER_HEADS)[:, :, :count]
        by_head = by_head.transpose(0, 3, 2, 1)  # (P, heads, T, depth + S)
        depth = by_head.shape[-1] - state.shape[-1]
        mixed = by_head[..., :depth] + by_head[..., depth:] @ row_values
        return self._out(_join(mixed) + self._constant, residual)


class ImageToTokens:
    """Multi-head attention of the image's cells over the tokens, with residual and norm."""

    def __init__(self, weights: Weights, norm: Weights, number: int, stage: Stage, positions: Floats) -> None:
        """number: of the block, from 0; stage: of the image before; positions: N x 256, of its cells."""
        self._number = number
        self._key, self._value = Dense(weights.under("k_proj")), Dense(weights.under("v_proj"))
        self._query = Dense(weights.under("q_proj"), bias=False)  # of rows
        self._places = stage.places(weights.under("q_proj"), positions)
        out = weights.under("out_proj")
        by_head = out.array("weight").T.reshape(DECODER_HEADS, -1, EMBED)
        self._out = centred(by_head).astype(np.float32)  # (heads, depth, 256)
        # A head's weights add up to one, so each head's rows can have its share of what every cell gets.
        self._constant = (centred(stage.shift + out.array("bias")) / DECODER_HEADS).astype(np.float32)
        self._scale = norm.array("weight")

    def __call__(
        self, placed: Floats, tokens: Floats, maps: ImageMaps, state: Floats, rows: Floats, out: Floats
    ) -> Floats:
        """placed and tokens: (P, T, 256) with and without positions; state and rows: the image's.

        out: P x N x (S + 8 T), the new state. Returns the new rows, P x (S + 8 T) x 256.
        """
        prompts, count, _ = tokens.shape
        key, value = self._key(placed), _heads(self._value(tokens))
        new = np.empty((prompts, out.shape[-1], EMBED), np.float32)
        old = rows.shape[1]
        new[:, :old] = centred(rows)
        by_token = new[:, old:].reshape(prompts, count, DECODER_HEADS, EMBED)
        by_token[:] = (value @ self._out).swapaxes(1, 2)
        by_token += self._constant
        arrays.run(
            operators.IMAGE_TO_TOKENS, state, maps.queries[self._number], self._places, maps.residuals[self._number],
            _packed(_by_token(_heads(key))), _packed(_shares(key, _heads(self._query(rows)))), depth_packed(new),
            out=out,
        )  # fmt: skip
        new *= self._scale
        return new


def _shares(projected: Floats, rows: Floats) -> Floats:
    """The products of the tokens' heads with those of the rows.

    projected: (P, T, heads * depth); rows: (P or 1, heads, S, depth). Returns (P, T, heads, S).
    """
    return _by_token(_heads(projected) @ rows.swapaxes(-1, -2))


def _by_token(x: Floats) -> Floats:
    """(P, heads, T, n) -> (P, T, heads, n)"""
    return x.swapaxes(1, 2)


def _packed(columns: Floats) -> Floats:
    """(P, T, heads, depth) as each prompt's weight with an output per head of a token: (P, outputs / panel, depth,
    panel), filled up with zeros to whole panels.
    """
    prompts, count, heads, depth = columns.shape
    step = panel() // heads  # tokens of a panel
    packed = aligned((prompts, -(-count // step), depth, panel()))
    filled = np.zeros((prompts, packed.shape[1] * step, heads, depth), np.float32)
    filled[:, :count] = columns
    packed[:] = filled.reshape(prompts, -1, panel(), depth).swapaxes(2, 3)
    return packed


def depth_packed(rows: Floats) -> Floats:
    """(P, S, outputs) as each prompt's weight whose depth is the rows: (P, outputs / panel, S, panel)."""
    prompts, count, outputs = rows.shape
    packed = aligned((prompts, outputs // panel(), count, panel()))
    packed[:] = rows.reshape(prompts, count, -1, panel()).swapaxes(1, 2)
    return packed


def _heads(x: Floats) -> Floats:
    """(P, T, heads * depth) -> (P, heads, T, depth)"""
    return x.reshape(*x.shape[:2], DECODER_HEADS, -1).swapaxes(1, 2)


def _join(x: Floats) -> Floats:
    """(P, heads, T, depth) -> (P, T, heads * depth)"""
    prompts, _, count, _ = x.shape
    return x.swapaxes(1, 2).reshape(prompts, count, -1)
