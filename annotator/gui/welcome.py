"""What the window shows before the first image: an invitation, not a dialog."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class WelcomePage(QWidget):
    """Buttons to begin with and a line on how to prompt."""

    folder_wanted = Signal()
    images_wanted = Signal()
    example_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel(self.tr("Label images by pointing at them"), self)
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.6)
        title.setFont(font)
        hint = QLabel(
            self.tr(
                "Click an object, or drag a box around it. A right click takes a part away. "
                "Enter keeps the mask, Ctrl+S saves a COCO file."
            ),
            self,
        )
        hint.setWordWrap(True)
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        folder = QPushButton(self.tr("Open a folder"), self)
        folder.setDefault(True)
        images = QPushButton(self.tr("Open images"), self)
        example = QPushButton(self.tr("Open the example"), self)
        folder.clicked.connect(self.folder_wanted)
        images.clicked.connect(self.images_wanted)
        example.clicked.connect(self.example_wanted)
        row = QHBoxLayout()
        row.addStretch()
        for button in (folder, images, example):
            button.setMinimumHeight(32)
            row.addWidget(button)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setSpacing(16)
        column.addStretch()
        column.addWidget(title, alignment=Qt.AlignmentFlag.AlignCenter)
        column.addLayout(row)
        column.addWidget(hint)
        column.addStretch()
