"""What the child processes of test_remote.py load; `weights` tells each of them what to do."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from annotator.errors import WeightsError
from tests.fakes import FakeSegmenter


def load_slow(weights, precision):
    """Every encode creates the file `weights` and takes a minute, unless it is cancelled."""
    return SlowSegmenter(Path(weights))


def load_for_ever(weights, precision):
    """Loading never ends."""
    time.sleep(3600)


def load_nothing(weights, precision):
    """Loading fails as for a damaged checkpoint."""
    raise WeightsError(f"{weights} is damaged; import it again.")


def load_buggy(weights, precision):
    return BuggySegmenter()


class SlowSegmenter(FakeSegmenter):
    def __init__(self, began: Path):
        super().__init__(encode_seconds=60)
        self.began = began

    def encode(self, rgb, *, cancel=None):
        self.began.touch()
        return super().encode(rgb, cancel=cancel)


class ForeignError(Exception):
    """Of a module the parent does not know."""


class BuggySegmenter(FakeSegmenter):
    """Decoding goes wrong, in a way that the number of prompts chooses."""

    def decode_batch(self, embedding, prompts):
        if len(prompts) == 1:
            return super().decode_batch(embedding, prompts)
        if len(prompts) == 2:
            return self.divide(1, 0)
        if len(prompts) == 3:
            raise ForeignError("abroad")
        if len(prompts) == 4:
            raise RuntimeError("with a lock", threading.Lock())
        raise WeightsError("The weights changed.")

    def divide(self, a, b):
        return a / b
