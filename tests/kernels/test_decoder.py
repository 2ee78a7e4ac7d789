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


def by_depth(heads):
    """(N, heads, depth) with the heads of one depth side by side."""
    return np.ascontiguousarray(heads.swapaxes(-1, -2).reshape(len(heads), -1))


def heads_packed(columns):
    """(P, tokens, heads, depth) as packed weights with an output per column, filled up with zeros to whole panels."""
    prompts, tokens, heads, depth = columns.shape
    filled = np.zeros((prompts, -(-tokens * heads // panel()) * panel(), depth), np.float32)
    filled[:, : tokens * heads] = columns.reshape(prompts, tokens * heads, depth)
    return each_packed(filled)


def scores_of(state, cells, places, columns, shares):
    """(P, N, tokens, heads): of the cells that are scale * cells + places, and of their states."""
    placed = state[:, :, 0, None, None] * cells + places  # (P or 1, N, heads, depth)
    return np.einsum("pnhd,pthd->pnth", np.broadcast_to(placed, (len(columns), *placed.shape[1:])), columns) + (
        np.einsum("pns,pths->pnth", np.broadcast_to(state, (len(columns), *state.shape[1:])), shares)
    )


@few
@given(
    prompts=prompts_, shared=st.booleans(), cells=st.sampled_from([1, 7, 96, 191, 192, 193, 500]),
    depth=st.sampled_from([8, 16, 24]), states=st.sampled_from([1, 5, 12, 57, 400]), tokens=st.integers(1, 13),
    seed=seeds,
)  # fmt: skip
def test_tokens_to_image(isa, prompts, shared, cells, depth, states, tokens, seed):
    n = Numbers(seed)
    keys, places, values = (n(cells, HEADS, depth) for _ in range(3))
    state = n(1 if shared else prompts, cells, states)
    # Scores large enough that a softmax without its largest taken off would overflow.
    queries, shares = n(prompts, tokens, HEADS, depth, scale=4), n(prompts, tokens, HEADS, states, scale=states**-0.5)
    inputs = (state, by_depth(keys), by_depth(places), by_depth(values), heads_packed(queries), heads_packed(shares))
    result = arrays.run(operators.TOKENS_TO_IMAGE, *inputs)
    state, keys, places, values, queries, shares = wide(state, keys, places, values, queries, shares)
    weights = softmax(scores_of(state, keys, places, queries, shares), 1)
    scaled = np.broadcast_to(state[:, :, 0, None, None] * values, (prompts, cells, HEADS, depth))
    expected = np.concatenate(
        [
            np.einsum("pnth,pnhd->pdth", weights, scaled),
            np.einsum("pnth,pns->psth", weights, np.broadcast_to(state, (prompts, cells, states))),
        ],
        1,
    )
    assert result.shape[2] % panel() == 0
    check(result[:, :, : tokens * HEADS], expected.reshape(prompts, depth + states, -1), ATTENTION)


@few
@given(
    prompts=prompts_, shared=st.booleans(), cells=st.sampled_from([1, 7, 96, 97, 200]), channels=widths,
    depth=st.sampled_from([8, 16]), states=st.sampled_from([1, 5, 57, 400]), tokens=st.integers(1, 13), seed=seeds,
)  # fmt: skip
def test_image_to_tokens(isa, prompts, shared, cells, channels, depth, states, tokens, seed):
    n = Numbers(seed)
    queries, places, image = n(cells, HEADS, depth), n(cells, HEADS, depth), n(cells, channels)
    state = n(1 if shared else prompts, cells, states)
    keys, shares = n(prompts, tokens, HEADS, depth, scale=3), n(prompts, tokens, HEADS, states, scale=states**-0.5)
    rows = n(prompts, states + tokens * HEADS, channels)
    result = arrays.run(
        operators.IMAGE_TO_TOKENS, state, by_depth(queries), by_depth(places), image, heads_packed(keys),
        heads_packed(shares), each_packed(np.ascontiguousarray(rows.swapaxes(1, 2))),
    )  # fmt: skip
    state, queries, places, image, keys, shares, rows = wide(state, queries, places, image, keys, shares, rows)
    weights = softmax(scores_of(state, queries, places, keys, shares), 2).reshape(prompts, cells, -1)
    joined = np.concatenate([np.broadcast_to(state, (prompts, cells, states)), weights], 2)
    cell = state[:, :, :1] * image + joined @ rows
    check(result, joined / np.sqrt((cell**2).mean(-1, keepdims=True) + 1e-5), ATTENTION)


@few
@given(
    prompts=prompts_, grid=st.integers(1, 9), states=st.sampled_from([1, 5, 113, 400]),
    width=st.sampled_from([32, 64, 160]), depth=st.sampled_from([32, 64]), masks=st.integers(1, 4), seed=seeds,
)  # fmt: skip
def test_masks(isa, prompts, grid, states, width, depth, masks, seed):
    n = Numbers(seed)
    state, image = n(prompts, grid * grid, states), n(grid * grid, 4 * width)
    rows, first_bias = n(prompts, states, 4 * width, scale=states**-0.5), n(4 * width)
    scale, shift = n(width), n(width)
    second, second_bias = n(4 * depth, width, scale=width**-0.5), n(4 * depth)
    weights = n(prompts, masks, depth, scale=depth**-0.5)
    result = arrays.run(
        operators.MASKS, state, image, each_packed(np.ascontiguousarray(rows.swapaxes(1, 2))), first_bias, scale, shift,
        arrays.pack(second), second_bias, weights,
    )  # fmt: skip
    state, image, rows, first_bias, scale, shift, second, second_bias, weights = wide(
        state, image, rows, first_bias, scale, shift, second, second_bias, weights
    )
    doubled = state[:, :, :1] * image + state @ rows + first_bias
    quarters = gelu(norm(doubled.reshape(prompts, -1, 4, width), 1e-6) * scale + shift)
    pixels = gelu(quarters @ second.T + second_bias).reshape(prompts, grid, grid, 2, 2, 2, 2, depth)
    # Cell, quarter of the cell, pixel of the quarter: one after the other in either axis.
    upscaled = pixels.transpose(0, 1, 3, 5, 2, 4, 6, 7).reshape(prompts, 4 * grid, 4 * grid, depth)
    check(result, np.einsum("pyxd,pmd->pmyx", upscaled, weights))


@few
@given(prompts=prompts_, grid=st.integers(1, 12), seed=seeds)
def test_mask_prompt(isa, prompts, grid, seed):
    n = Numbers(seed)
    logits = n(prompts, 4 * grid, 4 * grid, scale=5)
    small = [n(4, 4), n(4), n(4), n(4), n(16, 16, scale=0.25), n(16), n(16), n(16)]
    result = arrays.run(operators.MASK_PROMPT, logits, *small)

    logits = logits.astype(np.float64)
    first, first_bias, first_scale, first_shift, second, second_bias, second_scale, second_shift = wide(*small)

    def halve(y):
        """2 x 2 blocks of pixels, their rows and columns before the channels."""
        _, side, _, inner = y.shape
        blocks = y.reshape(prompts, side // 2, 2, side // 2, 2, inner).swapaxes(2, 3)
        return blocks.reshape(prompts, side // 2, side // 2, 4 * inner)

    y = gelu(norm(halve(logits[..., None]) @ first.T + first_bias, 1e-6) * first_scale + first_shift)
    y = gelu(norm(halve(y) @ second.T + second_bias, 1e-6) * second_scale + second_shift)
    np.testing.assert_array_equal(result[:, :, 0], 1)
    # The norm over four channels can magnify rounding where they are nearly equal.
    check(result[:, :, 1:], y.reshape(prompts, grid * grid, 16), 1e-3)


def _good(n):
    """Arguments that fit, of each operator."""
    state, cells = n(2, 9, 5), n(9, 64)
    per_prompt = heads_packed(n(2, 4, HEADS, 8)), heads_packed(n(2, 4, HEADS, 5))
    return {
        operators.DENSE: [n(3, 5), arrays.pack(n(32, 5)), n(32)],
        operators.DENSE_NORM: [n(3, 5), arrays.pack(n(32, 5)), n(32), n(3, 32), n(32), n(32)],
        operators.TOKENS_TO_IMAGE: [state, cells, n(9, 64), n(9, 64), *per_prompt],
        operators.IMAGE_TO_TOKENS: [
            state, cells, n(9, 64), n(9, 32), *per_prompt, each_packed(n(2, 32, 5 + 4 * HEADS))
        ],
        operators.MASKS: [
            state, n(9, 128), each_packed(n(2, 128, 5)), n(128), n(32), n(32), arrays.pack(n(128, 32)), n(128),
            n(2, 3, 32),
        ],
        operators.MASK_PROMPT: [n(2, 12, 12), n(4, 4), n(4), n(4), n(4), n(16, 16), n(16), n(16), n(16)],
    }  # fmt: skip


@pytest.mark.parametrize(
    "name",
    ["DENSE", "DENSE_NORM", "TOKENS_TO_IMAGE", "IMAGE_TO_TOKENS", "MASKS", "MASK_PROMPT"],
)
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


def test_three_prompts_cannot_use_two_states(isa):
    n = Numbers(0)
    packed = heads_packed(n(3, 4, HEADS, 8)), heads_packed(n(3, 4, HEADS, 5))
    with pytest.raises(ValueError, match="TsTokensToImage"):
        arrays.run(operators.TOKENS_TO_IMAGE, n(2, 9, 5), n(9, 64), n(9, 64), n(9, 64), *packed)


def test_two_masks_need_a_state_each(isa):
    good = _good(Numbers(0))[operators.MASKS]
    with pytest.raises(ValueError, match="TsMasks"):
        arrays.run(operators.MASKS, good[0][:1].copy(), *good[1:])


def test_results_do_not_depend_on_threads(isa, restored_threads):
    n = Numbers(1)
    packed = heads_packed(n(2, 5, HEADS, 16)), heads_packed(n(2, 5, HEADS, 7))
    inputs = n(2, 700, 7), n(700, 128), n(700, 128), n(700, 128), *packed
    results = []
    for threads in (1, 3):
        set_threads(threads)
        results.append(arrays.run(operators.TOKENS_TO_IMAGE, *inputs))
    np.testing.assert_array_equal(*results)
