"""The dialogs that a window opens from its menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog

from annotator.gui.dialogs.about import AboutDialog
from annotator.gui.dialogs.clean_up import CleanUpDialog
from annotator.gui.dialogs.keys import KeysDialog
from annotator.gui.dialogs.settings import SettingsDialog
from annotator.gui.dialogs.weights import WeightsDialog
from annotator.gui.settings import Settings
from annotator.gui.weights_library import WeightsLibrary

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow


class WindowDialogs(QObject):
    """Opens them over the window and returns at once; a dialog that is closed is gone."""

    def __init__(self, window: MainWindow, settings: Settings, library: WeightsLibrary) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._library = library

    def show_settings(self) -> None:
        """Open the settings."""
        self._open(SettingsDialog(self._settings, self._window, workspace=self._window.workspace))

    def show_weights(self) -> None:
        """Open the installed weights."""
        self._open(WeightsDialog(self._library, self._settings, self._window))

    def show_clean_up(self) -> None:
        """Ask which parts and holes of the selected instances are too small, then remove them."""
        masks = self._window.workspace.editor.masks
        if instances := masks.changeable():
            self._open(CleanUpDialog(instances, masks, self._window.workspace.jobs, self._window))

    def show_keys(self) -> None:
        """Open the list of keys."""
        self._open(KeysDialog(self._window.shortcuts, self._window))

    def show_about(self) -> None:
        """Open versions and licences."""
        self._open(AboutDialog(self._window))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
