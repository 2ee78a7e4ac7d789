"""Pre-labelling a folder: what is added, what is left alone, and that no moment is a bad one to be killed at."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from annotator.core import coco
from annotator.core.backups import FOLDER_NAME, backups
from annotator.core.dataset import open_dataset
from annotator.core.document import Category, Document, ImageRecord, Instance, Provenance, StoredProposal
from annotator.core.geometry import RunLengths, overlaps
from annotator.core.lock import DatasetLock
from annotator.errors import DatasetError, SaveError, SegmenterError, Sentence, WeightsError
from annotator.segment import CancellationToken, Cancelled
from annotator.segment.prelabel import PrelabelProgress, prelabel
from annotator.segment.prelabel_engines import HereEngine, LoadSegmenter, ProcessesEngine
from annotator.segment.prelabel_partial import PartialResults, interrupted_run, partial_path
from annotator.segment.prelabel_task import ImageResult, ImageTask, propose
from tests.fakes import FakeSegmenter
from tests.segment.prelabel_work import (
    CONFIG,
    DEADLY,
    HUNGRY,
    ODD,
    DeadlySegmenter,
    FaultySegmenter,
    die_loading,
    load_without_memory,
    load_wrongly,
    make_photos,
    make_plain,
    refuse_to_load,
    request_for,
)

NAMES = ["10.png", "2.png", "猫 é.png", "sub/2.png"]
IN_ORDER = ["2.png", "10.png", "猫 é.png"]
KILLS = 20


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    make_photos(folder, NAMES)
    return folder


@pytest.fixture
def out(folder: Path) -> Path:
    return folder / "annotations.coco.json"


def here() -> HereEngine:
    return HereEngine(FakeSegmenter)


class TestResult:
    def test_proposals_are_added_in_order_with_their_parents(self, folder: Path, out: Path):
        report = prelabel(request_for(folder, out, category="thing"), here())
        document = coco.read(out)
        assert [image.path for image in document.images.values()] == IN_ORDER
        assert not document.instances
        assert [category.name for category in document.categories.values()] == ["thing"]
        assert report.images == 3
        assert report.proposals == len(document.proposals) >= 9
        assert list(document.proposals) == list(range(1, len(document.proposals) + 1))
        for image in document.images.values():
            proposals = list(document.proposals_of(image.id))
            assert [p.score for p in proposals] == sorted((p.score for p in proposals), reverse=True)
            for proposal in proposals:
                assert proposal.provenance.source == "tinysam everything"
                assert proposal.provenance.weights == "fake"
                assert proposal.parameters["points_per_side"] == 8
                if proposal.parent_id is not None:
                    whole = document.proposals[proposal.parent_id]
                    assert whole.image_id == image.id
                    assert whole.mask.area > proposal.mask.area
        assert not partial_path(out).exists()

    def test_pycocotools_and_the_window_load_it(self, folder: Path, out: Path):
        prelabel(request_for(folder, out, recursive=True), here())
        dataset = COCO(out)
        assert len(dataset.imgs) == 4
        for annotation in dataset.anns.values():
            assert dataset.annToMask(annotation).sum() == annotation["area"]
            assert 0 < annotation["score"] <= 1
        document = open_dataset([folder]).document
        assert {image.path for image in document.images.values()} == {*IN_ORDER, "sub/2.png"}
        assert len(document.proposals) == len(dataset.anns)

    def test_max_masks_keeps_the_best(self, folder: Path, out: Path):
        prelabel(request_for(folder, out, max_masks=1), here())
        assert len(coco.read(out).proposals) == 3

    def test_out_can_lie_elsewhere(self, folder: Path, tmp_path: Path):
        out = tmp_path / "results" / "out.json"
        out.parent.mkdir()
        prelabel(request_for(folder, out), here())
        document = coco.read(out)
        assert all(document.image_path(image_id).exists() for image_id in document.images)
        prelabel(request_for(folder, out), here())
        assert len(coco.read(out).images) == 3

    def test_the_engine_makes_no_difference(self, folder: Path, out: Path, tmp_path: Path):
        prelabel(request_for(folder, out, recursive=True), here())
        expected = out.read_bytes()
        out.unlink()
        prelabel(request_for(folder, out, recursive=True), ProcessesEngine(FakeSegmenter, 2))
        assert out.read_bytes() == expected


class TestExistingFile:
    @pytest.fixture
    def human(self, folder: Path, out: Path) -> Document:
        """Two instances on the first image, one of them a red rectangle, and a proposal of another tool."""
        document = Document(folder)
        document.put(Category(7, "cup", extra={"keypoints": ["top"]}))
        document.put(ImageRecord(5, "2.png", 61, 90))
        red = np.zeros((61, 90), bool)
        red[10:30, 11:40] = True
        hand = np.zeros((61, 90), bool)
        hand[0:5, 0:7] = True
        document.put(Instance(30, 5, 7, RunLengths.from_mask(red)))
        document.put(Instance(31, 5, 7, RunLengths.from_mask(hand), provenance=Provenance("manual")))
        document.put(StoredProposal(32, 5, 7, RunLengths.from_mask(hand), score=0.4, provenance=Provenance("other")))
        coco.write(document, out)
        return document

    def test_what_people_made_is_not_touched(self, human: Document, folder: Path, out: Path):
        before = {a["id"]: a for a in json.loads(out.read_text("utf-8"))["annotations"]}
        prelabel(request_for(folder, out), here())
        content = json.loads(out.read_text("utf-8"))
        after = {a["id"]: a for a in content["annotations"]}
        assert {i: after[i] for i in before} == before
        assert content["categories"][0] == {"id": 7, "name": "cup", "supercategory": "", "keypoints": ["top"]}
        document = coco.read(out)
        assert list(document.images) == [5, 6, 7]
        assert min(set(document.proposals) - {32}) == 33

    def test_the_version_before_is_kept(self, human: Document, folder: Path, out: Path):
        before = out.read_bytes()
        prelabel(request_for(folder, out), here())
        assert out.read_bytes() != before
        assert [backup.path.read_bytes() for backup in backups(out)] == [before]

    def test_without_a_backup_the_file_is_not_replaced(self, human: Document, folder: Path, out: Path):
        before = out.read_bytes()
        (folder / FOLDER_NAME).write_text("in the way")
        with pytest.raises(SaveError, match="last version"):
            prelabel(request_for(folder, out), here())
        assert out.read_bytes() == before
        (folder / FOLDER_NAME).unlink()
        report = prelabel(request_for(folder, out), here(), resume=True)
        assert report.images == 3

    def test_only_the_proposals_of_this_run_are_counted(self, folder: Path, out: Path):
        first = prelabel(request_for(folder, out, recursive=True), here())
        report = prelabel(request_for(folder, out, again=True), here())
        assert report.proposals == first.proposals - len(list(coco.read(out).proposals_of(4)))
        assert report.proposals < len(coco.read(out).proposals)

    def test_no_proposal_for_what_is_there(self, human: Document, folder: Path, out: Path, tmp_path: Path):
        prelabel(request_for(folder, out), here())
        document = coco.read(out)
        ours = [p.mask for p in document.proposals_of(5) if p.id > 32]
        assert ours
        assert overlaps([i.mask for i in document.instances_of(5)], ours).max() <= 0.8
        fresh = tmp_path / "fresh.json"
        prelabel(request_for(folder, fresh), here())
        fresh_masks = [p.mask for p in coco.read(fresh).proposals_of(1)]
        assert overlaps([human.instances[30].mask], fresh_masks).max() > 0.8

    def test_a_second_run_replaces_only_its_own_proposals(self, human: Document, folder: Path, out: Path):
        prelabel(request_for(folder, out), here())
        first = coco.read(out)
        prelabel(request_for(folder, out, again=True), here())
        second = coco.read(out)
        assert second.instances == first.instances
        assert len(second.proposals) == len(first.proposals)
        assert set(first.proposals) & set(second.proposals) == {32}

    def test_a_file_of_another_folder_is_refused(self, folder: Path, tmp_path: Path):
        out = tmp_path / "other.json"
        document = Document(tmp_path / "elsewhere")
        coco.write(document, out)
        with pytest.raises(DatasetError, match="--out"):
            prelabel(request_for(folder, out), here())

    def test_an_image_of_another_size_than_the_file_says(self, folder: Path, out: Path):
        document = Document(folder)
        document.put(ImageRecord(1, "2.png", 10, 10))
        coco.write(document, out)
        report = prelabel(request_for(folder, out), here())
        assert list(report.problems) == ["2.png"]
        assert "10 x 10" in report.problems["2.png"]
        assert not list(coco.read(out).proposals_of(1))


class TestAnotherRun:
    """Over images that one with the same weights and settings has been over."""

    @pytest.fixture
    def rejected(self, folder: Path, out: Path) -> bytes:
        """The file once somebody has rejected all proposals of the first image and one of the second."""
        prelabel(request_for(folder, out), here())
        document = coco.read(out)
        for proposal in [*document.proposals_of(1), next(document.proposals_of(2))]:
            document.remove(proposal)
        coco.write(document, out)
        return out.read_bytes()

    def test_rejected_proposals_do_not_come_back(self, rejected: bytes, folder: Path, out: Path):
        report = prelabel(request_for(folder, out), here())
        assert out.read_bytes() == rejected
        assert (report.images, report.proposals, report.skipped) == (0, 0, 3)

    def test_new_images_are_done(self, rejected: bytes, folder: Path, out: Path):
        shutil.copy(folder / "2.png", folder / "3.png")
        before = coco.read(out)
        report = prelabel(request_for(folder, out), here())
        after = coco.read(out)
        assert (report.images, report.skipped) == (1, 3)
        assert report.proposals == len(list(after.proposals_of(4))) > 0
        assert before.proposals.items() <= after.proposals.items()
        assert not list(after.proposals_of(1))

    @pytest.mark.parametrize(
        "options",
        [{"again": True}, {"config": replace(CONFIG, predicted_iou=0.86)}, {"max_masks": 2}, {"category": "thing"}],
    )
    def test_asked_or_with_other_settings_they_are_done_again(
        self, rejected: bytes, folder: Path, out: Path, options: dict
    ):
        report = prelabel(request_for(folder, out, **options), here())
        assert (report.images, report.skipped) == (3, 0)
        assert list(coco.read(out).proposals_of(1))

    def test_an_interrupted_run_that_does_them_again_stays_one(self, rejected: bytes, folder: Path, out: Path):
        token = CancellationToken()
        with pytest.raises(Cancelled):
            prelabel(
                request_for(folder, out, again=True),
                here(),
                on_progress=lambda progress: token.cancel() if progress.done else None,
                cancel=token,
            )
        with pytest.raises(DatasetError, match="again"):
            prelabel(request_for(folder, out), here(), resume=True)
        assert prelabel(request_for(folder, out, again=True), here(), resume=True).images == 3

    def test_a_file_of_an_older_version_is_known_by_its_proposals(self, rejected: bytes, folder: Path, out: Path):
        content = json.loads(rejected)
        for image in content["images"]:
            del image["annotator"]["prelabelled"]
        out.write_text(json.dumps(content), "utf-8")
        before = out.read_bytes()
        report = prelabel(request_for(folder, out), here())
        assert (report.images, report.skipped) == (1, 2)
        for options, images in (({"max_masks": 2}, 2), ({"max_masks": 9}, 1), ({"category": "thing"}, 3)):
            out.write_bytes(before)
            report = prelabel(request_for(folder, out, **options), here())
            assert (report.images, report.skipped) == (images, 3 - images)


class TestProblems:
    def test_images_that_fail_are_listed_and_the_run_goes_on(self, folder: Path, out: Path):
        (folder / "1.png").write_bytes(b"no image")
        (folder / "3.jpg").touch()
        report = prelabel(request_for(folder, out), here())
        assert set(report.problems) == {"1.png", "3.jpg"}
        assert str(folder / "1.png") in report.problems["1.png"]
        assert [image.path for image in coco.read(out).images.values()] == IN_ORDER

    def test_an_image_that_ends_its_process_is_a_problem_of_its_own(self, folder: Path, out: Path):
        make_plain(folder / "3.png", DEADLY)
        report = prelabel(request_for(folder, out), ProcessesEngine(DeadlySegmenter, 2))
        assert list(report.problems) == ["3.png"]
        assert "memory" in report.problems["3.png"]
        assert [image.path for image in coco.read(out).images.values()] == IN_ORDER

    @pytest.mark.parametrize("workers", [0, 2])
    def test_nothing_an_image_raises_ends_the_run(
        self, folder: Path, out: Path, workers: int, capfd: pytest.CaptureFixture[str]
    ):
        make_plain(folder / "3.png", HUNGRY)
        for number in range(4, 9):
            make_plain(folder / f"{number}.png", ODD)
        engine = ProcessesEngine(FaultySegmenter, workers) if workers else HereEngine(FaultySegmenter)
        report = prelabel(request_for(folder, out), engine)
        assert set(report.problems) == {f"{number}.png" for number in range(3, 9)}
        assert "(MemoryError: Resize ran out of memory)" in report.problems["3.png"]
        assert str(folder / "3.png") in report.problems["3.png"]
        assert "(cv2.error: " in report.problems["4.png"]
        assert str(folder / "4.png") in report.problems["4.png"]
        assert [image.path for image in coco.read(out).images.values()] == IN_ORDER
        # Whoever mends the program needs to see where, but not for every image again.
        assert 1 <= capfd.readouterr().err.count("Traceback") <= max(workers, 1)

    def test_a_folder_without_images(self, tmp_path: Path):
        with pytest.raises(DatasetError, match="no images"):
            prelabel(request_for(tmp_path, tmp_path / "out.json"), here())

    def test_a_dataset_that_is_open_elsewhere(self, folder: Path, out: Path):
        with DatasetLock.for_writing(out, program="annotator import"), pytest.raises(SaveError, match="import"):
            prelabel(request_for(folder, out), here())


class TestResuming:
    def interrupt(self, folder: Path, out: Path, after: int, **options) -> None:
        """A run that is cancelled when that many images are done."""
        token = CancellationToken()

        def on_progress(progress: PrelabelProgress) -> None:
            if progress.done == after:
                token.cancel()

        with pytest.raises(Cancelled):
            prelabel(request_for(folder, out, **options), here(), on_progress=on_progress, cancel=token)

    def test_nothing_is_done_twice(self, folder: Path, out: Path):
        self.interrupt(folder, out, after=2)
        assert not out.exists()
        segmenter = FakeSegmenter()
        told: list[PrelabelProgress] = []
        prelabel(request_for(folder, out), HereEngine(lambda: segmenter), resume=True, on_progress=told.append)
        assert segmenter.encodes == 1
        assert [(p.done, p.resumed, p.total) for p in told] == [(2, 2, 3), (3, 2, 3)]
        assert told[0].seconds_left is None
        assert told[1].seconds_left == 0

    def test_the_result_is_that_of_an_uninterrupted_run(self, folder: Path, out: Path):
        prelabel(request_for(folder, out), here())
        expected = out.read_bytes()
        out.unlink()
        self.interrupt(folder, out, after=1)
        prelabel(request_for(folder, out), here(), resume=True)
        assert out.read_bytes() == expected

    def test_images_that_failed_are_tried_again(self, folder: Path, out: Path):
        prelabel(request_for(folder, out), here())
        expected = out.read_bytes()
        out.unlink()
        whole = (folder / "2.png").read_bytes()
        (folder / "2.png").write_bytes(whole[:50])
        self.interrupt(folder, out, after=2)
        run = interrupted_run(out)
        assert run is not None
        assert run.images == 1
        # Still not right, and interrupted once more.
        told: list[PrelabelProgress] = []
        token = CancellationToken()

        def on_progress(progress: PrelabelProgress) -> None:
            told.append(progress)
            if progress.done == 2:
                token.cancel()

        with pytest.raises(Cancelled):
            prelabel(request_for(folder, out), here(), resume=True, on_progress=on_progress, cancel=token)
        assert [(p.done, p.resumed, p.failed) for p in told] == [(1, 1, 0), (2, 1, 1)]
        (folder / "2.png").write_bytes(whole)
        token = CancellationToken()
        with pytest.raises(Cancelled):
            prelabel(request_for(folder, out), here(), resume=True, on_progress=on_progress, cancel=token)
        run = interrupted_run(out)
        assert run is not None
        assert run.images == 2
        report = prelabel(request_for(folder, out), here(), resume=True)
        assert not report.problems
        assert out.read_bytes() == expected

    def test_a_run_that_did_nothing_is_nothing_to_resume(self, folder: Path, out: Path):
        with pytest.raises(WeightsError):
            prelabel(request_for(folder, out), HereEngine(refuse_to_load))
        assert interrupted_run(out) is None
        other = request_for(folder, out, config=replace(CONFIG, predicted_iou=0.5))
        assert prelabel(other, here()).images == 3

    def test_names_are_counted_whatever_is_in_them(self, folder: Path, out: Path):
        if sys.platform != "win32":  # which has no names with quotation marks
            (folder / "10.png").rename(folder / '1, "size": , "problem": "", "proposals": .png')
        self.interrupt(folder, out, after=2)
        run = interrupted_run(out)
        assert run is not None
        assert run.images == 2

    def test_without_resume_an_interrupted_run_is_not_thrown_away(self, folder: Path, out: Path):
        self.interrupt(folder, out, after=1)
        with pytest.raises(DatasetError, match="--resume"):
            prelabel(request_for(folder, out), here())
        assert partial_path(out).exists()

    def test_other_settings_cannot_be_mixed_in(self, folder: Path, out: Path):
        self.interrupt(folder, out, after=1)
        other = request_for(folder, out, config=replace(CONFIG, predicted_iou=0.5))
        with pytest.raises(DatasetError, match=r"--min-iou was 0\.85 and is 0\.5 now\. Either leave these"):
            prelabel(other, here(), resume=True)

    def test_another_checkpoint_cannot_be_mixed_in(self, folder: Path, out: Path):
        self.interrupt(folder, out, after=1)
        other = replace(request_for(folder, out), weights="other", weights_digest="f" * 40)
        with pytest.raises(DatasetError, match=r"--weights was 'fake'.* and is 'other', .*ffff.*as --weights"):
            prelabel(other, here(), resume=True)

    def test_the_name_of_the_checkpoint_does_not_count(self, folder: Path, out: Path):
        self.interrupt(folder, out, after=1)
        assert prelabel(replace(request_for(folder, out), weights="renamed"), here(), resume=True).images == 3

    def test_a_line_that_was_cut_short_is_done_again(self, folder: Path, out: Path):
        prelabel(request_for(folder, out), here())
        expected = out.read_bytes()
        out.unlink()
        self.interrupt(folder, out, after=2)
        whole = partial_path(out).read_bytes()
        for size in (len(whole) - 1, len(whole) - 200, whole.index(b"\n") + 1, whole.index(b"\n"), 0):
            out.unlink(missing_ok=True)
            partial_path(out).write_bytes(whole[:size])
            prelabel(request_for(folder, out), here(), resume=True)
            assert out.read_bytes() == expected

    def test_killed_after_the_file_was_replaced(self, folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(PartialResults, "remove", PartialResults.close)
        prelabel(request_for(folder, out), here())
        expected = out.read_bytes()
        monkeypatch.undo()
        report = prelabel(request_for(folder, out), here(), resume=True)
        assert out.read_bytes() == expected
        assert report.images == 3
        assert not partial_path(out).exists()

    def test_work_saved_meanwhile_is_kept(self, folder: Path, out: Path):
        self.interrupt(folder, out, after=2)
        document = open_dataset([folder]).document
        document.put(Category(1, "cup"))
        hand = RunLengths.from_mask(np.eye(61, 90, dtype=bool))
        document.put(Instance(1, next(iter(document.images)), 1, hand))
        coco.write(document, out)
        prelabel(request_for(folder, out), here(), resume=True)
        assert coco.read(out).instances == document.instances

    @pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
    def test_killed_many_times_at_random_moments(self, tmp_path: Path, project: Path):
        folder, out = tmp_path / "many", tmp_path / "many" / "out.json"
        make_photos(folder, [f"{i}.png" for i in range(30)])
        shutil.copytree(folder, tmp_path / "calm" / "many")
        calm = tmp_path / "calm" / "many" / "out.json"
        prelabel(request_for(calm.parent, calm), here())
        words = [sys.executable, "-m", "tests.segment.prelabel_work", str(folder), str(out), "0.05"]
        dice = random.Random(0)
        killed = 0
        while not (out.exists() and not partial_path(out).exists()):
            process = subprocess.Popen(words, cwd=project)
            if killed < KILLS:
                before = _size(partial_path(out))
                until = time.monotonic() + 60
                # Loading Python takes longer than the work: wait for the work, then for a random moment in it.
                while _size(partial_path(out)) == before and process.poll() is None and time.monotonic() < until:
                    time.sleep(0.001)
                time.sleep(dice.uniform(0, 0.1))
                process.kill()
                killed += 1
            assert process.wait(timeout=120) in (0, -9)
        assert killed >= KILLS // 2
        assert out.read_bytes() == calm.read_bytes()


class TestSegmenterThatCannotLoad:
    """It is no image's fault: the run ends with what is wrong, and what was done before is kept."""

    @pytest.mark.parametrize(
        ("load", "error", "text"),
        [
            (refuse_to_load, WeightsError, "are damaged"),
            (load_wrongly, RuntimeError, "no such operator|UnicodeError"),
            (load_without_memory, SegmenterError, "MemoryError.*fewer workers"),
            (die_loading, SegmenterError, "fewer workers"),
        ],
    )
    def test_the_run_ends(self, folder: Path, out: Path, load: LoadSegmenter, error: type[Exception], text: str):
        prelabel(request_for(folder, out), here())
        expected = out.read_bytes()
        out.unlink()
        TestResuming().interrupt(folder, out, after=1)
        kept = partial_path(out).read_bytes()
        with pytest.raises(error, match=text):
            prelabel(request_for(folder, out), ProcessesEngine(load, 2), resume=True)
        assert not out.exists()
        assert partial_path(out).read_bytes() == kept
        prelabel(request_for(folder, out), here(), resume=True)
        assert out.read_bytes() == expected


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9 on Windows")
def test_processes_end_with_a_parent_that_is_killed(folder: Path, out: Path, tmp_path: Path, project: Path):
    pids = tmp_path / "pids"
    pids.mkdir()
    words = [sys.executable, "-m", "tests.segment.prelabel_work", str(folder), str(out), "300", str(pids)]
    # The processes inherit the pipe: it ends with the last of them.
    with subprocess.Popen(words, cwd=project, stdout=subprocess.PIPE) as process:
        try:
            until = time.monotonic() + 60
            while len(list(pids.iterdir())) < 2 and process.poll() is None and time.monotonic() < until:
                time.sleep(0.01)
            assert len(list(pids.iterdir())) == 2
            process.kill()
            process.communicate(timeout=30)
        except BaseException:
            for path in pids.iterdir():
                os.kill(int(path.name), signal.SIGKILL)
            process.kill()
            raise


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


