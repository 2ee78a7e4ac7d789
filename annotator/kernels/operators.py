"""The kernels as operators on arrays: what they are called and what comes out.

An operator takes an activation, then weights, all C-contiguous float32, and gives one new activation. Activations are
pixel by pixel, (height, width, channels), without a batch axis. Which weights, in which shapes, is said in
src/entry.cpp. Channel counts are multiples of CHANNEL_STEP.
"""

from __future__ import annotations

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
