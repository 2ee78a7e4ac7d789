"""Reading COCO files; coco.py says what is in them.

The file is read in pieces, so that other threads get their turns between two, and the masks of polygons are not made
before somebody asks for them. All the same everything is checked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from itertools import compress
from pathlib import Path
from typing import Any

from annotator.core.coco_masks import check_masks
from annotator.core.coco_records import (
    MAX_NEXT_ID,
    annotation_of,
    annotations_of,
    category_of,
    image_of,
    ours_of,
    unknown,
    whole,
)
from annotator.core.coco_write import MAX_ID, OURS
from annotator.core.document import Document, NextIds
from annotator.core.json_file import examine, no_coco, no_json, read_annotation_file
from annotator.core.json_parts import JsonParts, Piece
from annotator.errors import ClauseError, DatasetError, Sentence, reason_of

__all__ = ["MAX_ID", "Reading", "read", "read_closely"]

_LISTS = {
    "categories": Sentence("category"),
    "images": Sentence("image"),
    "annotations": Sentence("annotation"),
}
_FILE_KEYS = frozenset({*_LISTS, OURS})


@dataclass(frozen=True, eq=False)
class Reading:
    """A document as it is in its file. perhaps_outside: the ids of the annotations that may reach out of their images,
    in the file's order; no other does."""

    document: Document
    perhaps_outside: tuple[int, ...]


def read(
    path: Path,
    image_root: Path | None = None,
    *,
    data: bytes | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Document:
    """What read_closely reads, without what it has noticed."""
    return read_closely(path, image_root, data=data, on_progress=on_progress).document


def read_closely(
    path: Path,
    image_root: Path | None = None,
    *,
    data: bytes | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> Reading:
    """The document in the COCO file `path`, whose images lie under `image_root`; None takes what the file says.

    data: the JSON to read in place of what is in the file, which only lends its name to the errors.
    on_progress is told (done, total) of the file's records, and may raise to stop the reading. Raises DatasetError,
    which names the file and the record, unless everything in the file makes sense.
    """
    parts = _Parts(path, data)
    content = parts.top_level()
    try:
        ours = ours_of(content)
        next_ids = _next_ids(ours.pop("next_ids", {}))
        stored_root = _stored_root(ours.pop("image_root", ""))
    except ValueError as error:
        raise _wrong(path, Sentence("the top level"), error) from error
    document = Document(path.parent / stored_root if image_root is None else image_root)
    document.extra = unknown(content, _FILE_KEYS, ours)
    document.next_ids = next_ids
    perhaps_outside = list[int]()
    for key, position, piece in parts.pieces(on_progress):
        records, index = piece.records, 0
        try:
            if key == "annotations":
                checked = check_masks(records, document.images, piece.text)
                together = annotations_of(records, document, checked.masks)
                if together is not None:
                    document.put_new(together)
                else:
                    for index, record in enumerate(records):
                        document.put(annotation_of(record, document, checked.masks[index]))
                perhaps_outside += [record["id"] for record in compress(records, checked.may_reach_out)]
            else:
                read_record = category_of if key == "categories" else image_of
                for index, record in enumerate(records):  # noqa: B007
                    document.put(read_record(record, document))
        except ValueError as error:
            raise _wrong(path, _named(_LISTS[key], records[index], position + index), error) from error
    return Reading(document, tuple(perhaps_outside))


class _Parts:
    """What is in a file that is a COCO file at first sight; raises DatasetError otherwise."""

    def __init__(self, path: Path, data: bytes | None) -> None:
        self._path = path
        self._data = read_annotation_file(path) if data is None else data
        try:
            self._json = JsonParts(self._data)
        except ValueError as error:
            raise self._no_json(error) from error
        if not self._json.is_list("images"):
            raise no_coco(path)
        # Files with images alone have no annotations, and may have no categories.
        self._keys = [key for key in _LISTS if key in self._json]
        for key in self._keys:
            if not self._json.is_list(key):
                raise _wrong(path, Sentence("the top level"), ClauseError('its "{key}" is not a list', key=key))

    def top_level(self) -> dict[str, Any]:
        """Everything but the lists of records."""
        try:
            return self._json.rest(frozenset(_LISTS))
        except ValueError as error:
            raise self._no_json(error) from error

    def pieces(self, on_progress: Callable[[int, int], None] | None) -> Iterator[tuple[str, int, Piece]]:
        """The lists in the order in which they refer to each other: key, how many were before, the next records."""
        done, total = 0, sum(map(self._json.count, self._keys))
        for key in self._keys:
            position = 0
            try:
                for piece in self._json.pieces(key):
                    yield key, position, piece
                    position += len(piece.records)
                    if on_progress is not None:
                        on_progress(min(done + position, total), total)
            except ValueError as error:
                raise self._no_json(error) from error
            done += position

    def _no_json(self, error: ValueError) -> DatasetError:
        _blame_number(self._path, self._data)
        return no_json(self._path, self._data, error)


def _stored_root(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ClauseError('"image_root" must be the name of a folder, not {value!r}', value=value)
    return os.path.normpath(value) if value else ""


def _next_ids(value: object) -> NextIds:
    if not isinstance(value, dict):
        raise ClauseError("its next_ids are not an object in braces")
    names = [field.name for field in fields(NextIds) if field.name in value]
    return NextIds(
        **{
            name: whole(value[name], Sentence("next id of the kind {kind}", kind=name), most=MAX_NEXT_ID)
            for name in names
        }
    )


def _blame_number(path: Path, data: bytes) -> None:
    """Raise DatasetError when all that is wrong with `data` is a NaN or an infinity, which Python writes as JSON."""
    try:
        content = examine(data, float)
    except ValueError:
        return
    for key, value in content.items() if isinstance(content, dict) else ():
        for position, record in enumerate(value if isinstance(value, list) else [value]):
            try:
                json.dumps(record, allow_nan=False)
            except ValueError as error:
                name = _named(_LISTS[key], record, position) if key in _LISTS else Sentence('"{key}"', key=key)
                raise _wrong(path, name, ClauseError("it holds a number that is NaN or infinite")) from error


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
