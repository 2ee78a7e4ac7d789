"""Whatever the window's actions do to a document, undone to the start and redone to the end it is as it was."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from annotator.core import coco
from annotator.core.dataset import Dataset
from annotator.core.document import Category, Document, ImageRecord, Instance, StoredProposal
from annotator.core.edit_codec import decode, encode
from annotator.core.edits import Edit
from annotator.core.formats.merge import NewImages, plan_merge
from annotator.core.geometry import RunLengths
from annotator.gui.background import BackgroundJobs
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.document_model import DocumentModel
from annotator.gui.image_changes import ImageChanges
from annotator.gui.instance_changes import InstanceChanges, Step
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.mask_tools import MaskTools
from annotator.gui.mask_work import MaskWork
from annotator.gui.proposal_changes import ProposalChanges
from annotator.gui.proposal_view import ProposalView
from annotator.gui.selection import Selection

HEIGHT, WIDTH = 10, 12
PATH = Path("x.json")


class Journal:
    """Stands in for Keeping: what it is told, through the journal's spelling, makes a replica of the document."""

    refusal = ""
    is_kept = is_journalled = False

    def __init__(self) -> None:
        self.replica = two_images()

    def record(self, edit: Edit, *, applied: bool) -> None:
        again = decode(encode(edit))
        assert again == edit
        if applied:
            again.apply(self.replica)
        else:
            again.revert(self.replica)


class Desk:
    """A document with all that changes it, as in a window."""

    def __init__(self) -> None:
        self.model = DocumentModel()
        self.model.open(Dataset(two_images(), PATH))
        self.journal = self.model.keeping = Journal()
        self.selection = Selection(self.model)
        self.categories = CategoryChanges(self.model, self.selection)
        self.instances = InstanceChanges(self.model, self.selection.view_state)
        self.images = ImageChanges(self.model)
        self.work = MaskWork(self.model, BackgroundJobs())
        self.masks = MaskChanges(self.model, self.selection, self.categories, self.work)
        self.tools = MaskTools(self.model, self.selection, self.masks, self.work)
        self.view = ProposalView(self.model)
        self.proposals = ProposalChanges(self.model, self.selection, self.view, self.categories)
        self.look_at(1)

    @property
    def document(self) -> Document:
        return self.model.document

    def look_at(self, image_id: int) -> None:
        self.masks.image_id = image_id
        self.view.set_image(image_id)

    def records(self) -> bytes:
        """The file but for what it says of ids: those that were given stay given."""
        return without_ours(self.bytes())

    def bytes(self) -> bytes:
        return coco.to_bytes(self.document, PATH)


def without_ours(content: bytes) -> bytes:
    """A COCO file without our own key, which is the last one if it is there."""
    return re.sub(rb',\n"annotator":.*\n}\n$', b"\n}\n", content)


def two_images() -> Document:
    document = Document(Path())
    for number in (1, 2):
        document.put(Category(number, f"category {number}"))
        document.put(ImageRecord(number, f"{number}.png", HEIGHT, WIDTH))
        for x in (0, 5):
            mask = np.zeros((HEIGHT, WIDTH), bool)
            mask[2:8, x : x + 6] = True
            mask[4:6, x + 2 : x + 4] = False
            mask[9, x] = True
            new = Instance(document.take_id(Instance), number, number, RunLengths.from_mask(mask))
            document.put(new)
            parent = document.take_id(StoredProposal)
            document.put(StoredProposal(parent, number, number, new.mask, score=0.9))
            part = StoredProposal(document.take_id(StoredProposal), number, number, new.mask, score=0.5)
            document.put(replace(part, parent_id=parent))
    return document


