"""Embeddings on disk: the same bytes come back, damage is a miss, and the folder stays within its bound."""

from __future__ import annotations

import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator import paths
from annotator.segment import disk_cache
from annotator.segment.disk_cache import DiskCache
from annotator.segment.preprocess import Frame
from annotator.segment.segmenter import Embedding
from tests.fakes import FakeSegmenter

SIDE = 16
BYTES = 256 * SIDE * SIDE * 4


def embedding(seed: int) -> Embedding:
    features = np.random.default_rng(seed).standard_normal((1, 256, SIDE, SIDE)).astype(np.float32)
    return Embedding(features, Frame(30, 40, 256), f"{seed:040x}", "digest", 0.25)


@pytest.fixture
def cache(tmp_path) -> DiskCache:
    return DiskCache(tmp_path / "embeddings", 10 * BYTES)


def same(a: Embedding, b: Embedding) -> bool:
    return (
        a.features.tobytes() == b.features.tobytes()
        and a.features.dtype == b.features.dtype
        and (a.frame, a.fingerprint, a.model, a.mask_threshold) == (b.frame, b.fingerprint, b.model, b.mask_threshold)
    )


def keep(cache: DiskCache, seed: int, time: float) -> Embedding:
    """Put one and say when it was last used."""
    kept = embedding(seed)
    cache.put(kept.fingerprint, kept)
    os.utime(cache._path(kept.fingerprint), (time, time))
    return kept


def test_what_was_put_comes_back_the_same(cache, tmp_path):
    kept = embedding(1)
    cache.put(kept.fingerprint, kept)
    assert same(cache.get(kept.fingerprint), kept)
    assert same(DiskCache(tmp_path / "embeddings", 1).get(kept.fingerprint), kept)  # another window
    assert cache.get(embedding(2).fingerprint) is None


def test_masks_of_a_cached_embedding_are_those_of_a_fresh_one(cache):
    from annotator.segment import Prompt

    segmenter = FakeSegmenter()
    rgb = np.random.default_rng(0).integers(0, 255, (60, 80, 3), np.uint8)
    fresh = segmenter.encode(rgb)
    cache.put(fresh.fingerprint, fresh)
    prompt = Prompt(points=[(20, 30)], labels=[1])
    pairs = zip(segmenter.decode(fresh, prompt), segmenter.decode(cache.get(fresh.fingerprint), prompt), strict=True)
    for a, b in pairs:
        assert np.array_equal(a.mask, b.mask)
        assert a.predicted_iou == b.predicted_iou


@given(data=st.data())
def test_a_damaged_file_is_a_miss_and_goes(tmp_path_factory, data):
    cache = DiskCache(tmp_path_factory.mktemp("cache"), 10 * BYTES)
    kept = embedding(3)
    cache.put(kept.fingerprint, kept)
    path = cache._path(kept.fingerprint)
    content = bytearray(path.read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content) - 1))]
    else:
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    assert cache.get(kept.fingerprint) is None
    assert not path.exists()


def test_a_file_under_another_name_is_a_miss(cache):
    kept = embedding(4)
    cache.put(kept.fingerprint, kept)
    other = embedding(5).fingerprint
    cache._path(kept.fingerprint).rename(cache._path(other))
    assert cache.get(other) is None


def test_the_least_recently_used_make_room(tmp_path):
    cache = DiskCache(tmp_path, 3 * BYTES + 1000)
    first, second, third = (keep(cache, seed, seed) for seed in (1, 2, 3))
    assert cache.get(first.fingerprint) is not None  # used again, now the newest
    fourth = keep(cache, 4, 4)
    assert cache.get(second.fingerprint) is None
    assert all(cache.get(kept.fingerprint) is not None for kept in (first, third, fourth))
    assert cache.nbytes <= 3 * BYTES + 1000


def test_two_windows_that_write_read_and_clear_at_once(tmp_path):
    """Each on a bound of three embeddings, so that either deletes what the other is about to read."""
    kept = [embedding(seed) for seed in range(6)]
    stop = time.monotonic() + 1.0

    def window(seed: int) -> int:
        cache, chance, found = DiskCache(tmp_path / "embeddings", 3 * BYTES + 4096), random.Random(seed), 0
        while time.monotonic() < stop:
            one = chance.choice(kept)
            if chance.random() < 0.02:
                cache.clear()
            cache.put(one.fingerprint, one)
            other = chance.choice(kept)
            back = cache.get(other.fingerprint)
            assert back is None or same(back, other)
            found += back is not None
        return found

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(window, range(4))) > 0
    assert DiskCache(tmp_path / "embeddings", 0).nbytes <= 6 * (BYTES + 1024)
    assert not list((tmp_path / "embeddings").glob("*.tmp"))


def test_what_a_killed_writer_left_is_cleared_away(cache, tmp_path):
    keep(cache, 1, 1)
    (tmp_path / "embeddings" / ".dead.tmp").write_bytes(b"x" * 100)
    cache.clear()
    assert cache.nbytes == 0
    assert not list((tmp_path / "embeddings").iterdir())


