"""The brightness, contrast and gamma that images are shown with."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from annotator.core.tone import NEUTRAL, Tone


class ViewTone(QObject):
    """The same for all images until it is reset; a program that is started anew begins with images as they are."""

    changed = Signal(object)  # Tone

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tone = NEUTRAL

    @property
    def tone(self) -> Tone:
        """The present one."""
        return self._tone

    def set(self, tone: Tone) -> None:
        """Show images so from now on."""
        if tone != self._tone:
            self._tone = tone
            self.changed.emit(tone)
