"""`make` on what an earlier, interrupted `make` left behind, and without a display."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


def script(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def make(project: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *map(str, words)],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    """An environment that is ready, with programs that note in `log` how they were called."""
    venv = tmp_path / "venv"
    script(venv / "bin" / "python", f'echo "python $*" >> {tmp_path}/log')
    (venv / ".filled").touch()
    return venv


def test_an_environment_without_pip_is_made_anew(project: Path, venv: Path, tmp_path: Path):
    (venv / ".filled").unlink()
    working = (venv / "bin" / "python").read_text()
    script(venv / "bin" / "python", "exit 1")
    script(tmp_path / "system", f"echo \"system $*\" >> {tmp_path}/log; echo '{working}' > {venv}/bin/python")
    process = make(project, f"VENV={venv}", f"PYTHON={tmp_path}/system", venv / ".filled")
    assert process.returncode == 0, process.stderr
    log = (tmp_path / "log").read_text().splitlines()
    assert f"system -m venv --clear {venv}" in log
    assert "pip install" in log[-1]


def test_an_environment_with_pip_is_kept(project: Path, venv: Path, tmp_path: Path):
    (venv / ".filled").unlink()
    script(tmp_path / "system", f'echo "system $*" >> {tmp_path}/log')
    process = make(project, f"VENV={venv}", f"PYTHON={tmp_path}/system", venv / ".filled")
    assert process.returncode == 0, process.stderr
    assert "system -m venv" not in (tmp_path / "log").read_text()


@pytest.mark.parametrize(("answer", "code", "segments"), [(0, 0, False), (1, 2, False), (3, 0, True)])
def test_run_segments_the_example_only_without_a_display(
    answer: int, code: int, segments: bool, project: Path, venv: Path, tmp_path: Path
):
    script(venv / "bin" / "annotator", f'echo "annotator $*" >> {tmp_path}/log; [ "$1" = segment ] || exit {answer}')
    process = make(project, f"VENV={venv}", "run")
    assert process.returncode == code
    calls = (tmp_path / "log").read_text().splitlines()
    assert "annotator --example" in calls
    assert any(call.startswith("annotator segment") for call in calls) is segments
    assert ("overlay.png" in process.stdout) is segments
