"""Reading and writing COCO: nothing is lost on the way."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools.coco import COCO

from annotator.core import coco
from annotator.core.document import Category, Document, ImageRecord, Instance, Provenance
from annotator.core.geometry import RunLengths
from tests.core.coco_work import assert_box, content, read, rewritten


@given(st.from_type(Document))
def test_what_is_written_loads_in_pycocotools_and_comes_back(path, document):
    coco.write(document, path)

    theirs = COCO(path)
    assert set(theirs.anns) == set(document.instances) | set(document.proposals)
    for instance in document.instances.values():
        annotation = theirs.anns[instance.id]
        mask = instance.mask.to_mask()
        assert np.array_equal(theirs.annToMask(annotation).astype(bool), mask)
        assert annotation["area"] == mask.sum()
        assert_box(annotation["bbox"], mask)
        assert annotation["iscrowd"] is int(instance.iscrowd)
    for proposal in document.proposals.values():
        annotation = theirs.anns[proposal.id]
        assert np.array_equal(theirs.annToMask(annotation).astype(bool), proposal.mask.to_mask())
        assert annotation["score"] == proposal.score
        assert annotation["annotator"]["state"] == "proposal"

    back = coco.read(path, document.image_root)
    assert list(back.categories.values()) == list(document.categories.values())
    assert list(back.images.values()) == list(document.images.values())
    assert back.annotations_in_order() == document.annotations_in_order()
    assert all(list(back.instances_of(i)) == list(document.instances_of(i)) for i in document.images)
    assert all(list(back.proposals_of(i)) == list(document.proposals_of(i)) for i in document.images)
    assert back.next_ids == document.next_ids
    assert back.extra == document.extra


def test_a_file_that_nobody_changed_keeps_its_content(path):
    before = content()
    document = read(path, copy.deepcopy(before))
    assert rewritten(path, document) == before
    coco.write(document, path)
    once = path.read_bytes()
    coco.write(coco.read(path, path.parent), path)
    assert path.read_bytes() == once


def test_real_annotations_keep_their_content_and_pixels(shared, path):
    source = shared / "data" / "demo_coco" / "instances.json"
    document = coco.read(source, source.parent / "images")
    after = rewritten(path, document)
    ours = after.pop("annotator")
    assert (path.parent / ours.pop("image_root")).samefile(document.image_root)
    assert ours == {}  # the ids to be given next follow from those in the file
    assert after == json.loads(source.read_text(encoding="utf-8"))
    theirs = COCO(source)
    for instance in document.instances.values():
        assert np.array_equal(theirs.annToMask(theirs.anns[instance.id]).astype(bool), instance.mask.to_mask())


def test_what_the_records_say(path):
    document = read(path, content())
    assert document.categories[0] == Category(0, "dog", "", "#00ff00", {"annotator": {"hotkey": "d"}})
    assert document.images[3] == ImageRecord(3, "猫/é b.png", 20, 5, extra={"annotator": {"review": "done"}})
    instance = document.instances[17]
    assert instance.provenance == Provenance("tinysam", predicted_iou=0.5)
    assert instance.extra == {"attributes": content()["annotations"][0]["attributes"], "annotator": {"mark": 5}}
    assert instance.group == 4
    assert document.instances[4].iscrowd is True
    assert [i.id for i in document.instances_of(7)] == [17, 5, 6]
    assert document.take_id(Instance) == 100


@pytest.mark.parametrize(("value", "locked"), [(True, True), (False, False), (1, False), ("yes", False)])
def test_a_lock_is_under_our_key_and_what_is_none_stays_as_it_was(path, value, locked):
    data = content()
    data["annotations"][0]["annotator"]["locked"] = value
    document = read(path, data)
    instance = document.instances[17]
    assert instance.locked is locked
    written = rewritten(path, document)["annotations"][0]["annotator"]["locked"]
    assert (type(written), written) == (type(value), value)
    document.put(replace(instance, locked=not locked))
    assert read(path, rewritten(path, document)).instances[17].locked is not locked


def test_images_that_could_never_be_read_are_not_listed(path):
    document = read(path, content())
    document.put(ImageRecord(document.take_id(ImageRecord), "broken.jpg", 0, 0, problem="It is broken."))
    after = rewritten(path, document)
    assert [image["id"] for image in after["images"]] == [7, 3]
    assert after["annotator"]["next_ids"]["image"] == 9


def test_missing_images_are_listed_without_their_problem(path):
    document = read(path, content())
    document.put(replace(document.images[7], problem="It is missing."))
    assert rewritten(path, document)["images"] == content()["images"]


@given(st.data())
def test_keys_that_a_file_does_not_have_do_not_come_into_it(path, data):
    before = content()
    keys = [(before["annotations"], "iscrowd"), (before["categories"], "supercategory"), ([before], "annotator")]
    for records, key in keys:
        for record in records:
            if (not record.get(key) or key == "annotator") and data.draw(st.booleans()):
                record.pop(key, None)
    document = read(path, copy.deepcopy(before))
    assert rewritten(path, document) == before
    assert rewritten(path, document.snapshot()) == before


def test_ids_that_were_given_are_kept_where_the_records_do_not_tell_them(path):
    before = content()
    del before["annotator"]
    document = read(path, copy.deepcopy(before))
    assert "annotator" not in rewritten(path, document)
    document.remove(document.instances[max(document.instances)])
    assert rewritten(path, document)["annotator"]["next_ids"]["instance"] == 18
    assert coco.read(path).take_id(Instance) == 18


def test_what_is_done_to_a_record_that_came_without_a_key_is_written(path):
    data = content()
    del data["annotations"][0]["iscrowd"], data["categories"][1]["supercategory"]
    data["annotations"][1]["iscrowd"] = True
    document = read(path, data)
    document.put(replace(document.instances[17], iscrowd=True))
    document.put(replace(document.categories[0], supercategory="animal"))
    after = rewritten(path, document)
    assert [a["iscrowd"] for a in after["annotations"]] == [1, 1, 0, 0]
    assert all(type(a["iscrowd"]) is int for a in after["annotations"])
    assert after["categories"][1]["supercategory"] == "animal"


def test_new_records_have_what_pycocotools_asks_for(path):
    document = Document(path.parent)
    document.put(Category(1, "cat"))
    document.put(ImageRecord(1, "a.png", 4, 4))
    document.put(Instance(1, 1, 1, RunLengths.from_mask(np.ones((4, 4), bool))))
    after = rewritten(path, document)
    assert after["annotations"][0]["iscrowd"] == 0
    assert after["categories"][0]["supercategory"] == ""


def test_windows_paths_and_detours_become_plain_paths(path):
    data = content()
    data["images"][0]["file_name"] = ".\\sub\\.\\x\\..\\a.jpg"
    document = read(path, data)
    assert document.images[7].path == "sub/a.jpg"


def test_a_byte_order_mark_is_no_reason_to_refuse_a_file(path):
    path.write_text(json.dumps(content()), encoding="utf-8-sig")
    assert len(coco.read(path, path.parent).images) == 2


def test_images_alone_make_a_dataset(path):
    document = read(path, {"images": content()["images"]})
    assert (len(document.images), len(document.instances)) == (2, 0)
