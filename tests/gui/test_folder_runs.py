"""Segment > Pre-label the folder, on real widgets over a fake segmenter."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from annotator.core import coco
from annotator.core.document import Category, Document, Instance
from annotator.core.edits import AcceptProposals, AddCategory, AddInstance, ChangeImage, ReplaceProposals
from annotator.gui import folder_runs, proposal_plan
from annotator.segment.stored_proposals import SOURCE
from tests.gui.conftest import forget_changes
from tests.gui.folder_work import (
    counts,
    press,
    results_of,
    run,
    show_dialog,
    start,
)
from tests.gui.proposing import process, proposals, wait_run

__all__ = ["process"]

NOTHING_LEFT = (
    "No image is left to look at: they were pre-labelled with these settings or have proposals of Segment everything."
)

ADOPT = Document.adopt


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


def test_images_of_older_files_are_counted_by_their_proposals(hands, qtbot):
    run(hands, qtbot)
    document = hands.window.workspace.model.document
    for image in list(document.images.values()):
        document.put(replace(image, extra={}))
    dialog = show_dialog(hands)
    assert dialog.count.text() == NOTHING_LEFT
    dialog.again.setChecked(True)
    assert dialog.count.text() == "3 image(s) to look at"
    dialog.reject()


def test_proposals_that_somebody_asked_for_by_w_are_not_replaced_unasked(hands, qtbot):
    hands.key(Qt.Key.Key_W)
    wait_run(hands)
    by_w = {proposal.id for proposal in proposals(hands)}
    assert by_w
    run(hands, qtbot)
    assert {proposal.id for proposal in proposals(hands)} == by_w
    assert min(counts(hands)) >= 3


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
    assert dialog.count.text() == NOTHING_LEFT
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
        press(hands, dialog.start)
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
    assert runs._job.pace == f"{seconds / 500:.1f} s an image, {left}"
    runs._job.cancel.cancel()


def test_an_image_that_cannot_be_read_is_named_and_the_others_are_done(hands, qtbot, folder):
    (folder / "b.png").unlink()
    run(hands, qtbot)
    (failure,) = hands.window.workspace.jobs.failures
    assert "b.png" in failure.reason
    assert "1 image(s) failed" in hands.window.messages.text
    assert [count > 0 for count in counts(hands)] == [True, False, True]
