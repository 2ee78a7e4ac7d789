"""The tensors of a checkpoint file, whatever its format; the content decides, not the suffix."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors

from annotator.errors import WeightsError, reason_of
from annotator.model.architecture import tensor_shapes
from annotator.model.torch_file import ZIP_MAGIC, open_torch_file
from annotator.model.torch_pickle import StoredTensor, printable

TORCH, SAFETENSORS, MINDSPORE = "PyTorch", "safetensors", "MindSpore"

_PICKLE_MAGIC = b"\x80"
_MINDSPORE_MAGIC = b"\n"  # of the first field of its protocol buffer


@dataclass(frozen=True)
class TensorFile:
    """An open file. tensors: by name, readable while it is open. metadata: what a safetensors file says beside them."""

    tensors: Mapping[str, StoredTensor]
    metadata: Mapping[str, str] = field(default_factory=dict)


def file_format(path: Path) -> str:
    """TORCH, SAFETENSORS or MINDSPORE. Raises WeightsError when the file cannot be read or is none of these."""
    try:
        with path.open("rb") as file:
            head = file.read(9)
    except FileNotFoundError as error:
        raise WeightsError("{path} does not exist; give the path of a checkpoint file.", path=path) from error
    except OSError as error:
        # Windows calls a folder a permission problem.
        if path.is_dir():
            raise WeightsError("{path} is a folder; give the path of a readable checkpoint file.", path=path) from error
        raise WeightsError(
            "{path} cannot be read ({reason}); give the path of a readable checkpoint file.",
            path=path,
            reason=reason_of(error),
        ) from error
    if not head:
        raise WeightsError("{path} is empty; download or copy it again.", path=path)
    if head.startswith((ZIP_MAGIC, _PICKLE_MAGIC)):
        return TORCH
    # A safetensors file starts with the length of its JSON header, in eight bytes.
    if head[8:] == b"{" or path.suffix.lower() == ".safetensors":
        return SAFETENSORS
    if head.startswith(_MINDSPORE_MAGIC) and path.suffix.lower() == ".ckpt":
        return MINDSPORE
    raise WeightsError(
        "What is in {path} is no checkpoint: download or copy it again, or choose a .safetensors, .pth, .pt or .ckpt "
        "file.",
        path=path,
    )


@contextmanager
def open_tensors(path: Path) -> Iterator[TensorFile]:
    """Open a checkpoint. Raises WeightsError when it is missing, damaged, unsafe or no checkpoint."""
    kind = file_format(path)
    try:
        if kind == TORCH:
            with open_torch_file(path) as tensors:
                yield TensorFile(tensors)
        elif kind == SAFETENSORS:
            with _open_safetensors(path) as file:
                yield file
        else:
            yield TensorFile(_read_mindspore(path))
    except OSError as error:
        raise WeightsError(
            "{path} cannot be read ({reason}); copy it to another place.", path=path, reason=reason_of(error)
        ) from error


@contextmanager
def _open_safetensors(path: Path) -> Iterator[TensorFile]:
    try:
        with safetensors.safe_open(path, framework="numpy") as file:
            names = file.keys()
            yield TensorFile({name: _safe_tensor(path, file, name) for name in names}, file.metadata() or {})
    except safetensors.SafetensorError as error:
        raise WeightsError(
            "{path} is damaged or no safetensors file ({reason}); download or copy it again.",
            path=path,
            reason=reason_of(error),
        ) from error


def _safe_tensor(path: Path, file: Any, name: str) -> StoredTensor:
    view = file.get_slice(name)
    if view.get_dtype() not in ("F16", "F32", "F64", "I64"):
        raise WeightsError(
            "{path} stores {name} as {dtype}; convert it to F32 or F16.", path=path, name=name, dtype=view.get_dtype()
        )

    def read() -> npt.NDArray[np.generic]:
        return np.asarray(file.get_tensor(name))

    return StoredTensor(tuple(view.get_shape()), read)


def _read_mindspore(path: Path) -> Mapping[str, StoredTensor]:
    import mindspore  # only for this format: it takes seconds

    # It logs what it raises, in its own words.
    disabled = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        parameters = mindspore.load_checkpoint(str(path))
    except (ValueError, TypeError, RuntimeError, KeyError, IndexError, AttributeError) as error:
        raise WeightsError(
            "{path} is damaged or no MindSpore checkpoint; download or copy it again.", path=path
        ) from error
    finally:
        logging.disable(disabled)
    scalars = {name for name, shape in tensor_shapes().items() if shape == ()}
    stored = {}
    for name, parameter in parameters.items():
        if not isinstance(parameter, mindspore.Parameter):
            raise WeightsError(
                "{path} holds {entry}, which is no tensor; save the network's parameters alone.",
                path=path,
                entry=printable(name),
            )
        array = parameter.asnumpy()
        # MindSpore files know no scalars: a BatchNorm's counter comes back as a row of one number.
        array = array.reshape(()) if name in scalars and array.shape == (1,) else array
        stored[name] = StoredTensor(array.shape, array.copy)
    return stored
