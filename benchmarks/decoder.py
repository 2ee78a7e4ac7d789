"""From a click to its mask, and 64 prompts at once, beside ONNX Runtime, and what each of the decoder's kernels takes.

Run: .venv/bin/python benchmarks/decoder.py [--threads N] [--runs N]. The engines take turns, so that
what else the machine does hits them alike; the ratio is the figure to trust. ONNX Runtime's decoder ends with the
logits of all three masks at the image's size, ours with the best mask at that size; the others follow when asked for.
Needs ../shared/reference for the ONNX model and its weights, and says so when it is not there.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections import defaultdict
from pathlib import Path

import numpy as np

from annotator import kernels
from annotator.kernels import arrays
from annotator.segment import Prompt
from annotator.segment.preprocess import Frame
from annotator.segment.segmenter import Embedding
from annotator.segment.tinysam import TinySamSegmenter

REFERENCE = Path(__file__).resolve().parents[2] / "shared" / "reference"
SIZE, HEIGHT, WIDTH = 1024, 768, 1024
BATCH = 64
PAUSE = (
    0.1  # seconds; ONNX Runtime's threads go on spinning for a while after a call, and the next one would pay for it
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=15)
    arguments = parser.parse_args()
    if not REFERENCE.is_dir():
        print(f"skipped: there is no reference model at {REFERENCE}")
        return
    if not kernels.available():
        print("skipped: the kernels were not built")
        return
    kernels.set_threads(arguments.threads)
    segmenter = TinySamSegmenter.load(REFERENCE / "starter.pth", image_size=SIZE)
    with np.load(REFERENCE / "golden.npz") as golden:
        embedding = Embedding(
            features=golden["photo_embedding"],
            frame=Frame(HEIGHT, WIDTH, SIZE),
            fingerprint="benchmark",
            model=segmenter.identity.digest,
        )
    print(f"{os.cpu_count()} cores; kernels: {kernels.describe()}; medians of {arguments.runs} runs (quartiles)")
    beside_onnx_runtime(segmenter, embedding, arguments.threads, arguments.runs)
    kernel_by_kernel(segmenter, embedding, arguments.runs)


def beside_onnx_runtime(segmenter, embedding, threads: int, runs: int) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(REFERENCE / "decoder.onnx"), options)

    def theirs(point) -> None:
        inputs = {
            "embedding": embedding.features,
            "points": np.float32([[point, (0, 0)]]),
            "labels": np.float32([[1, -1]]),
            "size": np.int64([HEIGHT, WIDTH]),
        }
        session.run(None, inputs)

    def click(point):
        return segmenter.decode(embedding, one_point(point))[0].mask

    def refine(point):
        return segmenter.decode(embedding, Prompt(points=[point], labels=[1], logits=previous))[0].mask

    random = np.random.default_rng(0)
    previous = segmenter.decode(embedding, one_point(random_points(random, 1)[0]))[0].logits
    seconds = defaultdict(list)
    for run in range(runs + 1):
        point, *others = random_points(random, BATCH + 1)
        prompts = [one_point(other) for other in others]
        rows = {
            "ONNX Runtime, a click": lambda point=point: theirs(point),
            "a click": lambda point=point: click(point),
            "a click that refines a mask": lambda point=point: refine(point),
            f"{BATCH} prompts, each": lambda prompts=prompts: segmenter.decode_batch(embedding, prompts),
        }
        for name, work in rows.items():
            time.sleep(PAUSE)
            started = time.perf_counter()
            work()
            passed = time.perf_counter() - started
            if run:  # the first round warms up
                seconds[name].append(passed / BATCH if "each" in name else passed)
    print(f"\n| {WIDTH} x {HEIGHT} | ms | of ONNX Runtime's |\n|---|---|---|")
    reference = seconds["ONNX Runtime, a click"]
    for name, times in seconds.items():
        ratios = [ours / base for ours, base in zip(times, reference, strict=True)]
        print(f"| {name} | {spread([1000 * t for t in times], '.1f')} | {spread(ratios, '.2f')} |")


def kernel_by_kernel(segmenter, embedding, runs: int) -> None:
    """Time inside each operator, by standing between the decoder and the library."""
    inside = defaultdict(float)
    calls = defaultdict(int)
    run_operator = arrays.run

    def timed(operator, *inputs, **keywords):
        started = time.perf_counter()
        result = run_operator(operator, *inputs, **keywords)
        inside[operator.symbol] += time.perf_counter() - started
        calls[operator.symbol] += 1
        return result

    prompts = [one_point(point) for point in random_points(np.random.default_rng(1), BATCH)]
    print("\n| kernel | calls in a click | ms | ms per prompt of a batch |\n|---|---|---|---|")
    columns, counts = [], []
    arrays.run = timed
    for batch in (prompts[:1], prompts):
        inside.clear(), calls.clear()
        started = time.perf_counter()
        for _ in range(runs):
            segmenter.decode_batch(embedding, batch)
        total = time.perf_counter() - started
        inside["all else"] = total - sum(inside.values())
        columns.append({name: 1000 * s / runs / len(batch) for name, s in inside.items()})
        counts.append({name: count // runs for name, count in calls.items()})
    arrays.run = run_operator
    for name, single in columns[0].items():
        count = counts[0].get(name, "")
        print(f"| {name.removeprefix('Ts')} | {count} | {single:.2f} | {columns[1][name]:.2f} |")


def one_point(point) -> Prompt:
    return Prompt(points=[tuple(point)], labels=[1])


def random_points(random, count: int):
    return random.uniform((0, 0), (WIDTH, HEIGHT), (count, 2)).tolist()


def spread(values: list[float], form: str) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:{form}} ({low:{form}} - {high:{form}})"


if __name__ == "__main__":
    main()
