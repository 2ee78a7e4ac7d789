"""File > Import: what to read, and a preview of what it would add and what it would leave out."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from annotator.core.formats.exchange import FORMATS
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.dialogs.form import AskingDialog
from annotator.gui.document_model import DocumentModel
from annotator.gui.format_names import format_name
from annotator.gui.import_plan import ImportPlan, plan_import
from annotator.gui.language import listing, translated
from annotator.gui.settings import Settings

_TYPING_MS = 400
_LISTED = 8


class ImportDialog(AskingDialog):
    """Reads in the background as soon as the source is known; nothing is added before Import is pressed."""

    wanted = Signal(object)  # ImportPlan, made for the document as it is now
    was_read = Signal()  # the preview says what the source holds, or why it cannot be used

    def __init__(
        self, model: DocumentModel, jobs: BackgroundJobs, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(self.tr("Import"), parent)
        self._model = model
        self._jobs = jobs
        self._settings = settings
        self._job: BackgroundJob | None = None
        self._plan: ImportPlan | None = None
        self._read_state = model.state  # of the document that the plan was made for
        self._make_widgets()
        self.add_row(self.tr("&From"), self.source, self.choose_file, self.choose_folder)
        self.form.addRow(self.tr("F&ormat"), self.format)
        self.do_import = self.lay_out(self.tr("&Import"), self.preview, self.progress, stretched=self.preview)
        self.resize(600, 400)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._read)
        self.source.textChanged.connect(self._on_changed)
        self.format.currentIndexChanged.connect(self._on_changed)
        self.choose_file.clicked.connect(self._on_choose_file)
        self.choose_folder.clicked.connect(self._on_choose_folder)
        self.finished.connect(self._stop)
        self._show("")

    def _make_widgets(self) -> None:
        self.source = QLineEdit(self)
        self.source.setPlaceholderText(self.tr("A file or a folder"))
        self.choose_file = QPushButton(self.tr("&File..."), self)
        self.choose_folder = QPushButton(self.tr("Fol&der..."), self)
        self.format = QComboBox(self)
        self.format.addItem(self.tr("Find out by itself"), "")
        for name in FORMATS:
            self.format.addItem(format_name(name), name)
        self.preview = QPlainTextEdit(self)
        self.preview.setReadOnly(True)
        self.preview.setTabChangesFocus(True)
        self.preview.setAccessibleName(self.tr("What would be imported"))
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName(self.tr("Reading"))
        policy = self.progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(policy)

    def accept(self) -> None:
        plan = self._plan
        if plan is None:
            return
        if plan.next_ids_before != self._model.document.next_ids or self._read_state != self._model.state:
            self._on_changed()  # the document has changed behind the dialog: look again
            return
        super().accept()
        self.wanted.emit(plan)

    # -- reading -----------------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        self._stop()
        self._show("")
        self._timer.start(_TYPING_MS)

    def _stop(self) -> None:
        self._timer.stop()
        self._plan = None
        if self._job is not None:
            self._job.cancel.cancel()
            self._job = None

    def _read(self) -> None:
        text = self.source.text().strip()
        if not text:
            return
        source, name = Path(os.path.abspath(text)), self.format.currentData() or None
        document = self._model.document.snapshot()
        self._read_state = self._model.state
        job = self._jobs.new(
            lambda job: plan_import(document, source, name, on_progress=job.report_progress, cancel=job.cancel)
        )
        job.succeeded.connect(self._on_planned)
        job.failed.connect(self._on_failed)
        job.progressed.connect(self._on_progressed)
        self._job = job
        self._show(self.tr("Reading %1").replace("%1", source.name), is_reading=True)
        job.start()

    def _on_progressed(self, done: int, total: int) -> None:
        if self.sender() is self._job:
            self.progress.setRange(0, total)
            self.progress.setValue(done)

    def _on_planned(self, plan: ImportPlan) -> None:
        if self.sender() is self._job:
            self._job = None
            self._plan = plan
            self._show("\n".join(self._lines(plan)))
            self.was_read.emit()

    def _on_failed(self, reason: str) -> None:
        if self.sender() is self._job:
            self._job = None
            self._show(translated(reason))
            self.was_read.emit()

    def _show(self, text: str, *, is_reading: bool = False) -> None:
        self.preview.setPlainText(text or self.tr("What would be added is shown here before anything happens."))
        self.progress.setRange(0, 0)
        self.progress.setVisible(is_reading)
        self.do_import.setEnabled(self._plan is not None and not self._plan.is_empty)

    # -- the preview -------------------------------------------------------------------------------------------------

    def _lines(self, plan: ImportPlan) -> list[str]:
        merge = plan.merge
        name = self.format.itemText(self.format.findData(plan.format))
        lines = [self.tr("Format: %1").replace("%1", name), "", self.tr("Would be added:")]
        if plan.is_empty:
            lines.append("    " + self.tr("nothing"))
        if merge.categories:
            text = self.tr("%n category(s): %1", "", len(merge.categories))
            lines.append(
                "    " + text.replace("%1", listing([category.name for category in merge.categories], _LISTED))
            )
        if merge.images:
            text = self.tr("%n new image(s) of the folder: %1", "", len(merge.images))
            lines.append("    " + text.replace("%1", listing([image.path for image in merge.images], _LISTED)))
        if merge.instances:
            images = len({instance.image_id for instance in merge.instances})
            parts = (self.tr("%n instance(s)", "", len(merge.instances)), self.tr("on %n image(s)", "", images))
            lines.append(
                "    "
                + self.tr("%1 %2", "so many instances, on so many images")
                .replace("%1", parts[0])
                .replace("%2", parts[1])
            )
        if merge.proposals:
            lines.append("    " + self.tr("%n proposal(s)", "", len(merge.proposals)))
        left_out = []
        if merge.repeated:
            left_out.append(self.tr("%n instance(s) that are there already", "", merge.repeated))
        if merge.unknown_images:
            text = self.tr(
                "%n image(s) that neither this dataset nor its folder has: %1", "", len(merge.unknown_images)
            )
            left_out.append(text.replace("%1", listing(merge.unknown_images, _LISTED)))
        if merge.other_size:
            text = self.tr("%n image(s) of another size in this dataset: %1", "", len(merge.other_size))
            left_out.append(text.replace("%1", listing(merge.other_size, _LISTED)))
        left_out += map(translated, plan.notes)
        if left_out:
            lines += ["", self.tr("Left out:"), *("    " + line for line in left_out)]
        lines += ["", self.tr("Nothing that is there already is changed, and Undo takes all of it back.")]
        return lines

    # -- choosing ----------------------------------------------------------------------------------------------------

    def _on_choose_file(self) -> None:
        filters = self.tr("Annotations (%1)").replace("%1", "*.json *.yaml *.yml")
        name, _ = QFileDialog.getOpenFileName(self, self.tr("Import"), self._start(), filters)
        self._take(name)

    def _on_choose_folder(self) -> None:
        self._take(QFileDialog.getExistingDirectory(self, self.tr("Import"), self._start()))

    def _start(self) -> str:
        folder = self._settings.last_folder
        return self.source.text() or ("" if folder is None else str(folder))

    def _take(self, name: str) -> None:
        if name:
            self._settings.last_folder = Path(name).parent
            self.source.setText(name)
