"""The fused image encoder beside ONNX Runtime, and what each of its kernels reaches.

Run: .venv/bin/python benchmarks/kernels.py [--threads N] [--runs N]. The two engines take turns, so that
what else the machine does hits both; the ratio is the figure to trust. Needs ../shared/reference for the ONNX model and
its weights, and says so when it is not there.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import time
from collections import defaultdict
from pathlib import Path

import mindspore as ms
import numpy as np
from mindspore import Tensor

from annotator import kernels
from annotator.kernels import arrays, operators
from annotator.model.cells import Weights
from annotator.model.checkpoint import read_checkpoint
from annotator.model.fold import fold
from annotator.model.fused_tiny_vit import FusedTinyVit

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
SIZE = 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=9)
    arguments = parser.parse_args()
    if not REFERENCE.is_dir():
        print(f"skipped: there is no reference model at {REFERENCE}")
        return
    if not kernels.available():
        print("skipped: the kernels were not built")
        return
    kernels.set_threads(arguments.threads)
    ms.runtime.launch_blocking()
    checkpoint = read_checkpoint(REFERENCE / "starter.pth")
    encoder = FusedTinyVit(Weights(fold(checkpoint.tensors)).under("image_encoder"))
    print(f"{os.cpu_count()} cores; kernels: {kernels.describe()}; medians of {arguments.runs} runs (quartiles)")
    beside_onnx_runtime(encoder, arguments.threads, arguments.runs)
    kernel_by_kernel(encoder, arguments.runs)


def beside_onnx_runtime(encoder: FusedTinyVit, threads: int, runs: int) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(REFERENCE / "encoder.onnx"), options)
    image = np.random.default_rng(0).standard_normal((1, 3, SIZE, SIZE)).astype(np.float32)
    engines = {
        "ONNX Runtime": lambda: session.run(None, {"image": image}),
        "kernels": lambda: encoder(Tensor(image), lambda: None).asnumpy(),
    }
    seconds = {name: [] for name in engines}
    for run in range(runs + 1):
        for name, engine in engines.items():
            started = time.perf_counter()
            engine()
            if run:  # the first round warms up
                seconds[name].append(time.perf_counter() - started)
    ratios = [ours / theirs for theirs, ours in zip(*seconds.values(), strict=True)]
    print(f"\n| embedding, {SIZE} x {SIZE} | ms |\n|---|---|")
    for name, times in seconds.items():
        print(f"| {name} | {spread([1000 * t for t in times], '.0f')} |")
    print(f"| ratio, run by run | {spread(ratios, '.2f')} |")


def kernel_by_kernel(encoder: FusedTinyVit, runs: int) -> None:
    times, products, count = defaultdict(float), defaultdict(float), defaultdict(int)
    x = np.random.default_rng(0).standard_normal((3, SIZE, SIZE)).astype(np.float32)
    for operator, tensors in encoder.steps:
        weights = [tensor.asnumpy() for tensor in tensors]
        row = f"{operator.symbol.removeprefix('Ts')} {' x '.join(map(str, x.shape))}"
        measured = []
        for _ in range(runs):
            started = time.perf_counter()
            result = arrays.run(operator, x, *weights)
            measured.append(time.perf_counter() - started)
        times[row] += statistics.median(measured)
        products[row] += multiply_adds(operator, x.shape, result.shape, weights)
        count[row] += 1
        x = result
    print("\n| kernel and its input | calls | ms | G multiply-adds | GFLOP/s |\n|---|---|---|---|---|")
    for row, seconds in times.items():
        giga = products[row] / 1e9
        print(f"| {row} | {count[row]} | {1000 * seconds:.1f} | {giga:.2f} | {2 * giga / seconds:.0f} |")


def multiply_adds(operator, x, y, weights) -> float:
    """Those of matrix products and convolutions, for shapes x of the input and y of the output."""
    pixels_in, pixels_out = math.prod(x[:2]), math.prod(y[:2])
    if operator is operators.PATCH_EMBED:
        return 4 * pixels_out * weights[0].size + pixels_out * weights[2].size
    if operator is operators.NECK:
        return pixels_in * (weights[0].size + weights[3].size)
    if operator is operators.WINDOW_ATTENTION:
        return pixels_in * (weights[0].size + weights[3].size + 2 * x[2] * weights[2].shape[1])
    if operator is operators.CONV_MLP:
        return pixels_in * (weights[0].size + weights[2].size + weights[4].size)
    return pixels_in * weights[0].size + pixels_out * (weights[2].size + weights[4].size)


def spread(values: list[float], form: str) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:{form}} ({low:{form}} - {high:{form}})"


if __name__ == "__main__":
    main()
