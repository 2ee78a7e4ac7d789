"""Settings: language, theme, memory and preview."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from annotator.gui.dialogs.disk_cache_row import DiskCacheRow
from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.language import LANGUAGES
from annotator.gui.settings import Settings, Theme
from annotator.gui.workspace import Workspace


class SettingsDialog(QDialog):
    """Takes effect with OK, without a new start."""

    def __init__(
        self, settings: Settings, parent: QWidget | None = None, *, workspace: Workspace | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self.setWindowTitle(self.tr("Settings"))
        self.language = QComboBox(self)
        self.language.addItem(self.tr("The system's language"), "")
        for language in LANGUAGES:
            self.language.addItem(language.name, language.code)
        self.language.setCurrentIndex(max(0, self.language.findData(settings.language)))
        self.theme = QComboBox(self)
        for theme, text in (
            (Theme.SYSTEM, self.tr("As the system")),
            (Theme.LIGHT, self.tr("Light")),
            (Theme.DARK, self.tr("Dark")),
        ):
            self.theme.addItem(text, theme)
        self.theme.setCurrentIndex(self.theme.findData(settings.theme))
        self.hover_preview = QCheckBox(self.tr("Show the mask under the resting pointer"), self)
        self.hover_preview.setChecked(settings.hover_preview)
        self.autosave_minutes = QSpinBox(self)
        self.autosave_minutes.setRange(Settings.AUTOSAVE_MINUTES.start, Settings.AUTOSAVE_MINUTES.stop - 1)
        self.autosave_minutes.setSpecialValueText(self.tr("only when you save"))
        self.autosave_minutes.setToolTip(
            self.tr("How often the COCO file is written; also when another image is chosen")
        )
        self.autosave_minutes.valueChanged.connect(self._show_minutes)
        self.autosave_minutes.setValue(settings.autosave_minutes)
        self._show_minutes(self.autosave_minutes.value())
        self.embedding_megabytes = self._megabytes(Settings.EMBEDDING_MEGABYTES, settings.embedding_megabytes)
        self.image_megabytes = self._megabytes(Settings.IMAGE_MEGABYTES, settings.image_megabytes)
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.addRow(self.tr("&Language"), self.language)
        form.addRow(self.tr("&Theme"), self.theme)
        form.addRow(self.tr("Preview"), self.hover_preview)
        form.addRow(self.tr("Auto&save"), self.autosave_minutes)
        form.addRow(self.tr("Memory for &embeddings"), self.embedding_megabytes)
        form.addRow(self.tr("Memory for &images"), self.image_megabytes)
        self.disk_cache = DiskCacheRow(settings, workspace, self)
        disk_label = QLabel(self.tr("&Disk for embeddings"), self)
        disk_label.setBuddy(self.disk_cache.megabytes)
        self.disk_cache.megabytes.setAccessibleName(self.tr("Disk for embeddings"))  # its label is not beside it
        form.addRow(disk_label, self.disk_cache)
        hint = QLabel(
            self.tr("An image whose embedding is still in memory answers clicks at once; one embedding takes 4 MB."),
            self,
        )
        hint.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        drop_button_icons(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addLayout(form)
        column.addWidget(hint)
        column.addStretch()
        column.addWidget(buttons)
        self.setMinimumWidth(420)

    def accept(self) -> None:
        settings = self._settings
        settings.hover_preview = self.hover_preview.isChecked()
        settings.autosave_minutes = self.autosave_minutes.value()
        settings.embedding_megabytes = self.embedding_megabytes.value()
        settings.image_megabytes = self.image_megabytes.value()
        settings.disk_cache_megabytes = self.disk_cache.megabytes.value()
        settings.theme = self.theme.currentData()
        language = self.language.currentData()
        super().accept()
        # Last, because the window and this dialog with it are made anew.
        settings.language = language

    def _show_minutes(self, minutes: int) -> None:
        self.autosave_minutes.setPrefix(self.tr("every "))
        self.autosave_minutes.setSuffix(self.tr(" min, and when the image changes"))

    def _megabytes(self, allowed: range, value: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(allowed.start, allowed.stop - 1)
        box.setSingleStep(64)
        box.setSuffix(" MB")
        box.setValue(value)
        return box
