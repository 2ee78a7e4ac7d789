"""Segment > Weights: the installed checkpoints, choosing one, and importing another."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator import paths
from annotator.gui.dialogs.parts import RIGHT, LinkLabel, drop_button_icons, make_room
from annotator.gui.foreign_texts import said_by_weights
from annotator.gui.language import translated
from annotator.gui.plain_text import as_tooltip
from annotator.gui.settings import Settings
from annotator.gui.short_path import short_path
from annotator.gui.weights_library import OFFICIAL_FILE, OFFICIAL_MIRROR, OFFICIAL_PAGE, WeightsLibrary

if TYPE_CHECKING:
    from annotator.segment.weights import InstalledWeights

_NAME, _SIZE, _PRECISION, _LICENCE, _ORIGIN = range(5)


class WeightsDialog(QDialog):
    """A table of the checkpoints, what the selected one says about itself, and where better ones come from."""

    def __init__(self, library: WeightsLibrary, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._settings = settings
        self._just_imported: Path | None = None
        self.setWindowTitle(self.tr("Weights"))
        self.table = QTreeWidget(self)
        self.table.setColumnCount(5)
        self.table.setHeaderLabels(
            [self.tr("Name"), self.tr("Size"), self.tr("Precision"), self.tr("Licence"), self.tr("Origin")]
        )
        self.table.headerItem().setTextAlignment(_SIZE, RIGHT)  # as its numbers
        self.table.setRootIsDecorated(False)
        self.table.setAccessibleName(self.tr("Installed weights"))
        self.table.currentItemChanged.connect(self._show_details)
        self.table.itemDoubleClicked.connect(self._on_use)
        self.details = self._text("")
        self.details.setTextFormat(Qt.TextFormat.PlainText)
        self.details.setAlignment(Qt.AlignmentFlag.AlignTop)
        official = self._text(
            self.tr(
                "For real work use the official weights: download <b>%1</b> (39 MB) from <a href='%2'>GitHub</a> or "
                "<a href='%3'>Hugging Face</a> and import the file. MobileSAM's <b>mobile_sam.pt</b> fits too."
            )
            .replace("%1", OFFICIAL_FILE)
            .replace("%2", OFFICIAL_PAGE)
            .replace("%3", OFFICIAL_MIRROR)
        )
        official.setOpenExternalLinks(True)
        kept_in = self._text(
            self.tr("Imported weights are kept in %1").replace("%1", short_path(paths.user_weights_dir()))
        )
        self.outcome = self._text("")
        self.outcome.setTextFormat(Qt.TextFormat.PlainText)
        self.outcome.hide()
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Checking the file"))
        self.cancel_import = QPushButton(self.tr("Cancel the import"), self)
        self.cancel_import.clicked.connect(self._on_cancel_import)
        importing = QHBoxLayout()
        importing.setSpacing(8)
        importing.addWidget(self.progress, 1)
        importing.addWidget(self.cancel_import)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.use = buttons.addButton(self.tr("&Use these"), QDialogButtonBox.ButtonRole.ActionRole)
        self.import_file = buttons.addButton(self.tr("&Import a file..."), QDialogButtonBox.ButtonRole.ActionRole)
        self.use.clicked.connect(self._on_use)
        self.import_file.clicked.connect(self._on_import)
        buttons.rejected.connect(self.reject)
        drop_button_icons(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(self.table, 1)
        column.addWidget(self.details)
        column.addSpacing(8)
        column.addWidget(official)
        column.addWidget(kept_in)
        column.addLayout(importing)
        column.addWidget(self.outcome)
        column.addSpacing(8)
        column.addWidget(buttons)
        self.resize(680, 480)
        library.listed.connect(self._refresh)
        library.imported.connect(self._on_imported)
        library.import_failed.connect(self._on_import_failed)
        self._refresh()

    def _text(self, text: str) -> QLabel:
        label = LinkLabel(text, self)
        label.setWordWrap(True)
        label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        return label

    # -- the table ---------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        in_use = self._library.in_use
        chosen = self._selected() or in_use
        new: QTreeWidgetItem | None = None
        self.table.clear()
        names = Counter(weights.name for weights in self._library.installed)
        for weights in self._library.installed:
            name = weights.name if names[weights.name] == 1 else f"{weights.name} - {weights.path.name}"
            item = QTreeWidgetItem(self.table, [name, *self._row(weights)[1:]])
            item.setTextAlignment(_SIZE, RIGHT)
            item.setData(_NAME, Qt.ItemDataRole.UserRole, weights)
            item.setToolTip(_NAME, as_tooltip(str(weights.path)))
            if weights == in_use:
                font = item.font(_NAME)
                font.setBold(True)
                item.setFont(_NAME, font)
                item.setText(_NAME, self.tr("%1 (in use)").replace("%1", name))
            if chosen is not None and weights.path == chosen.path:
                self.table.setCurrentItem(item)
            if weights.path == self._just_imported:
                new = item
        if new is not None:
            self._just_imported = None
            self.table.setCurrentItem(new)
        make_room(self.table, stretched=_NAME)
        is_importing = self._library.importing is not None
        self.progress.setVisible(is_importing)
        self.cancel_import.setVisible(is_importing)
        self.import_file.setEnabled(not is_importing)
        self._show_details()

    def _row(self, weights: InstalledWeights) -> list[str]:
        try:
            size = f"{weights.path.stat().st_size / 1e6:.1f} MB"
        except OSError:
            size = ""  # removed in this moment; using it says so
        origin = self.tr("shipped") if weights.is_shipped else self.tr("imported")
        if weights.info is None:
            return [weights.name, size, "", "", self.tr("cannot be used")]
        return [weights.name, size, weights.info.precision, said_by_weights(weights.info.licence), origin]

    def _selected(self) -> InstalledWeights | None:
        item = self.table.currentItem()
        return None if item is None else item.data(_NAME, Qt.ItemDataRole.UserRole)

    def _show_details(self) -> None:
        weights = self._selected()
        self.use.setEnabled(weights is not None and weights.info is not None and weights != self._library.in_use)
        if weights is None:
            self.details.clear()
        elif weights.info is None:
            self.details.setText(translated(weights.problem or ""))
        else:
            info = weights.info
            lines = [
                self.tr("Source: %1").replace("%1", said_by_weights(info.source)),
                self.tr("Training data: %1").replace("%1", said_by_weights(info.training_data)),
            ]
            if info.quality:
                figures = "; ".join(f"{said_by_weights(what)} {figure:g}" for what, figure in info.quality.items())
                lines.append(self.tr("Quality: %1").replace("%1", figures))
            self.details.setText("\n".join(lines))

    # -- what the user does ------------------------------------------------------------------------------------------

    def _on_use(self) -> None:
        weights = self._selected()
        if weights is not None and self.use.isEnabled():
            self._library.use(weights.path)
            self._tell(self.tr("The model is starting with %1.").replace("%1", weights.name))

    def _on_import(self) -> None:
        folder = self._settings.last_folder
        name, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Import weights"),
            "" if folder is None else str(folder),
            self.tr("TinySAM checkpoints (%1)").replace("%1", "*.pth *.pt *.safetensors *.ckpt"),
        )
        if name:
            self.outcome.hide()
            self._library.import_file(Path(name))
            self._refresh()

    def _on_cancel_import(self) -> None:
        if self._library.importing is not None:
            self._library.importing.cancel.cancel()

    def _on_imported(self, path: Path) -> None:
        self._just_imported = path  # it is listed in a moment
        self._tell(self.tr("Imported and in use from now on: %1").replace("%1", str(path)))

    def _on_import_failed(self, reason: str) -> None:
        self._tell(translated(reason))

    def _tell(self, text: str) -> None:
        self.outcome.setText(text)
        self.outcome.show()
