"""JSON whose numbers survive: orjson where it can, Python's own where it cannot.

orjson, which is ten times as fast, turns integers of more than 64 bits into floating-point numbers.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

from annotator.errors import ClauseError

_LONGEST = 300  # digits of an integer that is still less than the largest float, with room for sums
_LONG = b"0" * 19  # as many digits as 2**63 has, the first that may be too large with a sign
_TO_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)  # finding one text in another is many times as fast as a pattern
_DIGITS = re.compile(rb"[0-9]+")
_BEFORE = (b"", *(bytes([c]) for c in b"[:,- \t\r\n"))
_AFTER = (b"", *(bytes([c]) for c in b"]},  \t\r\n"))

# orjson writes 254 levels. Opened must mean writable, and the journal puts some of its own around what a file holds.
_OUR_LEVELS = 64
MOST_LEVELS = 254 - _OUR_LEVELS
"""How deep the lists and objects of a text may be nested."""


def loads(data: bytes, *, is_shallow: bool = False) -> Any:
    """The value of a JSON text. Raises ValueError when it is none, or one that `dumps` could not write.

    is_shallow: that it has at most MOST_LEVELS is known.
    """
    value = orjson.loads(data)
    if not is_shallow:
        nested = value
        for _ in range(_OUR_LEVELS):
            nested = [nested]
        try:
            orjson.dumps(nested)
        except TypeError as error:
            raise ClauseError("it is nested too deeply") from error
    return json.loads(data, parse_int=_whole) if _has_long_number(data) else value


def dumps(value: Any) -> bytes:
    """The value as JSON on one line, UTF-8. Raises TypeError when it is made of something else than JSON's values."""
    try:
        return orjson.dumps(value)
    except TypeError:
        try:
            # An integer of more than 64 bits, if that is all there is to it.
            text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            return text.encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise TypeError(str(error)) from error


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST:
        raise ClauseError("it holds a whole number of {count} digits", count=len(digits))
    return int(digits)


def _has_long_number(data: bytes) -> bool:
    """Whether there is what may be an integer of more than 64 bits: so many digits, and no string or fraction."""
    zeros = data.translate(_TO_ZEROS)
    place = zeros.find(_LONG)
    while place >= 0:
        match = _DIGITS.match(data, place)
        assert match is not None
        if data[place - 1 : place] in _BEFORE and data[match.end() : match.end() + 1] in _AFTER:
            return True
        place = zeros.find(_LONG, match.end())
    return False
