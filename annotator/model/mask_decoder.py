"""The mask decoder: a two-way transformer between prompt tokens and the image, then masks and predicted IoUs.

Image tokens stay channel-last throughout, (P, N, 256) with N = (S/16)^2, row by row.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from mindspore import Parameter, Tensor, nn, ops

from annotator.model.architecture import DECODER_BLOCKS, DECODER_HEADS, EMBED, MASKS, UPSCALED
from annotator.model.cells import Dense, LayerNorm, Weights, constant, gelu

PROPOSALS = MASKS - 1  # TinySAM leaves out the first mask


class MaskDecoder(nn.Cell):
    """From an image's tokens and a prompt's tokens to three masks with their predicted IoUs."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.output_tokens = constant(
            np.concatenate([weights.array("iou_token.weight"), weights.array("mask_tokens.weight")])[None],
            name="output_tokens",
        )  # (1, 5, 256)
        self.transformer = TwoWayTransformer(weights.under("transformer"))
        self.upscaling = Upscaling(weights.under("output_upscaling"))
        self.mask_weights = nn.CellList(
            [ThreeLayers(weights.under(f"output_hypernetworks_mlps.{mask}")) for mask in range(1, MASKS)]
        )
        self.predicted_iou = ThreeLayers(weights.under("iou_prediction_head"))
        self.dot = ops.BatchMatMul(transpose_b=True)

    def construct(self, image: Tensor, positions: Tensor, prompt: Tensor) -> tuple[Tensor, Tensor]:
        """image: (P, N, 256); positions: (1, N, 256) of its cells; prompt: (P, T, 256).

        Returns logits (P, 3, S/4, S/4) and predicted IoUs (P, 3).
        """
        prompts, cells, _ = image.shape
        tokens = ops.concat((ops.tile(self.output_tokens, (prompts, 1, 1)), prompt), 1)  # (P, 5 + T, 256)
        # Repeated, because adding arrays of different shapes is slow on the CPU.
        tokens, image = self.transformer(tokens, image, ops.tile(positions, (prompts, 1, 1)))
        weights = ops.stack([mlp(tokens[:, 2 + mask]) for mask, mlp in enumerate(self.mask_weights)], 1)  # (P, 3, 32)
        pixels = self.upscaling(image).reshape(prompts, cells * 16, UPSCALED[-1])
        logits = self.dot(weights, pixels)  # (P, 3, N * 16)
        grid = round(cells**0.5)
        # A cell's 16 pixels are laid out as the two 2 x 2 upscalings made them.
        logits = logits.reshape(prompts * PROPOSALS, grid, grid, 2, 2, 2, 2)
        logits = ops.transpose(logits, (0, 1, 3, 5, 2, 4, 6)).reshape(prompts, PROPOSALS, grid * 4, grid * 4)
        return logits, self.predicted_iou(tokens[:, 0])[:, 1:]


