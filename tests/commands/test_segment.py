"""`annotator segment`: what it accepts, prints, writes and refuses. A fake stands in for the network."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pycocotools import mask as coco_mask

from annotator.commands import segment
from tests.console import refuse, run, the_complaint
from tests.fakes import FakeSegmenter

HEIGHT, WIDTH = 60, 90
SQUARE = np.s_[20:50, 30:70]
NUMBERS = st.floats(-1e6, 1e6)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A white rectangle on black, in a folder and file whose names no single-byte encoding has."""
    folder = tmp_path / "照片"
    folder.mkdir()
    pixels = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    pixels[SQUARE] = 255
    path = folder / "猫 été.png"
    Image.fromarray(pixels).save(path)
    return path


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> list[Path | None]:
    """`annotator.segment.load_segmenter` gives a FakeSegmenter; the list holds what it was asked to load."""
    asked: list[Path | None] = []

    def load(weights: Path | None = None, precision: str = "fp32") -> FakeSegmenter:
        asked.append(weights)
        return FakeSegmenter()

    monkeypatch.setattr("annotator.segment.load_segmenter", load)
    return asked


def iou(a: np.ndarray, b: np.ndarray) -> float:
    return float((a & b).sum() / (a | b).sum())


class TestSegmentWords:
    def test_points_and_boxes(self):
        options = segment.parse(["a.jpg", "--point", "1,2", "--point", "3.5,4,0", "--point=5,6,1"])
        assert options.points == ((1, 2, 1), (3.5, 4, 0), (5, 6, 1))
        assert options.box is None

    @given(x=st.tuples(NUMBERS, NUMBERS), y=st.tuples(NUMBERS, NUMBERS))
    def test_a_box_takes_any_two_opposite_corners(self, x: tuple[float, float], y: tuple[float, float]):
        words = ["a.jpg", "--box", f"{x[0]},{y[0]},{x[1]},{y[1]}"]
        assert segment.parse(words).box == (min(x), min(y), max(x), max(y))

    @pytest.mark.parametrize("point", ["3", "1,2,3", "1,2,0,0", "a,b", "", "1,,1", "1,2,0.5"])
    def test_bad_points_are_refused(self, point: str, capsys: pytest.CaptureFixture[str]):
        assert f"'{point}'" in refuse(capsys, "segment", "a.jpg", f"--point={point}")

    @pytest.mark.parametrize("box", ["1,2,3", "1,2,3,4,5", "1;2;3;4"])
    def test_bad_boxes_are_refused(self, box: str, capsys: pytest.CaptureFixture[str]):
        assert f"'{box}'" in refuse(capsys, "segment", "a.jpg", "--box", box)

    def test_a_prompt_and_an_image_are_needed(self, capsys: pytest.CaptureFixture[str]):
        assert "--point" in refuse(capsys, "segment", "a.jpg")
        assert "IMAGE" in refuse(capsys, "segment", "--point", "1,2")

    @pytest.mark.parametrize("option", ["--mask-out", "--overlay"])
    def test_outputs_are_png_and_never_the_photo(self, option: str, capsys: pytest.CaptureFixture[str]):
        assert "'b.jpg'" in refuse(capsys, "segment", "a.png", "--point", "1,2", option, "b.jpg")
        assert "a.png" in refuse(capsys, "segment", "a.png", "--point", "1,2", option, "./a.png")

    def test_two_outputs_need_two_files(self, capsys: pytest.CaptureFixture[str]):
        outputs = ("--mask-out", "b.png", "--overlay", "b.png")
        assert "b.png" in refuse(capsys, "segment", "a.png", "--point", "1,2", *outputs)


