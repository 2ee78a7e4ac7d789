"""The decoder's kernels against their formulas, over odd sizes, on every instruction set that this processor has."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.kernels import arrays, operators, set_threads
from annotator.kernels.library import panel
from tests.kernels.reference import gelu, norm

# Values are of the order of one; float32 sums of a few hundred products lose this much at most.
TOLERANCE = 3e-5
# The exponential of a score around 50 magnifies the score's rounding.
ATTENTION = 3e-4
HEADS = 8

few = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
prompts_ = st.integers(1, 3)
widths = st.sampled_from([32, 64, 96])
seeds = st.integers(0, 2**32 - 1)


def softmax(scores, axis):
    weights = np.exp(scores - scores.max(axis, keepdims=True))
    return weights / weights.sum(axis, keepdims=True)


def each_packed(weight):
    """(P, out, in) as packed weights side by side."""
    prompts, out, inner = weight.shape
    width = panel()
    return np.ascontiguousarray(weight.reshape(prompts, out // width, width, inner).swapaxes(2, 3))


class Numbers:
    def __init__(self, seed):
        self._rng = np.random.default_rng(seed)

    def __call__(self, *shape, scale=1.0):
        return (scale * self._rng.standard_normal(shape)).astype(np.float32)


def wide(*values):
    return [value.astype(np.float64) for value in values]


def check(result, expected, tolerance=TOLERANCE):
    assert result.dtype == np.float32
    np.testing.assert_allclose(result, expected, rtol=0, atol=tolerance)


@few
@given(
    rows=st.sampled_from([1, 5, 7, 95, 96, 97, 200]), depth=st.sampled_from([1, 33, 256, 800]),
    out=st.sampled_from([32, 160, 2048]), relu=st.booleans(), seed=seeds,
)  # fmt: skip
def test_dense(isa, rows, depth, out, relu, seed):
    n = Numbers(seed)
    x, weight, bias = n(rows, depth), n(out, depth, scale=depth**-0.5), n(out)
    result = arrays.run(operators.DENSE_RELU if relu else operators.DENSE, x, arrays.pack(weight), bias)
    x, weight, bias = wide(x, weight, bias)
    expected = x @ weight.T + bias
    check(result, np.maximum(expected, 0) if relu else expected)


@few
@given(rows=st.integers(1, 60), depth=st.sampled_from([1, 128, 800]), out=widths, seed=seeds)
def test_dense_norm(isa, rows, depth, out, seed):
    n = Numbers(seed)
    x, weight, bias = n(rows, depth), n(out, depth, scale=depth**-0.5), n(out)
    residual, scale, shift = n(rows, out), n(out), n(out)
    result = arrays.run(operators.DENSE_NORM, x, arrays.pack(weight), bias, residual, scale, shift)
    x, weight, bias, residual, scale, shift = wide(x, weight, bias, residual, scale, shift)
    check(result, norm(residual + x @ weight.T + bias, 1e-5) * scale + shift)


@few
@given(
    prompts=prompts_, shared=st.booleans(), cells=st.sampled_from([1, 7, 96, 191, 192, 193, 500]), channels=widths,
    panels=st.integers(1, 4), seed=seeds,
)  # fmt: skip
def test_tokens_to_image(isa, prompts, shared, cells, channels, panels, seed):
    n = Numbers(seed)
    x, positions = n(1 if shared else prompts, cells, channels), n(cells, channels)
    # Scores large enough that a softmax without its largest taken off would overflow.
    queries = n(prompts, panels * panel(), channels, scale=3)
    result = arrays.run(operators.TOKENS_TO_IMAGE, x, positions, each_packed(queries))
    x, positions, queries = wide(x, positions, queries)
    weights = softmax((x + positions) @ queries.swapaxes(1, 2), 1)  # (P, cells, columns)
    check(result, weights.swapaxes(1, 2) @ x, ATTENTION)


@few
@given(
    prompts=prompts_, shared=st.booleans(), cells=st.sampled_from([1, 7, 96, 97, 200]), channels=widths,
    tokens=st.sampled_from([4, 8, 12, 52]), unused=st.integers(0, 3), seed=seeds,
)  # fmt: skip
def test_image_to_tokens(isa, prompts, shared, cells, channels, tokens, unused, seed):
    n = Numbers(seed)
    columns = tokens * HEADS
    x, positions = n(1 if shared else prompts, cells, channels), n(cells, channels)
    keys, key_bias = n(prompts, columns, channels, scale=2), n(prompts, columns)
    values = n(prompts, columns, channels)
    bias, scale, shift = n(channels), n(channels), n(channels)
    filled = np.where(np.arange(columns) < (tokens - unused) * HEADS, key_bias, np.float32(-1e30))
    inputs = [x, positions, each_packed(keys), filled, each_packed(values.swapaxes(1, 2)), bias, scale, shift]
    result = arrays.run(operators.IMAGE_TO_TOKENS, *inputs)

    x, positions, keys, key_bias, values, bias, scale, shift = wide(
        x, positions, keys, key_bias, values, bias, scale, shift
    )
    scores = (x + positions) @ keys.swapaxes(1, 2) + key_bias[:, None]
    scores = scores.reshape(prompts, cells, tokens, HEADS)[:, :, : tokens - unused]
    weights = softmax(scores, 2).reshape(prompts, cells, -1)
    mixed = weights @ values[:, : (tokens - unused) * HEADS]
    check(result, norm(x + bias + mixed, 1e-5) * scale + shift, ATTENTION)
    if not shared:
        in_place = arrays.run(operators.IMAGE_TO_TOKENS, *inputs, out=inputs[0])
        assert in_place is inputs[0]
        np.testing.assert_array_equal(in_place, result)


def by_depth(heads):
    """(..., heads, depth) with the heads of one depth side by side."""
    return np.ascontiguousarray(heads.swapaxes(-1, -2).reshape(len(heads), -1))


def heads_packed(columns):
    """(P, tokens, heads, depth) as packed weights with an output per column."""
    prompts, tokens, heads, depth = columns.shape
    return each_packed(np.ascontiguousarray(columns.reshape(prompts, tokens * heads, depth)))


@few
@given(
    prompts=prompts_, cells=st.sampled_from([1, 7, 96, 191, 192, 193, 500]), depth=st.sampled_from([8, 16, 24]),
    panels=st.integers(1, 4), seed=seeds,
)  # fmt: skip
def test_tokens_to_heads(isa, prompts, cells, depth, panels, seed):
    n = Numbers(seed)
    keys, values = n(cells, HEADS, depth), n(cells, HEADS, depth)
    queries = n(prompts, panels * panel() // HEADS, HEADS, depth, scale=6)
    packed = heads_packed(queries)
    result = arrays.run(operators.TOKENS_TO_HEADS, by_depth(keys), by_depth(values), packed)
    keys, values, queries = wide(keys, values, queries)
    weights = softmax(np.einsum("nhd,pthd->pnth", keys, queries), 1)
    assert result.shape == packed.shape
    check(result, heads_packed(np.einsum("pnth,nhd->pthd", weights, values)), ATTENTION)


@few
@given(
    prompts=prompts_, cells=st.sampled_from([1, 7, 96, 97, 200]), channels=widths, depth=st.sampled_from([1, 16, 17]),
    tokens=st.sampled_from([4, 8, 12, 52]), unused=st.integers(0, 3), seed=seeds,
)  # fmt: skip
def test_heads_to_tokens(isa, prompts, cells, channels, depth, tokens, unused, seed):
    n = Numbers(seed)
    columns, used = tokens * HEADS, tokens - unused
    x, queries, keys = n(1, cells, channels), n(cells, HEADS, depth), n(prompts, tokens, HEADS, depth, scale=3)
    key_bias, values = n(prompts, columns), n(prompts, columns, channels)
    bias, scale, shift = n(channels), n(channels), n(channels)
    filled = np.where(np.arange(columns) < used * HEADS, key_bias, np.float32(-1e30))
    result = arrays.run(
        operators.HEADS_TO_TOKENS, x, by_depth(queries), heads_packed(keys), filled,
        each_packed(values.swapaxes(1, 2)), bias, scale, shift,
    )  # fmt: skip
    x, queries, keys, key_bias, values, bias, scale, shift = wide(
        x, queries, keys, key_bias, values, bias, scale, shift
    )
    scores = np.einsum("nhd,pthd->pnth", queries, keys) + key_bias.reshape(prompts, 1, tokens, HEADS)
    weights = softmax(scores[:, :, :used], 2).reshape(prompts, cells, -1)
    check(result, norm(x + bias + weights @ values[:, : used * HEADS], 1e-5) * scale + shift, ATTENTION)


@few
@given(
    prompts=prompts_, grid=st.integers(1, 9), channels=widths, width=st.sampled_from([32, 64]),
    depth=st.sampled_from([32, 64]), masks=st.integers(1, 4), seed=seeds,
)  # fmt: skip
def test_masks(isa, prompts, grid, channels, width, depth, masks, seed):
    n = Numbers(seed)
    x = n(prompts, grid * grid, channels)
    first, first_bias = n(4 * width, channels, scale=channels**-0.5), n(4 * width)
    scale, shift = n(width), n(width)
    second, second_bias = n(4 * depth, width, scale=width**-0.5), n(4 * depth)
    weights = n(prompts, masks, depth, scale=depth**-0.5)
    result = arrays.run(
        operators.MASKS, x, arrays.pack(first), first_bias, scale, shift, arrays.pack(second), second_bias, weights
    )
    x, first, first_bias, scale, shift, second, second_bias, weights = wide(
        x, first, first_bias, scale, shift, second, second_bias, weights
    )
    quarters = gelu(norm((x @ first.T + first_bias).reshape(prompts, -1, 4, width), 1e-6) * scale + shift)
    pixels = gelu(quarters @ second.T + second_bias).reshape(prompts, grid, grid, 2, 2, 2, 2, depth)
    # Cell, quarter of the cell, pixel of the quarter: one after the other in either axis.
    upscaled = pixels.transpose(0, 1, 3, 5, 2, 4, 6, 7).reshape(prompts, 4 * grid, 4 * grid, depth)
    check(result, np.einsum("pyxd,pmd->pmyx", upscaled, weights))


@few
@given(prompts=prompts_, grid=st.integers(1, 12), channels=widths, seed=seeds)
def test_mask_prompt(isa, prompts, grid, channels, seed):
    n = Numbers(seed)
    x, logits = n(1, grid * grid, channels), n(prompts, 4 * grid, 4 * grid, scale=5)
    small = [n(4, 4), n(4), n(4), n(4), n(16, 16, scale=0.25), n(16), n(16), n(16)]
    widen, bias = n(channels, 16, scale=0.25), n(channels)
    result = arrays.run(operators.MASK_PROMPT, x, logits, *small, arrays.pack(widen), bias)

    x, logits, widen, bias = wide(x, logits, widen, bias)
    first, first_bias, first_scale, first_shift, second, second_bias, second_scale, second_shift = wide(*small)

    def halve(y):
        """2 x 2 blocks of pixels, their rows and columns before the channels."""
        _, side, _, inner = y.shape
        blocks = y.reshape(prompts, side // 2, 2, side // 2, 2, inner).swapaxes(2, 3)
        return blocks.reshape(prompts, side // 2, side // 2, 4 * inner)

    y = gelu(norm(halve(logits[..., None]) @ first.T + first_bias, 1e-6) * first_scale + first_shift)
    y = gelu(norm(halve(y) @ second.T + second_bias, 1e-6) * second_scale + second_shift)
    # The norm over four channels can magnify rounding where they are nearly equal.
    expected = x + (y @ widen.T + bias).reshape(prompts, grid * grid, channels)
    check(result, expected, 1e-3)


def _good(n):
    """Arguments that fit, of each operator."""
    columns = 4 * HEADS
    x, positions = n(2, 9, 32), n(9, 32)
    per_prompt = each_packed(n(2, columns, 32))
    return {
        operators.DENSE: [n(3, 5), arrays.pack(n(32, 5)), n(32)],
        operators.DENSE_NORM: [n(3, 5), arrays.pack(n(32, 5)), n(32), n(3, 32), n(32), n(32)],
        operators.TOKENS_TO_IMAGE: [x, positions, per_prompt],
        operators.IMAGE_TO_TOKENS: [
            x, positions, per_prompt, n(2, columns), each_packed(n(2, 32, columns)), n(32), n(32), n(32)
        ],
        operators.TOKENS_TO_HEADS: [n(9, 64), n(9, 64), heads_packed(n(2, 4, HEADS, 8))],
        operators.HEADS_TO_TOKENS: [
            x[:1].copy(), n(9, 64), heads_packed(n(2, 4, HEADS, 8)), n(2, columns), each_packed(n(2, 32, columns)),
            n(32), n(32), n(32),
        ],
        operators.MASKS: [
            x, arrays.pack(n(128, 32)), n(128), n(32), n(32), arrays.pack(n(128, 32)), n(128), n(2, 3, 32)
        ],
        operators.MASK_PROMPT: [
            x[:1].copy(), n(2, 12, 12), n(4, 4), n(4), n(4), n(4), n(16, 16), n(16), n(16), n(16),
            arrays.pack(n(32, 16)), n(32),
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    [
        "DENSE", "DENSE_NORM", "TOKENS_TO_IMAGE", "IMAGE_TO_TOKENS", "TOKENS_TO_HEADS", "HEADS_TO_TOKENS", "MASKS",
        "MASK_PROMPT",
    ],
)  # fmt: skip
def test_refuses_what_does_not_fit(isa, name):
    operator = getattr(operators, name)
    good = _good(Numbers(0))[operator]
    output = arrays.run(operator, *good)
    for place in range(1, len(good)):
        larger = np.zeros([size + 1 for size in good[place].shape], np.float32)
        with pytest.raises(ValueError, match=operator.symbol):
            arrays.run(operator, *good[:place], larger, *good[place + 1 :], out=output)
    with pytest.raises(ValueError, match=operator.symbol):
        arrays.run(operator, *good[:-1], out=output)
    with pytest.raises(ValueError, match=operator.symbol):
        arrays.run(operator, *good, out=np.empty((*output.shape, 1), np.float32))
    with pytest.raises(ValueError, match="C-contiguous float32"):
        arrays.run(operator, *good, out=output.astype(np.float64))


def test_three_prompts_cannot_use_two_images(isa):
    n = Numbers(0)
    queries = each_packed(n(3, 32, 32))
    with pytest.raises(ValueError, match="TsTokensToImage"):
        arrays.run(operators.TOKENS_TO_IMAGE, n(2, 9, 32), n(9, 32), queries)


def test_results_do_not_depend_on_threads(isa, restored_threads):
    n = Numbers(1)
    x, positions, queries = n(2, 700, 64), n(700, 64), each_packed(n(2, 32, 64))
    results = []
    for threads in (1, 3):
        set_threads(threads)
        results.append(arrays.run(operators.TOKENS_TO_IMAGE, x, positions, queries))
    np.testing.assert_array_equal(*results)


def test_heads_do_not_depend_on_threads(isa, restored_threads):
    n = Numbers(1)
    keys, values, queries = n(700, 128), n(700, 128), heads_packed(n(2, 4, HEADS, 16))
    results = []
    for threads in (1, 3):
        set_threads(threads)
        results.append(arrays.run(operators.TOKENS_TO_HEADS, keys, values, queries))
    np.testing.assert_array_equal(*results)
