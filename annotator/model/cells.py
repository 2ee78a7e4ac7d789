"""The few building blocks that the encoder and the decoder share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from mindspore import Parameter, Tensor, nn, ops, runtime

# MindSpore hands every operation from thread to thread unless it is told to run it at once. The handing over costs more
# than most of our operations, on a busy machine ten times as much. It listens only before its first operation.
runtime.launch_blocking()


class Weights:
    """The inference tensors below one prefix, handed out as parameters."""

    def __init__(self, tensors: Mapping[str, npt.NDArray[np.float32]], prefix: str = "") -> None:
        self._tensors = tensors
        self._prefix = prefix

    def under(self, name: str) -> Weights:
        """The tensors whose names go on with `name` and a dot."""
        return Weights(self._tensors, f"{self._prefix}{name}.")

    def array(self, name: str) -> npt.NDArray[np.float32]:
        """The tensor's values, float32; not a copy."""
        return self._tensors[self._prefix + name]

    def parameter(self, name: str) -> Parameter:
        """The tensor as a parameter that keeps its full name."""
        return constant(self.array(name), name=self._prefix + name)


def constant(values: npt.NDArray[np.generic], *, name: str) -> Parameter:
    """A parameter that no optimiser touches."""
    return Parameter(Tensor(np.ascontiguousarray(values)), name=name, requires_grad=False)


class Dense(nn.Cell):
    """x W^T + b over the last axis."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.weight = weights.parameter("weight")  # (out, in)
        self.bias = weights.parameter("bias")  # (out,)
        self.out, self.inner = self.weight.shape
        # The primitives: ops.dense with a bias, and any broadcast add, are many times slower on the CPU.
        self.matmul = ops.MatMul(transpose_b=True)
        self.add_bias = ops.BiasAdd()

    def construct(self, x: Tensor) -> Tensor:  # (..., in)
        rows = self.add_bias(self.matmul(x.reshape(-1, self.inner), self.weight), self.bias)
        return rows.reshape(*x.shape[:-1], self.out)  # (..., out)


class LayerNorm(nn.Cell):
    """Normalises the last axis. On channel-last data with eps 1e-6 it is the LayerNorm2d of Segment Anything."""

    def __init__(self, weights: Weights, eps: float = 1e-5) -> None:
        super().__init__()
        self.weight = weights.parameter("weight")
        self.bias = weights.parameter("bias")
        self.norm = ops.LayerNorm(begin_norm_axis=-1, begin_params_axis=-1, epsilon=eps)

    def construct(self, x: Tensor) -> Tensor:
        return self.norm(x, self.weight, self.bias)[0]


class Conv(nn.Cell):
    """A square convolution with bias, padded by kernel // 2."""

    def __init__(self, weights: Weights, *, stride: int = 1, depthwise: bool = False, bias: bool = True) -> None:
        super().__init__()
        self.weight = weights.parameter("weight")  # (out, in, kernel, kernel)
        self.bias = weights.parameter("bias") if bias else None
        out, _, kernel, _ = self.weight.shape
        self.conv = ops.Conv2D(
            out_channel=out,
            kernel_size=kernel,
            pad_mode="pad",
            pad=kernel // 2,
            stride=stride,
            group=out if depthwise else 1,
        )
        self.add_bias = ops.BiasAdd()

    def construct(self, x: Tensor) -> Tensor:  # (B, in, H, W)
        y = self.conv(x, self.weight)
        return y if self.bias is None else self.add_bias(y, self.bias)


# Our own fit: the odd polynomial p(x) = x q(x^2), x limited to 4.5 inside q, for which x / (1 + exp(-p(x))) differs
# least from the Gaussian error linear unit. Coefficients of q from the lowest power; largest difference 3.6e-6.
_GELU = (1.59565515, 0.0729398670, -2.50954204e-4, -6.09341920e-5, 2.22525663e-6)
_GELU_LIMIT = 4.5**2


def gelu(x: Tensor) -> Tensor:
    """x Phi(x), the Gaussian error linear unit (not its tanh approximation), within 4e-6.

    MindSpore's own evaluates erf number by number and takes several times as long.
    """
    square = ops.minimum(x * x, _GELU_LIMIT)
    odd = square * _GELU[-1] + _GELU[-2]
    for coefficient in _GELU[-3::-1]:
        odd = odd * square + coefficient
    return x * ops.sigmoid(x * odd)


def to_channels_last(x: Tensor) -> Tensor:
    """(B, C, H, W) -> (B, H, W, C)"""
    return ops.transpose(x, (0, 2, 3, 1))


def to_channels_first(x: Tensor) -> Tensor:
    """(B, H, W, C) -> (B, C, H, W)"""
    return ops.transpose(x, (0, 3, 1, 2))
