"""What a remote segmenter and its child process say to each other: small messages through a pipe, arrays beside it.

The parent owns the one shared segment there is. The child only attaches to it, so a child that is killed leaks nothing.
"""

from __future__ import annotations

import math
import os
import sys
import weakref
from dataclasses import dataclass
from enum import Enum
from multiprocessing.shared_memory import SharedMemory
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from annotator.errors import AnnotatorError, reason_of
from annotator.segment.identity import ModelIdentity
from annotator.segment.preprocess import Frame
from annotator.segment.prompt import Prompt

# A larger segment, as for the pixels of a big photo, is given back to the system after its request.
_KEPT_BYTES = 16 * 2**20
_ALIGNMENT = 64


class Stage(Enum):
    """What a child process is doing before it can serve."""

    STARTING = "starting"
    LOADING = "loading weights"
    READY = "ready"


@dataclass(frozen=True)
class ArraySpec:
    """Shape and dtype of an array that has no place yet."""

    shape: tuple[int, ...]
    dtype: str

    @classmethod
    def of(cls, array: npt.NDArray[Any]) -> ArraySpec:
        """That of an array."""
        return cls(array.shape, array.dtype.str)

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


@dataclass(frozen=True)
class ArrayPlace:
    """Where an array lies: the segment's name and the offset in bytes."""

    segment: str
    offset: int
    spec: ArraySpec


# -- from the parent -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EncodeRequest:
    """Embed the pixels; the features go to their place."""

    pixels: ArrayPlace
    features: ArrayPlace


@dataclass(frozen=True, eq=False)
class DecodeRequest:
    """Decode prompts on the embedding of that fingerprint; the results go to their places.

    features: where the embedding's features lie, or None when the child is expected to have them.
    """

    fingerprint: str
    frame: Frame
    mask_threshold: float
    features: ArrayPlace | None
    prompts: tuple[Prompt, ...]
    logits: ArrayPlace
    predicted_iou: ArrayPlace


@dataclass(frozen=True)
class CancelRequest:
    """Abandon the last request, if it still runs. The next one is behind it in the pipe, so it can mean no other."""


# -- from the child --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Loading:
    """The child's Python runs; it imports the network and reads the weights."""


@dataclass(frozen=True)
class Ready:
    """The child serves requests from now on."""

    identity: ModelIdentity


@dataclass(frozen=True)
class Encoded:
    """The features are in their place."""

    fingerprint: str
    frame: Frame
    mask_threshold: float


@dataclass(frozen=True)
class Decoded:
    """The results are in their places."""


@dataclass(frozen=True)
class FeaturesWanted:
    """The child does not have the features of that fingerprint (any more): send them along."""


@dataclass(frozen=True)
class Raised:
    """The request, or loading, raised. error: the exception if the parent can know its class, else None."""

    error: Exception | None
    traceback: str

    def throw(self) -> NoReturn:
        """Raise the error with the child's traceback as its cause; RuntimeError when its class is not known here."""
        if self.error is None:
            raise RuntimeError(f"the segmenter's process raised:\n{self.traceback}")
        raise self.error.with_traceback(None) from ChildTraceback(self.traceback)


class ChildTraceback(Exception):
    """Carries the text of a traceback of the child process, to be shown as the cause."""

    def __str__(self) -> str:
        return f"\n{self.args[0]}"


Message = Loading | Ready | Encoded | Decoded | FeaturesWanted | Raised

# -- the arrays ------------------------------------------------------------------------------------------------------


class SharedArrays:
    """The parent's shared segment, used by one request after another."""

    def __init__(self) -> None:
        self._segment: SharedMemory | None = None
        self._unlink: weakref.finalize[[SharedMemory], SharedArrays] | None = None

    def reserve(self, *specs: ArraySpec) -> list[ArrayPlace]:
        """Places for the arrays of one request; those of the request before are gone.

        Raises AnnotatorError when the system has no room for them.
        """
        offsets = []
        end = 0
        for spec in specs:
            offsets.append(end)
            end += math.ceil(spec.nbytes / _ALIGNMENT) * _ALIGNMENT
        if self._segment is None or self._segment.size < end:
            self.close()
            self._segment = _create(max(end, _ALIGNMENT))
            # Also at the interpreter's exit: a segment outlives the processes that used it.
            self._unlink = weakref.finalize(self, _destroy, self._segment)
        name = self._segment.name
        return [ArrayPlace(name, offset, spec) for offset, spec in zip(offsets, specs, strict=True)]

    def write(self, place: ArrayPlace, array: npt.NDArray[Any]) -> None:
        """Copy `array` to its place."""
        _view(self._segment, place)[...] = array

    def read(self, place: ArrayPlace) -> npt.NDArray[Any]:
        """A copy of the array at that place."""
        return _view(self._segment, place).copy()

    def trim(self) -> None:
        """Give an unusually large segment back to the system."""
        if self._segment is not None and self._segment.size > _KEPT_BYTES:
            self.close()

    def close(self) -> None:
        """Give the segment back to the system; reserve() makes a new one."""
        if self._unlink is not None:
            self._unlink()
        self._segment = self._unlink = None


class AttachedArrays:
    """The child's side: attached to whichever segment the request names."""

    def __init__(self) -> None:
        self._segment: SharedMemory | None = None

    def write(self, place: ArrayPlace, array: npt.NDArray[Any]) -> None:
        """Copy `array` to its place."""
        _view(self._attach(place), place)[...] = array

    def read(self, place: ArrayPlace) -> npt.NDArray[Any]:
        """A copy of the array at that place."""
        return _view(self._attach(place), place).copy()

    def _attach(self, place: ArrayPlace) -> SharedMemory:
        if self._segment is None or self._segment.name != place.segment:
            if self._segment is not None:
                self._segment.close()
            self._segment = SharedMemory(place.segment)
        return self._segment


def _view(segment: SharedMemory | None, place: ArrayPlace) -> npt.NDArray[Any]:
    """The array in the segment itself; it must be dropped before the segment can be closed."""
    if segment is None or segment.name != place.segment:
        raise ValueError(f"the segment {place.segment} is gone")
    return np.ndarray(place.spec.shape, place.spec.dtype, buffer=segment.buf, offset=place.offset)


def _create(nbytes: int) -> SharedMemory:
    try:
        segment = SharedMemory(create=True, size=nbytes)
        if sys.platform == "linux":
            # Pages are given at the first write, and where there are none left that write ends the process.
            try:
                with open(f"/dev/shm/{segment.name}", "r+b") as file:
                    os.posix_fallocate(file.fileno(), 0, nbytes)
            except OSError:
                _destroy(segment)
                raise
    except OSError as error:
        raise AnnotatorError(
            "There is no room for {megabytes:.0f} MB of shared memory ({reason}); close other programs, or "
            "give a container more with --shm-size.",
            megabytes=nbytes / 2**20,
            reason=reason_of(error),
        ) from error
    return segment


def _destroy(segment: SharedMemory) -> None:
    segment.close()
    segment.unlink()
