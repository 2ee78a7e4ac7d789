"""Arrays in shared memory, seen from both sides."""

from __future__ import annotations

import os
import sys
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from annotator.errors import AnnotatorError
from annotator.segment import remote_wire
from annotator.segment.remote_wire import ArraySpec, AttachedArrays, SharedArrays

ARRAYS = arrays_of.arrays(
    dtype=st.sampled_from(["<f4", "|u1", "<i4", "<f8"]),
    shape=arrays_of.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=7),
)


@pytest.fixture
def shared_arrays():
    shared = SharedArrays()
    yield shared
    shared.close()


@settings(max_examples=30)
@given(requests=st.lists(st.lists(ARRAYS, min_size=1, max_size=4), min_size=1, max_size=3))
def test_both_sides_read_what_the_other_wrote(requests):
    parent, child = SharedArrays(), AttachedArrays()
    try:
        for arrays in requests:
            places = parent.reserve(*map(ArraySpec.of, arrays))
            for place, array in zip(places, arrays, strict=True):
                parent.write(place, array)
            # Read after all were written: places must not overlap.
            for place, array in zip(places, arrays, strict=True):
                seen = child.read(place)
                assert seen.dtype == array.dtype
                assert np.array_equal(seen, array, equal_nan=array.dtype.kind == "f")
                child.write(place, np.zeros_like(array))
            assert not any(parent.read(place).any() for place in places)
    finally:
        parent.close()


def test_the_segment_is_used_again_while_it_is_large_enough(shared_arrays):
    (first,) = shared_arrays.reserve(ArraySpec((1000,), "<f4"))
    (smaller,) = shared_arrays.reserve(ArraySpec((10,), "<f4"))
    (larger,) = shared_arrays.reserve(ArraySpec((100_000,), "<f4"))
    assert smaller.segment == first.segment
    assert larger.segment != first.segment


def test_only_unusually_large_segments_are_given_back(shared_arrays):
    (small,) = shared_arrays.reserve(ArraySpec((1000,), "|u1"))
    shared_arrays.trim()
    shared_arrays.write(small, np.zeros(1000, np.uint8))
    (large,) = shared_arrays.reserve(ArraySpec((2**26,), "|u1"))
    shared_arrays.trim()
    with pytest.raises(ValueError, match="is gone"):
        shared_arrays.write(large, np.zeros(2**26, np.uint8))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit is that of the machine's memory")
def test_too_little_shared_memory_is_a_sentence_and_leaves_nothing(shared_arrays, monkeypatch):
    made = []

    class Recorded(SharedMemory):
        def __init__(self, name=None, create=False, size=0):
            super().__init__(name, create, size)
            made.append(self.name)

    monkeypatch.setattr(remote_wire, "SharedMemory", Recorded)
    shm = os.statvfs("/dev/shm")
    too_much = (shm.f_blocks + 1) * shm.f_frsize
    with pytest.raises(AnnotatorError, match=r"no room for \d+ MB of shared memory"):
        shared_arrays.reserve(ArraySpec((too_much,), "|u1"))
    assert not any(Path("/dev/shm", name).exists() for name in made)
    # A smaller request is served.
    (place,) = shared_arrays.reserve(ArraySpec((10,), "|u1"))
    shared_arrays.write(place, np.ones(10, np.uint8))
    assert shared_arrays.read(place).all()


def test_places_of_an_earlier_segment_are_gone(shared_arrays):
    (place,) = shared_arrays.reserve(ArraySpec((10,), "|u1"))
    shared_arrays.close()
    with pytest.raises(ValueError, match="is gone"):
        shared_arrays.read(place)
