"""The thread that drives the segmenter, most urgent work first.

The GUI thread asks and is told by signals; it never waits. Order of urgency: the newest prompt, the preview of a click
at the pointer, the embedding of the image on screen. What has become stale is never started, and a running encode of an
image that is no longer on screen is abandoned between two stages.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QThread, Signal

from annotator.core.geometry import RunLengths
from annotator.errors import AnnotatorError, SegmenterError, Sentence, reason_of
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.errands import Errand, ErrandQueue
from annotator.gui.inference_messages import (
    Decoded,
    DecodeRequest,
    Encoded,
    Previewed,
    SegmenterProcess,
    SegmenterState,
    ShownProposal,
)
from annotator.segment import CancellationToken, Cancelled, Embedding, Prompt
from annotator.segment.cache import EmbeddingCache
from annotator.segment.identity import ModelIdentity

# What one request may fail with while the segmenter goes on: RuntimeError is how the network's library complains.
_MODEL_FAILURES = (AnnotatorError, RuntimeError)
_EMBEDDING_BYTES = 128 * 2**20
_RESTARTS_IN_A_ROW = 2  # a segmenter that dies more often than this without serving anything stays down


@dataclass(frozen=True, eq=False)
class _CurrentImage:
    key: str
    rgb: npt.NDArray[np.uint8]
    cancel: CancellationToken


class Inference(QObject):
    """Owns the segmenter and its thread."""

    state_changed = Signal(object, object)  # SegmenterState, what went wrong or ""
    encoded = Signal(object)  # Encoded
    encode_failed = Signal(str, object)  # key, reason
    decoded = Signal(object)  # Decoded
    decode_failed = Signal(int, object)  # request id, reason
    previewed = Signal(object)  # Previewed

    def __init__(self, make_segmenter: Callable[[], SegmenterProcess], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._make_segmenter = make_segmenter
        self._condition = threading.Condition()
        self._segmenter: SegmenterProcess | None = None
        self._current: _CurrentImage | None = None
        self._decode: DecodeRequest | None = None
        self._preview: DecodeRequest | None = None
        self._errands = ErrandQueue()
        self._generation = 0
        self._restart_wanted = False
        self._replacement_wanted = False
        self._closing = False
        self._requests_given = 0
        self._embeddings = EmbeddingCache(_EMBEDDING_BYTES)
        self._announced_key = ""  # the current image's key once its embedding, or why there is none, was reported
        self._refused: dict[str, str] = {}  # images the segmenter could not encode, and why, by their keys
        self._failures_in_a_row = 0
        self.segmenter_name = ""
        self._state, self._problem = SegmenterState.STARTING, ""
        self._thread = _InferenceThread(self)
        self._thread.setObjectName("inference")

    @property
    def state(self) -> SegmenterState:
        """What the segmenter is doing."""
        return self._state

    @property
    def problem(self) -> str:
        """What is wrong with the segmenter, a sentence, or ""."""
        return self._problem

    def is_encoded(self, key: str) -> bool:
        """Whether prompts on the image of that key are answered at once."""
        return self._embeddings.get(key) is not None

    @property
    def generation(self) -> int:
        """The number of the segmenter that computes now; another one gets another number."""
        return self._generation

    def kept_embedding(self, key: str, identity: ModelIdentity) -> Embedding | None:
        """The embedding of the image of that key by that model, if it is in memory; from any thread."""
        embedding = self._embeddings.get(key)
        if embedding is None or embedding.model != identity.digest:
            return None
        return embedding

    def submit(self, errand: Errand) -> None:
        """Do this when neither a prompt nor the image on screen waits; from any thread."""
        with self._condition:
            if self._closing:
                errand.drop()
            else:
                self._errands.put(errand)
                self._condition.notify()

    def start(self) -> None:
        """Start the segmenter in the background."""
        self._thread.start()

    def set_cache_bytes(self, max_bytes: int) -> None:
        """How much memory embeddings may take."""
        self._embeddings.resize(max_bytes)

    def replace_segmenter(self, make_segmenter: Callable[[], SegmenterProcess]) -> None:
        """Compute with another segmenter from now on; the image on screen is embedded anew."""
        with self._condition:
            self._make_segmenter = make_segmenter
            self._replacement_wanted = True
            self._errands.interrupt()
            if self._current is not None:
                self._current.cancel.cancel()
            self._condition.notify()
            segmenter = self._segmenter
        if segmenter is not None:
            segmenter.close()  # frees the thread from whatever it waits for

    def show_image(self, key: str, rgb: npt.NDArray[np.uint8]) -> None:
        """The image now on screen (uint8 H x W x 3, oriented): embed it; abandon any other."""
        with self._condition:
            if self._current is not None and self._current.key != key:
                self._current.cancel.cancel()
            self._current = _CurrentImage(key, rgb, CancellationToken())
            self._announced_key = ""
            if self._embeddings.get(key) is None:
                self._errands.interrupt()
            self._condition.notify()

    def decode(self, key: str, prompt: Prompt, mask: RunLengths | None = None) -> int:
        """Decode the prompt once the image's embedding exists; replaces an older prompt that has not been started.

        mask: what the prompt is to better, if anything. Returns the request's id, which the answer carries.
        """
        with self._condition:
            self._requests_given += 1
            self._decode = DecodeRequest(self._requests_given, key, prompt, mask)
            self._errands.interrupt()
            self._condition.notify()
            return self._requests_given

    def preview(self, key: str, prompt: Prompt) -> int:
        """Decode what a click would give, if the image has its embedding; only the newest preview is worth anything.

        Returns the request's id. A preview that fails is not answered.
        """
        with self._condition:
            self._requests_given += 1
            self._preview = DecodeRequest(self._requests_given, key, prompt)
            self._condition.notify()
            return self._requests_given

    def drop_decode(self) -> None:
        """Forget a prompt that has not been started."""
        with self._condition:
            self._decode = None

    def restart(self) -> None:
        """Start the segmenter anew after it stayed down."""
        with self._condition:
            self._restart_wanted = True
            self._condition.notify()
        if self._thread.isFinished():
            self._thread.start()

    def close(self) -> None:
        """Stop the thread and the segmenter; abandons a running encode."""
        with self._condition:
            self._closing = True
            self._errands.interrupt()
            self._errands.fail(Cancelled())
            if self._current is not None:
                self._current.cancel.cancel()
            self._condition.notify()
            segmenter = self._segmenter
        if segmenter is not None:
            segmenter.close()  # frees the thread from whatever it waits for
        self._thread.wait()

    # -- in the inference thread -------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while (segmenter := self._new_segmenter()) is not None:
            try:
                is_up = self._bring_up(segmenter, segmenter.start)
                while (work := self._next_work(is_up)) is not None:
                    try:
                        is_up = work(segmenter)
                    except SegmenterError as error:
                        is_up = self._recover(segmenter, error.sentence)
            finally:
                segmenter.close()

    def _new_segmenter(self) -> SegmenterProcess | None:
        """The segmenter to work with from now on, None when closing; nothing of the one before is left."""
        with self._condition:
            if self._closing:
                return None
            self._replacement_wanted = False
            self._generation += 1
            self._embeddings.clear()
            self._refused.clear()
            self._announced_key = ""
            self._failures_in_a_row = 0
            if self._current is not None:
                self._current = replace(self._current, cancel=CancellationToken())
            self._segmenter = self._make_segmenter()
            return self._segmenter

    @property
    def _is_leaving(self) -> bool:
        """Whether the present segmenter is done with, so that its end is no failure."""
        return self._closing or self._replacement_wanted

    def _next_work(self, is_up: bool) -> Callable[[SegmenterProcess], bool] | None:
        """The most urgent work, waiting for some; None when leaving. Work returns whether the segmenter is up."""
        with self._condition:
            while not self._is_leaving:
                if self._restart_wanted:
                    self._restart_wanted = False
                    return lambda segmenter: self._bring_up(segmenter, segmenter.restart)
                if is_up:
                    decode, current = self._decode, self._current
                    if decode is not None and (embedding := self._embeddings.get(decode.key)) is not None:
                        self._decode = None
                        return partial(self._run_decode, decode, embedding)
                    if decode is not None and decode.key in self._refused:
                        self._decode = None
                        return partial(self._refuse_decode, decode)
                    preview, self._preview = self._preview, None
                    if preview is not None and (embedding := self._embeddings.get(preview.key)) is not None:
                        return partial(self._run_preview, preview, embedding)
                    if current is not None and self._needs_encoding(current):
                        return partial(self._run_encode, current)
                    if (errand := self._errands.take(self._generation)) is not None:
                        return partial(self._run_errand, errand)
                elif self._state is SegmenterState.FAILED:
                    self._errands.fail(SegmenterError(self._problem))
                self._condition.wait()
        return None

    def _needs_encoding(self, image: _CurrentImage) -> bool:
        if image.key != self._announced_key:
            return True
        return image.key not in self._refused and self._embeddings.get(image.key) is None

    def _run_encode(self, image: _CurrentImage, segmenter: SegmenterProcess) -> bool:
        if image.key in self._refused:
            self._announced(image)
            self.encode_failed.emit(image.key, self._refused[image.key])
            return True
        started = time.perf_counter()
        cached = self._embeddings.get(image.key) is not None
        if not cached:
            self._enter(SegmenterState.ENCODING)
            try:
                self._embeddings.put(image.key, segmenter.encode(image.rgb, cancel=image.cancel))
            except Cancelled:
                return True
            except SegmenterError:
                raise
            except _MODEL_FAILURES as error:
                self._refused[image.key] = _told(error)
                self._announced(image)
                self.encode_failed.emit(image.key, self._refused[image.key])
                self._enter(SegmenterState.READY)
                return True
        self._failures_in_a_row = 0
        self._announced(image)
        self.encoded.emit(Encoded(image.key, time.perf_counter() - started, cached))
        self._enter(SegmenterState.READY)
        return True

    def _announced(self, image: _CurrentImage) -> None:
        with self._condition:
            if self._current is image:
                self._announced_key = image.key

    def _run_decode(self, request: DecodeRequest, embedding: Embedding, segmenter: SegmenterProcess) -> bool:
        started = time.perf_counter()
        try:
            proposals = segmenter.decode(embedding, request.prompt_for(embedding))
            shown = tuple(map(ShownProposal, proposals))
            shown[0].prepare()
        except SegmenterError:
            with self._condition:
                self._decode = self._decode or request  # to be tried again unless a newer one waits
            raise
        except _MODEL_FAILURES as error:
            self.decode_failed.emit(request.request_id, _told(error))
            return True
        self._failures_in_a_row = 0
        self.decoded.emit(Decoded(request.request_id, shown, time.perf_counter() - started))
        # These are not seen before the user asks for them.
        for other in shown[1:]:
            other.prepare()
        return True

    def _refuse_decode(self, request: DecodeRequest, segmenter: SegmenterProcess) -> bool:
        self.decode_failed.emit(request.request_id, self._refused[request.key])
        return True

    def _run_preview(self, request: DecodeRequest, embedding: Embedding, segmenter: SegmenterProcess) -> bool:
        started = time.perf_counter()
        try:
            best = segmenter.decode(embedding, request.prompt)[0]
            shape = MaskShape.from_run_lengths(RunLengths.from_mask(best.mask))
        except SegmenterError:
            raise
        except _MODEL_FAILURES as error:
            _told(error)
            shape = None
        self.previewed.emit(Previewed(request.request_id, shape, time.perf_counter() - started))
        return True

    def _run_errand(self, errand: Errand, segmenter: SegmenterProcess) -> bool:
        again: Errand | None = None
        try:
            answer = errand.work(segmenter, errand.interruption)
        except Cancelled:
            errand.interruption = CancellationToken()
            again = errand
        except SegmenterError as error:
            if errand.may_be_tried_again() and not self._closing:
                again = errand
            else:
                errand.answer.set_exception(SegmenterError(error.sentence))
            raise
        except Exception as error:  # noqa: BLE001  (raised where the errand came from)
            _told(error)
            # Raised in the thread that asked, without the frames of this one: objects would be held in circles.
            errand.answer.set_exception(error.with_traceback(None))
        else:
            self._failures_in_a_row = 0
            errand.answer.set_result(answer)
        finally:
            with self._condition:
                if again is not None and self._closing:
                    again.drop()
                    again = None
                self._errands.done(again=again)
        return True

    def _recover(self, segmenter: SegmenterProcess, reason: str) -> bool:
        if self._is_leaving:
            return False
        self._failures_in_a_row += 1
        if self._failures_in_a_row > _RESTARTS_IN_A_ROW:
            self._enter(SegmenterState.FAILED, reason)
            return False
        self._enter(SegmenterState.RESTARTING, reason)
        return self._bring_up(segmenter, segmenter.restart)

    def _bring_up(self, segmenter: SegmenterProcess, begin: Callable[[], None]) -> bool:
        self._enter(SegmenterState.STARTING)
        try:
            begin()
            segmenter.wait_ready()
        except AnnotatorError as error:
            if not self._is_leaving:
                self._enter(SegmenterState.FAILED, error.sentence)
            return False
        self.segmenter_name = segmenter.name
        self._enter(SegmenterState.READY)
        return True

    def _enter(self, state: SegmenterState, problem: str = "") -> None:
        self._state, self._problem = state, problem
        self.state_changed.emit(state, problem)

    def _report_crash(self) -> None:
        self._enter(SegmenterState.FAILED, Sentence("There is a fault in the program; the terminal shows the details."))


class _InferenceThread(QThread):
    def __init__(self, inference: Inference) -> None:
        super().__init__(inference)
        self._inference = inference

    def run(self) -> None:
        try:
            self._inference._serve()
        except Exception:
            # A programming error: it must reach the terminal, and the window must not wait for answers for ever.
            self._inference._report_crash()
            raise


def _told(error: Exception) -> str:
    """The failure as a sentence; what no user could have caused goes to the terminal as well."""
    if not isinstance(error, AnnotatorError):
        traceback.print_exception(error)
    return reason_of(error)
