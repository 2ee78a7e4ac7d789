"""How a measuring script hands its figures to bench.py: one line of JSON at the end of its output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
_MARK = "figures: "
_MINUTES = 30  # no script takes that long on any machine that the program is of use on


class ScriptFailed(Exception):
    """A measuring script ended without figures; the message says which one, how, and what it printed."""


@dataclass
class Figures:
    """What one script measured, by the key of its row: all values in the row's unit, or why there are none.

    errors: of scripts that failed, some lines each.
    """

    values: dict[str, list[float]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def add(self, key: str, *values: float) -> None:
        """More values of a row."""
        self.values.setdefault(key, []).extend(values)

    def worst(self) -> Figures:
        """Of each row the largest value alone, for a script whose values are parts of one."""
        return Figures({key: [max(values)] for key, values in self.values.items()}, self.skipped, self.notes)

    def merge(self, other: Figures) -> None:
        """All that the other holds, too."""
        for key, values in other.values.items():
            self.add(key, *values)
        self.skipped.update(other.skipped)
        self.notes += [note for note in other.notes if note not in self.notes]
        self.errors += [error for error in other.errors if error not in self.errors]

    def suffixed(self, suffix: str) -> Figures:
        """The same under other keys, for a script that fills several rows' columns of the table."""
        return Figures(
            {key + suffix: values for key, values in self.values.items()},
            {key + suffix: why for key, why in self.skipped.items()},
            self.notes,
            self.errors,
        )

    def say(self) -> None:
        """Print them as the last line."""
        print(_MARK + json.dumps(vars(self)))


def run_script(name: str, *words: object, folder: Path | None = None) -> Figures:
    """Run a benchmark in a process whose user folders are in `folder`, None for empty ones.

    Raises ScriptFailed.
    """
    if folder is None:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as empty:
            return run_script(name, *words, folder=Path(empty))
    command = [sys.executable, str(PROJECT / "benchmarks" / name), *map(str, words)]
    called = " ".join([name, *command[2:]])
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=own_folders(folder), check=False, timeout=60 * _MINUTES
        )
    except subprocess.TimeoutExpired as error:
        raise ScriptFailed(f"{called} had not ended after {_MINUTES} minutes") from error
    marked = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if done.returncode != 0 or not marked:
        raise ScriptFailed(f"{called} ended with {done.returncode}:\n{done.stdout}{done.stderr}".rstrip())
    return Figures(**json.loads(marked[-1].removeprefix(_MARK)))


def own_folders(folder: Path) -> dict[str, str]:
    """An environment whose settings, caches and journals are in that folder, so that each run finds them empty."""
    own = {f"XDG_{kind}_HOME": str(folder / kind.lower()) for kind in ("DATA", "CONFIG", "CACHE", "STATE")}
    # So that nothing is left behind by a script that is stopped.
    own |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    # The program is started with its compiled modules, as everybody starts it the second time.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    # The generators of large data are the tests'.
    own |= {"HOME": str(folder), "WIN_PD_OVERRIDE_LOCAL_APPDATA": str(folder), "PYTHONPATH": str(PROJECT)}
    return {**environment, **own}
