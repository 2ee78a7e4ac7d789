"""The records of COCO files, from JSON; coco.py says what is in them. A ClauseError says what is wrong with one."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

from annotator.core.coco_masks import rectangle
from annotator.core.coco_ours import attributes_of, group_of, locked_of, note_of, parent_of, review_of, values_of
from annotator.core.coco_write import MAX_ID, OURS, PROPOSAL
from annotator.core.document import (
    NOTHING,
    Category,
    Document,
    ImageRecord,
    ImageStatus,
    Instance,
    Provenance,
    StoredProposal,
)
from annotator.core.geometry import RunLengths
from annotator.core.segmentations import MAX_MASK_PIXELS
from annotator.errors import ClauseError

MAX_NEXT_ID = 2 * MAX_ID
_SHAPE_KEYS = ("segmentation", "area", "bbox")
_SHAPE_KEY_SET = frozenset(_SHAPE_KEYS)
_CATEGORY_KEYS = frozenset({"id", "name", "supercategory", OURS})
_IMAGE_KEYS = frozenset({"id", "file_name", "height", "width", OURS})
_ANNOTATION_KEYS = frozenset({"id", "image_id", "category_id", "iscrowd", OURS, *_SHAPE_KEYS})
_PROPOSAL_KEYS = _ANNOTATION_KEYS | {"score"}
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_UNKNOWN = Provenance()


def category_of(record: Any, document: Document) -> Category:
    """A category that the document does not have yet."""
    category_id = _new_id(record, document.next_ids.category, document.categories)
    ours = ours_of(record)
    name, supercategory = record.get("name"), record.get("supercategory") or ""
    if not isinstance(name, str) or not isinstance(supercategory, str):
        raise ClauseError("its name or supercategory is not a text")
    color = ours.pop("color", None)
    if color is not None and not (isinstance(color, str) and COLOR.fullmatch(color)):
        raise ClauseError('its color is {color!r}, not like "#4c72b0"', color=color)
    attributes = attributes_of(ours)
    extra = unknown(record, _CATEGORY_KEYS, ours)
    is_bare = "supercategory" not in record
    return Category(category_id, name, supercategory, color, extra=extra, attributes=attributes, is_bare=is_bare)


def image_of(record: Any, document: Document) -> ImageRecord:
    """An image that the document does not have yet."""
    image_id = _new_id(record, document.next_ids.image, document.images)
    height, width = record.get("height"), record.get("width")
    if type(height) is not int or type(width) is not int or height < 1 or width < 1:
        raise ClauseError(
            "its height and width are {height!r} and {width!r}, not whole numbers of pixels", height=height, width=width
        )
    if height * width > MAX_MASK_PIXELS:
        raise ClauseError("its size of {width} x {height} pixels is impossible", width=width, height=height)
    path = _relative_path(record.get("file_name"))
    ours = ours_of(record)
    status = _status(ours.pop("status", None))
    review, note = review_of(ours), note_of(ours)
    extra = unknown(record, _IMAGE_KEYS, ours)
    return ImageRecord(image_id, path, height, width, status=status, review=review, note=note, extra=extra)


def _status(value: object) -> ImageStatus | None:
    if value is None:
        return None
    try:
        return ImageStatus(value)
    except ValueError as error:
        known = ", ".join(status.value for status in ImageStatus)
        raise ClauseError(
            'its status under "{ours}" is {value!r}, none of {known}', ours=OURS, value=value, known=known
        ) from error


def _relative_path(name: object) -> str:
    if not isinstance(name, str) or not name or "\0" in name:
        raise ClauseError("it has no file_name")
    # Windows tools write backslashes; a file_name from elsewhere must not reach out of the folder on any system.
    path = posixpath.normpath(name.replace("\\", "/"))
    if path.startswith("/") or _DRIVE.match(name) or PurePath(path).drive:
        raise ClauseError(
            "its file_name {name} is absolute, but must be relative to the folder of the images", name=name
        )
    if path in (".", "..") or path.startswith("../"):
        raise ClauseError("its file_name {name} leaves the folder of the images", name=name)
    return path


def annotation_of(record: Any, document: Document, checked: RunLengths | None) -> Instance | StoredProposal:
    """An annotation that the document does not have yet; checked: what check_masks made of it."""
    annotation_id = _new_id(record, document.next_ids.instance, document.instances, document.proposals)
    image_id, category_id = _of_other(record, "image_id"), _of_other(record, "category_id")
    image = document.images.get(image_id)
    if image is None:
        raise ClauseError("there is no image {image_id}", image_id=image_id)
    if category_id not in document.categories:
        raise ClauseError("there is no category {category_id}", category_id=category_id)
    iscrowd = record.get("iscrowd", 0)
    if iscrowd not in (0, 1):
        raise ClauseError("its iscrowd is {iscrowd!r}, neither 0 nor 1", iscrowd=iscrowd)
    if checked is not None and checked.height == image.height and checked.width == image.width:
        mask = checked
        verbatim = None if _is_ours(record, mask) else _shape(record)
    else:
        segmentation = record.get("segmentation") or _rectangle(record.get("bbox"))
        mask, verbatim = RunLengths.from_coco(segmentation, image.height, image.width), _shape(record)
    return _made(record, annotation_id, image_id, category_id, mask, verbatim)


def annotations_of(
    records: Sequence[Any], document: Document, masks: Sequence[RunLengths | None]
) -> list[Instance | StoredProposal] | None:
    """All of some annotations that the document does not have yet, checked together, which is several times as fast.

    masks: what check_masks made of them. None when anything is wrong with one of them, or might be: then
    annotation_of says what, one by one.
    """
    right = [mask for mask in masks if mask is not None]
    if len(right) < len(records):
        return None
    ids = [record.get("id") for record in records]
    image_ids, category_ids = ([record.get(key) for record in records] for key in ("image_id", "category_id"))
    if not {*map(type, ids), *map(type, image_ids), *map(type, category_ids)} <= {int}:
        return None
    images, own = document.images, set(ids)
    is_known = images.keys() >= set(image_ids) and document.categories.keys() >= set(category_ids)
    is_new = document.instances.keys().isdisjoint(own) and document.proposals.keys().isdisjoint(own)
    if not is_known or not is_new or len(own) < len(ids) or (own and (min(own) < 0 or max(own) > MAX_ID)):
        return None
    made = []
    try:
        for record, annotation_id, image_id, category_id, mask in zip(
            records, ids, image_ids, category_ids, right, strict=True
        ):
            image = images[image_id]
            if mask.height != image.height or mask.width != image.width or record.get("iscrowd", 0) not in (0, 1):
                return None
            verbatim = None if _is_ours(record, mask) else _shape(record)
            made.append(_made(record, annotation_id, image_id, category_id, mask, verbatim))
    except ClauseError:
        return None
    return made


def _made(
    record: Mapping[str, Any],
    annotation_id: int,
    image_id: int,
    category_id: int,
    mask: RunLengths,
    verbatim: Mapping[str, Any] | None,
) -> Instance | StoredProposal:
    """An annotation of which what COCO says is right."""
    iscrowd = record.get("iscrowd", 0)
    if OURS not in record and len(record) == len(_ANNOTATION_KEYS) - 1 and record.keys() <= _ANNOTATION_KEYS:
        # As most are: nothing of ours, and nothing unknown.
        return Instance.plain(annotation_id, image_id, category_id, mask, iscrowd=bool(iscrowd), verbatim=verbatim)
    ours = ours_of(record)
    provenance = _provenance(ours)
    if ours.get("state") != PROPOSAL:
        return Instance(
            annotation_id,
            image_id,
            category_id,
            mask,
            iscrowd=bool(iscrowd),
            group=group_of(ours, most=MAX_NEXT_ID),
            review=review_of(ours),
            attributes=values_of(ours),
            provenance=provenance,
            parent_id=parent_of(ours, most=MAX_NEXT_ID),
            verbatim=verbatim,
            locked=locked_of(ours),
            is_bare="iscrowd" not in record,
            extra=unknown(record, _ANNOTATION_KEYS, ours),
        )
    del ours["state"]
    parent = ours.pop("parent", None)
    if iscrowd:
        raise ClauseError("it is a crowd, which a proposal cannot be")
    return StoredProposal(
        annotation_id,
        image_id,
        category_id,
        mask,
        score=_score(record.get("score")),
        provenance=provenance,
        parent_id=None if parent is None else whole(parent, "parent", most=MAX_NEXT_ID),
        point=_point(ours.pop("point", None)),
        parameters=_of_type(ours, "parameters", dict) or NOTHING,
        verbatim=verbatim,
        extra=unknown(record, _PROPOSAL_KEYS, ours),
        is_bare="iscrowd" not in record,
    )


def _shape(record: Mapping[str, Any]) -> dict[str, Any]:
    if record.keys() >= _SHAPE_KEY_SET:  # nearly always
        return {"segmentation": record["segmentation"], "area": record["area"], "bbox": record["bbox"]}
    return {key: record[key] for key in _SHAPE_KEYS if key in record}


def _is_ours(record: Mapping[str, Any], mask: RunLengths) -> bool:
    """Whether the shape, of which the run-lengths are right, is what we would write for its mask."""
    # Asked in an order in which the box of a mask is not found out for nothing.
    if mask.is_pending or len(record["segmentation"]) != 2 or record.get("area") != mask.area:
        return False
    return bool(record.get("bbox") == list(mask.bbox))


def _provenance(ours: dict[str, Any]) -> Provenance:
    if not ours:
        return _UNKNOWN
    return Provenance(
        source=_of_type(ours, "source", str) or "",
        weights=_of_type(ours, "weights", str) or "",
        predicted_iou=_of_type(ours, "predicted_iou", (float, int)),
        stability=_of_type(ours, "stability", (float, int)),
    )


def _score(value: object) -> float:
    if type(value) not in (int, float):
        raise ClauseError("its score is {value!r}, but a proposal's score is a number", value=value)
    return value  # type: ignore[return-value]


def _point(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(type(v) in (int, float) for v in value):
        raise ClauseError('its point under "{ours}" is {value!r}, not [x, y]', ours=OURS, value=value)
    return value[0], value[1]


def _rectangle(bbox: object) -> list[list[float]]:
    """The polygon of a COCO box, for what has nothing else."""
    polygons = rectangle(bbox)
    if polygons is not None:
        return polygons
    if not isinstance(bbox, list) or len(bbox) != 4 or not all(type(v) in (int, float) for v in bbox):
        raise ClauseError("it has neither a segmentation nor a bbox of four numbers")
    raise ClauseError("its bbox has the size {width} x {height}", width=bbox[2], height=bbox[3])


def _of_other(record: Mapping[str, Any], key: str) -> int:
    """The id of another record, which may not be there."""
    return whole(record.get(key), key, most=MAX_NEXT_ID)


def whole(value: object, name: str, *, most: int) -> int:
    """The value, which is a whole number from 0 to `most`; `name` is what an error calls it."""
    if value is None:
        raise ClauseError("it has no {name}", name=name)
    if type(value) is not int or not 0 <= value <= most:
        raise ClauseError(
            "its {name} is {value!r}, not a whole number from 0 to {most}", name=name, value=value, most=most
        )
    return value


def _new_id(record: object, next_id: int, *taken: Mapping[int, object]) -> int:
    if not isinstance(record, dict):
        raise ClauseError("it is not an object in braces")
    value = whole(record.get("id"), "id", most=MAX_ID if next_id <= MAX_ID else next_id - 1)
    for table in taken:
        if value in table:
            raise ClauseError("another one has the same id")
    return value


def ours_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of what is under our key; what is not taken from it counts as unknown and survives."""
    ours = record.get(OURS, {})
    if not isinstance(ours, dict):
        raise ClauseError('its "{ours}" is not an object in braces', ours=OURS)
    return dict(ours)


def _of_type(ours: dict[str, Any], key: str, kind: type | tuple[type, ...]) -> Any:
    value = ours.pop(key, None)
    if value is not None and not isinstance(value, kind):
        raise ClauseError('its {key} under "{ours}" is {value!r}', key=key, ours=OURS, value=value)
    return value


def unknown(record: Mapping[str, Any], known: frozenset[str], ours: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keys of `record` we do not know, with the unknown rest of our own."""
    extra = {key: value for key, value in record.items() if key not in known}
    if ours:
        extra[OURS] = ours
    return extra or NOTHING
