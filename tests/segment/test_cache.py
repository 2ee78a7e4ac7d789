"""The embedding cache, against a plain list that keeps the same promises."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.segment import Embedding
from annotator.segment.cache import EmbeddingCache
from annotator.segment.preprocess import Frame


def embedding(floats):
    return Embedding(np.zeros((1, 1, 1, floats), np.float32), Frame(1, 1, 64), "", "")


@given(
    steps=st.lists(
        st.tuples(st.sampled_from("abcdef"), st.none() | st.integers(1, 8)), max_size=60
    ),  # key; get, or put of that many floats
    room=st.integers(1, 20),
)
def test_the_least_recently_used_make_room(steps, room):
    cache = EmbeddingCache(4 * room)
    kept: list[tuple[str, Embedding]] = []  # oldest first
    for key, floats in steps:
        if floats is None:
            expected = next((e for k, e in kept if k == key), None)
            assert cache.get(key) is expected
            if expected is not None:
                kept = [pair for pair in kept if pair[0] != key] + [(key, expected)]
        else:
            new = embedding(floats)
            cache.put(key, new)
            kept = [pair for pair in kept if pair[0] != key]
            if floats <= room:
                kept.append((key, new))
            while sum(e.features.size for _, e in kept) > room:
                kept.pop(0)
        assert cache.nbytes == sum(e.features.nbytes for _, e in kept)


def test_no_room_is_refused():
    with pytest.raises(ValueError, match="positive"):
        EmbeddingCache(0)
    with pytest.raises(ValueError, match="positive"):
        EmbeddingCache(8).resize(0)


def test_less_room_lets_the_least_recently_used_go_and_more_room_keeps_all():
    cache = EmbeddingCache(4 * 6)
    for key in "abc":
        cache.put(key, embedding(2))
    cache.get("a")
    cache.resize(4 * 5)
    assert [cache.get(key) is not None for key in "abc"] == [True, False, True]
    cache.resize(4 * 8)
    cache.put("d", embedding(4))
    assert [cache.get(key) is not None for key in "acd"] == [True, True, True]
    assert cache.nbytes == 4 * 8


def test_clearing_forgets_everything():
    cache = EmbeddingCache(4 * 6)
    cache.put("a", embedding(2))
    cache.clear()
    assert cache.get("a") is None
    assert cache.nbytes == 0


def test_threads_do_not_break_the_count():
    cache = EmbeddingCache(4 * 50)
    start = threading.Barrier(4)

    def work(seed):
        start.wait()
        for step, key in enumerate(np.random.default_rng(seed).integers(0, 30, 3000)):
            if step % 3:
                cache.get(str(key))
            else:
                cache.put(str(key), embedding(int(key) + 1))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = [found for key in range(30) if (found := cache.get(str(key))) is not None]
    assert kept
    assert cache.nbytes == sum(e.features.nbytes for e in kept) <= 4 * 50
