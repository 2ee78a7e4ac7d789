"""Where things are: what ships with the package, and the user's own folders."""

from __future__ import annotations

import shutil
from pathlib import Path

import platformdirs

_APP = "tinysam-annotator"
_PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """A folder that ships: inside the package when installed, beside it in a checkout."""
    installed = _PACKAGE / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def resources_dir() -> Path:
    """Icons, translations and the example image."""
    return _shipped("resources")


def shipped_weights_dir() -> Path:
    """The checkpoint that comes with the package, and its card."""
    return _shipped("weights")


def user_weights_dir() -> Path:
    """Checkpoints the user imported; it may not exist yet."""
    return Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "weights"


def config_dir() -> Path:
    """The user's settings; it may not exist yet."""
    return Path(platformdirs.user_config_dir(_APP, appauthor=False))


def cache_dir() -> Path:
    """Files that can be deleted at any time; it may not exist yet."""
    return Path(platformdirs.user_cache_dir(_APP, appauthor=False))


def embeddings_dir() -> Path:
    """The embeddings kept on disk; it may not exist yet."""
    return cache_dir() / "embeddings"


def state_dir() -> Path:
    """Local state such as the journal; never on a network drive by default."""
    return Path(platformdirs.user_state_dir(_APP, appauthor=False))


def example_dir() -> Path:
    """A folder with the example image that the user may write in; made on first use."""
    folder = Path(platformdirs.user_data_dir(_APP, appauthor=False)) / "example"
    for source in (resources_dir() / "example").glob("*.png"):
        copy = folder / source.name
        if not copy.exists():
            folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, copy)
    return folder
