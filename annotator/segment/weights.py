"""The checkpoints installed on this machine: those the user imported and the one that ships."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from annotator.errors import Sentence, WeightsError, reason_of
from annotator.model.architecture import UNUSED_PREFIXES
from annotator.model.checkpoint import (
    Checkpoint,
    CheckpointInfo,
    read_checkpoint,
    read_config,
    read_info,
    write_checkpoint,
)
from annotator.model.stored_tensors import MINDSPORE, file_format
from annotator.paths import shipped_weights_dir, user_weights_dir
from annotator.segment.everything_config import EverythingConfig

_SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt")


@dataclass(frozen=True)
class InstalledWeights:
    """One installed checkpoint.

    info: what it says about itself; None when it cannot be used, and `problem` says why.
    is_checked: whether its tensors' names and shapes were looked at. Those of a MindSpore file are only known once
    all of it is read, which takes seconds.
    """

    path: Path
    is_shipped: bool
    info: CheckpointInfo | None
    problem: str | None = None
    is_checked: bool = True

    @property
    def name(self) -> str:
        """For people."""
        return self.path.stem if self.info is None else self.info.name

    @property
    def is_usable(self) -> bool:
        """Whether it may be used without being asked for by name."""
        return self.problem is None and self.is_checked


def installed_weights() -> list[InstalledWeights]:
    """All installed checkpoints, best first: the user's, newest first, then the one that ships.

    A file that cannot be used is listed with its problem instead of raising.
    """
    return list(_all_installed())


def best_weights() -> Path:
    """The checkpoint that is used when none is asked for: the first usable one.

    Raises WeightsError when there is none.
    """
    for weights in _all_installed():
        if weights.is_usable:
            return weights.path
    raise WeightsError(
        "No usable weights are installed; import a TinySAM checkpoint or put one into {folder}.",
        folder=user_weights_dir(),
    )


def weights_with_digest(digest: str) -> Path | None:
    """The installed checkpoint of those tensors, see ModelIdentity.digest; None when it is not among the usable ones.

    Reads all tensors of each that comes before it.
    """
    for weights in _all_installed():
        if weights.is_usable:
            with contextlib.suppress(WeightsError):  # one that cannot be used is not the one a run has used
                if tensors_digest(read_checkpoint(weights.path)) == digest:
                    return weights.path
    return None


def import_weights(path: Path | str) -> InstalledWeights:
    """Check a checkpoint completely and keep it, as safetensors, in the user's folder under its own name.

    They are the best ones installed then; importing the same weights again only makes them so again. Raises
    WeightsError when the file is no TinySAM checkpoint, when other weights of that name are installed, or when the
    folder cannot be written.
    """
    source = Path(path)
    checkpoint = read_checkpoint(source)
    folder = user_weights_dir()
    target = folder / f"{source.stem}.safetensors"
    if target.exists():
        if tensors_digest(read_checkpoint(target)) != tensors_digest(checkpoint):
            raise WeightsError(
                "Other weights are installed as {target}; rename {name} and import it again, or remove them.",
                target=target,
                name=source.name,
            )
        os.utime(target)
        return _installed(target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(
            "{folder} cannot be made ({reason}); make the folder writable.", folder=folder, reason=reason_of(error)
        ) from error
    # What was stored as float16 fits into it again; the same numbers need half the space.
    write_checkpoint(target, checkpoint, dtype="float16" if checkpoint.info.precision == "float16" else "float32")
    return _installed(target)


@dataclass(frozen=True)
class WeightsSummary:
    """What a run over many images has to know of its weights. digest: as in ModelIdentity; everything: the defaults."""

    path: Path
    name: str
    digest: str
    image_size: int
    everything: EverythingConfig


def weights_summary(weights: Path | str | None = None) -> WeightsSummary:
    """Of a checkpoint, or of the best one installed; without MindSpore. Raises WeightsError."""
    path = best_weights() if weights is None else Path(weights)
    checkpoint = read_checkpoint(path)
    everything = EverythingConfig(**asdict(checkpoint.config.everything))
    return WeightsSummary(
        path, checkpoint.info.name, tensors_digest(checkpoint), checkpoint.config.image_size, everything
    )


def everything_config(weights: Path | str | None = None) -> EverythingConfig:
    """The thresholds a checkpoint asks "segment everything" for, without reading its tensors. Raises WeightsError."""
    config = read_config(best_weights() if weights is None else weights)
    return EverythingConfig(**asdict(config.everything))


def tensors_digest(checkpoint: Checkpoint) -> str:
    """Hex digest of the tensors the network uses: the same for every file format they are stored in."""
    digest = hashlib.blake2b(digest_size=20)
    for name in sorted(checkpoint.tensors):
        if not name.startswith(UNUSED_PREFIXES):
            tensor = np.ascontiguousarray(checkpoint.tensors[name])
            digest.update(f"{name} {tensor.dtype} {tensor.shape}".encode())
            digest.update(tensor.tobytes())
    return digest.hexdigest()


def _all_installed() -> Iterator[InstalledWeights]:
    for folder, is_shipped in ((user_weights_dir(), False), (shipped_weights_dir(), True)):
        try:
            paths = _checkpoints_in(folder)
        except OSError as error:
            problem = Sentence(
                "The folder {folder} cannot be read ({reason}): check its permissions.",
                folder=folder,
                reason=reason_of(error),
            )
            yield InstalledWeights(folder, is_shipped, None, problem)
        else:
            yield from map(_installed, paths)


def _checkpoints_in(folder: Path) -> list[Path]:
    """The newest first."""
    found = []
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            path = Path(entry.path)
            # A file may be deleted meanwhile.
            with contextlib.suppress(FileNotFoundError):
                if path.suffix.lower() in _SUFFIXES and entry.is_file():
                    found.append((-entry.stat().st_mtime, path.name, path))
    return [path for _, _, path in sorted(found)]


def _installed(path: Path) -> InstalledWeights:
    is_shipped = path.parent == shipped_weights_dir()
    try:
        return InstalledWeights(path, is_shipped, read_info(path), is_checked=file_format(path) != MINDSPORE)
    except WeightsError as error:
        return InstalledWeights(path, is_shipped, None, error.sentence)
