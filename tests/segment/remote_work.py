"""What the tests of the segmenter in a child process share."""

from __future__ import annotations

import os
import signal
import threading
import time
from multiprocessing.shared_memory import SharedMemory

import numpy as np

from annotator.segment import Prompt

PATIENCE = 60.0  # seconds before a test gives up on a child; nothing is measured with it

PROMPTS = [
    Prompt([(120, 120)], [1]),
    Prompt([(120, 120), (160, 160)], [1, 0]),
    Prompt(box=(90, 90, 260, 210)),
    Prompt([(160, 160)], [1], (140, 140, 190, 190), np.full((64, 64), 3, np.float32)),
]


def kill(pid):
    os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))  # on Windows every signal ends the process at once


def until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def exists(segment):
    try:
        SharedMemory(segment).close()
    except FileNotFoundError:
        return False
    return True


def encode_in_thread(segmenter, rgb, cancel=None):
    """Start an encode; returns the thread and the list its result or exception goes to."""
    outcome = []

    def run():
        try:
            outcome.append(segmenter.encode(rgb, cancel=cancel))
        except Exception as error:  # noqa: BLE001 - the test looks at it
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, outcome
