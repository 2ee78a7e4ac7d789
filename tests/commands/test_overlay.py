"""The drawn result: the mask is tinted and outlined, prompts are marked, and the rest is the photo."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.commands.overlay import draw_overlay
from annotator.segment import Prompt


@pytest.fixture
def photo() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 200, (80, 120, 3), np.uint8)


def ring() -> np.ndarray:
    """A square with a square hole."""
    mask = np.zeros((80, 120), bool)
    mask[10:70, 20:80] = True
    mask[30:50, 40:60] = False
    return mask


def changed(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    return (before != after).any(axis=2)


def test_the_mask_is_tinted_and_outlined_and_its_hole_is_not(photo: np.ndarray):
    original = photo.copy()
    picture = draw_overlay(photo, ring(), Prompt(points=[(100, 70)], labels=[1]))
    assert np.array_equal(photo, original), "the photo itself was drawn on"
    assert picture.shape == photo.shape
    assert picture.dtype == np.uint8
    assert changed(photo, picture)[15:25, 25:75].all()
    assert not changed(photo, picture)[33:47, 43:57].any()
    # Rims of the outside and of the hole are whiter than the photo ever is.
    assert (picture[10, 30:70] > 200).all()
    assert (picture[29, 42:58] > 200).all()


def test_an_empty_mask_leaves_the_photo(photo: np.ndarray):
    picture = draw_overlay(photo, np.zeros((80, 120), bool), Prompt(points=[(100, 70)], labels=[1]))
    assert not changed(photo, picture)[:50].any()


def test_the_box_is_drawn_where_it_is(photo: np.ndarray):
    picture = draw_overlay(photo, np.zeros((80, 120), bool), Prompt(box=(30, 20, 90, 60)))
    rows, columns = np.nonzero(changed(photo, picture))
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == pytest.approx((30, 20, 90, 60), abs=1)
    assert not changed(photo, picture)[25:55, 35:85].any()


def test_positive_and_negative_points_differ_in_more_than_colour(photo: np.ndarray):
    pictures = [
        draw_overlay(photo, np.zeros((80, 120), bool), Prompt(points=[(60, 40)], labels=[label])) for label in (1, 0)
    ]
    # Above the centre a plus has a stroke and a minus has none; left of it both have one.
    above, left = np.s_[38, 60], np.s_[40, 58]
    assert (pictures[0][above] == 255).all()
    assert not (pictures[1][above] == 255).all()
    assert all((picture[left] == 255).all() for picture in pictures)
