"""The rows of the table: what is measured, what it must reach, and how a row reads."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LEFT_OUT = "left out"


@dataclass(frozen=True)
class Goal:
    """One row. key: of its values in Figures. bar must be reached, aim is hoped for; None: there is none.

    Values are in `unit`; the smaller the better unless more_is_better. is_longest: of several values the worst
    counts and not the median, for each is the worst moment of a run.
    """

    key: str
    what: str
    unit: str
    bar: float
    aim: float | None = None
    digits: int = 0
    more_is_better: bool = False
    is_longest: bool = False

    def counted(self, values: Sequence[float]) -> float:
        """Of several values the one that is held against bar and aim."""
        return max(values) if self.is_longest else statistics.median(values)

    def reaches(self, value: float, goal: float) -> bool:
        return value >= goal if self.more_is_better else value <= goal

    def text(self, value: float) -> str:
        return f"{value:.{self.digits}f} {self.unit}".rstrip()

    def goal_text(self, goal: float | None) -> str:
        if goal is None:
            return ""
        digits = self.digits if goal != int(goal) else 0
        return f"{'>=' if self.more_is_better else '<='} {goal:.{digits}f} {self.unit}".rstrip()

    def verdict(self, value: float) -> str:
        """A figure against aim and bar."""
        if self.aim is not None and self.reaches(value, self.aim):
            return "aim reached"
        if self.reaches(value, self.bar):
            return "bar reached"
        share = abs(value - self.bar) / self.bar
        return f"**missed by {share:.0%}**" if share >= 0.005 else "**missed by less than 1%**"


def _stall(phase: str, what: str) -> Goal:
    return Goal(f"stall: {phase}", f"longest stall: {what}", "ms", 50, 16, is_longest=True)


GOALS_OF: dict[str, tuple[Goal, ...]] = {
    "network": (
        Goal("embedding", "embedding, 1024 x 1024, of ONNX Runtime's time", "x", 1.0, 0.7, 2),
        Goal("click", "click to mask in 1024 x 768 pixels, of its decoder's time", "x", 0.5, 0.3, 2),
        Goal("refining click", "click that refines a mask, of its decoder's time", "x", 0.5, 0.3, 2),
        Goal("batch", "64 prompts on one image, of 64 of its decodes", "x", 0.35, 0.2, 2),
    ),
    "stalls": (
        _stall("start", "start, from the window painted until the model is ready"),
        _stall("load", "open a folder of 30 images"),
        _stall("embed", "embed the first image"),
        _stall("clicks", "200 clicks"),
        _stall("page", "page through 30 images"),
        _stall("draw", "10,000 new instances in one edit, 333 of them on screen"),
        _stall("save", "save 10,000 instances"),
    ),
    "latency": (
        Goal("hover", "hover preview while the mouse moves", "per s", 15, 40, 1, more_is_better=True),
        Goal(
            "hover, starter",
            "hover preview with the weights that ship (256 x 256)",
            "per s",
            15,
            40,
            1,
            more_is_better=True,
        ),
        Goal("next image", "next image, prefetched: key to first mask", "ms", 150, 60),
        Goal("next image, starter", "next image with the weights that ship (256 x 256)", "ms", 150, 60),
        Goal("cached image", "an image embedded earlier, from the disk: to first mask", "ms", 150, 60),
        Goal("cached image, starter", "that image with the weights that ship (256 x 256)", "ms", 150, 60),
    ),
    "start": (
        Goal("painted", "process start to window painted", "s", 1.5, 0.8, 2),
        Goal("ready", "process start to first embedding possible", "s", 5, 3, 2),
    ),
    "paging": (
        Goal("memory", "memory while paging through 500 images", "MB", 1500, 900),
        Goal("memory growth", "growth of memory over the second half of 500 images", "MB", 50, 10),
    ),
    "opening": (
        Goal("20,000 images", "open a folder of 20,000 images, to the first image", "s", 1, None, 2),
        Goal("100,000 annotations", "open a COCO file with 100,000 annotations, to the first image", "s", 4, None, 2),
        _stall("20,000 images", "opening 20,000 images"),
        _stall("100,000 annotations", "opening 100,000 annotations"),
    ),
    "drawing": (
        _stall("brush", "brush on 6000 x 4000 pixels with 500 instances"),
        _stall("stroke ends", "end of that brush's stroke"),
        _stall("brush, ragged", "brush on a ragged instance over all of it"),
        _stall("stroke ends, ragged", "end of a stroke on the ragged instance"),
        _stall("vertex", "pull one of 1,500 vertices there"),
        _stall("vertex let go", "let go of one of 1,500 vertices"),
        _stall("proposals stored", "store and show 200 proposals"),
        _stall("proposals zoomed", "zoom over 200 proposals"),
        _stall("proposals filtered", "filter 200 proposals by IoU"),
        _stall("proposals paged", "page to 200 proposals and away"),
        _stall("proposals accepted", "accept 200 proposals"),
    ),
    "journal": (
        Goal("journal", "edit made to edit in the journal on the disk, 300 edits, median", "ms", 100, 20, 1),
        Goal(
            "journal, worst",
            "edit made to edit in the journal on the disk, the longest",
            "ms",
            100,
            None,
            1,
            is_longest=True,
        ),
    ),
    "everything": (
        Goal("everything time", "everything: hierarchical, of the time of our 32 x 32 grid", "x", 0.5, None, 2),
        Goal("everything IoU", "difference of the mean best IoU with known objects, of the two", "", 0.01, None, 4),
        Goal("everything 1024", "everything in 1024 x 768 pixels at 1024, with encoding", "s", 12, 6, 1),
        Goal("everything memory", "everything in 6000 x 4000 pixels, most memory", "MB", 2500),
    ),
}
"""The rows of each part of `make bench`, in the order of the table.

The first two of "everything" are over photos on which the grid finds at least 15 masks on average.
"""

GOALS = tuple(goal for goals in GOALS_OF.values() for goal in goals)


def table(values: dict[str, list[float]], skipped: dict[str, str], goals: Sequence[Goal] = GOALS) -> list[str]:
    """Markdown: each row with the median of its values, or the longest, their spread, bar, aim and verdict."""
    lines = ["| what | measured: median or longest (spread) | bar | aim | verdict |", "|---|---|---|---|---|"]
    for goal in goals:
        found = values.get(goal.key, [])
        if found:
            counted = goal.counted(found)
            measured, verdict = goal.text(counted), goal.verdict(counted)
            if len(found) > 1:
                measured += f" ({min(found):.{goal.digits}f} - {max(found):.{goal.digits}f})"
        else:
            measured, verdict = "not measured", skipped.get(goal.key, LEFT_OUT)
        cells = (goal.what, measured, goal.goal_text(goal.bar), goal.goal_text(goal.aim), verdict)
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def summary(values: dict[str, list[float]], skipped: dict[str, str], goals: Sequence[Goal] = GOALS) -> str:
    """How many bars are reached, which are not, and which were not measured and why."""
    measured = {goal: goal.counted(values[goal.key]) for goal in goals if values.get(goal.key)}
    missed = [goal.what for goal, value in measured.items() if not goal.reaches(value, goal.bar)]
    reasons: dict[str, list[str]] = {}
    for goal in goals:
        if goal not in measured:
            reasons.setdefault(skipped.get(goal.key, LEFT_OUT), []).append(goal.what)
    said = f"{len(measured) - len(missed)} of {len(measured)} bars reached"
    said += f"; missed: {'; '.join(missed)}." if missed else "."
    return said + "".join(f" Not measured ({why}): {'; '.join(whats)}." for why, whats in reasons.items())
