"""The same kernels on MindSpore tensors."""

from __future__ import annotations

import numpy as np
import pytest

from annotator.kernels import arrays, operators
from tests.kernels.test_arrays import Numbers

mindspore = pytest.importorskip("mindspore")
from mindspore import Tensor  # noqa: E402  only where MindSpore is installed

from annotator.kernels import tensors  # noqa: E402


@pytest.fixture
def inputs(kernels):
    n = Numbers(9)
    return [
        n(9, 13, 32), arrays.pack(n.weight(64, 32)), n(64), n.kernel(64), n(64), arrays.pack(n.weight(96, 64)), n(96)
    ]  # fmt: skip


@pytest.mark.parametrize("custom", [True, False])
@pytest.mark.parametrize("stride", [1, 2])
def test_tensors_give_the_bits_of_arrays(inputs, monkeypatch, custom, stride):
    if custom and not tensors._CUSTOM:
        pytest.skip("MindSpore has custom operators on Linux only")
    monkeypatch.setattr(tensors, "_CUSTOM", custom)
    operator = operators.PATCH_MERGING[stride]
    result = tensors.run(operator, *(Tensor.from_numpy(array) for array in inputs))
    assert result.shape == operator.output_shape([array.shape for array in inputs])
    np.testing.assert_array_equal(result.asnumpy(), arrays.run(operator, *inputs))


def test_what_does_not_fit_is_an_error(inputs):
    inputs[2] = inputs[2][:-1].copy()
    with pytest.raises((ValueError, RuntimeError), match="TsPatchMerging"):
        tensors.run(operators.PATCH_MERGING[1], *(Tensor.from_numpy(array) for array in inputs)).asnumpy()
