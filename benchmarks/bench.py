"""`make bench`: times what matters and prints one table, with what each figure must reach and whether it does.

Run: .venv/bin/python benchmarks/bench.py [--quick] [--only PART...] [--photos FILE] [--json FILE].
A missed bar is said, not an error. A part that fails or is interrupted costs only its own rows. What each part found is
kept in FILE (build/bench.json) as soon as it ends: page.py makes the page of it, and a part that is run again alone
replaces its own figures there. What else the machine does meanwhile shows in all but the ratios, so leave it alone.
The other scripts of this folder say where the time goes.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from parts.figures import Figures, ScriptFailed, run_script
from parts.goals import GOALS_OF, LEFT_OUT
from parts.results import INTERRUPTED, KEPT_IN, Result, keep, read, report

SIZE, STARTER_SIZE = 1024, 256


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs: less to be trusted, and memory is left out")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--photos",
        type=Path,
        metavar="FILE",
        help="a COCO file of known objects, with its photos beside it",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", default=KEPT_IN, help="what is found (build/bench.json)")
    options = parser.parse_args()
    if options.photos is not None and not options.photos.is_file():
        parser.error(f"{options.photos} does not exist")
    chosen = [part for part in PARTS if options.only is None or part in options.only]
    kept = read(options.json) if options.only is not None and options.json.is_file() else {}
    found: dict[str, Result] = {}
    interrupted = False
    for part in chosen:
        minutes = MINUTES[part][options.quick]
        print(f"measuring: {part}, about {minutes:g} min ...", file=sys.stderr, flush=True)
        found[part], interrupted = measured(part, Measuring(options.quick, options.photos))
        keep(kept | found, options.json)
        if interrupted:
            break
    print(*report(found, chosen, INTERRUPTED if interrupted else LEFT_OUT), sep="\n")
    if interrupted:
        return 130
    return 1 if any(result.figures.errors for result in found.values()) else 0


@dataclass
class Measuring:
    """One part at work. photos: a COCO file of known objects, None for none."""

    quick: bool
    photos: Path | None
    figures: Figures = field(default_factory=Figures)
    _failed: set[tuple[object, ...]] = field(default_factory=set)

    def script(self, name: str, *words: object, suffix: str = "") -> None:
        """Add what a script measures, its keys with that suffix. What failed once is not tried again."""
        if (name, *words) in self._failed:
            return
        try:
            self.figures.merge(run_script(name, "--figures", *words).suffixed(suffix))
        except ScriptFailed as failure:
            self._failed.add((name, *words))
            self.figures.errors.append(str(failure))
            print(f"  {str(failure).splitlines()[0]}", file=sys.stderr, flush=True)

    def times(self, full: int) -> range:
        """How often to do what a full run does so often."""
        return range(1 if self.quick else full)


def measured(part: str, measuring: Measuring) -> tuple[Result, bool]:
    """One part, and whether the user stopped it; what it had found until then counts."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    when, started = datetime.datetime.now().isoformat(" ", "seconds"), time.monotonic()
    interrupted = False
    try:
        PARTS[part](measuring)
    except KeyboardInterrupt:
        interrupted = True
        for goal in GOALS_OF[part]:
            measuring.figures.skipped.setdefault(goal.key, INTERRUPTED)
    seconds = round(time.monotonic() - started, 1)
    return Result(headline(), when, seconds, round(load, 2), measuring.quick, measuring.figures), interrupted


def headline() -> list[str]:
    """The machine and the versions."""
    from annotator import __version__
    from annotator.commands.versions import machine_lines, python_and_system

    return [f"annotator {__version__}, {python_and_system()}", "; ".join(machine_lines())]


def network(measuring: Measuring) -> None:
    measuring.script("network.py", "--runs", 5 if measuring.quick else 15)


def start(measuring: Measuring) -> None:
    from start import starts

    measuring.figures.merge(starts(3 if measuring.quick else 9))


def stalls(measuring: Measuring) -> None:
    for _ in measuring.times(3):
        measuring.script("stalls.py", "--size", SIZE)


def latency(measuring: Measuring) -> None:
    for _ in measuring.times(2):
        measuring.script("latency.py", "--size", SIZE)
        measuring.script("latency.py", "--size", STARTER_SIZE, suffix=", starter")


def paging(measuring: Measuring) -> None:
    if measuring.quick:
        measuring.figures.skipped |= dict.fromkeys(("memory", "memory growth"), "left out by --quick")
    else:
        measuring.script("paging.py", "--size", SIZE)


def opening(measuring: Measuring) -> None:
    measuring.script("opening.py")


def drawing(measuring: Measuring) -> None:
    for _ in measuring.times(3):
        for name in ("brush.py", "vertices.py", "proposals.py"):
            measuring.script(name)


def journal(measuring: Measuring) -> None:
    for _ in measuring.times(3):
        measuring.script("journalled.py")


def everything(measuring: Measuring) -> None:
    measuring.script("everything.py", "--image")
    measuring.script("everything.py", "--large")
    # Hierarchical mode against the grid: more than a minute for two dozen photos.
    if measuring.quick or measuring.photos is None:
        why = "left out by --quick" if measuring.quick else "needs --photos FILE"
        measuring.figures.skipped |= dict.fromkeys(("everything time", "everything IoU"), why)
    else:
        measuring.script("everything.py", measuring.photos.absolute())


PARTS: dict[str, Callable[[Measuring], None]] = {
    "network": network,
    "start": start,
    "stalls": stalls,
    "latency": latency,
    "opening": opening,
    "drawing": drawing,
    "journal": journal,
    "everything": everything,
    "paging": paging,
}
MINUTES = {
    "network": (2, 1),
    "start": (1, 0.5),
    "stalls": (3, 1),
    "latency": (3, 2),
    "opening": (2, 2),
    "drawing": (4, 1.5),
    "journal": (1.5, 0.5),
    "everything": (2, 0.5),
    "paging": (8, 0),
}
"""How long a full and a quick run of each take on two cores, to say so."""

if __name__ == "__main__":
    sys.exit(main())
