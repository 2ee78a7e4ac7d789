"""Tensors out of a PyTorch file, without torch and without running any code in it.

Formats, as in PyTorch's `torch/serialization.py`: the zip archive of torch >= 1.6, which holds a pickle beside one file
per storage, and the older stream of five pickles and the storages.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from annotator.errors import WeightsError
from annotator.model.torch_pickle import Storage, StoredTensor, TensorUnpickler, printable

ZIP_MAGIC = b"PK\x03\x04"
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_LEGACY_VERSION = 1001
_LARGEST_PICKLE = 2**24  # bytes; that of a TinySAM state dict has 60 kB


@contextmanager
def open_torch_file(path: Path) -> Iterator[Mapping[str, StoredTensor]]:
    """The tensors of a PyTorch file by name, readable inside the `with`.

    The file holds a dictionary of tensors, or one under "model" or "state_dict". It does not matter on which device the
    tensors lived when they were saved. Raises WeightsError for anything else, OSError when the file cannot be read.
    """
    with path.open("rb") as file:
        if file.read(len(ZIP_MAGIC)) == ZIP_MAGIC:
            try:
                archive = zipfile.ZipFile(file)
            except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
                raise WeightsError(
                    "{path} is damaged or truncated ({reason}); download or copy it again.",
                    path=path,
                    reason=printable(error),
                ) from error
            with archive:
                yield _archived(path, archive)
        else:
            file.seek(0)
            yield _legacy(path, file)


def _archived(path: Path, archive: zipfile.ZipFile) -> Mapping[str, StoredTensor]:
    names = archive.namelist()
    pickles = [name for name in names if name == "data.pkl" or name.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise WeightsError("{path} is a zip archive but not a PyTorch checkpoint: it holds no data.pkl.", path=path)
    folder = pickles[0].removesuffix("data.pkl")
    order = f"{folder}byteorder"
    if order in names and _member(path, archive, order, limit=16) != b"little":
        raise _big_endian(path)

    def read(storage: Storage) -> bytes:
        size = storage.count * storage.dtype.itemsize
        data = _member(path, archive, f"{folder}data/{storage.key}", limit=size)
        if len(data) != size:
            raise WeightsError(
                "{path} is damaged: storage {key} has {found} bytes instead of {size}.",
                path=path,
                key=printable(storage.key),
                found=len(data),
                size=size,
            )
        return data

    program = _member(path, archive, pickles[0], limit=_LARGEST_PICKLE)
    return _tensors(path, TensorUnpickler(path, read).load(io.BytesIO(program)))


def _member(path: Path, archive: zipfile.ZipFile, name: str, *, limit: int) -> bytes:
    """The bytes of one file in the archive; it is damaged when there are more than `limit`."""
    try:
        info = archive.getinfo(name)
        # Stored files cannot be larger than the archive, so a small archive cannot fill the memory.
        if info.compress_type != zipfile.ZIP_STORED:
            raise WeightsError(
                "{path} compresses {entry}, which torch.save never does; save it again with torch.",
                path=path,
                entry=printable(name),
            )
        if info.file_size > limit:
            raise WeightsError(
                "{path} is damaged: {entry} has {file_size} bytes where {limit} are expected.",
                path=path,
                entry=printable(name),
                file_size=info.file_size,
                limit=limit,
            )
        return archive.read(info)
    except KeyError as error:
        raise WeightsError("{path} is damaged: it lacks {entry}.", path=path, entry=printable(name)) from error
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as error:
        raise WeightsError(
            "{path} is damaged or truncated: {entry} cannot be read ({reason}).",
            path=path,
            entry=printable(name),
            reason=printable(error),
        ) from error


def _legacy(path: Path, file: BinaryIO) -> Mapping[str, StoredTensor]:
    starts: dict[str, int] = {}

    def read(storage: Storage) -> bytes:
        file.seek(starts[storage.key])
        return file.read(storage.count * storage.dtype.itemsize)

    unpickler = TensorUnpickler(path, read)
    pickles = io.BytesIO(file.read(_LARGEST_PICKLE))
    if unpickler.load(pickles) != _LEGACY_MAGIC or unpickler.load(pickles) != _LEGACY_VERSION:
        raise WeightsError(
            "{path} is a pickle but not a PyTorch checkpoint; give a file that torch.save wrote.", path=path
        )
    system = unpickler.load(pickles)
    if isinstance(system, dict) and system.get("little_endian") is False:
        raise _big_endian(path)
    tensors = _tensors(path, unpickler.load(pickles))
    keys = unpickler.load(pickles)
    if (
        not isinstance(keys, list)
        or not all(isinstance(key, str) for key in keys)
        or set(keys) != set(unpickler.storages)
    ):
        raise WeightsError("{path} is damaged: its list of storages does not fit its tensors.", path=path)
    # The storages follow in the order of the keys: the count of their numbers, eight bytes, and the numbers.
    position = pickles.tell()
    end = file.seek(0, io.SEEK_END)
    for key in keys:
        storage = unpickler.storages[key]
        file.seek(position)
        count = int.from_bytes(file.read(8), "little")
        starts[key] = position + 8
        position = starts[key] + count * storage.dtype.itemsize
        if count != storage.count or position > end:
            raise WeightsError("{path} is damaged or truncated at storage {key}.", path=path, key=printable(key))
    return tensors


def _tensors(path: Path, value: object) -> Mapping[str, StoredTensor]:
    if isinstance(value, dict):
        value = next((value[key] for key in ("model", "state_dict") if isinstance(value.get(key), dict)), value)
    if not isinstance(value, dict) or not value:
        raise WeightsError(
            "{path} is a PyTorch file but holds no dictionary of tensors; save the model's state_dict.", path=path
        )
    for name, entry in value.items():
        if not isinstance(name, str) or not isinstance(entry, StoredTensor):
            raise WeightsError(
                "{path} holds {entry}, which is no tensor; save the model's state_dict alone.",
                path=path,
                entry=printable(name),
            )
    return value


def _big_endian(path: Path) -> WeightsError:
    return WeightsError("{path} was saved on a big-endian machine; save it again on a little-endian one.", path=path)
