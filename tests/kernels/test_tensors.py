"""The same kernels on MindSpore tensors."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from annotator.kernels import arrays, library, operators
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


def test_a_colon_in_the_path_is_no_obstacle(inputs, monkeypatch, tmp_path):
    folder = tmp_path / "a:b"
    folder.mkdir()
    copy = Path(shutil.copy(library.library_path(), folder))
    monkeypatch.setattr(tensors, "library_path", lambda: copy)
    tensors._custom.cache_clear()
    try:
        result = tensors.run(operators.PATCH_MERGING[1], *(Tensor.from_numpy(array) for array in inputs))
    finally:
        tensors._custom.cache_clear()
    np.testing.assert_array_equal(result.asnumpy(), arrays.run(operators.PATCH_MERGING[1], *inputs))


def test_what_does_not_fit_is_an_error(inputs):
    inputs[2] = inputs[2][:-1].copy()
    with pytest.raises((ValueError, RuntimeError), match="TsPatchMerging"):
        tensors.run(operators.PATCH_MERGING[1], *(Tensor.from_numpy(array) for array in inputs)).asnumpy()
