"""The checkpoints installed on this machine: those the user imported and the one that ships."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from annotator.errors import WeightsError
from annotator.model.architecture import UNUSED_PREFIXES
from annotator.model.checkpoint import Checkpoint, CheckpointInfo, read_checkpoint, read_info, write_checkpoint
from annotator.paths import shipped_weights_dir, user_weights_dir

_SUFFIXES = (".safetensors", ".pth", ".pt", ".ckpt")


@dataclass(frozen=True)
class InstalledWeights:
    """One installed checkpoint.

    info: what it says about itself; None when it cannot be used, and `problem` says why.
    """

    path: Path
    is_shipped: bool
    info: CheckpointInfo | None
    problem: str | None = None

    @property
    def name(self) -> str:
        """For people."""
        return self.path.stem if self.info is None else self.info.name


def installed_weights() -> list[InstalledWeights]:
    """All installed checkpoints, best first: the user's, newest first, then the one that ships.

    A file that cannot be used is listed with its problem instead of raising.
    """
    return [_installed(path) for path in _installed_paths()]


def best_weights() -> Path:
    """The checkpoint that is used when none is asked for. Raises WeightsError when none is installed."""
    paths = _installed_paths()
    if not paths:
        raise WeightsError(
            f"No weights are installed; import a TinySAM checkpoint or put one into {user_weights_dir()}."
        )
    return paths[0]


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
                f"Other weights are installed as {target}; rename {source.name} and import it again, or remove them."
            )
        os.utime(target)
        return _installed(target)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WeightsError(f"{folder} cannot be made ({error.strerror}); make the folder writable.") from error
    # What was stored as float16 fits into it again; the same numbers need half the space.
    write_checkpoint(target, checkpoint, dtype="float16" if checkpoint.info.precision == "float16" else "float32")
    return _installed(target)


def tensors_digest(checkpoint: Checkpoint) -> str:
    """Hex digest of the tensors the network uses: the same for every file format they are stored in."""
    digest = hashlib.blake2b(digest_size=20)
    for name in sorted(checkpoint.tensors):
        if not name.startswith(UNUSED_PREFIXES):
            tensor = np.ascontiguousarray(checkpoint.tensors[name])
            digest.update(f"{name} {tensor.dtype} {tensor.shape}".encode())
            digest.update(tensor.tobytes())
    return digest.hexdigest()


def _installed_paths() -> list[Path]:
    users = sorted(_checkpoints_in(user_weights_dir()), key=lambda path: (-path.stat().st_mtime, path.name))
    return users + sorted(_checkpoints_in(shipped_weights_dir()))


def _checkpoints_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return [path for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES and path.is_file()]


def _installed(path: Path) -> InstalledWeights:
    is_shipped = path.parent == shipped_weights_dir()
    try:
        return InstalledWeights(path, is_shipped, read_info(path))
    except WeightsError as error:
        return InstalledWeights(path, is_shipped, None, str(error))
