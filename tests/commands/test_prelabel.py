"""`annotator prelabel` as a person types it; a fake stands in for the network."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotator import kernels
from annotator.commands import prelabel
from annotator.core import coco
from annotator.core.dataset import COCO_NAME
from tests.console import refuse, run, the_complaint
from tests.segment.prelabel_work import make_photos, refuse_to_load


@pytest.mark.usefixtures("fake")
class TestPrelabel:
    def test_it_makes_the_folders_file(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        assert run("prelabel", folder) == 0
        out, err = capsys.readouterr()
        assert "2 of 2 images" in out
        assert "2/2 images" in err
        assert len(coco.read(folder / "annotations.coco.json").images) == 2
        assert "Images in sub-folders that were left out: 1. --recursive takes them, too." in err

    def test_sub_folders_when_asked(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        assert run("prelabel", folder, "--recursive", "--out", folder / "all.json") == 0
        assert "sub-folders" not in capsys.readouterr().err
        assert len(coco.read(folder / "all.json").images) == 3

    def test_failed_images_are_named_and_the_exit_code_says_so(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        (folder / "0.png").write_bytes(b"no image")
        assert run("prelabel", folder) == 3
        out, err = capsys.readouterr()
        assert "2 of 3 images" in out
        assert str(folder / "0.png") in err

    @pytest.mark.parametrize("workers", [1, 2])
    def test_weights_that_cannot_be_loaded_are_no_fault_of_the_images(
        self, folder: Path, workers: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        monkeypatch.setattr("annotator.segment.load_segmenter", refuse_to_load)
        assert run("prelabel", folder, "--workers", workers) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert "The weights fake are damaged" in err
        assert ".png" not in err

    def test_resume_without_an_interrupted_run_says_so_and_begins(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ):
        assert run("prelabel", folder, "--resume") == 0
        out, err = capsys.readouterr()
        assert err.startswith(f"annotator: No run over {folder / COCO_NAME} was interrupted")
        assert "2 of 2 images" in out
        assert run("prelabel", folder, "--resume") == 0
        out, err = capsys.readouterr()
        assert "was interrupted" in err
        assert "nothing to do" in out
        assert run("prelabel", folder) == 0
        assert "interrupted" not in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("words", "named"),
        [
            ([], "FOLDER"),
            (["a", "--workers", "0"], "'0'"),
            (["a", "--engine", "spark"], "spark"),
            (["a", "--address", "auto"], "--engine ray"),
            (["a", "--out", "a.png"], "'a.png' must end in .json"),
            (["a", "--min-iou", "2"], "'2'"),
        ],
    )
    def test_wrong_words(self, words: list[str], named: str, capsys: pytest.CaptureFixture[str]):
        assert named in refuse(capsys, "prelabel", *words)

    def test_nothing_to_do(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        assert run("prelabel", folder) == 0
        capsys.readouterr()
        before = (folder / COCO_NAME).stat().st_mtime_ns
        assert run("prelabel", folder) == 0
        out = capsys.readouterr().out
        assert "nothing to do, all 2 images had been pre-labelled" in out
        assert "the file is as it was" in out
        assert (folder / COCO_NAME).stat().st_mtime_ns == before

    def test_a_folder_that_is_none(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        assert run("prelabel", folder / "1.png") == 1
        assert "1.png" in the_complaint(capsys)

    def test_ray_that_is_not_installed(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        monkeypatch.setitem(sys.modules, "ray", None)
        monkeypatch.delitem(sys.modules, "annotator.segment.prelabel_ray", raising=False)
        assert run("prelabel", folder, "--engine", "ray") == 1
        assert "tinysam-annotator[ray]" in the_complaint(capsys)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl+C is sent otherwise on Windows")
def test_the_real_program_is_interrupted_and_resumed(tmp_path: Path, project: Path):
    """A new process, the shipped weights, the real network; Ctrl+C says how to go on."""
    folder = tmp_path / "photos"
    make_photos(folder, [f"{i}.png" for i in range(3)])
    words = [sys.executable, "-m", "annotator", "prelabel", str(folder), "--points", "4", "--min-iou", "0.1"]
    process = subprocess.Popen(words, cwd=project, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    partial = folder / "annotations.coco.json.prelabel"
    until = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < until:
        if partial.exists() and partial.read_bytes().count(b"\n") >= 2:
            process.send_signal(signal.SIGINT)
            break
        time.sleep(0.005)
    _, err = process.communicate(timeout=120)
    assert process.returncode in (0, 130)  # 0: it was faster than the signal
    if process.returncode == 130:
        assert "--resume" in err
        again = subprocess.run(
            [*words, "--resume"], cwd=project, capture_output=True, text=True, check=False, timeout=200
        )
        assert again.returncode == 0, again.stderr
        assert "3 of 3 images" in again.stdout
    content = json.loads((folder / "annotations.coco.json").read_text("utf-8"))
    assert [image["file_name"] for image in content["images"]] == ["0.png", "1.png", "2.png"]
    assert content["annotations"]
    assert all(a["annotator"]["state"] == "proposal" for a in content["annotations"])
    assert not os.path.exists(partial)


@pytest.mark.skipif(not kernels.available(), reason="the kernels were not built")
@pytest.mark.parametrize(("workers", "threads"), [(1, 6), (2, 3), (4, 1), (9, 1)])
def test_processes_share_the_processors(monkeypatch: pytest.MonkeyPatch, workers: int, threads: int):
    before = kernels.describe().threads
    monkeypatch.setattr(kernels, "usable_processors", lambda: 6)
    seen: list[int] = []
    try:
        prelabel._load_beside(lambda: seen.append(kernels.describe().threads), workers)
    finally:
        kernels.set_threads(before)
    assert seen == [threads]
