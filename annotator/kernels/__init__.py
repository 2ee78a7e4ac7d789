"""Kernels for the CPU: the image encoder's layers, each fused into one pass over memory that stays in the caches.

C++ behind a plain C interface (src/), built when the package is installed. `available()` says whether that worked. The
operators run on NumPy arrays (`arrays.run`) everywhere, and as MindSpore custom operators on Linux (`custom`).
"""

from annotator.kernels.library import Description, KernelsUnavailable, available, describe, set_threads

__all__ = ["Description", "KernelsUnavailable", "available", "describe", "set_threads"]