class TestTask:
    def test_it_is_pure_and_survives_json(self, folder: Path):
        task = ImageTask(folder, "2.png", CONFIG)
        first, second = (propose(FakeSegmenter(), task) for _ in range(2))
        assert first == second
        assert first.proposals
        assert ImageResult.from_json(json.loads(json.dumps(first.to_json()))) == first

    def test_a_fault_is_a_problem_that_says_what_it_was_made_of(self, folder: Path):
        make_plain(folder / "3.png", HUNGRY)
        make_plain(folder / "4.png", ODD)
        for name, kind in (("3.png", "MemoryError"), ("4.png", "cv2.error")):
            problem = propose(FaultySegmenter(), ImageTask(folder, name, CONFIG)).problem
            assert isinstance(problem, Sentence)  # so that the window can say it in its language
            assert problem.arguments["path"] == folder / name
            assert str(problem.arguments["reason"]).startswith(f"{kind}: ")

    def test_cancelling_is_no_problem_of_the_image(self, folder: Path):
        token = CancellationToken()
        token.cancel()
        with pytest.raises(Cancelled):
            propose(FakeSegmenter(), ImageTask(folder, "2.png", CONFIG), cancel=token)

    def test_a_missing_image_is_a_problem(self, tmp_path: Path):
        result = propose(FakeSegmenter(), ImageTask(tmp_path, "none.png", CONFIG))
        assert "none.png" in result.problem
        assert ImageResult.from_json(json.loads(json.dumps(result.to_json()))) == result

    def test_processes_stop_when_they_are_no_longer_wanted(self, folder: Path):
        engine = ProcessesEngine(partial(FakeSegmenter, encode_seconds=0.2), 2)
        tasks = [ImageTask(folder, name, CONFIG) for name in IN_ORDER]
        results = engine(tasks, CancellationToken())
        assert next(results).name in IN_ORDER
        results.close()  # the check for leaks fails if a process is left
        token = CancellationToken()
        token.cancel()
        with pytest.raises(Cancelled):
            list(engine(tasks, token))


def test_a_full_disk_says_so_and_keeps_what_is_done(folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch):
    lines = 0
    real = os.fsync

    def full(descriptor: int) -> None:
        nonlocal lines
        lines += 1
        if lines > 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SaveError, match="--resume"):
            prelabel(request_for(folder, out), here())
    assert not out.exists()
    prelabel(request_for(folder, out), here(), resume=True)
    assert len(coco.read(out).images) == 3
