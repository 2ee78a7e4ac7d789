"""One function call in a process of its own, for work that would hold up the window."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from annotator.errors import AnnotatorError, reason_of
from annotator.segment import CancellationToken

_POLL_SECONDS = 0.1


def call_in_child(function: Callable[..., Any], *arguments: object, cancel: CancellationToken) -> Any:
    """What `function(*arguments)` returns or raises; for a worker thread, which waits meanwhile.

    The function must be importable by name, and everything that goes in and comes out picklable. Raises Cancelled,
    with the process ended, when `cancel` is set, and AnnotatorError when the process cannot be started or dies.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(sender, function, arguments), name="annotator call", daemon=True)
    try:
        process.start()
    except OSError as error:
        receiver.close()
        raise AnnotatorError(
            "A background process cannot be started ({reason}); close other programs and try again.",
            reason=reason_of(error),
        ) from error
    finally:
        sender.close()
    try:
        while not receiver.poll(_POLL_SECONDS):
            cancel.check()
        try:
            succeeded, outcome = receiver.recv()
        except EOFError:
            raise AnnotatorError("The background process ended unexpectedly; try again.") from None
    finally:
        process.kill()
        process.join()
        process.close()
        receiver.close()
    if not succeeded:
        raise outcome
    return outcome


def _run(sender: Connection, function: Callable[..., Any], arguments: tuple[object, ...]) -> None:
    try:
        outcome = (True, function(*arguments))
    except AnnotatorError as error:
        outcome = (False, error)
    sender.send(outcome)
