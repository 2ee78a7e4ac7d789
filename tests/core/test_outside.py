"""Annotations that reach out of their images, or lie outside: that is told, and they stay as they are."""

from __future__ import annotations

import json

import pytest

from annotator.core import coco
from annotator.core.dataset import COCO_NAME, open_dataset
from tests.core.dataset_work import coco_file, picture

SQUARE = (1, 1, 3, 1, 3, 2, 1, 2)


def shifted(x: float, y: float) -> list[float]:
    return [value + (x, y)[place % 2] for place, value in enumerate(SQUARE)]


@pytest.mark.parametrize(
    ("shapes", "says"),
    [
        ([[SQUARE]], []),
        ([[shifted(1.9, 0)], [shifted(-1.9, -1.9)]], []),  # not more than rounding
        ([[SQUARE], [SQUARE, shifted(2.5, 0)]], ["1 annotation reaches out of its image a.png"]),
        (
            [[SQUARE], [(1, -3, 3, -3, 3, 2)], [shifted(2.5, 0)]],
            ["2 annotations reach out of their images, the first one"],
        ),
        ([[SQUARE, shifted(9, 9)], [shifted(-8, 0)]], ["1 annotation reaches out", "1 annotation lies wholly outside"]),
        ([[shifted(9, 0)], [shifted(0, -9)], [[*shifted(9, 9)]]], ["3 annotations lie wholly outside"]),
    ],
)
def test_what_lies_outside_of_its_image_is_told_and_kept(tmp_path, shapes, says):
    picture(tmp_path / "a.png")
    path = coco_file(tmp_path / COCO_NAME, {"id": 1, "file_name": "a.png", "height": 3, "width": 4})
    content = json.loads(path.read_text())
    content["categories"] = [{"id": 1, "name": "cat"}]
    common = {"image_id": 1, "category_id": 1, "area": 2, "bbox": [1, 1, 2, 1], "iscrowd": 0}
    content["annotations"] = [{"id": i + 1, "segmentation": shape, **common} for i, shape in enumerate(shapes)]
    path.write_text(json.dumps(content))
    opened = open_dataset([tmp_path])
    assert len(opened.notes) == len(says)
    for note, start in zip(opened.notes, says, strict=True):
        assert note.startswith(start)
        assert "a.png" in note
    coco.write(opened.document, path)
    kept = json.loads(path.read_text())["annotations"]
    assert [record["segmentation"] for record in kept] == [[list(polygon) for polygon in shape] for shape in shapes]


def test_a_box_alone_that_reaches_out_is_told_too(tmp_path):
    picture(tmp_path / "a.png")
    path = coco_file(tmp_path / COCO_NAME, {"id": 1, "file_name": "a.png", "height": 3, "width": 4})
    content = json.loads(path.read_text())
    content["categories"] = [{"id": 1, "name": "cat"}]
    content["annotations"] = [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [2, 1, 9, 1]}]
    path.write_text(json.dumps(content))
    (note,) = open_dataset([path]).notes
    assert note.startswith("1 annotation reaches out of its image a.png")
