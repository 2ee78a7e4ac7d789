"""The COCO file is not the one that was read or written last: what is to become of the two versions."""

from __future__ import annotations

from enum import Enum, auto

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.saving import SaveConflict


class ConflictChoice(Enum):
    """What the user wants done."""

    OVERWRITE = auto()
    SAVE_AS = auto()
    RELOAD = auto()
    DISCARD = auto()
    CANCEL = auto()


class ConflictBox(QMessageBox):
    """Asks that about one conflict; a file that is gone cannot be reloaded.

    is_leaving: the document is to be left, so it can be discarded instead of being reloaded.
    """

    def __init__(self, conflict: SaveConflict, window: QWidget, *, is_leaving: bool = False) -> None:
        super().__init__(window)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWindowTitle(self.tr("The COCO file has changed"))
        if conflict.is_deleted:
            text = self.tr("%1 has been deleted or moved since it was opened. Your work is still here.")
        elif is_leaving:
            text = self.tr(
                "%1 has been changed by another program since it was opened or saved here. "
                "Overwriting loses those changes; what you did may be in no other file."
            )
        else:
            text = self.tr(
                "%1 has been changed by another program since it was opened or saved here. "
                "Overwriting loses those changes; reloading loses yours."
            )
        self.setText(text.replace("%1", str(conflict.path)))
        role = QMessageBox.ButtonRole
        overwrite_text = self.tr("Write it again") if conflict.is_deleted else self.tr("Overwrite")
        self._overwrite = self.addButton(overwrite_text, role.DestructiveRole)
        self._save_as = self.addButton(self.tr("Save as..."), role.AcceptRole)
        self._reload = self._discard = None
        if is_leaving:
            self._discard = self.addButton(QMessageBox.StandardButton.Discard)
        elif not conflict.is_deleted:
            self._reload = self.addButton(self.tr("Reload"), role.DestructiveRole)
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        drop_button_icons(self)
        self.setDefaultButton(self._save_as)
        self.setEscapeButton(cancel)

    def answer(self) -> ConflictChoice:
        """Show it and wait."""
        self.exec()
        chosen = self.clickedButton()
        if chosen is self._overwrite:
            return ConflictChoice.OVERWRITE
        if chosen is self._save_as:
            return ConflictChoice.SAVE_AS
        if self._reload is not None and chosen is self._reload:
            return ConflictChoice.RELOAD
        if self._discard is not None and chosen is self._discard:
            return ConflictChoice.DISCARD
        return ConflictChoice.CANCEL
