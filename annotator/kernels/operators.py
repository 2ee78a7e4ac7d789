"""The kernels as operators on arrays: what they are called and what comes out.

An operator takes an activation, then weights, all C-contiguous float32, and gives one new activation. The encoder's
activations are pixel by pixel, (height, width, channels), without a batch axis; the decoder's have one for prompts.
Which weights, in which shapes, is said in src/entry.cpp. Channel counts are multiples of CHANNEL_STEP.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CHANNEL_STEP = 32  # kChannelStep of src/kernels.h

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Operator:
    """symbol: the C function, one per operator. output_shape: from the shapes of all inputs to that of the output."""

    symbol: str
    output_shape: Callable[[Sequence[Shape]], Shape]


def _same(shapes: Sequence[Shape]) -> Shape:
    return tuple(shapes[0])


def _patch_embed(shapes: Sequence[Shape]) -> Shape:
    _, height, width = shapes[0]
    return height // 4, width // 4, shapes[-1][0]


def _neck(shapes: Sequence[Shape]) -> Shape:
    height, width, _ = shapes[0]
    return shapes[-1][0], height, width


def _dense(shapes: Sequence[Shape]) -> Shape:
    return shapes[0][0], shapes[2][0]


def _mask_prompt(shapes: Sequence[Shape]) -> Shape:
    prompts, height, width = shapes[0]
    return prompts, height // 4 * (width // 4), 1 + shapes[5][0]


def _tokens_to_image(shapes: Sequence[Shape]) -> Shape:
    prompts, panels, depth, panel = shapes[4]
    return prompts, depth + shapes[0][2], panels * panel


def _image_to_tokens(shapes: Sequence[Shape]) -> Shape:
    prompts, _, depth, _ = shapes[-1]
    return prompts, shapes[0][1], depth


def _masks(shapes: Sequence[Shape]) -> Shape:
    prompts, masks, _ = shapes[-1]
    side = 4 * math.isqrt(shapes[0][1])
    return prompts, masks, side, side


def _patch_merging(stride: int) -> Operator:
    def shape(shapes: Sequence[Shape]) -> Shape:
        height, width, _ = shapes[0]
        return (height - 1) // stride + 1, (width - 1) // stride + 1, shapes[-1][0]

    return Operator(f"TsPatchMerging{stride}", shape)


PATCH_EMBED = Operator("TsPatchEmbed", _patch_embed)
MB_CONV = Operator("TsMbConv", _same)
PATCH_MERGING = {stride: _patch_merging(stride) for stride in (1, 2)}
WINDOW_ATTENTION = Operator("TsWindowAttention", _same)
CONV_MLP = Operator("TsConvMlp", _same)
NECK = Operator("TsNeck", _neck)
DENSE = Operator("TsDense", _dense)
DENSE_RELU = Operator("TsDenseRelu", _dense)
DENSE_NORM = Operator("TsDenseNorm", _dense)
MASK_PROMPT = Operator("TsMaskPrompt", _mask_prompt)
TOKENS_TO_IMAGE = Operator("TsTokensToImage", _tokens_to_image)
IMAGE_TO_TOKENS = Operator("TsImageToTokens", _image_to_tokens)
MASKS = Operator("TsMasks", _masks)
