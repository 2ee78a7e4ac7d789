"""Pictures and COCO files for tests that open them."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from annotator.core.dataset import Dataset


def picture(path: Path, width: int = 4, height: int = 3) -> Path:
    """A black picture; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (width, height)).save(path)
    return path


def listed(opened: Dataset) -> list[str]:
    """The paths of its images, in their order."""
    return [image.path for image in opened.document.images.values()]


def coco_file(path: Path, *images: dict) -> Path:
    """A COCO file of images without annotations."""
    path.write_text(json.dumps({"images": images, "annotations": [], "categories": []}), encoding="utf-8")
    return path
