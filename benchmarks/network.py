"""The network beside ONNX Runtime with the same number of threads; the engines take turns, so that the ratio is fair.

Run: .venv/bin/python benchmarks/network.py [--threads N] [--runs N]. Needs ../shared/reference for the ONNX models;
kernels.py and decoder.py say where the time goes.
"""

from __future__ import annotations

import argparse
import statistics
from pathlib import Path

from parts.figures import Figures

from annotator import kernels

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
SIZE, PROMPTS = 1024, 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=kernels.usable_processors())
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--figures", action="store_true", help="nothing but a line of JSON")
    options = parser.parse_args()
    figures = measure(options.threads, options.runs)
    if options.figures:
        figures.say()
        return
    for key, reason in figures.skipped.items():
        print(f"{key}: skipped, {reason}")
    for key, values in figures.values.items():
        print(f"{key}: {statistics.median(values):.3f} ({min(values):.3f} to {max(values):.3f})")


def measure(threads: int, runs: int) -> Figures:
    """The ratios of the rows, and milliseconds of both engines under "ms" and "reference ms"."""
    from annotator.commands.onnx import OnnxModels
    from annotator.commands.timing import time_network
    from annotator.segment import load_segmenter

    figures = Figures()
    rows = {
        "embedding": "embedding",
        "click": "click",
        "refinement": "refining click",
        f"{PROMPTS} prompts": "batch",
    }
    if not REFERENCE.is_dir():
        figures.skipped = dict.fromkeys(rows.values(), "the ONNX models are not there")
        return figures
    if kernels.available():
        kernels.set_threads(threads)
    onnx = OnnxModels(REFERENCE / "encoder.onnx", REFERENCE / "decoder.onnx", threads)
    segmenter = load_segmenter(image_size=SIZE)
    for timing in time_network(segmenter, onnx, runs=runs, prompts=PROMPTS, threads=threads):
        key = rows[timing.name]
        figures.add(key, *timing.ratios)
        figures.add(f"{key}, ms", *(1000 * seconds for seconds in timing.seconds))
        figures.add(f"{key}, ONNX Runtime, ms", *(1000 * seconds for seconds in timing.reference))
    figures.notes.append(f"ONNX Runtime {onnx.version}, the kernels and OpenCV with {threads} threads")
    return figures


if __name__ == "__main__":
    main()
