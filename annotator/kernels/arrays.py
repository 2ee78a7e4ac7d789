"""Running operators on NumPy arrays through ctypes, and packing weights. Works on every system."""

from __future__ import annotations

import ctypes
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from annotator.kernels.library import MISFIT, NO_MEMORY, load, panel
from annotator.kernels.operators import CHANNEL_STEP, Operator

Floats = npt.NDArray[np.float32]

_CACHE_LINE = 64
_FLOAT32 = b"float32"
_INT64 = ctypes.sizeof(ctypes.c_int64)


def run(operator: Operator, *inputs: Floats, out: Floats | None = None) -> Floats:
    """The operator's result, in `out` when that is given. The GIL is released meanwhile.

    Raises ValueError when the inputs do not fit the operator or each other, MemoryError when memory runs out.
    """
    for array in inputs if out is None else (*inputs, out):
        if array.dtype != np.float32 or not array.flags.c_contiguous:
            raise ValueError(f"{operator.symbol} takes C-contiguous float32 arrays, not {array.dtype} {array.strides}")
    shapes = [array.shape for array in inputs]
    output = np.empty(operator.output_shape(shapes), np.float32) if out is None else out
    arrays = [*inputs, output]
    count = len(arrays)
    ranks = [array.ndim for array in arrays]
    # One block of memory for all shapes: making many small ones takes longer than the smallest kernels.
    sizes = (ctypes.c_int64 * sum(ranks))(*(size for array in arrays for size in array.shape))
    shapes_at = (ctypes.addressof(sizes) + _INT64 * start for start in accumulate(ranks[:-1], initial=0))
    outcome = getattr(load(), operator.symbol)(
        ctypes.c_int(count),
        (ctypes.c_void_p * count)(*(array.__array_interface__["data"][0] for array in arrays)),
        (ctypes.c_int * count)(*ranks),
        (ctypes.c_void_p * count)(*shapes_at),
        (ctypes.c_char_p * count)(*([_FLOAT32] * count)),
        None,
        None,
    )
    if outcome == MISFIT:
        raise ValueError(f"{operator.symbol} cannot take arrays of the shapes {shapes}")
    if outcome == NO_MEMORY:
        raise MemoryError(f"{operator.symbol} ran out of memory")
    return output


def pack(weight: Floats) -> Floats:
    """An out x in matrix as panels, (out / panel, in, panel), for the instruction set in use.

    Raises ValueError when out is no multiple of CHANNEL_STEP.
    """
    out, inner = weight.shape
    if out % CHANNEL_STEP:
        raise ValueError(f"a weight of {out} outputs cannot be packed; it must be a multiple of {CHANNEL_STEP}")
    width = panel()
    packed = aligned((out // width, inner, width))
    packed[:] = weight.reshape(-1, width, inner).transpose(0, 2, 1)
    return packed


def aligned(shape: tuple[int, ...]) -> Floats:
    """An uninitialised float32 array that starts on a cache line, so that no register's load straddles two."""
    size = int(np.prod(shape)) * 4
    memory = np.empty(size + _CACHE_LINE, np.uint8)
    start = -memory.ctypes.data % _CACHE_LINE
    return memory[start : start + size].view(np.float32).reshape(shape)
