"""What waits for the segmenter, most urgent first: asked for by any thread, worked off by one.

The order of urgency: the newest prompt, the preview of a click at the pointer, the embedding of the image on screen,
then the errands. What has become stale is never handed out.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from annotator.core.geometry import RunLengths
from annotator.errors import SegmenterError
from annotator.gui.errands import Errand, ErrandQueue
from annotator.gui.inference_messages import DecodeRequest
from annotator.segment import CancellationToken, Cancelled, Embedding, Prompt
from annotator.segment.cache import EmbeddingCache


@dataclass(frozen=True, eq=False)
class CurrentImage:
    """The image on screen. rgb: uint8 H x W x 3, oriented; cancel: set when nobody waits for its embedding."""

    key: str
    rgb: npt.NDArray[np.uint8]
    cancel: CancellationToken


@dataclass(frozen=True)
class Restart:
    """Start the segmenter anew, which had stayed down."""


@dataclass(frozen=True, eq=False)
class Decode:
    """Decode a prompt on its image's embedding."""

    request: DecodeRequest
    embedding: Embedding


@dataclass(frozen=True, eq=False)
class Refuse:
    """Say that a prompt has no answer, because its image has no embedding."""

    request: DecodeRequest
    reason: str


@dataclass(frozen=True, eq=False)
class Preview:
    """Decode what a click would give."""

    request: DecodeRequest
    embedding: Embedding


@dataclass(frozen=True, eq=False)
class Encode:
    """Embed the image on screen, or say that it has its embedding, or why it has none."""

    image: CurrentImage
    refusal: str | None


Task = Restart | Decode | Refuse | Preview | Encode | Errand


