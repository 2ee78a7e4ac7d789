"""`annotator benchmark`: what it prints and refuses. How long anything takes is not tested."""

from __future__ import annotations

import re
import sys

import cv2
import pytest

from annotator.commands import benchmark, timing
from tests.console import refuse, run, the_complaint

NUMBER = r"\d+\.\d+ \(\d+\.\d+ - \d+\.\d+\)"


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch):
    """Instead of 1024, an image size at which everything takes no time."""
    monkeypatch.setattr(benchmark, "FULL_SIZE", 320)


def rows(out: str) -> list[list[str]]:
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in out.splitlines()
        if line.startswith("| ") and not line.startswith("| what")
    ]


def test_the_table_has_each_row_at_both_sizes(small, capsys: pytest.CaptureFixture[str]):
    assert run("benchmark", "--runs", 1, "--prompts", 2) == 0
    out = capsys.readouterr().out
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}" in out
    assert re.search(r"^.+, \d+ cores; kernels: .+$", out, re.MULTILINE)
    names = ["embedding", "click", "click that refines a mask", "2 prompts at once"]
    assert [row[:2] for row in rows(out)] == [[name, size] for size in ("256", "320") for name in names]
    assert all(re.fullmatch(NUMBER, row[2]) for row in rows(out))
    assert "ONNX" not in out


def test_beside_onnx_runtime_where_the_sizes_agree(monkeypatch, shared, capsys: pytest.CaptureFixture[str]):
    pytest.importorskip("onnxruntime")
    decoder = shared / "reference" / "decoder.onnx"
    assert run("benchmark", "--runs", 1, "--prompts", 2, "--onnx-decoder", decoder) == 0
    out = capsys.readouterr().out
    assert "ONNX Runtime" in out
    for name, size, *cells in rows(out):
        compared = size == "1024" and name != "embedding"
        assert [bool(re.fullmatch(NUMBER, cell)) for cell in cells] == [True, compared, compared]


def test_without_onnx_runtime_a_model_for_it_is_an_error(monkeypatch, tmp_path, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert run("benchmark", "--onnx-encoder", tmp_path / "encoder.onnx") == 1
    assert "pip install onnxruntime" in the_complaint(capsys)


def test_a_file_that_is_no_model_is_an_error(tmp_path, capsys: pytest.CaptureFixture[str]):
    pytest.importorskip("onnxruntime")
    (tmp_path / "encoder.onnx").write_bytes(b"nothing of the kind")
    assert run("benchmark", "--onnx-encoder", tmp_path / "encoder.onnx") == 1
    assert "encoder.onnx" in the_complaint(capsys)


@pytest.mark.parametrize("words", [["--runs", "0"], ["--threads", "many"], ["--prompts", "-1"], ["image.png"]])
def test_wrong_usage(words: list[str], capsys: pytest.CaptureFixture[str]):
    refuse(capsys, "benchmark", *words)


def test_the_engines_take_turns_in_who_begins():
    order: list[str] = []
    ours, theirs = timing._alternate(lambda: order.append("ours"), lambda: order.append("theirs"), 4)
    assert (len(ours), len(theirs)) == (4, 4)
    first = order[2::2]  # after the one that warms up
    assert (first.count("ours"), first.count("theirs")) == (2, 2)


def test_opencv_has_as_many_threads_as_the_engines_and_its_own_again_afterwards(monkeypatch: pytest.MonkeyPatch):
    before = cv2.getNumThreads()
    seen: list[int] = []
    monkeypatch.setattr(timing, "_time_network", lambda *_: seen.append(cv2.getNumThreads()))
    timing.time_network(None, None, runs=1, prompts=1, threads=before + 1)
    assert (seen, cv2.getNumThreads()) == ([before + 1], before)
