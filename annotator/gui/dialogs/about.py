"""Help > About: versions and licences."""

from __future__ import annotations

import platform

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator import __version__, paths
from annotator.gui.dialogs.parts import drop_button_icons, make_room

# The libraries the program is built on, by their names in pyproject.toml, with the licences of the versions there.
_NAME_SCALE = 1.6  # as the welcome page's title
_LIBRARIES = (
    ("PySide6-Essentials", "PySide6 (Qt)", "LGPL-3.0"),
    ("mindspore", "MindSpore", "Apache-2.0"),
    ("numpy", "NumPy", "BSD-3-Clause"),
    ("opencv-python", "OpenCV", "Apache-2.0"),
    ("pillow", "Pillow", "MIT-CMU"),
    ("pycocotools", "pycocotools", "BSD-2-Clause"),
    ("orjson", "orjson", "MPL-2.0 AND (Apache-2.0 OR MIT)"),
    ("pyyaml", "PyYAML", "MIT"),
    ("safetensors", "safetensors", "Apache-2.0"),
    ("platformdirs", "platformdirs", "MIT"),
)


class AboutDialog(QDialog):
    """The program's version and licence, and those of what it is built on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        # Not with the module: the window imports that when it starts.
        from importlib import metadata

        super().__init__(parent)
        self.setWindowTitle(self.tr("About TinySAM Annotator"))
        picture = QLabel(self)
        picture.setPixmap(QIcon(str(paths.resources_dir() / "icons" / "annotator.svg")).pixmap(64, 64))
        name = QLabel(f"{self.tr('TinySAM Annotator')} {__version__}", self)
        font = name.font()
        font.setBold(True)
        font.setPointSizeF(font.pointSizeF() * _NAME_SCALE)
        name.setFont(font)
        text = QLabel(
            self.tr(
                "Label images with TinySAM: click, get a mask, save COCO.\n"
                "No picture leaves this computer.\n\n"
                "Licence: Apache-2.0, the program and the starter weights alike."
            ),
            self,
        )
        text.setWordWrap(True)
        said = QVBoxLayout()
        said.setSpacing(4)
        for label in (name, text):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            said.addWidget(label)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(picture, alignment=Qt.AlignmentFlag.AlignTop)
        head.addLayout(said, 1)
        self.libraries = QTreeWidget(self)
        self.libraries.setColumnCount(3)
        self.libraries.setHeaderLabels([self.tr("Built on"), self.tr("Version"), self.tr("Licence")])
        self.libraries.setRootIsDecorated(False)
        self.libraries.setSelectionMode(QTreeWidget.SelectionMode.NoSelection)
        self.libraries.setAccessibleName(self.tr("Libraries"))
        QTreeWidgetItem(self.libraries, ["Python", platform.python_version(), "PSF-2.0"])
        for distribution, name, licence in _LIBRARIES:
            QTreeWidgetItem(self.libraries, [name, metadata.version(distribution), licence])
        make_room(self.libraries, stretched=2)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        drop_button_icons(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addLayout(head)
        column.addWidget(self.libraries)
        column.addWidget(buttons)
        self.resize(520, 480)
        buttons.setFocus()
