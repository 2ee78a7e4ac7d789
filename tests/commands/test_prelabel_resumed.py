"""`annotator prelabel --resume`: what is not given is as in the interrupted run."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.commands.console import EXIT_INTERRUPTED
from annotator.core import coco
from annotator.core.dataset import COCO_NAME
from annotator.core.document import Instance
from annotator.segment.prelabel_partial import PartialResults, partial_path, run_header
from annotator.segment.prelabel_task import ImageTask, propose
from annotator.segment.weights import WeightsSummary
from tests.console import run, the_complaint
from tests.fakes import FakeSegmenter
from tests.segment.prelabel_work import CONFIG


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
        """Its header always says "recursive"; older windows did not write the checkpoint's name."""
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

    def test_a_run_of_the_window_that_leaves_out_images_with_instances(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ):
        assert run("prelabel", folder, "--recursive") == 0
        document = coco.read(folder / COCO_NAME)
        labelled, done, _ = document.images.values()
        for proposal in list(document.proposals.values()):
            document.remove(proposal)
            if proposal.image_id == labelled.id and not document.instances:
                document.put(Instance(proposal.id, labelled.id, proposal.category_id, proposal.mask))
        (mine,) = document.instances.values()
        coco.write(document, folder / COCO_NAME)
        identity = FakeSegmenter().identity
        config = replace(CONFIG, predicted_iou=0.86)
        header = run_header(
            category="object",
            config=config,
            image_size=identity.image_size,
            max_masks=None,
            only_untouched=True,
            recursive=True,
            weights=identity.name,
            weights_digest=identity.digest,
        )
        record = PartialResults(folder / COCO_NAME, header, resume=True)
        for image in (labelled, done):  # the first got its instance after the run had been over it
            record.add(propose(FakeSegmenter(), ImageTask(folder, image.path, config)))
        record.close()
        capsys.readouterr()
        assert run("prelabel", folder, "--resume") == 0
        assert "on 2 of 2 images" in (said := capsys.readouterr().out)
        assert "began the run: 1 with instances" in said
        document = coco.read(folder / COCO_NAME)
        assert document.instances.keys() == {mine.id}
        assert {p.image_id for p in document.proposals.values()} == document.images.keys() - {labelled.id}

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
