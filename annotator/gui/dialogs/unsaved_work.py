"""Asking about work that is in no file, before it is left."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.gui.dialogs.parts import drop_button_icons


class UnsavedWorkBox(QMessageBox):
    """Asks whether changes that are in no file are to be saved."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle(self.tr("Unsaved work"))
        self.setText(self.tr("There are changes that are not in the COCO file yet. Save them?"))
        buttons = QMessageBox.StandardButton
        self.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        drop_button_icons(self)
        self.setDefaultButton(buttons.Save)
        self.setEscapeButton(buttons.Cancel)
