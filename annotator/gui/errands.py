"""Work a background job wants of the window's segmenter, done only while nothing more urgent waits."""

from __future__ import annotations

import concurrent.futures
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from annotator.segment import CancellationToken, Cancelled, DecodeBatch, Embedding, Prompt, Segmenter
from annotator.segment.identity import ModelIdentity

if TYPE_CHECKING:
    from annotator.gui.inference import Inference

_POLL_SECONDS = 0.05
_TRIES = 3  # a segmenter that dies over the same errand so often is not asked again


@dataclass(eq=False)
class Errand:
    """One call of the segmenter. generation: the segmenter it is for, None for any; see `Inference.generation`."""

    work: Callable[[Segmenter, CancellationToken], Any]
    generation: int | None
    answer: concurrent.futures.Future[Any] = field(default_factory=concurrent.futures.Future)
    interruption: CancellationToken = field(default_factory=CancellationToken)
    tries: int = 0
    is_abandoned: bool = False  # nobody waits for the answer any more

    def drop(self) -> None:
        """Tell whoever waits that there will be no answer."""
        if not self.answer.cancel():
            self.answer.set_exception(Cancelled())

    def may_be_tried_again(self) -> bool:
        """Count one more attempt and say whether another may follow."""
        self.tries += 1
        self.interruption = CancellationToken()
        return self.tries < _TRIES


class ErrandQueue:
    """The errands in their order. Not locked: the inference's condition is."""

    def __init__(self) -> None:
        self._waiting: deque[Errand] = deque()
        self._running: Errand | None = None

    def put(self, errand: Errand) -> None:
        """Add one as the last."""
        self._waiting.append(errand)

    def take(self, generation: int) -> Errand | None:
        """The next one that is still wanted by somebody and meant for that segmenter."""
        while self._waiting:
            errand = self._waiting.popleft()
            if errand.is_abandoned:
                continue
            if errand.generation not in (None, generation):
                errand.drop()
            elif errand.answer.running() or errand.answer.set_running_or_notify_cancel():
                self._running = errand
                return errand
        return None

    def done(self, *, again: Errand | None = None) -> None:
        """The one taken has ended; `again` puts it first in the queue."""
        self._running = None
        if again is not None:
            self._waiting.appendleft(again)

    def interrupt(self) -> None:
        """Something urgent has come: an errand that can be abandoned is, and begins anew later."""
        if self._running is not None:
            self._running.interruption.cancel()

    def fail(self, error: BaseException) -> None:
        """Nobody will do what waits."""
        while self._waiting:
            errand = self._waiting.popleft()
            if errand.answer.running() or errand.answer.set_running_or_notify_cancel():
                errand.answer.set_exception(error)


class LentSegmenter:
    """The inference's segmenter for one job, as a Segmenter; for the job's thread, which waits for every answer.

    Between two calls the prompts of the user have their turn. Every call raises Cancelled when `cancel` is set, when
    another segmenter computes by then, and when the window closes; SegmenterError when there is none that runs.
    """

    def __init__(self, inference: Inference, cancel: CancellationToken) -> None:
        self._inference = inference
        self._cancel = cancel
        self._generation: int | None = None
        self._identity: ModelIdentity | None = None

    @property
    def identity(self) -> ModelIdentity:
        """Which model computes; the first question settles which one does for the whole job."""
        if self._identity is None:
            self._generation, self._identity = self._ask(
                lambda segmenter, _: (self._inference.generation, segmenter.identity)
            )
        return self._identity

    @property
    def name(self) -> str:
        """The checkpoint's name."""
        return self.identity.name

    def embedding_of(self, key: str, rgb: npt.NDArray[np.uint8]) -> Embedding:
        """The embedding of the image of that key (uint8 H x W x 3, oriented), from memory when it is there."""
        return self._inference.kept_embedding(key, self.identity) or self.encode(rgb)

    def encode(self, rgb: npt.NDArray[np.uint8], *, cancel: CancellationToken | None = None) -> Embedding:
        """As Segmenter.encode; begun anew when something urgent came between."""
        _ = self.identity
        embedding: Embedding = self._ask(lambda segmenter, interruption: segmenter.encode(rgb, cancel=interruption))
        return embedding

    def keep(self, key: str, rgb: npt.NDArray[np.uint8]) -> None:
        """Encode the image of that key, and have its embedding in memory when it is shown."""
        _ = self.identity

        def work(segmenter: Segmenter, interruption: CancellationToken) -> None:
            # In the inference's thread, which forgets all embeddings before it takes another segmenter.
            self._inference.keep_embedding(key, segmenter.encode(rgb, cancel=interruption))

        self._ask(work)

    def decode_batch(self, embedding: Embedding, prompts: Sequence[Prompt]) -> DecodeBatch:
        """As Segmenter.decode_batch."""
        _ = self.identity
        batch: DecodeBatch = self._ask(lambda segmenter, _: segmenter.decode_batch(embedding, prompts))
        return batch

    def decode(self, embedding: Embedding, prompt: Prompt) -> list[Any]:
        """As Segmenter.decode."""
        return self.decode_batch(embedding, [prompt]).proposals(0, embedding)

    def _ask(self, work: Callable[[Segmenter, CancellationToken], Any]) -> Any:
        errand = Errand(work, self._generation)
        self._inference.submit(errand)
        try:
            while True:
                try:
                    return errand.answer.result(timeout=_POLL_SECONDS)
                except concurrent.futures.CancelledError:
                    raise Cancelled from None
                except concurrent.futures.TimeoutError:
                    if errand.answer.done():
                        return errand.answer.result()  # it came just now, or is a failure of the segmenter's own
                if self._cancel.is_cancelled:
                    errand.is_abandoned = True
                    errand.interruption.cancel()
                    raise Cancelled
        finally:
            del errand, work  # an error holds this frame: they would hold each other
