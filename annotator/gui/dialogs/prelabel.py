"""Segment > Pre-label the folder: what to propose, and for which images."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from annotator.core.document import Document
from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.prelabel_run import PrelabelOptions, usable
from annotator.segment.prelabel_partial import InterruptedRun
from annotator.segment.stored_proposals import UNNAMED

_MOST_MASKS = 1000


class PrelabelDialog(QDialog):
    """Asks; the run goes on in the background once the dialog is closed."""

    wanted = Signal(object)  # PrelabelOptions

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Counted once: the dialog is modal, and there may be many thousands.
        images = [image.id for image in usable(document)]
        self._usable, self._untouched = len(images), sum(not document.count_of_image(i) for i in images)
        self._interrupted: InterruptedRun | None = None
        self._is_settled = False  # whether it is known if a run was interrupted
        self.setWindowTitle(self.tr("Pre-label the folder"))
        self.category = QComboBox(self)
        self.category.setEditable(True)
        self.category.addItems([category.name for category in document.categories.values()])
        if document.category_named(UNNAMED) is None:
            self.category.addItem(UNNAMED)
        self.category.setCurrentText(UNNAMED)
        self.min_iou = QDoubleSpinBox(self)
        self.min_iou.setRange(-0.01, 1)  # below 0: what the checkpoint asks for
        self.min_iou.setSingleStep(0.01)
        self.min_iou.setSpecialValueText(self.tr("as the weights ask for"))
        self.min_iou.setValue(self.min_iou.minimum())
        self.max_masks = QSpinBox(self)
        self.max_masks.setRange(0, _MOST_MASKS)
        self.max_masks.setSpecialValueText(self.tr("all"))
        self.only_untouched = QCheckBox(self.tr("&Only images without instances"), self)
        self.only_untouched.setChecked(True)
        self.again = QCheckBox(self.tr("Images, &too, that were pre-labelled with these settings"), self)
        self.go_on = QCheckBox(self)
        self.go_on.hide()
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Propose as &category"), self.category)
        form.addRow(self.tr("Predicted &IoU above"), self.min_iou)
        form.addRow(self.tr("At &most, for an image"), self.max_masks)
        form.addRow("", self.only_untouched)
        form.addRow("", self.again)
        self.count = QLabel(self)
        hint = QLabel(
            self.tr(
                "Instances stay as they are. You can go on working meanwhile; the jobs in the status bar show how far "
                "it is. The proposals are added when it ends or is cancelled, and Undo takes them back. If the window "
                "is closed before, the run can be gone on with later. Proposals that you have deleted do not "
                "come back, because images remember what they were pre-labelled with."
            ),
            self,
        )
        for label in (self.count, hint):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.start = buttons.addButton(self.tr("&Start"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        drop_button_icons(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self.go_on)
        column.addLayout(form)
        column.addWidget(self.count)
        column.addWidget(hint)
        column.addStretch()
        column.addWidget(buttons)
        self.setMinimumWidth(480)
        self.only_untouched.toggled.connect(self._refresh)
        self.category.editTextChanged.connect(self._refresh)
        self.go_on.toggled.connect(self._on_go_on)
        self._refresh()

    def set_interrupted(self, run: InterruptedRun | None) -> None:
        """Offer to go on with that run; until this is called nothing can be started."""
        if self._is_settled:
            return
        self._is_settled = True
        self._interrupted = run
        if run is not None:
            self.go_on.setText(
                self.tr("&Go on with the run that was interrupted: %n image(s) are done", "", run.images)
            )
            self.go_on.show()
            self.go_on.setChecked(True)
        self._refresh()

    def _on_go_on(self, goes_on: bool) -> None:
        """A run is gone on with as it was begun."""
        run = self._interrupted
        if goes_on and run is not None:
            self.category.setCurrentText(run.category)
            self.min_iou.setValue(run.config.predicted_iou)
            self.max_masks.setValue(run.max_masks or 0)
            self.again.setChecked(run.again)
        for widget in (self.category, self.min_iou, self.max_masks, self.again):
            widget.setEnabled(not goes_on)

    @property
    def options(self) -> PrelabelOptions:
        """What the widgets say now."""
        min_iou = round(self.min_iou.value(), 2)
        return PrelabelOptions(
            min_iou=None if min_iou < 0 else min_iou,
            max_masks=self.max_masks.value() or None,
            category=self.category.currentText().strip(),
            only_untouched=self.only_untouched.isChecked(),
            again=self.again.isChecked(),
            interrupted=self._interrupted if self.go_on.isChecked() else None,
        )

    def accept(self) -> None:
        options = self.options
        super().accept()
        self.wanted.emit(options)

    def _refresh(self) -> None:
        images = self._untouched if self.only_untouched.isChecked() else self._usable
        self.count.setText(self.tr("%n image(s) to look at", "", images))
        self.start.setEnabled(bool(self._is_settled and images and self.category.currentText().strip()))
