"""JSON that keeps every number, whichever library reads it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core import json_text
from annotator.core.json_text import _has_long_number

numbers = st.integers() | st.integers(2**62, 2**66) | st.integers(-(2**66), -(2**62)) | st.integers(-(10**250), 10**250)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | numbers | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_what_is_written_comes_back_with_its_types(value):
    data = json_text.dumps(value)
    assert b"\n" not in data
    assert repr(json_text.loads(data)) == repr(value)
    assert json.loads(data) == value


@pytest.mark.parametrize("size", [10, 5000, 1 << 22, (1 << 22) + 100])
@pytest.mark.parametrize("digits", [18, 19, 20])
def test_a_long_number_is_found_wherever_it_is(size, digits):
    data = bytearray(b" " * size + b"9" * digits + b" " * size)
    assert _has_long_number(bytes(data)) is (digits >= 19)


@given(st.integers(-(10**30), 10**30))
def test_an_integer_is_long_wherever_it_stands(number):
    data = json.dumps([1, {"a": number}, [number], number])
    assert _has_long_number(data.encode()) is (len(str(abs(number))) >= 19)


@pytest.mark.parametrize(
    "data", [b'["12345678901234567890"]', b"[0.12345678901234567890]", b"[12345678901234567890.5]"]
)
def test_digits_that_are_no_integer_cost_no_second_reading(data):
    assert not _has_long_number(data)


@pytest.mark.parametrize("value", [object(), {1, 2}, "\ud800", [float("nan"), 2**70], [object(), 2**70]])
def test_what_is_no_json_value_is_a_type_error(value):
    with pytest.raises(TypeError):
        json_text.dumps(value)


@pytest.mark.parametrize("data", [b"", b"NaN", b"[1e400]", b"[" + b"9" * 301 + b"]", b"[" * 200 + b"]" * 200, b"\xff"])
def test_what_cannot_be_kept_is_a_value_error(data):
    with pytest.raises(ValueError, match=r"."):
        json_text.loads(data)
