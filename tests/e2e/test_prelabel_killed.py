"""`annotator prelabel`, with the real network, killed again and again: the file is that of a run nobody disturbed."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator import paths
from annotator.core import coco
from annotator.core.dataset import COCO_NAME
from annotator.segment.prelabel_partial import partial_path

KILLS = 20
IMAGES = 24


def make_photos(folder: Path) -> None:
    """Different parts of the photo that ships."""
    photo = Image.open(next((paths.resources_dir() / "example").glob("*.png"))).convert("RGB")
    chance = np.random.default_rng(0)
    folder.mkdir()
    for number in range(IMAGES):
        x, y = chance.integers(0, (photo.width // 2, photo.height // 2))
        part = photo.crop((x, y, x + photo.width // 2, y + photo.height // 2))
        part.resize((320, 240)).save(folder / f"{number}.png")


def start(folder: Path, project: Path) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "annotator", "prelabel", str(folder), "--points", "12", "--resume"]
    return subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def size(folder: Path) -> int:
    path = partial_path(folder / COCO_NAME)
    return path.stat().st_size if path.exists() else 0


@pytest.mark.proof
@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_killed_20_times_it_gives_the_file_of_an_uninterrupted_run(tmp_path: Path, project: Path):
    calm, wild = tmp_path / "calm", tmp_path / "wild" / "calm"
    make_photos(calm)
    wild.parent.mkdir()
    make_photos(wild)
    started = time.monotonic()
    _, complaint = (process := start(calm, project)).communicate(timeout=600)
    assert process.returncode == 0, complaint
    whole = time.monotonic() - started
    expected = (calm / COCO_NAME).read_bytes()
    assert len(coco.read(calm / COCO_NAME).proposals) >= IMAGES

    dice, killed, runs = random.Random(0), 0, 0
    while killed < KILLS:
        process, before = start(wild, project), size(wild)
        runs += 1
        if killed % 2:
            # Any moment of the run, most of which is loading.
            until = time.monotonic() + dice.uniform(0, whole)
        else:
            # A moment of the work itself.
            while size(wild) == before and process.poll() is None:
                time.sleep(0.005)
            until = time.monotonic() + dice.uniform(0, 1.0)
        while time.monotonic() < until and process.poll() is None:
            time.sleep(0.002)
        if process.poll() is None:
            process.kill()
            killed += 1
        _, complaint = process.communicate(timeout=60)
        assert process.returncode in (0, -9), complaint
        if (wild / COCO_NAME).exists() and not partial_path(wild / COCO_NAME).exists():
            # It came to its end before it was killed: once more from the beginning.
            assert (wild / COCO_NAME).read_bytes() == expected
            (wild / COCO_NAME).unlink()
    _, complaint = (process := start(wild, project)).communicate(timeout=600)
    assert process.returncode == 0, complaint
    assert (wild / COCO_NAME).read_bytes() == expected
    assert not partial_path(wild / COCO_NAME).exists()
    print(f"killed {killed} times in {runs + 1} runs; {IMAGES} images, {len(expected)} bytes, the same")
