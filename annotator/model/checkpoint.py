"""Checkpoints: the tensors of TinySAM in their stored form (BatchNorm apart), with what is known about them.

Ours are safetensors files whose metadata carries the config and the CheckpointInfo as JSON. PyTorch files (.pth, .pt)
and MindSpore files (.ckpt) with the public names can be read too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from functools import reduce
from pathlib import Path

import numpy as np
import numpy.typing as npt
import safetensors.numpy

from annotator import files
from annotator.errors import Sentence, WeightsError, reason_of
from annotator.model.architecture import UNUSED_PREFIXES, Shape, tensor_shapes
from annotator.model.config import TinySamConfig
from annotator.model.stored_tensors import MINDSPORE, file_format, open_tensors
from annotator.model.torch_pickle import StoredTensor, printable

Arrays = Mapping[str, npt.NDArray[np.generic]]

_NOT_STATED = "not stated"
_LISTED = 10  # how many tensors an error names before it only counts


@dataclass(frozen=True)
class CheckpointInfo:
    """What a checkpoint says about itself, for people.

    precision: type of the kernels and matrices in the file, "float32" or "float16"; write_checkpoint sets it.
    quality: measured figures by name, such as {"mean IoU, ground-truth box": 0.5}.
    """

    name: str
    source: str = _NOT_STATED
    training_data: str = _NOT_STATED
    licence: str = _NOT_STATED
    precision: str = _NOT_STATED
    quality: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """A dict of plain values that `from_json` turns back into an equal info."""
        return {**asdict(self), "quality": dict(self.quality)}

    @classmethod
    def from_json(cls, values: object) -> CheckpointInfo:
        """The info of a parsed JSON value. Raises WeightsError."""
        known = [f.name for f in fields(cls)]
        if not isinstance(values, Mapping) or "name" not in values or not set(known).issuperset(values):
            raise WeightsError("info must be an object with a name, and nothing but {known}.", known=", ".join(known))
        quality = values.get("quality", {})
        if not isinstance(quality, Mapping) or not all(_is_figure(value) for value in quality.values()):
            raise WeightsError("info.quality must be an object of finite numbers.")
        texts = {key: value for key, value in values.items() if key != "quality"}
        if not all(isinstance(value, str) for value in texts.values()):
            raise WeightsError("everything in info but quality must be text.")
        return cls(**texts, quality=dict(quality))


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Everything a checkpoint file holds.

    tensors: those of `architecture.tensor_shapes`; floating ones float32, the BatchNorms' counters integers.
    """

    tensors: Arrays = field(repr=False)
    config: TinySamConfig
    info: CheckpointInfo


def read_checkpoint(path: Path | str) -> Checkpoint:
    """Read a .safetensors, .pth, .pt or .ckpt file.

    A file without a config (anything but ours) gets the defaults of TinySamConfig and is named after itself. Raises
    WeightsError when the file is missing, damaged, unsafe or no TinySAM checkpoint.
    """
    path = Path(path)
    with open_tensors(path) as file:
        _check_names(path, {name: tensor.shape for name, tensor in file.tensors.items()})
        config, info = _parse_metadata(path, file.metadata)
        # What is under UNUSED_PREFIXES may be anything, in any number: it is not brought into memory.
        shapes = tensor_shapes()
        wanted = {name: tensor for name, tensor in file.tensors.items() if shapes.get(name) == tensor.shape}
        tensors = {name: _read_tensor(path, name, tensor) for name, tensor in wanted.items()}
    _check_values(path, tensors)
    return Checkpoint(tensors, config, info)


def read_config(path: Path | str) -> TinySamConfig:
    """The config of a checkpoint without its tensors' values, and without MindSpore.

    Raises WeightsError like `read_checkpoint`, as far as that can be seen.
    """
    return _read_header(Path(path))[0]


def read_info(path: Path | str) -> CheckpointInfo:
    """What a checkpoint says about itself, without its tensors' values and without MindSpore.

    Raises WeightsError like `read_checkpoint`, as far as that can be seen.
    """
    return _read_header(Path(path))[1]


def write_checkpoint(path: Path | str, checkpoint: Checkpoint, *, dtype: str = "float32") -> None:
    """Write a safetensors file beside `path`, then put it in its place: no half-written file is ever seen there.

    dtype: "float32" or "float16", the type of kernels and matrices. Vectors (biases, norms) are always float32: they
    are few, and the BatchNorms' statistics do not fit float16. Raises WeightsError when a tensor does not fit or is
    missing, or when the file cannot be written; what was at `path` before is then still there.
    """
    path = Path(path)
    if dtype not in ("float32", "float16"):
        raise ValueError(f"dtype must be float32 or float16, not {dtype}")
    _check_names(path, {name: value.shape for name, value in checkpoint.tensors.items()})
    with np.errstate(over="ignore"):  # numbers too large for float16 become infinities, which the check refuses
        tensors = {
            name: np.asarray(value, _stored_type(value, dtype), order="C") for name, value in checkpoint.tensors.items()
        }
    _check_values(path, tensors)
    metadata = {
        "config": json.dumps(checkpoint.config.to_json()),
        "info": json.dumps(replace(checkpoint.info, precision=dtype).to_json(), ensure_ascii=False),
    }
    _replace(path, safetensors.numpy.save(tensors, metadata))


