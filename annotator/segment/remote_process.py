"""The child process of a RemoteSegmenter as its parent sees it: starting, talking, and noticing its death."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path

from annotator.errors import SegmenterError, Sentence, reason_of
from annotator.segment.identity import ModelIdentity
from annotator.segment.remote_child import LoadSegmenter, serve
from annotator.segment.remote_wire import (
    CancelRequest,
    DecodeRequest,
    EncodeRequest,
    Message,
    Raised,
    Ready,
    Stage,
)
from annotator.segment.segmenter import CancellationToken

_CANCEL_POLL_SECONDS = 0.01
_DYING_SECONDS = 5.0  # how long a process whose pipe broke may take to end
_SIGKILL = 9  # Windows has no such signal, and no such name in Python


class ChildProcess:
    """A spawned process that serves a segmenter. Its methods are for one thread at a time, except kill().

    It ends with its parent: the operating system closes the parent's end of the pipe, and the child sees that.
    """

    def __init__(self, load: LoadSegmenter, weights: Path | str | None, precision: str) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, childs_end = context.Pipe()
        self._process = context.Process(
            target=serve, args=(childs_end, load, weights, precision), name="segmenter", daemon=True
        )
        try:
            self._process.start()
        except OSError as error:
            self._connection.close()
            raise SegmenterError(
                "The segmenter's process cannot be started ({reason}); close other programs and try again.",
                reason=reason_of(error),
            ) from error
        finally:
            # Only the child may hold its end, or its death would not close the pipe.
            childs_end.close()
        self._identity: ModelIdentity | None = None
        self._killed = False

    @property
    def is_alive(self) -> bool:
        """Whether the process runs, be it ready or not."""
        return self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """The system's number of the process."""
        return self._process.pid

    @property
    def identity(self) -> ModelIdentity:
        """Which model the child runs; known once wait_ready() has returned."""
        if self._identity is None:
            raise RuntimeError("the segmenter's process is not ready yet")
        return self._identity

    def wait_ready(self, timeout: float | None, on_stage: Callable[[Stage], None]) -> Raised | None:
        """Wait until the child can serve; returns what loading raised, or None. Raises TimeoutError, SegmenterError."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while self._identity is None:
            if not self._poll(None if deadline is None else max(0.0, deadline - time.monotonic())):
                raise TimeoutError(f"the segmenter was not ready within {timeout:g} seconds")
            message = self._receive()
            if isinstance(message, Raised):
                return message
            if isinstance(message, Ready):
                self._identity = message.identity
                on_stage(Stage.READY)
            else:
                on_stage(Stage.LOADING)
        return None

    def ask(self, request: EncodeRequest | DecodeRequest, cancel: CancellationToken | None) -> Message:
        """Send the request and wait for its reply; passes a cancel on. Raises SegmenterError when the child ends."""
        self._send(request)
        while cancel is not None and not self._poll(_CANCEL_POLL_SECONDS):
            if cancel.is_cancelled:
                self._send(CancelRequest())
                cancel = None  # the child answers either way
        return self._receive()

    def kill(self) -> None:
        """End the child at once, from any thread; there is nothing in it to save."""
        self._killed = True
        self._process.kill()

    def dispose(self) -> None:
        """End the child, wait for its end and free the pipe."""
        self.kill()
        self._process.join()
        self._connection.close()

    def _send(self, message: EncodeRequest | DecodeRequest | CancelRequest) -> None:
        try:
            self._connection.send(message)
        except OSError:
            raise self._death() from None

    def _poll(self, timeout: float | None) -> bool:
        try:
            return self._connection.poll(timeout)
        except OSError:
            raise self._death() from None

    def _receive(self) -> Message:
        try:
            message: Message = self._connection.recv()
        except (EOFError, OSError):
            raise self._death() from None
        return message

    def _death(self) -> SegmenterError:
        self._process.join(_DYING_SECONDS)
        if self._killed:
            return SegmenterError("The segmenter was closed.")
        code = self._process.exitcode
        if code is None:
            how = Sentence("stopped answering")
        elif code == -_SIGKILL:
            how = Sentence("was killed, perhaps for lack of memory")
        elif code < 0:
            how = Sentence("was ended by signal {number}", number=-code)
        else:
            how = Sentence("ended unexpectedly with exit code {code}", code=code)
        return SegmenterError("The segmenter's process {how}. Start it again and repeat what you asked for.", how=how)
