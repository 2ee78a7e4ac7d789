"""Pre-labelling a folder that was pre-labelled before."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.core import coco
from annotator.core.backups import FOLDER_NAME
from annotator.core.document import StoredProposal
from annotator.errors import DatasetError
from annotator.segment.prelabel import prelabel
from annotator.segment.prelabel_partial import partial_path
from tests.segment.prelabel_work import CONFIG, here, interrupt, request_for


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

    @pytest.mark.parametrize("resume", [False, True])
    def test_where_there_is_nothing_to_add_the_file_is_not_written(
        self, rejected: bytes, folder: Path, out: Path, resume: bool
    ):
        theirs = json.dumps(json.loads(rejected), indent=4).encode()  # as another program has formatted it
        out.write_bytes(theirs)
        before = out.stat().st_mtime_ns, out.stat().st_ino
        shutil.rmtree(out.parent / FOLDER_NAME, ignore_errors=True)
        assert prelabel(request_for(folder, out), here(), resume=resume).is_unchanged
        assert out.read_bytes() == theirs
        assert (out.stat().st_mtime_ns, out.stat().st_ino) == before
        assert not (out.parent / FOLDER_NAME).exists()  # nor is there a version to keep
        assert not partial_path(out).exists()

    def test_images_that_all_fail_leave_the_file_as_it_is(self, rejected: bytes, folder: Path, out: Path):
        (folder / "3.png").write_bytes(b"no image")
        before = out.stat().st_mtime_ns
        report = prelabel(request_for(folder, out), here())
        assert report.is_unchanged
        assert list(report.problems) == ["3.png"]
        assert out.stat().st_mtime_ns == before

    def test_new_images_are_done(self, rejected: bytes, folder: Path, out: Path):
        shutil.copy(folder / "2.png", folder / "3.png")
        before = coco.read(out)
        report = prelabel(request_for(folder, out), here())
        assert not report.is_unchanged
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
        interrupt(folder, out, after=1, again=True)
        with pytest.raises(DatasetError, match="again"):
            prelabel(request_for(folder, out), here(), resume=True)
        assert prelabel(request_for(folder, out, again=True), here(), resume=True).images == 3

    def test_a_file_of_an_older_version_is_known_by_its_proposals(self, rejected: bytes, folder: Path, out: Path):
        content = json.loads(rejected)
        for image in content["images"]:
            del image["annotator"]["prelabelled"]
        out.write_text(json.dumps(content), "utf-8")
        before = out.read_bytes()
        for options in ({}, {"max_masks": 2}, {"category": "thing"}):
            out.write_bytes(before)
            report = prelabel(request_for(folder, out, **options), here())
            assert (report.images, report.skipped, report.proposed) == (1, 0, 2)

    def test_proposals_that_no_run_made_stay_unless_it_is_asked_to_do_all_again(self, folder: Path, out: Path):
        prelabel(request_for(folder, out), here())
        document = coco.read(out)
        (first, *_) = document.proposals_of(1)
        by_hand = replace(first, id=document.take_id(StoredProposal), parameters={"points_per_side": 99})
        document.put(by_hand)
        out.write_bytes(coco.to_bytes(document, out))
        other = {"category": "thing"}
        report = prelabel(request_for(folder, out, **other), here())
        assert (report.skipped, report.proposed) == (0, 1)
        assert by_hand.id in coco.read(out).proposals
        report = prelabel(request_for(folder, out, **other, again=True), here())
        assert report.proposed == 0
        assert by_hand.id not in coco.read(out).proposals
