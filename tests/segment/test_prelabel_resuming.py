"""Pre-labelling can be killed at any moment and gone on with."""

import random
import re
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from annotator.core import coco
from annotator.core.dataset import open_dataset
from annotator.core.document import Category, Instance
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError, WeightsError
from annotator.segment import CancellationToken, Cancelled
from annotator.segment.prelabel import PrelabelProgress, prelabel
from annotator.segment.prelabel_engines import HereEngine
from annotator.segment.prelabel_interrupted import interrupted_run
from annotator.segment.prelabel_partial import PartialResults, partial_path
from tests.fakes import FakeSegmenter
from tests.segment.prelabel_work import CONFIG, here, interrupt, make_photos, refuse_to_load, request_for

KILLS = 20


class TestResuming:
    def test_nothing_is_done_twice(self, folder: Path, out: Path):
        interrupt(folder, out, after=2)
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
        interrupt(folder, out, after=1)
        prelabel(request_for(folder, out), here(), resume=True)
        assert out.read_bytes() == expected

    def test_images_that_failed_are_tried_again(self, folder: Path, out: Path):
        prelabel(request_for(folder, out), here())
        expected = out.read_bytes()
        out.unlink()
        whole = (folder / "2.png").read_bytes()
        (folder / "2.png").write_bytes(whole[:50])
        interrupt(folder, out, after=2)
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
        interrupt(folder, out, after=2)
        run = interrupted_run(out)
        assert run is not None
        assert run.images == 2

    def test_without_resume_an_interrupted_run_is_not_thrown_away(self, folder: Path, out: Path):
        interrupt(folder, out, after=1)
        with pytest.raises(DatasetError, match="--resume"):
            prelabel(request_for(folder, out), here())
        assert partial_path(out).exists()

    def test_other_settings_cannot_be_mixed_in(self, folder: Path, out: Path):
        interrupt(folder, out, after=1)
        other = request_for(folder, out, config=replace(CONFIG, predicted_iou=0.5))
        with pytest.raises(DatasetError, match=r"--min-iou was 0\.85 and is 0\.5 now\. Either leave these"):
            prelabel(other, here(), resume=True)

    def test_another_checkpoint_cannot_be_mixed_in(self, folder: Path, out: Path):
        interrupt(folder, out, after=1)
        other = replace(request_for(folder, out), weights="other", weights_digest="f" * 40)
        with pytest.raises(DatasetError, match=r"--weights was 'fake'.* and is 'other', .*ffff.*as --weights"):
            prelabel(other, here(), resume=True)

    def test_the_name_of_the_checkpoint_does_not_count(self, folder: Path, out: Path):
        interrupt(folder, out, after=1)
        assert prelabel(replace(request_for(folder, out), weights="renamed"), here(), resume=True).images == 3

    def test_a_line_that_was_cut_short_is_done_again(self, folder: Path, out: Path):
        prelabel(request_for(folder, out), here())
        expected = out.read_bytes()
        out.unlink()
        interrupt(folder, out, after=2)
        whole = partial_path(out).read_bytes()
        for size in (len(whole) - 1, len(whole) - 200, whole.index(b"\n") + 1, whole.index(b"\n"), 0):
            out.unlink(missing_ok=True)
            partial_path(out).write_bytes(whole[:size])
            prelabel(request_for(folder, out), here(), resume=True)
            assert out.read_bytes() == expected

    @pytest.mark.parametrize("resume", [False, True])
    @pytest.mark.parametrize(
        ("left", "reason"),
        [
            ('{"version": 2}\n{"image": "x"}\n', "it is of version 2"),
            ('{"image": "2.png"}\n{"image": "x"}\n', "'version' is missing"),
            ("no JSON\n{}\n", "Expecting value"),
        ],
    )
    def test_what_cannot_be_understood_is_named(self, folder: Path, out: Path, left: str, reason: str, resume: bool):
        partial_path(out).write_text(left, "utf-8")
        with pytest.raises(DatasetError, match=re.escape(f"is damaged ({reason}") + ".*remove it to start"):
            prelabel(request_for(folder, out), here(), resume=resume)

    def test_killed_after_the_file_was_replaced(self, folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(PartialResults, "remove", lambda partial: partial.close() or ())
        prelabel(request_for(folder, out), here())
        expected = out.read_bytes()
        monkeypatch.undo()
        report = prelabel(request_for(folder, out), here(), resume=True)
        assert out.read_bytes() == expected
        assert report.images == 3
        assert not partial_path(out).exists()

    def test_results_that_cannot_be_removed_are_named_and_no_trouble(
        self, folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
    ):
        def refuse(path: Path, *, missing_ok: bool = False) -> None:
            raise PermissionError(13, "Permission denied")

        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", refuse)
            report = prelabel(request_for(folder, out), here())
        _, note = report.notes  # the first is on the sub-folder
        assert str(partial_path(out)) in note
        assert "Permission denied" in note
        assert partial_path(out).exists()
        assert interrupted_run(out) is None
        assert prelabel(request_for(folder, out), here()).skipped == 3
        assert not partial_path(out).exists()

    def test_work_saved_meanwhile_is_kept(self, folder: Path, out: Path):
        interrupt(folder, out, after=2)
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


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
