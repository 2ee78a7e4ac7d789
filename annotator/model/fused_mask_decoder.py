"""The mask decoder over kernels: the same function as `mask_decoder`, several times faster.

What touches every cell of the image is in kernels, which read it once each; what touches tokens only is small and in
NumPy. As in `mask_decoder`, the projections of the image's side are moved to the tokens' side. NumPy in and out:
handing arrays to MindSpore and back would cost as much as the arithmetic.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from annotator.kernels import arrays, operators
from annotator.kernels.arrays import aligned, pack
from annotator.kernels.library import panel
from annotator.model.architecture import DECODER_BLOCKS, DECODER_HEADS, EMBED, MASKS
from annotator.model.cells import Weights

Floats = npt.NDArray[np.float32]

# Of the output tokens, the first is for the predicted IoUs and the second for a mask that TinySAM leaves out.
_USED_TOKENS = [0, *range(2, MASKS + 1)]

# Buries the scores of columns that only fill up a panel: its exp() is zero, and numbers can be added to it.
_BURIED = -1e30


class FusedMaskDecoder:
    """From an image's tokens and a prompt's tokens to three masks with their predicted IoUs.

    Needs the compiled kernels: raises KernelsUnavailable without them. Not thread-safe.
    """

    def __init__(self, weights: Weights, positions: Floats) -> None:
        """weights: those of the mask decoder, in inference form. positions: N x 256, of the image's cells."""
        self._positions = _own(positions)
        self._output_tokens = np.concatenate([weights.array("iou_token.weight"), weights.array("mask_tokens.weight")])
        transformer = weights.under("transformer")
        self._blocks = [_Block(transformer.under(f"layers.{i}"), first=i == 0) for i in range(DECODER_BLOCKS)]
        self._final_attention = _TokensToImage(
            transformer.under("final_attn_token_to_image"), transformer.under("norm_final_attn")
        )
        self._upscaling = _upscaling(weights.under("output_upscaling"))
        self._output_layers = _ThreeLayers(
            weights.under("iou_prediction_head"),
            *(weights.under(f"output_hypernetworks_mlps.{mask}") for mask in range(1, MASKS)),
        )
        self._cells = aligned((0,))

    def __call__(self, image: Floats, prompt: Floats) -> tuple[Floats, Floats]:
        """image: 1 x N x 256 for all prompts, or P x N x 256; prompt: P x T x 256; all float32 and C-contiguous.

        Returns logits P x 3 x S/4 x S/4 and predicted IoUs P x 3.
        """
        prompts = len(prompt)
        output_tokens = np.broadcast_to(self._output_tokens, (prompts, *self._output_tokens.shape))
        places = np.concatenate([output_tokens, prompt], 1)  # (P, 5 + T, 256), also the tokens' positions
        changed = self._cells_of((prompts, *image.shape[1:]))
        tokens = places
        for block in self._blocks:
            tokens = block(tokens, places, image, self._positions, changed)
            image = changed
        tokens = self._final_attention(tokens + places, tokens, image, self._positions)
        outputs = self._output_layers(tokens[:, _USED_TOKENS])
        logits = arrays.run(operators.MASKS, image, *self._upscaling, np.ascontiguousarray(outputs[:, 1:]))
        return logits, np.ascontiguousarray(outputs[:, 0, 1:MASKS])

    def _cells_of(self, shape: tuple[int, int, int]) -> Floats:
        """Memory for the image as the prompts change it, kept because fresh pages cost more than writing to them."""
        size = int(np.prod(shape))
        if self._cells.size < size:
            self._cells = aligned((size,))
        return self._cells[:size].reshape(shape)


class _Block:
    """Tokens attend to themselves and to the image, then the image attends to the tokens."""

    def __init__(self, weights: Weights, *, first: bool) -> None:
        self._first = first
        self._self_attention = _SelfAttention(weights.under("self_attn"), weights.under("norm1"))
        self._tokens_to_image = _TokensToImage(weights.under("cross_attn_token_to_image"), weights.under("norm2"))
        self._widen = _Dense(weights.under("mlp.lin1"), relu=True)
        self._narrow = _DenseNorm(weights.under("mlp.lin2"), weights.under("norm3"))
        self._image_to_tokens = _ImageToTokens(weights.under("cross_attn_image_to_token"), weights.under("norm4"))

    def __call__(self, tokens: Floats, places: Floats, image: Floats, positions: Floats, changed: Floats) -> Floats:
        """The new tokens; the new image goes into `changed`, which may be `image`."""
        if self._first:  # without positions, and what it finds replaces the tokens
            tokens = self._self_attention(tokens, tokens, residual=np.zeros_like(tokens))
        else:
            tokens = self._self_attention(tokens + places, tokens, residual=tokens)
        tokens = self._tokens_to_image(tokens + places, tokens, image, positions)
        tokens = self._narrow(self._widen(tokens), tokens)
        self._image_to_tokens(image, positions, tokens + places, tokens, changed)
        return tokens


class _Dense:
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
        rows = np.ascontiguousarray(x).reshape(-1, x.shape[-1])
        return arrays.run(self._operator, rows, self._weight, self._bias).reshape(*x.shape[:-1], -1)


class _DenseNorm:
    """LayerNorm(residual + x W^T + b) over the last axis."""

    def __init__(self, layer: Weights, norm: Weights) -> None:
        self._weights = pack(layer.array("weight")), layer.array("bias")
        self._norm = norm.array("weight"), norm.array("bias")

    def __call__(self, x: Floats, residual: Floats) -> Floats:
        rows, wanted = (np.ascontiguousarray(a).reshape(-1, a.shape[-1]) for a in (x, residual))
        return arrays.run(operators.DENSE_NORM, rows, *self._weights, wanted, *self._norm).reshape(residual.shape)


