"""Segment > Encode the folder, on real widgets over a fake segmenter."""

from __future__ import annotations

import cv2
import numpy as np

from annotator.core.images import read_image
from annotator.segment.disk_cache import DiskCache
from tests.gui.proposing import process

__all__ = ["process"]


def test_encoding_the_folder_embeds_every_image(hands, qtbot, process):
    before = process.encodes
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=30_000) as told:
        hands.window.actions_.encode_folder.trigger()
    assert told.args == ["3 image(s) encoded."]
    assert process.encodes == before + 3  # the fake keeps nothing on disk
    qtbot.waitUntil(lambda: not hands.window.workspace.folder_runs.is_running)


def test_encoding_the_folder_goes_on_after_it_was_cancelled(hands, qtbot, process, folder, tmp_path, monkeypatch):
    qtbot.waitUntil(lambda: not hands.window.workspace.jobs._running, timeout=20_000)  # the neighbours are embedded
    for name, shade in (("b.png", 10), ("子文件夹/丙.png", 250)):  # no two alike, which would be one in the cache
        picture = np.full((160, 240, 3), shade, np.uint8)
        (folder / name).write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    cache, runs = DiskCache(tmp_path / "embeddings", 2**30), hands.window.workspace.folder_runs
    fresh, encode = [], process.encode

    def encode_once(rgb, *, cancel=None):
        key = process.identity.fingerprint(rgb)
        kept = cache.get(key)
        if kept is None:
            kept = encode(rgb, cancel=cancel)
            cache.put(key, kept)
            fresh.append(key)
            if len(fresh) == 2:
                runs._job.cancel.cancel()
        return kept

    monkeypatch.setattr(process, "encode", encode_once)
    hands.window.actions_.encode_folder.trigger()
    assert runs.is_running
    qtbot.waitUntil(lambda: not runs.is_running, timeout=20_000)
    assert len(fresh) == 2
    assert not hands.window.workspace.jobs.failures
    with qtbot.waitSignal(runs.told, timeout=30_000) as told:
        hands.window.actions_.encode_folder.trigger()
    assert told.args == ["3 image(s) encoded."]
    assert len(set(fresh)) == len(fresh) == 3


def test_encoding_stops_where_it_would_put_out_its_own_first_images(hands, qtbot, process, tmp_path):
    picture = np.zeros((160, 240, 3), np.uint8)
    cache, embedding = DiskCache(tmp_path / "embeddings", 2**30), process.encode(picture)
    cache.put("one", embedding)
    cache.set_limit(2 * cache.nbytes + 1)
    runs = hands.window.workspace.folder_runs
    runs._disk_cache = cache
    before = process.encodes
    with qtbot.waitSignal(runs.told, timeout=30_000) as told:
        hands.window.actions_.encode_folder.trigger()
    assert str(told.args[0]).startswith("2 image(s) encoded. The disk cache has no room for 1 more")
    assert process.encodes == before + 2


def test_encoding_the_folder_goes_on_past_an_image_that_is_too_large_for_the_memory(hands, qtbot, monkeypatch):
    def read(path):
        if path.name == "b.png":
            raise MemoryError
        return read_image(path)

    monkeypatch.setattr("annotator.gui.folder_runs.read_image", read)
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=30_000) as told:
        hands.window.actions_.encode_folder.trigger()
    (text,) = told.args
    assert text.startswith("2 image(s) encoded. There is not enough memory to segment the image ")
    assert "b.png" in text
    assert not hands.window.workspace.jobs.failures
