"""What the tests of pre-labelling run over, and segmenters in child processes."""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
import pytest

from annotator.segment import remote_wire
from annotator.segment.remote import RemoteSegmenter
from tests.fakes import FakeSegmenter, load_fake
from tests.segment.prelabel_work import NAMES, make_photos


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the pictures NAMES."""
    folder = tmp_path / "photos"
    make_photos(folder, NAMES)
    return folder


@pytest.fixture
def out(folder: Path) -> Path:
    """The folder's COCO file, which does not exist yet."""
    return folder / "annotations.coco.json"


# -- segmenters in child processes ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rgb():
    """A picture of 400 x 300 with a red rectangle and a blue square in it."""
    image = np.random.default_rng(0).integers(0, 30, (300, 400, 3), np.uint8)
    image[100:200, 100:250] = (200, 30, 40)
    image[150:180, 150:180] = (30, 30, 220)
    return image


@pytest.fixture(scope="module")
def fake():
    """What the children serve, in this process."""
    return FakeSegmenter()


@pytest.fixture(scope="module")
def remote():
    """A segmenter in a child process, for the tests that leave it running."""
    with RemoteSegmenter(load=load_fake) as segmenter:
        yield segmenter


@pytest.fixture
def new_remote():
    """Makes segmenters that are closed after the test."""
    made = []

    def make(**options):
        made.append(RemoteSegmenter(**{"load": load_fake, **options}))
        return made[-1]

    yield make
    for segmenter in made:
        segmenter.close()


@pytest.fixture
def segments(monkeypatch):
    """The names of all shared segments made during the test."""
    names = []

    class Recorded(SharedMemory):
        def __init__(self, name=None, create=False, size=0):
            super().__init__(name, create, size)
            names.append(self.name)

    monkeypatch.setattr(remote_wire, "SharedMemory", Recorded)
    return names
