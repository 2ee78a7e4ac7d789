"""Every test here runs once per instruction set of this processor, and is skipped where the kernels were not built."""

from __future__ import annotations

import platform

import pytest

from annotator.kernels import KernelsUnavailable, library


@pytest.fixture(scope="session")
def kernels():
    """The loaded library."""
    try:
        return library.load()
    except KernelsUnavailable as why:
        pytest.skip(str(why))


ARM = platform.machine().lower() in ("aarch64", "arm64")


@pytest.fixture(params=["neon"] if ARM else ["avx512", "avx2", "sse2"])
def isa(request: pytest.FixtureRequest, kernels):
    """An instruction set, in use during the test."""
    best = library.describe().isa
    try:
        library.select_isa(request.param)
    except ValueError as why:
        pytest.skip(str(why))
    yield request.param
    library.select_isa(best)


@pytest.fixture
def restored_threads(kernels):
    """Puts the number of threads back after a test that changes it."""
    before = library.describe().threads
    yield
    library.set_threads(before)
