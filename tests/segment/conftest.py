"""What the tests of pre-labelling run over."""

from __future__ import annotations

from pathlib import Path

import pytest

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
