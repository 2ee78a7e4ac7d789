"""What programs in the wild make of the formats: read rightly, or refused with what to do, never guessed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.core.document import Document
from annotator.core.formats.exchange import Imported, read_foreign
from annotator.core.formats.files import voc_palette
from annotator.errors import DatasetError


def picture(path: Path, pixels: np.ndarray | None = None) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((20, 30, 3), np.uint8) if pixels is None else pixels).save(path)
    return path


def text(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def boxes(document: Document) -> set[tuple[str, tuple[float, ...]]]:
    """The category and box of each instance."""
    return {(document.categories[i.category_id].name, i.mask.bbox) for i in document.instances.values()}


# -- labelme -----------------------------------------------------------------------------------------------------------


def labelme(path: Path, *shapes: dict, **more: object) -> Path:
    picture(path.parent / "a.jpg")
    content = {"imagePath": "a.jpg", "imageData": None, "imageHeight": 20, "imageWidth": 30, "shapes": shapes}
    return text(path, content | more)


def shape(left: int, label: str = "cat", **more: object) -> dict:
    """A square of 4 x 4 pixels."""
    corners = [[left, 2], [left + 4, 2], [left + 4, 6], [left, 6]]
    return {"label": label, "points": corners, "shape_type": "polygon", "group_id": None} | more


@pytest.mark.parametrize("group", ["3", "left", 3, 3.0])
def test_labelme_groups_are_numbers_or_texts(group, tmp_path):
    labelme(tmp_path / "a.json", shape(2, group_id=group), shape(12, group_id=group), shape(20))
    assert boxes(read_foreign(tmp_path).document) == {("cat", (2, 2, 14, 4)), ("cat", (20, 2, 4, 4))}


TOGETHER = ((2, "person", 7), (8, "bag", 7), (14, "person", 8))


def test_labelme_groups_over_several_labels_stay_groups(tmp_path):
    labelme(
        tmp_path / "a.json",
        shape(2, "person", group_id=7),
        shape(8, "bag", group_id=7),
        shape(14, "person", group_id=8),
    )
    document = read_foreign(tmp_path).document
    groups = {
        document.categories[i.category_id].name + str(i.mask.bbox[0]): i.group for i in document.instances.values()
    }
    assert groups == {"person2": 1, "bag8": 1, "person14": None}


def test_labelme_polygons_of_two_points_are_told_and_the_rest_comes(tmp_path):
    labelme(tmp_path / "a.json", shape(2), shape(2) | {"points": [[1, 1], [5, 5]]}, shape(2) | {"points": [[1, 1]]})
    imported = read_foreign(tmp_path)
    assert len(imported.document.instances) == 1
    assert imported.notes == ("Lines and points, which have no area: 2.",)


def test_labelme_flags_and_descriptions_are_not_left_out_without_a_word(tmp_path):
    said = [{"flags": {"occluded": True}}, {"description": "half"}, {"attributes": {"a": "1"}}, {"flags": {"x": False}}]
    labelme(tmp_path / "a.json", *(shape(2, **one) for one in said))
    assert [note for note in read_foreign(tmp_path).notes if "descriptions" in note and note.endswith(": 3.")]


def test_labelme_finds_the_one_image_of_a_name_wherever_it_lies(tmp_path):
    labelme(tmp_path / "ann" / "a.json", shape(2), imagePath="D:\\work\\pictures\\a.jpg")
    (tmp_path / "img").mkdir()
    (tmp_path / "ann" / "a.jpg").rename(tmp_path / "img" / "a.jpg")
    (image,) = read_foreign(tmp_path).document.images.values()
    assert image.path == "img/a.jpg"
    picture(tmp_path / "other" / "a.jpg")
    with pytest.raises(DatasetError, match="no annotations of the images"):
        read_foreign(tmp_path)


def test_labelme_images_that_are_in_the_file_alone_are_said_to_be(tmp_path):
    labelme(tmp_path / "a.json", shape(2), imageData="/9j/4AAQ")
    (tmp_path / "a.jpg").unlink()
    with pytest.raises(DatasetError, match="imageData"):
        read_foreign(tmp_path)


# -- YOLO --------------------------------------------------------------------------------------------------------------

SQUARE = "0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5"


def yolo(folder: Path, line: str, yaml: str = "names: [cat, dog]\n") -> Imported:
    picture(folder / "images" / "train" / "a.jpg")
    text(folder / "labels" / "train" / "a.txt", line + "\n")
    text(folder / "data.yaml", yaml)
    return read_foreign(folder)


@pytest.mark.parametrize("yaml", ['names: {"0": cat, "1": dog}\n', "names: {1: dog, 0: cat}\nnc: 2\npath: /gone\n"])
@pytest.mark.parametrize("number", ["1", "1.0"])
def test_yolo_classes_however_they_are_spelt(yaml, number, tmp_path):
    assert boxes(yolo(tmp_path, f"{number} {SQUARE}", yaml).document) == {("dog", (3, 2, 12, 8))}


def test_yolo_keypoints_are_no_polygon(tmp_path):
    line = "0 0.5 0.5 0.2 0.2 0.5 0.5 2 0.6 0.6 2"
    imported = yolo(tmp_path, line, "names: [cat]\nkpt_shape: [2, 3]\n")
    assert boxes(imported.document) == {("cat", (12, 8, 6, 4))}
    assert [note for note in imported.notes if "Keypoints" in note]


@pytest.mark.parametrize("line", ["0 0.5 0.5 0.2 0.2 0.93", f"0 {SQUARE} 0.93"])
def test_yolo_predictions_with_a_confidence_are_told_what_to_do(line, tmp_path):
    with pytest.raises(DatasetError, match="confidence"):
        yolo(tmp_path, line)


def test_yolo_takes_the_yaml_that_has_the_names(tmp_path):
    yolo(tmp_path, f"0 {SQUARE}")
    (tmp_path / "data.yaml").rename(tmp_path / "my.yaml")
    text(tmp_path / "hyp.yaml", "lr0: 0.01\n")
    assert boxes(read_foreign(tmp_path).document) == {("cat", (3, 2, 12, 8))}


def test_yolo_lies_where_its_yaml_says(tmp_path):
    yolo(tmp_path / "pictures", f"0 {SQUARE}")
    (tmp_path / "pictures" / "data.yaml").unlink()
    source = text(tmp_path / "config" / "data.yaml", "path: ../pictures\ntrain: images/train\nnames: [cat]\n")
    document = read_foreign(source).document
    assert boxes(document) == {("cat", (3, 2, 12, 8))}
    assert document.image_path(next(iter(document.images))).is_file()


def test_darknet_names(tmp_path):
    picture(tmp_path / "data" / "a.jpg")
    text(tmp_path / "data" / "a.txt", "1 0.5 0.5 0.2 0.2\n")
    text(tmp_path / "obj.names", "cat\ndog\n")
    text(tmp_path / "train.txt", "data/a.jpg\n")
    assert boxes(read_foreign(tmp_path).document) == {("dog", (12, 8, 6, 4))}


# -- Pascal VOC --------------------------------------------------------------------------------------------------------


def voc(folder: Path, *, colours: bool = False, **files: str) -> Path:
    """A square of class 2 and object 1 with a border that is not labelled."""
    picture(folder / "JPEGImages" / "a.jpg")
    for name, value in (("SegmentationClass", 2), ("SegmentationObject", 1)):
        numbers = np.zeros((20, 30), np.uint8)
        numbers[2:10, 2:10] = 255
        numbers[3:9, 3:9] = value
        picture(folder / name / "a.png", voc_palette()[numbers] if colours else numbers)
    for name, content in files.items():
        text(folder / f"{name}.txt", content)
    return folder


@pytest.mark.parametrize("colours", [False, True])
@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({}, "bicycle"),
        ({"class_names": "_background_\nship\nbuoy\n"}, "buoy"),
        ({"class_names": "__ignore__\n_background_\nship\nbuoy\n"}, "buoy"),
        ({"labelmap": "background:0,0,0::\nship:128,0,0::\nbuoy:0,128,0::\n"}, "buoy"),
        ({"labelmap": "# label:color_rgb:parts:actions\nship:128,0,0::\nbuoy:0,128,0::\n"}, "buoy"),
    ],
)
def test_voc_classes_are_called_as_the_files_say(files, name, colours, tmp_path):
    imported = read_foreign(voc(tmp_path, colours=colours, **files))
    assert boxes(imported.document) == {(name, (3, 3, 6, 6))}
    assert bool(imported.notes) == (not files)  # nobody has said that they are the challenge's


def test_voc_without_classes_is_told(tmp_path):
    voc(tmp_path)
    (tmp_path / "SegmentationClass").rename(tmp_path / "elsewhere")
    with pytest.raises(DatasetError, match="SegmentationClass"):
        read_foreign(tmp_path)


def test_a_folder_of_data_sets_names_them(tmp_path):
    voc(tmp_path / "VOCdevkit" / "VOC2012")
    for folder in (tmp_path, tmp_path / "VOCdevkit"):
        with pytest.raises(DatasetError, match="VOC2012: choose"):
            read_foreign(folder)


# -- all ---------------------------------------------------------------------------------------------------------------


def test_labelme_is_known_though_its_picture_comes_first(tmp_path):
    content = json.loads(labelme(tmp_path / "a.json", shape(2)).read_text())
    shapes = content.pop("shapes")
    path = text(tmp_path / "a.json", {**content, "imageData": "A" * 200_000, "shapes": shapes})
    for source in (path, tmp_path):
        assert boxes(read_foreign(source).document) == {("cat", (2, 2, 4, 4))}


def test_shapes_outside_of_their_image_are_told(tmp_path):
    labelme(tmp_path / "labelme" / "a.json", shape(2), shape(100), shape(200))
    for imported in (
        read_foreign(tmp_path / "labelme"),
        yolo(tmp_path / "yolo", f"0 {SQUARE}\n0 1.5 1.5 1.6 1.5 1.6 1.6\n1 1.5 1.5 0.1 0.1"),
    ):
        assert len(imported.document.instances) == 1
        assert [note for note in imported.notes if "without a pixel" in note and note.endswith(": 2.")]


@pytest.mark.parametrize(
    ("values", "is_told"), [((255,), False), ((1, 2), False), ((1, 255), True), ((128, 255), True)]
)
def test_white_beside_other_numbers_is_told(values, is_told, tmp_path):
    pixels = np.zeros((20, 30), np.uint8)
    for row, value in enumerate(values):
        pixels[5 * row : 5 * row + 4, 3:9] = value
    picture(tmp_path / "images" / "a.jpg")
    picture(tmp_path / "masks" / "a.png", pixels)
    imported = read_foreign(tmp_path)
    assert len(imported.document.instances) == len(values)
    assert bool([note for note in imported.notes if "255" in note]) == is_told
