"""Seeing whether the document's file is still the one that was read or written, on a disk that may not answer."""

from __future__ import annotations

import threading
from pathlib import Path

from annotator.core.file_version import FileVersion
from annotator.errors import SaveError
from annotator.gui.saving import SaveConflict, found_version


class FileLook:
    """One look at a file, begun at once in a thread of its own, which nobody has to wait for."""

    def __init__(self, path: Path, expected: FileVersion) -> None:
        """expected: the version it has when nobody else has written or deleted it."""
        self.path = path
        self._expected = expected
        self._conflict: SaveConflict | None = None
        self._is_over = threading.Event()
        threading.Thread(target=self._run, name="file look", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        """Whether the disk has answered within that time."""
        return self._is_over.wait(seconds)

    @property
    def conflict(self) -> SaveConflict | None:
        """What was seen: None when it is the expected file, or when it is out of reach, which is no loss."""
        return self._conflict

    def _run(self) -> None:
        try:
            found = found_version(self.path)
        except SaveError:
            found = self._expected
        if found != self._expected:
            self._conflict = SaveConflict(self.path, is_deleted=found is None)
        self._is_over.set()
