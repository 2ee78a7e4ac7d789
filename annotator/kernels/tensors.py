"""Running operators on MindSpore tensors: as custom operators on Linux, through NumPy elsewhere.

Custom operators exist on Linux only. Both ways call the same C functions, so results are the same bits.
"""

from __future__ import annotations

import platform
from functools import cache

import mindspore as ms
from mindspore import Tensor, ops

from annotator.kernels import arrays
from annotator.kernels.library import library_path
from annotator.kernels.operators import Operator

_CUSTOM = platform.system() == "Linux"


def run(operator: Operator, *inputs: Tensor) -> Tensor:
    """The operator's result; all tensors are float32. Nothing is compiled, and the GIL is released meanwhile.

    Raises ValueError or RuntimeError when the inputs do not fit the operator.
    """
    if _CUSTOM:
        return _custom(operator)(*inputs)
    return Tensor.from_numpy(arrays.run(operator, *(tensor.asnumpy() for tensor in inputs)))


@cache
def _custom(operator: Operator) -> ops.Custom:
    return ops.Custom(
        f"{library_path()}:{operator.symbol}",
        out_shape=lambda *shapes: operator.output_shape(shapes),
        out_dtype=lambda *_: ms.float32,
        func_type="aot",
    )
