"""Annotation files as bytes and as JSON, for reading and for checking."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from annotator.core import json_text
from annotator.errors import DatasetError, reason_of


def read_annotation_file(path: Path) -> bytes:
    """The JSON text in a file, without the mark that Windows tools put first. Raises DatasetError."""
    try:
        return path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        if path.is_dir():
            raise DatasetError("{path} is a folder: name the annotation file in it.", path=path) from error
        raise DatasetError(
            "The annotation file {path} cannot be read ({reason}): check that it exists and its permissions.",
            path=path,
            reason=reason_of(error),
        ) from error


def no_json(path: Path, data: bytes, error: Exception) -> DatasetError:
    """What is said of an annotation file that is no JSON, of whatever format it is and whoever reads it.

    data: all of it; error: what its reader has raised, which counts unless reading the whole tells the place.
    """
    if not data.strip():
        return DatasetError(
            "The annotation file {path} is empty: restore it from a copy, or open another file.", path=path
        )
    try:
        json_text.loads(data)
    except ValueError as whole_error:
        error = whole_error
    return DatasetError(
        "The annotation file {path} is not valid JSON ({reason}): restore it from a copy, or correct it there.",
        path=path,
        reason=reason_of(error),
    )


def no_coco(path: Path) -> DatasetError:
    """What is said of a JSON file that is something else than a COCO file."""
    return DatasetError(
        '{path} is not a COCO annotation file, because it has no list "images": open another file.', path=path
    )


class NotedObject(dict[str, Any]):
    """A JSON object that remembers the keys it had twice, of which only the last value is left."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        seen: set[str] = set()
        self.repeated = [key for key, _ in pairs if key in seen or seen.add(key)]  # type: ignore[func-returns-value]


def examine(data: bytes, no_number: Callable[[str], Any]) -> Any:
    """The value of a JSON text, read slowly and leniently, to say what is wrong with it; objects are NotedObjects.

    no_number: makes the value of what Python writes for numbers that JSON does not have: NaN, Infinity, -Infinity.
    Raises ValueError when it is no JSON otherwise.
    """
    try:
        return json.loads(data, object_pairs_hook=NotedObject, parse_constant=no_number)
    except RecursionError as error:
        raise ValueError(str(error)) from error
