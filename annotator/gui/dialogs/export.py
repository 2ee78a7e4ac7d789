"""File > Export: which format, what of the dataset, and where to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QWidget,
)

from annotator.core.formats.options import ExportOptions, Shape
from annotator.errors import reason_of
from annotator.gui.dialogs.form import AskingDialog
from annotator.gui.language import translated

_WITH_SPLIT = frozenset({"coco", "yolo", "voc"})
_LIST_HEIGHT = 112


@dataclass(frozen=True)
class ExportRequest:
    """What the user wants. format: one of core's FORMATS; out: a new file for coco, else a new or empty folder."""

    format: str
    out: Path
    options: ExportOptions


class ExportDialog(AskingDialog):
    """Asks; the export itself goes on in the background once the dialog is closed.

    categories: the names of all. coco_path: the document's file; the export is proposed beside its folder, where
    opening the folder again does not find copies of its own images.
    """

    wanted = Signal(object)  # ExportRequest

    def __init__(self, categories: Sequence[str], coco_path: Path, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Export"), parent)
        self._coco_path = coco_path
        self._proposed = ""
        self._make_widgets(categories)
        self.form.addRow(self.tr("&Format"), self.format)
        self.add_row(self.tr("&Save in"), self.out, self.browse)
        self.form.addRow(self.tr("&Masks as"), self.shape)
        self.add_row(self.tr("&Polygons may stray by"), self.tolerance)
        self.form.addRow(self.tr("&Categories"), self.categories)
        self.form.addRow(self.tr("Only"), self.accepted_only)
        self.form.addRow(self.tr("Also"), self.proposals)
        self.form.addRow("", self.copy_images)
        self.add_row(self.tr("&Validation"), self.val, self.seed_label, self.seed)
        self.export = self.lay_out(self.tr("&Export"), self.problem)
        self.setMinimumWidth(560)
        self.format.currentIndexChanged.connect(self._on_format)
        self.shape.currentIndexChanged.connect(self._refresh)
        self.out.textChanged.connect(self._refresh)
        self.categories.itemChanged.connect(self._refresh)
        self.accepted_only.toggled.connect(self._refresh)
        self.val.valueChanged.connect(self._refresh)
        self.browse.clicked.connect(self._on_browse)
        self._on_format()

    def _make_widgets(self, categories: Sequence[str]) -> None:
        self.format = QComboBox(self)
        for name, text in (
            ("coco", self.tr("COCO (one JSON file)")),
            ("yolo", self.tr("YOLO segmentation (folder)")),
            ("voc", self.tr("Pascal VOC (folder)")),
            ("masks", self.tr("Mask PNGs (folder)")),
            ("labelme", self.tr("labelme (folder)")),
        ):
            self.format.addItem(text, name)
        self.out = QLineEdit(self)
        self.browse = QPushButton(self.tr("&Browse..."), self)
        self.shape = QComboBox(self)
        self.tolerance = QDoubleSpinBox(self)
        self.tolerance.setRange(0, 100)
        self.tolerance.setDecimals(1)
        self.tolerance.setSingleStep(0.5)
        self.tolerance.setSuffix(self.tr(" px"))
        self.tolerance.setSpecialValueText(self.tr("nothing: exact"))
        self.categories = QListWidget(self)
        self.categories.setFixedHeight(_LIST_HEIGHT)
        for name in categories:
            item = QListWidgetItem(name, self.categories)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
        self.accepted_only = QCheckBox(self.tr("what a review has &accepted"), self)
        self.proposals = QCheckBox(self.tr("&proposals that nobody has accepted yet"), self)
        self.copy_images = QCheckBox(self.tr("copies of the &images"), self)
        self.val = QSpinBox(self)
        self.val.setRange(0, 99)
        self.val.setSuffix(self.tr(" % of the images"))
        self.val.setSpecialValueText(self.tr("no split"))
        self.seed = QSpinBox(self)
        self.seed.setRange(0, 999_999)
        self.seed.setToolTip(self.tr("Another number is another choice of images; the same number gives the same one"))
        self.seed_label = self.label(self.tr("S&eed"), self.seed)
        self.problem = QLabel(self)
        self.problem.setWordWrap(True)
        self.problem.setTextFormat(Qt.TextFormat.PlainText)

    @property
    def request(self) -> ExportRequest:
        """What the widgets say now."""
        name: str = self.format.currentData()
        chosen = self._chosen_categories()
        return ExportRequest(
            name,
            Path(os.path.abspath(self.out.text().strip())),
            ExportOptions(
                categories=None if len(chosen) == self.categories.count() else frozenset(chosen),
                accepted_only=self.accepted_only.isChecked(),
                proposals=self.proposals.isChecked() and self.proposals.isEnabled(),
                copy_images=self.copy_images.isChecked(),
                val_fraction=self.val.value() / 100 if self.val.isEnabled() else 0.0,
                seed=self.seed.value(),
                shape=self.shape.currentData() or Shape.KEEP,
                tolerance=self.tolerance.value() if self.tolerance.isEnabled() else 0.0,
            ),
        )

    def accept(self) -> None:
        request = self.request
        super().accept()
        self.wanted.emit(request)

    def _chosen_categories(self) -> list[str]:
        items = [self.categories.item(row) for row in range(self.categories.count())]
        return [item.text() for item in items if item.checkState() == Qt.CheckState.Checked]

    def _on_format(self) -> None:
        name = self.format.currentData()
        self.shape.blockSignals(True)
        self.shape.clear()
        if name == "coco":
            self.shape.addItem(self.tr("As they are in the file; new ones as run-lengths"), Shape.KEEP)
            self.shape.addItem(self.tr("Run-lengths (RLE)"), Shape.EXACT)
            self.shape.addItem(self.tr("Polygons"), Shape.POLYGONS)
        elif name in ("yolo", "labelme"):
            self.shape.addItem(self.tr("Polygons"), Shape.POLYGONS)
        if name == "labelme":
            self.shape.addItem(self.tr("Pixels (labelme 5.3 or later)"), Shape.EXACT)
        if name in ("voc", "masks"):
            self.shape.addItem(self.tr("Pixels"), Shape.KEEP)
        self.shape.blockSignals(False)
        if self.out.text() == self._proposed:  # otherwise the user has chosen a place
            self._proposed = str(self._proposal())
            self.out.setText(self._proposed)
        self._refresh()

    def _proposal(self) -> Path:
        folder = self._coco_path.parent
        name = self.format.currentData()
        return folder.with_name(f"{folder.name}-export.json" if name == "coco" else f"{folder.name}-{name}")

    def _refresh(self) -> None:
        self.shape.setEnabled(self.shape.count() > 1)
        self.tolerance.setEnabled(self.shape.currentData() is Shape.POLYGONS)
        self.proposals.setEnabled(not self.accepted_only.isChecked())
        self.val.setEnabled(self.format.currentData() in _WITH_SPLIT)
        for widget in (self.seed, self.seed_label):
            widget.setEnabled(self.val.isEnabled() and self.val.value() > 0)
        problem = self._problem()
        self.problem.setText(problem)
        self.export.setEnabled(not problem)

    def _problem(self) -> str:
        """Why it cannot begin like this, or ""."""
        text = self.out.text().strip()
        if not text:
            return self.tr("Say where to save it.")
        if self.categories.count() and not self._chosen_categories():
            return self.tr("Tick at least one category.")
        out = Path(text)
        try:
            is_there = os.path.lexists(out) and (not out.is_dir() or any(out.iterdir()))
        except OSError as error:
            return self.tr("%1 cannot be used: %2.").replace("%1", str(out)).replace("%2", translated(reason_of(error)))
        if is_there or (out.is_dir() and self.format.currentData() == "coco"):
            return self.tr("%1 is there already, and nothing is replaced: choose another name.").replace("%1", str(out))
        return ""

    def _on_browse(self) -> None:
        title = self.tr("Export to")
        if self.format.currentData() == "coco":
            # Whether to replace a file is not asked: nothing is replaced, and the dialog says so.
            options = QFileDialog.Option.DontConfirmOverwrite
            filters = self.tr("COCO file (*.json)")
            name, _ = QFileDialog.getSaveFileName(self, title, self.out.text(), filters, "", options)
            if name and not Path(name).suffix:
                name += ".json"
        else:
            # The folder chosen is the one to make the export's own folder in, unless it is empty.
            folder = QFileDialog.getExistingDirectory(self, title, str(Path(self.out.text()).parent))
            name = folder
            if folder and any(Path(folder).iterdir()):
                name = str(Path(folder) / Path(self.out.text()).name)
        if name:
            self.out.setText(name)
