"""File > Export: which format, what of the dataset, and where to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QWidget,
)

from annotator.core.formats.exchange import FORMATS
from annotator.core.formats.options import ExportOptions, Shape
from annotator.errors import reason_of
from annotator.gui.dialogs.form import AskingDialog
from annotator.gui.format_names import format_name
from annotator.gui.language import translated
from annotator.gui.plain_text import as_tooltip

_WITH_SPLIT = frozenset({"coco", "yolo", "voc"})
_ROW_HEIGHT = 24
_LEAST_LIST_HEIGHT = 3 * _ROW_HEIGHT


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
        self._tolerance_row = self.add_row(self.tr("&Polygons may stray by"), self.tolerance)
        self.form.addRow(self.tr("&Categories"), self.categories)
        self.form.addRow("", self._ticking())
        self.form.addRow(self.tr("Instances"), self.accepted_only)
        self.form.addRow(self.tr("Proposals"), self.proposals)
        self.form.addRow("", self.proposals_note)
        self.form.addRow(self.tr("Images"), self.copy_images)
        self._val_row = self.add_row(self.tr("&Validation"), self.val, self.seed_label, self.seed)
        self.export = self.lay_out(self.tr("&Export"), self.problem, form_grows=True)
        self.setMinimumWidth(560)
        self.resize(600, 520)
        self.format.currentIndexChanged.connect(self._on_format)
        self.shape.currentIndexChanged.connect(self._refresh)
        self.out.textChanged.connect(self._refresh)
        self.categories.itemChanged.connect(self._refresh)
        self.accepted_only.toggled.connect(self._refresh)
        self.proposals.toggled.connect(self._refresh)
        self.val.valueChanged.connect(self._refresh)
        self.browse.clicked.connect(self._on_browse)
        self._on_format()

    def _make_widgets(self, categories: Sequence[str]) -> None:
        self.format = QComboBox(self)
        for name in FORMATS:
            text = self.tr("%1 (one JSON file)") if name == "coco" else self.tr("%1 (folder)")
            self.format.addItem(text.replace("%1", format_name(name)), name)
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
        self.categories.setMinimumHeight(_LEAST_LIST_HEIGHT)
        self.categories.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for name in categories:
            item = QListWidgetItem(name, self.categories)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked)
            item.setSizeHint(QSize(0, _ROW_HEIGHT))
            item.setToolTip(as_tooltip(name))
        self.accepted_only = QCheckBox(self.tr("Only those that a review has &accepted"), self)
        self.proposals = QCheckBox(self.tr("Als&o export those that are not accepted yet"), self)
        self.proposals_note = QLabel(self)
        self.proposals_note.setWordWrap(True)
        self.proposals_note.setTextFormat(Qt.TextFormat.PlainText)
        self.copy_images = QCheckBox(self.tr("Copy them beside the annotat&ions"), self)
        self.val = QSpinBox(self)
        self.val.setRange(0, 99)
        self.val.setSuffix(self.tr(" % of the images"))
        self.val.setSpecialValueText(self.tr("no split"))
        self.seed = QSpinBox(self)
        self.seed.setRange(0, 999_999)
        self.seed.setToolTip(self.tr("Another number is another choice of images; the same number gives the same one"))
        self.seed_label = self.label(self.tr("See&d"), self.seed)
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

    def _ticking(self) -> QHBoxLayout:
        """Two buttons that tick all categories, or none."""
        row = QHBoxLayout()
        row.setSpacing(8)
        self.tick_all, self.tick_none = QPushButton(self.tr("A&ll"), self), QPushButton(self.tr("&None"), self)
        for button, state in ((self.tick_all, Qt.CheckState.Checked), (self.tick_none, Qt.CheckState.Unchecked)):
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._tick, state))
            row.addWidget(button)
        row.addStretch()
        return row

    def _tick(self, state: Qt.CheckState) -> None:
        for row in range(self.categories.count()):
            self.categories.item(row).setCheckState(state)

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
        name = self.format.currentData()
        self.shape.setEnabled(self.shape.count() > 1)
        self.tolerance.setEnabled(self.shape.currentData() is Shape.POLYGONS)
        self.proposals.setEnabled(not self.accepted_only.isChecked())
        self.val.setEnabled(name in _WITH_SPLIT)
        for widget in (self.seed, self.seed_label):
            widget.setEnabled(self.val.isEnabled() and self.val.value() > 0)
        # What the format knows nothing of is not shown at all.
        self.form.setRowVisible(self.shape, self.shape.isEnabled())
        self.form.setRowVisible(self._tolerance_row, self.tolerance.isEnabled())
        self.form.setRowVisible(self._val_row, self.val.isEnabled())
        become_instances = name != "coco" and self.request.options.proposals
        note = self.tr("%1 knows no proposals: they become instances there, as if they had been accepted.")
        self.proposals_note.setText(note.replace("%1", format_name(name)))
        self.form.setRowVisible(self.proposals_note, become_instances)
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
