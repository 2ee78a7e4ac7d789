"""`annotator benchmark`: what it prints and refuses. How long anything takes is not tested."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from annotator import kernels
from annotator.commands import benchmark, timing
from annotator.kernels import library
from annotator.segment import CancellationToken
from tests.console import refuse, run, the_complaint

NUMBER = r"\d+(\.\d+)? \(\d+(\.\d+)?-\d+(\.\d+)?\)"


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
    assert re.search(r"^- .+, \d+ cores?\b", out, re.MULTILINE)
    assert re.search(r"^- kernels: .+$", out, re.MULTILINE)
    names = ["embedding", "click", "refinement", "2 prompts"]
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
    ours, theirs = timing._alternate(
        lambda: order.append("ours"), lambda: order.append("theirs"), 4, CancellationToken()
    )
    assert (len(ours), len(theirs)) == (4, 4)
    first = order[2::2]  # after the one that warms up
    assert (first.count("ours"), first.count("theirs")) == (2, 2)


def test_opencv_has_as_many_threads_as_the_engines_and_its_own_again_afterwards(monkeypatch: pytest.MonkeyPatch):
    before = cv2.getNumThreads()
    seen: list[int] = []

    def rows(*_):
        seen.append(cv2.getNumThreads())
        return iter(())

    monkeypatch.setattr(timing, "_time_network", rows)
    list(timing.time_network(None, None, runs=1, prompts=1, threads=before + 1))
    assert (seen, cv2.getNumThreads()) == ([before + 1], before)


def test_a_row_that_takes_long_has_fewer_runs(monkeypatch: pytest.MonkeyPatch):
    now = iter(range(0, 10_000, 25))
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(now))
    ours, theirs = timing._alternate(lambda: None, None, 9, CancellationToken())
    assert (ours, theirs) == ([25] * 3, [])


def test_after_an_interruption_the_rows_until_then_are_printed(small, monkeypatch, capsys: pytest.CaptureFixture[str]):
    whole = timing._time_network

    def interrupted(*arguments):
        rows = whole(*arguments)
        yield next(rows)
        signal.raise_signal(signal.SIGINT)
        yield from rows

    monkeypatch.setattr(timing, "_time_network", interrupted)
    assert run("benchmark", "--runs", 1, "--prompts", 2) == 130
    out = capsys.readouterr().out
    assert [row[:2] for row in rows(out)] == [["embedding", "256"]]
    assert "interrupted" in out


def test_without_kernels(small, monkeypatch, capsys: pytest.CaptureFixture[str]):
    def missing():
        raise kernels.KernelsUnavailable("no compiler built it")

    monkeypatch.setattr(library, "load", missing)
    assert run("benchmark", "--runs", 1, "--prompts", 2, "--threads", 2) == 0
    said = capsys.readouterr()
    assert "--threads is for the kernels" in said.err
    assert re.search(r"^- kernels: none, .*slower", said.out, re.MULTILINE)
    assert "no compiler built it" not in said.out  # it comes with the library's path, which is nobody's business
    assert len(rows(said.out)) == 8


def test_the_table_of_both_engines_fits_80_columns():
    ours, theirs = [0.0249, 0.0251, 0.0262], [0.0651, 0.0660, 0.0672]
    wide = timing.Timing("refinement", 1024, ours, theirs)
    tens_of_seconds = timing.Timing("64 prompts", 1024, [1.27, 1.29, 1.31], [4.16, 4.22, 4.30])
    lines = benchmark._table([wide, tens_of_seconds])
    assert len({len(line) for line in lines}) == 1
    assert len(lines[0]) <= 80
    assert "25.1 (25.0-25.7)" in lines[2]
    assert "1290 (1280-1300)" in lines[3]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_said_in_one_line(project: Path):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "annotator", "--version"],
            cwd=project, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=120,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("annotator: The output cannot be written (No space left on device)")
    assert done.stderr.count("\n") == 1
