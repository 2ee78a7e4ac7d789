"""The mask decoder over kernels: the same function as `mask_decoder`, several times faster.

What touches every cell of the image is in kernels, which read it once each; what touches tokens only is small and in
NumPy. NumPy in and out, too: handing arrays to MindSpore and back would cost as much as the arithmetic.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from annotator.kernels import arrays, operators
from annotator.kernels.arrays import aligned, pack
from annotator.model.architecture import DECODER_BLOCKS, MASKS
from annotator.model.cells import Weights
from annotator.model.fused_attention import (
    Dense,
    DenseNorm,
    ImageHeads,
    ImageProjection,
    ImageToTokens,
    SelfAttention,
    TokensToImage,
)

Floats = npt.NDArray[np.float32]

# Of the output tokens, the first is for the predicted IoUs and the second for a mask that TinySAM leaves out.
_USED_TOKENS = [0, *range(2, MASKS + 1)]


class FusedMaskDecoder:
    """From an image's tokens and a prompt's tokens to three masks with their predicted IoUs.

    Needs the compiled kernels: raises KernelsUnavailable without them. Not thread-safe.
    """

    def __init__(self, weights: Weights, positions: Floats) -> None:
        """weights: those of the mask decoder, in inference form. positions: N x 256, of the image's cells."""
        self._positions = _own(positions)
        self._output_tokens = np.concatenate([weights.array("iou_token.weight"), weights.array("mask_tokens.weight")])
        transformer = weights.under("transformer")
        self._project = ImageProjection(transformer.under("layers.0"))
        self._blocks = [_Block(transformer.under(f"layers.{i}"), first=i == 0) for i in range(DECODER_BLOCKS)]
        self._final_attention = TokensToImage(
            transformer.under("final_attn_token_to_image"), transformer.under("norm_final_attn")
        )
        self._upscaling = _upscaling(weights.under("output_upscaling"))
        self._output_layers = _ThreeLayers(
            weights.under("iou_prediction_head"),
            *(weights.under(f"output_hypernetworks_mlps.{mask}") for mask in range(1, MASKS)),
        )
        self._cells = aligned((0,))

    def heads(self, image: Floats) -> ImageHeads:
        """What the first block takes from an image (1 x N x 256) that several prompts share."""
        return self._project(image, self._positions)

    def __call__(self, image: Floats, prompt: Floats, heads: ImageHeads | None = None) -> tuple[Floats, Floats]:
        """image: 1 x N x 256 for all prompts, or P x N x 256; prompt: P x T x 256; all float32 and C-contiguous.

        heads: those of the image, if known, which saves time.
        Returns logits P x 3 x S/4 x S/4 and predicted IoUs P x 3.
        """
        prompts = len(prompt)
        output_tokens = np.broadcast_to(self._output_tokens, (prompts, *self._output_tokens.shape))
        places = np.concatenate([output_tokens, prompt], 1)  # (P, 5 + T, 256), also the tokens' positions
        changed = self._cells_of((prompts, *image.shape[1:]))
        tokens = places
        for block in self._blocks:
            tokens = block(tokens, places, image, self._positions, changed, heads)
            image, heads = changed, None
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
        self._self_attention = SelfAttention(weights.under("self_attn"), weights.under("norm1"))
        self._tokens_to_image = TokensToImage(weights.under("cross_attn_token_to_image"), weights.under("norm2"))
        self._widen = Dense(weights.under("mlp.lin1"), relu=True)
        self._narrow = DenseNorm(weights.under("mlp.lin2"), weights.under("norm3"))
        self._image_to_tokens = ImageToTokens(weights.under("cross_attn_image_to_token"), weights.under("norm4"))

    def __call__(
        self,
        tokens: Floats,
        places: Floats,
        image: Floats,
        positions: Floats,
        changed: Floats,
        heads: ImageHeads | None,
    ) -> Floats:
        """The new tokens; the new image goes into `changed`, which may be `image`."""
        if self._first:  # without positions, and what it finds replaces the tokens
            tokens = self._self_attention(tokens, tokens, residual=np.zeros_like(tokens))
        else:
            tokens = self._self_attention(tokens + places, tokens, residual=tokens)
        tokens = self._tokens_to_image(tokens + places, tokens, image, positions, heads)
        tokens = self._narrow(self._widen(tokens), tokens)
        self._image_to_tokens(image, positions, tokens + places, tokens, changed, heads)
        return tokens


class _ThreeLayers:
    """MLPs with ReLU between their layers, one for each of a few tokens, padded to equal widths.

    All are applied to all tokens, and only what belongs together is kept: a dozen small products would take longer.
    """

    def __init__(self, *mlps: Weights) -> None:
        self._count = len(mlps)
        self._layers = [Dense(*(mlp.under(f"layers.{i}") for mlp in mlps), relu=i < 2) for i in range(3)]

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


def _own(array: Floats) -> Floats:
    """A copy that starts on a cache line."""
    copy = aligned(array.shape)
    copy[:] = array
    return copy
