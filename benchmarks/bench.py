"""`make bench`: times what matters and prints one table, with what each figure must reach and whether it does.

Run: .venv/bin/python benchmarks/bench.py [--quick] [--json FILE] [--only PART...] [--photos FILE].
A missed bar is said, not an error.
What else the machine does meanwhile shows in all but the ratios, so leave it alone for the twenty minutes this takes.
The other scripts of this folder say where the time goes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from parts.figures import Figures, cores, run_script
from parts.goals import summary, table

SIZE, STARTER_SIZE = 1024, 256


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer runs: seven minutes, and less to be trusted")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write all values there, for plot.py")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--photos", type=Path, metavar="FILE", help="a COCO file of photos with known objects beside it"
    )
    options = parser.parse_args()
    figures = Figures()
    for part in options.only:
        print(f"measuring: {part} ...", file=sys.stderr, flush=True)
        PARTS[part](figures, options.quick)
    if "everything" in options.only:
        everything_of_photos(figures, options.quick, options.photos)
    print(*headline(), "", sep="\n")
    print(*table(figures.values, figures.skipped), "", sep="\n")
    print(summary(figures.values))
    if options.json is not None:
        options.json.write_text(
            json.dumps({"headline": headline(), "values": figures.values}, indent=1) + "\n", "utf-8"
        )


def headline() -> list[str]:
    """The machine and the versions."""
    from annotator import __version__
    from annotator.commands.versions import kernels_line, processor, python_and_system

    return [
        f"annotator {__version__}, {python_and_system()}",
        f"{processor()}, {cores()} cores; {kernels_line()}; load before {LOAD:.1f}",
    ]


def network(figures: Figures, quick: bool) -> None:
    figures.merge(run_script("network.py", "--figures", "--runs", 5 if quick else 15))


def start(figures: Figures, quick: bool) -> None:
    from start import starts

    figures.merge(starts(3 if quick else 9))


def stalls(figures: Figures, quick: bool) -> None:
    for _ in range(1 if quick else 3):
        figures.merge(run_script("stalls.py", "--figures", "--size", SIZE))


def latency(figures: Figures, quick: bool) -> None:
    for _ in range(1 if quick else 2):
        for size, suffix in ((SIZE, ""), (STARTER_SIZE, ", starter")):
            found = run_script("latency.py", "--figures", "--size", size)
            figures.merge(Figures({key + suffix: values for key, values in found.values.items()}, notes=found.notes))


def paging(figures: Figures, quick: bool) -> None:
    if quick:
        figures.skipped |= dict.fromkeys(("memory", "memory growth"), "left out by --quick")
    else:
        figures.merge(run_script("paging.py", "--figures", "--size", SIZE))


def opening(figures: Figures, quick: bool) -> None:
    figures.merge(run_script("opening.py", "--figures"))


def drawing(figures: Figures, quick: bool) -> None:
    for _ in range(1 if quick else 3):
        for name in ("brush.py", "vertices.py", "proposals.py"):
            figures.merge(run_script(name, "--figures"))


def journal(figures: Figures, quick: bool) -> None:
    for _ in range(1 if quick else 3):
        figures.merge(run_script("journalled.py", "--figures"))


def everything(figures: Figures, quick: bool) -> None:
    for words in (("--image",), ("--large",)):
        figures.merge(run_script("everything.py", "--figures", *words))


def everything_of_photos(figures: Figures, quick: bool, photos: Path | None) -> None:
    """Hierarchical mode against the grid: more than a minute for two dozen photos."""
    if quick or photos is None:
        why = "left out by --quick" if quick else "needs --photos FILE"
        figures.skipped |= dict.fromkeys(("everything time", "everything IoU"), why)
    else:
        figures.merge(run_script("everything.py", "--figures", photos.absolute()))


PARTS: dict[str, Callable[[Figures, bool], None]] = {
    "network": network,
    "start": start,
    "stalls": stalls,
    "latency": latency,
    "opening": opening,
    "drawing": drawing,
    "journal": journal,
    "paging": paging,
    "everything": everything,
}
LOAD = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0

if __name__ == "__main__":
    main()
