"""What large pictures and embeddings took goes back to the system when they are forgotten."""

from __future__ import annotations

import ctypes
import sys

_M_MMAP_THRESHOLD = -3  # of glibc's malloc.h
_LARGE = 2 * 2**20


def give_back() -> None:
    """From now on, blocks of 2 MB and more are mapped each by itself, in this process; does nothing outside glibc.

    Of its own accord glibc stops doing so once it has seen such a block freed: they lie among small ones then, whose
    neighbours keep the place from being given back. Paging through a folder took 120 MB more.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # other C libraries of Linux have none
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _LARGE)