class TwoWayTransformer(nn.Cell):
    """Tokens (P, T, 256), an image and its positions (P, N, 256) -> tokens and image after they have met."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.blocks = nn.CellList(
            [TwoWayBlock(weights.under(f"layers.{i}"), first=i == 0) for i in range(DECODER_BLOCKS)]
        )
        self.final_attention = TokensToImage(weights.under("final_attn_token_to_image"))
        self.norm = LayerNorm(weights.under("norm_final_attn"))

    def construct(self, tokens: Tensor, image: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        places = tokens  # the prompt's own embedding serves as the tokens' position
        for block in self.blocks:
            tokens, image = block(tokens, places, image, positions)
        attended = self.final_attention(tokens + places, image + positions, image)
        return self.norm(tokens + attended), image


class TwoWayBlock(nn.Cell):
    """Tokens attend to themselves and to the image, then the image attends to the tokens."""

    def __init__(self, weights: Weights, *, first: bool) -> None:
        super().__init__()
        self.first = first
        self.self_attention = SelfAttention(weights.under("self_attn"))
        self.tokens_to_image = TokensToImage(weights.under("cross_attn_token_to_image"))
        self.widen, self.narrow = Dense(weights.under("mlp.lin1")), Dense(weights.under("mlp.lin2"))
        self.image_to_tokens = ImageToTokens(weights.under("cross_attn_image_to_token"))
        self.norm1, self.norm2, self.norm3, self.norm4 = (LayerNorm(weights.under(f"norm{i}")) for i in (1, 2, 3, 4))

    def construct(self, tokens: Tensor, places: Tensor, image: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        if self.first:
            tokens = self.self_attention(tokens, tokens)
        else:
            tokens = tokens + self.self_attention(tokens + places, tokens)
        tokens = self.norm1(tokens)
        placed_image = image + positions
        tokens = self.norm2(tokens + self.tokens_to_image(tokens + places, placed_image, image))
        tokens = self.norm3(tokens + self.narrow(ops.relu(self.widen(tokens))))
        image = self.norm4(image + self.image_to_tokens(placed_image, tokens + places, tokens))
        return tokens, image


class SelfAttention(nn.Cell):
    """Multi-head attention among the tokens."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.query, self.key, self.value = (Dense(weights.under(f"{part}_proj")) for part in "qkv")
        self.out = Dense(weights.under("out_proj"))
        self.scores, self.mix = ops.BatchMatMul(transpose_b=True), ops.BatchMatMul()

    def construct(self, placed: Tensor, tokens: Tensor) -> Tensor:  # (P, T, 256) with and without positions
        query, key = split_heads(self.query(placed)), split_heads(self.key(placed))  # (P, heads, T, depth)
        weights = ops.softmax(self.scores(query, key), -1)  # (P, heads, T, T)
        return self.out(join_heads(self.mix(weights, split_heads(self.value(tokens)))))


class TokensToImage(nn.Cell):
    """Multi-head attention with few queries (tokens) and many keys (image cells).

    q . (W x + b) = (W^T q) . x + q . b, and the sum over cells of a (W x + b) is W (sum of a x) + b because the weights
    a add up to one. So the projections of keys and values are moved to the tokens' side, where they cost next to
    nothing; q . b is the same for every cell and leaves the softmax as it is.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.query = Dense(weights.under("q_proj"))
        self.key = head_weights(weights.array("k_proj.weight"), name="key")  # (heads, depth, 256)
        self.value = head_weights(weights.array("v_proj.weight"), name="value")  # (heads, depth, 256)
        self.value_bias = weights.parameter("v_proj.bias")
        self.out = Dense(weights.under("out_proj"))
        self.transposed = ops.BatchMatMul(transpose_b=True)
        self.matmul = ops.BatchMatMul()
        self.add_bias = ops.BiasAdd()

    def construct(self, tokens: Tensor, placed_image: Tensor, image: Tensor) -> Tensor:
        """tokens: (P, T, 256) with positions; image: (P, N, 256) with and without positions. Returns (P, T, 256)."""
        prompts, count, _ = tokens.shape
        query = heads_first(self.query(tokens))  # (heads, P * T, depth)
        query = prompts_first(self.matmul(query, self.key), prompts)  # (P, heads * T, 256)
        weights = ops.softmax(self.transposed(query, placed_image), -1)  # (P, heads * T, N)
        pooled = self.matmul(weights, image)  # (P, heads * T, 256)
        pooled = ops.transpose(pooled.reshape(prompts, DECODER_HEADS, count, EMBED), (1, 0, 2, 3))
        mixed = self.transposed(pooled.reshape(DECODER_HEADS, -1, EMBED), self.value)  # (heads, P * T, depth)
        mixed = ops.transpose(mixed, (1, 0, 2)).reshape(prompts * count, -1)  # (P * T, 128)
        return self.out(self.add_bias(mixed, self.value_bias)).reshape(prompts, count, EMBED)


class ImageToTokens(nn.Cell):
    """Multi-head attention with many queries (image cells) and few keys (tokens).

    As in TokensToImage the image's side is spared its projections: the query's goes into the keys, the output's into
    the values, so the result is a product of rank heads * T.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.query = head_weights(weights.array("q_proj.weight"), name="query")  # (heads, depth, 256)
        bias = weights.array("q_proj.bias").reshape(DECODER_HEADS, -1, 1)
        self.query_bias = constant(bias, name="query_bias")  # (heads, depth, 1)
        self.key, self.value = Dense(weights.under("k_proj")), Dense(weights.under("v_proj"))
        self.out = head_weights(weights.array("out_proj.weight").T, name="out")  # (heads, depth, 256)
        self.out_bias = weights.parameter("out_proj.bias")
        self.matmul = ops.BatchMatMul()
        self.transposed = ops.BatchMatMul(transpose_b=True)
        self.mix = ops.BatchMatMul(transpose_a=True)
        self.add_bias = ops.BiasAdd()

    def construct(self, placed_image: Tensor, placed_tokens: Tensor, tokens: Tensor) -> Tensor:
        """(P, N, 256) and twice (P, T, 256). Returns (P, N, 256)."""
        prompts, count, _ = tokens.shape
        cells = placed_image.shape[1]
        key = heads_first(self.key(placed_tokens))  # (heads, P * T, depth)
        bias = ops.transpose(self.matmul(key, self.query_bias).reshape(DECODER_HEADS, prompts, count), (1, 0, 2))
        key = prompts_first(self.matmul(key, self.query), prompts)  # (P, heads * T, 256)
        scores = self.transposed(key, placed_image).reshape(1, -1, cells)  # (1, P * heads * T, N)
        scores = self.add_bias(scores, bias.reshape(-1)).reshape(prompts, DECODER_HEADS, count, cells)
        weights = ops.softmax(scores, 2).reshape(prompts, DECODER_HEADS * count, cells)
        value = prompts_first(self.matmul(heads_first(self.value(tokens)), self.out), prompts)  # (P, heads * T, 256)
        mixed = self.mix(weights, value)  # (P, N, 256)
        return self.add_bias(mixed.reshape(-1, EMBED), self.out_bias).reshape(prompts, cells, EMBED)


