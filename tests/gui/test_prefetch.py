"""The neighbours of the image on screen are embedded before they are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.core.images import read_image
from annotator.gui import image_loader
from annotator.gui.workspace import Workspace
from annotator.segment.disk_cache import DiskCache
from tests.gui.conftest import FakeProcess, write_discs


class Recorder(FakeProcess):
    """Remembers which images it was asked to embed, by their first pixel."""

    def __init__(self) -> None:
        super().__init__(image_size=256)
        self.seen: list[int] = []

    def encode(self, rgb, *, cancel=None):
        embedding = super().encode(rgb, cancel=cancel)
        self.seen.append(int(rgb.shape[1]))
        return embedding


@pytest.fixture
def widths(tmp_path) -> dict[str, int]:
    """Six images that differ in their width."""
    import cv2

    found = {}
    for number in range(6):
        path = tmp_path / "pictures" / f"{number}.png"
        write_discs(path)
        picture = np.ascontiguousarray(read_image(path).rgb[:, : 200 + number, ::-1])
        path.write_bytes(cv2.imencode(".png", picture)[1].tobytes())
        found[path.name] = 200 + number
    return found


def test_the_next_two_and_the_one_before_each_once(qtbot, tmp_path, widths):
    process = Recorder()
    workspace = Workspace(lambda: process, disk_cache=DiskCache(tmp_path / "embeddings", 2**30))
    with qtbot.waitSignal(workspace.inference.encoded, timeout=20_000):
        workspace.opener.open([tmp_path / "pictures"])
    qtbot.waitUntil(lambda: len(process.seen) == 3, timeout=20_000)
    assert process.seen == [200, 201, 202]
    workspace.show_image(list(workspace.model.document.images)[4])
    qtbot.waitUntil(lambda: len(process.seen) == 6, timeout=20_000)
    assert process.seen[3:] == [204, 205, 203]
    workspace.close()


def test_neighbours_that_memory_has_forgotten_are_fetched_once_more(qtbot, tmp_path, widths, monkeypatch):
    workspace = Workspace(Recorder, disk_cache=DiskCache(tmp_path / "embeddings", 2**30))
    ids = []

    def show(number: int) -> None:
        with qtbot.waitSignal(workspace.inference.encoded, timeout=20_000):
            workspace.show_image(ids[number])
        qtbot.waitUntil(lambda: not workspace.jobs._running, timeout=20_000)

    with qtbot.waitSignal(workspace.inference.encoded, timeout=20_000):
        workspace.opener.open([tmp_path / "pictures"])
    ids += workspace.model.document.images
    for number in range(1, 6):
        show(number)
    workspace._loader._kept.clear()
    workspace.inference._embeddings.clear()
    show(4)
    read = []
    monkeypatch.setattr(image_loader, "read_image", lambda path: read.append(path.name) or read_image(path))
    with qtbot.waitSignal(workspace.inference.encoded, timeout=20_000) as encoded:
        workspace.show_image(ids[3])
    assert encoded.args[0].cached
    assert "3.png" not in read
    workspace.close()


def test_without_a_disk_cache_only_what_is_shown_is_embedded(qtbot, tmp_path, widths):
    process = Recorder()
    workspace = Workspace(lambda: process)
    with qtbot.waitSignal(workspace.inference.encoded, timeout=20_000):
        workspace.opener.open([tmp_path / "pictures"])
    qtbot.wait(300)
    assert process.seen == [200]
    workspace.close()


def test_a_neighbour_is_shown_from_memory(qtbot, tmp_path, widths, monkeypatch):
    process = Recorder()
    workspace = Workspace(lambda: process, disk_cache=DiskCache(tmp_path / "embeddings", 2**30))
    with qtbot.waitSignal(workspace.inference.encoded, timeout=20_000):
        workspace.opener.open([tmp_path / "pictures"])
    qtbot.waitUntil(lambda: len(process.seen) == 3, timeout=20_000)
    qtbot.waitUntil(lambda: not workspace.jobs._running, timeout=20_000)
    read = []
    monkeypatch.setattr(image_loader, "read_image", lambda path: read.append(path.name) or read_image(path))
    with qtbot.waitSignal(workspace.inference.encoded, timeout=20_000) as encoded:
        workspace.show_image(list(workspace.model.document.images)[1])
    assert encoded.args[0].cached
    assert workspace.image.rgb.shape[1] == widths["1.png"]
    assert "1.png" not in read
    workspace.close()


def test_a_neighbour_too_large_for_the_memory_of_pictures_is_not_kept(qtbot, tmp_path, widths):
    loader = image_loader.ImageLoader()
    path = tmp_path / "pictures" / "0.png"
    loader.set_kept_bytes(loader.read(path, ahead=True).nbytes * 4)
    first = loader.read(path, ahead=True)
    assert loader.read(path) is first  # kept while the limit was the usual one
    other = tmp_path / "pictures" / "1.png"
    assert loader.read(other, ahead=True) is not loader.read(other)
    assert loader.read(other) is loader.read(other)
    loader.close(seconds=20)
