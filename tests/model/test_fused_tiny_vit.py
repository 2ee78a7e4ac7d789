"""The fused encoder against the stored reference outputs, and against the encoder made of stock operators."""

from __future__ import annotations

import numpy as np
import pytest
from mindspore import Tensor

from annotator import kernels
from annotator.model.cells import Weights
from annotator.model.checkpoint import read_checkpoint
from annotator.model.fold import fold
from annotator.model.fused_tiny_vit import FusedTinyVit
from annotator.model.tiny_vit import TinyVit
from tests.model.reference_input import network_input

PARITY = 2e-3  # the bound for embeddings
FUSED = 2e-4  # what float32 rounding accounts for; the stored outputs and the two encoders agree better than this

if not kernels.available():
    pytest.skip("the kernels were not built", allow_module_level=True)


@pytest.fixture(scope="module")
def weights(shared):
    checkpoint = read_checkpoint(shared / "reference" / "starter.pth")
    return Weights(fold(checkpoint.tensors)).under("image_encoder")


@pytest.mark.parametrize("name", ["photo", "square", "wide"])
def test_parity_with_the_reference(weights, shared, name):
    image = network_input(shared / "reference" / f"{name}.jpg", 1024)
    with np.load(shared / "reference" / "golden.npz") as golden:
        expected = golden[f"{name}_embedding"]
    result = FusedTinyVit(weights)(Tensor(image), lambda: None).asnumpy()
    assert np.abs(result - expected).max() <= min(PARITY, FUSED)


@pytest.mark.parametrize("size", [256, 320])  # 320: no grid is a multiple of its window
def test_equals_the_stock_encoder(weights, size):
    image = np.random.default_rng(size).standard_normal((1, 3, size, size)).astype(np.float32)
    result = FusedTinyVit(weights)(Tensor(image), lambda: None).asnumpy()
    expected = TinyVit(weights, size)(Tensor(image), lambda: None).asnumpy()
    assert result.shape == expected.shape == (1, 256, size // 16, size // 16)
    assert np.abs(result - expected).max() <= FUSED


def test_polls_between_kernels_and_lets_errors_through(weights):
    encoder = FusedTinyVit(weights)
    image = Tensor(np.zeros((1, 3, 256, 256), np.float32))
    polls = []
    encoder(image, lambda: polls.append(None))
    assert len(polls) > 20

    class Stop(Exception):
        pass

    def stop():
        raise Stop

    with pytest.raises(Stop):
        encoder(image, stop)
