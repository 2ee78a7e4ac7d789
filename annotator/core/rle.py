"""COCO's compressed run-lengths: decoded one by one, and checked by the thousand.

The format is that of rleToString in COCO's maskApi.c. A number takes one character for every 5 bits, lowest bits first;
a character is 48 plus the bits, plus 32 if more follow. Bit 4 of a number's last character is its sign. From the fourth
number on, what is written is the difference to the number before the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
_Codes = npt.NDArray[np.uint8]
_Flags = npt.NDArray[np.bool_]

_MORE = 0x20
_SIGN = 0x10
_BITS = 0x1F
_LONGEST = 7  # characters of a number: 32 bits and a sign
_WELL_FORMED = re.compile(rb"(?:[P-o]{0,6}[0-O])+")
_BATCH_CHARACTERS = 60_000
"""What is computed of so many stays in a processor's cache: of ten times as many it takes twice the time each."""


def is_well_formed(text: bytes) -> bool:
    """Whether `text` consists of numbers, and so can be given to decompress."""
    return _WELL_FORMED.fullmatch(text) is not None


def decompress(text: bytes) -> Integers:
    """The run-lengths in a well-formed text, int64."""
    codes = np.frombuffer(text, np.uint8) - np.uint8(48)
    numbers = _numbers(codes, *_borders(codes))
    for first in (1, 2):
        numbers[first::2] = np.cumsum(numbers[first::2])
    return numbers


@dataclass(frozen=True, eq=False)
class Checked:
    """What is known of many texts without decoding them one by one; bool, one for each text.

    covers: it is well-formed, and its run-lengths are not negative and as many pixels together as they should be.
    is_canonical: it is also exactly what pycocotools writes; another one has runs of no length, or numbers written
    longer than needed. areas: foreground pixels of those that cover, int64.
    """

    covers: _Flags
    is_canonical: _Flags
    areas: Integers


def check_many(texts: Sequence[bytes], pixels: Sequence[int]) -> Checked:
    """Check texts of masks of so many pixels."""
    parts = [_check(texts[batch], np.array(pixels[batch], np.int64)) for batch in _batches(texts)]
    return Checked(
        np.concatenate([part.covers for part in parts] or [np.zeros(0, np.bool_)]),
        np.concatenate([part.is_canonical for part in parts] or [np.zeros(0, np.bool_)]),
        np.concatenate([part.areas for part in parts] or [np.zeros(0, np.int64)]),
    )


def _batches(texts: Sequence[bytes]) -> Iterator[slice]:
    """Slices of some _BATCH_CHARACTERS."""
    start = characters = 0
    for index, text in enumerate(texts):
        characters += len(text)
        if characters >= _BATCH_CHARACTERS:
            yield slice(start, index + 1)
            start, characters = index + 1, 0
    if start < len(texts):
        yield slice(start, len(texts))


def _check(texts: Sequence[bytes], pixels: Integers) -> Checked:
    lengths = np.array([len(text) for text in texts], np.int64)
    codes = np.frombuffer(b"".join(texts), np.uint8) - np.uint8(48)
    if lengths.all() and codes.max() <= (_MORE | _BITS):
        ends = np.flatnonzero(codes < _MORE)
        last_of_text = np.searchsorted(ends, np.cumsum(lengths) - 1)
        sizes = np.diff(ends, prepend=-1)
        if (
            ends.size
            and (np.append(ends, -1)[last_of_text] == np.cumsum(lengths) - 1).all()
            and sizes.max() <= _LONGEST
        ):
            return _check_well_formed(codes, ends, sizes, last_of_text, pixels)
    # Without those that are not well-formed, or all for nothing.
    count = len(texts)
    checked = Checked(np.zeros(count, np.bool_), np.zeros(count, np.bool_), np.zeros(count, np.int64))
    well_formed = np.array([is_well_formed(text) for text in texts])
    if well_formed.any():
        those = _check([text for text, good in zip(texts, well_formed, strict=True) if good], pixels[well_formed])
        checked.covers[well_formed] = those.covers
        checked.is_canonical[well_formed] = those.is_canonical
        checked.areas[well_formed] = those.areas
    return checked


def _check_well_formed(
    codes: _Codes, ends: Integers, sizes: Integers, last_of_text: Integers, pixels: Integers
) -> Checked:
    """ends, sizes: the index of each number's last character, and how many it has; last_of_text: among them."""
    last, before_last = codes[ends], sizes - 1
    # Horner's rule, from the last character, which has the sign, to the first.
    numbers = (last ^ _SIGN).astype(np.int64) - _SIGN
    for back in range(1, int(before_last.max()) + 1):
        longer = np.flatnonzero(before_last >= back)
        numbers[longer] = (numbers[longer] << 5) + (codes[ends[longer] - back] & _BITS)

    counts = np.diff(last_of_text, prepend=-1)
    first = last_of_text - counts + 1
    even, odd, start, has_gap = _runs(numbers, first, counts)
    areas = np.add.reduceat(odd, start)
    sums = areas + np.add.reduceat(even, start)
    # From here on, what may be nothing counts as one: the first run, and the gap.
    covers = even[start] >= 0
    even[start] = 1
    odd[np.append(start[1:], odd.size)[has_gap] - 1] = 1
    smallest = np.minimum(np.minimum.reduceat(even, start), np.minimum.reduceat(odd, start))
    covers &= (smallest >= 0) & (sums == pixels)
    canonical = covers & (smallest > 0)
    # A last character that only repeats the sign of the one before could have been left out.
    suspects = np.flatnonzero((before_last > 0) & ((last == 0) | (last == _BITS)))
    overlong = suspects[last[suspects] == np.where(codes[ends[suspects] - 1] & _SIGN, _BITS, 0)]
    canonical[np.searchsorted(first, overlong, side="right") - 1] = False
    return Checked(covers, canonical, areas)


def _runs(numbers: Integers, first: Integers, counts: Integers) -> tuple[Integers, Integers, Integers, _Flags]:
    """The runs of each text: those at even places, those at odd ones, where a text's begin in both, and which have a
    gap, a run of nothing after the last that makes both equally many."""
    has_gap = counts % 2 == 1
    halves = (counts + 1) // 2
    start = np.cumsum(halves) - halves
    if has_gap.any():
        spread = np.zeros(2 * int(halves.sum()), np.int64)
        spread[np.arange(numbers.size) + np.repeat(2 * start - first, counts)] = numbers
    else:
        spread = numbers
    even, odd = spread[0::2].copy(), spread[1::2].copy()
    initial = even[start]
    even[start] = 0
    for chain in (even, odd):
        before = -chain[start]
        np.cumsum(chain, out=chain)
        before += chain[start]
        chain -= np.repeat(before, halves)
    even[start] = initial
    odd[np.append(start[1:], odd.size)[has_gap] - 1] = 0
    return even, odd, start, has_gap


def _borders(codes: _Codes) -> tuple[Integers, Integers]:
    """The index of each number's first and last character."""
    ends = np.flatnonzero(codes < _MORE)
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    return starts, ends


def _numbers(codes: _Codes, starts: Integers, ends: Integers) -> Integers:
    """The numbers as written: most are differences."""
    sizes = ends - starts + 1
    shifts = 5 * (np.arange(codes.size) - np.repeat(starts, sizes))
    numbers: Integers = np.add.reduceat((codes & _BITS).astype(np.int64) << shifts, starts)
    numbers -= (codes[ends] & _SIGN).astype(np.int64) << (5 * sizes - 4)
    return numbers
