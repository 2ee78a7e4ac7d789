"""Small parts of masks go, small holes are filled."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from annotator.core.mask_editing import Cleaned, cleaned
from annotator.core.records import Instance
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.mask_changes import MaskChanges

_Limits = tuple[int, int]
_LARGEST = 9_999_999  # pixels


class CleanUpDialog(QDialog):
    """Asks for two sizes in pixels and says what they would do to the instances; OK does it in one edit."""

    _last: _Limits = (64, 0)  # as chosen the last time

    def __init__(
        self, instances: Sequence[Instance], changes: MaskChanges, jobs: BackgroundJobs, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Remove small parts and holes"))
        self._instances = instances
        self._changes = changes
        self._jobs = jobs
        self._job: BackgroundJob | None = None
        self._asked: _Limits | None = None  # what is being found out
        self._found: tuple[_Limits, list[Cleaned]] | None = None
        self.parts = self._box(self._last[0])
        self.holes = self._box(self._last[1])
        self.note = QLabel(self)
        self.note.setWordWrap(True)
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing())
        self.note.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        form = QFormLayout()
        form.addRow(self.tr("Remove &parts smaller than"), self.parts)
        form.addRow(self.tr("Fill &holes smaller than"), self.holes)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, parent=self
        )
        drop_button_icons(buttons)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self.ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addLayout(form)
        column.addWidget(self.note)
        column.addWidget(buttons)
        self.setMinimumWidth(380)
        self._ask()

    def accept(self) -> None:
        if self._found is None or self._found[0] != self._limits:
            return
        CleanUpDialog._last = self._limits
        masks = [result.mask for result in self._found[1]]
        self._changes.set_masks(self._instances, masks, self.tr("Remove small parts and holes"))
        super().accept()

    @property
    def _limits(self) -> _Limits:
        return self.parts.value(), self.holes.value()

    def _box(self, value: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(0, _LARGEST)
        box.setSuffix(self.tr(" px"))
        box.setSpecialValueText(self.tr("none"))
        box.setValue(value)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.valueChanged.connect(self._ask)
        return box

    def _ask(self) -> None:
        """Find out in a worker thread what the sizes would do; the newest ones, once it is free."""
        self.ok.setEnabled(False)
        if self._job is not None:
            return
        limits, masks = self._limits, [instance.mask for instance in self._instances]
        self._asked = limits
        self._job = self._jobs.new(
            lambda _: [cleaned(mask, parts_below=limits[0], holes_below=limits[1]) for mask in masks]
        )
        self._job.succeeded.connect(self._on_found)
        self._job.start()

    def _on_found(self, results: list[Cleaned]) -> None:
        assert self._asked is not None
        self._job = None
        self._found = self._asked, results
        if self._asked != self._limits:
            self._ask()
            return
        parts, holes = sum(result.parts for result in results), sum(result.holes for result in results)
        self.ok.setEnabled(parts + holes > 0)
        gone, filled = self.tr("%n part(s) removed", "", parts), self.tr("%n hole(s) filled", "", holes)
        if parts and holes:
            self.note.setText(self.tr("%1, %2.").replace("%1", gone).replace("%2", filled))
        elif parts or holes:
            self.note.setText(self.tr("%1.").replace("%1", gone if parts else filled))
        else:
            self.note.setText(self.tr("There is nothing that small."))
