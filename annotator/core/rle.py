"""COCO's compressed run-lengths: decoded one by one, and checked by the thousand.

The format is that of rleToString in COCO's maskApi.c. A number takes one character for every 5 bits, lowest bits first;
a character is 48 plus the bits, plus 32 if more follow. Bit 4 of a number's last character is its sign. From the fourth
number on, what is written is the difference to the number before the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
_Codes = npt.NDArray[np.uint8]

_MORE = 0x20
_SIGN = 0x10
_BITS = 0x1F
_MAX_CHARACTERS = 7  # of one number: 32 bits and a sign
_WELL_FORMED = re.compile(rb"(?:[P-o]{0,6}[0-O])+")
_BATCH_CHARACTERS = 500_000


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


def are_canonical(texts: Sequence[bytes], pixels: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which texts are exactly what pycocotools writes for a mask of that many pixels; bool, one for each text.

    A text that is not may still be right, with runs of no length, or with numbers written longer than needed.
    """
    result = np.zeros(len(texts), np.bool_)
    for batch in _batches(texts):
        result[batch] = _are_canonical(texts[batch], np.array(pixels[batch], np.int64))
    return result


def _batches(texts: Sequence[bytes]) -> Iterator[slice]:
    """Slices of some _BATCH_CHARACTERS: decoding takes about 100 bytes a character."""
    start = characters = 0
    for index, text in enumerate(texts):
        characters += len(text)
        if characters >= _BATCH_CHARACTERS:
            yield slice(start, index + 1)
            start, characters = index + 1, 0
    if start < len(texts):
        yield slice(start, len(texts))


def _are_canonical(texts: Sequence[bytes], pixels: Integers) -> npt.NDArray[np.bool_]:
    lengths = np.array([len(text) for text in texts], np.int64)
    codes = np.frombuffer(b"".join(texts), np.uint8) - np.uint8(48)
    text_of_code = np.repeat(np.arange(lengths.size), lengths)
    good = lengths > 0
    good[text_of_code[codes > (_MORE | _BITS)]] = False
    # A number must not run on into the next text.
    good[good] = codes[np.cumsum(lengths)[good] - 1] < _MORE
    if not good.any():
        return good
    codes, lengths, pixels = codes[good[text_of_code]], lengths[good], pixels[good]

    starts, ends = _borders(codes)
    first = np.searchsorted(starts, np.cumsum(lengths) - lengths)
    counts = np.diff(first, append=starts.size)
    order = np.arange(starts.size) - np.repeat(first, counts)
    runs = _numbers(codes, starts, ends)
    for chain in (order % 2 == 1, (order % 2 == 0) & (order > 0)):
        runs[chain] = _cumsum_from(order[chain] <= 2, runs[chain])
    sizes = ends - starts + 1
    # A last character that only repeats the sign of the one before could have been left out.
    overlong = (sizes > 1) & (codes[ends] == np.where(codes[ends - 1] & _SIGN, _BITS, 0))
    impossible = (runs < 0) | (runs > np.repeat(pixels, counts)) | ((runs == 0) & (order > 0))
    wrong = np.logical_or.reduceat(overlong | impossible | (sizes > _MAX_CHARACTERS), first)
    good[good] = ~wrong & (np.add.reduceat(runs, first) == pixels)
    return good


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


def _cumsum_from(begins: npt.NDArray[np.bool_], values: Integers) -> Integers:
    """Cumulative sums that start anew wherever `begins` is true."""
    sums = np.cumsum(values)
    places = np.flatnonzero(begins)
    before = sums[places] - values[places]
    restarted: Integers = sums - np.repeat(before, np.diff(places, append=values.size))
    return restarted
