"""PyTorch files written without torch: as `torch.save` writes them, and with lies in them."""

from __future__ import annotations

import collections
import io
import pickle
import sys
import types
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy as np

LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
LEGACY_VERSION = 1001


def _stand_in(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return type(attribute, (), {"__module__": module, "__qualname__": attribute})


REBUILD_TENSOR = _stand_in("torch._utils._rebuild_tensor_v2")
REBUILD_PARAMETER = _stand_in("torch._utils._rebuild_parameter")
STORAGES = {
    dtype: _stand_in(f"torch.{name}Storage")
    for dtype, name in {
        "<f4": "Float", "<f8": "Double", "<f2": "Half", "<u2": "BFloat16", "<i8": "Long", "<i4": "Int", "<i2": "Short",
        "|i1": "Char", "|u1": "Byte", "|b1": "Bool",
    }.items()
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Storage:
    """Numbers in the file. `count` and `kind` are what the pickle says of them."""

    key: Any
    numbers: np.ndarray
    device: str = "cpu"
    count: Any = None
    kind: Any = None
    extra: tuple = ()

    @property
    def persistent_id(self) -> Any:
        kind = STORAGES[self.numbers.dtype.str] if self.kind is None else self.kind
        count = self.numbers.size if self.count is None else self.count
        return ("storage", kind, self.key, self.device, count, *self.extra)


@dataclass(frozen=True, eq=False)
class RawId:
    """A persistent id of any kind."""

    persistent_id: Any


@dataclass(frozen=True, eq=False)
class Call:
    """function(*arguments) in the pickle."""

    function: Any
    arguments: tuple

    def __reduce__(self):
        return self.function, self.arguments


def tensor(array: np.ndarray, key: str, **lies: Any) -> Call:
    """A tensor with a storage of its own."""
    array = np.asarray(array)
    storage = Storage(key, np.asarray(array, order="C").reshape(-1), **lies)
    strides = tuple(step // array.itemsize for step in np.empty(array.shape, array.dtype).strides)
    return view(storage, 0, array.shape, strides)


def view(storage: Any, offset: Any, shape: Any, strides: Any) -> Call:
    return Call(REBUILD_TENSOR, (storage, offset, shape, strides, False, collections.OrderedDict()))


def state_dict(arrays: Mapping[str, np.ndarray], **options: Any) -> collections.OrderedDict:
    return collections.OrderedDict((name, tensor(a, str(i), **options)) for i, (name, a) in enumerate(arrays.items()))


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, protocol: int) -> None:
        super().__init__(file, protocol)
        self.storages: dict[Any, np.ndarray] = {}

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Storage):
            self.storages[obj.key] = obj.numbers
        return obj.persistent_id if isinstance(obj, (Storage, RawId)) else None


def pickled(value: Any, protocol: int = 2) -> tuple[bytes, dict[Any, np.ndarray]]:
    """The pickle of a value and the storages it mentions."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    for kind in STORAGES.values():
        setattr(torch, kind.__name__, kind)
    utils._rebuild_tensor_v2, utils._rebuild_parameter = REBUILD_TENSOR, REBUILD_PARAMETER
    file = io.BytesIO()
    with mock.patch.dict(sys.modules, {"torch": torch, "torch._utils": utils}):
        pickler = _Pickler(file, protocol)
        pickler.dump(value)
    return file.getvalue(), pickler.storages


def archive(
    program: bytes,
    storages: Mapping[Any, np.ndarray],
    *,
    byteorder: bytes | None = b"little",
    compression: int = zipfile.ZIP_STORED,
) -> bytes:
    """The zip format of torch >= 1.6."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as zipped:
        zipped.writestr("archive/data.pkl", program)
        if byteorder is not None:
            zipped.writestr("archive/byteorder", byteorder)
        for key, numbers in storages.items():
            zipped.writestr(f"archive/data/{key}", numbers.tobytes())
    return file.getvalue()


def zip_file(value: Any, *, protocol: int = 2, **options: Any) -> bytes:
    return archive(*pickled(value, protocol), **options)


def legacy_file(value: Any, *, little_endian: bool = True, keys: Any = None) -> bytes:
    """The stream of pickles and storages of torch < 1.6."""
    program, storages = pickled(value)
    system = {"protocol_version": LEGACY_VERSION, "little_endian": little_endian, "type_sizes": {"int": 4}}
    head = b"".join(pickle.dumps(part, 2) for part in (LEGACY_MAGIC, LEGACY_VERSION, system))
    body = b"".join(numbers.size.to_bytes(8, "little") + numbers.tobytes() for numbers in storages.values())
    return head + program + pickle.dumps(list(storages) if keys is None else keys, 2) + body