class Upscaling(nn.Cell):
    """(P, N, 256) -> (P, N, 2 * 2, 2 * 2, 32): each cell becomes 4 x 4 pixels.

    Two transposed convolutions with kernel = stride = 2, which are matrix products per cell.
    """

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.double1, self.norm = Dense(weights.under("0")), LayerNorm(weights.under("1"), eps=1e-6)
        self.double2 = Dense(weights.under("3"))

    def construct(self, image: Tensor) -> Tensor:
        prompts, cells, _ = image.shape
        quarters = self.double1(image).reshape(prompts, cells, 4, UPSCALED[0])
        pixels = gelu(self.double2(gelu(self.norm(quarters))))
        return pixels.reshape(prompts, cells, 4, 4, UPSCALED[1])


class ThreeLayers(nn.Cell):
    """An MLP with ReLU between its layers."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.first, self.second, self.third = (Dense(weights.under(f"layers.{i}")) for i in range(3))

    def construct(self, x: Tensor) -> Tensor:
        return self.third(ops.relu(self.second(ops.relu(self.first(x)))))


def head_weights(matrix: npt.NDArray[np.float32], *, name: str) -> Parameter:
    """A projection's (heads * depth, 256) as (heads, depth, 256)."""
    return constant(matrix.reshape(DECODER_HEADS, -1, EMBED), name=name)


def split_heads(x: Tensor) -> Tensor:
    """(P, T, heads * depth) -> (P, heads, T, depth)"""
    return ops.transpose(x.reshape(*x.shape[:2], DECODER_HEADS, -1), (0, 2, 1, 3))


def join_heads(x: Tensor) -> Tensor:
    """(P, heads, T, depth) -> (P, T, heads * depth)"""
    prompts, _, count, _ = x.shape
    return ops.transpose(x, (0, 2, 1, 3)).reshape(prompts, count, -1)


def heads_first(x: Tensor) -> Tensor:
    """(P, T, heads * depth) -> (heads, P * T, depth)"""
    return ops.transpose(x.reshape(-1, DECODER_HEADS, x.shape[-1] // DECODER_HEADS), (1, 0, 2))


def prompts_first(x: Tensor, prompts: int) -> Tensor:
    """(heads, P * T, 256) -> (P, heads * T, 256)"""
    by_prompt = x.reshape(DECODER_HEADS, prompts, -1, EMBED)
    return ops.transpose(by_prompt, (1, 0, 2, 3)).reshape(prompts, -1, EMBED)
