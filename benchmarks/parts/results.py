"""What the parts of a run of `make bench` found, kept in a file that is rewritten after each of them."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from parts.figures import PROJECT, Figures
from parts.goals import GOALS_OF, LEFT_OUT, summary, table

KEPT_IN = PROJECT / "build" / "bench.json"
INTERRUPTED = "interrupted"
FAILED = "failed, see below"


@dataclass(frozen=True)
class Result:
    """One part. headline: the machine and the versions. when: local time, ISO. load: of the machine before it began."""

    headline: list[str]
    when: str
    seconds: float
    load: float
    quick: bool
    figures: Figures = field(default_factory=Figures)


def read(path: Path) -> dict[str, Result]:
    """What was kept there, by part; raises FileNotFoundError."""
    kept = json.loads(path.read_text("utf-8"))["parts"]
    return {part: Result(**{**found, "figures": Figures(**found["figures"])}) for part, found in kept.items()}


def keep(results: Mapping[str, Result], path: Path) -> None:
    """Write them beside the old file and replace it, so that a part's end never costs the others."""
    parts = {part: {**vars(result), "figures": vars(result.figures)} for part, result in results.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".new")
    beside.write_text(json.dumps({"parts": parts}, indent=1) + "\n", "utf-8")
    os.replace(beside, path)


def together(results: Mapping[str, Result], parts: Collection[str], others: str = LEFT_OUT) -> Figures:
    """All figures of these parts, with a reason for each row that has none; others: that of parts without a result."""
    found = Figures()
    for part in parts:
        if part not in results:
            found.skipped |= {goal.key: others for goal in GOALS_OF[part]}
            continue
        figures = results[part].figures
        reason = FAILED if figures.errors else LEFT_OUT
        found.merge(Figures(skipped={goal.key: reason for goal in GOALS_OF[part]}))
        found.merge(figures)
    return found


def report(results: Mapping[str, Result], parts: Collection[str], others: str = LEFT_OUT) -> list[str]:
    """Of these parts the machine, the table, how many bars are reached, and below that what failed.

    others: as for together().
    """
    found = together(results, parts, others)
    shown = {part: results[part] for part in parts if part in results}
    goals = [goal for part in GOALS_OF if part in parts for goal in GOALS_OF[part]]
    lines = list(dict.fromkeys(line for result in shown.values() for line in result.headline))
    lines += ["load before each part: " + ", ".join(f"{part} {result.load:.1f}" for part, result in shown.items())]
    lines += ["", *table(found.values, found.skipped, goals), "", summary(found.values, found.skipped, goals)]
    for part, result in shown.items():
        for error in result.figures.errors:
            lines += ["", f"{part}: {error}"]
    return lines
