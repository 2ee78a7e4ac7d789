"""The shipped checkpoint, once per session."""

from __future__ import annotations

import pytest

from annotator.model.checkpoint import Checkpoint, read_checkpoint
from annotator.model.fold import Tensors, fold
from annotator.paths import shipped_weights_dir


@pytest.fixture(scope="session")
def checkpoint() -> Checkpoint:
    """Its tensors are shared: tests that change some make a dictionary of their own."""
    return read_checkpoint(shipped_weights_dir() / "tinysam-starter.safetensors")


@pytest.fixture(scope="session")
def folded(checkpoint) -> Tensors:
    return fold(checkpoint.tensors)
