"""The image encoder as a list of fused kernels: the same function as `tiny_vit`, many times faster.

Between kernels the image is laid out pixel by pixel, so windows and 1 x 1 convolutions need no transposes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from mindspore import Tensor, nn

from annotator.kernels import operators, tensors
from annotator.kernels.arrays import pack
from annotator.kernels.operators import CHANNEL_STEP, Operator
from annotator.model.architecture import CONV_BLOCKS, STAGES, Stage
from annotator.model.cells import Weights
from annotator.model.tiny_vit import offset_index

Floats = npt.NDArray[np.float32]

# Buries the scores of columns that only fill up a panel: its exp() is zero, and numbers can be added to it.
_BURIED = -1e30


class Step(NamedTuple):
    """One kernel with its weights."""

    operator: Operator
    weights: tuple[Tensor, ...]


class FusedTinyVit(nn.Cell):
    """Embeds a normalised, padded image: 1 x 3 x S x S float32 -> 1 x 256 x S/16 x S/16 float32.

    Needs the compiled kernels: raises KernelsUnavailable without them.
    """

    def __init__(self, weights: Weights) -> None:
        """`weights`: those of the image encoder, in inference form."""
        super().__init__()
        # The arrays stay alive with their tensors, which share their memory.
        self.steps = [
            Step(operator, tuple(Tensor.from_numpy(array) for array in arrays)) for operator, arrays in _layers(weights)
        ]

    def construct(self, image: Tensor, poll: Callable[[], None]) -> Tensor:  # (1, 3, S, S)
        """`poll` is called between kernels; what it raises goes through."""
        x = image.reshape(image.shape[1:])
        for step in self.steps:
            poll()
            x = tensors.run(step.operator, x, *step.weights)  # (H, W, width)
        return x.reshape((1, *x.shape))  # (1, 256, S/16, S/16)


def _layers(weights: Weights) -> Iterator[tuple[Operator, tuple[Floats, ...]]]:
    stem, layers = weights.under("patch_embed.seq"), weights.under("layers")
    yield operators.PATCH_EMBED, (*_convolution(stem.under("0")), *_convolution(stem.under("2")))
    for block in range(CONV_BLOCKS):
        yield operators.MB_CONV, _bottleneck(layers.under(f"0.blocks.{block}"))
    for index, stage in enumerate(STAGES):
        yield operators.PATCH_MERGING[stage.stride], _bottleneck(layers.under(f"{index}.downsample"))
        for block in range(stage.blocks):
            below = layers.under(f"{index + 1}.blocks.{block}")
            yield operators.WINDOW_ATTENTION, _attention(below.under("attn"), stage)
            yield operators.CONV_MLP, (*_depthwise(below.under("local_conv")), *_mlp(below.under("mlp")))
    neck = weights.under("neck")
    yield operators.NECK, (*_conv_norm(neck, conv="0", norm="1"), *_conv_norm(neck, conv="2", norm="3"))


def _kernel(weights: Weights) -> Floats:
    """A convolution's weight, (out, in, ky, kx), packed in the order in which a pixel-by-pixel image is read."""
    kernel = weights.array("weight")
    return pack(np.ascontiguousarray(kernel.transpose(0, 2, 3, 1)).reshape(len(kernel), -1))


def _convolution(weights: Weights) -> tuple[Floats, ...]:
    return _kernel(weights), weights.array("bias")


def _depthwise(weights: Weights) -> tuple[Floats, ...]:
    kernel = weights.array("weight")[:, 0]  # (channels, ky, kx)
    return np.ascontiguousarray(kernel.transpose(1, 2, 0)), weights.array("bias")


def _bottleneck(weights: Weights) -> tuple[Floats, ...]:
    expand, depthwise, project = (weights.under(name) for name in ("conv1", "conv2", "conv3"))
    return *_convolution(expand), *_depthwise(depthwise), *_convolution(project)


def _dense(weights: Weights) -> tuple[Floats, ...]:
    return pack(weights.array("weight")), weights.array("bias")


def _dense_after(norm: Weights, dense: Weights) -> tuple[Floats, ...]:
    """A dense layer that takes over the scale and shift of the LayerNorm in front of it."""
    weight = dense.array("weight").astype(np.float64)
    bias = weight @ norm.array("bias") + dense.array("bias")
    return pack((weight * norm.array("weight")).astype(np.float32)), bias.astype(np.float32)


def _attention(weights: Weights, stage: Stage) -> tuple[Floats, ...]:
    offset = offset_index(stage.window)
    area = len(offset)
    position = np.full((stage.heads, area, -(-area // CHANNEL_STEP) * CHANNEL_STEP), _BURIED, np.float32)
    position[..., :area] = weights.array("attention_biases")[:, offset]
    return *_dense_after(weights.under("norm"), weights.under("qkv")), position, *_dense(weights.under("proj"))


def _mlp(weights: Weights) -> tuple[Floats, ...]:
    return *_dense_after(weights.under("norm"), weights.under("fc1")), *_dense(weights.under("fc2"))


def _conv_norm(weights: Weights, *, conv: str, norm: str) -> tuple[Floats, ...]:
    scale_shift = weights.under(norm)
    return _kernel(weights.under(conv)), scale_shift.array("weight"), scale_shift.array("bias")
