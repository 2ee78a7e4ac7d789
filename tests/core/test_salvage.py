"""Edits made of one state of a dataset, and what fits of them on another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from annotator.core.document import Category, Document, ImageRecord, Instance, StoredProposal
from annotator.core.edits import (
    AcceptProposals,
    AddCategory,
    AddImages,
    AddInstance,
    ChangeCategory,
    ChangeImage,
    ChangeInstance,
    OrderCategories,
    OrderInstances,
    RemoveCategory,
    RemoveInstances,
    ReplaceProposals,
    Reverted,
    Together,
)
from annotator.core.geometry import RunLengths
from annotator.core.salvage import salvage


def diagonal(k: int) -> RunLengths:
    return RunLengths.from_mask(np.eye(8, 9, k=k, dtype=bool))


@pytest.fixture
def document(tmp_path) -> Document:
    """Two categories; two images, on the first three instances and two proposals."""
    document = Document(tmp_path)
    for number, name in enumerate(("cat", "dog"), start=1):
        document.put(Category(number, name))
        document.put(ImageRecord(number, f"{name}.png", 8, 9))
    for number in (1, 2, 3):
        document.put(Instance(number, 1, 1, diagonal(number)))
    for number in (4, 5):
        document.put(StoredProposal(number, 1, 2, diagonal(-number), score=0.9))
    return document


def salvaged(document: Document, *edits, images=None):
    """What salvage makes of the document; taken back, it is as before."""
    before = document.annotations_in_order(), list(document.categories.values()), list(document.images.values())
    result = salvage(document, images or list(document.images.values()), [(True, edit) for edit in edits])
    Together(result.made).revert(document)
    after = document.annotations_in_order(), list(document.categories.values()), list(document.images.values())
    assert after == before
    Together(result.made).apply(document)
    return result


def test_what_fits_wholly_is_what_the_edits_make(document):
    other = document.snapshot()
    first = document.instances[1]
    edits = (
        AddCategory(Category(3, "bird")),
        ChangeInstance(first, replace(first, category_id=3)),
        RemoveInstances((document.instances[2],)),
        AcceptProposals((document.proposals[4],), 3),
        AddInstance(Instance(6, 2, 3, diagonal(0))),
        OrderInstances(1, (1, 3, 4), (4, 1, 3)),
        OrderCategories((1, 2, 3), (3, 1, 2)),
        ChangeImage(document.images[2], replace(document.images[2], note="x")),
    )
    for edit in edits:
        edit.apply(other)
    assert salvaged(document, *edits).left_out == 0
    assert list(document.categories) == list(other.categories)
    assert (document.instances, document.proposals) == (other.instances, other.proposals)
    assert (document.images, document.order_of(1)) == (other.images, other.order_of(1))


def test_what_was_undone_again_is_no_change(document):
    first = document.instances[1]
    change = ChangeInstance(first, replace(first, group=3))
    assert salvaged(document, change, Reverted(change)).made == ()


def test_images_are_found_by_their_paths(document, tmp_path):
    """Another program may have numbered them anew."""
    recorded = [ImageRecord(7, "dog.png", 8, 9), ImageRecord(8, "cat.png", 8, 9), ImageRecord(9, "gone.png", 8, 9)]
    result = salvaged(
        document,
        AddImages((ImageRecord(10, "cat.png", 8, 9),)),
        AddInstance(Instance(20, 7, 1, diagonal(0))),
        AddInstance(Instance(21, 9, 1, diagonal(0))),
        AddInstance(Instance(22, 10, 1, diagonal(0))),
        AddInstance(Instance(23, 99, 1, diagonal(0))),
        images=recorded,
    )
    assert result.left_out == 1  # nobody knows image 99
    assert {n: document.images[document.instances[n].image_id].path for n in (20, 21, 22)} == {
        20: "dog.png",
        21: "gone.png",
        22: "cat.png",
    }
    assert "missing" in next(image.problem for image in document.images.values() if image.path == "gone.png")


def test_fields_are_merged_and_what_both_changed_stays_as_the_other_made_it(document):
    before = document.instances[1]
    document.put(replace(before, group=5, iscrowd=True))
    after = replace(before, group=6, category_id=2)
    assert salvaged(document, ChangeInstance(before, after)).left_out == 1
    assert document.instances[1] == replace(before, group=5, iscrowd=True, category_id=2)


def test_a_mask_that_was_drawn_anew_comes_back_though_its_instance_is_gone_or_another(document):
    before, second = document.instances[1], document.instances[2]
    document.remove(before)
    document.put(second.with_mask(diagonal(7)))
    result = salvaged(
        document,
        ChangeInstance(before, before.with_mask(diagonal(5))),
        ChangeInstance(second, second.with_mask(diagonal(6))),
    )
    assert result.left_out == 0
    assert {i.mask for i in document.instances_of(1)} == {diagonal(k) for k in (3, 5, 6, 7)}


def test_what_another_program_drew_anew_or_still_uses_is_not_removed(document):
    before = document.instances[1]
    document.put(before.with_mask(diagonal(7)))
    result = salvaged(document, RemoveInstances((before,)), RemoveCategory(document.categories[1]))
    assert result.left_out == 2
    assert document.instances[1].mask == diagonal(7)


def test_a_mask_of_another_size_is_left_out(document):
    assert salvaged(document, AddInstance(Instance(20, 1, 1, RunLengths.from_mask(np.eye(3, dtype=bool))))).left_out
    assert 20 not in document.instances


def test_categories_of_one_name_are_one(document):
    document.put(Category(3, "bird"))
    edits = AddCategory(Category(4, "bird")), AddCategory(Category(3, "cow"))
    result = salvaged(document, *edits, AddInstance(Instance(20, 1, 4, diagonal(0))))
    assert result.left_out == 0
    assert [category.name for category in document.categories.values()] == ["cat", "dog", "bird", "cow"]
    assert document.categories[document.instances[20].category_id].name == "bird"


KNOWN = {1: Category(1, "cat", color="#112233"), 2: Category(2, "dog"), 3: Category(3, "bird")}


class TestLostCategories:
    """The file has them no more, or others have their ids."""

    def back(self, document: Document, *edits, known=KNOWN):
        images = list(document.images.values())
        before = document.annotations_in_order(), list(document.categories.values())
        result = salvage(document, images, [(True, edit) for edit in edits], known)
        made = Together(result.made)
        made.revert(document)
        assert (document.annotations_in_order(), list(document.categories.values())) == before
        made.apply(document)
        return result

    def test_one_comes_back_as_it_was_with_its_masks(self, document):
        known = {**KNOWN, 3: Category(3, "bird", "animal", "#010203")}
        new = Instance(20, 1, 3, diagonal(0)), Instance(21, 1, 3, diagonal(6))
        result = self.back(document, *map(AddInstance, new), known=known)
        assert (result.left_out, result.categories) == (0, ("bird",))
        assert document.categories[3] == known[3]
        assert [document.instances[i] for i in (20, 21)] == list(new)

    def test_one_that_nothing_is_of_does_not(self, document):
        result = self.back(document, AddInstance(Instance(20, 1, 1, diagonal(0))))
        assert (result.left_out, result.categories) == (0, ())
        assert 3 not in document.categories

    def test_so_does_one_that_an_instance_was_given(self, document):
        before = document.instances[1]
        result = self.back(document, ChangeInstance(before, replace(before, category_id=3)))
        assert (result.left_out, result.categories) == (0, ("bird",))
        assert document.instances[1] == replace(before, category_id=3)

    def test_and_one_of_a_proposal(self, document):
        result = self.back(document, ReplaceProposals((), (StoredProposal(20, 1, 3, diagonal(0), score=0.5),)))
        assert (result.left_out, result.categories) == (0, ("bird",))
        assert document.proposals[20].category_id == 3

    def test_one_of_which_nobody_knows_more_than_its_id_is_called_by_that(self, document):
        result = self.back(document, AddInstance(Instance(20, 1, 7, diagonal(0))))
        assert (result.left_out, result.categories) == (0, ("category 7",))
        assert document.categories[7] == Category(7, "category 7")

    def test_as_it_was_changed_last(self, document):
        bird = KNOWN[3]
        edits = ChangeCategory(bird, replace(bird, name="owl")), AddInstance(Instance(20, 1, 3, diagonal(0)))
        result = self.back(document, *edits)
        assert (result.left_out, result.categories) == (0, ("owl",))
        assert document.categories[3].name == "owl"

    def test_what_was_changed_of_one_that_does_not_come_back_is_left_out(self, document):
        bird = KNOWN[3]
        result = self.back(document, ChangeCategory(bird, replace(bird, name="owl")))
        assert (result.left_out, result.categories) == (1, ())

    def test_where_ids_were_given_anew_names_tell_which_is_which(self, document):
        """Another program has removed cat and bird, and numbered from 1."""
        for record in (*document.annotations(), *document.categories.values()):
            document.remove(record)
        document.put(Category(1, "dog"))
        new = [Instance(20 + number, 1, number, diagonal(number)) for number in (1, 2, 3)]
        result = self.back(document, *map(AddInstance, new))
        assert (result.left_out, sorted(result.categories)) == (0, ["bird", "cat"])
        names = [document.categories[document.instances[20 + number].category_id].name for number in (1, 2, 3)]
        assert names == ["cat", "dog", "bird"]
        assert document.categories[1].name == "dog"

    def test_one_that_was_renamed_is_the_same(self, document):
        document.put(replace(document.categories[2], name="hound"))
        result = self.back(document, AddInstance(Instance(20, 1, 2, diagonal(0))))
        assert (result.left_out, result.categories) == (0, ())
        assert document.instances[20].category_id == 2
        assert [category.name for category in document.categories.values()] == ["cat", "hound"]


def test_a_name_that_another_category_has_by_now_is_not_given_twice(document):
    cat = document.categories[1]
    document.put(Category(3, "hen"))
    result = salvaged(document, ChangeCategory(cat, replace(cat, name="hen", color="#112233")))
    assert result.left_out == 1
    assert [category.name for category in document.categories.values()] == ["cat", "dog", "hen"]
    assert document.categories[1].color == "#112233"
