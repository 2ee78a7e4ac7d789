"""The image encoder: TinyViT-5M with the neck of Segment Anything, in inference form (BatchNorm folded)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from mindspore import Tensor, nn, ops

from annotator.model.architecture import CONV_BLOCKS, STAGES, Stage
from annotator.model.cells import Conv, Dense, LayerNorm, Weights, constant, gelu, to_channels_first, to_channels_last


class TinyVit(nn.Cell):
    """Embeds a normalised, padded image: 1 x 3 x S x S float32 -> 1 x 256 x S/16 x S/16 float32."""

    def __init__(self, weights: Weights, image_size: int) -> None:
        super().__init__()
        stem, layers = weights.under("patch_embed.seq"), weights.under("layers")
        self.stem1, self.stem2 = Conv(stem.under("0"), stride=2), Conv(stem.under("2"), stride=2)
        self.conv_blocks = nn.CellList([ConvBlock(layers.under(f"0.blocks.{i}")) for i in range(CONV_BLOCKS)])
        self.mergings, self.stages = nn.CellList(), nn.CellList()
        grid = image_size // 4
        for index, stage in enumerate(STAGES):
            grid //= stage.stride
            windows = Windows(grid=grid, stage=stage)
            blocks = layers.under(f"{index + 1}.blocks")
            self.mergings.append(PatchMerging(layers.under(f"{index}.downsample"), stage.stride))
            self.stages.append(
                nn.CellList([WindowBlock(blocks.under(str(i)), stage, windows) for i in range(stage.blocks)])
            )
        self.neck = Neck(weights.under("neck"))

    def construct(self, image: Tensor, poll: Callable[[], None]) -> Tensor:  # (1, 3, S, S)
        """`poll` is called between blocks; what it raises goes through."""
        x = self.stem2(gelu(self.stem1(image)))
        for block in self.conv_blocks:
            poll()
            x = block(x)  # (1, 64, S/4, S/4)
        for merging, blocks in zip(self.mergings, self.stages, strict=True):
            poll()
            x = to_channels_last(merging(x))  # (1, grid, grid, width)
            for block in blocks:
                poll()
                x = block(x)
            x = to_channels_first(x)
        poll()
        return self.neck(x)  # (1, 256, S/16, S/16)


class ConvBlock(nn.Cell):
    """Inverted bottleneck with a residual sum in front of its last activation."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.expand = Conv(weights.under("conv1"))
        self.depthwise = Conv(weights.under("conv2"), depthwise=True)
        self.project = Conv(weights.under("conv3"))

    def construct(self, x: Tensor) -> Tensor:  # (1, 64, H, W)
        hidden = gelu(self.depthwise(gelu(self.expand(x))))  # (1, 256, H, W)
        return gelu(x + self.project(hidden))


class PatchMerging(nn.Cell):
    """Widens the channels and, with stride 2, halves the grid."""

    def __init__(self, weights: Weights, stride: int) -> None:
        super().__init__()
        self.widen = Conv(weights.under("conv1"))
        self.depthwise = Conv(weights.under("conv2"), stride=stride, depthwise=True)
        self.mix = Conv(weights.under("conv3"))

    def construct(self, x: Tensor) -> Tensor:
        return self.mix(gelu(self.depthwise(gelu(self.widen(x)))))


