"""Prompts: what makes sense for an image, and what does not."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.errors import PromptError
from annotator.segment import Prompt

HEIGHT, WIDTH = 32, 64


@pytest.mark.parametrize("point", [(0, 0), (63.99, 31.99), (0, 31.99), (63.99, 0)])
def test_points_up_to_the_border_are_inside(point):
    Prompt([point], [1]).check_inside(HEIGHT, WIDTH)


@pytest.mark.parametrize("point", [(-0.01, 0), (0, -0.01), (64, 0), (0, 32)])
def test_points_on_the_far_border_are_outside(point):
    with pytest.raises(PromptError, match="outside the image of 64 x 32"):
        Prompt([point], [1]).check_inside(HEIGHT, WIDTH)


BOXES_INSIDE = [
    (-5, -5, 0.01, 0.01),
    (63.99, 31.99, 70, 40),
    (-64, -32, 128, 64),  # one image beyond each edge
]
BOXES_OUTSIDE = [(-5, 0, 0, 32), (0, -5, 64, 0), (64, 0, 70, 32), (0, 32, 64, 40)]
BOXES_FAR_BEYOND = [(-64.01, 0, 64, 32), (0, -32.01, 64, 32), (0, 0, 128.01, 32), (0, 0, 64, 64.01), (0, 0, 1e39, 1e39)]


@pytest.mark.parametrize("box", BOXES_INSIDE)
def test_boxes_that_overlap_the_image_are_inside(box):
    Prompt(box=box).check_inside(HEIGHT, WIDTH)


@pytest.mark.parametrize("box", BOXES_OUTSIDE)
def test_boxes_that_only_touch_the_image_are_outside(box):
    with pytest.raises(PromptError, match="outside the image of 64 x 32"):
        Prompt(box=box).check_inside(HEIGHT, WIDTH)
    with pytest.raises(PromptError, match="outside the image of 64 x 32"):
        Prompt(box=box).cut_to(HEIGHT, WIDTH)


@pytest.mark.parametrize("box", BOXES_FAR_BEYOND)
def test_boxes_far_beyond_the_image_are_refused_until_they_are_cut(box):
    with pytest.raises(PromptError, match="far beyond"):
        Prompt(box=box).check_inside(HEIGHT, WIDTH)
    assert Prompt(box=box).cut_to(HEIGHT, WIDTH).box == (0, 0, 64, 32)


def test_cutting_keeps_the_rest():
    logits = np.ones((4, 4), np.float32)
    cut = Prompt([(1, 2), (3, 4)], [1, 0], (-1, 5, 70, 20), logits).cut_to(HEIGHT, WIDTH)
    assert cut.box == (0, 5, 64, 20)
    assert np.array_equal(cut.points, [(1, 2), (3, 4)])
    assert np.array_equal(cut.labels, [1, 0])
    assert np.array_equal(cut.logits, logits)
    with pytest.raises(PromptError, match="point"):
        Prompt([(64, 2)], [1], (-1, 5, 70, 20)).cut_to(HEIGHT, WIDTH)


def test_a_prompt_does_not_follow_its_callers_arrays():
    points, labels, logits = np.ones((1, 2), np.float32), np.ones(1, np.int32), np.ones((4, 4), np.float32)
    prompt = Prompt(points, labels, logits=logits)
    for array in (points, labels, logits):
        array[:] = 0
    assert np.array_equal(prompt.points, [(1, 1)])
    assert np.array_equal(prompt.labels, [1])
    assert np.array_equal(prompt.logits, np.ones((4, 4)))


@pytest.mark.parametrize("label", [0.5, 1.5, 2, -1, 2**32 + 1, float("nan")])
def test_labels_are_checked_as_they_are_given(label):
    with pytest.raises(PromptError, match="label"):
        Prompt([(1, 1)], [label])


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 1e39])
def test_numbers_must_be_finite(number):
    with pytest.raises(PromptError, match="finite"):
        Prompt([(number, 1)], [1])


@pytest.mark.parametrize("number", [float("nan"), float("-inf")])
def test_logits_and_boxes_must_be_finite(number):
    logits = np.zeros((4, 4), np.float32)
    logits[1, 2] = number
    with pytest.raises(PromptError, match="finite"):
        Prompt([(1, 1)], [1], logits=logits)
    with pytest.raises(PromptError, match="finite"):
        Prompt(box=(0, 0, 5, number))
