"""The instruction sets that the kernels are built for, one after the other."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from annotator.kernels import KernelsUnavailable, library

ARM = platform.machine().lower() in ("aarch64", "arm64")
NAMES = ["neon"] if ARM else ["avx512", "avx2", "sse2"]


@contextmanager
def instruction_set(name: str) -> Iterator[None]:
    """Compute with it for a while; networks made meanwhile fit no other. Skips the test where it is not there."""
    try:
        best = library.describe().isa
        library.select_isa(name)
    except (KernelsUnavailable, ValueError) as why:
        pytest.skip(str(why))
    try:
        yield
    finally:
        library.select_isa(best)