class Windows:
    """Where the tokens of a square grid lie in windows, as gathers of rows.

    The last windows are padded at the bottom and right. The public implementation pads with zeros in front of the
    LayerNorm, so every padding token has the same query, key and value: `split` reads them from one extra row, and
    nothing is computed for padding.
    """

    def __init__(self, *, grid: int, stage: Stage) -> None:
        window, heads = stage.window, stage.heads
        across = -(-grid // window)
        padded = np.full((across * window, across * window), grid * grid)  # grid * grid: the padding row
        padded[:grid, :grid] = np.arange(grid * grid).reshape(grid, grid)
        tokens = _cut(padded, window)  # (windows, window^2)
        # qkv row of token t, head h, part p is (t * heads + h) * 3 + p.
        head, part = np.arange(heads)[:, None], np.arange(3)[:, None, None, None]
        split = (tokens[:, None, :] * heads + head) * 3 + part  # (3, windows, heads, window^2)
        # The way back: row (w, h, i) of the attention's output belongs to token tokens[w, i], head h.
        rows = np.arange(tokens.size * heads).reshape(len(tokens), heads, window * window)
        join = np.empty((grid * grid + 1, heads), np.int64)
        join[tokens] = rows.transpose(0, 2, 1)
        self.count, self.size, self.heads = len(tokens), window * window, heads
        self.split = Tensor(split.reshape(-1).astype(np.int32))
        self.join = Tensor(join[:-1].reshape(-1).astype(np.int32))


def _cut(plane: npt.NDArray[np.int64], window: int) -> npt.NDArray[np.int64]:
    """(n * window, n * window) -> (n * n, window * window), both row by row."""
    n = len(plane) // window
    return plane.reshape(n, window, n, window).transpose(0, 2, 1, 3).reshape(n * n, window * window)


def offset_index(window: int) -> npt.NDArray[np.int64]:
    """(window^2, window^2): for two places of a window, the column |dy| * window + |dx| of the learned biases."""
    y, x = np.divmod(np.arange(window * window), window)
    index: npt.NDArray[np.int64] = np.abs(y[:, None] - y) * window + np.abs(x[:, None] - x)
    return index


class WindowAttention(nn.Cell):
    """Self-attention inside windows, with a learned bias per head and per |dy|, |dx|."""

    def __init__(self, weights: Weights, stage: Stage, windows: Windows) -> None:
        super().__init__()
        self.windows = windows
        self.width, self.depth = stage.width, stage.width // stage.heads
        self.norm = LayerNorm(weights.under("norm"))
        self.qkv = Dense(weights.under("qkv"))
        self.project = Dense(weights.under("proj"))
        biases = weights.array("attention_biases")[:, offset_index(stage.window)]  # (heads, window^2, window^2)
        self.biases = constant(biases.reshape(-1), name="attention_biases")
        # A LayerNorm of zeros is its bias.
        padding = self.qkv.weight.asnumpy() @ self.norm.bias.asnumpy() + self.qkv.bias.asnumpy()
        self.padding = constant(padding[None], name="padding")
        self.scores = ops.BatchMatMul(transpose_b=True)
        self.mix = ops.BatchMatMul()
        self.add_bias = ops.BiasAdd()
        self.softmax = ops.Softmax(axis=-1)

    def construct(self, x: Tensor) -> Tensor:  # (1, H, W, width)
        at = self.windows
        qkv = ops.concat((self.qkv(self.norm(x)).reshape(-1, 3 * self.width), self.padding))  # (tokens + 1, 3 * width)
        rows = ops.gather(qkv.reshape(-1, self.depth), at.split, 0)
        query, key, value = rows.reshape(3, at.count, at.heads, at.size, self.depth)
        scores = self.scores(query, key)  # (windows, heads, window^2, window^2)
        scores = self.add_bias(scores.reshape(at.count, -1), self.biases).reshape(scores.shape)
        mixed = self.mix(self.softmax(scores), value)  # (windows, heads, window^2, depth)
        return self.project(ops.gather(mixed.reshape(-1, self.depth), at.join, 0).reshape(x.shape))


class Mlp(nn.Cell):
    """Norm, a wider layer, GELU and back, over the last axis; the residual is the caller's."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.norm = LayerNorm(weights.under("norm"))
        self.widen = Dense(weights.under("fc1"))
        self.narrow = Dense(weights.under("fc2"))

    def construct(self, x: Tensor) -> Tensor:
        return self.narrow(gelu(self.widen(self.norm(x))))


class WindowBlock(nn.Cell):
    """Window attention, a depthwise convolution that joins the windows, and an MLP."""

    def __init__(self, weights: Weights, stage: Stage, windows: Windows) -> None:
        super().__init__()
        self.attention = WindowAttention(weights.under("attn"), stage, windows)
        self.local = Conv(weights.under("local_conv"), depthwise=True)
        self.mlp = Mlp(weights.under("mlp"))

    def construct(self, x: Tensor) -> Tensor:  # (1, H, W, width)
        x = x + self.attention(x)
        x = to_channels_last(self.local(to_channels_first(x)))
        return x + self.mlp(x)


class Neck(nn.Cell):
    """To the decoder's width; LayerNorm2d after each convolution."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.narrow = Conv(weights.under("0"), bias=False)
        self.norm1 = LayerNorm(weights.under("1"), eps=1e-6)
        self.smooth = Conv(weights.under("2"), bias=False)
        self.norm2 = LayerNorm(weights.under("3"), eps=1e-6)

    def construct(self, x: Tensor) -> Tensor:
        x = to_channels_first(self.norm1(to_channels_last(self.narrow(x))))
        return to_channels_first(self.norm2(to_channels_last(self.smooth(x))))
