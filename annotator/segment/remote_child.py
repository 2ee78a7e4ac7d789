"""The child process of a RemoteSegmenter: loads a segmenter and serves requests, one at a time."""

from __future__ import annotations

import os
import pickle
import queue
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from annotator.segment.cache import EmbeddingCache
from annotator.segment.remote_wire import (
    AttachedArrays,
    CancelRequest,
    Decoded,
    DecodeRequest,
    Encoded,
    EncodeRequest,
    FeaturesWanted,
    Loading,
    Raised,
    Ready,
)
from annotator.segment.segmenter import CancellationToken, Embedding, Segmenter

LoadSegmenter = Callable[[Path | str | None, str], Segmenter]

# Features the child remembers, so that a prompt need not bring its image's along: 6 images of the official weights,
# which are the one on screen, its neighbours and those just left.
_RECENT_BYTES = 24 * 2**20

# Exceptions from here are raised again in the parent as they are; importing others there could import the network.
_SHARED_MODULES = ("builtins", "annotator.errors", "annotator.segment.segmenter")


def serve(connection: Connection, load: LoadSegmenter, weights: Path | str | None, precision: str) -> None:
    """Run the child until the parent's end of `connection` closes, which the parent's death does too."""
    # Ctrl+C in the terminal reaches both processes; when to end is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    inbox = _Inbox(connection)
    threading.Thread(target=inbox.listen, name="listen", daemon=True).start()
    try:
        connection.send(Loading())
        try:
            segmenter = load(weights, precision)
        except Exception as error:  # noqa: BLE001 - the parent raises it again
            connection.send(_raised(error))
            return
        connection.send(Ready(segmenter.identity))
        server = _Server(segmenter)
        while True:
            connection.send(server.answer(inbox.next_job()))
    except BrokenPipeError:
        return  # the parent is gone


@dataclass(frozen=True, eq=False)
class _Job:
    request: EncodeRequest | DecodeRequest
    cancel: CancellationToken = field(default_factory=CancellationToken)


class _Inbox:
    """Reads the pipe in a thread of its own, so that a cancel or the parent's death is noticed during an encode."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._jobs: queue.SimpleQueue[_Job] = queue.SimpleQueue()

    def next_job(self) -> _Job:
        return self._jobs.get()

    def listen(self) -> None:
        try:
            self._listen()
        except (EOFError, OSError):
            os._exit(0)  # the parent is gone, and nothing here is worth finishing
        except Exception:  # noqa: BLE001 - without this thread the process would be deaf, so it must end loudly
            traceback.print_exc()
            os._exit(1)

    def _listen(self) -> None:
        newest: _Job | None = None
        while True:
            message: EncodeRequest | DecodeRequest | CancelRequest = self._connection.recv()
            if not isinstance(message, CancelRequest):
                newest = _Job(message)
                self._jobs.put(newest)
            elif newest is not None:
                newest.cancel.cancel()


class _Server:
    """Answers requests with a segmenter of this process."""

    def __init__(self, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self._recent = EmbeddingCache(_RECENT_BYTES)
        self._arrays = AttachedArrays()

    def answer(self, job: _Job) -> Encoded | Decoded | FeaturesWanted | Raised:
        try:
            if isinstance(job.request, EncodeRequest):
                return self._encode(job.request, job.cancel)
            return self._decode(job.request)
        except Exception as error:  # noqa: BLE001 - the parent raises it again
            return _raised(error)

    def _encode(self, request: EncodeRequest, cancel: CancellationToken) -> Encoded:
        embedding = self._segmenter.encode(self._arrays.read(request.pixels), cancel=cancel)
        self._recent.put(embedding.fingerprint, embedding)
        self._arrays.write(request.features, embedding.features)
        return Encoded(embedding.fingerprint, embedding.frame, embedding.mask_threshold)

    def _decode(self, request: DecodeRequest) -> Decoded | FeaturesWanted:
        embedding = self._recent.get(request.fingerprint)
        if embedding is None:
            if request.features is None:
                return FeaturesWanted()
            features = self._arrays.read(request.features)
            # The parent has checked that it is this model's.
            model = self._segmenter.identity.digest
            embedding = Embedding(features, request.frame, request.fingerprint, model, request.mask_threshold)
            self._recent.put(request.fingerprint, embedding)
        batch = self._segmenter.decode_batch(embedding, request.prompts)
        self._arrays.write(request.logits, batch.logits)
        self._arrays.write(request.predicted_iou, batch.predicted_iou)
        return Decoded()


def _raised(error: Exception) -> Raised:
    travels = type(error).__module__ in _SHARED_MODULES and _can_be_sent(error)
    return Raised(error if travels else None, "".join(traceback.format_exception(error)))


def _can_be_sent(error: Exception) -> bool:
    """Whether the parent can be given the error itself: what is in it may be anything, such as a lock."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever pickling raises, the parent gets the traceback's text
        return False
    return True
