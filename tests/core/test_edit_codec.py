"""Edits as bytes: every kind comes back equal, and what is no edit is refused."""

from __future__ import annotations

import contextlib
import json
from dataclasses import is_dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core import edit_codec, edits
from annotator.core.document import (
    Category,
    Document,
    ImageRecord,
    ImageStatus,
    Instance,
    Provenance,
    StoredProposal,
)
from annotator.core.edit_codec import decode, encode
from annotator.core.edits import AddCategory, ReplaceProposals, Together
from annotator.core.geometry import RunLengths
from tests.core.conftest import attribute_values, attributes, extras, reviews, run_lengths, texts

ids = st.integers(0, 2**52)
ratios = st.none() | st.floats(0, 1) | st.integers(0, 1)
# As read from files, with keys that the codec uses itself.
mappings = st.dictionaries(
    texts | st.sampled_from(["of", "bytes", "map", "enum"]), st.none() | ids | texts | st.just(10**40), max_size=3
)
categories = st.builds(
    Category, ids, texts, texts, st.none() | st.just("#00a0ff"), attributes=attributes, extra=extras | mappings
)
images = st.builds(
    ImageRecord,
    ids,
    texts,
    ids,
    ids,
    status=st.none() | st.sampled_from(ImageStatus),
    problem=st.none() | texts,
    review=st.none() | reviews,
    note=texts,
)
provenances = st.builds(Provenance, texts, texts, ratios, ratios)
instances = st.builds(
    Instance,
    ids,
    ids,
    ids,
    run_lengths(),
    iscrowd=st.booleans(),
    group=st.none() | ids,
    review=st.none() | reviews,
    attributes=attribute_values | mappings,
    provenance=provenances,
    parent_id=st.none() | ids,
    verbatim=st.none() | mappings,
    extra=extras | mappings,
)
proposals = st.builds(
    StoredProposal,
    ids,
    ids,
    ids,
    run_lengths(),
    score=st.floats(0, 1),
    provenance=provenances,
    parent_id=st.none() | ids,
    point=st.none() | st.tuples(st.floats(0, 99), st.floats(0, 99)),
    parameters=mappings,
    extra=mappings,
)


def tuples(values):
    return st.lists(values, max_size=2).map(tuple)


KINDS = {
    "AddInstance": st.builds(edits.AddInstance, instances),
    "RemoveInstances": st.builds(edits.RemoveInstances, tuples(instances)),
    "ChangeInstance": st.builds(edits.ChangeInstance, instances, instances),
    "OrderInstances": st.builds(edits.OrderInstances, ids, tuples(ids), tuples(ids)),
    "ReplaceProposals": st.builds(edits.ReplaceProposals, tuples(proposals), tuples(proposals)),
    "AcceptProposals": st.builds(edits.AcceptProposals, tuples(proposals), ids),
    "ChangeImage": st.builds(edits.ChangeImage, images, images),
    "AddImages": st.builds(edits.AddImages, tuples(images)),
    "AddCategory": st.builds(edits.AddCategory, categories),
    "ChangeCategory": st.builds(edits.ChangeCategory, categories, categories),
    "RemoveCategory": st.builds(edits.RemoveCategory, categories),
    "OrderCategories": st.builds(edits.OrderCategories, tuples(ids), tuples(ids)),
}
KINDS["Reverted"] = st.builds(edits.Reverted, st.one_of(*KINDS.values()))
KINDS["Together"] = st.builds(Together, tuples(st.one_of(*KINDS.values())))


def test_every_edit_there_is_has_a_test():
    there = {name for name, value in vars(edits).items() if is_dataclass(value) and value.__module__ == edits.__name__}
    assert there == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_an_edit_comes_back_equal(kind, data):
    edit = data.draw(KINDS[kind])
    back = decode(encode(edit))
    assert back == edit
    assert encode(back) == encode(edit)


def test_what_is_no_record_is_refused():
    with pytest.raises(TypeError, match="Document"):
        encode(Together((Document(None),)))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        "7",
        "null",
        {"of": "NoSuchEdit"},
        {"of": "Category", "id": 1, "name": "x"},
        {"of": "AddCategory"},
        {"of": "AddCategory", "category": {"enum": "ImageStatus", "value": "odd"}, "more": 1},
        {"map": {}},
    ],
)
def test_what_is_no_edit_is_refused(content):
    data = content if isinstance(content, str) else json.dumps(content)
    with pytest.raises(ValueError):  # noqa: PT011 - which of them is not the point
        decode(data.encode())


@given(st.binary(max_size=40))
def test_damaged_bytes_raise_nothing_but_value_errors(data):
    whole = encode(AddCategory(Category(1, "cat")))
    for damaged in (data, whole[: len(data)], whole.replace(b"cat", data)):
        with contextlib.suppress(ValueError):
            decode(damaged)


def test_a_mask_is_a_mask_again():
    mask = RunLengths(2, 2, b"04")
    edit = edits.AddInstance(Instance(1, 1, 1, mask))
    assert isinstance(decode(encode(edit)).instance.mask, RunLengths)


def test_an_edit_of_a_whole_folder_is_short_and_comes_back_equal():
    mask = RunLengths(4, 4, b"088")
    stored = [StoredProposal(i, i // 3, 1, mask, 0.5, parameters={"points": 32, "big": 10**40}) for i in range(20_000)]
    edit = Together(tuple(ReplaceProposals((), tuple(stored[at : at + 100])) for at in range(0, len(stored), 100)))
    data = encode(edit)
    assert len(data) < 2**20
    assert decode(data) == edit


def test_a_large_edit_is_written_with_pauses_for_the_window_and_a_small_one_without(monkeypatch):
    pauses = []
    monkeypatch.setattr(edit_codec.time, "sleep", pauses.append)
    encode(AddCategory(Category(1, "one")))
    assert not pauses
    several = Together(tuple(AddCategory(Category(i, f"c{i}")) for i in range(1, 3001)))
    assert decode(encode(several)) == several
    assert len(pauses) > 20


def test_compressed_bytes_that_are_damaged_raise_a_value_error():
    with pytest.raises(ValueError, match="understood"):
        decode(b"\x78\x01 no such thing")


@pytest.mark.parametrize("count", [1, 200_000], ids=["short", "compressed"])
def test_what_is_no_valid_text_comes_back_all_the_same(count):
    """A window's text field takes half a pair of surrogates, and so does a file name."""
    category = Category(1, "\ud83d 猫", extra={"\udcff": ["\ud800"]})
    edit = Together((AddCategory(category), AddCategory(Category(2, "x" * count * 10))))
    assert decode(encode(edit)) == edit
