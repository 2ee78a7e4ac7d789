"""Reading COCO files; coco.py says what is in them."""

from __future__ import annotations

import codecs
import json
import os
import posixpath
import re
from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path, PurePath
from typing import Any, TypeGuard

from annotator.core import json_text
from annotator.core.coco_ours import attributes_of, group_of, note_of, parent_of, review_of, values_of
from annotator.core.coco_write import OURS, PROPOSAL, shape_json
from annotator.core.document import (
    NOTHING,
    Category,
    Document,
    ImageRecord,
    ImageStatus,
    Instance,
    NextIds,
    Provenance,
    StoredProposal,
)
from annotator.core.geometry import MAX_MASK_PIXELS, RunLengths, measure
from annotator.core.rle import are_canonical
from annotator.errors import ClauseError, DatasetError, Sentence, reason_of

MAX_ID = 2**52
"""The largest id accepted in a file from elsewhere: half of what every JSON reader keeps exactly. The other half is for
new ids: those below the file's own next ids are accepted too, so what was written can always be read."""

_MAX_NEXT_ID = 2 * MAX_ID
_SHAPE_KEYS = ("segmentation", "area", "bbox")
_FILE_KEYS = frozenset({"images", "annotations", "categories", OURS})
_CATEGORY_KEYS = frozenset({"id", "name", "supercategory", OURS})
_IMAGE_KEYS = frozenset({"id", "file_name", "height", "width", OURS})
_ANNOTATION_KEYS = frozenset({"id", "image_id", "category_id", "iscrowd", OURS, *_SHAPE_KEYS})
_PROPOSAL_KEYS = _ANNOTATION_KEYS | {"score"}
_LISTS = {
    "categories": Sentence("category"),
    "images": Sentence("image"),
    "annotations": Sentence("annotation"),
}
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


def read(path: Path, image_root: Path | None = None) -> Document:
    """The document in the COCO file `path`, whose images lie under `image_root`; None takes what the file says.

    Raises DatasetError, which names the file and the record, unless everything in the file makes sense.
    """
    content = _load(path)
    try:
        ours = _ours(content)
        next_ids = _next_ids(ours.pop("next_ids", {}))
        stored_root = _stored_root(ours.pop("image_root", ""))
    except ValueError as error:
        raise _wrong(path, Sentence("the top level"), error) from error
    document = Document(path.parent / stored_root if image_root is None else image_root)
    document.extra = _extra(content, _FILE_KEYS, ours)
    document.next_ids = next_ids
    annotation = partial(_annotation, masks=_compressed_masks(_list(path, content, "annotations")))
    for key, parse in (("categories", _category), ("images", _image), ("annotations", annotation)):
        for position, record in enumerate(_list(path, content, key)):
            try:
                document.put(parse(record, document))
            except ValueError as error:
                raise _wrong(path, _named(_LISTS[key], record, position), error) from error
    return document


