"""Writing COCO files; coco.py says what is in them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from io import BytesIO
from itertools import chain, islice
from pathlib import Path, PurePath
from typing import Any

from annotator.core import json_text
from annotator.core.atomic import replace_file
from annotator.core.document import (
    Attribute,
    Category,
    Document,
    ImageRecord,
    Instance,
    NextIds,
    Review,
    StoredProposal,
)
from annotator.core.geometry import RunLengths, measure
from annotator.errors import SaveError, reason_of

OURS = "annotator"
PROPOSAL = "proposal"

MAX_ID = 2**52
"""The largest id accepted in a file from elsewhere: half of what every JSON reader keeps exactly. The other half is for
new ids: those below the file's own next ids are accepted too, so what was written can always be read."""

_WRITTEN_TOGETHER = 500  # records


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
            "{path} could not be saved, because something in it cannot be written as JSON ({reason}): "
            "undo what was added last. What was on disk before is unchanged.",
            path=path,
            reason=reason_of(error),
        ) from error


def _to_json(document: Document, path: Path) -> bytes:
    annotations = document.annotations_in_order()
    measure(annotation.mask for annotation in annotations if annotation.verbatim is None)
    ours_new = {
        "next_ids": _next_ids_json(document) or None,
        "image_root": _image_root_json(document, path),
    }
    lists: dict[str, Iterator[dict[str, Any]]] = {
        "images": (_image_json(image) for image in document.images.values() if image.has_size),
        "annotations": (_annotation_json(annotation) for annotation in annotations),
        "categories": (_category_json(category) for category in document.categories.values()),
    }
    rest = {key: json_text.dumps(value) for key, value in _completed({}, document.extra, ours_new).items()}
    ours = rest.pop(OURS, None)
    file = BytesIO()
    for key, value in rest.items():
        file.write(b"%b%b: %b" % (b",\n" if file.tell() else b"{\n", json_text.dumps(key), value))
    for key, records in lists.items():
        file.write(b"%b%b: [" % (b",\n" if file.tell() else b"{\n", json_text.dumps(key)))
        _write_lines(file, records)
    file.write(b"\n}\n" if ours is None else b",\n%b: %b\n}\n" % (json_text.dumps(OURS), ours))
    return file.getvalue()


def _next_ids_json(document: Document) -> dict[str, int]:
    """The ids to be given next; none when they follow from those in the file, which may be taken for what they are."""
    ids: dict[str, Iterable[int]] = {
        "category": document.categories,
        "image": (image.id for image in document.images.values() if image.has_size),
        "instance": chain(document.instances, document.proposals),
    }
    next_ids = {field.name: getattr(document.next_ids, field.name) for field in fields(NextIds)}
    derived = {name: max(getattr(NextIds(), name), 1 + max(ids[name], default=0)) for name in next_ids}
    return next_ids if next_ids != derived or max(derived.values()) > MAX_ID else {}


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
            "{path} could not be saved, because it has to name the folder of its images, {name!a}, which "
            "is no valid text: rename that folder, or save into it. What was on disk before is unchanged.",
            path=path,
            name=name,
        )
    return name


def _is_text(name: str) -> bool:
    """False for a name on disk that is no UTF-8."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _write_lines(file: BytesIO, records: Iterator[dict[str, Any]]) -> None:
    """A list, after its bracket, with one record a line, which version control can compare.

    Some at a time: a hundred megabytes put together at once keep Python's lock for so long that the window stalls.
    """
    separator = b"\n"
    while some := list(islice(records, _WRITTEN_TOGETHER)):
        file.write(separator + b",\n".join(map(json_text.dumps, some)))
        separator = b",\n"
    file.write(b"]" if separator == b"\n" else b"\n]")


def _category_json(category: Category) -> dict[str, Any]:
    attributes = [_attribute_json(attribute) for attribute in category.attributes]
    known = {"id": category.id, "name": category.name}
    if category.supercategory or not category.is_bare:
        known["supercategory"] = category.supercategory
    return _completed(known, category.extra, {"color": category.color, "attributes": attributes or None})


def _image_json(image: ImageRecord) -> dict[str, Any]:
    known = {"id": image.id, "file_name": image.path, "height": image.height, "width": image.width}
    ours = {"status": None if image.status is None else image.status.value, "note": image.note or None}
    return _completed(known, image.extra, ours | _review_json(image.review))


def _attribute_json(attribute: Attribute) -> dict[str, Any]:
    known = {"name": attribute.name, "kind": attribute.kind.value}
    return known | ({"choices": list(attribute.choices)} if attribute.choices else {}) | dict(attribute.extra)


def _review_json(review: Review | None) -> dict[str, Any]:
    if review is None:
        return {}
    return {"review": review.state.value, "review_comment": review.comment or None}


def _annotation_json(annotation: Instance | StoredProposal) -> dict[str, Any]:
    shape = shape_json(annotation.mask) if annotation.verbatim is None else annotation.verbatim
    known: dict[str, Any] = {
        "id": annotation.id,
        "image_id": annotation.image_id,
        "category_id": annotation.category_id,
        **shape,
    }
    is_crowd = isinstance(annotation, Instance) and annotation.iscrowd
    if is_crowd or not annotation.is_bare:
        known["iscrowd"] = int(is_crowd)
    ours: dict[str, Any] = {}
    if isinstance(annotation, StoredProposal):
        known["score"] = annotation.score
        ours = {
            "state": PROPOSAL,
            "point": annotation.point,
            "parameters": annotation.parameters or None,
        }
    else:
        ours = {
            "group": annotation.group,
            "attributes": annotation.attributes or None,
            "locked": annotation.locked or None,
        }
        ours |= _review_json(annotation.review)
    provenance = annotation.provenance
    ours |= {
        "parent": annotation.parent_id,
        "source": provenance.source or None,
        "weights": provenance.weights or None,
        "predicted_iou": provenance.predicted_iou,
        "stability": provenance.stability,
    }
    return _completed(known, annotation.extra, ours)


def shape_json(mask: RunLengths) -> dict[str, Any]:
    """What a new annotation has of its mask: segmentation, area and bbox."""
    return {"segmentation": mask.to_coco(), "area": mask.area, "bbox": list(mask.bbox)}


def _completed(known: dict[str, Any], extra: Mapping[str, Any], ours: Mapping[str, Any]) -> dict[str, Any]:
    """A record with its unknown keys, and with those of `ours` that have a value."""
    record = {**known, **extra}
    ours = {**extra.get(OURS, {}), **{key: value for key, value in ours.items() if value is not None}}
    if ours:
        record[OURS] = ours
    return record
