"""Numbers and nesting of any size in a COCO file."""

from __future__ import annotations

import copy
import json

import numpy as np
import pytest

from annotator.core import coco
from annotator.core.document import Category, ImageRecord, Instance
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError
from tests.core.coco_work import content, read, rewritten

LONG_NUMBERS = [12345678901234567890123, -(2**63) - 1, 2**64, -(2**64), 2**63, 2**64 - 1, int("9" * 300)]


@pytest.mark.parametrize("number", LONG_NUMBERS)
def test_whole_numbers_of_any_length_survive(path, number):
    data = content()
    data["info"]["x"] = [1, {"y": number}]
    data["annotations"][0]["attributes"]["x"] = number
    data["annotations"][1]["area"] = number
    data["images"][0]["x"] = [number, 0.1]
    data["categories"][0]["x"] = number
    data["annotator"]["x"] = number
    assert rewritten(path, read(path, data)) == data


@pytest.mark.parametrize("keys", [("bbox", 2), ("segmentation", 0, 3), ("score",), ("id",), ("iscrowd",), ("area",)])
def test_long_numbers_in_the_places_we_know_break_nothing(path, keys):
    for number in LONG_NUMBERS:
        for annotation in (0, 2):
            data = copy.deepcopy(content())
            place = data["annotations"][annotation]
            try:
                for key in keys[:-1]:
                    place = place[key]
            except KeyError:
                continue
            place[keys[-1]] = number
            try:
                document = read(path, data)
            except DatasetError:
                continue
            assert rewritten(path, document) == data


@pytest.mark.parametrize("value", ["[" * 250 + "]" * 250, '{"a":' * 250 + "1" + "}" * 250, "9" * 301, "-" + "9" * 400])
def test_what_could_not_be_saved_is_not_opened(path, value):
    path.write_text(json.dumps(content()).replace('"test"', value), encoding="utf-8")
    with pytest.raises(DatasetError, match=r"nested|digits|infinity"):
        coco.read(path, path.parent)


def test_what_is_opened_can_be_saved_however_deep(path):
    deep = 1
    for _ in range(150):
        deep = [deep]
    data = content()
    data["annotations"][0]["attributes"] = deep
    data["info"] = {"x": deep, "y": 2**70}
    assert rewritten(path, read(path, data)) == data


def test_the_ids_to_come_are_beyond_those_in_the_file(path):
    data = content()
    data["annotator"] = {"next_ids": {"instance": 2}}
    document = read(path, data)
    assert [document.take_id(kind) for kind in (Category, ImageRecord, Instance)] == [3, 8, 18]


def test_what_gets_the_last_ids_can_be_read_again(path):
    """Also when the file had the largest ids there may be."""
    data = content()
    data["images"][0]["id"] = data["annotations"][0]["id"] = data["categories"][0]["id"] = coco.MAX_ID
    for annotation in data["annotations"]:
        annotation["image_id"] = {7: coco.MAX_ID}.get(annotation["image_id"], annotation["image_id"])
        annotation["category_id"] = {2: coco.MAX_ID}.get(annotation["category_id"], annotation["category_id"])
    for _ in range(2):
        document = read(path, data)
        category = Category(document.take_id(Category), "new")
        image = ImageRecord(document.take_id(ImageRecord), f"{len(document.images)}.jpg", 2, 3)
        mask = RunLengths.from_mask(np.ones((2, 3), bool))
        instance = Instance(document.take_id(Instance), image.id, category.id, mask)
        assert min(category.id, image.id, instance.id) > coco.MAX_ID
        for record in (category, image, instance):
            document.put(record)
        data = rewritten(path, document)
        back = coco.read(path, path.parent)
        assert back.instances_in_order() == document.instances_in_order()
        assert back.next_ids == document.next_ids
