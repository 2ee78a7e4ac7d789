"""The compiled library: where it is, whether it fits, and what it runs on."""

from __future__ import annotations

import ctypes
import platform
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from annotator.kernels import processors

ABI_VERSION = 4  # kAbiVersion of src/entry.cpp
MISFIT = 1  # kMisfit
NO_MEMORY = 2  # kNoMemory
MOST_THREADS = 1024  # kMostThreads

_NAMES = {"Windows": "annotator_kernels.dll", "Darwin": "libannotator_kernels.dylib"}


class KernelsUnavailable(Exception):
    """The library is not installed or cannot be used; the message says why."""


@dataclass(frozen=True)
class Description:
    """isa: the instruction set in use, such as "avx2". threads: that share one kernel, the caller's included."""

    isa: str
    threads: int
    path: Path

    def __str__(self) -> str:
        return f"{self.isa}, {self.threads} thread{'' if self.threads == 1 else 's'}"


def library_path() -> Path:
    """Where the library is. Raises KernelsUnavailable when it was not built."""
    name = _NAMES.get(platform.system(), "libannotator_kernels.so")
    # An editable installation keeps what was compiled in another folder than the modules.
    for folder in sys.modules[__package__].__path__:
        if (path := Path(folder) / name).is_file():
            return path
    raise KernelsUnavailable(f"{Path(__file__).with_name(name)} does not exist: no C++ compiler built it")


@cache
def load() -> ctypes.CDLL:
    """The library, loaded once. Raises KernelsUnavailable."""
    path = library_path()
    try:
        library = ctypes.CDLL(str(path))
        library.ts_isa.restype = ctypes.c_char_p
        library.ts_select_isa.argtypes = [ctypes.c_char_p]
        version = library.ts_abi_version()
    except (OSError, AttributeError) as error:
        raise KernelsUnavailable(f"{path} cannot be loaded: {error}") from error
    if version != ABI_VERSION:
        raise KernelsUnavailable(f"{path} has interface {version}, but this package needs {ABI_VERSION}: rebuild it")
    # It knows which processors the process may run on, but nothing of a container's quota of their time.
    library.ts_set_threads(ctypes.c_int(min(processors.usable_processors(), MOST_THREADS)))
    return library


def available() -> bool:
    """Whether the kernels can be used."""
    try:
        load()
    except KernelsUnavailable:
        return False
    return True


def describe() -> Description:
    """What the kernels run on. Raises KernelsUnavailable."""
    library = load()
    return Description(isa=library.ts_isa().decode(), threads=library.ts_threads(), path=library_path())


def set_threads(count: int) -> None:
    """Let `count` threads, 1..1024, work on each kernel; waits for a running one. Results do not depend on it."""
    if load().ts_set_threads(ctypes.c_int(count)) == MISFIT:
        raise ValueError(f"{count} threads; it must be 1..{MOST_THREADS}")


def select_isa(name: str) -> None:
    """Use another instruction set, one of "avx512", "avx2", "sse2" and "neon", for tests and measurements.

    Weights packed before have the wrong layout afterwards. Raises ValueError when this processor or build lacks it.
    """
    if load().ts_select_isa(name.encode()) == MISFIT:
        raise ValueError(f"the instruction set {name!r} is not available here")


def panel() -> int:
    """How many outputs a panel of packed weights has."""
    return int(load().ts_panel())
