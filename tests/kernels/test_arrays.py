"""Each kernel against its formula, over odd sizes, on every instruction set that this processor has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.kernels import arrays, operators
from tests.kernels import reference

# Values are of the order of one; float32 sums of a few thousand products lose this much at most.
TOLERANCE = 3e-5

few = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
sizes = st.integers(1, 23)
widths = st.sampled_from([32, 64, 96])
seeds = st.integers(0, 2**32 - 1)


class Numbers:
    """Random float32 arrays: weights scaled so that layers keep their input's order of magnitude."""

    def __init__(self, seed):
        self._rng = np.random.default_rng(seed)

    def __call__(self, *shape):
        return self._rng.standard_normal(shape).astype(np.float32)

    def weight(self, out, *inner):
        return self(out, *inner) / np.sqrt(np.float32(np.prod(inner)))

    def kernel(self, channels):
        return self(3, 3, channels) / np.float32(3)


def packed(weight):
    return arrays.pack(np.ascontiguousarray(weight.reshape(len(weight), -1)))


def wide(*values):
    return [value.astype(np.float64) for value in values]


def check(result, expected):
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=0, atol=TOLERANCE)


@few
@given(height=st.integers(1, 20), width=st.integers(1, 40), hidden=widths, out=widths, seed=seeds)
def test_patch_embed(isa, height, width, hidden, out, seed):
    n = Numbers(seed)
    image = n(3, 4 * height, 4 * width)
    first, second = n.weight(hidden, 3, 3, 3), n.weight(out, 3, 3, hidden)
    biases = n(hidden), n(out)
    result = arrays.run(operators.PATCH_EMBED, image, packed(first), biases[0], packed(second), biases[1])
    check(result, reference.patch_embed(*wide(image, first, biases[0], second, biases[1])))


@few
@given(height=sizes, width=st.integers(1, 140), channels=widths, hidden=widths, seed=seeds)
def test_mb_conv(isa, height, width, channels, hidden, seed):
    n = Numbers(seed)
    x, expand, spatial = n(height, width, channels), n.weight(hidden, channels), n.kernel(hidden)
    project, biases = n.weight(channels, hidden), (n(hidden), n(hidden), n(channels))
    result = arrays.run(operators.MB_CONV, x, packed(expand), biases[0], spatial, biases[1], packed(project), biases[2])
    values = wide(x, expand, biases[0], spatial, biases[1], project, biases[2])
    check(result, reference.bottleneck(*values, stride=1, residual=True))


@few
@given(
    height=sizes, width=st.integers(1, 140), stride=st.sampled_from([1, 2]), channels=st.integers(1, 70), hidden=widths,
    out=widths, seed=seeds,
)  # fmt: skip
def test_patch_merging(isa, height, width, stride, channels, hidden, out, seed):
    n = Numbers(seed)
    x, expand, spatial = n(height, width, channels), n.weight(hidden, channels), n.kernel(hidden)
    project, biases = n.weight(out, hidden), (n(hidden), n(hidden), n(out))
    operator = operators.PATCH_MERGING[stride]
    result = arrays.run(operator, x, packed(expand), biases[0], spatial, biases[1], packed(project), biases[2])
    values = wide(x, expand, biases[0], spatial, biases[1], project, biases[2])
    check(result, reference.bottleneck(*values, stride=stride, residual=False))