def _stored_root(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ClauseError('"image_root" must be the name of a folder, not {value!r}', value=value)
    return os.path.normpath(value) if value else ""


def _load(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            "The annotation file {path} cannot be read ({reason}): check that it exists and its permissions.",
            path=path,
            reason=reason_of(error),
        ) from error
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        content = json_text.loads(data)
    except ValueError as error:
        _blame_number(path, data)
        raise DatasetError(
            "The annotation file {path} is not valid JSON ({reason}): restore it from a copy, or correct it there.",
            path=path,
            reason=reason_of(error),
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise DatasetError(
            '{path} is not a COCO annotation file, because it has no list "images": open another file.', path=path
        )
    return content


def _blame_number(path: Path, data: bytes) -> None:
    """Raise DatasetError when all that is wrong with `data` is a NaN or an infinity, which Python writes as JSON."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return
    for key, value in content.items() if isinstance(content, dict) else ():
        for position, record in enumerate(value if isinstance(value, list) else [value]):
            try:
                json.dumps(record, allow_nan=False)
            except ValueError as error:
                name = _named(_LISTS[key], record, position) if key in _LISTS else Sentence('"{key}"', key=key)
                raise _wrong(path, name, ClauseError("it holds a number that is NaN or infinite")) from error


def _list(path: Path, content: Mapping[str, Any], key: str) -> list[Any]:
    # Files with images alone have no annotations, and may have no categories.
    records = content.get(key, [])
    if not isinstance(records, list):
        raise _wrong(path, Sentence("the top level"), ClauseError('its "{key}" is not a list', key=key))
    return records


def _named(kind: Sentence, record: object, position: int) -> Sentence:
    """How an error calls a record: by its id where it has one."""
    if isinstance(record, dict) and isinstance(record.get("id"), int):
        return Sentence("{kind} {id}", kind=kind, id=record["id"])
    return Sentence("the {kind} at place {place} of its list", kind=kind, place=position + 1)


def _wrong(path: Path, what: str, error: ValueError) -> DatasetError:
    return DatasetError(
        "In the annotation file {path}, {what} cannot be used: {reason}. Correct it or take it out, "
        "then open it again.",
        path=path,
        what=what,
        reason=reason_of(error),
    )


# -- records from JSON; a ValueError is a clause that says what is wrong -----------------------------------------------


def _category(record: Any, document: Document) -> Category:
    category_id = _new_id(record, document.next_ids.category, document.categories)
    ours = _ours(record)
    name, supercategory = record.get("name"), record.get("supercategory") or ""
    if not isinstance(name, str) or not isinstance(supercategory, str):
        raise ClauseError("its name or supercategory is not a text")
    color = ours.pop("color", None)
    if color is not None and not (isinstance(color, str) and _COLOR.fullmatch(color)):
        raise ClauseError('its color is {color!r}, not like "#4c72b0"', color=color)
    attributes = attributes_of(ours)
    extra = _extra(record, _CATEGORY_KEYS, ours)
    return Category(category_id, name, supercategory, color, extra=extra, attributes=attributes)


def _image(record: Any, document: Document) -> ImageRecord:
    image_id = _new_id(record, document.next_ids.image, document.images)
    height, width = record.get("height"), record.get("width")
    if type(height) is not int or type(width) is not int or height < 1 or width < 1:
        raise ClauseError(
            "its height and width are {height!r} and {width!r}, not whole numbers of pixels", height=height, width=width
        )
    if height * width > MAX_MASK_PIXELS:
        raise ClauseError("its size of {width} x {height} pixels is impossible", width=width, height=height)
    path = _relative_path(record.get("file_name"))
    ours = _ours(record)
    status = _status(ours.pop("status", None))
    review, note = review_of(ours), note_of(ours)
    extra = _extra(record, _IMAGE_KEYS, ours)
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


_Masks = Mapping[tuple[str, int, int], RunLengths]
"""Masks by what the file says of them: compressed run-lengths, height, width."""


def _compressed_masks(records: list[Any]) -> _Masks:
    """The masks of all compressed run-lengths as we write them; checked together, which takes a tenth of the time.

    What is spelt otherwise, or is wrong, is left out: it is looked at when its turn comes.
    """
    keys: dict[tuple[str, int, int], None] = {}
    for record in records:
        segmentation = record.get("segmentation") if isinstance(record, dict) else None
        if isinstance(segmentation, dict):
            counts, size = segmentation.get("counts"), segmentation.get("size")
            if isinstance(counts, str) and counts.isascii() and _is_size(size):
                keys[counts, size[0], size[1]] = None
    texts = [counts.encode("ascii") for counts, _, _ in keys]
    canonical = are_canonical(texts, [height * width for _, height, width in keys])
    masks = {
        key: RunLengths(key[1], key[2], text) for key, text, good in zip(keys, texts, canonical, strict=True) if good
    }
    measure(masks.values())
    return masks


def _is_size(value: object) -> TypeGuard[list[int]]:
    if not isinstance(value, list) or len(value) != 2 or not all(type(side) is int and side > 0 for side in value):
        return False
    return bool(value[0] * value[1] <= MAX_MASK_PIXELS)


def _mask(record: Mapping[str, Any], image: ImageRecord, masks: _Masks) -> RunLengths:
    segmentation = record.get("segmentation") or _rectangle(record.get("bbox"))
    if isinstance(segmentation, dict) and segmentation.get("size") == [image.height, image.width]:
        counts = segmentation.get("counts")
        if isinstance(counts, str) and (counts, image.height, image.width) in masks:
            return masks[counts, image.height, image.width]
    return RunLengths.from_coco(segmentation, image.height, image.width)


def _annotation(record: Any, document: Document, masks: _Masks) -> Instance | StoredProposal:
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
    mask = _mask(record, image, masks)
    shape = {key: record[key] for key in _SHAPE_KEYS if key in record}
    ours = _ours(record)
    provenance = Provenance(
        source=_of_type(ours, "source", str) or "",
        weights=_of_type(ours, "weights", str) or "",
        predicted_iou=_of_type(ours, "predicted_iou", (float, int)),
        stability=_of_type(ours, "stability", (float, int)),
    )
    # Polygons are never what we would write, so their area and box need not be found out.
    verbatim = None if isinstance(record.get("segmentation"), dict) and shape == shape_json(mask) else shape
    if ours.get("state") != PROPOSAL:
        return Instance(
            annotation_id,
            image_id,
            category_id,
            mask,
            iscrowd=bool(iscrowd),
            group=group_of(ours, most=_MAX_NEXT_ID),
            review=review_of(ours),
            attributes=values_of(ours),
            provenance=provenance,
            parent_id=parent_of(ours, most=_MAX_NEXT_ID),
            verbatim=verbatim,
            extra=_extra(record, _ANNOTATION_KEYS, ours),
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
        parent_id=None if parent is None else _whole(parent, "parent", most=_MAX_NEXT_ID),
        point=_point(ours.pop("point", None)),
        parameters=_of_type(ours, "parameters", dict) or NOTHING,
        verbatim=verbatim,
        extra=_extra(record, _PROPOSAL_KEYS, ours),
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
    """The polygon of a COCO box [x, y, width, height], as pycocotools makes it."""
    if not isinstance(bbox, list) or len(bbox) != 4 or not all(type(v) in (int, float) for v in bbox):
        raise ClauseError("it has neither a segmentation nor a bbox of four numbers")
    x, y, width, height = bbox
    if width < 0 or height < 0:
        raise ClauseError("its bbox has the size {width} x {height}", width=width, height=height)
    return [[x, y, x, y + height, x + width, y + height, x + width, y]]


def _of_other(record: Mapping[str, Any], key: str) -> int:
    """The id of another record, which may not be there."""
    return _whole(record.get(key), key, most=_MAX_NEXT_ID)


def _whole(value: object, name: str, *, most: int) -> int:
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
    value = _whole(record.get("id"), "id", most=max(MAX_ID, next_id - 1))
    if any(value in table for table in taken):
        raise ClauseError("another one has the same id")
    return value


def _next_ids(value: object) -> NextIds:
    if not isinstance(value, dict):
        raise ClauseError("its next_ids are not an object in braces")
    names = [field.name for field in fields(NextIds) if field.name in value]
    return NextIds(
        **{
            name: _whole(value[name], Sentence("next id of the kind {kind}", kind=name), most=_MAX_NEXT_ID)
            for name in names
        }
    )


def _ours(record: Mapping[str, Any]) -> dict[str, Any]:
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


def _extra(record: Mapping[str, Any], known: frozenset[str], ours: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keys of `record` we do not know, with the unknown rest of our own."""
    extra = {key: value for key, value in record.items() if key not in known}
    if ours:
        extra[OURS] = ours
    return extra or NOTHING
