"""Whatever moment the program is killed at, the work that its window showed as safe comes back, exactly."""

from __future__ import annotations

import json
import multiprocessing
import random
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import pytest

from annotator.core.backups import backups
from annotator.core.dataset import COCO_NAME, open_dataset
from annotator.gui.keeping import Keeping
from annotator.gui.unfinished_drawings import drawings_in
from tests.e2e.working_window import digest, seen, work
from tests.gui.conftest import write_discs

COMPLAINTS = "stderr.txt"
PATIENCE = 120.0  # seconds until a window that says nothing counts as hanging
AT_A_TIME = 2

# To start Python and to import the window takes longer than all that is done in a life. Where it can be, that is done
# once, in a process that has no window, and every life is a fork of it.
processes = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
starting = threading.Lock()


@dataclass
class Life:
    """What a window said from its start until it was killed, and how it was.

    digests: of the document and of what was begun on its images, after each step.
    """

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


@dataclass(frozen=True)
class Window:
    """lines: what it says, to its end. kill: ends it."""

    lines: TextIO
    kill: Callable[[], None]


@contextmanager
def window(folder: Path, seed: int) -> Iterator[Window]:
    """A window at work on the folder, killed at the end."""
    reader, writer = processes.Pipe(duplex=False)
    process = processes.Process(target=work, args=(folder, seed, writer, folder.parent / COMPLAINTS))
    with starting, writer:
        if sys.platform == "linux":
            processes.set_forkserver_preload([work.__module__])
        process.start()
    patience = threading.Timer(PATIENCE, process.kill)
    patience.start()
    try:
        with reader, open(reader.fileno(), encoding="utf-8", closefd=False) as lines:
            yield Window(lines, process.kill)
    finally:
        process.kill()
        process.join()
        process.close()
        patience.cancel()
        patience.join()


def work_until_killed(folder: Path, seed: int) -> Life:
    """Work, and be killed some lines after the window first shows an edit as safe, and some milliseconds more.

    Every tenth is killed at the very beginning instead.
    """
    dice, life = random.Random(seed), Life()
    is_early = seed % 10 == 9
    lines_left = dice.randrange(4 if is_early else 60)
    with window(folder, seed) as working:
        for line in working.lines:
            life.hear(line)
            if life.found and (life.safe or is_early):
                lines_left -= 1
            if lines_left < 0:
                break
        else:
            complaints = (folder.parent / COMPLAINTS).read_text("utf-8", errors="replace")
            raise AssertionError(f"seed {seed}: the window ended by itself, or hung, having said {life}: {complaints}")
        time.sleep(dice.uniform(0.0, 0.03))
        working.kill()
        for line in working.lines:
            life.hear(line)
    return life


def recover_until_killed(folder: Path, seed: int) -> Life:
    """Open the folder again, and be killed while it is read and the journal replayed, or a moment later."""
    dice, life = random.Random(seed), Life()
    with window(folder, seed) as recovering:
        assert recovering.lines.readline() == "opening\n", f"seed {seed}: the window did not start"
        time.sleep(dice.uniform(0.0, 0.1))
        recovering.kill()
        for line in recovering.lines:
            life.hear(line)
    return life


def restored(folder: Path) -> str:
    """The digest of what the next window would show, after seeing that every file is whole."""
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
        images = {image.path: image for image in dataset.document.images.values()}
        corners, drawn = drawings_in(keeping.recovery.unfinished, images)
        begun = {
            (dataset.document.images[image_id].path, name): seen(value)
            for name, values in (("drawn", drawn), ("corners", corners))
            for image_id, value in values.items()
        }
        return digest(dataset.document, coco_path, begun)
    finally:
        keeping.close(discard=False)


def live_and_die(folder: Path, seed: int) -> tuple[Life, Life | None]:
    """Work and be killed; every other time be killed once more while the work is being recovered."""
    for name in ("a.png", "b.png"):
        write_discs(folder / name)
    life, again = work_until_killed(folder, seed), None
    if seed % 2:
        again = recover_until_killed(folder, seed)
        if again.found:
            assert again.found in life.allowed, f"seed {seed}: another document was restored"
            # It may even have begun to work before it was killed.
            assert restored(folder) in again.allowed, f"seed {seed}: work was lost after the recovery"
            return life, again
    assert restored(folder) in life.allowed, f"seed {seed}: work was lost that the window showed as safe"
    return life, again


@pytest.mark.parametrize("seed", range(5))
def test_killed(tmp_path: Path, seed: int):
    life, _ = live_and_die(tmp_path / "图片", seed)
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
            f"was safe; {sum(self.shown_safe)} changes shown as safe ({middle} in the middle run), none lost; "
            f"{self.saves} saves\n"
            + "changes by action: "
            + ", ".join(f"{name} {count}" for name, count in self.actions.most_common())
        )


@pytest.fixture(scope="module")
def tally():
    return Tally()


@pytest.mark.proof
@pytest.mark.parametrize("first", range(1000, 1200, 20))
def test_killed_at_200_moments(tmp_path: Path, tally: Tally, first: int, capsys):
    """In ten parts, each short enough not to be taken for a test that hangs."""

    def one(seed: int) -> tuple[Life, Life | None]:
        folder = tmp_path / str(seed) / "图片"
        lives = live_and_die(folder, seed)
        shutil.rmtree(folder.parent)
        return lives

    before = tally.before_safe
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for lives in pool.map(one, range(first, first + 20)):
            tally.add(*lives)
    assert tally.before_safe - before <= 2
    if len(tally.shown_safe) == 200:
        with capsys.disabled():
            print(f"\n{tally}")
