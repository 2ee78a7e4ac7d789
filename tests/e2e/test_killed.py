"""Whatever moment the program is killed at, the work that its window showed as safe comes back, exactly."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotator.core.dataset import COCO_NAME, open_dataset
from annotator.gui.keeping import Keeping
from tests.e2e.working_window import digest
from tests.gui.conftest import write_discs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "图片"
    for name in ("a.png", "b.png"):
        write_discs(root / name)
    return root


@pytest.mark.parametrize("seed", range(5))
def test_killed(folder, seed, project):
    check(folder, seed, project)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_killed_at_200_moments(folder, seed, project):
    check(folder, seed, project)


def check(folder: Path, seed: int, project: Path) -> None:
    safe, digests = work_until_killed(folder, seed, project)
    coco_path = folder / COCO_NAME
    if coco_path.exists():
        json.loads(coco_path.read_bytes())
    dataset = open_dataset([folder])
    before = digest(dataset.document, coco_path)
    keeping = Keeping(dataset.document, coco_path)
    try:
        assert not keeping.refusal
        assert not keeping.problem
        assert keeping.recovery.set_aside is None
        found = digest(dataset.document, coco_path)
    finally:
        keeping.close(discard=False)
    later = [digests[step] for step in range(safe, max(digests, default=0) + 1) if step in digests]
    assert found in later if safe else found in (before, *later)


def work_until_killed(folder: Path, seed: int, project: Path) -> tuple[int, dict[int, str]]:
    """Returns the last step shown as safe, 0 for none, and what the document was to be after each step."""
    chance = random.Random(seed)
    command = [sys.executable, "-m", "tests.e2e.working_window", str(folder), str(seed)]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        first = process.stdout.readline()
        assert first.startswith(b"step"), process.stderr.read().decode()
        time.sleep(chance.uniform(0.0, 1.5))
        process.kill()
        lines = (first + process.stdout.read()).decode().splitlines()
    safe, digests = 0, {}
    for line in lines:
        word, step, *rest = line.split()
        if word == "safe":
            safe = int(step)
        elif rest and len(rest[0]) == 64:
            digests[int(step)] = rest[0]
    return safe, digests
