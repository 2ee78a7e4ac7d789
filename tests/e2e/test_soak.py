"""500 images and 5,000 prompts in the real window: memory stays flat; no thread, process or file is left open."""

from __future__ import annotations

import faulthandler
import json

import pytest

from benchmarks.parts.figures import run_script

pytestmark = pytest.mark.proof

IMAGES, PROMPTS = 500, 5000
GROWTH_MB = 50
"""Of all processes once the caches are full; some of it is what was annotated meanwhile."""


def test_a_long_day(capsys: pytest.CaptureFixture[str]):
    faulthandler.cancel_dump_traceback_later()  # ten minutes are no hang here
    found = run_script("soak.py", "--figures", "--images", IMAGES, "--prompts", PROMPTS)
    samples = [json.loads(note) for note in found.notes]
    with capsys.disabled():
        print(f"\n{' '.join(samples[0])}")
        for sample in samples:
            print(" ".join(f"{value:.0f}" for value in sample.values()))
    assert found.values["prompts"] == [PROMPTS]
    assert found.values["instances"] > [IMAGES / 10]
    quarter = len(samples) // 4
    filled, end = samples[quarter : 2 * quarter], samples[-quarter:]

    def most(part: list[dict[str, float]], *names: str) -> float:
        return max(sum(sample[name] for name in names) for sample in part)

    assert most(end, "window_mb", "segmenter_mb") <= most(filled, "window_mb", "segmenter_mb") + GROWTH_MB
    for name in ("window_threads", "segmenter_threads", "python_threads", "files"):
        assert most(end, name) <= most(filled, name), name
    assert found.values["threads left"] == [0]
    assert found.values["processes left"] == [0]
