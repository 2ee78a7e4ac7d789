"""Tones, against what the words mean."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.tone import NEUTRAL, Tone, apply_tone

tones = st.builds(Tone, st.floats(-1, 1), st.floats(-1, 1), st.floats(0.2, 5))


def test_neutral_changes_nothing():
    assert np.array_equal(NEUTRAL.table(), np.arange(256))


@given(tones)
def test_lighter_values_stay_lighter(tone):
    assert (np.diff(tone.table().astype(int)) >= 0).all()


@pytest.mark.parametrize(
    ("tone", "value", "wanted"),
    [
        (Tone(brightness=0.5), 0, 128),
        (Tone(brightness=-1), 255, 0),
        (Tone(contrast=-1), 10, 128),
        (Tone(contrast=0.5), 128, 129),
        (Tone(contrast=0.5), 60, 0),
        (Tone(gamma=2), 64, 128),
        (Tone(gamma=0.5), 128, 64),
    ],
)
def test_each_does_what_it_says(tone, value, wanted):
    assert abs(int(tone.table()[value]) - wanted) <= 1


@given(tones, st.integers(0, 99))
def test_pixels_are_looked_up_and_the_fourth_byte_stays(tone, seed):
    before = np.random.default_rng(seed).integers(0, 256, (3, 5, 4), np.uint8)
    pixels = before.copy()
    apply_tone(pixels, tone)
    assert np.array_equal(pixels[..., :3], tone.table()[before[..., :3]])
    assert np.array_equal(pixels[..., 3], before[..., 3])
