"""The document's own bookkeeping: places, counts, references, subscribers."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.core.document import Category, Change, Document, ImageRecord, ImageStatus, Instance, StoredProposal
from annotator.core.geometry import RunLengths
from annotator.core.order import Places

SQUARE = RunLengths.from_mask(np.eye(4, dtype=bool))


@pytest.fixture
def document() -> Document:
    document = Document(Path("/data"))
    for name in ("cat", "dog", "bird"):
        document.put(Category(document.take_id(Category), name))
    for path in ("a.jpg", "sub/b.jpg"):
        document.put(ImageRecord(document.take_id(ImageRecord), path, 4, 4))
    for image_id in (1, 2, 1, 1):
        document.put(Instance(document.take_id(Instance), image_id, 1, SQUARE))
    return document


def drawn(document: Document, image_id: int) -> list[int]:
    return [instance.id for instance in document.instances_of(image_id)]


def test_what_was_removed_comes_back_to_its_place(document):
    removed = [document.instances[3], document.instances[1], document.instances[2]]
    for instance in removed:
        document.remove(instance)
    assert (drawn(document, 1), drawn(document, 2)) == ([4], [])
    document.put(Instance(document.take_id(Instance), 1, 1, SQUARE))
    for instance in removed:
        document.put(instance)
    assert (drawn(document, 1), drawn(document, 2)) == ([1, 3, 4, 5], [2])
    assert [instance.id for instance in document.instances_in_order()] == [1, 2, 3, 4, 5]


def test_a_category_comes_back_between_its_neighbours(document):
    table, dog = document.categories, document.categories[2]
    document.remove(dog)
    assert list(table) == [1, 3]
    document.put(dog)
    assert list(table) == [1, 2, 3]
    assert table is document.categories


def test_replacing_keeps_the_place_and_moves_the_counts(document):
    document.put(replace(document.instances[1], category_id=2))
    assert drawn(document, 1) == [1, 3, 4]
    assert [document.count_of_category(i) for i in (1, 2, 3)] == [3, 1, 0]
    assert [document.count_of_image(i) for i in (1, 2)] == [3, 1]


def test_ids_are_never_given_twice(document):
    newest = document.instances[4]
    document.remove(newest)
    assert document.take_id(Instance) == 5
    document.put(replace(newest, id=40))
    assert document.take_id(Instance) == 41
    assert document.take_id(Category) == 4


def test_names_and_paths_are_found(document):
    assert document.category_named("dog") == document.categories[2]
    assert document.category_named("Dog") is None
    assert document.image_path(2) == Path("/data/sub/b.jpg")
    assert document.find(replace(document.images[1], path="other")) == document.images[1]
    assert document.find(Category(9, "x")) is None


def test_subscribers_are_told_what_changed(document):
    changes: list[Change] = []
    document.subscribe(changes.append)
    old = document.instances[1]
    new = replace(old, category_id=3)
    document.put(new)
    document.remove(new)
    document.put(new)
    assert changes == [Change(old, new), Change(new, None), Change(None, new)]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (Instance(9, 7, 1, SQUARE), "no image 7"),
        (Instance(9, 1, 7, SQUARE), "no category 7"),
        (Instance(1, 2, 1, SQUARE), "another image"),
        (Instance(9, 1, 1, RunLengths.from_mask(np.eye(5, dtype=bool))), "another size"),
    ],
)
def test_an_instance_that_does_not_fit_changes_nothing(document, wrong, says):
    before = document.snapshot()
    with pytest.raises(ValueError, match=says):
        document.put(wrong)
    assert document.instances == before.instances
    assert drawn(document, 1) == drawn(before, 1)
    assert document.count_of_category(1) == 4
    assert document.next_ids == before.next_ids


def test_what_is_in_use_or_absent_cannot_be_removed(document):
    with pytest.raises(ValueError, match="still in use"):
        document.remove(document.categories[1])
    with pytest.raises(ValueError, match="still has instances"):
        document.remove(document.images[1])
    with pytest.raises(ValueError, match="there is no instance 9"):
        document.remove(Instance(9, 1, 1, SQUARE))
    assert len(document.categories) == 3
    assert len(document.images) == 2


@settings(max_examples=50)
@given(st.from_type(Document))
def test_a_snapshot_is_equal_and_stays_as_it_is(document):
    snapshot = document.snapshot()
    changes = []
    document.subscribe(changes.append)
    order = document.instances_in_order()
    assert snapshot.instances_in_order() == order
    assert snapshot.categories == document.categories
    assert list(snapshot.images) == list(document.images)
    annotations = document.annotations_in_order()
    assert snapshot.annotations_in_order() == annotations
    for annotation in annotations:
        document.remove(annotation)
    for image in list(document.images.values()):
        document.remove(image)
    document.put(Category(document.take_id(Category), "new"))
    assert snapshot.annotations_in_order() == annotations
    assert all(snapshot.count_of_image(i) == sum(x.image_id == i for x in order) for i in snapshot.images)
    assert len(snapshot.categories) == len(document.categories) - 1
    assert snapshot.next_ids.category == document.next_ids.category - 1
    count = len(changes)
    snapshot.put(Category(snapshot.take_id(Category), "other"))
    assert len(changes) == count


def test_reordered_categories_leave_the_places_of_removed_ones_free(document):
    bird = document.categories[3]
    document.put(Category(4, "fish"))
    document.remove(bird)
    document.order_categories([4, 1, 2])
    assert list(document.categories) == [4, 1, 2]
    document.put(bird)  # it was the third
    assert list(document.categories) == [4, 1, 3, 2]


def test_reordering_tells_of_what_moved_once_all_is_in_place(document):
    heard = []
    document.subscribe(lambda change: heard.append((change.before, change.after, list(document.categories))))
    document.order_categories([2, 1, 3])
    cat, dog = document.categories[1], document.categories[2]
    assert heard == [(dog, dog, [2, 1, 3]), (cat, cat, [2, 1, 3])]


@pytest.mark.parametrize("order", [[1, 2], [1, 2, 2], [1, 2, 4], [1, 2, 3, 3]])
def test_an_order_of_other_categories_is_refused(document, order):
    with pytest.raises(ValueError, match="no order"):
        document.order_categories(order)
    assert list(document.categories) == [1, 2, 3]


def test_an_image_is_in_work_from_its_first_instance_unless_the_user_says_otherwise(document):
    empty = ImageRecord(document.take_id(ImageRecord), "c.jpg", 4, 4)
    document.put(empty)
    assert document.status_of(1) is ImageStatus.IN_WORK
    assert document.status_of(empty.id) is ImageStatus.UNTOUCHED
    for image_id in (1, empty.id):
        document.put(replace(document.images[image_id], status=ImageStatus.DONE))
        assert document.status_of(image_id) is ImageStatus.DONE


class TestProposals:
    @pytest.fixture
    def proposal(self, document: Document) -> StoredProposal:
        proposal = StoredProposal(document.take_id(StoredProposal), 2, 3, SQUARE, score=0.5)
        document.put(proposal)
        return proposal

    def test_they_are_kept_apart_from_instances(self, document, proposal):
        assert list(document.proposals_of(2)) == [proposal]
        assert drawn(document, 2) == [2]
        assert document.count_of_image(2) == 1
        assert document.count_of_category(3) == 0
        assert [a.id for a in document.annotations_in_order()] == [1, 2, 3, 4, proposal.id]

    def test_they_share_the_ids_of_instances(self, document, proposal):
        assert document.take_id(Instance) == proposal.id + 1
        with pytest.raises(ValueError, match="an instance and a proposal"):
            document.put(proposal.accepted(1))
        with pytest.raises(ValueError, match="an instance and a proposal"):
            document.put(replace(proposal, id=2))

    def test_what_they_refer_to_stays(self, document, proposal):
        with pytest.raises(ValueError, match="still in use"):
            document.remove(document.categories[3])
        document.remove(document.instances[2])
        with pytest.raises(ValueError, match="proposals"):
            document.remove(document.images[2])
        document.remove(proposal)
        document.remove(document.images[2])
        document.remove(document.categories[3])

    def test_a_snapshot_keeps_them(self, document, proposal):
        snapshot = document.snapshot()
        document.remove(proposal)
        assert list(snapshot.proposals_of(2)) == [proposal]
        snapshot.remove(proposal)
        snapshot.put(proposal.accepted(3))
        assert [a.id for a in snapshot.annotations_in_order()] == [1, 2, 3, 4, 5]

    def test_an_accepted_one_keeps_what_a_person_needs(self, proposal):
        instance = proposal.accepted(1)
        assert (instance.id, instance.image_id, instance.category_id, instance.mask) == (proposal.id, 2, 1, SQUARE)
        assert instance.provenance == proposal.provenance


def test_gaps_of_many_removals_are_kept_as_one_by_one():
    """Ten thousand instances removed from a hundred thousand must not take minutes at the next opening."""
    chance = random.Random(3)
    ids = list(range(1, 60))
    chance.shuffle(ids)
    before = Places()
    for record_id in ids:
        before.place_of(record_id)
    left = [record_id for record_id in ids if chance.random() < 0.4]
    after = Places()
    for record_id in left:
        after.place_of(record_id)
    after.keep_gaps(before.gaps(set(left)))
    assert after == before
    with pytest.raises(ValueError, match="is there"):
        after.keep_gaps([(ids[0], None)])
    with pytest.raises(ValueError, match="is not there"):
        after.keep_gaps([(1000, 1001)])


def test_gaps_after_one_record_come_in_the_order_of_insertions():
    places = Places({5: 0, 6: 1})
    places.keep_gaps([(1, 5), (2, 1), (3, 5), (4, None)])
    assert sorted(places, key=places.__getitem__) == [4, 5, 3, 1, 2, 6]


def test_new_instances_put_together_are_as_put_one_by_one(document):
    """Also one that comes back, and with somebody who listens."""
    gone = document.instances[1]
    document.remove(gone)
    other = document.snapshot()
    told: list[Change] = []
    document.subscribe(told.append)
    new = [Instance(30, 1, 1, SQUARE, locked=True), gone, Instance(20, 1, 1, SQUARE)]
    document.put_new(new)
    other.put_new(new)
    assert [change.after for change in told] == new
    for found in (document, other):
        assert list(found.order_of(1))[-2:] == [30, 20]
        assert found.order_of(1) == document.order_of(1)
        assert found.instances == document.instances
        assert found.locked_ids == {30}
        assert found.take_id(Instance) == 31
    with pytest.raises(ValueError, match="no image 99"):
        other.put_new([Instance(40, 99, 1, SQUARE)])


def test_the_marks_of_images_follow_them(document):
    """What is kept of statuses, problems and emptied images is what a look at each image finds."""

    def check(found: Document) -> None:
        assert found.statuses() == {image_id: found.status_of(image_id) for image_id in found.images}
        assert found.unusable_ids == {i for i, image in found.images.items() if image.problem is not None}

    first = document.images[1]
    before = document.snapshot()
    document.put(replace(first, status=ImageStatus.DONE, problem="gone"))
    check(document)
    check(before)
    document.put(first)
    document.put(replace(document.images[2], problem="gone"))
    check(document)
    document.remove(document.instances[2])  # the only one of its image
    check(document)
    document.remove(document.images[2])
    check(document)
    document.adopt(before)
    check(document)
    assert document.statuses() == {1: ImageStatus.IN_WORK, 2: ImageStatus.IN_WORK}
