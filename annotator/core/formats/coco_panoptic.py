"""COCO's panoptic files: a JSON that names segments, and PNGs, one for each image, in a folder called as the JSON is.

The number of a segment in the PNG is red + 256 green + 65536 blue.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from annotator.core.document import ImageRecord
from annotator.core.formats.pixels import read_mask_image
from annotator.core.geometry import RunLengths
from annotator.errors import DatasetError


def is_panoptic(content: object) -> bool:
    """Whether the annotations of the content of a file are lists of segments."""
    annotations = content.get("annotations") if isinstance(content, dict) else None
    if not isinstance(annotations, list) or not annotations:
        return False
    return all(isinstance(a, dict) and isinstance(a.get("segments_info"), list) for a in annotations)


def with_masks(content: dict[str, Any], source: Path) -> dict[str, Any]:
    """The content with an annotation for each segment that has pixels. Raises DatasetError when a PNG is missing."""
    images = {str(image.get("id")): image for image in content["images"] if isinstance(image, dict)}
    annotations: list[dict[str, Any]] = []
    for annotation in content["annotations"]:
        name, image = annotation.get("file_name"), images.get(str(annotation.get("image_id")))
        if not isinstance(name, str) or image is None:
            raise DatasetError(
                "{source} has segments without a file_name or of an image that it does not list: correct it.",
                source=source,
            )
        path = _png(source, name)
        height: Any = image.get("height")
        numbers = read_mask_image(path, ImageRecord(0, str(image.get("file_name")), height, image.get("width", 0)))
        for segment in annotation["segments_info"]:
            number = segment.get("id") if isinstance(segment, dict) else segment
            if not isinstance(segment, dict) or type(number) is not int or not 0 <= number < 1 << 24:
                raise DatasetError(
                    "{source} has a segment whose id is {number!r}, no number of three bytes: correct it.",
                    source=source,
                    number=number,
                )
            turned = (number & 255) << 16 | number & 0xFF00 | number >> 16
            mask = RunLengths.from_mask(numbers == turned)
            if mask.area:
                shape = {"segmentation": mask.to_coco(), "area": mask.area, "bbox": list(mask.bbox)}
                rest = {key: value for key, value in segment.items() if key not in ("id", *shape)}
                annotations.append(
                    {"id": len(annotations) + 1, "image_id": annotation.get("image_id"), "iscrowd": 0, **rest, **shape}
                )
    return {**content, "annotations": annotations}


def _png(source: Path, name: str) -> Path:
    """In the folder of the file's name, or beside the file."""
    name = Path(name.replace("\\", "/")).name
    places = (source.with_suffix("") / name, source.parent / name)
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        raise DatasetError(
            "{source} is a panoptic file, but its masks, such as {name}, are neither in the folder {folder} nor beside "
            "it: put them there.",
            source=source,
            name=name,
            folder=places[0].parent,
        )
    return found
