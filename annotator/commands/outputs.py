"""The files a command is going to write, looked at before the work that takes long."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from annotator.errors import SaveError


def json_path(text: str) -> Path:
    """A path that ends in .json, for argparse: a picture must not be taken for the place of its annotations."""
    path = Path(text)
    if path.suffix.lower() != ".json":
        raise argparse.ArgumentTypeError(f"{text!r} must end in .json")
    return path


def require_writable(path: Path, option: str) -> None:
    """Raise SaveError when there is something plain to see in the way of a file of that name.

    option: which names it, such as "--out".
    """
    folder = path.absolute().parent
    if not folder.is_dir():
        raise SaveError(f"{folder} is not a folder: make it first, or give another {option}.")
    if path.is_dir():
        raise SaveError(f"{path} is a folder: give the name of a file as {option}.")
    if path.exists() and not os.access(path, os.W_OK):
        raise SaveError(f"{path} is write-protected: change its permissions, or give another {option}.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SaveError(f"{folder} cannot be written to: check its permissions, or give another {option}.")
