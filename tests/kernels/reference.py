"""The kernels' functions, written for the eye: NumPy, float64, one formula after the other."""

from __future__ import annotations

import math

import numpy as np

erf = np.vectorize(math.erf, otypes=[np.float64])


def gelu(x):
    return x * 0.5 * (1 + erf(x / math.sqrt(2)))


def norm(x, eps):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps)


def patches(x, stride):
    """(H, W, C) -> (H', W', 3, 3, C): what a 3 x 3 window sees, zeros outside."""
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return windows[::stride, ::stride].transpose(0, 1, 3, 4, 2)


def conv(x, weight, stride):
    """weight: (out, 3, 3, in)."""
    return np.einsum("hwyxi,oyxi->hwo", patches(x, stride), weight, optimize=True)


def depthwise(x, weight, stride):
    """weight: (3, 3, channels)."""
    return np.einsum("hwyxc,yxc->hwc", patches(x, stride), weight, optimize=True)


def patch_embed(image, first, first_bias, second, second_bias):
    hidden = gelu(conv(image.transpose(1, 2, 0), first, 2) + first_bias)
    return conv(hidden, second, 2) + second_bias


def bottleneck(x, expand, expand_bias, spatial, spatial_bias, project, project_bias, *, stride, residual):
    hidden = gelu(x @ expand.T + expand_bias)
    y = gelu(depthwise(hidden, spatial, stride) + spatial_bias) @ project.T + project_bias
    return gelu(x + y) if residual else y


def window_attention(x, qkv, qkv_bias, position, project, project_bias, *, window):
    """position: (heads, window^2, window^2). The query scale is in qkv. Zeros are put in before the norm."""
    height, width, channels = x.shape
    padded = np.pad(x, ((0, -height % window), (0, -width % window), (0, 0)))
    mixed = np.empty_like(padded)
    heads, area = len(position), window * window
    for top in range(0, padded.shape[0], window):
        for left in range(0, padded.shape[1], window):
            tokens = norm(padded[top : top + window, left : left + window].reshape(area, channels), 1e-5)
            q, k, v = (tokens @ qkv.T + qkv_bias).reshape(area, heads, 3, -1).transpose(2, 1, 0, 3)
            scores = q @ k.transpose(0, 2, 1) + position
            weights = np.exp(scores - scores.max(-1, keepdims=True))
            weights /= weights.sum(-1, keepdims=True)
            out = (weights @ v).transpose(1, 0, 2).reshape(window, window, channels)
            mixed[top : top + window, left : left + window] = out
    return x + mixed[:height, :width] @ project.T + project_bias


def conv_mlp(x, spatial, spatial_bias, expand, expand_bias, project, project_bias):
    z = depthwise(x, spatial, 1) + spatial_bias
    return z + gelu(norm(z, 1e-5) @ expand.T + expand_bias) @ project.T + project_bias


def neck(x, reduce, reduce_scale, reduce_shift, mix, mix_scale, mix_shift):
    z = norm(x @ reduce.T, 1e-6) * reduce_scale + reduce_shift
    return (norm(conv(z, mix, 1), 1e-6) * mix_scale + mix_shift).transpose(2, 0, 1)
