"""A network that is a fake, and a folder of pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.segment.weights import WeightsSummary
from tests.fakes import FakeSegmenter
from tests.segment.prelabel_work import CONFIG, make_photos


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A FakeSegmenter for the network, with thresholds that suit it."""
    monkeypatch.setattr("annotator.segment.load_segmenter", lambda weights=None: FakeSegmenter())
    monkeypatch.setattr("annotator.segment.weights.everything_config", lambda weights=None: CONFIG)
    identity = FakeSegmenter().identity
    monkeypatch.setattr(
        "annotator.segment.weights.weights_summary",
        lambda weights=None: WeightsSummary(Path("fake"), "fake", identity.digest, identity.image_size, CONFIG),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "照片 é"
    make_photos(folder, ["1.png", "2.png", "sub/3.png"])
    return folder
