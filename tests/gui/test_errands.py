"""The segmenter as it is lent to background jobs, over an inference that answers as each test wants."""

from __future__ import annotations

import concurrent.futures

import pytest

from annotator.gui.errands import Errand, LentSegmenter
from annotator.segment import CancellationToken, Cancelled


class Late(concurrent.futures.Future):
    """An answer that comes in the very moment in which the wait for it ends."""

    def __init__(self, answer) -> None:
        super().__init__()
        self._late_answer = answer

    def result(self, timeout=None):
        if self.done():
            return super().result(timeout)
        if isinstance(self._late_answer, Exception):
            self.set_exception(self._late_answer)
        else:
            self.set_result(self._late_answer)
        raise concurrent.futures.TimeoutError


class LateInference:
    """Answers every errand so."""

    def __init__(self, answer) -> None:
        self._answer = answer

    def submit(self, errand: Errand) -> None:
        errand.answer = Late(self._answer)


class SilentInference:
    """Never answers."""

    def submit(self, errand: Errand) -> None:
        pass


def test_an_answer_in_the_moment_of_a_timeout_is_taken():
    lent = LentSegmenter(LateInference((1, "the identity")), CancellationToken())
    assert lent.identity == "the identity"


def test_a_timeout_of_the_segmenter_itself_is_raised():
    lent = LentSegmenter(LateInference(TimeoutError("its own")), CancellationToken())
    with pytest.raises(TimeoutError, match="its own"):
        _ = lent.identity


def test_cancelling_ends_the_wait():
    cancel = CancellationToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        _ = LentSegmenter(SilentInference(), cancel).identity
