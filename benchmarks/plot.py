"""The table of `make bench` as a picture: how far each figure is from what it must reach.

Run: make bench && .venv/bin/python benchmarks/plot.py PICTURE.svg; page.py does that for the page's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot
from parts.goals import GOALS, GOALS_OF, Goal
from parts.results import KEPT_IN, read, together

# Told apart by people who do not see red and green, and by shape.
COLOURS = {"aim reached": "#0072b2", "bar reached": "#56b4e9", "missed": "#d55e00"}
MARKS = {"aim reached": "o", "bar reached": "s", "missed": "X"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path, help="an .svg or .png file")
    parser.add_argument("file", type=Path, nargs="?", default=KEPT_IN, help="what the run kept (build/bench.json)")
    options = parser.parse_args()
    results = read(options.file)
    headlines = dict.fromkeys(line for result in results.values() for line in result.headline)
    draw(together(results, list(GOALS_OF)).values, list(headlines), options.picture)


def draw(values: dict[str, list[float]], headline: list[str], path: Path) -> None:
    """Each row at measured / bar, left of 1 where the bar is reached; a line for its spread, a tick for the aim."""
    goals = [goal for goal in GOALS if values.get(goal.key) and goal.bar]
    # The same picture of the same figures, byte for byte.
    pyplot.rcParams.update(
        {"svg.hashsalt": "performance", "svg.fonttype": "none", "font.family": "DejaVu Sans", "font.size": 9}
    )
    figure, axes = pyplot.subplots(figsize=(9, 0.34 * len(goals) + 1.2), layout="constrained")
    for row, goal in enumerate(goals):
        found = values[goal.key]
        counted = goal.counted(found)
        kind = goal.verdict(counted).strip("*").partition(" by ")[0]
        axes.plot(
            [share(goal, min(found)), share(goal, max(found))],
            [row, row],
            color=COLOURS[kind],
            linewidth=3,
            alpha=0.4,
            solid_capstyle="butt",
        )
        axes.plot(share(goal, counted), row, MARKS[kind], color=COLOURS[kind], markersize=7)
        axes.text(1.01, row, goal.text(counted), transform=axes.get_yaxis_transform(), va="center", fontsize=8)
        if goal.aim is not None:
            axes.plot(share(goal, goal.aim), row, "|", color="0.35", markersize=11)
    axes.axvline(1, color="0.2", linewidth=1)
    axes.set(xscale="log", yticks=range(len(goals)), ylim=(len(goals) - 0.4, -0.6))
    left, right = axes.get_xlim()
    ticks = [t for t in (0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if left <= t <= right]
    axes.set_xticks(ticks, [f"{t:g}" for t in ticks])
    axes.minorticks_off()
    axes.set_yticklabels([goal.what for goal in goals])
    figure.supxlabel("measured / bar, so left of 1 the bar is reached;  tick: aim;  line: least to most", fontsize=9)
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_title("\n".join(headline), fontsize=8, color="0.35", loc="left", x=-0.9)
    for kind, colour in COLOURS.items():
        axes.plot([], [], MARKS[kind], color=colour, label=kind)
    figure.legend(loc="outside upper right", ncols=3, frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None, dpi=120)


def share(goal: Goal, value: float) -> float:
    """Of the bar; the larger the worse, whichever way the row counts."""
    ratio = goal.bar / max(value, 1e-9) if goal.more_is_better else value / goal.bar
    return min(max(ratio, 0.02), 100)


if __name__ == "__main__":
    main()
