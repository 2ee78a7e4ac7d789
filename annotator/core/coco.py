"""COCO files: read into a Document, and written so that nothing is lost.

What COCO has no key for sits under one key, "annotator":

    of the file        {"next_ids": {"category": int, "image": int, "instance": int}, "image_root": str}
    of a category      {"color": "#rrggbb"}
    of an image        {"status": "untouched" | "in_work" | "done"}
    of an annotation   {"source": str, "weights": str, "predicted_iou": float, "stability": float}
    of a proposal      the same and {"state": "proposal", "parent": id, "point": [x, y], "parameters": {...}}

`image_root` is there only when the images' paths do not start from the file's own folder; it is relative to that folder
where it can be. Keys we do not know survive at every level, ours included. `segmentation`, `area` and `bbox` of
annotations whose mask nobody changed are written as they were read; changed and new masks become compressed run-lengths
with the mask's own area and box. An annotation that has only a `bbox` gets the mask of that rectangle, and keeps having
only a `bbox` until its mask is changed. A proposal is an annotation with its own state and a top-level `score`, as in
COCO's results. `iscrowd` and `supercategory` are always written, because pycocotools asks for them.
"""

from __future__ import annotations

import codecs
import json
import os
import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import partial
from pathlib import Path, PurePath
from typing import Any, TypeGuard

from annotator.core import json_text
from annotator.core.atomic import replace_file
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
from annotator.errors import DatasetError, SaveError

MAX_ID = 2**52
"""The largest id accepted in a file from elsewhere: half of what every JSON reader keeps exactly. The other half is for
new ids: those below the file's own next ids are accepted too, so what was written can always be read."""

_MAX_NEXT_ID = 2 * MAX_ID
_OURS = "annotator"
_SHAPE_KEYS = ("segmentation", "area", "bbox")
_FILE_KEYS = frozenset({"images", "annotations", "categories", _OURS})
_CATEGORY_KEYS = frozenset({"id", "name", "supercategory", _OURS})
_IMAGE_KEYS = frozenset({"id", "file_name", "height", "width", _OURS})
_ANNOTATION_KEYS = frozenset({"id", "image_id", "category_id", "iscrowd", _OURS, *_SHAPE_KEYS})
_PROPOSAL_KEYS = _ANNOTATION_KEYS | {"score"}
_PROPOSAL = "proposal"
_LISTS = {"categories": "category", "images": "image", "annotations": "annotation"}
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")
_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")


def write(document: Document, path: Path) -> None:
    """Save the document as a COCO file, replacing what is at `path` in one step.

    Images are listed whether or not they have instances, except those whose size is not known. To save while the
    document is being edited, pass its snapshot(). Raises SaveError; the old file is then still there.
    """
    replace_file(path, to_bytes(document, path))


def to_bytes(document: Document, path: Path) -> bytes:
    """What `write` makes the content of `path`: the same document always gives the same bytes.

    Raises SaveError when the document holds something that JSON cannot.
    """
    try:
        return _to_json(document, path)
    except TypeError as error:
        raise SaveError(
            f"{path} could not be saved, because something in it cannot be written as JSON ({error}): undo what was "
            "added last. What was on disk before is unchanged."
        ) from error


def _to_json(document: Document, path: Path) -> bytes:
    annotations = document.annotations_in_order()
    measure(annotation.mask for annotation in annotations if annotation.verbatim is None)
    ours_new = {
        "next_ids": {field.name: getattr(document.next_ids, field.name) for field in fields(NextIds)},
        "image_root": _image_root_json(document, path),
    }
    lists = {
        "images": _lines(_image_json(image) for image in document.images.values() if image.has_size),
        "annotations": _lines(_annotation_json(annotation) for annotation in annotations),
        "categories": _lines(_category_json(category) for category in document.categories.values()),
    }
    rest = {key: json_text.dumps(value) for key, value in _completed({}, document.extra, ours_new).items()}
    ours = rest.pop(_OURS)
    members = (json_text.dumps(key) + b": " + value for key, value in {**rest, **lists, _OURS: ours}.items())
    return b"{\n" + b",\n".join(members) + b"\n}\n"


def _image_root_json(document: Document, path: Path) -> str | None:
    """Where the images' paths start, for a file that lies in another folder; None for one that lies there."""
    folder, root = os.path.realpath(path.parent), os.path.realpath(document.image_root)
    if folder == root:
        return None
    try:
        name = PurePath(os.path.relpath(root, folder)).as_posix()
    except ValueError:  # another drive of Windows
        name = PurePath(root).as_posix()
    if not _is_text(name):
        raise SaveError(
            f"{path} could not be saved, because it has to name the folder of its images, {name!a}, which is no valid "
            "text: rename that folder, or save into it. What was on disk before is unchanged."
        )
    return name