class _SelfAttention:
    """Multi-head attention among the tokens, with residual and norm."""

    def __init__(self, weights: Weights, norm: Weights) -> None:
        self._query_key = _Dense(weights.under("q_proj"), weights.under("k_proj"))
        self._value = _Dense(weights.under("v_proj"))
        self._out = _DenseNorm(weights.under("out_proj"), norm)

    def __call__(self, placed: Floats, tokens: Floats, residual: Floats) -> Floats:
        """placed and tokens: (P, T, 256) with and without positions."""
        query, key = (_heads(x) for x in np.split(self._query_key(placed), 2, axis=-1))
        scores = query @ key.swapaxes(-1, -2)  # (P, heads, T, T)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        return self._out(_join(weights @ _heads(self._value(tokens))), residual)


class _TokensToImage:
    """Multi-head attention of the tokens over the image's cells, with residual and norm."""

    def __init__(self, weights: Weights, norm: Weights) -> None:
        self._query = _Dense(weights.under("q_proj"))
        self._key = _head_weights(weights.array("k_proj.weight"))
        self._value = _head_weights(weights.array("v_proj.weight")).swapaxes(1, 2)  # (heads, 256, depth)
        self._value_bias = weights.array("v_proj.bias")
        self._out = _DenseNorm(weights.under("out_proj"), norm)

    def __call__(self, placed: Floats, residual: Floats, image: Floats, positions: Floats) -> Floats:
        """placed: (P, T, 256), the tokens with positions. Returns (P, T, 256)."""
        prompts, count, _ = placed.shape
        queries = _outputs_packed(_columns(self._query(placed), self._key))
        pooled = arrays.run(operators.TOKENS_TO_IMAGE, image, positions, queries)
        pooled = pooled[:, : count * DECODER_HEADS].reshape(prompts * count, DECODER_HEADS, EMBED)
        mixed = (pooled.swapaxes(0, 1) @ self._value).swapaxes(0, 1).reshape(prompts, count, -1)
        return self._out(mixed + self._value_bias, residual)


class _ImageToTokens:
    """Multi-head attention of the image's cells over the tokens, with residual and norm."""

    def __init__(self, weights: Weights, norm: Weights) -> None:
        self._query = _head_weights(weights.array("q_proj.weight"))
        self._query_bias = weights.array("q_proj.bias").reshape(DECODER_HEADS, -1)
        self._key, self._value = _Dense(weights.under("k_proj")), _Dense(weights.under("v_proj"))
        self._out = _head_weights(np.ascontiguousarray(weights.array("out_proj.weight").T))
        self._rest = weights.array("out_proj.bias"), norm.array("weight"), norm.array("bias")

    def __call__(self, image: Floats, positions: Floats, placed: Floats, tokens: Floats, changed: Floats) -> None:
        """placed and tokens: (P, T, 256) with and without positions; changed: P x N x 256, the result."""
        prompts, count, _ = tokens.shape
        key = self._key(placed)
        keys, values = _columns(key, self._query), _columns(self._value(tokens), self._out)
        bias = np.full((prompts, keys.shape[1]), _BURIED, np.float32)
        scores = (key.reshape(prompts, count, DECODER_HEADS, -1) * self._query_bias).sum(-1)  # (P, T, heads)
        bias[:, : count * DECODER_HEADS] = scores.reshape(prompts, -1)
        arrays.run(
            operators.IMAGE_TO_TOKENS, image, positions, _outputs_packed(keys), bias, _depth_packed(values),
            *self._rest, out=changed,
        )  # fmt: skip


class _ThreeLayers:
    """MLPs with ReLU between their layers, one for each of a few tokens, padded to equal widths.

    All are applied to all tokens, and only what belongs together is kept: a dozen small products would take longer.
    """

    def __init__(self, *mlps: Weights) -> None:
        self._count = len(mlps)
        self._layers = [_Dense(*(mlp.under(f"layers.{i}") for mlp in mlps), relu=i < 2) for i in range(3)]

    def __call__(self, x: Floats) -> Floats:  # (P, MLPs, 256)
        own = np.arange(self._count)
        for layer in self._layers:
            x = layer(x).reshape(len(x), self._count, self._count, -1)[:, own, own]
        return x  # (P, MLPs, width of the widest)


def _upscaling(weights: Weights) -> tuple[Floats, ...]:
    """The weights of the masks' kernel, up to the masks' own."""
    first, norm, second = (weights.under(name) for name in "013")
    return (
        pack(first.array("weight")), first.array("bias"), norm.array("weight"), norm.array("bias"),
        pack(second.array("weight")), second.array("bias"),
    )  # fmt: skip


def _columns(projected: Floats, projection: Floats) -> Floats:
    """Every head of every token, with a projection of the image's side applied to it: a column of a kernel.

    projected: (P, T, heads * depth); projection: (heads, depth, 256). Returns (P, columns, 256), column = token * heads
    + head, filled up with zeros to whole panels.
    """
    prompts, count, _ = projected.shape
    step = max(1, panel() // DECODER_HEADS)  # tokens of a panel
    filled = np.zeros((prompts, -(-count // step) * step, DECODER_HEADS, EMBED), np.float32)
    by_head = projected.reshape(prompts * count, DECODER_HEADS, -1).swapaxes(0, 1) @ projection  # (heads, P * T, 256)
    filled[:, :count] = by_head.swapaxes(0, 1).reshape(prompts, count, DECODER_HEADS, EMBED)
    return filled.reshape(prompts, -1, EMBED)


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


def _own(array: Floats) -> Floats:
    """A copy that starts on a cache line."""
    copy = aligned(array.shape)
    copy[:] = array
    return copy
