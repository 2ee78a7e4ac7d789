"""Pre-labelling runs that do not come to their end, on real widgets over a fake segmenter."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from annotator.core import coco
from annotator.core.dataset import COCO_NAME
from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance
from annotator.gui import proposal_storing
from annotator.gui.dialogs.prelabel import PrelabelDialog
from annotator.segment import CancellationToken, Cancelled
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.prelabel import PrelabelRequest, prelabel
from annotator.segment.prelabel_differences import WEIGHTS_NAME
from annotator.segment.prelabel_engines import HereEngine
from annotator.segment.prelabel_interrupted import interrupted_run
from annotator.segment.prelabel_partial import PartialResults, run_header
from annotator.segment.prelabel_task import ImageTask, propose
from tests.fakes import FakeSegmenter
from tests.gui.conftest import Hands, forget_changes, write_discs
from tests.gui.folder_work import (
    close_in_the_middle,
    counts,
    press,
    record_of,
    results_of,
    run,
    show_dialog,
    start,
    wait_offer,
)
from tests.gui.proposing import Gated, Held, process

__all__ = ["process"]


@pytest.fixture
def reopened(make_window, qtbot, folder):
    """Opens the folder in a window of its own."""

    def reopen() -> Hands:
        other = Hands(make_window(Gated(image_size=256)), qtbot)
        other.open(folder)
        other.wait_image("a.png")
        return other

    return reopen


def test_what_an_interrupted_run_has_done_is_not_counted_again(hands, process, reopened, qtbot):
    run(hands, qtbot)
    process.batches_of_an_image = process.batches // 3
    hands.window.actions_.undo.trigger()
    close_in_the_middle(hands, process, 2)
    dialog = show_dialog(reopened())
    assert dialog.go_on.isChecked()
    dialog.only_untouched.setChecked(False)
    assert dialog.count.text() == "1 image(s) to look at"
    dialog.go_on.setChecked(False)
    assert dialog.count.text() == "3 image(s) to look at"
    dialog.reject()


def test_when_the_results_cannot_be_stored_it_is_told_and_they_can_be_gone_on_with(hands, qtbot, monkeypatch):
    def fail(*_, **__):
        raise MemoryError("none left")

    monkeypatch.setattr(proposal_storing, "planned", fail)
    runs, offered = hands.window.workspace.folder_runs, []
    runs.interrupted.connect(offered.append)
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(False)
    with qtbot.captureExceptions() as faults:
        press(hands, dialog.start)
        qtbot.waitUntil(lambda: bool(offered), timeout=60_000)
    assert faults
    (failure,) = hands.window.workspace.jobs.failures
    assert "none left" in failure.reason
    assert len(offered[0].done) == 3
    monkeypatch.undo()
    dialog = show_dialog(hands)
    with qtbot.waitSignal(runs.told, timeout=60_000):
        press(hands, dialog.start)
    assert all(counts(hands))


def test_an_interrupted_run_is_offered_also_when_its_dataset_is_opened_while_another_is_stored(
    hands, qtbot, monkeypatch, tmp_path
):
    other = tmp_path / "other"
    write_discs(other / "x.png")
    header = run_header(
        category="object",
        config=EverythingConfig(),
        image_size=256,
        max_masks=None,
        recursive=True,
        weights_digest="0",
    )
    with closing(PartialResults(other / COCO_NAME, header, resume=False)) as results:
        results.add(propose(FakeSegmenter(image_size=256), ImageTask(other, "x.png", EverythingConfig())))
    planning = Held(monkeypatch, proposal_storing, "planned")
    runs, offered = hands.window.workspace.folder_runs, []
    runs.interrupted.connect(offered.append)
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(False)
    press(hands, dialog.start)
    qtbot.waitUntil(planning.began.is_set, timeout=60_000)
    forget_changes(hands.window)
    hands.open(other)
    assert not offered
    planning.go_on.set()
    qtbot.waitUntil(lambda: len(offered) == 1)


def test_cancelled_it_keeps_what_is_done_and_goes_on_later(hands, qtbot, process):
    workspace = hands.window.workspace
    process.gate.clear()
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(False)
    qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    (job,) = workspace.jobs.listed
    process.gate.set()
    job.progressed.connect(lambda done, _: job.cancel.cancel() if done == 1 else None)
    with qtbot.waitSignal(workspace.folder_runs.told, timeout=60_000):
        pass
    qtbot.waitUntil(lambda: not workspace.folder_runs.is_running)
    run_counts = counts(hands)
    assert run_counts[0] > 0
    assert 0 in run_counts[1:]
    run(hands, qtbot)
    assert counts(hands)[0] == run_counts[0]
    assert min(counts(hands)) > 0


def test_once_its_proposals_are_safe_a_cancelled_run_leaves_nothing_beside_the_file(hands, qtbot, process, folder):
    runs = hands.window.workspace.folder_runs
    start(hands)
    runs._job.progressed.connect(lambda done, _: runs._job and done == 1 and runs._job.cancel.cancel())
    with qtbot.waitSignal(runs.told, timeout=60_000):
        pass
    assert counts(hands)[0] > 0
    qtbot.waitUntil(lambda: not record_of(folder).exists())


def test_results_that_cannot_be_removed_are_told_once_and_tried_again(hands, qtbot, folder, monkeypatch):
    unlink = Path.unlink

    def refuse(path: Path, *, missing_ok: bool = False) -> None:
        if path == record_of(folder) and path.exists():
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    run(hands, qtbot)
    model, jobs = hands.window.workspace.model, hands.window.workspace.jobs
    qtbot.waitUntil(lambda: model.is_kept and bool(jobs.failures))
    hands.window.workspace.editor.categories.add("more")
    qtbot.waitUntil(lambda: model.is_kept)
    (failure,) = jobs.failures
    assert str(record_of(folder)) in failure.reason
    assert record_of(folder).exists()
    monkeypatch.undo()
    hands.window.workspace.editor.categories.add("still more")
    qtbot.waitUntil(lambda: not record_of(folder).exists())


def test_a_run_that_ended_with_the_window_is_gone_on_with(hands, process, reopened, qtbot, folder):
    run(hands, qtbot)
    expected, process.batches_of_an_image = results_of(hands), process.batches // 3
    hands.window.actions_.undo.trigger()
    assert counts(hands) == [0, 0, 0]
    close_in_the_middle(hands, process, 2)
    assert record_of(folder).exists()

    again = reopened()
    wait_offer(again, "2 image(s)")
    assert counts(again) == [0, 0, 0]
    press(again, again.window.messages._action)
    (dialog,) = (child for child in again.window.findChildren(PrelabelDialog) if child.isVisible())
    qtbot.waitUntil(dialog.start.isEnabled)
    assert dialog.go_on.isVisible()
    assert dialog.go_on.isChecked()
    assert not dialog.category.isEnabled()
    with qtbot.waitSignal(again.window.workspace.folder_runs.told, timeout=60_000):
        press(again, dialog.start)
    other = again.window.workspace.inference._thread._segmenter
    assert other.batches == process.batches_of_an_image  # of the one image that was left
    first = expected[0][0] - results_of(again)[0][0]
    assert [(i, *rest) for i, *rest in results_of(again)] == [
        (i - first, image, mask, score, parent and parent - first) for i, image, mask, score, parent in expected
    ]
    qtbot.waitUntil(lambda: not record_of(folder).exists())
    again.window.actions_.undo.trigger()
    assert counts(again) == [0, 0, 0]


def test_a_run_that_was_interrupted_can_be_begun_anew(hands, process, reopened, qtbot, folder):
    run(hands, qtbot)
    process.batches_of_an_image = process.batches // 3
    hands.window.actions_.undo.trigger()
    close_in_the_middle(hands, process, 1)
    again = reopened()
    left = record_of(folder).read_bytes()
    dialog = show_dialog(again)
    dialog.go_on.setChecked(False)
    assert dialog.category.isEnabled()
    dialog.category.setCurrentText("disc")
    with qtbot.waitSignal(again.window.workspace.folder_runs.told, timeout=60_000) as told:
        press(again, dialog.start)
    (aside,) = folder.glob(f"{COCO_NAME}.prelabel.*")
    assert aside.read_bytes() == left
    assert aside.name in told.args[0]
    document = again.window.workspace.model.document
    assert min(counts(again)) >= 3
    assert [category.name for category in document.categories.values()] == ["disc"]


@pytest.mark.parametrize("left", [b"no JSON\nnor this\n", b'{"version": 2, "config": {}}\n{"image": "a.png"}\n'])
def test_results_that_cannot_be_understood_are_put_aside(hands, qtbot, folder, left):
    record_of(folder).write_bytes(left)
    run(hands, qtbot)
    assert min(counts(hands)) >= 3
    assert [path.read_bytes() for path in folder.glob(f"{COCO_NAME}.prelabel.*")] == [left]


def test_what_a_run_left_before_its_first_result_is_not_kept(hands, qtbot, folder):
    record_of(folder).write_bytes(b'{"version": 1}\n')
    run(hands, qtbot)
    assert not list(folder.glob(f"{COCO_NAME}.prelabel.*"))


def test_opening_another_dataset_keeps_what_a_run_has_found(hands, process, qtbot, folder, tmp_path):
    process.batches_of_an_image = 1
    run(hands, qtbot)
    process.batches_of_an_image = process.batches // 3
    hands.window.actions_.undo.trigger()
    assert counts(hands) == [0, 0, 0]
    write_discs(tmp_path / "other" / "x.png")
    forget_changes(hands.window)
    process.allow(process.batches_of_an_image + 1)
    start(hands)
    qtbot.waitUntil(lambda: process.is_held, timeout=60_000)
    hands.open(tmp_path / "other")
    process.gate.set()
    qtbot.waitUntil(lambda: not hands.window.workspace.folder_runs.is_running)
    assert not hands.window.workspace.model.document.proposals
    hands.open(folder)
    wait_offer(hands, "1 image(s)")


def test_the_command_goes_on_with_what_the_window_has_begun(hands, process, qtbot, folder):
    run(hands, qtbot)
    process.batches_of_an_image = process.batches // 3
    expected = [row[2:4] for row in results_of(hands)]
    hands.window.actions_.undo.trigger()
    assert counts(hands) == [0, 0, 0]
    close_in_the_middle(hands, process, 1)
    fake = FakeSegmenter()
    request = PrelabelRequest(
        folder, folder / COCO_NAME, EverythingConfig(), fake.name, fake.identity.digest, 256, recursive=True
    )
    prelabel(request, HereEngine(lambda: fake), resume=True)
    assert fake.encodes == 2
    assert [(p.mask, p.score) for p in coco.read(folder / COCO_NAME).proposals.values()] == expected


def test_the_window_goes_on_with_what_the_command_has_begun(hands, qtbot, folder, reopened):
    hands.window.close()
    fake, token = FakeSegmenter(), CancellationToken()
    config = replace(EverythingConfig(), predicted_iou=0.6)
    request = PrelabelRequest(
        folder, folder / COCO_NAME, config, fake.name, fake.identity.digest, 256, recursive=True, category="disc"
    )
    with pytest.raises(Cancelled):
        prelabel(
            request,
            HereEngine(lambda: fake),
            on_progress=lambda progress: token.cancel() if progress.done == 2 else None,
            cancel=token,
        )
    again = reopened()
    dialog = show_dialog(again)
    assert (dialog.category.currentText(), dialog.min_iou.value()) == ("disc", 0.6)
    with qtbot.waitSignal(again.window.workspace.folder_runs.told, timeout=60_000):
        press(again, dialog.start)
    one = Gated(image_size=256)
    propose(one, ImageTask(folder, "a.png", config))
    assert again.window.workspace.inference._thread._segmenter.batches == one.batches
    document = again.window.workspace.model.document
    assert {p.parameters["predicted_iou"] for p in document.proposals.values()} == {0.6}


def test_a_run_that_leaves_out_images_with_instances_is_gone_on_with_so(hands, process, reopened, qtbot, folder):
    run(hands, qtbot)
    process.batches_of_an_image = process.batches // 3
    model = hands.window.workspace.model
    mine = next(p for p in model.document.proposals.values() if p.image_id == 3)
    hands.window.actions_.undo.trigger()
    qtbot.waitUntil(lambda: counts(hands) == [0, 0, 0])
    model.push(AddCategory(Category(7, "mine")), "")
    model.push(AddInstance(Instance(mine.id, 3, 7, mine.mask)), "")
    with qtbot.waitSignal(hands.window.workspace.saver.saved, timeout=10_000):
        hands.window.save()
    close_in_the_middle(hands, process, 1, only_untouched=True)
    left = interrupted_run(folder / COCO_NAME)
    assert left.only_untouched
    assert left.header[WEIGHTS_NAME] == process.name

    again = reopened()
    dialog = show_dialog(again)
    assert dialog.only_untouched.isChecked()
    assert not dialog.only_untouched.isEnabled()
    assert dialog.count.text() == "1 image(s) to look at"
    with qtbot.waitSignal(again.window.workspace.folder_runs.told, timeout=60_000):
        press(again, dialog.start)
    assert [count > 0 for count in counts(again)] == [True, True, False]


def test_a_run_of_other_weights_is_not_mixed_in(hands, process, qtbot, folder, make_window):
    run(hands, qtbot)
    process.batches_of_an_image = process.batches // 3
    hands.window.actions_.undo.trigger()
    close_in_the_middle(hands, process, 1)
    before = record_of(folder).read_bytes()
    other = Hands(make_window(Gated(name="other", image_size=256)), qtbot)
    other.open(folder)
    other.wait_image("a.png")
    start(other)
    qtbot.waitUntil(lambda: bool(other.window.workspace.jobs.failures), timeout=20_000)
    assert "other weights" in other.window.workspace.jobs.failures[0].reason
    assert record_of(folder).read_bytes() == before


def test_a_full_disk_ends_it_and_what_is_found_is_stored(hands, process, qtbot, monkeypatch):
    real, lines = os.fsync, []

    def full(descriptor: int) -> None:
        lines.append(descriptor)
        if len(lines) > 2:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("annotator.segment.prelabel_partial.os.fsync", full)
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=60_000):
        start(hands)
    monkeypatch.undo()
    assert "cannot be written" in hands.window.messages.text
    assert [count > 0 for count in counts(hands)] == [True, True, False]
