"""File > Open recent."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from annotator.gui.settings import Settings
from annotator.gui.short_path import recent_text


class RecentMenu(QMenu):
    """What was open lately, newest first."""

    chosen = Signal(Path)

    def __init__(self, settings: Settings, parent: QWidget) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setTitle(self.tr("Open &recent"))
        self.triggered.connect(self._on_triggered)
        settings.recent_changed.connect(self._refresh)
        self._refresh()

    def _refresh(self) -> None:
        self.clear()
        for path in self._settings.recent:
            text = recent_text(path, self._settings.recent_image_root(path))
            action = self.addAction(text.replace("&", "&&"))
            action.setData(str(path))
        self.addSeparator()
        self.addAction(self.tr("&Clear this list")).triggered.connect(self._settings.forget_recent)
        self.menuAction().setEnabled(bool(self._settings.recent))

    def _on_triggered(self, action: QAction) -> None:
        if action.data() is not None:
            self.chosen.emit(Path(action.data()))
