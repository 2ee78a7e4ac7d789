"""Pre-labelling on a Ray cluster of this machine: the file of a run without Ray, whatever dies on the way."""

from __future__ import annotations

import os
import signal
import sys
from functools import partial
from pathlib import Path

import pytest

from annotator.core import coco
from annotator.errors import SegmenterError, WeightsError
from annotator.segment import CancellationToken, Cancelled
from annotator.segment.prelabel import PrelabelProgress, prelabel
from annotator.segment.prelabel_engines import HereEngine, LoadSegmenter
from annotator.segment.prelabel_partial import partial_path
from tests.fakes import FakeSegmenter
from tests.segment.prelabel_work import (
    DEADLY,
    HUNGRY,
    DeadlySegmenter,
    FaultySegmenter,
    die_loading,
    load_and_tell,
    make_photos,
    make_plain,
    refuse_to_load,
    request_for,
)

pytest.importorskip("ray")

from annotator.segment.prelabel_ray import RayEngine

NAMES = [f"{number}.png" for number in range(2, 8)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    make_photos(folder, NAMES)
    return folder


@pytest.fixture
def expected(folder: Path, out: Path) -> bytes:
    """The file of a run without Ray."""
    prelabel(request_for(folder, out), HereEngine(FakeSegmenter))
    content = out.read_bytes()
    out.unlink()
    return content


def test_interrupted_and_resumed_it_gives_the_same_file(folder: Path, out: Path, expected: bytes):
    token = CancellationToken()

    def on_progress(progress: PrelabelProgress) -> None:
        if progress.done == 2:
            token.cancel()

    engine = RayEngine(FakeSegmenter, 2)
    with pytest.raises(Cancelled):
        prelabel(request_for(folder, out), engine, on_progress=on_progress, cancel=token)
    assert not out.exists()
    told: list[PrelabelProgress] = []
    prelabel(request_for(folder, out), engine, resume=True, on_progress=told.append)
    assert told[0].resumed == 2
    assert out.read_bytes() == expected


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_a_worker_that_is_killed_costs_no_image(folder: Path, out: Path, tmp_path: Path, expected: bytes):
    pids = tmp_path / "pids"
    pids.mkdir()
    killed: list[int] = []

    def on_progress(progress: PrelabelProgress) -> None:
        if progress.done in (1, 3):
            victim = max(int(path.name) for path in pids.iterdir() if int(path.name) not in killed)
            os.kill(victim, signal.SIGKILL)
            killed.append(victim)

    engine = RayEngine(partial(load_and_tell, pids, 0.5), 2)
    report = prelabel(request_for(folder, out), engine, on_progress=on_progress)
    assert len(killed) == 2
    assert not report.problems
    assert out.read_bytes() == expected


@pytest.mark.parametrize("workers", [1, 2])
def test_only_images_that_end_their_worker_fail(folder: Path, out: Path, expected: bytes, workers: int):
    make_plain(folder / "1.png", DEADLY)
    make_plain(folder / "5a.png", DEADLY)
    report = prelabel(request_for(folder, out), RayEngine(DeadlySegmenter, workers))
    assert set(report.problems) == {"1.png", "5a.png"}
    assert str(folder / "1.png") in report.problems["1.png"]
    assert [image.path for image in coco.read(out).images.values()] == NAMES
    assert out.read_bytes() == expected


def test_what_an_image_raises_is_its_problem(folder: Path, out: Path):
    make_plain(folder / "1.png", HUNGRY)
    report = prelabel(request_for(folder, out), RayEngine(FaultySegmenter, 2))
    assert list(report.problems) == ["1.png"]
    assert "MemoryError" in report.problems["1.png"]


@pytest.mark.parametrize(
    ("load", "error", "text"),
    [(refuse_to_load, WeightsError, "are damaged"), (die_loading, SegmenterError, "fewer workers")],
)
def test_a_segmenter_that_cannot_load_ends_the_run(
    folder: Path, out: Path, load: LoadSegmenter, error: type[Exception], text: str
):
    with pytest.raises(error, match=text):
        prelabel(request_for(folder, out), RayEngine(load, 2))
    assert not out.exists()
    assert partial_path(out).exists()
