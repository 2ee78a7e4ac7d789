"""Merging: what is there stays as it is, nothing comes twice, and one undo takes it all back."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from annotator.core import coco
from annotator.core.document import (
    Attribute,
    Category,
    Document,
    ImageRecord,
    Instance,
    Review,
    ReviewState,
    StoredProposal,
)
from annotator.core.formats.merge import NewImages, plan_merge
from annotator.core.geometry import RunLengths


def copy_of(document: Document) -> Document:
    """The same, but under other ids, as if another program had made it."""
    other = Document(document.image_root)
    for category in document.categories.values():
        other.put(replace(category, id=category.id + 100))
    for image in document.images.values():
        other.put(replace(image, id=image.id + 200))
    for i in document.instances.values():
        other.put(replace(i, id=i.id + 300, image_id=i.image_id + 200, category_id=i.category_id + 100))
    return other


def state(document: Document) -> bytes:
    return coco.to_bytes(document, document.image_root / "x.json")


def test_into_an_empty_document_everything_comes(document, tmp_path):
    empty = Document(document.image_root)
    plan = plan_merge(empty, document, new_images=NewImages.ALL)
    plan.put_into(empty)
    assert [i.mask for i in empty.instances_in_order()] == [i.mask for i in document.instances_in_order()]
    assert [i.path for i in empty.images.values()] == [i.path for i in document.images.values()]
    assert plan.repeated == 0
    # Ids too, as long as they are free: they may be known elsewhere.
    assert list(empty.images) == [7, 3]
    assert list(empty.instances) == list(document.instances)
    assert empty.take_id(Instance) == 17


def test_a_second_time_nothing_comes(document):
    plan = plan_merge(document, copy_of(document), new_images=NewImages.ALL)
    assert (plan.categories, plan.images, plan.instances) == ((), (), ())
    assert plan.repeated == len(document.instances)


def test_new_masks_come_beside_the_old_and_undo_takes_them_back(document):
    before = dict(document.instances)
    other = copy_of(document)
    other.put(replace(other.categories[104], name="lion"))
    mask = RunLengths.from_mask(np.eye(20, 30, dtype=bool))
    other.put(other.instances[312].with_mask(mask))
    plan = plan_merge(document, other, new_images=NewImages.NONE)
    assert [category.name for category in plan.categories] == ["lion"]
    # Three of a category that is new, and one with another mask.
    assert len(plan.instances) == 4
    untouched = state(document)
    edit = plan.edit()
    edit.apply(document)
    assert {i: document.instances[i] for i in before} == before
    assert len(document.instances) == 8
    assert len(set(document.instances)) == 8
    edit.revert(document)
    assert state(document) == untouched


def test_images_that_are_unknown_or_of_another_size_are_listed(document):
    other = copy_of(document)
    other.put(ImageRecord(999, "猫/c.jpg", 5, 5))
    other.put(Instance(999, 999, 104, RunLengths.from_mask(np.ones((5, 5), bool))))
    smaller = Document(document.image_root)
    smaller.put(Category(1, "cat"))
    smaller.put(ImageRecord(1, "a.png", 10, 15))
    smaller.put(Instance(1, 1, 1, RunLengths.from_mask(np.ones((10, 15), bool))))
    plan = plan_merge(document, other, new_images=NewImages.NONE)
    assert plan.unknown_images == ("猫/c.jpg",)
    assert plan.instances == ()
    plan = plan_merge(document, smaller, new_images=NewImages.ALL)
    assert (plan.other_size, plan.instances, plan.images) == (("a.png",), (), ())


def test_images_are_the_same_by_file_whatever_the_root(document, tmp_path):
    other = copy_of(document)
    inner = Document(document.image_root / "猫")
    inner.put(other.categories[104])
    inner.put(replace(other.images[203], path="b.jpg"))
    mask = RunLengths.from_mask(np.eye(20, 40, dtype=bool))
    inner.put(Instance(1, 203, 104, mask))
    plan = plan_merge(document, inner, new_images=NewImages.ALL)
    assert plan.images == ()
    assert [i.image_id for i in plan.instances] == [3]


def test_images_of_another_folder_match_by_their_path(document, tmp_path):
    shutil.copytree(document.image_root, tmp_path / "moved")
    other = copy_of(document)
    other.image_root = tmp_path / "moved"
    plan = plan_merge(document, other, new_images=NewImages.ALL)
    assert (plan.images, plan.repeated) == ((), 4)


def test_two_of_the_same_mask_are_two_and_come_once(document):
    other = copy_of(document)
    twin = replace(next(iter(other.instances.values())), id=999, attributes={"pose": "sits"})
    other.put(twin)
    plan = plan_merge(document, other, new_images=NewImages.ALL)
    assert [dict(i.attributes) for i in plan.instances] == [{"pose": "sits"}]
    assert plan.repeated == len(document.instances)
    plan.edit().apply(document)
    again = plan_merge(document, other, new_images=NewImages.ALL)
    assert (again.instances, again.repeated) == ((), len(document.instances))


def test_into_an_empty_document_categories_of_one_name_stay_two():
    imported = Document(Path("x"))
    for number in (1, 2):
        imported.put(Category(number, "cat"))
    plan = plan_merge(Document(Path("x")), imported, new_images=NewImages.ALL)
    assert [category.id for category in plan.categories] == [1, 2]


def test_what_is_said_of_records_that_are_there_is_left_out_and_told(document):
    other = copy_of(document)
    first, second = list(other.instances.values())[:2]
    other.put(replace(first, review=Review(ReviewState.REJECTED, "wrong class")))
    other.put(replace(second, attributes={"pose": "sits"}))
    image = next(iter(other.images.values()))
    other.put(replace(image, note="look at the left one"))
    category = next(iter(other.categories.values()))
    other.put(replace(category, attributes=(Attribute("pose"),)))
    plan = plan_merge(document, other, new_images=NewImages.ALL)
    assert plan.unlike.images == (image.path,)
    assert plan.unlike.categories == (category.name,)
    assert set(plan.unlike.instances) == {first.id - 300, second.id - 300}
    plan.edit().apply(document)
    assert all(instance.review is None for instance in document.instances.values())


def test_where_nothing_is_said_nothing_is_left_out(document):
    for instance in list(document.instances.values()):
        document.put(replace(instance, review=Review(ReviewState.ACCEPTED), attributes={"pose": "sits"}))
    bare = copy_of(document)
    for instance in list(bare.instances.values()):
        bare.put(replace(instance, review=None, attributes={}))
    assert not plan_merge(document, bare, new_images=NewImages.ALL).unlike
    assert not plan_merge(document, copy_of(document), new_images=NewImages.ALL).unlike


def test_proposals_keep_their_parents(document):
    other = copy_of(document)
    mask = other.instances[312].mask
    for number in (1, 2):
        part = RunLengths.from_mask(mask.to_mask() & (np.arange(30) < 16 + number))
        other.put(StoredProposal(number, 207, 104, part, score=0.5, parent_id=None if number == 1 else 1))
    plan = plan_merge(document, other, new_images=NewImages.ALL)
    first, second = plan.proposals
    assert (first.parent_id, second.parent_id) == (None, first.id)
    plan.edit().apply(document)
    assert len(document.proposals) == 2


def test_accepted_ones_keep_their_parents(document):
    other = copy_of(document)
    mask = RunLengths.from_mask(np.eye(*other.instances[312].mask.to_mask().shape, dtype=bool))
    other.put(StoredProposal(1, 207, 104, RunLengths.from_mask(~mask.to_mask()), score=0.5))
    other.put(replace(other.instances[312].with_mask(mask), id=2, category_id=104, parent_id=1))
    plan = plan_merge(document, other, new_images=NewImages.ALL)
    (part,) = (instance for instance in plan.instances if instance.mask == mask)
    assert part.parent_id == plan.proposals[0].id


def test_a_part_of_what_is_there_already_is_a_part_of_that(document):
    other = copy_of(document)
    whole = other.instances[312]
    pixels = np.zeros(whole.mask.to_mask().shape, bool)
    pixels[0, 0] = True
    other.put(replace(whole.with_mask(RunLengths.from_mask(pixels)), id=901, parent_id=312))
    (part,) = plan_merge(document, other, new_images=NewImages.NONE).instances
    assert part.parent_id == 12


def test_a_part_of_what_is_left_out_is_a_part_of_nothing(document):
    other = copy_of(document)
    whole = other.instances[312]
    other.put(ImageRecord(999, "unknown.png", *whole.mask.to_mask().shape))
    pixels = np.zeros(whole.mask.to_mask().shape, bool)
    pixels[0, 0] = True
    other.put(replace(whole, id=500, image_id=999))
    other.put(replace(whole.with_mask(RunLengths.from_mask(pixels)), id=501, parent_id=500))
    (part,) = plan_merge(document, other, new_images=NewImages.NONE).instances
    assert part.parent_id is None


def test_new_images_come_in_the_same_edit_and_go_with_it(document, tmp_path):
    before = coco.to_bytes(document, tmp_path / "x.json").rsplit(b"\n", 3)[0]
    other = copy_of(document)
    other.put(ImageRecord(999, "new.png", 5, 5))
    other.put(Instance(998, 999, next(iter(other.categories)), RunLengths.from_mask(np.ones((5, 5), bool))))
    edit = plan_merge(document, other, new_images=NewImages.ALL).edit()
    for _ in range(2):
        edit.apply(document)
        (added,) = (image for image in document.images.values() if image.path == "new.png")
        assert document.count_of_image(added.id) == 1
        edit.revert(document)
        assert coco.to_bytes(document, tmp_path / "x.json").rsplit(b"\n", 3)[0] == before


def test_only_images_on_the_disk_with_the_size_that_is_said(document):
    root = document.image_root
    root.mkdir(parents=True, exist_ok=True)
    for name, size in (("good.png", (7, 5)), ("other.png", (6, 5))):
        Image.new("L", size).save(root / name)
    (root / "broken.png").write_bytes(b"no image")
    other = copy_of(document)
    for number, name in enumerate(("good.png", "other.png", "broken.png", "absent.png"), start=900):
        other.put(ImageRecord(number, name, 5, 7))
    plan = plan_merge(document, other, new_images=NewImages.ON_DISK)
    assert [image.path for image in plan.images] == ["good.png"]
    assert plan.other_size == ("other.png",)
    assert set(plan.unknown_images) >= {"broken.png", "absent.png"}


@given(st.from_type(Document), st.from_type(Document))
def test_nothing_that_is_there_changes(document, other):
    document.image_root = other.image_root = Path("images")
    before = [dict(table) for table in (document.categories, document.images, document.instances)]
    plan = plan_merge(document, other, new_images=NewImages.ALL)
    plan.put_into(document)
    for old, new in zip(before, (document.categories, document.images, document.instances), strict=True):
        assert {key: new[key] for key in old} == old
    again = plan_merge(document, other, new_images=NewImages.ALL)
    assert (again.categories, again.images, again.instances) == ((), (), ())


def test_groups_that_come_stay_apart_from_those_that_are_there(document):
    other = copy_of(document)
    document.put(replace(document.instances[11], group=2))
    for number, group in ((311, 2), (312, 2), (315, 0)):
        instance = other.instances[number]
        mask = RunLengths.from_mask(~instance.mask.to_mask())
        other.put(replace(instance.with_mask(mask), group=group))
    groups = {i.image_id: [] for i in document.instances.values()}
    for instance in plan_merge(document, other, new_images=NewImages.NONE).instances:
        groups[instance.image_id].append(instance.group)
    assert groups == {7: [5, 5], 3: [0]}


def test_other_keys_groups_and_locks_that_are_left_out_are_told(document):
    for change in ({"extra": {"keypoints": [1, 2, 2]}}, {"group": 3}, {"locked": True}):
        imported = copy_of(document)
        imported.put(replace(imported.instances[311], **change))
        plan = plan_merge(document, imported, new_images=NewImages.NONE)
        assert (plan.instances, plan.unlike.instances) == ((), (11,))
    imported = copy_of(document)
    imported.put(replace(imported.images[207], extra={"license": 2}))
    imported.put(replace(imported.categories[104], extra={"skeleton": []}))
    told = plan_merge(document, imported, new_images=NewImages.NONE).unlike
    assert (told.images, told.categories) == (("a.png",), ("cat",))


def licensed(document: Document, name: str) -> Document:
    """A copy whose images are under licence 4, of that name."""
    imported = copy_of(document)
    imported.extra = {"info": {"year": 2017}, "licenses": [{"id": 4, "name": name}]}
    for image in list(imported.images.values()):
        imported.put(replace(image, extra={"license": 4}))
    return imported


def test_what_a_file_says_of_itself_comes_into_a_new_one(document):
    imported = licensed(document, "BY")
    new = Document(document.image_root)
    plan_merge(new, imported, new_images=NewImages.ALL).put_into(new)
    assert new.extra == imported.extra
    assert {image.extra["license"] for image in new.images.values()} == {4}


@pytest.mark.parametrize(("name", "kept"), [("BY", True), ("BY-NC", False), (None, False)])
def test_new_images_never_get_another_licence(document, name, kept):
    imported = licensed(document, "BY")
    for annotation in [i for i in document.instances.values() if i.image_id == 7]:
        document.remove(annotation)
    document.remove(document.images[7])
    document.extra = {} if name is None else {"licenses": [{"id": 4, "name": name}]}
    plan = plan_merge(document, imported, new_images=NewImages.ON_DISK)
    (image,) = plan.images
    assert image.extra == ({"license": 4} if kept else {})
    assert plan.unlicensed == (not kept)
    assert plan.file_keys == (("info",) if kept else ("info", "licenses"))
    before = dict(document.extra)
    plan.put_into(document)
    assert document.extra == before
