"""Shapes of a COCO file that reach out of their images: what is outside is kept in the file, but cannot be seen."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from annotator.errors import Sentence

if TYPE_CHECKING:
    from annotator.core.document import Document, ImageRecord

OUTSIDE = 1.0
"""Pixels that a polygon or box may stick out of the image without a word: tools round to either side."""


class _Edges(NamedTuple):
    """The box of a polygon, in pixels of its image."""

    left: float
    top: float
    right: float
    bottom: float


def outside_notes(document: Document, annotation_ids: Collection[int]) -> Iterator[str]:
    """Sentences on those of the annotations that lie partly, and on those that lie wholly outside of their images.

    Only shapes still as they were read are looked at: others cannot reach out.
    """
    partly, wholly = list[str](), list[str]()
    found_ids = [(table, i) for table in (document.instances, document.proposals) for i in annotation_ids if i in table]
    for table, annotation_id in found_ids:
        annotation = table[annotation_id]
        if annotation.verbatim is None:
            continue
        image = document.images[annotation.image_id]
        polygons = _polygons(annotation.verbatim)
        if any(_sticks_out(_edges(polygon), image) for polygon in polygons):
            found = wholly if are_outside(polygons, image.height, image.width) else partly
            found.append(image.path)
    if partly:
        one = Sentence("1 annotation reaches out of its image {image}", image=partly[0])
        many = Sentence(
            "{count} annotations reach out of their images, the first one out of {image}",
            count=len(partly),
            image=partly[0],
        )
        yield Sentence(
            "{what}: what is outside is not shown, and stays in the file until the mask is changed.",
            what=one if len(partly) == 1 else many,
        )
    if wholly:
        one = Sentence("1 annotation lies wholly outside of its image {image}", image=wholly[0])
        many = Sentence(
            "{count} annotations lie wholly outside of their images, the first one outside of {image}",
            count=len(wholly),
            image=wholly[0],
        )
        yield Sentence(
            "{what}, where nothing can be shown: delete what is listed with 0 px, or correct it in the file.",
            what=one if len(wholly) == 1 else many,
        )


def are_outside(polygons: Sequence[Sequence[float]], height: int, width: int) -> bool:
    """Whether polygons [x0, y0, ...] all lie outside of an image of height x width pixels."""
    return all(_is_beyond(_edges(polygon), height, width) for polygon in polygons)


def _polygons(verbatim: Mapping[str, Any]) -> list[list[float]]:
    """Those of a shape as it was read; for a box alone two of its corners, and nothing for run-lengths."""
    segmentation = verbatim.get("segmentation")
    if isinstance(segmentation, list) and segmentation:
        return segmentation
    if segmentation:
        return []
    x, y, width, height = verbatim["bbox"]
    return [[x, y, x + width, y + height]]


def _edges(polygon: Sequence[float]) -> _Edges:
    xs, ys = polygon[0::2], polygon[1::2]
    return _Edges(min(xs), min(ys), max(xs), max(ys))


def _sticks_out(box: _Edges, image: ImageRecord) -> bool:
    return min(box.left, box.top) < -OUTSIDE or box.right > image.width + OUTSIDE or box.bottom > image.height + OUTSIDE


def _is_beyond(box: _Edges, height: int, width: int) -> bool:
    return box.right <= 0 or box.bottom <= 0 or box.left >= width or box.top >= height
