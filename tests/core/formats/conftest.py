"""Documents to export, with images on disk where a test wants them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.geometry import RunLengths


def rectangle(height: int, width: int, *boxes: tuple[int, int, int, int]) -> RunLengths:
    """The union of boxes (left, top, right, bottom)."""
    mask = np.zeros((height, width), bool)
    for left, top, right, bottom in boxes:
        mask[top:bottom, left:right] = True
    return RunLengths.from_mask(mask)


@pytest.fixture
def document(tmp_path: Path) -> Document:
    """Two images on disk, in folders; instances with a hole, two parts, an overlap."""
    document = Document(tmp_path / "source")
    for category_id, name in ((4, "cat"), (2, "狗: dog")):
        document.put(Category(category_id, name))
    for image_id, path, width in ((7, "a.png", 30), (3, "猫/b.jpg", 40)):
        document.put(ImageRecord(image_id, path, 20, width))
        document.image_path(image_id).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (width, 20), (image_id, 0, 0)).save(document.image_path(image_id))
    ring = rectangle(20, 30, (2, 2, 12, 12)).to_mask()
    ring[4:8, 5:9] = False
    document.put(Instance(11, 7, 4, RunLengths.from_mask(ring)))
    document.put(Instance(12, 7, 2, rectangle(20, 30, (15, 3, 20, 9), (22, 10, 29, 19))))
    document.put(Instance(15, 3, 4, rectangle(20, 40, (0, 0, 40, 20))))
    document.put(Instance(16, 3, 4, rectangle(20, 40, (30, 5, 38, 12))))
    return document


def spoken(document: Document) -> list[tuple[str, str, RunLengths]]:
    """What a document says, ids aside: image name, category, mask."""
    return [
        (
            Path(document.images[i.image_id].path).stem,
            document.categories[i.category_id].name,
            i.mask,
        )
        for i in document.instances_in_order()
    ]
