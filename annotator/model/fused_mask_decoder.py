"""The mask decoder over kernels: the same function as `mask_decoder`, several times faster.

What touches every cell of the image is in kernels, which read it once each and never write it (see `image_view`); what
touches tokens only is small and in NumPy. NumPy in and out, too: handing arrays to MindSpore and back would cost as
much as the arithmetic.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from annotator.kernels import arrays, operators
from annotator.kernels.arrays import aligned, pack
from annotator.model.architecture import DECODER_BLOCKS, DECODER_HEADS, MASKS
from annotator.model.cells import Weights
from annotator.model.fused_attention import (
    Dense,
    DenseNorm,
    ImageToTokens,
    SelfAttention,
    TokensToImage,
    depth_packed,
)
from annotator.model.image_view import ImageMaps, ImageProjection, Stage

Floats = npt.NDArray[np.float32]

# Of the output tokens, the first is for the predicted IoUs and the second for a mask that TinySAM leaves out.
_USED_TOKENS = [0, *range(2, MASKS + 1)]


class FusedMaskDecoder:
    """From an image's maps and a prompt's tokens to three masks with their predicted IoUs.

    Needs the compiled kernels: raises KernelsUnavailable without them. Not thread-safe.
    """

    def __init__(self, weights: Weights, positions: Floats) -> None:
        """weights: those of the mask decoder, in inference form. positions: N x 256, of the image's cells."""
        self._output_tokens = np.concatenate([weights.array("iou_token.weight"), weights.array("mask_tokens.weight")])
        transformer = weights.under("transformer")
        blocks = [transformer.under(f"layers.{i}") for i in range(DECODER_BLOCKS)]
        stages = [Stage.first()]
        for block in blocks:
            stages.append(stages[-1].after(block.under("norm4")))
        self._blocks = [_Block(block, i, stages[i], positions) for i, block in enumerate(blocks)]
        self._final_attention = TokensToImage(
            transformer.under("final_attn_token_to_image"), transformer.under("norm_final_attn"), DECODER_BLOCKS,
            stages[-1], positions,
        )  # fmt: skip
        upscaling = weights.under("output_upscaling")
        double, norm, double_again = (upscaling.under(name) for name in "013")
        self._upscale = Dense(double, bias=False)  # of rows
        self._rest = (
            stages[-1].constant(double), norm.array("weight"), norm.array("bias"),
            pack(double_again.array("weight")), double_again.array("bias"),
        )  # fmt: skip
        self.maps = ImageProjection(transformer, double.array("weight"), stages)
        self._output_layers = _ThreeLayers(
            weights.under("iou_prediction_head"),
            *(weights.under(f"output_hypernetworks_mlps.{mask}") for mask in range(1, MASKS)),
        )
        self._states = [aligned((0,)) for _ in blocks]

    def __call__(self, maps: ImageMaps, prompt: Floats, state: Floats, rows: Floats) -> tuple[Floats, Floats]:
        """maps: `self.maps` of an image's tokens (N x 256). prompt: P x T x 256.

        state and rows: 1 x N x S and 1 x S x 256, what every prompt adds to the image, or P x N x S. All are float32
        and C-contiguous. Returns logits P x 3 x S/4 x S/4 and predicted IoUs P x 3.
        """
        prompts = len(prompt)
        output_tokens = np.broadcast_to(self._output_tokens, (prompts, *self._output_tokens.shape))
        places = np.concatenate([output_tokens, prompt], 1)  # (P, 5 + T, 256), also the tokens' positions
        tokens = places
        for number, block in enumerate(self._blocks):
            tokens = block.read(tokens, places, maps, state, rows)
            shape = (prompts, state.shape[1], state.shape[2] + DECODER_HEADS * tokens.shape[1])
            changed = self._memory(number, shape)
            rows = block.write(tokens, places, maps, state, rows, changed)
            state = changed
        tokens, places = tokens[:, _USED_TOKENS], places[:, _USED_TOKENS]
        outputs = self._output_layers(self._final_attention(tokens + places, tokens, maps, state, rows))
        logits = arrays.run(
            operators.MASKS, state, maps.upscaled, depth_packed(self._upscale(rows)), *self._rest,
            np.ascontiguousarray(outputs[:, 1:]),
        )  # fmt: skip
        return logits, np.ascontiguousarray(outputs[:, 0, 1:MASKS])

    def _memory(self, number: int, shape: tuple[int, int, int]) -> Floats:
        """Memory for states, kept because fresh pages cost more than writing to them."""
        size = int(np.prod(shape))
        if self._states[number].size < size:
            self._states[number] = aligned((size,))
        return self._states[number][:size].reshape(shape)


class _Block:
    """Tokens attend to themselves and to the image, then the image attends to the tokens."""

    def __init__(self, weights: Weights, number: int, stage: Stage, positions: Floats) -> None:
        self._first = number == 0
        self._self_attention = SelfAttention(weights.under("self_attn"), weights.under("norm1"))
        self._tokens_to_image = TokensToImage(
            weights.under("cross_attn_token_to_image"), weights.under("norm2"), number, stage, positions
        )
        self._widen = Dense(weights.under("mlp.lin1"), relu=True)
        self._narrow = DenseNorm(weights.under("mlp.lin2"), weights.under("norm3"))
        self._image_to_tokens = ImageToTokens(
            weights.under("cross_attn_image_to_token"), weights.under("norm4"), number, stage, positions
        )

    def read(self, tokens: Floats, places: Floats, maps: ImageMaps, state: Floats, rows: Floats) -> Floats:
        """The new tokens; the image is given by its maps, state and rows."""
        if self._first:  # without positions, and what it finds replaces the tokens
            tokens = self._self_attention(tokens, tokens, residual=np.zeros_like(tokens))
        else:
            tokens = self._self_attention(tokens + places, tokens, residual=tokens)
        tokens = self._tokens_to_image(tokens + places, tokens, maps, state, rows)
        return self._narrow(self._widen(tokens), tokens)

    def write(
        self, tokens: Floats, places: Floats, maps: ImageMaps, state: Floats, rows: Floats, changed: Floats
    ) -> Floats:
        """The image's new rows; its new state goes into `changed`."""
        return self._image_to_tokens(tokens + places, tokens, maps, state, rows, changed)


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
