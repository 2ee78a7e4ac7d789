"""Segment > Pre-label the folder and > Encode the folder, on real widgets over a fake segmenter."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt

from annotator.core.document import Category, Instance
from annotator.core.edits import AddCategory, AddInstance
from annotator.gui.dialogs.prelabel import PrelabelDialog
from annotator.segment.stored_proposals import SOURCE
from tests.gui.conftest import FakeProcess


class Gated(FakeProcess):
    """Answers batches of more than one prompt only while `gate` is open."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Semaphore(0)
        self.batches = 0

    def decode_batch(self, embedding, prompts):
        if len(prompts) > 1:
            self.asked.release()
            assert self.gate.wait(20)
            self.batches += 1
        return super().decode_batch(embedding, prompts)


@pytest.fixture
def process():
    process = Gated(image_size=256)
    yield process
    process.gate.set()


def show_dialog(hands) -> PrelabelDialog:
    hands.window.actions_.prelabel.trigger()
    (dialog,) = (child for child in hands.window.findChildren(PrelabelDialog) if child.isVisible())
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


def test_a_second_run_does_nothing_again(hands, qtbot, process):
    run(hands, qtbot)
    before, proposals = process.batches, dict(hands.window.workspace.model.document.proposals)
    run(hands, qtbot)
    assert process.batches == before
    assert hands.window.workspace.model.document.proposals == proposals


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


def test_a_click_is_answered_while_it_runs(hands, qtbot):
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(False)
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=60_000):
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
        hands.click(50, 80)
        hands.wait_mask()
    assert hands.window.workspace.session.is_pending


def test_an_image_that_cannot_be_read_is_named_and_the_others_are_done(hands, qtbot, folder):
    (folder / "b.png").unlink()
    run(hands, qtbot)
    assert "b.png" in hands.window.messages.text
    assert [count > 0 for count in counts(hands)] == [True, False, True]


def test_encoding_the_folder_embeds_every_image(hands, qtbot, process):
    before = process.encodes
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=30_000) as told:
        hands.window.actions_.encode_folder.trigger()
    assert told.args == ["3 image(s) encoded."]
    assert process.encodes == before + 3  # the fake keeps nothing on disk
    qtbot.waitUntil(lambda: not hands.window.workspace.folder_runs.is_running)
