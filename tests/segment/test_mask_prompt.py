"""Masks as prompts: positive where the mask is, and again the mask when upsampled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.segment import Prompt
from annotator.segment.mask_prompt import innermost_point, mask_logits, refining
from annotator.segment.preprocess import Frame, upsample_mask


@given(
    height=st.integers(1, 150),
    width=st.integers(1, 150),
    box=st.tuples(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1)),
)
def test_a_mask_prompt_is_positive_where_the_mask_is(height, width, box):
    frame = Frame(height, width, 64)
    mask = np.zeros((height, width), bool)
    (y0, y1), (x0, x1) = sorted(box[:2]), sorted(box[2:])
    top, left = min(int(y0 * height), height - 1), min(int(x0 * width), width - 1)
    mask[top : int(y1 * height) + 1, left : int(x1 * width) + 1] = True
    logits = mask_logits(mask, frame, 0.0)
    assert logits.shape == (16, 16)
    assert logits.dtype == np.float32
    rows, columns = np.indices((16, 16)) * 4 + 2  # the middle of each cell, in input pixels
    resized_height, resized_width = frame.resized
    scale_y, scale_x = height / resized_height, width / resized_width
    for margin, wanted in ((-2, True), (2, False)):  # surely inside, surely outside: half a cell of doubt
        sure = (
            (columns >= mask_side(mask, 0)[0] / scale_x - margin)
            & (columns <= mask_side(mask, 0)[1] / scale_x + margin)
            & (rows >= mask_side(mask, 1)[0] / scale_y - margin)
            & (rows <= mask_side(mask, 1)[1] / scale_y + margin)
        )
        assert ((logits > 0)[sure] if wanted else ~(logits > 0)[~sure]).all()


def mask_side(mask: np.ndarray, axis: int) -> tuple[int, int]:
    """The first and the last pixel's end along x (0) or y (1)."""
    places = np.flatnonzero(mask.any(axis=axis))
    return int(places[0]), int(places[-1]) + 1


@pytest.mark.parametrize("size", [(400, 600), (300, 200), (1500, 1400)])
def test_a_mask_prompt_upsampled_is_the_mask_again(size):
    frame = Frame(*size, 1024)
    rows, columns = np.indices(size)
    mask = np.hypot(rows - size[0] / 2, columns - size[1] / 3) < size[1] / 4
    again = upsample_mask(mask_logits(mask, frame, 1.5), frame, 1.5)
    assert (mask & again).sum() / (mask | again).sum() > 0.98


def test_a_cell_is_as_certain_as_it_is_covered_and_never_quite():
    frame = Frame(64, 64, 64)
    mask = np.zeros((64, 64), bool)
    mask[:, :34] = True  # the ninth column of cells is covered by half
    logits = mask_logits(mask, frame, 1.5) - 1.5
    assert logits[:, :8] == pytest.approx(np.log(999), rel=1e-3)
    assert logits[:, 8] == pytest.approx(0, abs=1e-6)
    assert logits[:, 9:] == pytest.approx(-np.log(999), rel=1e-3)


@given(height=st.integers(1, 150), width=st.integers(1, 150), seed=st.integers(0, 99))
def test_the_innermost_point_is_one_a_prompt_may_have(height, width, seed):
    frame = Frame(height, width, 64)
    logits = np.random.default_rng(seed).normal(0, 3, (16, 16)).astype(np.float32)
    x, y = innermost_point(logits, frame, 0.0)
    Prompt(points=[(x, y)], labels=[1]).check_inside(height, width)


def test_a_negative_point_alone_gets_the_middle_of_the_mask():
    frame = Frame(100, 200, 256)
    mask = np.zeros((100, 200), bool)
    mask[20:61, 30:71] = True
    refined = refining(Prompt(points=[(65, 25)], labels=[0]), mask, frame, 0.0)
    assert refined.labels.tolist() == [1, 0]
    assert np.abs(refined.points[0] - (50, 40)).max() <= 4
    assert refined.points[1].tolist() == [65, 25]
    assert np.array_equal(refined.logits, mask_logits(mask, frame, 0.0))


def test_a_positive_point_or_a_box_needs_no_other_and_logits_stay():
    frame = Frame(100, 200, 256)
    mask = np.ones((100, 200), bool)
    logits = np.ones((64, 64), np.float32)
    for prompt in (
        Prompt(points=[(65, 25), (1, 1)], labels=[1, 0], logits=logits),
        Prompt(points=[(1, 1)], labels=[0], box=(0, 0, 9, 9), logits=logits),
    ):
        assert len(refining(prompt, mask, frame, 0.0).points) == len(prompt.points)
        assert np.array_equal(refining(prompt, mask, frame, 0.0).logits, logits)
