"""Segment > Pre-label the folder: what to propose, and for which images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

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

from annotator.core.document import Category
from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.prelabel_outlook import PrelabelOutlook
from annotator.gui.prelabel_run import PrelabelOptions
from annotator.segment.prelabel_interrupted import InterruptedRun
from annotator.segment.stored_proposals import UNNAMED

_MOST_MASKS = 1000


class PrelabelDialog(QDialog):
    """Asks; the run goes on in the background once the dialog is closed."""

    wanted = Signal(object)  # PrelabelOptions

    def __init__(self, categories: Iterable[Category], parent: QWidget | None = None) -> None:
        """categories: of the document. Nothing can be started until `set_interrupted` and `set_outlook` are called."""
        super().__init__(parent)
        names = [category.name for category in categories]
        self._outlook: PrelabelOutlook | None = None
        self._interrupted: InterruptedRun | None = None
        self._is_settled = False  # whether it is known if a run was interrupted
        self.setWindowTitle(self.tr("Pre-label the folder"))
        self.category = QComboBox(self)
        self.category.setEditable(True)
        self.category.addItems(names)
        if UNNAMED not in names:
            self.category.addItem(UNNAMED)
        self.category.setCurrentText(UNNAMED)
        self.min_iou = QDoubleSpinBox(self)
        self.min_iou.setRange(-0.01, 1)  # below 0: what the checkpoint asks for
        self.min_iou.setSingleStep(0.01)
        self.min_iou.setSpecialValueText(self.tr("as the weights suggest"))
        self.min_iou.setValue(self.min_iou.minimum())
        self.max_masks = QSpinBox(self)
        self.max_masks.setRange(0, _MOST_MASKS)
        self.max_masks.setSpecialValueText(self.tr("all"))
        self.only_untouched = QCheckBox(self.tr("&Only images without instances"), self)
        self.only_untouched.setChecked(True)
        self.again = QCheckBox(self.tr("Also images &done with these settings or by Segment everything"), self)
        self.go_on = QCheckBox(self)
        self.go_on.hide()
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow(self.tr("Propose as &category"), self.category)
        form.addRow(self.tr("Predicted &IoU above"), self.min_iou)
        form.addRow(self.tr("At &most per image"), self.max_masks)
        form.addRow("", self.only_untouched)
        form.addRow("", self.again)
        self.count = QLabel(self)
        hint = QLabel(
            self.tr(
                "Instances stay as they are, and you can go on working: the status bar shows the progress. The "
                "proposals are added when the run ends or is cancelled, and Undo takes them back. A run that is "
                "interrupted can be continued later. Proposals that you have deleted do not come back."
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
        for changed in (
            self.only_untouched.toggled,
            self.again.toggled,
            self.category.editTextChanged,
            self.min_iou.valueChanged,
            self.max_masks.valueChanged,
        ):
            changed.connect(self._refresh)
        self.go_on.toggled.connect(self._on_go_on)
        self._refresh()

    def set_interrupted(self, run: InterruptedRun | None) -> None:
        """Offer to go on with that run, or with none; only the first call counts."""
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

    def set_outlook(self, outlook: PrelabelOutlook) -> None:
        """What is known of the images and the model, from which the number of images to look at follows."""
        self._outlook = outlook
        self._refresh()

    def _on_go_on(self, goes_on: bool) -> None:
        """A run is gone on with as it was begun."""
        run = self._interrupted
        if goes_on and run is not None:
            self.category.setCurrentText(run.category)
            self.min_iou.setValue(run.config.predicted_iou)
            self.max_masks.setValue(run.max_masks or 0)
            self.only_untouched.setChecked(run.only_untouched)
            self.again.setChecked(run.again)
        for widget in (self.category, self.min_iou, self.max_masks, self.only_untouched, self.again):
            widget.setEnabled(not goes_on)
        self._refresh()

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
        outlook, options = self._outlook, self.options
        if outlook is None or not self._is_settled:
            self.count.setText(self.tr("Checking which images are done already..."))
            self.start.setEnabled(False)
            return
        images = outlook.to_look_at(options)
        if images:
            text = self.tr("%n image(s) to look at", "", images)
        elif options.interrupted is not None:
            text = self.tr("No image is left to look at; what was found is added.")
        elif not options.again and outlook.to_look_at(replace(options, again=True)):
            text = self.tr(
                "No image is left to look at: they were pre-labelled with these settings or have proposals of Segment "
                "everything."
            )
        elif options.only_untouched:
            text = self.tr("No image is left to look at: all have instances.")
        else:
            text = self.tr("There is no image to look at.")
        self.count.setText(text)
        # An interrupted run has found something that waits to be added, also when no image is left.
        has_work = bool(images) or options.interrupted is not None
        self.start.setEnabled(has_work and bool(options.category))