class Hand:
    """Draws one thing to do after the other, and does it by the window's own methods."""

    def __init__(self, desk: Desk, data: st.DataObject) -> None:
        self.desk, self.data = desk, data
        self.deeds = [getattr(self, name) for name in sorted(dir(type(self))) if name.startswith("do_")]

    def do(self) -> None:
        self.data.draw(st.sampled_from(self.deeds), label="deed")()

    def some(self, ids) -> list[int]:
        ids = sorted(ids)
        return self.data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []

    def category(self) -> Category | None:
        categories = list(self.desk.document.categories.values())
        return self.data.draw(st.sampled_from(categories)) if categories else None

    def mask(self) -> RunLengths:
        bits = np.random.default_rng(self.data.draw(st.integers(0, 99))).random((HEIGHT, WIDTH)) < 0.4
        return RunLengths.from_mask(bits)

    def select(self) -> None:
        desk = self.desk
        image_id = self.data.draw(st.sampled_from(list(desk.document.images)))
        desk.look_at(image_id)
        desk.selection.select(self.some(i.id for i in desk.document.instances_of(image_id)))
        if (category := self.category()) is not None:
            desk.selection.set_category(category.id)

    # -- categories --------------------------------------------------------------------------------------------------

    def do_add_category(self) -> None:
        self.desk.categories.add(self.data.draw(st.text("abc", min_size=1, max_size=3)))

    def do_rename(self) -> None:
        if (category := self.category()) is not None:
            self.desk.categories.rename(category.id, self.data.draw(st.text("abc", max_size=3)))

    def do_recolor(self) -> None:
        if (category := self.category()) is not None:
            self.desk.categories.recolor(category.id, QColor(self.data.draw(st.sampled_from(["#123456", "#ffffff"]))))

    def do_move_category(self) -> None:
        if (category := self.category()) is not None:
            self.desk.categories.move(category.id, self.data.draw(st.integers(0, 4)))

    def do_merge_categories(self) -> None:
        one, other = self.category(), self.category()
        if one is not None and other is not None and one.id != other.id:
            self.desk.categories.merge(one.id, other.id)

    def do_remove_category(self) -> None:
        if (category := self.category()) is not None:
            self.desk.categories.remove(category.id)

    # -- instances ---------------------------------------------------------------------------------------------------

    def do_set_category(self) -> None:
        if (category := self.category()) is not None:
            self.desk.instances.set_category(self.some(self.desk.document.instances), category)

    def do_delete(self) -> None:
        self.desk.instances.delete(self.some(self.desk.document.instances))

    def do_reorder(self) -> None:
        self.select()
        self.desk.instances.reorder(self.desk.selection.instance_ids, self.data.draw(st.sampled_from(Step)))

    def do_toggle_crowd(self) -> None:
        self.desk.instances.toggle_crowd(self.some(self.desk.document.instances))

    def do_group(self) -> None:
        self.select()
        self.desk.instances.group(self.desk.selection.instance_ids)

    def do_lock(self) -> None:
        locked = self.data.draw(st.booleans())
        self.desk.selection.view_state.set_locked(self.some(self.desk.document.instances), locked)
        assert self.desk.selection.view_state.locked_ids == {
            instance.id for instance in self.desk.document.instances.values() if instance.locked
        }

    def do_ungroup(self) -> None:
        self.desk.instances.ungroup(self.some(self.desk.document.instances))

    # -- masks -------------------------------------------------------------------------------------------------------

    def wait(self) -> None:
        while self.desk.work.is_busy:
            QApplication.processEvents()

    def do_draw(self) -> None:
        self.select()
        mask = self.mask()
        drawn_on = self.desk.masks.new_drawn_on(None)
        assert drawn_on is not None
        self.desk.masks.draw(drawn_on, lambda _: mask, "stroke", "brush")
        self.wait()
        if self.desk.masks.waiting is not None:
            self.desk.masks.add_waiting_as("drawn")

    def do_repaint(self) -> None:
        self.select()
        for instance in self.desk.masks.selected():
            self.desk.masks.set_mask(instance, self.mask(), "stroke")

    def do_edit_masks(self) -> None:
        self.select()
        tools = self.desk.tools
        deeds = (tools.fill_holes, tools.remove_islands, tools.smooth, tools.merge, tools.subtract, tools.split)
        self.data.draw(st.sampled_from(deeds), label="mask deed")()
        self.wait()

    # -- images, proposals, imports ----------------------------------------------------------------------------------

    def do_toggle_done(self) -> None:
        self.desk.images.toggle_done(self.some(self.desk.document.images))

    def do_accept(self) -> None:
        self.select()
        self.desk.proposals.accept_as_named(self.some(p.id for p in self.desk.view.shown), "accepted")

    def do_delete_proposals(self) -> None:
        self.select()
        self.desk.proposals.delete(self.some(p.id for p in self.desk.view.shown))

    def do_import(self) -> None:
        document = self.desk.document
        other = two_images()
        other.put(replace(next(iter(other.instances.values())), mask=self.mask(), verbatim=None))
        copy = document.snapshot()
        plan = plan_merge(copy, other, new_images=NewImages.NONE)
        document.next_ids = copy.next_ids
        self.desk.model.push(plan.edit(), "import")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), count=st.integers(1, 12))
def test_undone_to_the_start_and_redone_to_the_end_the_file_is_the_same(qapp, data, count):
    check(data, count)


@pytest.mark.proof
@settings(max_examples=1000, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data(), count=st.integers(1, 40))
def test_long_work_undone_to_the_start_and_redone_to_the_end(qapp, data, count):
    check(data, count)


def check(data: st.DataObject, count: int) -> None:
    desk = Desk()
    hand = Hand(desk, data)
    stack, states, wrong = desk.model.undo_stack, [desk.records()], []
    is_doing = True

    def on_index_changed(index: int) -> None:
        if is_doing:
            states[index:] = [desk.records()]
        elif states[index] != desk.records():
            wrong.append(index)

    stack.indexChanged.connect(on_index_changed)
    for _ in range(count):
        is_doing = True
        hand.do()
        is_doing = False
        for _ in range(data.draw(st.integers(0, 2), label="undone in between")):
            desk.model.undo()
    while stack.canRedo():
        desk.model.redo()
    end = desk.bytes()
    while stack.canUndo():
        desk.model.undo()
    assert desk.records() == states[0]
    while stack.canRedo():
        desk.model.redo()
    assert desk.bytes() == end
    assert wrong == []
    assert without_ours(coco.to_bytes(desk.journal.replica, PATH)) == desk.records()
