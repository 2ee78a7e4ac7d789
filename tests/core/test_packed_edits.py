"""Edits packed for the undo stack come back as they were, and take little memory."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.document import Category, Document, ImageRecord, Instance, Review, ReviewState
from annotator.core.edits import AddInstance, ChangeInstance, Edit, RemoveInstances, Together
from annotator.core.geometry import RunLengths
from annotator.core.packed_edits import pack

HEIGHT, WIDTH = 9, 11


def document_of(height: int = HEIGHT, width: int = WIDTH, instances: int = 3) -> Document:
    document = Document(Path())
    document.put(ImageRecord(1, "a.png", height, width))
    for number in (1, 2):
        document.put(Category(number, f"{number}"))
    for number in range(1, instances + 1):
        document.put(Instance(number, 1, 1, mask_of(number), extra={"ours": number}))
    return document


def mask_of(seed: int) -> RunLengths:
    return RunLengths.from_mask(np.random.default_rng(seed).random((HEIGHT, WIDTH)) < 0.4)


def back_and_forth(edit: Edit, document: Document) -> None:
    """Apply, pack, undo, redo and undo again by what comes out of the package; compare with the edit itself."""
    before = dict(document.instances)
    edit.apply(document)
    after = dict(document.instances)
    packed = pack(edit, document)
    for _ in range(2):
        again = packed.unpack(document, applied=True)
        assert again == edit
        again.revert(document)
        assert_same(document.instances, before)
        again = packed.unpack(document, applied=False)
        assert again == edit
        again.apply(document)
        assert_same(document.instances, after)


def assert_same(found: dict[int, Instance], expected: dict[int, Instance]) -> None:
    assert found == expected
    for instance_id, instance in expected.items():
        # Equal is not enough: 1 == True == 1.0, but a file tells them apart.
        assert {k: repr(v) for k, v in vars(found[instance_id]).items() if k != "mask"} == {
            k: repr(v) for k, v in vars(instance).items() if k != "mask"
        }
        assert found[instance_id].mask.counts == instance.mask.counts


changes = st.fixed_dictionaries(
    {},
    optional={
        "mask": st.integers(0, 9).map(mask_of),
        "category_id": st.sampled_from([1, 2]),
        "iscrowd": st.booleans(),
        "group": st.sampled_from([None, 1]),
        "review": st.sampled_from([None, Review(ReviewState.ACCEPTED, "good")]),
        "attributes": st.sampled_from([{}, {"a": 1}, {"a": True}, {"a": 1.0}, {"a": math.inf}]),
        "verbatim": st.sampled_from([None, {"segmentation": [[1.0, 2.0]]}]),
    },
)


@given(st.lists(changes, min_size=1, max_size=3), st.booleans())
def test_changes_of_instances_come_back_exactly(what, together):
    document = document_of()
    edits = tuple(
        ChangeInstance(instance, replace(instance, **change))
        for instance, change in zip(document.instances.values(), what, strict=False)
    )
    back_and_forth(Together(edits) if together else edits[0], document)


@given(st.integers(0, 99), st.integers(0, 99))
def test_two_changes_of_one_instance_in_one_edit_come_back(one, other):
    document = document_of()
    first = document.instances[1]
    second = first.with_mask(mask_of(one))
    back_and_forth(
        Together((ChangeInstance(first, second), ChangeInstance(second, second.with_mask(mask_of(other))))), document
    )


def test_what_comes_and_goes_comes_back():
    document = document_of()
    back_and_forth(RemoveInstances(tuple(document.instances.values())), document)
    back_and_forth(AddInstance(Instance(9, 1, 1, mask_of(9))), document)


def test_a_mask_that_was_never_decoded_stays_so():
    document = document_of()
    old = replace(document.instances[1], mask=RunLengths.from_coco([[0, 0, 5, 0, 5, 5]], HEIGHT, WIDTH))
    document.put(old)
    edit = ChangeInstance(old, old.with_mask(mask_of(5)))
    edit.apply(document)
    packed = pack(edit, document)
    assert old.mask.is_pending
    assert packed.unpack(document, applied=True).before.mask is old.mask


def ragged(height: int, width: int) -> np.ndarray:
    """A mask whose run-lengths are long: two runs in each column, of random length."""
    rng = np.random.default_rng(1)
    rows = np.arange(height)[:, None]
    return (rows > rng.integers(1, height // 3, width)) & (rows < rng.integers(height // 2, height - 1, width))


@pytest.mark.parametrize("x", [0, 700, 1950])
def test_of_a_stroke_only_the_piece_that_changed_is_kept(x):
    document = document_of(1500, 2000, 0)
    mask = ragged(1500, 2000)
    old = Instance(1, 1, 1, RunLengths.from_mask(mask))
    document.put(old)
    mask[500:560, x : x + 40] ^= True
    edit = ChangeInstance(old, old.with_mask(RunLengths.from_mask(mask)))
    edit.apply(document)
    assert len(old.mask.counts) > 8_000
    assert pack(edit, document).nbytes < 2_500
    assert pack(edit, document).unpack(document, applied=True) == edit


def test_one_change_of_many_instances_is_kept_once():
    document = document_of(instances=300)
    edit = Together(tuple(ChangeInstance(i, replace(i, category_id=2)) for i in document.instances.values()))
    edit.apply(document)
    assert pack(edit, document).nbytes < 300 * 100


def test_what_the_document_holds_is_not_counted_and_what_only_the_edit_holds_is():
    document = document_of(1500, 2000, 0)
    new = Instance(1, 1, 1, RunLengths.from_mask(ragged(1500, 2000)))
    add = AddInstance(new)
    add.apply(document)
    assert pack(add, document).nbytes < 3_000
    remove = RemoveInstances((new,))
    remove.apply(document)
    assert pack(remove, document).nbytes > len(new.mask.counts)


def test_polygons_of_what_was_deleted_count():
    document = document_of()
    polygon = [float(value) for value in range(2000)]
    old = replace(document.instances[1], verbatim={"segmentation": [polygon]})
    document.put(old)
    remove = RemoveInstances((old,))
    remove.apply(document)
    assert pack(remove, document).nbytes > 2000 * 32
