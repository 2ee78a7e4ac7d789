"""Whatever moment the program is killed at, the work that its window showed as safe comes back, exactly."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from annotator.core.backups import backups
from annotator.core.dataset import COCO_NAME, open_dataset
from annotator.gui.keeping import Keeping
from tests.e2e.working_window import digest
from tests.gui.conftest import write_discs

COMPLAINTS = "stderr.txt"
PATIENCE = 120.0  # seconds until a window that says nothing counts as hanging


@dataclass
class Life:
    """What a window said from its start until it was killed, and how it was."""

    found: str = ""
    digests: dict[int, str] = field(default_factory=dict)
    safe: int = 0
    saves: int = 0
    actions: Counter[str] = field(default_factory=Counter)

    def hear(self, line: str) -> None:
        """One line of working_window.py; one that the kill cut off says nothing."""
        word, *rest = line.split() or [""]
        if word == "found" and line.endswith("\n"):
            self.found = rest[0]
        elif word == "step" and line.endswith("\n"):
            self.digests[int(rest[0])] = rest[1]
            self.actions[rest[2]] += 1
        elif word == "saved":
            self.saves += 1
        elif word == "safe" and line.endswith("\n"):
            self.safe = int(rest[0])

    @property
    def allowed(self) -> set[str]:
        """What the document may be after the kill: as it was when it was last shown as safe, or later."""
        last = max(self.digests, default=0)
        start = {self.found} if not self.safe else set()
        return start | {self.digests[step] for step in range(max(self.safe, 1), last + 1)}


@contextmanager
def window(folder: Path, seed: int, project: Path) -> Iterator[subprocess.Popen[str]]:
    """A window at work on the folder, killed at the end."""
    command = [sys.executable, "-m", "tests.e2e.working_window", str(folder), str(seed)]
    with (
        open(folder.parent / COMPLAINTS, "wb") as complaints,
        subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=complaints, text=True) as process,
    ):
        patience = threading.Timer(PATIENCE, process.kill)
        patience.start()
        try:
            yield process
        finally:
            process.kill()
            patience.cancel()
            patience.join()


def work_until_killed(folder: Path, seed: int, project: Path) -> Life:
    """Work, and be killed some lines after the window first shows an edit as safe, and some milliseconds more.

    Every tenth is killed at the very beginning instead.
    """
    dice, life = random.Random(seed), Life()
    is_early = seed % 10 == 9
    lines_left = dice.randrange(4 if is_early else 60)
    with window(folder, seed, project) as process:
        assert process.stdout is not None
        for line in process.stdout:
            life.hear(line)
            if life.found and (life.safe or is_early):
                lines_left -= 1
            if lines_left < 0:
                break
        else:
            complaints = (folder.parent / COMPLAINTS).read_text("utf-8", errors="replace")
            raise AssertionError(f"seed {seed}: the window ended by itself, or hung, having said {life}: {complaints}")
        time.sleep(dice.uniform(0.0, 0.03))
        process.kill()
        for line in process.stdout:
            life.hear(line)
    return life


def recover_until_killed(folder: Path, seed: int, project: Path) -> Life:
    """Open the folder again, and be killed while it is read and the journal replayed, or a moment later."""
    dice, life = random.Random(seed), Life()
    with window(folder, seed, project) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "opening\n", f"seed {seed}: the window did not start"
        time.sleep(dice.uniform(0.0, 0.1))
        process.kill()
        for line in process.stdout:
            life.hear(line)
    return life


def restored(folder: Path) -> str:
    """The document as the next window would show it, after seeing that every file is whole."""
    coco_path = folder / COCO_NAME
    if coco_path.exists():
        json.loads(coco_path.read_bytes())
    for backup in backups(coco_path):
        json.loads(backup.path.read_bytes())
    dataset = open_dataset([folder])
    keeping = Keeping(dataset.document, coco_path)
    try:
        assert not keeping.refusal
        assert not keeping.problem
        assert keeping.recovery.set_aside is None
        assert not keeping.recovery.file_changed
        return digest(dataset.document, coco_path)
    finally:
        keeping.close(discard=False)


def live_and_die(folder: Path, seed: int, project: Path) -> tuple[Life, Life | None]:
    """Work and be killed; every other time be killed once more while the work is being recovered."""
    for name in ("a.png", "b.png"):
        write_discs(folder / name)
    life, again = work_until_killed(folder, seed, project), None
    if seed % 2:
        again = recover_until_killed(folder, seed, project)
        if again.found:
            assert again.found in life.allowed, f"seed {seed}: another document was restored"
            # It may even have begun to work before it was killed.
            assert restored(folder) in again.allowed, f"seed {seed}: work was lost after the recovery"
            return life, again
    assert restored(folder) in life.allowed, f"seed {seed}: work was lost that the window showed as safe"
    return life, again


@pytest.mark.parametrize("seed", range(5))
def test_killed(tmp_path: Path, seed: int, project: Path):
    life, _ = live_and_die(tmp_path / "图片", seed, project)
    assert life.safe > 0


@dataclass
class Tally:
    """What has come of many lives."""

    kills: int = 0
    in_recovery: int = 0
    before_safe: int = 0
    saves: int = 0
    shown_safe: list[int] = field(default_factory=list)
    actions: Counter[str] = field(default_factory=Counter)

    def add(self, life: Life, again: Life | None) -> None:
        """One more."""
        self.kills += 1 + (again is not None)
        self.in_recovery += again is not None and not again.found
        self.before_safe += not life.safe
        self.saves += life.saves
        self.shown_safe.append(life.safe)
        self.actions += life.actions

    def __str__(self) -> str:
        middle = sorted(self.shown_safe)[len(self.shown_safe) // 2]
        return (
            f"{self.kills} kills, {self.in_recovery} of them while work was recovered, {self.before_safe} before any "
            f"was safe; {sum(self.shown_safe)} edits shown as safe ({middle} in the middle run), none lost; "
            f"{self.saves} saves\n"
            + "edits by action: "
            + ", ".join(f"{name} {count}" for name, count in self.actions.most_common())
        )


@pytest.fixture(scope="module")
def tally():
    return Tally()


@pytest.mark.proof
@pytest.mark.parametrize("first", range(1000, 1200, 20))
def test_killed_at_200_moments(tmp_path: Path, project: Path, tally: Tally, first: int, capsys):
    """In ten parts, each short enough not to be taken for a test that hangs."""
    before = tally.before_safe
    for seed in range(first, first + 20):
        folder = tmp_path / str(seed) / "图片"
        tally.add(*live_and_die(folder, seed, project))
        shutil.rmtree(folder.parent)
    assert tally.before_safe - before <= 2
    if len(tally.shown_safe) == 200:
        with capsys.disabled():
            print(f"\n{tally}")