def _read_header(path: Path) -> tuple[TinySamConfig, CheckpointInfo]:
    if file_format(path) == MINDSPORE:
        return _parse_metadata(path, {})
    with open_tensors(path) as file:
        _check_names(path, {name: tensor.shape for name, tensor in file.tensors.items()})
        return _parse_metadata(path, file.metadata)


def _parse_metadata(path: Path, metadata: Mapping[str, str]) -> tuple[TinySamConfig, CheckpointInfo]:
    try:
        config = TinySamConfig.from_json(json.loads(metadata.get("config", "{}")))
        info = metadata.get("info")
        return config, CheckpointInfo(name=path.stem) if info is None else CheckpointInfo.from_json(json.loads(info))
    except (WeightsError, ValueError, RecursionError) as error:
        raise WeightsError(
            "{path} has broken metadata ({reason}); write it again, or remove the metadata.",
            path=path,
            reason=reason_of(error),
        ) from error


def _read_tensor(path: Path, name: str, tensor: StoredTensor) -> npt.NDArray[np.generic]:
    array = tensor.read()
    is_counter = name.endswith("num_batches_tracked")
    if not np.issubdtype(array.dtype, np.integer if is_counter else np.floating):
        raise WeightsError(
            "{path} stores {name} as {dtype}; convert it to {wanted}.",
            path=path,
            name=name,
            dtype=array.dtype,
            wanted="integers" if is_counter else "float32",
        )
    return array if is_counter else array.astype(np.float32)


def _check_names(path: Path, found: Mapping[str, Shape]) -> None:
    """Raise WeightsError unless these are the tensors of TinySAM, all of them and no others."""
    expected = tensor_shapes()
    missing = [n for n in expected if n not in found and not n.startswith(UNUSED_PREFIXES)]
    extra = [n for n in found if n not in expected and not n.startswith(UNUSED_PREFIXES)]
    misshaped = [
        Sentence("{name} of {found} instead of {wanted}", name=n, found=_times(found[n]), wanted=_times(shape))
        for n, shape in expected.items()
        if n in found and found[n] != shape and not n.startswith(UNUSED_PREFIXES)
    ]
    problems = [
        *([Sentence("lacks {names}", names=_some(missing))] if missing else []),
        *([Sentence("has unknown tensors: {names}", names=_some(extra))] if extra else []),
        *([Sentence("has {names}", names=_some(misshaped))] if misshaped else []),
    ]
    if problems:
        raise WeightsError(
            "{path} does not fit TinySAM: it {problems}. Choose a TinySAM checkpoint.",
            path=path,
            problems=reduce(lambda before, one: Sentence("{before}; it {one}", before=before, one=one), problems),
        )


def _check_values(path: Path, tensors: Arrays) -> None:
    broken = [name for name, value in tensors.items() if not np.isfinite(value).all()]
    if broken:
        raise WeightsError(
            "{path} holds infinities or NaNs in {names}; choose another checkpoint.", path=path, names=_some(broken)
        )
    negative = [name for name, value in tensors.items() if name.endswith("running_var") and (np.sign(value) < 0).any()]
    if negative:
        raise WeightsError(
            "{path} holds negative variances in {names}; choose another checkpoint.", path=path, names=_some(negative)
        )


def _times(shape: Shape) -> str:
    return " x ".join(map(str, shape)) or "one number"


def _some(names: Sequence[str]) -> str:
    shown = [name if isinstance(name, Sentence) else printable(name) for name in names[:_LISTED]]
    listed = reduce(lambda before, one: Sentence("{before}, {one}", before=before, one=one), shown)
    if len(names) <= _LISTED:
        return listed
    more = len(names) - _LISTED
    return Sentence("{names} and {more} more ({count} in all)", names=listed, more=more, count=len(names))


def _stored_type(value: npt.NDArray[np.generic], dtype: str) -> npt.DTypeLike:
    if not np.issubdtype(value.dtype, np.floating):
        return value.dtype
    return np.dtype(np.float32 if value.ndim < 2 else dtype)


def _is_figure(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _replace(path: Path, data: bytes) -> None:
    try:
        files.replace_file(path, data)
    except OSError as error:
        raise WeightsError(
            "{path} cannot be written ({reason}): free some space or choose another folder. What was "
            "there before is unchanged.",
            path=path,
            reason=reason_of(error),
        ) from error
