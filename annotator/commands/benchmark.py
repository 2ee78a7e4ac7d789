"""`annotator benchmark`: how fast the network is on this machine, as a table to paste into a report."""

from __future__ import annotations

import argparse
import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.commands.console import EXIT_INTERRUPTED, Parser, complain, stdout_for_results
from annotator.commands.interrupting import CtrlC

if TYPE_CHECKING:
    from annotator.commands.onnx import OnnxModels
    from annotator.commands.timing import Timing
    from annotator.segment import CancellationToken

FULL_SIZE = 1024
"""The image size of the published network."""


@dataclass(frozen=True)
class BenchmarkOptions:
    """What `annotator benchmark` was asked.

    weights: None for the best checkpoint installed. runs: of each row at most, after one that warms up.
    threads: for both engines; None for the kernels' own choice. onnx_encoder, onnx_decoder: models for ONNX Runtime.
    """

    weights: Path | None
    runs: int
    prompts: int
    threads: int | None
    onnx_encoder: Path | None
    onnx_decoder: Path | None


def parse(words: list[str]) -> BenchmarkOptions:
    """The options in the words after `annotator benchmark`; exits with 2 when they are wrong."""
    parser = Parser(
        prog="annotator benchmark",
        description="Time the network on this machine and print a Markdown table, to paste into a report.",
        allow_abbrev=False,
    )
    parser.add_argument("--weights", metavar="FILE", type=Path, help="the checkpoint; default: the best one installed")
    parser.add_argument(
        "--runs", metavar="N", type=_count, default=9, help="of each row, fewer where each takes long (default: 9)"
    )
    parser.add_argument("--prompts", metavar="N", type=_count, default=64, help="decoded at once (default: 64)")
    parser.add_argument("--threads", metavar="N", type=_count, help="default: one for each core")
    parser.add_argument(
        "--onnx-encoder", metavar="FILE.onnx", type=Path, help="also time this image encoder in ONNX Runtime"
    )
    parser.add_argument(
        "--onnx-decoder", metavar="FILE.onnx", type=Path, help="also time this prompt decoder in ONNX Runtime"
    )
    return BenchmarkOptions(**vars(parser.parse_args(words)))


def run(options: BenchmarkOptions) -> int:
    """Time and print; returns the exit code. After Ctrl+C what was timed until then. Raises AnnotatorError."""
    from annotator import kernels
    from annotator.commands.onnx import OnnxModels
    from annotator.segment import CancellationToken, Cancelled, load_segmenter

    timings: list[Timing] = []
    cancel = CancellationToken()
    with stdout_for_results(), CtrlC(cancel):
        if options.threads is not None:
            if not kernels.available():
                complain("--threads is for the kernels, which were not built; MindSpore chooses for itself.")
            else:
                kernels.set_threads(options.threads)
        own = kernels.describe().threads if kernels.available() else kernels.usable_processors()
        threads = options.threads or own
        onnx = OnnxModels(options.onnx_encoder, options.onnx_decoder, threads)
        segmenter = load_segmenter(options.weights)
        sizes = tuple(dict.fromkeys((segmenter.identity.image_size, FULL_SIZE)))
        with contextlib.suppress(Cancelled):
            _time(options, onnx, threads, sizes, cancel, timings)
    if cancel.is_cancelled and not timings:
        complain("Interrupted before there was anything to print.")
        return EXIT_INTERRUPTED
    print(*_about(options, segmenter.name, onnx, threads), sep="\n")
    if cancel.is_cancelled:
        print("- interrupted: rows are missing")
    print()
    print(*_table(timings), sep="\n")
    short = [f"{t.name} at {t.image_size} ({len(t.seconds)})" for t in timings if len(t.seconds) < options.runs]
    if short:
        print("", f"Fewer runs, because each took long: {', '.join(short)}.", sep="\n")
    return EXIT_INTERRUPTED if cancel.is_cancelled else 0


def _time(
    options: BenchmarkOptions,
    onnx: OnnxModels,
    threads: int,
    sizes: tuple[int, ...],
    cancel: CancellationToken,
    timings: list[Timing],
) -> None:
    """Add the rows of each image size, telling how far it is. Raises Cancelled."""
    from annotator.commands.timing import time_network
    from annotator.segment import load_segmenter

    rows = len(sizes) * 4
    print(f"Timing {rows} rows ...", file=sys.stderr, flush=True)
    for size in sizes:
        cancel.check()
        at_size = load_segmenter(options.weights, image_size=size)
        rows_of_size = time_network(
            at_size, onnx, runs=options.runs, prompts=options.prompts, threads=threads, cancel=cancel
        )
        for timing in rows_of_size:
            timings.append(timing)
            print(f"{len(timings)} of {rows}: {timing.name}, {size} x {size}", file=sys.stderr, flush=True)


def _about(options: BenchmarkOptions, weights: str, onnx: OnnxModels, threads: int) -> list[str]:
    """What was timed, on what; as a list, whose lines stay apart where Markdown is shown."""
    from annotator import __version__
    from annotator.commands.versions import machine_lines, python_and_system

    lines = [f"annotator {__version__}", python_and_system(), *machine_lines()]
    lines.append(f"{weights}; medians of {options.runs} runs (quartiles), in milliseconds")
    if onnx.version is not None:
        lines.append(f"ONNX Runtime {onnx.version} with {threads} threads; the engines take turns")
    return [f"- {line}" for line in lines]


def _table(timings: list[Timing]) -> list[str]:
    """In Markdown, and in columns where it is not shown as such."""
    compared = any(timing.reference for timing in timings)
    rows = [["what", "size", "ms", *(["ONNX Runtime, ms", "ratio"] if compared else [])]]
    for timing in timings:
        row = [timing.name, str(timing.image_size), _spread([1000 * s for s in timing.seconds])]
        if compared:
            row += [
                _spread([1000 * s for s in timing.reference]),
                _spread(timing.ratios, 2) if timing.reference else "",
            ]
        rows.append(row)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows]
    return [lines[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *lines[1:]]


def _spread(values: list[float], digits: int | None = None) -> str:
    """Median and quartiles; nothing for no values. digits: after the point; None for one, or none from 100 on."""
    import numpy as np

    if not values:
        return ""
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    if digits is None:
        digits = 0 if middle >= 100 else 1
    return f"{middle:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1024")
    return int(text)
