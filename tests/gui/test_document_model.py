"""What views are told of an edit: each change on the image on screen, and once which other images it touched."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from annotator.core.dataset import Dataset
from annotator.core.document import Category, Document, ImageRecord, Instance, StoredProposal
from annotator.core.edits import (
    AddCategory,
    AddImages,
    AddInstance,
    ChangeImage,
    ChangeInstance,
    RemoveInstances,
    ReplaceProposals,
    Together,
)
from annotator.core.geometry import RunLengths
from annotator.gui import undo_stack
from annotator.gui.document_model import DocumentModel
from annotator.gui.outcome import outcome_of

SHOWN, OTHER, THIRD = 1, 2, 3


@pytest.fixture
def model(qapp, tmp_path) -> DocumentModel:
    document = Document(tmp_path)
    document.put(Category(1, "disc"))
    for image_id in (SHOWN, OTHER, THIRD):
        document.put(ImageRecord(image_id, f"{image_id}.png", 4, 4))
    model = DocumentModel()
    model.open(Dataset(document, tmp_path / "file.json"))
    model.image_on_screen = SHOWN
    return model


@pytest.fixture
def told(model) -> list:
    told = []
    model.instance_changed.connect(lambda change: told.append((change.after or change.before).image_id))
    model.elsewhere_changed.connect(told.append)
    return told


def instance(instance_id: int, image_id: int) -> Instance:
    return Instance(instance_id, image_id, 1, RunLengths.from_mask(np.eye(4, dtype=bool)))


def test_an_edit_of_many_images_is_told_once_for_those_elsewhere(model, told):
    many = tuple(instance(n, n % 3 + 1) for n in range(30))
    model.push(Together(tuple(AddInstance(i) for i in many)), "add")
    assert told == [SHOWN] * 10 + [{OTHER, THIRD}]
    told.clear()
    model.undo()
    assert told == [SHOWN] * 10 + [{OTHER, THIRD}]
    told.clear()
    model.redo()
    model.push(RemoveInstances(many[1:2]), "remove")
    assert told[-1] == {OTHER}


def test_what_is_told_is_in_the_document_already(model):
    seen = []
    model.elsewhere_changed.connect(lambda _: seen.append(len(model.document.instances)))
    model.push(Together(tuple(AddInstance(instance(n, OTHER)) for n in range(5))), "add")
    assert seen == [5]


def test_a_change_that_is_no_edit_is_told_as_well(model, told):
    model.document.put(instance(1, OTHER))
    model.document.put(instance(2, SHOWN))
    assert told == [{OTHER}, SHOWN]


def test_an_edit_that_fails_half_way_leaves_nobody_unaware(model, told):
    first = instance(1, OTHER)
    edit = Together((AddInstance(first), ChangeInstance(instance(9, OTHER), instance(9, OTHER))))
    with pytest.raises(ValueError, match="not in the state"):
        edit_applied(model, edit)
    assert told == [{OTHER}]
    model.document.put(first)
    assert told == [{OTHER}, {OTHER}]


def edit_applied(model: DocumentModel, edit: Together) -> None:
    model._apply(edit.apply)


def test_categories_are_told_one_by_one(model):
    told = []
    model.category_changed.connect(lambda change: told.append(change.after.name))
    other = Category(2, "box")
    model.push(Together((AddCategory(other), AddCategory(replace(other, id=3, name="line")))), "add")
    assert told == ["box", "line"]


def proposal(proposal_id: int, image_id: int) -> StoredProposal:
    return StoredProposal(proposal_id, image_id, 1, RunLengths.from_mask(np.eye(4, dtype=bool)), 0.9)


@pytest.fixture
def large() -> Together:
    """Proposals on all images, of a new category, and a mark on the second image."""
    stored = [replace(proposal(n, n % 3 + 1), category_id=2) for n in range(30)]
    before = ImageRecord(OTHER, f"{OTHER}.png", 4, 4)
    edits = (AddCategory(Category(2, "thing")), ReplaceProposals((), tuple(stored)))
    return Together((*edits, ChangeImage(before, replace(before, note="seen"))))


def everything_in(document: Document) -> tuple:
    records = (document.categories, document.images, document.instances, document.proposals)
    ids = [[p.id for p in document.proposals_of(image_id)] for image_id in document.images]
    return (*map(dict, records), ids, document.count_of_proposals(2), [r.id for r in document.annotations_in_order()])


def test_what_was_worked_out_elsewhere_is_the_same_and_told_in_the_same_way(model, large):
    told = []
    model.proposal_changed.connect(lambda change: told.append(change))
    model.category_changed.connect(lambda change: told.append(change))
    model.elsewhere_changed.connect(lambda ids: told.append(ids))
    working = []
    model.work_out = lambda *arguments: working.append(arguments)

    def finish() -> None:
        work, done, _ = working.pop()
        done(work())

    empty = everything_in(model.document)
    model.push(large, "at once")
    expected, expected_told = everything_in(model.document), list(told)
    model.undo()
    told.clear()
    model.push(large, "elsewhere", outcome=outcome_of(large, model.document.snapshot(), is_new=True))
    assert everything_in(model.document) == expected
    assert sorted(map(repr, told)) == sorted(map(repr, [*expected_told[:-1], frozenset({OTHER, THIRD})]))
    replayed = []
    model.replayed.connect(replayed.append)
    for step, state in ((model.undo, empty), (model.redo, expected), (model.undo, empty)):
        before = everything_in(model.document)
        step()
        assert everything_in(model.document) == before
        assert model.refusal
        assert not model.push(AddInstance(instance(99, OTHER)), "refused meanwhile")
        finish()
        assert not model.refusal
        assert everything_in(model.document) == state
    assert replayed == [SHOWN] * 3
    model.push(AddInstance(instance(99, OTHER)), "goes on")
    assert not model.undo_stack.canRedo()


def test_a_large_edit_that_was_made_at_once_is_undone_elsewhere_and_a_small_one_at_once(model, large, monkeypatch):
    working = []
    model.work_out = lambda *arguments: working.append(arguments)
    empty = everything_in(model.document)
    monkeypatch.setattr(undo_stack, "LARGE", 32)  # a category, 30 proposals and an image
    model.push(large, "small enough")
    model.undo()
    assert everything_in(model.document) == empty
    monkeypatch.setattr(undo_stack, "LARGE", 31)
    model.push(large, "large")
    full = everything_in(model.document)
    for step, state in ((model.undo, empty), (model.redo, full)):
        step()
        assert model.refusal
        work, done, _ = working.pop()
        done(work())
        assert everything_in(model.document) == state
    assert not working


def test_a_large_edit_that_cannot_be_worked_out_changes_nothing_and_frees_the_document(model, large):
    model.push(large, "large", outcome=outcome_of(large, model.document.snapshot(), is_new=True))
    before = everything_in(model.document)
    model.work_out = lambda work, done, failed: failed()
    model.undo()
    assert not model.refusal
    assert everything_in(model.document) == before


def test_what_is_worked_out_for_a_document_that_was_left_is_dropped(model, large, tmp_path):
    model.push(large, "large", outcome=outcome_of(large, model.document.snapshot(), is_new=True))
    working = []
    model.work_out = lambda *arguments: working.append(arguments)
    model.undo()
    model.open(Dataset(Document(tmp_path), tmp_path / "other.json"))
    work, done, _ = working.pop()
    done(work())
    assert not model.document.images
    assert not model.refusal


def test_an_edit_that_fits_in_part_changes_nothing_and_says_so(model, told):
    """Else what is shown would be another document than the journal's, and no later edit would come back from it."""
    before, state, listed, refused = model.document.snapshot(), model.state, [], []
    model.refused.connect(refused.append)
    model.images_listed.connect(lambda: listed.append(list(model.document.images)))
    nowhere = replace(instance(9, SHOWN), category_id=7)
    edit = Together(
        (AddImages((ImageRecord(5, "5.png", 4, 4),)), AddInstance(instance(8, OTHER)), AddInstance(nowhere))
    )
    with pytest.raises(ValueError, match="no category 7"):
        model.push(edit, "import")
    assert (model.document.images, model.document.instances) == (before.images, before.instances)
    assert (model.state, model.is_saved, model.undo_stack.index()) == (state, True, 0)
    assert listed == [[SHOWN, OTHER, THIRD]]
    assert told == [{OTHER}]
    assert "nothing was changed" in refused[0]
    assert model.push(AddInstance(instance(8, SHOWN)), "add")


def test_replaying_what_touches_many_images_goes_to_the_first_or_stays(model):
    shown = []
    model.replayed.connect(shown.append)
    model.push(
        Together(tuple(AddInstance(instance(n, image)) for n, image in ((1, THIRD), (2, OTHER), (3, THIRD)))), ""
    )
    model.undo()
    model.redo()
    assert shown == [OTHER, OTHER]
    model.push(Together(tuple(AddInstance(instance(n, image)) for n, image in ((4, SHOWN), (5, OTHER)))), "")
    model.undo()
    model.redo()
    assert shown[2:] == [SHOWN, SHOWN]
