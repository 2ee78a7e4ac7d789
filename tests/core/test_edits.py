"""Random work, undone to the start and done again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.core import coco
from annotator.core.document import (
    Category,
    Document,
    ImageRecord,
    ImageStatus,
    Instance,
    Review,
    ReviewState,
    StoredProposal,
)
from annotator.core.edits import (
    AcceptProposals,
    AddCategory,
    AddInstance,
    ChangeCategory,
    ChangeImage,
    ChangeInstance,
    Edit,
    OrderCategories,
    OrderInstances,
    RemoveCategory,
    RemoveInstances,
    ReplaceProposals,
    Reverted,
    Together,
    joined,
)
from annotator.core.geometry import RunLengths
from annotator.core.mask_editing import split, united
from tests.core.conftest import attributes, texts


def some(data: st.DataObject, records: dict) -> list:
    """A few of the records, in any order."""
    if not records:
        return []
    return data.draw(st.lists(st.sampled_from(list(records.values())), unique_by=lambda r: r.id, max_size=3))


def random_edit(data: st.DataObject, document: Document) -> Edit:
    """An edit that can be applied to the document as it is."""
    kinds = ["category"]
    if document.categories:
        kinds += ["rename", "remove category", "order", "attributes"]
        if document.images:
            kinds.append("instance")
    if document.images:
        kinds.append("status")
    if document.instances:
        kinds += ["remove", "mask", "change", "z-order", "say", "merge", "split"]
    if document.images and document.categories:
        kinds.append("propose")
    if document.proposals:
        kinds.append("accept")
    kind = data.draw(st.sampled_from(kinds))
    if kind == "category":
        return AddCategory(Category(document.take_id(Category), data.draw(st.text("ab", max_size=2))))
    if kind == "rename":
        before = data.draw(st.sampled_from(list(document.categories.values())))
        return ChangeCategory(before, replace(before, name=data.draw(st.text("cd", max_size=2))))
    if kind == "order":
        order = data.draw(st.permutations(list(document.categories)))
        return OrderCategories(tuple(document.categories), tuple(order))
    if kind == "z-order":
        image_id = data.draw(st.sampled_from(list(document.instances.values()))).image_id
        present = [instance.id for instance in document.instances_of(image_id)]
        return OrderInstances(image_id, tuple(present), tuple(data.draw(st.permutations(present))))
    if kind == "attributes":
        category = data.draw(st.sampled_from(list(document.categories.values())))
        return ChangeCategory(category, replace(category, attributes=data.draw(attributes)))
    if kind == "status":
        image = data.draw(st.sampled_from(list(document.images.values())))
        status = data.draw(st.none() | st.sampled_from(ImageStatus))
        review = data.draw(st.none() | st.builds(Review, st.sampled_from(ReviewState), st.text("ab", max_size=2)))
        return ChangeImage(
            image, replace(image, status=status, review=review, note=data.draw(st.text("ab", max_size=2)))
        )
    if kind == "say":
        before = data.draw(st.sampled_from(list(document.instances.values())))
        said = {"attributes": data.draw(st.dictionaries(st.text("ab", max_size=1), st.booleans() | st.integers(0, 9)))}
        group, iscrowd = data.draw(st.none() | st.integers(1, 9)), data.draw(st.booleans())
        return ChangeInstance(before, replace(before, group=group, iscrowd=iscrowd, **said))
    if kind == "merge":
        image_id = data.draw(st.sampled_from(list(document.instances.values()))).image_id
        kept, *gone = document.instances_of(image_id)
        after = kept.with_mask(united([kept.mask, *(instance.mask for instance in gone)]))
        return Together((RemoveInstances(tuple(gone)), ChangeInstance(kept, after)))
    if kind == "split":
        before = data.draw(st.sampled_from(list(document.instances.values())))
        first, *others = split(before.mask) or [before.mask]
        added = [AddInstance(replace(before.with_mask(part), id=document.take_id(Instance))) for part in others[:3]]
        return Together((ChangeInstance(before, before.with_mask(first)), *added))
    if kind == "propose":
        image = data.draw(st.sampled_from(list(document.images.values())))
        category_id = data.draw(st.sampled_from(list(document.categories)))
        new = tuple(
            StoredProposal(document.take_id(StoredProposal), image.id, category_id, noise(data, image), score=0.5)
            for _ in range(data.draw(st.integers(0, 2)))
        )
        return ReplaceProposals(tuple(some(data, document.proposals)), new)
    if kind == "accept":
        category_id = data.draw(st.sampled_from(list(document.categories)))
        return AcceptProposals(tuple(some(data, document.proposals)), category_id)
    if kind == "remove category":
        category = data.draw(st.sampled_from(list(document.categories.values())))
        users = tuple(i for i in document.instances_in_order() if i.category_id == category.id)
        proposals = tuple(p for p in document.proposals.values() if p.category_id == category.id)
        return Together((RemoveInstances(users), ReplaceProposals(proposals, ()), RemoveCategory(category)))
    if kind == "instance":
        image = data.draw(st.sampled_from(list(document.images.values())))
        category_id = data.draw(st.sampled_from(list(document.categories)))
        return AddInstance(Instance(document.take_id(Instance), image.id, category_id, noise(data, image)))
    if kind == "remove":
        return RemoveInstances(tuple(some(data, document.instances)))
    if kind == "mask":
        before = data.draw(st.sampled_from(list(document.instances.values())))
        return ChangeInstance(before, before.with_mask(noise(data, document.images[before.image_id])))
    category_id = data.draw(st.sampled_from(list(document.categories)))
    chosen = some(data, document.instances)
    return Together(tuple(ChangeInstance(i, replace(i, category_id=category_id)) for i in chosen))


def noise(data: st.DataObject, image: ImageRecord) -> RunLengths:
    seed = data.draw(st.integers(0, 99))
    return RunLengths.from_mask(np.random.default_rng(seed).random((image.height, image.width)) < 0.5)


@settings(max_examples=50)  # every one saves many times
@given(st.from_type(Document), st.data(), st.integers(1, 6))
def test_undone_to_the_start_and_redone_the_saved_file_is_the_same(tmp_path_factory, document, data, count):
    path = tmp_path_factory.getbasetemp() / "edits.json"

    def saved() -> bytes:
        coco.write(document, path)
        return path.read_bytes()

    def saved_records() -> bytes:
        """Without our last line: ids that were given stay given when an edit is undone."""
        return saved().rsplit(b"\n", 3)[0]

    mirror = {}
    document.subscribe(lambda change: mirror.pop((type(change.before), change.before.id)) if change.before else None)
    document.subscribe(lambda c: mirror.update({(type(c.after), c.after.id): c.after}) if c.after else None)
    for table in (document.categories, document.images, document.instances, document.proposals):
        mirror.update({(type(record), record.id): record for record in table.values()})

    edits, states = [], [saved_records()]
    for _ in range(count):
        edit = random_edit(data, document)
        edit.apply(document)
        edits.append(edit)
        states.append(saved_records())
    end = saved()
    for edit, before in zip(reversed(edits), reversed(states[:-1]), strict=True):
        edit.revert(document)
        assert saved_records() == before
    for edit, after in zip(edits, states[1:], strict=True):
        edit.apply(document)
        assert saved_records() == after
    assert saved() == end

    # A view that only listened knows the same.
    tables = (document.categories, document.images, document.instances, document.proposals)
    everything = [record for table in tables for record in table.values()]
    assert mirror == {(type(record), record.id): record for record in everything}


@pytest.fixture
def document() -> Document:
    document = Document(Path())
    document.put(Category(1, "cat"))
    document.put(ImageRecord(1, "a.png", 4, 4))
    document.put(Instance(1, 1, 1, RunLengths.from_mask(np.eye(4, dtype=bool))))
    return document


@pytest.mark.parametrize("undo", [False, True])
def test_an_edit_for_another_state_is_refused(document, undo):
    cat, instance = document.categories[1], document.instances[1]
    stale = replace(instance, iscrowd=True)
    edits: list[Edit] = [
        AddInstance(instance),
        AddCategory(cat),
        RemoveInstances((stale,)),
        ChangeInstance(stale, instance),
        ChangeCategory(Category(1, "dog"), cat),
        RemoveCategory(Category(2, "dog")),
        OrderCategories((2, 1), (1, 2)),
        OrderInstances(1, (2, 1), (1, 2)),
        ChangeInstance(instance, replace(instance, id=2)),
    ]
    if undo:
        edits = [
            AddInstance(stale),
            AddCategory(Category(1, "dog")),
            RemoveInstances((instance,)),
            ChangeInstance(instance, stale),
            ChangeCategory(cat, Category(1, "dog")),
            RemoveCategory(cat),
        ]
    before = document.snapshot()
    for edit in edits:
        with pytest.raises(ValueError, match=r"not in the state|cannot become"):
            (edit.revert if undo else edit.apply)(document)
    assert document.instances == before.instances
    assert document.categories == before.categories


def test_reverting_an_addition_does_not_free_its_id(document):
    added = AddInstance(replace(document.instances[1], id=document.take_id(Instance)))
    added.apply(document)
    added.revert(document)
    assert document.take_id(Instance) > added.instance.id


def test_accepting_proposals_is_one_edit_that_can_be_undone(document):
    image = next(iter(document.images.values()))
    category = next(iter(document.categories.values()))
    mask = RunLengths.from_mask(np.ones((image.height, image.width), bool))
    proposals = tuple(
        StoredProposal(document.take_id(StoredProposal), image.id, category.id, mask, score=score, parent_id=parent)
        for score, parent in ((0.9, None), (0.5, 1), (0.4, None))
    )
    replaced = ReplaceProposals((), proposals)
    replaced.apply(document)
    before = document.snapshot()
    edit = AcceptProposals(proposals[:2], category.id)
    for _ in range(2):
        edit.apply(document)
        assert list(document.proposals.values()) == [proposals[2]]
        assert {p.id for p in proposals[:2]} <= set(document.instances)
        edit.revert(document)
        assert document.proposals == before.proposals
        assert document.instances == before.instances
        assert document.annotations_in_order() == before.annotations_in_order()
    replaced.revert(document)
    assert not document.proposals
    with pytest.raises(ValueError, match="not in the state"):
        edit.apply(document)


def test_replacing_proposals_leaves_instances_alone(document):
    image = next(iter(document.images.values()))
    mask = RunLengths.from_mask(np.ones((image.height, image.width), bool))
    category_id = next(iter(document.categories))
    old, new = (
        StoredProposal(document.take_id(StoredProposal), image.id, category_id, mask, score=0.5) for _ in range(2)
    )
    instances = dict(document.instances)
    ReplaceProposals((), (old,)).apply(document)
    edit = ReplaceProposals((old,), (new,))
    edit.apply(document)
    assert list(document.proposals.values()) == [new]
    edit.revert(document)
    assert list(document.proposals.values()) == [old]
    assert document.instances == instances


def test_instances_in_another_order_are_saved_and_come_back_in_it(document, tmp_path):
    for _ in range(3):
        AddInstance(replace(document.instances[1], id=document.take_id(Instance))).apply(document)
    gone = document.instances[3]
    RemoveInstances((gone,)).apply(document)
    edit = OrderInstances(1, (1, 2, 4), (4, 1, 2))
    edit.apply(document)
    coco.write(document, tmp_path / "a.json")
    back = coco.read(tmp_path / "a.json", document.image_root)
    assert [i.id for i in back.instances_of(1)] == [i.id for i in document.instances_of(1)] == [4, 1, 2]
    edit.revert(document)
    RemoveInstances((gone,)).revert(document)
    assert [i.id for i in document.instances_of(1)] == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="no order"):
        OrderInstances(1, (1, 2, 3, 4), (1, 2, 3)).apply(document)


def everything(document: Document) -> list:
    """All records, in their order."""
    return [*document.categories.values(), *document.images.values(), *document.annotations_in_order()]


@given(st.from_type(Document), st.data())
def test_two_edits_joined_do_what_both_do(document, data):
    """Where they can be joined: whatever is undone and redone, the document is as after both."""
    if not document.images or not document.instances:
        return
    image = data.draw(st.sampled_from(list(document.images.values())))
    chosen = some(data, document.instances)
    notes, numbers = (data.draw(texts), data.draw(texts)), (data.draw(st.integers(0, 9)), data.draw(st.integers(0, 9)))
    edits, before = [], document.snapshot()
    for note, number in zip(notes, numbers, strict=True):
        now = document.images[image.id]
        changes = [ChangeImage(now, replace(now, note=note))]
        changes += [ChangeInstance(document.instances[i.id], replace(i, group=number)) for i in chosen]
        edit = Together(tuple(changes))
        edit.apply(document)
        edits.append(edit)
    after = document.snapshot()
    both = joined(*edits)
    both.revert(document)
    assert (document.images, document.instances) == (before.images, before.instances)
    both.apply(document)
    assert (document.images, document.instances) == (after.images, after.instances)


def test_only_changes_of_the_same_records_in_a_row_are_joined(document):
    image, instance = document.images[1], document.instances[1]
    first = ChangeImage(image, replace(image, note="a"))
    assert joined(first, ChangeImage(image, replace(image, note="b"))) is None  # not what the first left
    assert joined(first, ChangeInstance(instance, replace(instance, group=1))) is None
    assert joined(AddCategory(Category(7, "x")), AddCategory(Category(8, "y"))) is None
    twice = ChangeInstance(instance, replace(instance, group=1)), ChangeInstance(replace(instance, group=1), instance)
    assert joined(Together(twice), Together(twice)) is None  # one record at two places


@given(st.from_type(Document), st.data())
def test_an_edit_that_fits_in_part_changes_nothing(document, data):
    """Neither when it is made nor when it is taken back, whatever the parts are that fit."""
    if not document.images:
        return
    edits = []
    working = document.snapshot()
    for _ in range(data.draw(st.integers(1, 3))):
        edits.append(random_edit(data, working))
        edits[-1].apply(working)
    no_image = 1 + max(document.images)
    misfit = ChangeImage(ImageRecord(no_image, "x.png", 1, 1), ImageRecord(no_image, "x.png", 1, 1, note="y"))
    before = everything(document)
    for edit in (Together((*edits, misfit)), Reverted(Together((misfit, *map(Reverted, reversed(edits)))))):
        with pytest.raises(ValueError, match="not in the state"):
            edit.apply(document)
        assert everything(document) == before
    for several in (document.instances, document.proposals):
        if several:
            first = next(iter(several.values()))
            kind = RemoveInstances if isinstance(first, Instance) else lambda both: ReplaceProposals(both, ())
            with pytest.raises(ValueError, match="not in the state"):
                kind((first, first)).apply(document)
            assert everything(document) == before
