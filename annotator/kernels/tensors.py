"""Running operators on MindSpore tensors: as custom operators where there are some, through NumPy elsewhere.

Custom operators exist on Linux only, and not where the library's path has a colon. Both ways call the same C functions,
so results are the same bits.
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
    custom = _custom(operator) if _CUSTOM else None
    if custom is not None:
        return custom(*inputs)
    return Tensor.from_numpy(arrays.run(operator, *(tensor.asnumpy() for tensor in inputs)))


@cache
def _custom(operator: Operator) -> ops.Custom | None:
    path = str(library_path())
    if ":" in path:
        return None  # MindSpore would take what follows for the function's name
    return ops.Custom(
        f"{path}:{operator.symbol}",
        out_shape=lambda *shapes: operator.output_shape(shapes),
        out_dtype=lambda *_: ms.float32,
        func_type="aot",
    )
