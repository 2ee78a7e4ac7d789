"""Paths as people say them."""

from __future__ import annotations

from pathlib import Path


def short_path(path: Path) -> str:
    """The path from the home folder on, as in ~/photos, if it is in there."""
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) and path != home else str(path)
