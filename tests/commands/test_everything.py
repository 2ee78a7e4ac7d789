"""`annotator everything` as a person types it; a fake stands in for the network."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.commands.console import EXIT_INTERRUPTED
from annotator.core import coco
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.geometry import RunLengths
from annotator.segment.everything_config import EverythingConfig
from tests.console import refuse, run, the_complaint
from tests.fakes import FakeSegmenter
from tests.segment.prelabel_work import CONFIG


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

    @pytest.mark.parametrize("command", ["everything", "segment"])
    def test_ctrl_c_ends_it_in_one_line(
        self, folder: Path, command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ):
        def load(weights: Path | None = None) -> FakeSegmenter:
            signal.raise_signal(signal.SIGINT)
            return FakeSegmenter()

        monkeypatch.setattr("annotator.segment.load_segmenter", load)
        out, picture = folder / "out.json", folder / "out.png"
        words = ("--out", out) if command == "everything" else ("--point", "20,20")
        assert run(command, folder / "1.png", *words, "--overlay", picture) == EXIT_INTERRUPTED
        assert "Interrupted" in the_complaint(capsys)
        assert not out.exists()
        assert not picture.exists()