class Agenda:
    """Takes the wishes of all threads and gives them, one at a time, to the thread that drives the segmenter.

    embeddings: where that thread puts what it has encoded; emptied for every new segmenter.
    """

    def __init__(self, embeddings: EmbeddingCache) -> None:
        self._embeddings = embeddings
        self._changed = threading.Condition()
        self._current: CurrentImage | None = None
        self._decode: DecodeRequest | None = None
        self._preview: DecodeRequest | None = None
        self._errands = ErrandQueue()
        self._requests_given = 0
        self._generation = 0
        self._restart_wanted = False
        self._replacement_wanted = False
        self._is_closing = False
        self._why_stopped: str | None = None
        self._announced_key = ""  # the current image's key once its embedding, or why there is none, was reported
        self._refused: dict[str, str] = {}  # images the segmenter could not encode, and why, by their keys
        self._refused_for_now: set[str] = set()  # those of them that it may be asked for again

    # -- from any thread ---------------------------------------------------------------------------------------------

    @property
    def generation(self) -> int:
        """The number of the segmenter that computes now; another one gets another number."""
        return self._generation

    @property
    def is_closing(self) -> bool:
        """Whether nothing will be done any more."""
        return self._is_closing

    @property
    def is_leaving(self) -> bool:
        """Whether the present segmenter is done with, so that its end is no failure."""
        return self._is_closing or self._replacement_wanted

    def show(self, key: str, rgb: npt.NDArray[np.uint8]) -> None:
        """This image (uint8 H x W x 3, oriented) is on screen now; the encode of any other is abandoned."""
        with self._changed:
            if self._current is not None and self._current.key != key:
                self._current.cancel.cancel()
            self._current = CurrentImage(key, rgb, CancellationToken())
            self._announced_key = ""
            if key in self._refused_for_now:
                self._refused_for_now.discard(key)
                self._refused.pop(key, None)
            if self._embeddings.get(key) is None:
                self._errands.interrupt()
            self._changed.notify()

    def decode(self, key: str, prompt: Prompt, mask: RunLengths | None) -> int:
        """This is the newest prompt, of which there is only one; returns its id."""
        with self._changed:
            self._decode = self._numbered(key, prompt, mask)
            self._errands.interrupt()
            self._changed.notify()
            return self._decode.request_id

    def preview(self, key: str, prompt: Prompt, scale: float = 1.0) -> int:
        """This is the newest preview, of which there is only one; returns its id.

        scale: how many pixels of the screen an image pixel has.
        """
        with self._changed:
            self._preview = self._numbered(key, prompt, None, scale)
            self._changed.notify()
            return self._preview.request_id

    def drop_decode(self) -> None:
        """Forget the prompt that waits."""
        with self._changed:
            self._decode = None

    def submit(self, errand: Errand) -> None:
        """Add what can wait until nothing else does."""
        with self._changed:
            if self._is_closing:
                errand.drop()
                return
            self._errands.put(errand)
            if self._why_stopped is not None:
                self._errands.fail(SegmenterError(self._why_stopped))
            self._changed.notify()

    def restart(self) -> bool:
        """The segmenter is to be started anew. Returns whether the thread is, too, because it had stopped."""
        with self._changed:
            if self._why_stopped is not None:
                self._why_stopped = None
                return True
            self._restart_wanted = True
            self._changed.notify()
            return False

    def leave(self) -> None:
        """Another segmenter takes over: what the present one does is abandoned."""
        with self._changed:
            self._replacement_wanted = True
            self._abandon()

    def close(self) -> None:
        """Nothing is done any more; errands that wait are told so."""
        with self._changed:
            self._is_closing = True
            self._errands.fail(Cancelled())
            self._abandon()

    # -- from the thread that drives the segmenter -------------------------------------------------------------------

    def begin(self) -> bool:
        """A new segmenter is about to compute, and nothing is left of the one before; False when closing."""
        with self._changed:
            if self._is_closing:
                return False
            self._replacement_wanted = self._restart_wanted = False
            self._generation += 1
            self._embeddings.clear()
            self._refused.clear()
            self._announced_key = ""
            if self._current is not None:
                self._current = replace(self._current, cancel=CancellationToken())
            return True

    def next_task(self, why_down: str | None) -> Task | None:
        """The most urgent task, waited for if there is none; None when leaving.

        why_down: why the segmenter does not run, None when it does. While it does not, errands fail and the rest waits.
        """
        with self._changed:
            while not self.is_leaving:
                if self._restart_wanted:
                    self._restart_wanted = False
                    return Restart()
                if why_down is not None:
                    self._errands.fail(SegmenterError(why_down))
                elif (task := self._most_urgent()) is not None:
                    return task
                self._changed.wait()
        return None

    def announced(self, image: CurrentImage) -> None:
        """It was reported whether that image has its embedding."""
        with self._changed:
            if self._current is image:
                self._announced_key = image.key

    def refuse(self, image: CurrentImage, reason: str, *, for_now: bool = False) -> None:
        """The segmenter cannot encode that image; it is not asked again. for_now: until the image is shown again."""
        with self._changed:
            self._refused[image.key] = reason
            if for_now:
                self._refused_for_now.add(image.key)

    def retry(self, request: DecodeRequest) -> None:
        """That prompt has met the segmenter's end: it waits again unless a newer one does."""
        with self._changed:
            self._decode = self._decode or request

    def errand_done(self, errand: Errand, *, again: bool) -> None:
        """The errand that was handed out has ended; `again` puts it first in the queue, unless closing."""
        with self._changed:
            if again and self._is_closing:
                errand.drop()
                again = False
            self._errands.done(again=errand if again else None)

    def stop(self, reason: str) -> None:
        """Nobody works this off any more, until `restart`: errands fail with that reason."""
        with self._changed:
            self._why_stopped = reason
            self._errands.fail(SegmenterError(reason))

    # -- with the lock held ------------------------------------------------------------------------------------------

    def _numbered(self, key: str, prompt: Prompt, mask: RunLengths | None, scale: float = 1.0) -> DecodeRequest:
        self._requests_given += 1
        return DecodeRequest(self._requests_given, key, prompt, mask, scale)

    def _abandon(self) -> None:
        self._errands.interrupt()
        if self._current is not None:
            self._current.cancel.cancel()
        self._changed.notify()

    def _most_urgent(self) -> Task | None:
        decode, current = self._decode, self._current
        if decode is not None and (embedding := self._embeddings.get(decode.key)) is not None:
            self._decode = None
            return Decode(decode, embedding)
        if decode is not None and (refusal := self._refused.get(decode.key)) is not None:
            self._decode = None
            return Refuse(decode, refusal)
        preview, self._preview = self._preview, None
        if preview is not None and (embedding := self._embeddings.get(preview.key)) is not None:
            return Preview(preview, embedding)
        if current is not None and self._needs_encoding(current):
            return Encode(current, self._refused.get(current.key))
        return self._errands.take(self._generation)

    def _needs_encoding(self, image: CurrentImage) -> bool:
        if image.key != self._announced_key:
            return True
        return image.key not in self._refused and self._embeddings.get(image.key) is None
