"""The shapes of a labelme file: masks made of polygons, rectangles, circles and pictures."""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image

from annotator.core.document import ImageRecord
from annotator.core.geometry import RunLengths
from annotator.errors import ClauseError, reason_of

_POLYGONS = ("polygon", "rectangle", "rotation")  # when they have three corners or more
WITH_AREA = (*_POLYGONS, "circle", "mask")
"""The types of shapes that parse_shape understands."""

Group = int | str
"""What holds shapes together; labelme has numbers, other programs texts, too."""

_CIRCLE_CORNERS = 64


def mask_png(part: npt.NDArray[np.bool_]) -> str:
    """The picture of a mask's box, bool h x w, as it stands in a file."""
    file = io.BytesIO()
    Image.fromarray(part).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


def union(masks: Sequence[RunLengths]) -> RunLengths:
    """All of the masks, one or more of one size, together; nothing larger than the box around them is made."""
    first = masks[0]
    crops = [mask.crop() for mask in masks if mask.area]
    if len(masks) == 1 or not crops:
        return first
    left, top = min(x for _, x, _ in crops), min(y for _, _, y in crops)
    right = max(x + part.shape[1] for part, x, _ in crops)
    bottom = max(y + part.shape[0] for part, _, y in crops)
    together = np.zeros((bottom - top, right - left), np.bool_)
    for part, x, y in crops:
        together[y - top : y - top + part.shape[0], x - left : x - left + part.shape[1]] |= part
    return RunLengths.from_crop(together, left, top, height=first.height, width=first.width)


def parse_shape(shape: object, image: ImageRecord) -> tuple[str, Group | None, RunLengths]:
    """Label, group and mask of a shape. Raises ValueError."""
    if not isinstance(shape, dict):
        raise ClauseError("it is not an object in braces")
    label, group = shape.get("label"), shape.get("group_id")
    if not isinstance(label, str):
        raise ClauseError("it has no label")
    if isinstance(group, float) and group.is_integer():
        group = int(group)
    if group is not None and type(group) not in (int, str):
        raise ClauseError("its group_id is {group!r}, not a whole number", group=group)
    points = _points(shape.get("points"))
    kind = shape.get("shape_type", "polygon")
    if kind == "mask":
        return label, group, _mask(shape.get("mask"), points, image)
    if kind in _POLYGONS and len(points) >= 3:
        corners = points
    elif kind == "rectangle" and len(points) == 2:
        (left, top), (right, bottom) = points
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    elif kind == "circle" and len(points) == 2:
        (x, y), edge = points
        radius = math.dist((x, y), edge)
        angles = [2 * math.pi * n / _CIRCLE_CORNERS for n in range(_CIRCLE_CORNERS)]
        corners = [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]
    else:
        raise ClauseError("a {kind!r} of {count} points has no area that is known", kind=kind, count=len(points))
    return label, group, RunLengths.from_coco([[v for corner in corners for v in corner]], image.height, image.width)


def has_no_area(shape: object) -> bool:
    """Whether it is a polygon of two points or fewer, as a slip of the hand leaves it."""
    if not isinstance(shape, dict) or shape.get("shape_type", "polygon") != "polygon":
        return False
    points = shape.get("points")
    return isinstance(points, list) and 0 < len(points) < 3


def _points(value: object) -> list[tuple[float, float]]:
    points = []
    for point in value if isinstance(value, list) else ():
        if not isinstance(point, list) or len(point) != 2 or not all(type(v) in (int, float) for v in point):
            raise ClauseError("one of its points is not a pair of numbers")
        if not all(abs(v) < 1e9 for v in point):
            raise ClauseError("one of its points lies nowhere near the image")
        points.append((float(point[0]), float(point[1])))
    return points


def _mask(text: object, points: list[tuple[float, float]], image: ImageRecord) -> RunLengths:
    """A mask's PNG covers the pixels from the first point to the second, both included."""
    if not isinstance(text, str) or len(points) != 2:
        raise ClauseError("its mask needs a picture and two points")
    x, y = (round(v) for v in points[0])
    try:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True)), formats=["PNG"]) as picture:
            if picture.width * picture.height > image.width * image.height:
                raise ClauseError("the picture of its mask is larger than the image")
            part = np.asarray(picture.convert("L")) > 0
    except ClauseError:
        raise
    except Exception as error:  # Pillow's decoders meet damaged pictures with exceptions of every kind
        raise ClauseError("the picture of its mask is damaged ({reason})", reason=reason_of(error)) from error
    if x < 0 or y < 0 or y + part.shape[0] > image.height or x + part.shape[1] > image.width:
        raise ClauseError("its mask reaches out of the image")
    return RunLengths.from_crop(part, x, y, height=image.height, width=image.width)
