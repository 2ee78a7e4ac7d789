"""docs/performance.md and its picture, from what a run of `make bench` found.

Run: .venv/bin/python benchmarks/page.py [FILE]; FILE is what the run kept, build/bench.json unless given. It writes
what lies between the marks of the page: about the run, and the table. What is said of the figures, people write.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping
from pathlib import Path

from parts.figures import PROJECT
from parts.goals import GOALS_OF, summary, table
from parts.results import KEPT_IN, Result, read, together
from plot import draw

PAGE = PROJECT / "docs" / "performance.md"
PICTURE = PROJECT / "docs" / "images" / "performance.svg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, nargs="?", default=KEPT_IN, help="what the run kept (build/bench.json)")
    results = read(parser.parse_args().file)
    failed = [part for part, result in results.items() if result.figures.errors]
    if failed:
        raise SystemExit(f"These parts failed, so measure them again (bench.py --only): {' '.join(failed)}")
    found = together(results, list(GOALS_OF))
    page = PAGE.read_text("utf-8")
    page = filled(page, "run", about(results))
    page = filled(page, "table", [*table(found.values, found.skipped), "", summary(found.values, found.skipped)])
    PAGE.write_text(page, "utf-8")
    draw(found.values, headlines(results), PICTURE)


def filled(page: str, name: str, lines: list[str]) -> str:
    """The page with these lines between the marks of that name. Raises ValueError when it has no such marks."""
    before, begin, rest = page.partition(f"<!-- {name}: written by benchmarks/page.py -->\n")
    _, end, after = rest.partition(f"<!-- end of {name} -->")
    if not begin or not end:
        raise ValueError(f"the page has no place for {name}")
    text = "\n".join(lines)
    return f"{before}{begin}{text}\n{end}{after}"


def headlines(results: Mapping[str, Result]) -> list[str]:
    """The machine and the versions; more lines where parts differ in them."""
    return list(dict.fromkeys(line for result in results.values() for line in result.headline))


def about(results: Mapping[str, Result]) -> list[str]:
    """When and on what it ran, and the network's milliseconds."""
    seconds = sum(result.seconds for result in results.values())
    loads = [result.load for result in results.values()]
    begun = min(result.when for result in results.values())
    quick = [part for part, result in results.items() if result.quick]
    lines = [
        f"Begun at {begun}; {seconds / 60:.0f} minutes; load of the machine before each part: "
        f"{min(loads):.1f} to {max(loads):.1f}."
    ]
    if quick:
        lines.append(f"Fewer runs (`--quick`) of: {', '.join(quick)}.")
    lines += ["", *(f"- {line}" for line in headlines(results))]
    network = results.get("network")
    if network is not None:
        lines += [f"- {note}" for note in network.figures.notes]
        lines += ["", *milliseconds(network.figures.values)]
    paging = results.get("paging")
    if paging is not None and paging.figures.notes:
        lines += ["", *(f"While paging, {note}." for note in paging.figures.notes)]
    return lines


def milliseconds(values: Mapping[str, list[float]]) -> list[str]:
    """What the ratios of the network are made of."""
    lines = ["| medians, ms | this program | ONNX Runtime |", "|---|---|---|"]
    for goal in GOALS_OF["network"]:
        both = [values.get(f"{goal.key}, {whose}", []) for whose in ("ms", "ONNX Runtime, ms")]
        if all(both):
            what = goal.what.partition(", of ")[0]
            lines.append(f"| {what} | {' | '.join(f'{statistics.median(found):.0f}' for found in both)} |")
    return lines


if __name__ == "__main__":
    main()
