"""Whether the segmentation, area and bbox of a COCO annotation fit each other and the image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from annotator.core.geometry import RunLengths
from annotator.core.outside import OUTSIDE, are_outside

_BOX_TOLERANCE = 1.5  # pixels between the edges of a box and of its mask
_AREA_TOLERANCE = 0.02  # of the area, for polygons, whose area tools compute in several ways
_AREA_PIXELS = 4.0  # the same for small ones
_LARGEST = 1e12


def shape_problems(record: Mapping[str, Any], height: int, width: int) -> Iterator[tuple[str, str]]:
    """What is wrong with the shape of an annotation on an image of height x width pixels: (what, remedy)."""
    bbox: Any = record.get("bbox")
    area: Any = record.get("area")
    has_box = isinstance(bbox, list) and len(bbox) == 4 and all(map(_is_number, bbox))
    if not has_box:
        yield f"its bbox is {bbox!r}", "write [x, y, width, height]"
    elif bbox[2] < 0 or bbox[3] < 0:
        yield f"its bbox has the size {bbox[2]} x {bbox[3]}", "write [x, y, width, height]"
        has_box = False
    elif (
        min(bbox[0], bbox[1]) < -OUTSIDE or bbox[0] + bbox[2] > width + OUTSIDE or bbox[1] + bbox[3] > height + OUTSIDE
    ):
        yield f"its bbox {bbox} reaches out of its image of {width} x {height} pixels", "cut it at the edge"
    if not _is_number(area) or area < 0:
        yield f"its area is {area!r}", "write the number of its pixels"
        area = None

    segmentation = record.get("segmentation")
    if not segmentation and has_box:
        return  # boxes alone are what detection files hold
    try:
        mask = RunLengths.from_coco(segmentation, height, width)
    except (ValueError, OverflowError) as error:
        yield str(error), "correct its segmentation"
        return
    polygons = segmentation if isinstance(segmentation, list) else []
    if polygons and are_outside(polygons, height, width):
        yield f"it lies wholly outside of its image of {width} x {height} pixels", "take it out, or draw it anew"
        return
    for polygon in polygons:
        xs, ys = polygon[0::2], polygon[1::2]
        if min(xs) < -OUTSIDE or min(ys) < -OUTSIDE or max(xs) > width + OUTSIDE or max(ys) > height + OUTSIDE:
            yield f"a polygon of it reaches out of its image of {width} x {height} pixels", "cut it at the edge"
    if not mask.area:
        yield "its mask has no pixel", "take it out, or draw it anew"
        return
    if has_box and not _box_fits(bbox, mask, polygons):
        yield f"its bbox is {bbox}, but its mask fills {list(mask.bbox)}", "write the box of its mask"
    if area is not None and not _area_fits(area, mask, polygons):
        yield f"its area is {area:g}, but its mask has {mask.area} pixels", "write the number of its pixels"


def _is_number(value: Any) -> bool:
    # Not a number fails every comparison; a whole number in JSON may have any number of digits.
    return isinstance(value, int | float) and type(value) is not bool and abs(value) < _LARGEST


def _box_fits(bbox: list[float], mask: RunLengths, polygons: list[list[float]]) -> bool:
    boxes: list[tuple[float, float, float, float]] = [mask.bbox]
    if polygons:
        xs, ys = [x for p in polygons for x in p[0::2]], [y for p in polygons for y in p[1::2]]
        boxes.append((min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)))
    return any(
        all(abs(a - b) <= _BOX_TOLERANCE for a, b in zip(_edges(bbox), _edges(box), strict=True)) for box in boxes
    )


def _edges(box: list[float] | tuple[float, ...]) -> tuple[float, float, float, float]:
    x, y, width, height = box
    return x, y, x + width, y + height


def _area_fits(area: float, mask: RunLengths, polygons: list[list[float]]) -> bool:
    if not polygons:
        return area == mask.area
    areas = (mask.area, sum(map(_polygon_area, polygons)))
    return any(abs(area - other) <= max(_AREA_PIXELS, _AREA_TOLERANCE * other) for other in areas)


def _polygon_area(polygon: list[float]) -> float:
    """The shoelace formula."""
    xs, ys = polygon[0::2], polygon[1::2]
    return abs(sum(xs[i - 1] * ys[i] - xs[i] * ys[i - 1] for i in range(len(xs)))) / 2
