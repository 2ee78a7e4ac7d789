"""What the user has chosen and the window remembers, kept in a file of the user's configuration folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from annotator import paths
from annotator.segment.disk_cache import DEFAULT_BYTES

_RECENT_KEPT = 8
_MEGABYTE = 2**20


class Theme(Enum):
    """Light or dark, or what the system says."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Settings(QObject):
    """Reads and writes the file at once; a value in it that makes no sense counts as not set.

    file: where it is, by default in the user's configuration folder.
    """

    EMBEDDING_MEGABYTES = range(64, 16385)
    IMAGE_MEGABYTES = range(128, 16385)
    DISK_CACHE_MEGABYTES = range(0, 102401)
    AUTOSAVE_MINUTES = range(0, 31)

    language_changed = Signal()
    theme_changed = Signal()
    cache_sizes_changed = Signal()
    hover_preview_changed = Signal(bool)
    autosave_changed = Signal(int)
    recent_changed = Signal()

    def __init__(self, file: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        file = paths.config_dir() / "settings.ini" if file is None else file
        self._store = QSettings(str(file), QSettings.Format.IniFormat)

    # -- what the settings dialog shows ------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """A language's code such as "zh_CN"; "" takes the system's."""
        return str(self._store.value("language", "", str))

    @language.setter
    def language(self, code: str) -> None:
        if self._set("language", code):
            self.language_changed.emit()

    @property
    def theme(self) -> Theme:
        """Light, dark, or the system's."""
        value = self._store.value("theme", Theme.SYSTEM.value, str)
        return Theme(value) if value in {theme.value for theme in Theme} else Theme.SYSTEM

    @theme.setter
    def theme(self, theme: Theme) -> None:
        if self._set("theme", theme.value):
            self.theme_changed.emit()

    @property
    def embedding_megabytes(self) -> int:
        """How much memory embeddings may take."""
        return self._number("embedding_megabytes", 128, self.EMBEDDING_MEGABYTES)

    @embedding_megabytes.setter
    def embedding_megabytes(self, megabytes: int) -> None:
        if self._set("embedding_megabytes", megabytes):
            self.cache_sizes_changed.emit()

    @property
    def image_megabytes(self) -> int:
        """How much memory recently shown images may take."""
        return self._number("image_megabytes", 256, self.IMAGE_MEGABYTES)

    @image_megabytes.setter
    def image_megabytes(self, megabytes: int) -> None:
        if self._set("image_megabytes", megabytes):
            self.cache_sizes_changed.emit()

    @property
    def disk_cache_megabytes(self) -> int:
        """How much of the disk embeddings may take; 0 keeps none."""
        return self._number("disk_cache_megabytes", DEFAULT_BYTES // _MEGABYTE, self.DISK_CACHE_MEGABYTES)

    @disk_cache_megabytes.setter
    def disk_cache_megabytes(self, megabytes: int) -> None:
        if self._set("disk_cache_megabytes", megabytes):
            self.cache_sizes_changed.emit()

    @property
    def disk_cache_bytes(self) -> int:
        """`disk_cache_megabytes` in bytes."""
        return self.disk_cache_megabytes * _MEGABYTE

    @property
    def embedding_bytes(self) -> int:
        """`embedding_megabytes` in bytes."""
        return self.embedding_megabytes * _MEGABYTE

    @property
    def image_bytes(self) -> int:
        """`image_megabytes` in bytes."""
        return self.image_megabytes * _MEGABYTE

    @property
    def hover_preview(self) -> bool:
        """Whether the mask under the resting pointer is shown before a click."""
        return self._flag("hover_preview", default=True)

    @hover_preview.setter
    def hover_preview(self, shown: bool) -> None:
        if self._set("hover_preview", shown):
            self.hover_preview_changed.emit(shown)

    @property
    def autosave_minutes(self) -> int:
        """How often the COCO file is saved without being asked; 0: never."""
        # Earlier versions could only turn it on and off.
        default = 1 if self._flag("autosave", default=True) else 0
        return self._number("autosave_minutes", default, self.AUTOSAVE_MINUTES)

    @autosave_minutes.setter
    def autosave_minutes(self, minutes: int) -> None:
        if self._set("autosave_minutes", minutes):
            self.autosave_changed.emit(minutes)

    def keys_of(self, action: str) -> tuple[str, ...] | None:
        """The keys chosen for the action of that name, as Qt writes them in every language; None for its own."""
        text = str(self._store.value(f"keys/{action}", "", str))
        try:
            keys = json.loads(text) if text else None
        except ValueError:
            return None
        is_list = isinstance(keys, list) and all(isinstance(key, str) for key in keys)
        return tuple(keys) if is_list else None

    def set_keys_of(self, action: str, keys: Iterable[str] | None) -> None:
        """Remember keys for an action, which may be none at all; None forgets them."""
        if keys is None:
            self._store.remove(f"keys/{action}")
            self._store.sync()
        else:
            # An INI file does not tell lists of one or none from other values.
            self._set(f"keys/{action}", json.dumps(list(keys)))

    # -- what is remembered by itself --------------------------------------------------------------------------------

    @property
    def weights(self) -> Path | None:
        """The checkpoint chosen in the window; None for the best one installed."""
        name = str(self._store.value("weights", "", str))
        return Path(name) if name else None

    @weights.setter
    def weights(self, path: Path | None) -> None:
        self._set("weights", "" if path is None else str(path))

    @property
    def starter_banner_closed(self) -> bool:
        """Whether the user has closed the banner about the starter weights."""
        return self._flag("starter_banner_closed", default=False)

    @starter_banner_closed.setter
    def starter_banner_closed(self, closed: bool) -> None:
        self._set("starter_banner_closed", closed)

    @property
    def last_folder(self) -> Path | None:
        """Where file dialogs begin."""
        name = str(self._store.value("last_folder", "", str))
        return Path(name) if name else None

    @last_folder.setter
    def last_folder(self, folder: Path) -> None:
        self._set("last_folder", str(folder))

    @property
    def recent(self) -> tuple[Path, ...]:
        """Folders and COCO files opened lately, newest first."""
        return tuple(Path(name) for name in self._texts("recent"))

    def recent_image_root(self, path: Path) -> Path | None:
        """The folder a recent COCO file's images were said to lie in; None when nobody had to say it."""
        name = self._recent_image_roots().get(str(path))
        return None if name is None else Path(name)

    def add_recent(self, path: Path, image_root: Path | None = None) -> None:
        """Put a folder or COCO file in front of the recent ones, with the folder its images were said to lie in."""
        kept = [str(path), *(str(other) for other in self.recent if other != path)][:_RECENT_KEPT]
        roots = {name: root for name, root in self._recent_image_roots().items() if name in kept and name != str(path)}
        if image_root is not None:
            roots[str(path)] = str(image_root)
        if self._set_all({"recent_image_roots": json.dumps(roots), "recent": kept}):
            self.recent_changed.emit()

    def _recent_image_roots(self) -> dict[str, str]:
        try:
            roots = json.loads(str(self._store.value("recent_image_roots", "{}")))
        except ValueError:
            return {}
        return {n: r for n, r in roots.items() if isinstance(r, str)} if isinstance(roots, dict) else {}

    def forget_recent(self) -> None:
        """Empty the list of recent ones."""
        if self._set("recent", []):
            self.recent_changed.emit()

    def layout(self, name: str) -> QByteArray:
        """What Qt's saveGeometry or saveState gave for a window or splitter; empty when nothing is remembered."""
        value = self._store.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) else QByteArray()

    def set_layouts(self, states: Mapping[str, QByteArray]) -> None:
        """Remember them, by the names of their windows or splitters."""
        self._set_all({f"layout/{name}": state for name, state in states.items()})

    # -- the file ----------------------------------------------------------------------------------------------------

    def _set(self, key: str, value: Any) -> bool:
        """Store a value; returns whether it was another one."""
        return self._set_all({key: value})

    def _set_all(self, values: Mapping[str, Any]) -> bool:
        """Store values, and write the file once; returns whether any was another one."""
        others = {key: value for key, value in values.items() if not self._has(key, value)}
        for key, value in others.items():
            self._store.setValue(key, value)
        if others:
            self._store.sync()
        return bool(others)

    def _has(self, key: str, value: Any) -> bool:
        return self._store.contains(key) and self._store.value(key, None, type(value)) == value

    def _flag(self, key: str, *, default: bool) -> bool:
        return str(self._store.value(key, default)).lower() == "true"

    def _number(self, key: str, default: int, allowed: range) -> int:
        text = str(self._store.value(key, default))
        return int(text) if text.isdecimal() and int(text) in allowed else default

    def _texts(self, key: str) -> list[str]:
        value = self._store.value(key)
        # An INI file does not tell a list of one from a text.
        texts = value if isinstance(value, list) else [value]
        return [text for text in texts if isinstance(text, str) and text]
