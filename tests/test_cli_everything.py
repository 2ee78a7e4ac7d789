"""`annotator everything` and `annotator prelabel` as a person types them; a fake stands in for the network."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.commands.console import EXIT_INTERRUPTED
from annotator.core import coco
from annotator.core.dataset import COCO_NAME
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.geometry import RunLengths
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.prelabel_partial import PartialResults, partial_path, run_header
from annotator.segment.prelabel_task import ImageTask, propose
from annotator.segment.weights import WeightsSummary
from tests.console import refuse, run, the_complaint
from tests.fakes import FakeSegmenter
from tests.segment.prelabel_work import CONFIG, make_photos, refuse_to_load


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    """A FakeSegmenter for the network, with thresholds that suit it."""
    monkeypatch.setattr("annotator.segment.load_segmenter", lambda weights=None: FakeSegmenter())
    monkeypatch.setattr("annotator.segment.weights.everything_config", lambda weights=None: CONFIG)
    identity = FakeSegmenter().identity
    monkeypatch.setattr(
        "annotator.segment.weights.weights_summary",
        lambda weights=None: WeightsSummary(Path("fake"), "fake", identity.digest, identity.image_size, CONFIG),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "照片 é"
    make_photos(folder, ["1.png", "2.png", "sub/3.png"])
    return folder


@pytest.mark.usefixtures("fake")
class TestEverything:
    def test_it_writes_a_coco_file_and_a_picture(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        out, overlay = folder / "out.json", folder / "叠加.png"
        assert run("everything", folder / "1.png", "--out", out, "--overlay", overlay) == 0
        document = coco.read(out)
        assert [image.path for image in document.images.values()] == ["1.png"]
        assert len(document.proposals) >= 3
        assert f"{len(document.proposals)} proposals" in capsys.readouterr().out
        before, after = np.asarray(Image.open(folder / "1.png")), np.asarray(Image.open(overlay))
        assert after.shape == before.shape
        assert (after != before).any(axis=2).mean() > 0.5

    def test_options_replace_the_thresholds_of_the_weights(self, folder: Path):
        out = folder / "out.json"
        words = ("--mode", "grid", "--points", "4", "--min-iou", "0.5", "--min-area", "9", "--max-masks", "2")
        assert run("everything", folder / "1.png", "--out", out, *words, "--category", "物体") == 0
        document = coco.read(out)
        assert len(document.proposals) == 2
        assert [category.name for category in document.categories.values()] == ["物体"]
        parameters = document.proposals[1].parameters
        expected = EverythingConfig(
            points_per_side=4,
            hierarchical=False,
            predicted_iou=0.5,
            stability=CONFIG.stability,
            confident_logit=CONFIG.confident_logit,
            min_area=9,
        )
        assert EverythingConfig(**parameters) == expected

    @pytest.mark.parametrize(
        ("words", "named"),
        [
            ([], "--out"),
            (["--out", "a.txt"], "a.txt"),
            (["--out", "a.json", "--min-iou", "2"], "'2'"),
            (["--out", "a.json", "--points", "1"], "'1'"),
            (["--out", "a.json", "--max-masks", "0"], "'0'"),
            (["--out", "a.json", "--category", " "], "name"),
            (["--out", "a.json", "--overlay", "a.jpg"], "a.jpg"),
            (["--out", "a.json", "--mode", "fast"], "fast"),
        ],
    )
    def test_wrong_words(self, words: list[str], named: str, capsys: pytest.CaptureFixture[str]):
        assert named in refuse(capsys, "everything", "a.png", *words)

    def test_an_image_that_is_none(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
        assert run("everything", tmp_path / "no.png", "--out", tmp_path / "a.json") == 1
        assert "no.png" in the_complaint(capsys)
        assert not (tmp_path / "a.json").exists()

    def test_a_second_time_its_proposals_are_replaced(self, folder: Path):
        out = folder / "out.json"
        assert run("everything", folder / "1.png", "--out", out) == 0
        assert run("everything", folder / "1.png", "--out", out, "--max-masks", "1") == 0
        assert len(coco.read(out).proposals) == 1

    @pytest.mark.parametrize("content", ["a dataset", "no dataset"])
    def test_what_somebody_else_wrote_is_not_replaced(
        self, folder: Path, content: str, capsys: pytest.CaptureFixture[str]
    ):
        out = folder / "out.json"
        if content == "a dataset":
            document = Document(folder)
            document.put(ImageRecord(1, "1.png", 60, 90))
            document.put(Category(1, "cup"))
            document.put(Instance(1, 1, 1, RunLengths.from_mask(np.eye(60, 90, dtype=bool))))
            coco.write(document, out)
        else:
            out.write_text("[1, 2, 3]", "utf-8")
        before = out.read_bytes()
        assert run("everything", folder / "1.png", "--out", out) == 1
        assert "give another --out" in the_complaint(capsys)
        assert out.read_bytes() == before


@pytest.mark.usefixtures("fake")
class TestPrelabel:
    def test_it_makes_the_folders_file(self, folder: Path, capsys: pytest.CaptureFixture[str]):
        assert run("prelabel", folder) == 0
        out, err = capsys.readouterr()
        assert "2 of 2 images" in out
        assert "2/2 images" in err
        assert len(coco.read(folder / "annotations.coco.json").images) == 2

    def test_sub_folders_when_asked(self, folder: Path):
        assert run("prelabel", folder, "--recursive", "--out", folder / "all.json") == 0
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

    def test_resume_without_an_interrupted_run_just_begins(self, folder: Path):
        assert run("prelabel", folder, "--resume") == 0

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
        assert run("prelabel", folder) == 0
        assert "nothing to do, all 2 images had been pre-labelled" in capsys.readouterr().out

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


@pytest.mark.usefixtures("fake")
class TestResumed:
    """What is not given on the resuming command line is as in the interrupted run; what is given must be the same."""

    WORDS = (
        "--recursive",
        "--category",
        "杯子",
        "--max-masks",
        "2",
        "--min-iou",
        "0.86",
        "--points",
        "6",
        "--mode",
        "grid",
    )

    @pytest.fixture
    def interrupted(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The folder, over which a run with those words was interrupted when one image was done."""
        _interrupt(folder, self.WORDS, monkeypatch)
        return folder

    def test_nothing_needs_to_be_given_again(self, interrupted: Path, tmp_path: Path):
        assert run("prelabel", interrupted, "--resume") == 0
        calm = shutil.copytree(interrupted, tmp_path / "calm" / interrupted.name, ignore=_all_but_images)
        assert run("prelabel", calm, *self.WORDS) == 0
        assert (interrupted / COCO_NAME).read_bytes() == (calm / COCO_NAME).read_bytes()
        document = coco.read(interrupted / COCO_NAME)
        assert len(document.images) == 3
        assert document.category_named("杯子") is not None
        assert {p.parameters["predicted_iou"] for p in document.proposals.values()} == {0.86}

    def test_the_same_may_be_given_again(self, interrupted: Path):
        assert run("prelabel", interrupted, "--resume", *self.WORDS) == 0

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["--category", "cup"], "--category was '杯子' and is 'cup' now"),
            (["--min-iou", "0.5"], "--min-iou was 0.86 and is 0.5 now"),
            (["--mode", "hierarchical", "--points", "8"], "--mode was grid and is hierarchical now; --points was 6"),
            (["--max-masks", "3"], "--max-masks was 2 and is 3 now"),
            (["--again"], "--again was not given and is given now"),
            (["--min-area", "9"], "--min-area was 0 and is 9 now"),
            (["--crop-layers", "1"], "--crop-layers was 0 and is 1 now"),
        ],
    )
    def test_what_differs_is_named_with_its_values(
        self, interrupted: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
    ):
        before = partial_path(interrupted / COCO_NAME).read_bytes()
        capsys.readouterr()
        assert run("prelabel", interrupted, "--resume", *words) == 1
        complaint = the_complaint(capsys)
        assert told in complaint
        assert complaint.count(" was ") == told.count(" was ") + 2  # "was begun", twice; nothing that was not given
        assert "remove that file to start anew" in complaint
        assert partial_path(interrupted / COCO_NAME).read_bytes() == before

    def test_sub_folders_that_were_not_asked_for(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        _interrupt(folder, (), monkeypatch)
        capsys.readouterr()
        assert run("prelabel", folder, "--resume", "--recursive", "--max-masks", "4") == 1
        assert "--max-masks was not given (all) and is 4 now; --recursive was not given" in the_complaint(capsys)

    def test_a_run_of_the_window(self, folder: Path):
        """Its header always says "recursive", and has no name of the checkpoint."""
        identity = FakeSegmenter().identity
        header = run_header(
            category="object",
            config=replace(CONFIG, predicted_iou=0.86),
            image_size=identity.image_size,
            max_masks=None,
            recursive=True,
            weights_digest=identity.digest,
        )
        record = PartialResults(folder / COCO_NAME, header, resume=True)
        record.add(propose(FakeSegmenter(), ImageTask(folder, "1.png", replace(CONFIG, predicted_iou=0.86))))
        record.close()
        assert run("prelabel", folder, "--resume") == 0
        document = coco.read(folder / COCO_NAME)
        assert len(document.images) == 3
        assert {p.parameters["predicted_iou"] for p in document.proposals.values()} == {0.86}

    def test_the_checkpoint_of_then_is_found_among_the_installed(
        self, interrupted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        fake = FakeSegmenter().identity

        def summary(weights: Path | None = None) -> WeightsSummary:
            digest = fake.digest if weights == Path("old") else "f" * 40
            return WeightsSummary(weights or Path("new"), "fake", digest, fake.image_size, CONFIG)

        monkeypatch.setattr("annotator.segment.weights.weights_summary", summary)
        monkeypatch.setattr("annotator.segment.weights.weights_with_digest", lambda digest: None)
        capsys.readouterr()
        assert run("prelabel", interrupted, "--resume") == 1
        assert "with the checkpoint of then as --weights" in the_complaint(capsys)
        monkeypatch.setattr("annotator.segment.weights.weights_with_digest", {fake.digest: Path("old")}.get)
        loaded = []
        monkeypatch.setattr(
            "annotator.segment.load_segmenter", lambda weights: loaded.append(weights) or FakeSegmenter()
        )
        assert run("prelabel", interrupted, "--resume") == 0
        assert loaded == [Path("old")]


def _interrupt(folder: Path, words: Sequence[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that gets Ctrl+C when one image is done."""

    class Interrupting(FakeSegmenter):
        def encode(self, rgb, *, cancel=None):
            if self.encodes:
                signal.raise_signal(signal.SIGINT)
            return super().encode(rgb, cancel=cancel)

    with monkeypatch.context() as patch:
        patch.setattr("annotator.segment.load_segmenter", lambda weights=None: Interrupting())
        assert run("prelabel", folder, *words) == EXIT_INTERRUPTED
    assert partial_path(folder / COCO_NAME).exists()


def _all_but_images(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if "coco" in name]


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


@pytest.mark.parametrize("command", ["everything", "prelabel"])
def test_a_missing_folder_is_refused_before_the_work(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("annotator.segment.load_segmenter", refuse_to_load)
    source = folder / "1.png" if command == "everything" else folder
    assert run(command, source, "--out", folder / "nodir" / "x.json") == 1
    assert "nodir is not a folder: make it first" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["everything", "prelabel"])
def test_a_file_that_cannot_be_written_is_refused_before_the_work(
    folder: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("annotator.segment.load_segmenter", refuse_to_load)
    source = folder / "1.png" if command == "everything" else folder
    out = folder / "x.json"
    out.mkdir()
    assert run(command, source, "--out", out) == 1
    assert "x.json is a folder" in the_complaint(capsys)
    out.rmdir()
    out.touch()
    # Told apart by what the system is asked: this user may write anywhere.
    monkeypatch.setattr("annotator.commands.outputs.os.access", lambda path, mode: Path(path) != out)
    assert run(command, source, "--out", out) == 1
    assert "x.json is write-protected" in the_complaint(capsys)
    monkeypatch.setattr("annotator.commands.outputs.os.access", lambda path, mode: Path(path) != folder)
    assert run(command, source, "--out", out) == 1
    assert f"{folder} cannot be written to" in the_complaint(capsys)
