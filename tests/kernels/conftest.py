"""Every test here runs once per instruction set of this processor, and is skipped where the kernels were not built."""

from __future__ import annotations

import pytest

from annotator.kernels import KernelsUnavailable, library
from tests.instruction_sets import NAMES, instruction_set


@pytest.fixture(scope="session")
def kernels():
    """The loaded library."""
    try:
        return library.load()
    except KernelsUnavailable as why:
        pytest.skip(str(why))


@pytest.fixture(params=NAMES)
def isa(request: pytest.FixtureRequest, kernels):
    """An instruction set, in use during the test."""
    with instruction_set(request.param):
        yield request.param


@pytest.fixture
def restored_threads(kernels):
    """Puts the number of threads back after a test that changes it."""
    before = library.describe().threads
    yield
    library.set_threads(before)
