"""A fault of the program in the segmenter's thread."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.errors import SegmenterError
from annotator.gui.errands import Errand
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import SegmenterState
from tests.fakes import FakeSegmenter


class Faulty(FakeSegmenter):
    """Starts, unless told to fail as no segmenter may."""

    def __init__(self) -> None:
        super().__init__()
        self.is_broken = True
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        if self.is_broken:
            raise TypeError("a slip of the programmer")

    restart = start

    def wait_ready(self, timeout: float | None = None) -> None:
        pass

    def close(self) -> None:
        pass


def test_it_is_reported_nobody_waits_for_ever_and_a_restart_mends_it(qtbot):
    segmenter = Faulty()
    inference = Inference(lambda: segmenter)
    errand = Errand(lambda segmenter, interruption: segmenter.name, None)
    inference.submit(errand)
    with qtbot.capture_exceptions() as exceptions:
        inference.start()
        qtbot.waitUntil(lambda: inference.state is SegmenterState.FAILED, timeout=20_000)
        with pytest.raises(SegmenterError, match="a fault in the program"):
            errand.answer.result(timeout=20)
        late = Errand(lambda segmenter, interruption: segmenter.name, None)
        inference.submit(late)
        with pytest.raises(SegmenterError, match="a fault in the program"):
            late.answer.result(timeout=20)
        assert inference._thread.wait(20_000)
    assert [kind for kind, *_ in exceptions] == [TypeError]

    segmenter.is_broken = False
    inference.restart()
    inference.restart()
    with qtbot.waitSignal(inference.encoded, timeout=20_000) as caught:
        inference.show_image("a", np.zeros((20, 30, 3), np.uint8))
    assert caught.args[0].key == "a"
    assert inference.problem == ""
    inference.close()
    # The second restart is one of the segmenter that runs; the thread was started but once.
    assert segmenter.starts <= 3


class Forgetful(FakeSegmenter):
    """Has no memory for large images for as long as it is short of it."""

    is_short = True

    def start(self) -> None:
        pass

    restart = close = start

    def wait_ready(self, timeout: float | None = None) -> None:
        pass

    def encode(self, rgb, *, cancel=None):
        if self.is_short and rgb.shape[0] > 100:
            raise MemoryError
        return super().encode(rgb, cancel=cancel)


def test_an_image_for_which_there_is_no_memory_is_refused_and_the_next_is_not(qtbot):
    segmenter = Forgetful()
    inference = Inference(lambda: segmenter)
    inference.start()
    with qtbot.waitSignal(inference.encode_failed, timeout=20_000) as failed:
        inference.show_image("large", np.zeros((200, 200, 3), np.uint8))
    key, reason = failed.args
    assert key == "large"
    assert "not enough memory" in reason
    with qtbot.waitSignal(inference.encoded, timeout=20_000) as encoded:
        inference.show_image("small", np.zeros((20, 30, 3), np.uint8))
    assert encoded.args[0].key == "small"
    qtbot.waitUntil(lambda: inference.state is SegmenterState.READY)  # told after the embedding
    segmenter.is_short = False  # other programs were closed
    with qtbot.waitSignal(inference.encoded, timeout=20_000) as encoded:
        inference.show_image("large", np.zeros((200, 200, 3), np.uint8))
    assert encoded.args[0].key == "large"
    inference.close()
