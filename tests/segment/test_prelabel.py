"""Pre-labelling a folder: what is added, and what is left alone."""

import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from annotator.core import coco
from annotator.core.backups import FOLDER_NAME, backups
from annotator.core.dataset import open_dataset
from annotator.core.document import Category, Document, ImageRecord, Instance, Provenance, StoredProposal
from annotator.core.geometry import RunLengths, overlaps
from annotator.errors import DatasetError, SaveError
from annotator.segment.prelabel import prelabel
from annotator.segment.prelabel_engines import ProcessesEngine
from annotator.segment.prelabel_partial import PartialResults, partial_path
from tests.fakes import FakeSegmenter
from tests.segment.prelabel_work import IN_ORDER, here, request_for


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

    def test_what_another_program_writes_meanwhile_is_added_to(
        self, human: Document, folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ):
        announce = PartialResults.announce
        theirs = {"id": 40, "image_id": 5, "category_id": 7, "bbox": [1, 2, 3, 4], "iscrowd": 0}
        theirs |= {"segmentation": [[1, 2, 4, 2, 4, 6, 1, 6]], "area": 12}

        def write_first(partial: PartialResults, content: bytes) -> None:
            monkeypatch.undo()
            changed = json.loads(out.read_text("utf-8"))
            changed["annotations"].append(theirs)
            out.write_text(json.dumps(changed), "utf-8")
            announce(partial, content)

        monkeypatch.setattr(PartialResults, "announce", write_first)
        report = prelabel(request_for(folder, out), here())
        annotations = {a["id"]: a for a in json.loads(out.read_text("utf-8"))["annotations"]}
        assert annotations[40] == theirs
        assert report.proposals == len(annotations) - 4

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
