"""Edits as bytes and back, for the journal.

An Edit is a tree of frozen dataclasses, so it is written as one: {"of": class, fields...}. Values that are not JSON
themselves are tagged; mappings come from files and may hold any key, so they are tagged too. New Edits and new fields
need nothing here, as long as they are made of the kinds below.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from annotator.core import edits, geometry, json_text, records
from annotator.core.edits import Edit

_CLASS, _BYTES, _MAPPING, _ENUM = "of", "bytes", "map", "enum"


def _dataclasses() -> dict[str, type]:
    modules = (edits, records, geometry)
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__
    }


_CLASSES = _dataclasses()
_ENUMS = {name: value for name, value in vars(records).items() if isinstance(value, type) and issubclass(value, Enum)}


_LARGE = 2**20  # bytes; longer texts are compressed
_CHUNK = 2**16  # bytes that are compressed at once
_FEW = 50  # what is written at once
_PIECES = 100  # that are written, in less than a millisecond, between two pauses
_PAUSE_SECONDS = 0.0002


def encode(edit: Edit) -> bytes:
    """The edit as JSON, compressed when that is long. Raises TypeError when it is made of something else than records
    and plain values.

    An edit of hundreds of thousands of records is written piece by piece, with pauses: Python would give its lock to a
    window that waits for it after 5 ms only, each time that it needs it. Most of such an edit is said again and again,
    so little is left of it.
    """
    chunks: list[bytes] = []
    waiting = bytearray()
    compressor = None
    for count, piece in enumerate(_pieces(edit), 1):
        if count % _PIECES == 0:
            time.sleep(_PAUSE_SECONDS)
        waiting += piece
        if compressor is None and len(waiting) > _LARGE:
            compressor = zlib.compressobj(1)
        if compressor is not None and len(waiting) > _CHUNK:
            chunks.append(compressor.compress(waiting))
            waiting.clear()
    if compressor is None:
        return bytes(waiting)
    return b"".join((*chunks, compressor.compress(waiting), compressor.flush()))


def decode(data: bytes) -> Edit:
    """The edit that `encode` was given. Raises ValueError when the bytes are none, or of a newer version's edit."""
    try:
        if not data.startswith(b"{"):
            data = zlib.decompress(data)
        edit: Edit = _decoded(_loads(data))
    except zlib.error as error:
        raise ValueError(f"it cannot be understood ({error})") from error
    except (TypeError, KeyError, AttributeError, UnicodeEncodeError, RecursionError) as error:
        raise ValueError(f"it cannot be understood ({error})") from error
    if type(edit).__module__ != edits.__name__:
        raise ValueError(f"it is no edit but {type(edit).__name__}")
    return edit


_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in _CLASSES.values()}


def _pieces(value: Any) -> Iterator[bytes]:
    """The JSON of `_encoded`, in pieces of a few records."""
    if isinstance(value, tuple) and len(value) > _FEW:
        for index, item in enumerate(value):
            yield b"," if index else b"["
            yield from _pieces(item)
        yield b"]"
    elif type(value).__module__ == edits.__name__ and type(value) in _FIELDS:
        yield b"{" + json_text.dumps(_CLASS) + b":" + json_text.dumps(type(value).__name__)
        for name in _FIELDS[type(value)]:
            yield b"," + _dumps(name) + b":"
            yield from _pieces(getattr(value, name))
        yield b"}"
    else:
        yield _dumps(_encoded(value))


def _dumps(value: Any) -> bytes:
    try:
        return json_text.dumps(value)
    except TypeError:
        # A lone surrogate, which is no text elsewhere: nothing that was done may be lost for it.
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode("ascii")


def _loads(data: bytes) -> Any:
    try:
        return json_text.loads(data)
    except ValueError:
        return json.loads(data)


def _encoded(value: Any) -> Any:
    if isinstance(value, Enum):
        return {_ENUM: type(value).__name__, "value": value.value}
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, tuple):
        return [_encoded(item) for item in value]
    if isinstance(value, bytes):
        return {_BYTES: value.decode("ascii")}
    if isinstance(value, Mapping):
        return {_MAPPING: dict(value)}
    names = _FIELDS.get(type(value))
    if names is None:
        raise TypeError(f"the journal cannot hold a {type(value).__name__}")
    return {_CLASS: type(value).__name__, **{name: _encoded(getattr(value, name)) for name in names}}


def _decoded(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_decoded(item) for item in value)
    if not isinstance(value, dict):
        return value
    if _BYTES in value:
        return value[_BYTES].encode("ascii")
    if _ENUM in value:
        return _ENUMS[value[_ENUM]](value["value"])
    if _MAPPING in value:
        return value[_MAPPING] or records.NOTHING
    name = value.pop(_CLASS)
    return _CLASSES[name](**{key: _decoded(item) for key, item in value.items()})
