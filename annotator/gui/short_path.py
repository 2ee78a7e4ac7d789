"""Paths as people say them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication


def short_path(path: Path) -> str:
    """The path from the home folder on, as in ~/photos, if it is in there."""
    home = Path.home()
    return f"~/{path.relative_to(home).as_posix()}" if path.is_relative_to(home) and path != home else str(path)


def recent_text(path: Path, image_root: Path | None) -> str:
    """How a recent folder or COCO file is called, with the folder that its images lie in if that is another."""
    if image_root is None:
        return short_path(path)
    text = QCoreApplication.translate("RecentMenu", "%1, images in %2")
    return text.replace("%1", short_path(path)).replace("%2", short_path(image_root))
