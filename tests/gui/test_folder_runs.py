"""Segment > Pre-label the folder and > Encode the folder, on real widgets over a fake segmenter."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from annotator.core import coco
from annotator.core.dataset import COCO_NAME
from annotator.core.document import Category, Document, Instance
from annotator.core.edits import AcceptProposals, AddCategory, AddInstance, ChangeImage, ReplaceProposals
from annotator.core.images import read_image
from annotator.gui import folder_runs, proposal_plan, proposal_storing
from annotator.gui.dialogs.prelabel import PrelabelDialog
from annotator.segment import CancellationToken, Cancelled
from annotator.segment.disk_cache import DiskCache
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.prelabel import PrelabelRequest, prelabel
from annotator.segment.prelabel_differences import WEIGHTS_NAME
from annotator.segment.prelabel_engines import HereEngine
from annotator.segment.prelabel_interrupted import interrupted_run
from annotator.segment.prelabel_partial import PartialResults, partial_path, run_header
from annotator.segment.prelabel_task import ImageTask, propose
from annotator.segment.stored_proposals import SOURCE
from tests.fakes import FakeSegmenter
from tests.gui.conftest import Hands, forget_changes, write_discs
from tests.gui.proposing import Gated, Held, process

__all__ = ["process"]

ADOPT = Document.adopt


def show_dialog(hands) -> PrelabelDialog:
    """Open the dialog and wait until it knows what there is to do."""
    with hands.qtbot.waitSignal(hands.window.workspace.folder_runs.looked_ahead, timeout=10_000):
        hands.window.actions_.prelabel.trigger()
    (dialog,) = (child for child in hands.window.findChildren(PrelabelDialog) if child.isVisible())
    hands.qtbot.waitUntil(lambda: dialog._is_settled)
    return dialog


def run(hands, qtbot, *, only_untouched: bool = False) -> None:
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(only_untouched)
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=60_000):
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not hands.window.workspace.folder_runs.is_running)


def counts(hands) -> list[int]:
    document = hands.window.workspace.model.document
    return [len(list(document.proposals_of(image_id))) for image_id in document.images]


def test_it_proposes_for_every_image_in_one_undoable_change(hands, qtbot):
    run(hands, qtbot)
    found = counts(hands)
    assert len(found) == 3
    assert min(found) >= 3  # the three discs, on all of the three
    document = hands.window.workspace.model.document
    assert {p.provenance.source for p in document.proposals.values()} == {SOURCE}
    assert {document.categories[p.category_id].name for p in document.proposals.values()} == {"object"}
    hands.window.actions_.undo.trigger()
    assert counts(hands) == [0, 0, 0]
    assert not document.categories


def test_the_dialog_counts_what_the_run_will_look_at(hands, qtbot, process):
    dialog = show_dialog(hands)
    assert dialog.count.text() == "3 image(s) to look at"
    dialog.category.clearEditText()
    assert not dialog.start.isEnabled()
    qtbot.keyClicks(dialog.category, "disc")
    assert dialog.start.isEnabled()
    dialog.reject()
    run(hands, qtbot)
    batches_of_an_image = process.batches // 3
    model = hands.window.workspace.model
    forgetful = model.document.images[2]
    model.push(ChangeImage(forgetful, replace(forgetful, extra={})), "forget")
    model.push(ReplaceProposals(tuple(model.document.proposals_of(2)), ()), "forget")
    first = next(iter(model.document.proposals_of(1)))
    model.push(AcceptProposals((first,), first.category_id), "accept")
    dialog = show_dialog(hands)
    assert dialog.only_untouched.isChecked()
    assert dialog.count.text() == "1 image(s) to look at"
    dialog.again.setChecked(True)
    assert dialog.count.text() == "2 image(s) to look at"
    dialog.only_untouched.setChecked(False)
    assert dialog.count.text() == "3 image(s) to look at"
    dialog.again.setChecked(False)
    assert dialog.count.text() == "1 image(s) to look at"
    for change in (
        lambda: dialog.category.setCurrentText("other"),
        lambda: dialog.max_masks.setValue(2),
        lambda: dialog.min_iou.setValue(0.5),
    ):
        dialog.category.setCurrentText("object")
        dialog.max_masks.setValue(0)
        dialog.min_iou.setValue(dialog.min_iou.minimum())
        assert dialog.count.text() == "1 image(s) to look at"
        change()
        assert dialog.count.text() == "3 image(s) to look at"
    dialog.reject()
    before = process.batches
    run(hands, qtbot)
    assert process.batches - before == batches_of_an_image


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


def test_images_of_older_files_are_counted_by_their_proposals(hands, qtbot):
    run(hands, qtbot)
    document = hands.window.workspace.model.document
    for image in list(document.images.values()):
        document.put(replace(image, extra={}))
    dialog = show_dialog(hands)
    assert dialog.count.text() == "No image is left to look at: they were pre-labelled with these settings already."
    dialog.min_iou.setValue(0.5)
    assert dialog.count.text() == "3 image(s) to look at"
    dialog.reject()


def test_proposals_too_many_for_the_window_are_stored_elsewhere_and_one_undo_takes_them_back(hands, qtbot, monkeypatch):
    monkeypatch.setattr(proposal_plan, "LARGE", 2)
    model = hands.window.workspace.model
    adopted = []
    monkeypatch.setattr(Document, "adopt", lambda *both: adopted.append(1) or ADOPT(*both))
    before = model.document.images.copy()
    run(hands, qtbot)
    stored = results_of(hands)
    assert len(adopted) == 1
    assert min(counts(hands)) >= 3
    qtbot.waitUntil(lambda: hands.window.proposals.count.text().endswith(f"of {counts(hands)[0]}"))
    assert model.undo_stack.count() == 1
    hands.window.actions_.undo.trigger()
    qtbot.waitUntil(lambda: counts(hands) == [0, 0, 0])
    assert model.document.images == before
    assert not model.document.categories
    assert hands.window.workspace.image_id == 1
    hands.window.actions_.redo.trigger()
    qtbot.waitUntil(lambda: results_of(hands) == stored)
    assert len(adopted) == 3
    taken = next(iter(model.document.proposals_of(1)))
    hands.window.workspace.proposal_changes.accept_as_named([taken.id], "disc")
    with qtbot.waitSignal(hands.window.workspace.saver.saved, timeout=10_000):
        hands.window.save()
    assert taken.id in coco.read(model.coco_path).instances


def test_a_second_run_has_nothing_to_do_and_says_so(hands, qtbot, process):
    run(hands, qtbot)
    before, proposals = process.batches, dict(hands.window.workspace.model.document.proposals)
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(False)
    assert dialog.count.text() == "No image is left to look at: they were pre-labelled with these settings already."
    assert not dialog.start.isEnabled()
    options = dialog.options
    dialog.reject()
    runs = hands.window.workspace.folder_runs
    with qtbot.waitSignal(runs.told, timeout=60_000):
        runs.prelabel(options)
    assert process.batches == before
    assert hands.window.workspace.model.document.proposals == proposals


def test_rejected_proposals_come_back_only_when_asked_for(hands, qtbot, process):
    run(hands, qtbot)
    model = hands.window.workspace.model
    first = counts(hands)
    before = process.batches
    rejected = [*model.document.proposals_of(1), next(iter(model.document.proposals_of(2)))]
    model.push(ReplaceProposals(tuple(rejected), ()), "reject")
    assert counts(hands) == [0, first[1] - 1, first[2]]
    dialog = show_dialog(hands)
    assert not dialog.start.isEnabled()
    dialog.again.setChecked(True)
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=60_000):
        qtbot_click(hands, dialog.start)
    assert process.batches > before
    assert counts(hands) == first


def test_what_images_remember_is_undone_with_the_proposals_and_saved_with_them(hands, qtbot, process, folder):
    run(hands, qtbot)
    batches = process.batches
    hands.window.actions_.undo.trigger()
    run(hands, qtbot)
    assert process.batches == 2 * batches
    forget_changes(hands.window)
    model = hands.window.workspace.model
    coco.write(model.document, folder / "saved.json")
    assert coco.read(folder / "saved.json").images == model.document.images


def test_instances_stay_and_nothing_is_proposed_where_they_are(hands, qtbot):
    run(hands, qtbot)
    model = hands.window.workspace.model
    taken = next(iter(model.document.proposals_of(2)))
    hands.window.actions_.undo.trigger()
    category = Category(model.document.take_id(Category), "disc")
    model.push(AddCategory(category), "category")
    mine = Instance(model.document.take_id(Instance), 2, category.id, taken.mask)
    model.push(AddInstance(mine), "instance")
    run(hands, qtbot, only_untouched=True)
    assert counts(hands)[1] == 0
    run(hands, qtbot)
    assert model.document.instances == {mine.id: mine}
    assert taken.mask not in {p.mask for p in model.document.proposals_of(2)}
    assert counts(hands)[1] > 0


def test_when_the_results_cannot_be_stored_it_is_told_and_they_can_be_gone_on_with(hands, qtbot, monkeypatch):
    def fail(*_, **__):
        raise MemoryError("none left")

    monkeypatch.setattr(proposal_storing, "planned", fail)
    runs, offered = hands.window.workspace.folder_runs, []
    runs.interrupted.connect(offered.append)
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(False)
    with qtbot.captureExceptions() as faults:
        qtbot_click(hands, dialog.start)
        qtbot.waitUntil(lambda: bool(offered), timeout=60_000)
    assert faults
    (failure,) = hands.window.workspace.jobs.failures
    assert "none left" in failure.reason
    assert len(offered[0].done) == 3
    monkeypatch.undo()
    dialog = show_dialog(hands)
    with qtbot.waitSignal(runs.told, timeout=60_000):
        qtbot_click(hands, dialog.start)
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
    qtbot_click(hands, dialog.start)
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
    hands.window.workspace.editor.add_category("more")
    qtbot.waitUntil(lambda: model.is_kept)
    (failure,) = jobs.failures
    assert str(record_of(folder)) in failure.reason
    assert record_of(folder).exists()
    monkeypatch.undo()
    hands.window.workspace.editor.add_category("still more")
    qtbot.waitUntil(lambda: not record_of(folder).exists())


# -- runs that do not come to their end --------------------------------------------------------------------------------


def start(hands, *, only_untouched: bool = False) -> None:
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(only_untouched)
    qtbot_click(hands, dialog.start)


def qtbot_click(hands, button) -> None:
    hands.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def record_of(folder):
    return partial_path(folder / COCO_NAME)


def close_in_the_middle(hands, process, images: int, *, only_untouched: bool = False) -> None:
    """Close the window when that many images of a run are done."""
    process.allow(process.batches_of_an_image * images + 1)
    start(hands, only_untouched=only_untouched)
    hands.qtbot.waitUntil(lambda: process.is_held, timeout=60_000)
    threading.Timer(0.2, process.gate.set).start()
    hands.window.workspace.jobs.listed[0].cancel.cancel()
    hands.window.close()


def wait_offer(hands, text: str) -> None:
    """Close what is said before it, and wait for the offer to go on with a run."""
    messages = hands.window.messages
    hands.qtbot.waitUntil(lambda: messages._next is not None or text in messages.text)
    if messages._next is not None:
        qtbot_click(hands, messages.findChild(QToolButton, "close_message"))
    assert text in messages.text


def results_of(hands) -> list[tuple]:
    document = hands.window.workspace.model.document
    return [(p.id, p.image_id, p.mask, p.score, p.parent_id) for p in document.proposals.values()]


@pytest.fixture
def reopened(make_window, qtbot, folder):
    """Opens the folder in a window of its own."""

    def reopen() -> Hands:
        other = Hands(make_window(Gated(image_size=256)), qtbot)
        other.open(folder)
        other.wait_image("a.png")
        return other

    return reopen


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
    qtbot_click(again, again.window.messages._action)
    (dialog,) = (child for child in again.window.findChildren(PrelabelDialog) if child.isVisible())
    qtbot.waitUntil(dialog.start.isEnabled)
    assert dialog.go_on.isVisible()
    assert dialog.go_on.isChecked()
    assert not dialog.category.isEnabled()
    with qtbot.waitSignal(again.window.workspace.folder_runs.told, timeout=60_000):
        qtbot_click(again, dialog.start)
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
        qtbot_click(again, dialog.start)
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
        qtbot_click(again, dialog.start)
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
        qtbot_click(again, dialog.start)
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


def test_a_click_is_answered_while_it_runs(hands, qtbot):
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(False)
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=60_000):
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        hands.click(50, 80)
        hands.wait_mask()
    assert hands.window.workspace.session.is_pending


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        (4.0, "less than a minute left"),
        (29.0, "less than a minute left"),
        (70.0, "1 min left"),
        (5900.0, "98 min left"),
        (20_000 * 4.0, "22 h 13 min left"),
    ],
)
def test_the_time_left_is_never_nothing(hands, process, monkeypatch, seconds, left):
    runs = hands.window.workspace.folder_runs
    process.gate.clear()
    start(hands)
    clock = [0.0]
    monkeypatch.setattr(folder_runs, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    runs._on_progressed(1, 1_001)
    clock[0] = seconds
    runs._on_progressed(501, 1_001)
    assert runs._job.title == f"Pre-labelling the folder: {seconds / 500:.1f} s an image, {left}"
    runs._job.cancel.cancel()


def test_an_image_that_cannot_be_read_is_named_and_the_others_are_done(hands, qtbot, folder):
    (folder / "b.png").unlink()
    run(hands, qtbot)
    (failure,) = hands.window.workspace.jobs.failures
    assert "b.png" in failure.reason
    assert "1 image(s) failed" in hands.window.messages.text
    assert [count > 0 for count in counts(hands)] == [True, False, True]


def test_encoding_the_folder_embeds_every_image(hands, qtbot, process):
    before = process.encodes
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=30_000) as told:
        hands.window.actions_.encode_folder.trigger()
    assert told.args == ["3 image(s) encoded."]
    assert process.encodes == before + 3  # the fake keeps nothing on disk
    qtbot.waitUntil(lambda: not hands.window.workspace.folder_runs.is_running)


def test_encoding_the_folder_goes_on_after_it_was_cancelled(hands, qtbot, process, folder, tmp_path, monkeypatch):
    qtbot.waitUntil(lambda: not hands.window.workspace.jobs._running, timeout=20_000)  # the neighbours are embedded
    for name, shade in (("b.png", 10), ("子文件夹/丙.png", 250)):  # no two alike, which would be one in the cache
        picture = np.full((160, 240, 3), shade, np.uint8)
        (folder / name).write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    cache, runs = DiskCache(tmp_path / "embeddings", 2**30), hands.window.workspace.folder_runs
    fresh, encode = [], process.encode

    def encode_once(rgb, *, cancel=None):
        key = process.identity.fingerprint(rgb)
        kept = cache.get(key)
        if kept is None:
            kept = encode(rgb, cancel=cancel)
            cache.put(key, kept)
            fresh.append(key)
            if len(fresh) == 2:
                runs._job.cancel.cancel()
        return kept

    monkeypatch.setattr(process, "encode", encode_once)
    hands.window.actions_.encode_folder.trigger()
    assert runs.is_running
    qtbot.waitUntil(lambda: not runs.is_running, timeout=20_000)
    assert len(fresh) == 2
    assert not hands.window.workspace.jobs.failures
    with qtbot.waitSignal(runs.told, timeout=30_000) as told:
        hands.window.actions_.encode_folder.trigger()
    assert told.args == ["3 image(s) encoded."]
    assert len(set(fresh)) == len(fresh) == 3


def test_encoding_the_folder_goes_on_past_an_image_that_is_too_large_for_the_memory(hands, qtbot, monkeypatch):
    def read(path):
        if path.name == "b.png":
            raise MemoryError
        return read_image(path)

    monkeypatch.setattr("annotator.gui.folder_runs.read_image", read)
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=30_000) as told:
        hands.window.actions_.encode_folder.trigger()
    (text,) = told.args
    assert text.startswith("2 image(s) encoded. There is not enough memory to segment the image ")
    assert "b.png" in text
    assert not hands.window.workspace.jobs.failures
