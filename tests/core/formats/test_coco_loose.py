"""COCO files that no dataset can be opened from: an import puts right what is plain, tells it, and guesses nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pycocotools import mask as mask_utils

from annotator.core import coco
from annotator.core.document import Category, Document, ImageRecord
from annotator.core.formats.exchange import read_foreign
from annotator.core.formats.merge import NewImages, plan_merge
from annotator.errors import DatasetError

RING = np.zeros((20, 30), np.uint8, order="F")
RING[4:12, 5:15] = 1
RING[6:8, 7:9] = 0
COUNTS = mask_utils.encode(RING)["counts"].decode()


def sound() -> dict[str, Any]:
    """Two images, two categories, a triangle on the first image and a ring on the second."""
    triangle = [[1, 1, 11, 1, 11, 11]]
    return {
        "licenses": [{"id": 1, "name": "x"}],
        "images": [{"id": n, "file_name": f"{n}.png", "height": 20, "width": 30, "license": 1} for n in (1, 2)],
        "categories": [{"id": 1, "name": "cat", "keypoints": ["nose"]}, {"id": 2, "name": "dog"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "segmentation": triangle, "area": 50, "bbox": [1, 1, 10, 10]},
            {
                "id": 2,
                "image_id": 2,
                "category_id": 2,
                "segmentation": {"size": [20, 30], "counts": COUNTS},
                "iscrowd": 0,
                "keypoints": [1, 2, 2],
            },
        ],
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("1.png", "2.png"):
        Image.new("RGB", (30, 20)).save(tmp_path / name)
    return tmp_path


def said(document: Document) -> list[tuple[str, str, bytes, bool]]:
    """Path, category, mask and crowd of each instance."""
    return sorted(
        (document.images[i.image_id].path, document.categories[i.category_id].name, i.mask.counts, i.iscrowd)
        for i in document.instances.values()
    )


def write(folder: Path, content: object) -> Path:
    path = folder / "x.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def each(key: str, name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    def damage(content: dict[str, Any]) -> None:
        for record in content[key]:
            if name in record:
                record[name] = change(record[name])

    return damage


def texts_as_ids(content: dict[str, Any]) -> None:
    each("images", "id", "image {}".format)(content)
    each("categories", "id", str)(content)
    each("annotations", "image_id", "image {}".format)(content)
    each("annotations", "category_id", str)(content)
    each("annotations", "id", lambda number: f"a{number}")(content)


def floats_as_ids(content: dict[str, Any]) -> None:
    for key, name in (
        ("images", "id"),
        ("annotations", "image_id"),
        ("annotations", "category_id"),
        ("categories", "id"),
    ):
        each(key, name, float)(content)


DAMAGE: dict[str, Callable[[dict[str, Any]], object]] = {
    "texts as ids": texts_as_ids,
    "floats as ids": floats_as_ids,
    "only references are texts": each("annotations", "image_id", str),
    "all annotations are 0": each("annotations", "id", lambda _: 0),
    "no annotation has an id": lambda content: [annotation.pop("id") for annotation in content["annotations"]],
    "sizes as floats": each("images", "width", float),
    "sizes as texts": each("images", "height", str),
    "no sizes": lambda content: [(image.pop("height"), image.pop("width")) for image in content["images"]],
    "crowd is nothing": each("annotations", "iscrowd", lambda _: None),
    "crowd is a text": each("annotations", "iscrowd", str),
    "a polygon without its list": lambda content: content["annotations"][0].update(segmentation=[1, 1, 11, 1, 11, 11]),
    "a part of two points": lambda content: content["annotations"][0]["segmentation"].append([1, 1, 2, 2]),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_what_is_plain_is_put_right_and_told(damage, folder):
    content = sound()
    expected = said(read_foreign(write(folder, content)).document)
    assert len(expected) == 2
    damage(content)
    path = write(folder, content)
    with pytest.raises(DatasetError):
        coco.read(path)
    imported = read_foreign(path)
    assert said(imported.document) == expected
    assert len(imported.notes) == 1
    assert any(instance.extra.get("keypoints") == [1, 2, 2] for instance in imported.document.instances.values())
    assert imported.document.extra["licenses"] == content["licenses"]


def test_a_sound_file_is_read_as_it_is(folder):
    imported = read_foreign(write(folder, sound()))
    assert imported.notes == ()
    assert set(imported.document.instances) == {1, 2}


def test_names_with_all_their_folders_are_looked_for_here(folder):
    content = sound()
    for image, prefix in zip(content["images"], (f"{folder}/", "D:\\photos\\"), strict=True):
        image["file_name"] = prefix + image["file_name"]
    imported = read_foreign(write(folder, content))
    assert {image.path for image in imported.document.images.values()} == {"1.png", "2.png"}
    assert [note for note in imported.notes if note.endswith(": 2.")]


def test_categories_that_the_file_does_not_name_are_called_by_their_ids(folder):
    content = sound()
    del content["categories"]
    imported = read_foreign(write(folder, content))
    assert {category.name for category in imported.document.categories.values()} == {"category 1", "category 2"}


def test_an_annotation_without_area_is_left_out_and_told(folder):
    content = sound()
    content["annotations"][0]["segmentation"] = [[1, 1, 5, 5]]
    imported = read_foreign(write(folder, content))
    assert len(imported.document.instances) == 1
    assert [note for note in imported.notes if "no area" in note and note.endswith(": 1.")]


@pytest.mark.parametrize(
    "damage",
    [
        each("images", "id", lambda _: 0),  # whose are the annotations?
        each("annotations", "category_id", lambda _: 9),
        each("annotations", "segmentation", lambda _: {"size": [30, 20], "counts": COUNTS}),
        each("images", "height", lambda _: "tall"),
    ],
)
def test_what_is_not_plain_is_refused_in_the_words_of_the_reader(damage, folder):
    content = sound()
    damage(content)
    path = write(folder, content)
    with pytest.raises(DatasetError) as strict:
        coco.read(path)
    with pytest.raises(DatasetError) as loose:
        read_foreign(path)
    assert str(loose.value) == str(strict.value)


# -- results -----------------------------------------------------------------------------------------------------------


def dataset(folder: Path) -> Document:
    document = Document(folder)
    document.put(Category(1, "cat"))
    for number in (1, 2):
        document.put(ImageRecord(number, f"{number}.png", 20, 30))
    return document


def results() -> list[dict[str, Any]]:
    ring = {"size": [20, 30], "counts": COUNTS}
    return [
        {"image_id": 1, "category_id": 1, "segmentation": ring, "score": 0.75, "bbox": [5, 4, 10, 8]},
        {"image_id": 2, "category_id": 1, "bbox": [2, 3, 4, 5], "score": 0.5},
        {"image_id": 77, "category_id": 1, "bbox": [2, 3, 4, 5], "score": 0.5},
    ]


def test_results_become_proposals_of_the_dataset_they_are_of(folder):
    document = dataset(folder)
    imported = read_foreign(write(folder, results()), known=document)
    assert [note for note in imported.notes if note.endswith(": 1.")]  # image 77
    plan = plan_merge(document, imported.document, new_images=NewImages.NONE)
    assert (plan.instances, plan.categories, plan.images) == ((), (), ())
    plan.put_into(document)
    found = {(p.image_id, p.score): p.mask for p in document.proposals.values()}
    assert np.array_equal(found[1, 0.75].to_mask(), RING.astype(bool))
    assert found[2, 0.5].bbox == (2, 3, 4, 5)


def test_results_without_their_dataset_are_told(folder):
    for known in (None, Document(folder)):
        with pytest.raises(DatasetError, match="ids alone"):
            read_foreign(write(folder, results()), known=known)
    other = Document(folder)
    other.put(ImageRecord(5, "1.png", 20, 30))
    with pytest.raises(DatasetError, match="other ids"):
        read_foreign(write(folder, results()), known=other)


# -- panoptic ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["x", "."])
def test_panoptic_segments_become_instances(place, folder):
    content = sound()
    numbers = {70_000: (slice(2, 9), slice(3, 8)), 5: (slice(10, 15), slice(10, 20))}
    pixels = np.zeros((20, 30, 3), np.uint8)
    for number, where in numbers.items():
        pixels[where] = (number % 256, number // 256 % 256, number // 65536)  # as panopticapi's id2rgb
    pixels[4:6, 4:6] = 0
    (folder / place).mkdir(exist_ok=True)
    Image.fromarray(pixels).save(folder / place / "pan.png")
    segments = [{"id": 70_000, "category_id": 1, "area": 1}, {"id": 5, "category_id": 2, "iscrowd": 1}]
    content["annotations"] = [{"image_id": 1, "file_name": "pan.png", "segments_info": segments}]
    document = read_foreign(write(folder, content)).document
    found = {document.categories[i.category_id].name: i for i in document.instances.values()}
    assert (found["cat"].mask.area, found["cat"].mask.bbox) == (7 * 5 - 4, (3, 2, 5, 7))
    assert (found["dog"].mask.area, found["dog"].iscrowd) == (50, True)
    (folder / place / "pan.png").unlink()
    with pytest.raises(DatasetError, match=r"panoptic.*pan\.png"):
        read_foreign(folder / "x.json")


# -- folders -----------------------------------------------------------------------------------------------------------


def test_a_folder_with_one_coco_file_is_that_file(folder):
    expected = said(read_foreign(write(folder, sound())).document)
    assert said(read_foreign(folder).document) == expected
    content = copy.deepcopy(sound())
    (folder / "valid").mkdir()
    (folder / "valid" / "_annotations.coco.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(DatasetError, match="2 COCO files"):
        read_foreign(folder)


def test_annotations_that_are_no_shapes_are_left_out_and_told(folder):
    content = sound()
    content["annotations"] += [{"id": 3, "image_id": 1, "caption": "a cat"}, {"id": 4, "image_id": 1, "category_id": 1}]
    imported = read_foreign(write(folder, content))
    assert len(imported.document.instances) == 2
    assert [note for note in imported.notes if "captions" in note and note.endswith(": 2.")]
