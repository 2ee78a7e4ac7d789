"""A Segmenter in a child process, for callers that must not be held up by it.

Importing the network and compiling it hold Python's global lock for seconds, and a crash of native code ends its
process; neither may happen to the window. The parent never imports the network.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotator.errors import SegmenterError
from annotator.segment.cache import EmbeddingStore
from annotator.segment.identity import ModelIdentity
from annotator.segment.prompt import Prompt
from annotator.segment.remote_child import LoadSegmenter
from annotator.segment.remote_process import ChildProcess
from annotator.segment.remote_wire import (
    ArraySpec,
    Decoded,
    DecodeRequest,
    Encoded,
    EncodeRequest,
    FeaturesWanted,
    Message,
    Raised,
    SharedArrays,
    Stage,
)
from annotator.segment.segmenter import (
    CancellationToken,
    DecodeBatch,
    Embedding,
    Proposal,
    check_embedding,
    check_prompts,
    load_segmenter,
)

_FLOAT32 = np.dtype(np.float32).str


class RemoteSegmenter:
    """A segmenter over a spawned child process; safe to use from any thread, one request at a time.

    weights, precision: as for load_segmenter. cache: where encode looks for an embedding first and puts it; None for
    none. on_stage: told of each Stage, in the thread that waits for it. load: what makes the segmenter in the child, a
    function the child can import.

    Everything but start(), close(), is_alive and pid waits until the child is ready and has answered other threads, and
    raises SegmenterError when the child has ended: then for every call until restart(). What the child's segmenter
    raises comes back as the same class, with the child's traceback as its cause (as RuntimeError if only the network's
    libraries know the class). A script that uses it needs the guard `if __name__ == "__main__":`, as all spawned
    processes do.
    """

    def __init__(
        self,
        weights: Path | str | None = None,
        precision: str = "fp32",
        *,
        cache: EmbeddingStore | None = None,
        on_stage: Callable[[Stage], None] | None = None,
        load: LoadSegmenter = load_segmenter,
    ) -> None:
        self._weights = weights
        self._precision = precision
        self._load = load
        self._cache = cache
        self._on_stage = on_stage
        self._lock = threading.RLock()
        self._process: ChildProcess | None = None
        self._why_ended = Raised(SegmenterError("The segmenter has not been started."), traceback="")
        self._arrays = SharedArrays()

    # -- the child's life --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the child and return at once; it loads the weights in the meantime."""
        with self._lock:
            if self._process is not None:
                raise RuntimeError("the segmenter has been started already")
            self._process = ChildProcess(self._load, self._weights, self._precision)
            self._report(Stage.STARTING)

    def wait_ready(self, timeout: float | None = None) -> None:
        """Wait until the child can serve, at most `timeout` seconds.

        Raises TimeoutError when the time is over, SegmenterError when the child has ended, and whatever loading raised,
        such as WeightsError.
        """
        with self._lock:
            self._ready_process(timeout)

    def restart(self) -> None:
        """End the child, if it still lives, and start another; returns at once like start()."""
        self.close()
        self.start()

    def close(self) -> None:
        """End the child and free the shared memory; a request another thread waits for raises SegmenterError."""
        process = self._process
        if process is not None:
            process.kill()  # before taking the lock, which a running request holds
        with self._lock:
            if self._process is not None and self._process is process:
                self._end(Raised(SegmenterError("The segmenter was closed."), traceback=""))

    def __enter__(self) -> RemoteSegmenter:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_alive(self) -> bool:
        """Whether the child process runs, ready or not."""
        process = self._process
        return process is not None and process.is_alive

    @property
    def pid(self) -> int | None:
        """The child's process id; None without a child."""
        process = self._process
        return None if process is None else process.pid

    # -- the segmenter -----------------------------------------------------------------------------------------------

    @property
    def identity(self) -> ModelIdentity:
        """Which model the child runs."""
        with self._lock:
            return self._ready_process().identity

    @property
    def name(self) -> str:
        """The checkpoint's name, for people."""
        return self.identity.name

    def encode(self, rgb: npt.NDArray[np.uint8], *, cancel: CancellationToken | None = None) -> Embedding:
        """Embed one oriented image, uint8 H x W x 3 RGB. Raises Cancelled between stages when `cancel` is set."""
        with self._lock:
            process = self._ready_process()
            if self._cache is not None:
                cached = self._cache.get(process.identity.fingerprint(rgb))
                if cached is not None:
                    return cached
            pixels, features = self._arrays.reserve(
                ArraySpec.of(rgb), ArraySpec(process.identity.features_shape, _FLOAT32)
            )
            self._arrays.write(pixels, rgb)
            reply = self._ask(process, EncodeRequest(pixels, features), cancel)
            if not isinstance(reply, Encoded):
                raise TypeError(f"the segmenter's process answered an encode with {reply}")
            embedding = Embedding(
                self._arrays.read(features),
                reply.frame,
                reply.fingerprint,
                process.identity.digest,
                reply.mask_threshold,
            )
            self._arrays.trim()
        if self._cache is not None:
            self._cache.put(embedding.fingerprint, embedding)
        return embedding

    def decode(self, embedding: Embedding, prompt: Prompt) -> list[Proposal]:
        """Three proposals for one prompt, best predicted IoU first. Raises PromptError for one outside the image."""
        return self.decode_batch(embedding, [prompt]).proposals(0, embedding)

    def decode_batch(self, embedding: Embedding, prompts: Sequence[Prompt]) -> DecodeBatch:
        """Low-resolution logits for many prompts at once; equal to decoding them one by one."""
        check_prompts(embedding, prompts)
        with self._lock:
            process = self._ready_process()
            check_embedding(embedding, process.identity)
            batch = self._decode(process, embedding, prompts, send_features=False)
            if batch is None:
                batch = self._decode(process, embedding, prompts, send_features=True)
            if batch is None:
                raise RuntimeError("the segmenter's process forgot the features it had just been sent")
            self._arrays.trim()
        return batch

    # -- with the lock held ------------------------------------------------------------------------------------------

    def _ready_process(self, timeout: float | None = None) -> ChildProcess:
        process = self._process
        if process is None:
            self._why_ended.throw()
        try:
            failed = process.wait_ready(timeout, self._report)
        except SegmenterError as error:
            self._end(Raised(error, traceback=""))
            raise
        if failed is not None:
            self._end(failed)
            failed.throw()
        return process

    def _decode(
        self, process: ChildProcess, embedding: Embedding, prompts: Sequence[Prompt], *, send_features: bool
    ) -> DecodeBatch | None:
        """The results, or None when the child needs the features for them."""
        side = process.identity.logits_side
        specs = [ArraySpec((len(prompts), 3, side, side), _FLOAT32), ArraySpec((len(prompts), 3), _FLOAT32)]
        if send_features:
            specs.append(ArraySpec.of(embedding.features))
        logits, predicted_iou, *features = self._arrays.reserve(*specs)
        if send_features:
            self._arrays.write(features[0], embedding.features)
        request = DecodeRequest(
            fingerprint=embedding.fingerprint,
            frame=embedding.frame,
            mask_threshold=embedding.mask_threshold,
            features=features[0] if send_features else None,
            prompts=tuple(prompts),
            logits=logits,
            predicted_iou=predicted_iou,
        )
        reply = self._ask(process, request, None)
        if isinstance(reply, FeaturesWanted):
            return None
        if not isinstance(reply, Decoded):
            raise TypeError(f"the segmenter's process answered a decode with {reply}")
        return DecodeBatch(self._arrays.read(logits), self._arrays.read(predicted_iou))

    def _ask(
        self, process: ChildProcess, request: EncodeRequest | DecodeRequest, cancel: CancellationToken | None
    ) -> Message:
        try:
            reply = process.ask(request, cancel)
        except SegmenterError as error:
            self._end(Raised(error, traceback=""))
            raise
        except BaseException:
            # Ctrl+C while waiting: the reply would be taken for the next request's.
            self._end(Raised(SegmenterError("The segmenter was interrupted; start it again."), traceback=""))
            raise
        if isinstance(reply, Raised):
            self._arrays.trim()
            reply.throw()
        return reply

    def _end(self, why: Raised) -> None:
        process, self._process = self._process, None
        self._why_ended = why
        if process is not None:
            process.dispose()
        self._arrays.close()

    def _report(self, stage: Stage) -> None:
        if self._on_stage is not None:
            self._on_stage(stage)
