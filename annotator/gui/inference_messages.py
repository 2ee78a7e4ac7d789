"""What goes between the inference and those who ask it: its state and its answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cached_property
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from annotator.core.geometry import RunLengths
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.segment import Embedding, Prompt, Proposal, Segmenter
from annotator.segment.mask_prompt import refining


class SegmenterProcess(Segmenter, Protocol):
    """A segmenter with a life of its own; the remote one, or a test's."""

    def start(self) -> None:
        """Begin to load; returns at once."""

    def wait_ready(self, timeout: float | None = None) -> None:
        """Wait until it serves, at most that many seconds. Raises what loading raised, or SegmenterError."""

    def restart(self) -> None:
        """Begin anew in place of one that has died."""

    def close(self) -> None:
        """End it; a thread that waits for an answer gets a SegmenterError."""


class SegmenterState(Enum):
    """What the segmenter is doing, for the status bar."""

    STARTING = auto()
    READY = auto()
    ENCODING = auto()
    RESTARTING = auto()
    FAILED = auto()


@dataclass(frozen=True)
class SegmenterStatus:
    """The segmenter's state with what is wrong with it, a sentence or "": one value, as two threads look at it."""

    state: SegmenterState
    problem: str = ""


class InferenceReports(QObject):
    """What those who ask the segmenter are told, in their own threads."""

    state_changed = Signal(object, object)  # SegmenterState, what went wrong or ""
    encoded = Signal(object)  # Encoded
    encode_failed = Signal(str, object)  # key, reason
    decoded = Signal(object)  # Decoded
    decode_failed = Signal(int, object)  # request id, reason
    previewed = Signal(object)  # Previewed


@dataclass(frozen=True, eq=False)
class DecodeRequest:
    """A prompt on the image of that key. mask: what it is to better, if anything.

    scale: of a preview, the screen's pixels per image pixel, of which it needs no more.
    """

    request_id: int
    key: str
    prompt: Prompt
    mask: RunLengths | None = None
    scale: float = 1.0

    def prompt_for(self, embedding: Embedding) -> Prompt:
        """The prompt to decode on that embedding; with a mask that takes milliseconds."""
        if self.mask is None:
            return self.prompt
        return refining(self.prompt, self.mask.to_mask(), embedding.frame, embedding.mask_threshold)


@dataclass(frozen=True, eq=False)
class ShownProposal:
    """A proposal with all that showing and accepting it needs; `prepare` computes that off the GUI thread."""

    proposal: Proposal

    @cached_property
    def mask(self) -> RunLengths:
        """Its mask, at the size of the image."""
        # Of a copy, which is forgotten with its full-size mask: a prompt of many clicks would keep gigabytes.
        return RunLengths.from_mask(replace(self.proposal).mask)

    @cached_property
    def shape(self) -> MaskShape | None:
        """What is painted; None for an empty mask."""
        return MaskShape.from_run_lengths(self.mask)

    def prepare(self) -> None:
        """Compute both now; who asks earlier waits for them."""
        _ = self.shape


@dataclass(frozen=True)
class Encoded:
    """The image of that key has its embedding. seconds: how long it took; cached: it was in memory already."""

    key: str
    seconds: float
    cached: bool


@dataclass(frozen=True, eq=False)
class Decoded:
    """The answer to one prompt: three proposals, best first, and the seconds until the best one could be drawn."""

    request_id: int
    proposals: tuple[ShownProposal, ...]
    seconds: float


@dataclass(frozen=True, eq=False)
class Previewed:
    """What a click would give: the best proposal's shape, None for an empty one, and the seconds it took."""

    request_id: int
    shape: MaskShape | None
    seconds: float
