"""File > Import: what to read, and a preview of what it would add and what it would leave out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QWidget,
)

from annotator.core.formats.exchange import FORMATS
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.dialogs.form import AskingDialog
from annotator.gui.dialogs.sections import Section, SectionsView
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
        self.do_import = self.lay_out(
            self.tr("&Import"), self.preview, self.progress, self.rules, stretched=self.preview
        )
        self.resize(600, 400)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._read)
        self.source.textChanged.connect(self._on_changed)
        self.format.currentIndexChanged.connect(self._on_changed)
        self.choose_file.clicked.connect(self._on_choose_file)
        self.choose_folder.clicked.connect(self._on_choose_folder)
        self.finished.connect(self._stop)
        self.preview.setPlaceholderText(self.tr("What would be added is shown here before anything happens."))
        self._show("")

    def _make_widgets(self) -> None:
        self.source = QLineEdit(self)
        self.source.setPlaceholderText(self.tr("A file or a folder"))
        self.choose_file = QPushButton(self.tr("&File..."), self)
        self.choose_folder = QPushButton(self.tr("Fol&der..."), self)
        self.format = QComboBox(self)
        self.format.addItem(self.tr("Detect automatically"), "")
        for name in FORMATS:
            self.format.addItem(format_name(name), name)
        self.preview = SectionsView(self.tr("What would be imported"), self)
        self.rules = QLabel(
            self.tr(
                "Nothing that is there is changed, masks that are there already do not come twice, and Undo takes all "
                "of it back."
            ),
            self,
        )
        self.rules.setWordWrap(True)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
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
            self._show_sections(list(self._sections(plan)))
            self.was_read.emit()

    def _on_failed(self, reason: str) -> None:
        if self.sender() is self._job:
            self._job = None
            self._show_sections([Section(self.tr("This cannot be imported"), (translated(reason),))])
            self.was_read.emit()

    def _show(self, text: str, *, is_reading: bool = False) -> None:
        self.preview.setPlainText(text)
        self._refresh(is_reading=is_reading)

    def _show_sections(self, sections: Sequence[Section]) -> None:
        self.preview.show_sections(sections)
        self._refresh(is_reading=False)

    def _refresh(self, *, is_reading: bool) -> None:
        self.progress.setRange(0, 0)
        self.progress.setVisible(is_reading)
        self.do_import.setEnabled(self._plan is not None and not self._plan.is_empty)

    # -- the preview -------------------------------------------------------------------------------------------------

    def _sections(self, plan: ImportPlan) -> Iterator[Section]:
        added, left_out = tuple(self._added(plan)), tuple(self._left_out(plan))
        title = self.tr("Read as %1, this would be added").replace("%1", format_name(plan.format))
        yield Section(title, added or (self.tr("nothing"),))
        if left_out:
            yield Section(self.tr("Left out"), left_out)
        if plan.notes:
            yield Section(self.tr("Good to know"), tuple(map(translated, plan.notes)))

    def _added(self, plan: ImportPlan) -> Iterator[str]:
        merge = plan.merge
        if merge.instances:
            images = len({instance.image_id for instance in merge.instances})
            text = self.tr("%1 %2", "so many instances, on so many images")
            text = text.replace("%1", self.tr("%n instance(s)", "", len(merge.instances)))
            yield text.replace("%2", self.tr("on %n image(s)", "", images))
        if merge.proposals:
            yield self.tr("%n proposal(s)", "", len(merge.proposals))
        if merge.categories:
            text = self.tr("%n new category(s): %1", "", len(merge.categories))
            yield text.replace("%1", listing([category.name for category in merge.categories], _LISTED))
        if known := self._known_categories(plan):
            text = self.tr("to %n category(s) that are there already: %1", "", len(known))
            yield text.replace("%1", listing(known, _LISTED))
        if merge.images:
            text = self.tr("%n new image(s) of the folder: %1", "", len(merge.images))
            yield text.replace("%1", listing([image.path for image in merge.images], _LISTED))

    def _known_categories(self, plan: ImportPlan) -> list[str]:
        """The names of the document's categories that get instances or proposals."""
        used = {annotation.category_id for annotation in (*plan.merge.instances, *plan.merge.proposals)}
        return [category.name for category in self._model.document.categories.values() if category.id in used]

    def _left_out(self, plan: ImportPlan) -> Iterator[str]:
        merge = plan.merge
        if merge.repeated:
            yield self.tr("%n instance(s) that are there already", "", merge.repeated)
        if merge.unknown_images:
            text = self.tr(
                "%n image(s) that neither this dataset nor its folder has: %1", "", len(merge.unknown_images)
            )
            yield text.replace("%1", listing(merge.unknown_images, _LISTED))
        if merge.other_size:
            text = self.tr("%n image(s) of another size in this dataset: %1", "", len(merge.other_size))
            yield text.replace("%1", listing(merge.other_size, _LISTED))
        if merge.unlike.instances:
            count = len(merge.unlike.instances)
            yield self.tr(
                "reviews, attributes, groups, locks or other keys of %n instance(s) that say something else here",
                "",
                count,
            )
        if merge.unlike.images:
            text = self.tr(
                "notes, status, reviews or other keys of %n image(s) that say something else here: %1",
                "",
                len(merge.unlike.images),
            )
            yield text.replace("%1", listing(merge.unlike.images, _LISTED))
        if merge.unlike.categories:
            text = self.tr(
                "attributes or other keys of %n category(s) that has others here: %1", "", len(merge.unlike.categories)
            )
            yield text.replace("%1", listing(merge.unlike.categories, _LISTED))
        if merge.file_keys:
            text = self.tr("what the file says of itself: %1")
            yield text.replace("%1", listing(merge.file_keys, _LISTED))
        if merge.unlicensed:
            yield self.tr(
                "the licence of %n new image(s), because this dataset does not have it by its number",
                "",
                merge.unlicensed,
            )

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
