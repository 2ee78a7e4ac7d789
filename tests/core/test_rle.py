"""Checking compressed run-lengths by the thousand, against reading each one slowly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as mask_utils

from annotator.core import rle
from annotator.core.geometry import RunLengths


def slowly(text: bytes) -> list[int] | None:
    """The numbers in a text, character by character; None when it is not well-formed."""
    runs, number, position = [], 0, 0
    for character in text:
        code = character - 48
        if not 0 <= code < 64 or position == 7:
            return None
        number |= (code & 31) << (5 * position)
        position += 1
        if not code & 32:
            number -= (code & 16) << (5 * position - 4)
            runs.append(number + (runs[-2] if len(runs) > 2 else 0))
            number = position = 0
    return runs if runs and position == 0 else None


def is_canonical(text: bytes, pixels: int) -> bool:
    runs = slowly(text)
    if runs is None or min(runs) < 0 or 0 in runs[1:] or sum(runs) != pixels:
        return False
    return mask_utils.frPyObjects({"size": [1, pixels], "counts": runs}, 1, pixels)["counts"] == text


@st.composite
def texts(draw):
    """Texts of masks, some with a character changed, added or removed, and texts of anything."""
    lengths = draw(st.from_type(RunLengths))
    text = bytearray(lengths.counts)
    place = draw(st.integers(0, len(text)))
    character = draw(st.integers(47, 113))
    match draw(st.sampled_from(["right", "right", "change", "add", "remove", "anything"])):
        case "change":
            text[place : place + 1] = [character]
        case "add":
            text.insert(place, character)
        case "remove":
            del text[place : place + 1]
        case "anything":
            text = bytearray(draw(st.lists(st.integers(47, 113), max_size=20)))
    return bytes(text), draw(st.sampled_from([lengths.height * lengths.width] * 4 + [1]))


def covers(text: bytes, pixels: int) -> bool:
    runs = slowly(text)
    return runs is not None and min(runs) >= 0 and sum(runs) == pixels


@given(st.lists(texts(), max_size=8))
def test_many_are_checked_as_one_by_one(cases):
    checked = rle.check_many([text for text, _ in cases], [pixels for _, pixels in cases])
    assert checked.covers.tolist() == [covers(text, pixels) for text, pixels in cases]
    assert checked.is_canonical.tolist() == [is_canonical(text, pixels) for text, pixels in cases]


@given(texts())
def test_one_is_read_as_slowly(case):
    text, _ = case
    expected = slowly(text)
    assert rle.is_well_formed(text) == (expected is not None)
    if expected is not None:
        assert rle.decompress(text).tolist() == expected


@pytest.mark.parametrize("characters", [1, 10, 1000])
def test_batches_make_no_difference(monkeypatch, characters):
    monkeypatch.setattr(rle, "_BATCH_CHARACTERS", characters)
    rng = np.random.default_rng(0)
    right = [RunLengths.from_mask(rng.random((9, 11)) < share).counts for share in np.linspace(0, 1, 20)]
    cases = [text for pair in zip(right, [text[:-1] + b"~" for text in right], strict=True) for text in pair]
    checked = rle.check_many(cases, [99] * 40)
    assert checked.covers.tolist() == checked.is_canonical.tolist() == [True, False] * 20
