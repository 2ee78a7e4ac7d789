"""The journal of a process that was killed in the middle of its work."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotator.core import coco
from annotator.core.backups import backups
from annotator.core.document import Document
from tests.core.journal_session import Session
from tests.core.journal_work import Work

MOST_STEPS_AHEAD = 5000


def kill_at_a_random_moment(folder: Path, seed: int, project: Path) -> int:
    """Let a process work and kill it; returns how many steps it said were kept."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.core.journal_work", str(folder), str(seed)],
        cwd=project,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        first = process.stdout.readline()  # it has begun to work
        time.sleep(random.Random(seed).uniform(0, 0.4))
    finally:
        process.kill()
        rest, _ = process.communicate()
    kept = [int(line) for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
    assert kept, "the process did not get as far as its first edit"
    return kept[-1]


def check_kill(folder: Path, seed: int, project: Path) -> None:
    kept = kill_at_a_random_moment(folder, seed, project)
    with Session(folder) as session:
        assert session.recovery.set_aside is None
        recovered = session.bytes()
        for backup in backups(session.coco_path):
            coco.read(backup.path)
    # The same work without a journal: what came back is a state of it, and no earlier one than was promised.
    document = Document(folder / "images")
    for image in session.document.images.values():
        document.put(image)
    work = Work(document, seed)
    for _ in range(kept):
        work.step()
    for _ in range(MOST_STEPS_AHEAD):
        if session.bytes(document) == recovered:
            return
        work.step()
    pytest.fail(f"what came back is no state from step {kept} on")


@pytest.mark.parametrize("seed", range(5))
def test_kill_9_loses_nothing_that_was_said_to_be_kept(folder, seed, project):
    check_kill(folder, seed, project)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(1000, 1200))
def test_kill_9_at_200_moments(folder, seed, project):
    check_kill(folder, seed, project)