@pytest.mark.usefixtures("fake")
class TestSegment:
    def test_json(self, photo: Path, capsys: pytest.CaptureFixture[str]):
        assert run("segment", photo, "--box", "28,18,72,52", "--point", "50,35", "--json") == 0
        answer = json.loads(capsys.readouterr().out)
        assert list(answer) == ["image", "size", "weights", "proposals"]
        assert answer["image"] == str(photo)
        assert answer["size"] == [HEIGHT, WIDTH]
        assert answer["weights"] == "fake"
        proposals = answer["proposals"]
        assert [proposal["predicted_iou"] for proposal in proposals] == pytest.approx([0.9, 0.8, 0.7])
        for proposal in proposals:
            assert list(proposal) == ["predicted_iou", "stability", "bbox", "area", "segmentation"]
            assert 0 <= proposal["stability"] <= 1
            assert proposal["segmentation"]["size"] == [HEIGHT, WIDTH]
            assert proposal["area"] == coco_mask.area(proposal["segmentation"])
            assert proposal["bbox"] == coco_mask.toBbox(proposal["segmentation"]).tolist()
        truth = np.zeros((HEIGHT, WIDTH), bool)
        truth[SQUARE] = True
        assert iou(coco_mask.decode(proposals[0]["segmentation"]).astype(bool), truth) > 0.8

    def test_text_names_every_proposal(self, photo: Path, capsys: pytest.CaptureFixture[str]):
        assert run("segment", photo, "--point", "50,35") == 0
        lines = capsys.readouterr().out.splitlines()
        assert f"{WIDTH} x {HEIGHT}" in lines[0]
        assert len(lines) == 4
        assert "0.900" in lines[1]

    def test_mask_out_is_the_best_mask(self, photo: Path, capsys: pytest.CaptureFixture[str]):
        out = photo.with_name("掩码.png")
        assert run("segment", photo, "--point", "50,35", "--mask-out", out, "--json") == 0
        best = json.loads(capsys.readouterr().out)["proposals"][0]["segmentation"]
        written = np.asarray(Image.open(out))
        assert written.dtype == np.uint8
        assert np.array_equal(written, coco_mask.decode(best) * 255)

    def test_overlay_tints_the_mask_and_leaves_the_rest(self, photo: Path):
        out = photo.with_name("叠加.png")
        assert run("segment", photo, "--point", "50,35", "--overlay", out) == 0
        before, after = np.asarray(Image.open(photo)).astype(int), np.asarray(Image.open(out)).astype(int)
        assert after.shape == before.shape
        assert np.array_equal(after[:10], before[:10])
        red, _, blue = after[24, 64]
        assert blue == 255
        assert red < 255

    @pytest.mark.parametrize("far", ["1e12", "1e39"])
    def test_a_box_beyond_the_image_is_cut_to_it(self, far: str, photo: Path, capsys: pytest.CaptureFixture[str]):
        overlays = [photo.with_name("a.png"), photo.with_name("b.png")]
        answers = []
        for box, out in zip((f"-{far},-{far},{far},{far}", f"0,0,{WIDTH},{HEIGHT}"), overlays, strict=True):
            assert run("segment", photo, "--point", "50,35", f"--box={box}", "--json", "--overlay", out) == 0
            answers.append(json.loads(capsys.readouterr().out))
        assert answers[0] == answers[1]
        assert overlays[0].read_bytes() == overlays[1].read_bytes()

    def test_negative_points_reach_the_segmenter(self, photo: Path, capsys: pytest.CaptureFixture[str]):
        areas = []
        for words in (["--box=0,0,90,60", "--point=50,35"], ["--box=0,0,90,60", "--point=50,35", "--point=60,40,0"]):
            assert run("segment", photo, *words, "--json") == 0
            areas.append(json.loads(capsys.readouterr().out)["proposals"][0]["area"])
        assert areas[1] < areas[0]

    def test_weights_are_handed_on(self, fake: list[Path | None], photo: Path):
        assert run("segment", photo, "--point", "50,35", "--weights", "mine.safetensors") == 0
        assert run("segment", photo, "--point", "50,35") == 0
        assert fake == [Path("mine.safetensors"), None]

    def test_libraries_cannot_spoil_the_json(
        self, photo: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ):
        def chatter(weights: Path | None) -> FakeSegmenter:
            print("compiling")
            os.write(1, b"native chatter\n")
            return FakeSegmenter()

        monkeypatch.setattr("annotator.segment.load_segmenter", chatter)
        assert run("segment", photo, "--point", "50,35", "--json") == 0
        out, err = capfd.readouterr()
        assert json.loads(out)["weights"] == "fake"
        assert "compiling" in err
        assert "native chatter" in err


@pytest.mark.usefixtures("fake")
class TestSegmentErrors:
    def test_a_point_outside_the_image(self, fake: list[Path | None], photo: Path, capsys: pytest.CaptureFixture[str]):
        assert run("segment", photo, "--point", "-5,3") == 1
        assert "(-5, 3)" in the_complaint(capsys)
        assert not fake, "the weights were loaded for nothing"

    def test_an_empty_box(self, photo: Path, capsys: pytest.CaptureFixture[str]):
        assert run("segment", photo, "--box", "10,10,10,20") == 1
        assert "empty" in the_complaint(capsys)

    @pytest.mark.parametrize("content", [None, b"", b"not an image"], ids=["missing", "0 bytes", "text"])
    def test_an_image_that_is_none(self, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
        path = tmp_path / "photo.jpg"
        if content is not None:
            path.write_bytes(content)
        assert run("segment", path, "--point", "1,1") == 1
        assert str(path) in the_complaint(capsys)

    def test_an_output_folder_that_is_none(self, photo: Path, capsys: pytest.CaptureFixture[str]):
        out = photo.parent / "nowhere" / "mask.png"
        assert run("segment", photo, "--point", "50,35", "--mask-out", out) == 1
        assert str(out) in the_complaint(capsys)

    def test_a_full_disk_leaves_the_old_file(
        self, photo: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        out = photo.with_name("mask.png")
        out.write_bytes(b"what was there")
        files = sorted(photo.parent.iterdir())

        def full(descriptor: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        assert run("segment", photo, "--point", "50,35", "--mask-out", out) == 1
        assert str(out) in the_complaint(capsys)
        assert out.read_bytes() == b"what was there"
        assert sorted(photo.parent.iterdir()) == files


def test_the_real_program_segments_the_example_without_a_display(project: Path):
    """A new process, the shipped weights, the real network: JSON and nothing else on stdout."""
    environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    example = Path("resources", "example", "chelsea.png")
    words = [sys.executable, "-m", "annotator", "segment", str(example), "--box", "134,81,208,148", "--json"]
    process = subprocess.run(
        words, cwd=project, env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert process.returncode == 0, process.stderr
    answer = json.loads(process.stdout)
    assert answer["size"] == [300, 451]
    assert len(answer["proposals"]) == 3
    best = max(answer["proposals"], key=lambda proposal: proposal["predicted_iou"])
    assert best == answer["proposals"][0]
    eye = coco_mask.decode(best["segmentation"]).astype(bool)
    x, y, w, h = best["bbox"]
    assert eye.any()
    assert 100 < x + w / 2 < 240
    assert 50 < y + h / 2 < 180
