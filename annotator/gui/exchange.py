"""File > Export and File > Import: their dialogs, and the work behind them in the background."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QDialog, QWidget

from annotator.core.formats.exchange import export
from annotator.core.formats.options import proposals_left_out
from annotator.gui.background import BackgroundJob
from annotator.gui.dialogs.export import ExportDialog, ExportRequest
from annotator.gui.dialogs.export_report import Exported, ExportReportDialog
from annotator.gui.dialogs.import_ import ImportDialog
from annotator.gui.import_plan import ImportPlan
from annotator.gui.message_bar import MessageBar
from annotator.gui.settings import Settings
from annotator.gui.workspace import Workspace


class Exchange(QObject):
    """Belongs to a window, over which it opens its dialogs."""

    imported = Signal(int)  # how many instances and proposals were added

    def __init__(self, window: QWidget, workspace: Workspace, messages: MessageBar, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._messages = messages
        self._settings = settings

    def show_export(self) -> None:
        """Ask what to export and where to, then do it."""
        model = self._workspace.model
        if model.coco_path is None:
            return
        names = [category.name for category in model.document.categories.values()]
        dialog = ExportDialog(names, model.coco_path, self._window)
        # With what has been drawn and is still being computed.
        dialog.wanted.connect(lambda request: self._workspace.editor.mask_work.in_turn(lambda: self._export(request)))
        _open(dialog)

    def _export(self, request: ExportRequest) -> None:
        # A copy, so that the export is of one moment while editing goes on.
        document = self._workspace.model.document.snapshot()

        def work(job: BackgroundJob) -> Exported:
            report = export(
                document,
                request.format,
                request.out,
                request.options,
                on_progress=job.report_progress,
                cancel=job.cancel,
            )
            return Exported(report, request.options, proposals_left_out(document, request.options), request.format)

        job = self._workspace.jobs.new(
            work,
            title=self.tr("Exporting to %1").replace("%1", request.out.name),
            lists_failure=False,
        )
        job.succeeded.connect(self._on_exported)
        job.failed.connect(self._messages.tell)
        job.start()

    def _on_exported(self, exported: Exported) -> None:
        dialog = ExportReportDialog(exported, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.show()

    def show_import(self) -> None:
        """Ask what to import and show what that means, then do it as one undoable change."""
        workspace = self._workspace
        if not workspace.model.is_open:
            return
        dialog = ImportDialog(workspace.model, workspace.jobs, self._settings, self._window)
        dialog.wanted.connect(self._import)
        _open(dialog)

    def _import(self, plan: ImportPlan) -> None:
        model = self._workspace.model
        if model.refusal:
            self._messages.tell(model.refusal)
            return
        model.document.next_ids = plan.next_ids
        model.push(plan.edit, self.tr("Import from %1").replace("%1", plan.source.name), outcome=plan.outcome)
        self.imported.emit(len(plan.merge.instances) + len(plan.merge.proposals))


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