@few
@given(height=sizes, width=sizes, window=st.integers(1, 15), heads=st.integers(1, 3), seed=seeds)
def test_window_attention(isa, height, width, window, heads, seed):
    n = Numbers(seed)
    channels, area = 32 * heads, window * window
    x, qkv, qkv_bias = n(height, width, channels), n.weight(3 * channels, channels), n(3 * channels)
    position = n(heads, area, area)
    project, bias = n.weight(channels, channels), n(channels)
    filled = np.full((heads, area, -(-area // 32) * 32), -1e30, np.float32)
    filled[..., :area] = position
    result = arrays.run(operators.WINDOW_ATTENTION, x, packed(qkv), qkv_bias, filled, packed(project), bias)
    values = wide(x, qkv, qkv_bias, position, project, bias)
    check(result, reference.window_attention(*values, window=window))


@few
@given(
    height=sizes, width=st.integers(1, 140), channels=widths, hidden=st.sampled_from([32, 128, 416, 800]), seed=seeds
)
def test_conv_mlp(isa, height, width, channels, hidden, seed):
    n = Numbers(seed)
    x, spatial = n(height, width, channels), n.kernel(channels)
    expand, project = n.weight(hidden, channels), n.weight(channels, hidden)
    biases = n(channels), n(hidden), n(channels)
    result = arrays.run(
        operators.CONV_MLP, x, spatial, biases[0], packed(expand), biases[1], packed(project), biases[2]
    )
    check(result, reference.conv_mlp(*wide(x, spatial, biases[0], expand, biases[1], project, biases[2])))


@few
@given(height=sizes, width=st.integers(1, 70), channels=st.integers(1, 500), out=st.sampled_from([32, 160]), seed=seeds)
def test_neck(isa, height, width, channels, out, seed):
    n = Numbers(seed)
    x, reduce, mix = n(height, width, channels), n.weight(out, channels), n.weight(out, 3, 3, out)
    scales = n(out), n(out), n(out), n(out)
    result = arrays.run(operators.NECK, x, packed(reduce), *scales[:2], packed(mix), *scales[2:])
    check(result, reference.neck(*wide(x, reduce, *scales[:2], mix, *scales[2:])))


def test_gelu_of_extreme_numbers(isa):
    """Through a bottleneck whose other layers do nothing: far out, GELU is x or zero, and not a number stays one."""
    values = np.float32([0, -0.0, 1e-30, -1e-30, 8, -8, 60, -60, 3e38, -3e38, np.inf, -np.inf, np.nan, 0.5, -0.5, 1])
    x = np.repeat(values[:, None, None], 32, axis=2)
    nothing, identity = np.zeros((3, 3, 32), np.float32), arrays.pack(np.zeros((32, 32), np.float32))
    zero = np.zeros(32, np.float32)
    finite = np.where(np.isfinite(x), x, 0)
    result = arrays.run(operators.MB_CONV, finite, identity, zero, nothing, zero, identity, zero)
    check(result, reference.gelu(finite.astype(np.float64)))
    # What is not finite spoils the products with zero too, so only its own column can be looked at: as a bias.
    for value in (np.inf, -np.inf, np.nan):
        bias = np.full(32, value, np.float32)
        got = arrays.run(operators.MB_CONV, finite, identity, zero, nothing, zero, identity, bias)
        expected = {np.inf: np.inf, -np.inf: 0.0}.get(value, np.nan)
        np.testing.assert_array_equal(got, np.full_like(got, expected))


def test_refuses_what_does_not_fit(isa):
    n = Numbers(0)
    x, weight, bias, spatial = n(4, 4, 32), arrays.pack(n(32, 32)), n(32), n(3, 3, 32)
    good = [x, weight, bias, spatial, bias, weight, bias]
    arrays.run(operators.MB_CONV, *good)
    for place, wrong in [
        (0, n(4, 4, 64)), (0, n(16, 32)), (1, n(*weight.shape)[:, :16].copy()), (2, n(31)), (3, n(9, 32)),
        (5, arrays.pack(n(64, 32))), (6, n(32, 1)),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match="TsMbConv"):
            arrays.run(operators.MB_CONV, *good[:place], wrong, *good[place + 1 :])
    with pytest.raises(ValueError, match="TsMbConv"):
        arrays.run(operators.MB_CONV, *good[:-1])
    with pytest.raises(ValueError, match="C-contiguous float32"):
        arrays.run(operators.MB_CONV, x.astype(np.float64), *good[1:])
    with pytest.raises(ValueError, match="C-contiguous float32"):
        arrays.run(operators.MB_CONV, x.transpose(1, 0, 2), *good[1:])


def test_pack_keeps_every_weight(isa):
    weight = np.arange(64 * 5, dtype=np.float32).reshape(64, 5)
    panels = arrays.pack(weight)
    assert panels.shape[1] == 5
    np.testing.assert_array_equal(panels.transpose(0, 2, 1).reshape(64, 5), weight)
    assert panels.ctypes.data % 64 == 0
    with pytest.raises(ValueError, match="multiple of 32"):
        arrays.pack(np.zeros((40, 5), np.float32))
