"""Kernels for the CPU: the network's layers, each fused into one pass over memory that stays in the caches.

C++ behind a plain C interface (src/), built when the package is installed. `available()` says whether that worked. The
operators run on NumPy arrays (`arrays.run`) and on MindSpore tensors (`tensors.run`).
"""

from annotator.kernels.library import Description, KernelsUnavailable, available, describe, set_threads
from annotator.kernels.processors import usable_processors

__all__ = ["Description", "KernelsUnavailable", "available", "describe", "set_threads", "usable_processors"]
