"""A large JSON object read part by part: its lists of records are cut between records, into pieces of some 256 KB.

Reading a hundred megabytes at once holds Python's global lock for a second, in which no window paints. The cuts are
found by counting brackets outside of strings. They need not be trusted: up to the first wrong character, a text is cut
as a right one would be, so that one of the pieces is no JSON whenever the whole is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from annotator.core import json_text

_PIECE = 1 << 18  # bytes read at once: some milliseconds
_BLOCK = 1 << 20  # bytes scanned at once
_DEPTH_OF_RECORDS = 2  # an object, in which is a list, in which are records

_QUOTE, _OPEN, _CLOSE = 1, 2, 3
_KINDS = np.zeros(256, np.uint8)
_KINDS[ord('"')] = _QUOTE
_KINDS[[ord("["), ord("{")]] = _OPEN
_KINDS[[ord("]"), ord("}")]] = _CLOSE
_TRANSLATION = _KINDS.tobytes()
_COMMA = re.compile(rb"[ \t\r\n]*,")


@dataclass(frozen=True)
class _List:
    """pieces: where each begins and ends, without the commas between; count: records in braces or brackets."""

    pieces: tuple[tuple[int, int], ...]
    count: int


@dataclass(frozen=True)
class Piece:
    """Some of a list's records, and the text that they were read from."""

    records: list[Any]
    text: bytes


class JsonParts:
    """The object in a JSON text, of which the lists are read when they are asked for.

    What is no object counts as an empty one. Raises ValueError when the text is no JSON, as far as can be told without
    reading the lists, or is one that json_text would not read.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._lists: list[_List] = []
        outline, position = [], 0
        brackets = _Brackets()
        for start, end, found in _lists(data, brackets):
            # In place of what is in a list stands its number.
            outline.append(data[position:start] + b"%d" % len(self._lists))
            self._lists.append(found)
            position = end
        outline.append(data[position:])
        self._is_shallow = brackets.deepest <= json_text.MOST_LEVELS
        content = json_text.loads(b"".join(outline))
        self._content: dict[str, Any] = content if isinstance(content, dict) else {}

    def __contains__(self, key: str) -> bool:
        return key in self._content

    def is_list(self, key: str) -> bool:
        """Whether there is a list of that name."""
        return isinstance(self._content.get(key), list)

    def count(self, key: str) -> int:
        """How many records the list of that name has, 0 when there is none."""
        return self._of(key).count if self.is_list(key) else 0

    def pieces(self, key: str) -> Iterator[Piece]:
        """The list of that name, some hundred records at a time; raises ValueError where it is no JSON."""
        pieces = self._of(key).pieces
        for start, end in pieces:
            text = b"[" + self._data[start:end] + b"]"
            records = json_text.loads(text, is_shallow=self._is_shallow)
            if not records and len(pieces) > 1:
                raise ValueError("a comma too many")
            yield Piece(records, text)

    def rest(self, without: frozenset[str]) -> dict[str, Any]:
        """The whole object, except for those keys."""
        return {
            key: [record for piece in self.pieces(key) for record in piece.records]
            if isinstance(value, list)
            else value
            for key, value in self._content.items()
            if key not in without
        }

    def _of(self, key: str) -> _List:
        number: int = self._content[key][0]
        return self._lists[number]


def _lists(data: bytes, brackets: _Brackets) -> Iterator[tuple[int, int, _List]]:
    """The lists right inside the outermost object: where the inside begins and ends, and what it is cut into."""
    start, ends = -1, list[npt.NDArray[np.int64]]()
    for places, depths in brackets.of(data):
        # Depths are those after the bracket.
        inner = np.flatnonzero(depths <= _DEPTH_OF_RECORDS)
        places, depths = places[inner], depths[inner]
        borders = np.flatnonzero(
            ((depths == _DEPTH_OF_RECORDS) & np.isin(_bytes_at(data, places), (ord("["), ord("{"))))
            | (depths == _DEPTH_OF_RECORDS - 1)
        )
        position = 0
        for border in borders.tolist():
            place, depth = int(places[border]), int(depths[border])
            if start >= 0:
                ends.append(places[position:border])
            position = border + 1
            if depth == _DEPTH_OF_RECORDS:
                start = place + 1 if data[place] == ord("[") else -1
                ends = []
            elif start >= 0:
                yield start, place, _cut(data, start, place, np.concatenate(ends))
                start = -1
        if start >= 0:
            ends.append(places[position:])


def _bytes_at(data: bytes, places: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)[places]


def _cut(data: bytes, start: int, end: int, ends: npt.NDArray[np.int64]) -> _List:
    """ends: where the records end, with their last bracket."""
    pieces = []
    begin = start
    while begin + _PIECE < end:
        index = int(np.searchsorted(ends, begin + _PIECE))
        if index == ends.size:
            break
        after = int(ends[index]) + 1
        comma = _COMMA.match(data, after)
        if comma is None:
            break  # the last record, or no JSON
        pieces.append((begin, after))
        begin = comma.end()
    pieces.append((begin, end))
    return _List(tuple(pieces), int(ends.size))


class _Brackets:
    """Finds the brackets outside of strings. deepest: the most that were open at once, so far."""

    def __init__(self) -> None:
        self.deepest = 0

    def of(self, data: bytes) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """The places of the brackets, and the depth after each, block by block."""
        depth, is_inside, start = 0, False, 0
        while start < len(data):
            end = _end_of_block(data, start)
            block = data[start:end]
            if b"\\" in block:
                # Escaped quotes end no string; pairs first, from the left, as JSON reads them.
                block = block.replace(b"\\\\", b"__").replace(b'\\"', b"__")
            kinds = np.frombuffer(block.translate(_TRANSLATION), np.uint8)
            places = np.flatnonzero(kinds != 0)  # a quarter of the time of looking for numbers other than 0
            found = kinds[places]
            quotes = found == _QUOTE
            inside = (np.cumsum(quotes) + is_inside) & 1
            is_inside = bool(inside[-1]) if inside.size else is_inside
            outside = np.flatnonzero(~quotes & (inside == 0))
            steps = np.where(found[outside] == _OPEN, 1, -1)
            depths = np.cumsum(steps) + depth
            if depths.size:
                depth = int(depths[-1])
                self.deepest = max(self.deepest, int(depths.max()))
            yield places[outside] + start, depths
            start = end


def _end_of_block(data: bytes, start: int) -> int:
    """Where a block ends without tearing what a backslash escapes from it."""
    end = min(start + _BLOCK, len(data))
    while end < len(data) and data[end - 1] == ord("\\"):
        end += 1
    return end
