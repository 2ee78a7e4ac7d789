"""What the window shows before the first image: an invitation, not a dialog."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QPalette, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from annotator import paths
from annotator.gui.background import BackgroundJobs
from annotator.gui.path_button import PathButton
from annotator.gui.plain_text import as_tooltip
from annotator.gui.settings import Settings
from annotator.gui.short_path import recent_text
from annotator.gui.shortcuts import Shortcuts
from annotator.gui.unsaved_list import UnsavedList

_TITLE_SCALE = 1.6
_LOGO = 72
_SHOWN_RECENT = 5


class WelcomePage(QWidget):
    """Buttons to begin with, work that was not saved, what was open lately, and a line on how to prompt."""

    folder_wanted = Signal()
    images_wanted = Signal()
    example_wanted = Signal()
    recent_wanted = Signal(Path)

    def __init__(self, settings: Settings, jobs: BackgroundJobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.unsaved = UnsavedList(jobs, self)
        self._recent_buttons: list[_RecentButton] = []
        title = QLabel(self.tr("Label images by pointing at them"), self)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * _TITLE_SCALE)
        title.setFont(font)
        drop = self._hint(self.tr("or drop a folder, images or a COCO file here"))
        self.hint = self._hint("")
        self.folder = QPushButton(self.tr("Open a folder"), self)
        self.folder.setDefault(True)
        self.images = QPushButton(self.tr("Open images"), self)
        self.example = QPushButton(self.tr("Open the example"), self)
        self.folder.clicked.connect(self.folder_wanted)
        self.images.clicked.connect(self.images_wanted)
        self.example.clicked.connect(self.example_wanted)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        for button in (self.folder, self.images, self.example):
            button.setMinimumSize(button.sizeHint().width() + 24, 32)
            row.addWidget(button)
        row.addStretch()
        drop.setForegroundRole(QPalette.ColorRole.PlaceholderText)
        self._recent_title = QLabel(self.tr("Recent"), self)
        font = self._recent_title.font()
        font.setBold(True)
        self._recent_title.setFont(font)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        logo = QLabel(self)
        logo.setPixmap(QIcon(str(paths.resources_dir() / "icons" / "annotator.svg")).pixmap(_LOGO, _LOGO))
        column = QVBoxLayout(self)
        column.setSpacing(16)
        column.addStretch(2)
        column.addWidget(logo, alignment=Qt.AlignmentFlag.AlignCenter)
        column.addWidget(title, alignment=Qt.AlignmentFlag.AlignCenter)
        column.addLayout(row)
        column.addWidget(drop)
        column.addWidget(self.hint)
        column.addSpacing(8)
        column.addWidget(self._datasets(), alignment=Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        settings.recent_changed.connect(self._refresh_recent)
        self._refresh_recent()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.unsaved.refresh()

    @property
    def recent_buttons(self) -> tuple[_RecentButton, ...]:
        """One for each recent folder or file on show, newest first."""
        return tuple(self._recent_buttons)

    def name_keys(self, shortcuts: Shortcuts) -> None:
        """Say how to prompt with the keys as they are, also when the user chooses others."""
        self._shortcuts = shortcuts
        shortcuts.changed.connect(self._show_hint)
        self._show_hint()

    def _show_hint(self) -> None:
        text = self.tr(
            "Click an object, or drag a box around it. A right click takes a part away. "
            "[accept] keeps the mask, [save] saves a COCO file."
        )
        self.hint.setText(self._shortcuts.with_keys(text))

    def _hint(self, text: str) -> QLabel:
        label = QLabel(text, self)
        label.setWordWrap(True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        return label

    def _datasets(self) -> QWidget:
        """What can be opened again, one below the other with their beginnings in line."""
        datasets = QWidget(self)
        column = QVBoxLayout(datasets)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.unsaved)
        column.addSpacing(8)
        column.addWidget(self._recent_title)
        column.addLayout(self._recent)
        return datasets

    def _refresh_recent(self) -> None:
        while self._recent_buttons:
            self._recent_buttons.pop().deleteLater()
        for path in self._settings.recent[:_SHOWN_RECENT]:
            button = _RecentButton(path, self._settings.recent_image_root(path), self)
            button.chosen.connect(self.recent_wanted)
            self._recent_buttons.append(button)
            self._recent.addWidget(button)
        self._recent_title.setVisible(bool(self._recent_buttons))


class _RecentButton(PathButton):
    chosen = Signal(Path)

    def __init__(self, path: Path, image_root: Path | None, parent: QWidget) -> None:
        super().__init__(recent_text(path, image_root), parent)
        self._path = path
        self.setToolTip(as_tooltip(str(path)))
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        self.chosen.emit(self._path)