def test_an_embedding_larger_than_the_bound_is_not_kept(tmp_path):
    cache = DiskCache(tmp_path, BYTES)
    kept = embedding(1)
    cache.put(kept.fingerprint, kept)
    assert cache.nbytes == 0


@pytest.mark.skipif(sys.platform == "win32", reason="a file in the folder's place is another error there")
def test_a_disk_that_cannot_be_written_keeps_nothing_and_stops_nobody(tmp_path):
    (tmp_path / "embeddings").write_bytes(b"a file where the folder would be")
    cache = DiskCache(tmp_path / "embeddings", 10 * BYTES)
    kept = embedding(1)
    cache.put(kept.fingerprint, kept)
    assert cache.get(kept.fingerprint) is None
    assert cache.nbytes == 0


def test_another_process_finds_the_cache_with_its_limit(tmp_path):
    folder = tmp_path / "embeddings"
    assert DiskCache.existing(folder) is None
    mine = DiskCache(folder, 10 * BYTES)
    for seed in range(6):
        keep(mine, seed, seed)
    mine.set_limit(4 * BYTES + 4000)
    assert [mine.get(embedding(seed).fingerprint) is not None for seed in range(6)] == [False, False, *[True] * 4]
    other = DiskCache.existing(folder)
    keep(other, 7, 7)
    assert other.nbytes <= 4 * BYTES + 4000  # it does not throw away what the owner allows, nor keep more
    assert same(other.get(embedding(7).fingerprint), embedding(7))


def test_prelabel_goes_through_the_cache(tmp_path, monkeypatch):
    from annotator.commands import prelabel
    from annotator.segment.prelabel_engines import HereEngine

    monkeypatch.setattr(paths, "embeddings_dir", lambda: tmp_path / "embeddings")
    options = prelabel.parse([str(tmp_path)])
    weights = tmp_path / "weights.safetensors"
    engine = prelabel._engine(options, weights)
    assert isinstance(engine, HereEngine)
    assert engine._load.args == (weights,)
    assert "cache" not in engine._load.keywords
    paths.embeddings_dir().mkdir()
    assert isinstance(prelabel._engine(options, weights)._load.keywords["cache"], DiskCache)


def test_a_limit_is_never_seen_half_written(cache, tmp_path, monkeypatch):
    folder = tmp_path / "embeddings"
    cache.set_limit(123_456)
    seen, replace = [], os.replace

    def watched(source, target) -> None:
        seen.append(DiskCache.existing(folder)._max_bytes)
        replace(source, target)

    monkeypatch.setattr(os, "replace", watched)
    cache.set_limit(9)
    assert seen == [123_456]
    assert DiskCache.existing(folder)._max_bytes == 9


def test_a_limit_that_cannot_be_written_leaves_the_one_before(cache, tmp_path, monkeypatch):
    folder = tmp_path / "embeddings"
    cache.set_limit(123_456)

    def full(source, target) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cache.set_limit(9)
    monkeypatch.undo()
    assert DiskCache.existing(folder)._max_bytes == 123_456
    assert [path.name for path in folder.iterdir()] == ["limit"]


def test_an_embedding_for_which_there_is_no_memory_is_just_not_kept(cache, monkeypatch):
    def exhausted(_: Embedding) -> bytes:
        raise MemoryError

    monkeypatch.setattr("annotator.segment.disk_cache._encode", exhausted)
    cache.put(embedding(1).fingerprint, embedding(1))
    assert cache.get(embedding(1).fingerprint) is None


def test_a_file_that_no_embedding_fills_is_a_miss_and_goes(cache):
    kept = embedding(1)
    cache.put(kept.fingerprint, kept)
    path = cache._path(kept.fingerprint)
    os.truncate(path, 2**40)  # sparse
    assert cache.get(kept.fingerprint) is None
    assert not path.exists()


def test_a_full_cache_is_not_counted_at_every_put_and_stays_within_its_bound(tmp_path, monkeypatch):
    size = len(disk_cache._encode(embedding(0)))
    cache = DiskCache(tmp_path, 40 * size)
    counted = []
    files = DiskCache._files
    monkeypatch.setattr(DiskCache, "_files", lambda cache: counted.append(1) or files(cache))
    for seed in range(200):
        kept = embedding(seed)
        cache.put(kept.fingerprint, kept)
        assert len(list(tmp_path.glob("*.embedding"))) <= 40
    assert len(counted) < 100
    assert len(list(tmp_path.glob("*.embedding"))) >= 37


def test_what_another_process_puts_there_is_found_to_be_too_much(tmp_path):
    size = len(disk_cache._encode(embedding(0)))
    here, there = DiskCache(tmp_path, 40 * size), DiskCache(tmp_path, 40 * size)
    for seed in range(400):
        kept = embedding(seed)
        (here if seed % 2 else there).put(kept.fingerprint, kept)
    assert len(list(tmp_path.glob("*.embedding"))) <= 40 + disk_cache._BLIND_PUTS