def _is_text(name: str) -> bool:
    """False for a name on disk that is no UTF-8."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _lines(records: Iterable[dict[str, Any]]) -> bytes:
    """A list with one record a line, which version control can compare."""
    lines = b",\n".join(map(json_text.dumps, records))
    return b"[\n" + lines + b"\n]" if lines else b"[]"


def _category_json(category: Category) -> dict[str, Any]:
    known = {"id": category.id, "name": category.name, "supercategory": category.supercategory}
    return _completed(known, category.extra, {"color": category.color})


def _image_json(image: ImageRecord) -> dict[str, Any]:
    known = {"id": image.id, "file_name": image.path, "height": image.height, "width": image.width}
    return _completed(known, image.extra, {"status": None if image.status is None else image.status.value})


def _annotation_json(annotation: Instance | StoredProposal) -> dict[str, Any]:
    shape = _shape_json(annotation.mask) if annotation.verbatim is None else annotation.verbatim
    known: dict[str, Any] = {
        "id": annotation.id,
        "image_id": annotation.image_id,
        "category_id": annotation.category_id,
        **shape,
        "iscrowd": int(annotation.iscrowd) if isinstance(annotation, Instance) else 0,
    }
    ours: dict[str, Any] = {}
    if isinstance(annotation, StoredProposal):
        known["score"] = annotation.score
        ours = {
            "state": _PROPOSAL,
            "parent": annotation.parent_id,
            "point": annotation.point,
            "parameters": annotation.parameters or None,
        }
    provenance = annotation.provenance
    ours |= {
        "source": provenance.source or None,
        "weights": provenance.weights or None,
        "predicted_iou": provenance.predicted_iou,
        "stability": provenance.stability,
    }
    return _completed(known, annotation.extra, ours)


def _shape_json(mask: RunLengths) -> dict[str, Any]:
    return {"segmentation": mask.to_coco(), "area": mask.area, "bbox": list(mask.bbox)}


def _completed(known: dict[str, Any], extra: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """A record with its unknown keys, and with those of `ours` that have a value."""
    record = {**known, **extra}
    ours = {**extra.get(_OURS, {}), **{key: value for key, value in ours.items() if value is not None}}
    if ours:
        record[_OURS] = ours
    return record


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
        raise _wrong(path, "the top level", error) from error
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
        raise ValueError(f'"image_root" must be the name of a folder, not {value!r}')
    return os.path.normpath(value) if value else ""


def _load(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"The annotation file {path} cannot be read ({error.strerror}): check that it exists and its permissions."
        ) from error
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        content = json_text.loads(data)
    except ValueError as error:
        _blame_number(path, data)
        raise DatasetError(
            f"The annotation file {path} is not valid JSON ({error}): restore it from a copy, or correct it there."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("images"), list):
        raise DatasetError(f'{path} is not a COCO annotation file, because it has no list "images": open another file.')
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
                name = _named(_LISTS[key], record, position) if key in _LISTS else f'"{key}"'
                raise _wrong(path, name, ValueError("it holds a number that is NaN or infinite")) from error


def _list(path: Path, content: Mapping[str, Any], key: str) -> list[Any]:
    # Files with images alone have no annotations, and may have no categories.
    records = content.get(key, [])
    if not isinstance(records, list):
        raise _wrong(path, "the top level", ValueError(f'its "{key}" is not a list'))
    return records


def _named(kind: str, record: object, position: int) -> str:
    """How an error calls a record: by its id where it has one."""
    if isinstance(record, dict) and isinstance(record.get("id"), int):
        return f"{kind} {record['id']}"
    return f"the {kind} at place {position + 1} of its list"


def _wrong(path: Path, what: str, error: ValueError) -> DatasetError:
    return DatasetError(
        f"In the annotation file {path}, {what} cannot be used: {error}. Correct it or take it out, then open it again."
    )


# -- records from JSON; a ValueError is a clause that says what is wrong -----------------------------------------------


def _category(record: Any, document: Document) -> Category:
    category_id = _new_id(record, document.next_ids.category, document.categories)
    ours = _ours(record)
    name, supercategory = record.get("name"), record.get("supercategory") or ""
    if not isinstance(name, str) or not isinstance(supercategory, str):
        raise ValueError("its name or supercategory is not a text")
    color = ours.pop("color", None)
    if color is not None and not (isinstance(color, str) and _COLOR.fullmatch(color)):
        raise ValueError(f'its color is {color!r}, not like "#4c72b0"')
    return Category(category_id, name, supercategory, color, _extra(record, _CATEGORY_KEYS, ours))


def _image(record: Any, document: Document) -> ImageRecord:
    image_id = _new_id(record, document.next_ids.image, document.images)
    height, width = record.get("height"), record.get("width")
    if type(height) is not int or type(width) is not int or height < 1 or width < 1:
        raise ValueError(f"its height and width are {height!r} and {width!r}, not whole numbers of pixels")
    if height * width > MAX_MASK_PIXELS:
        raise ValueError(f"its size of {width} x {height} pixels is impossible")
    path = _relative_path(record.get("file_name"))
    ours = _ours(record)
    status = _status(ours.pop("status", None))
    return ImageRecord(image_id, path, height, width, status=status, extra=_extra(record, _IMAGE_KEYS, ours))


def _status(value: object) -> ImageStatus | None:
    if value is None:
        return None
    try:
        return ImageStatus(value)
    except ValueError as error:
        known = ", ".join(status.value for status in ImageStatus)
        raise ValueError(f'its status under "{_OURS}" is {value!r}, none of {known}') from error


def _relative_path(name: object) -> str:
    if not isinstance(name, str) or not name or "\0" in name:
        raise ValueError("it has no file_name")
    # Windows tools write backslashes; a file_name from elsewhere must not reach out of the folder on any system.
    path = posixpath.normpath(name.replace("\\", "/"))
    if path.startswith("/") or _DRIVE.match(name) or PurePath(path).drive:
        raise ValueError(f"its file_name {name} is absolute, but must be relative to the folder of the images")
    if path in (".", "..") or path.startswith("../"):
        raise ValueError(f"its file_name {name} leaves the folder of the images")
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
        raise ValueError(f"there is no image {image_id}")
    if category_id not in document.categories:
        raise ValueError(f"there is no category {category_id}")
    iscrowd = record.get("iscrowd", 0)
    if iscrowd not in (0, 1):
        raise ValueError(f"its iscrowd is {iscrowd!r}, neither 0 nor 1")
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
    verbatim = None if isinstance(record.get("segmentation"), dict) and shape == _shape_json(mask) else shape
    if ours.get("state") != _PROPOSAL:
        return Instance(
            annotation_id,
            image_id,
            category_id,
            mask,
            iscrowd=bool(iscrowd),
            provenance=provenance,
            verbatim=verbatim,
            extra=_extra(record, _ANNOTATION_KEYS, ours),
        )
    del ours["state"]
    parent = ours.pop("parent", None)
    if iscrowd:
        raise ValueError("it is a crowd, which a proposal cannot be")
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
        raise ValueError(f"its score is {value!r}, but a proposal's score is a number")
    return value  # type: ignore[return-value]


def _point(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != 2 or not all(type(v) in (int, float) for v in value):
        raise ValueError(f'its point under "{_OURS}" is {value!r}, not [x, y]')
    return value[0], value[1]


def _rectangle(bbox: object) -> list[list[float]]:
    """The polygon of a COCO box [x, y, width, height], as pycocotools makes it."""
    if not isinstance(bbox, list) or len(bbox) != 4 or not all(type(v) in (int, float) for v in bbox):
        raise ValueError("it has neither a segmentation nor a bbox of four numbers")
    x, y, width, height = bbox
    if width < 0 or height < 0:
        raise ValueError(f"its bbox has the size {width} x {height}")
    return [[x, y, x, y + height, x + width, y + height, x + width, y]]


def _of_other(record: Mapping[str, Any], key: str) -> int:
    """The id of another record, which may not be there."""
    return _whole(record.get(key), key, most=_MAX_NEXT_ID)


def _whole(value: object, name: str, *, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"its {name} is {value!r}, not a whole number from 0 to {most}")
    return value


def _new_id(record: object, next_id: int, *taken: Mapping[int, object]) -> int:
    if not isinstance(record, dict):
        raise ValueError("it is not an object in braces")
    value = _whole(record.get("id"), "id", most=max(MAX_ID, next_id - 1))
    if any(value in table for table in taken):
        raise ValueError("another one has the same id")
    return value


def _next_ids(value: object) -> NextIds:
    if not isinstance(value, dict):
        raise ValueError("its next_ids are not an object in braces")
    names = [field.name for field in fields(NextIds) if field.name in value]
    return NextIds(**{name: _whole(value[name], f"next id of the kind {name}", most=_MAX_NEXT_ID) for name in names})


def _ours(record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of what is under our key; what is not taken from it counts as unknown and survives."""
    ours = record.get(_OURS, {})
    if not isinstance(ours, dict):
        raise ValueError(f'its "{_OURS}" is not an object in braces')
    return dict(ours)


def _of_type(ours: dict[str, Any], key: str, kind: type | tuple[type, ...]) -> Any:
    value = ours.pop(key, None)
    if value is not None and not isinstance(value, kind):
        raise ValueError(f'its {key} under "{_OURS}" is {value!r}')
    return value


def _extra(record: Mapping[str, Any], known: frozenset[str], ours: Mapping[str, Any]) -> Mapping[str, Any]:
    """The keys of `record` we do not know, with the unknown rest of our own."""
    extra = {key: value for key, value in record.items() if key not in known}
    if ours:
        extra[_OURS] = ours
    return extra or NOTHING
