"""`annotator benchmark`: how fast the network is on this machine, as a table to paste into a report."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from annotator.commands.console import Parser, complain, stdout_for_results

if TYPE_CHECKING:
    from annotator.commands.timing import Timing

FULL_SIZE = 1024
"""The image size of the published network."""


@dataclass(frozen=True)
class BenchmarkOptions:
    """What `annotator benchmark` was asked.

    weights: None for the best checkpoint installed. runs: of each row, after one that warms up.
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
    parser.add_argument("--runs", metavar="N", type=_count, default=9, help="of each row (default: 9)")
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
    """Time and print; returns the exit code. Raises AnnotatorError."""
    from annotator import __version__, kernels
    from annotator.commands.onnx import OnnxModels
    from annotator.commands.timing import time_network
    from annotator.commands.versions import machine_line, python_and_system
    from annotator.segment import load_segmenter

    with stdout_for_results():
        if options.threads is not None:
            if not kernels.available():
                complain("--threads is for the kernels, which were not built; MindSpore chooses for itself.")
            else:
                kernels.set_threads(options.threads)
        threads = options.threads or (
            kernels.describe().threads if kernels.available() else kernels.usable_processors()
        )
        onnx = OnnxModels(options.onnx_encoder, options.onnx_decoder, threads)
        segmenter = load_segmenter(options.weights)
        sizes = dict.fromkeys((segmenter.identity.image_size, FULL_SIZE))
        timings: list[Timing] = []
        for size in sizes:
            at_size = load_segmenter(options.weights, image_size=size)
            timings += time_network(at_size, onnx, runs=options.runs, prompts=options.prompts, threads=threads)
    print(f"annotator {__version__}, {python_and_system()}")
    print(machine_line())
    print(f"{segmenter.name}; medians of {options.runs} runs (quartiles)")
    if onnx.version is not None:
        print(f"ONNX Runtime {onnx.version} with {threads} threads; the engines take turns")
    print()
    print(*_table(timings), sep="\n")
    return 0


def _table(timings: list[Timing]) -> list[str]:
    compared = any(timing.reference for timing in timings)
    lines = ["| what | image size | ms |", "|---|---|---|"]
    if compared:
        lines = ["| what | image size | ms | ONNX Runtime, ms | ratio |", "|---|---|---|---|---|"]
    for timing in timings:
        line = f"| {timing.name} | {timing.image_size} | {_spread([1000 * s for s in timing.seconds], 1)} |"
        if compared:
            theirs = _spread([1000 * s for s in timing.reference], 1) if timing.reference else ""
            line += f" {theirs} | {_spread(timing.ratios, 2) if timing.reference else ''} |"
        lines.append(line)
    return lines


def _spread(values: list[float], digits: int) -> str:
    import numpy as np

    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    return f"{middle:.{digits}f} ({low:.{digits}f} - {high:.{digits}f})"


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 1024")
    return int(text)
