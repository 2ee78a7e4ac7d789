"""JSON whose numbers survive: orjson where it can, Python's own where it cannot.

orjson, which is ten times as fast, turns integers of more than 64 bits into floating-point numbers.
"""

from __future__ import annotations

import json
import re
from typing import Any

import numpy as np
import orjson

from annotator.errors import ClauseError

_SHORTEST_LONG = 19  # digits of 2**63, the first that may be too large with a sign
_LONGEST = 300  # digits of an integer that is still less than the largest float, with room for sums
_LONG = re.compile(rb"[0-9]{%d}" % _SHORTEST_LONG)
_BLOCK = 1 << 22  # bytes looked at together
_SHORT_TEXT = 1 << 12  # bytes for which the pattern is quicker

# orjson writes 254 levels. Opened must mean writable, and the journal puts some of its own around what a file holds.
_OUR_LEVELS = 64


def loads(data: bytes) -> Any:
    """The value of a JSON text. Raises ValueError when it is none, or one that `dumps` could not write."""
    value = orjson.loads(data)
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
    """Whether there are so many digits in a row that they may be an integer of more than 64 bits."""
    if len(data) <= _SHORT_TEXT:
        return _LONG.search(data) is not None
    step = _BLOCK - _SHORTEST_LONG
    return any(_has_long_run(data[start : start + _BLOCK]) for start in range(0, len(data), step))


def _has_long_run(block: bytes) -> bool:
    # The pattern alone takes as long as reading the JSON. After each step, a place is set where that many digits begin.
    digits = np.frombuffer(block, np.uint8) - ord("0") < 10
    for shift in (1, 2, 4, 8, _SHORTEST_LONG - 16):
        digits = digits[:-shift] & digits[shift:]
    return bool(digits.any())
