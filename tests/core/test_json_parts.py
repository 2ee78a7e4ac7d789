"""What is read in pieces is what is read at once, and is refused when that is."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.core import json_parts, json_text
from annotator.core.json_parts import JsonParts

texts = st.text(st.sampled_from('ab"\\/[]{},: \n猫'), max_size=6)
numbers = st.integers(-(10**25), 10**25) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)
records = st.lists(st.dictionaries(texts, values, max_size=3) | values, max_size=12)
objects = st.dictionaries(st.sampled_from(["images", "info", "annotations"]) | texts, records | values, max_size=5)


@pytest.fixture(params=[(1, 1), (7, 16), (1 << 18, 1 << 20)], ids=str, autouse=True)
def sizes(request, monkeypatch):
    """Of the pieces and of the blocks that are scanned."""
    piece, block = request.param
    monkeypatch.setattr(json_parts, "_PIECE", piece)
    monkeypatch.setattr(json_parts, "_BLOCK", block)


def read(data: bytes) -> dict:
    parts = JsonParts(data)
    lists = {
        key: [record for piece in parts.pieces(key) for record in piece.records] for key in LISTS if parts.is_list(key)
    }
    return {**parts.rest(frozenset(lists)), **lists}


LISTS = ("images", "annotations")


@given(objects, st.sampled_from([None, 0, 2]), st.booleans())
@example({"images": [{"a": "\\"}, {"b": '\\"'}, {"c": "]},"}]}, None, False)
def test_an_object_is_the_same_in_pieces(value, indent, ascii_only):
    data = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()
    assert repr(sorted(read(data).items())) == repr(sorted(json_text.loads(data).items()))


@given(objects, st.data())
def test_damage_is_found_in_pieces_as_it_is_at_once(value, data):
    text = bytearray(json.dumps(value, ensure_ascii=False).encode())
    place = data.draw(st.integers(0, len(text)))
    change = data.draw(st.binary(max_size=2) | st.sampled_from([b'"', b"\\", b"[", b"]", b"{", b"}", b",", b" "]))
    text[place : place + data.draw(st.integers(0, 2))] = change
    damaged = bytes(text)
    try:
        whole = json_text.loads(damaged)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            read(damaged)
        return
    expected = whole if isinstance(whole, dict) else {}
    assert repr(sorted(read(damaged).items())) == repr(sorted(expected.items()))


@pytest.mark.parametrize(
    "text",
    [
        b'{"images": [{"a": 1},]}',
        b'{"images": [{"a": 1},,{"a": 1}]}',
        b'{"images": [{"a": 1} {"a": 1}]}',
        b'{"images": [,{"a": 1}]}',
        b'{"images": [{"a": 1}}',
        b'{"images": [{"a": 1}, {"a": NaN}]}',
        b'{"images": [{"a": "x}]}',
        b'{"images": [' + b"[" * 200 + b"]" * 200 + b"]}",
    ],
)
def test_what_is_no_json_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        read(text)


def test_records_are_counted_before_they_are_read():
    parts = JsonParts(b'{"images": [{"id": 1}, {"id": [2, {}]}, {}], "annotations": [], "info": {"images": [1]}}')
    assert (parts.count("images"), parts.count("annotations"), parts.count("categories")) == (3, 0, 0)
    assert "info" in parts
    assert not parts.is_list("info")


def test_the_last_of_two_lists_of_one_name_counts():
    assert read(b'{"images": [{"a": 1}], "images": [{"a": 2}, {"a": 3}]}') == {"images": [{"a": 2}, {"a": 3}]}
