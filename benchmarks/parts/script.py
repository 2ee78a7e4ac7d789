"""What a measuring script of the window does: measure in a process of its own, whose user folders are empty."""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from parts.figures import Figures, ScriptFailed, run_script

_CHILD = "--figures"


def arguments(description: str) -> argparse.ArgumentParser:
    """A parser for a script; description: its docstring, of which the first line counts."""
    return argparse.ArgumentParser(description=description.splitlines()[0])


def size_argument(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The same parser, which knows the image size of the network as well."""
    parser.add_argument("--size", type=int, default=1024, help="image size of the network (default: 1024)")
    return parser


def run(
    file: str,
    parser: argparse.ArgumentParser,
    measure: Callable[[argparse.Namespace], Figures],
    report: Callable[[Figures], Iterable[str]],
) -> None:
    """The script's main: start it once more to measure, and print the report; for bench.py only measure.

    file: the script's __file__.
    """
    parser.add_argument(_CHILD, action="store_true", help="in this process, and nothing but a line of JSON")
    options = parser.parse_args()
    if options.figures:
        measure(options).say()
    else:
        try:
            found = run_script(Path(file).name, *sys.argv[1:], _CHILD)
        except ScriptFailed as failure:
            raise SystemExit(str(failure)) from failure
        print(*report(found), sep="\n")


def medians(found: Figures) -> list[str]:
    """A line for each figure, with its spread, and the notes."""
    lines = [
        f"{key}: median {statistics.median(values):.2f}, {min(values):.2f} to {max(values):.2f}"
        for key, values in found.values.items()
    ]
    return [*lines, *found.notes]


def longest_stalls(found: Figures) -> list[str]:
    """A table of the stalls, each the longest of its part, and the notes."""
    rows = [f"| {key.removeprefix('stall: ')} | {max(values):.0f} ms |" for key, values in found.values.items()]
    return ["| part | longest stall |", "|---|---|", *rows, *found.notes]
