"""The main window: puts the parts together and says what the menus do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QMainWindow,
    QMessageBox,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from annotator import paths
from annotator.core.dataset import Dataset, open_dataset
from annotator.core.document import ImageRecord
from annotator.core.images import IMAGE_SUFFIXES
from annotator.gui.actions import Actions
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.prompt_strip import PromptStrip
from annotator.gui.document_model import DocumentModel
from annotator.gui.image_loader import ImageLoader, LoadedImage
from annotator.gui.inference import Encoded, Inference, SegmenterProcess, SegmenterState
from annotator.gui.instance_editor import InstanceEditor
from annotator.gui.message_bar import MessageBar
from annotator.gui.panels.categories import CategoriesPanel
from annotator.gui.panels.image_list import ImageListPanel
from annotator.gui.panels.instances import InstancesPanel
from annotator.gui.prompt_session import PromptSession
from annotator.gui.saving import Saver
from annotator.gui.selection import Selection
from annotator.gui.status import StatusBar
from annotator.gui.tools.prompt_tool import PromptTool
from annotator.gui.tools.select_tool import SelectTool
from annotator.gui.tools.tool import Tool
from annotator.gui.welcome import WelcomePage


class MainWindow(QMainWindow):
    """`make_segmenter` makes the process that computes; it is called in the inference thread."""

    def __init__(self, make_segmenter: Callable[[], SegmenterProcess], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = DocumentModel(self)
        self.selection = Selection(self.model, self)
        self.inference = Inference(make_segmenter, self)
        self.loader = ImageLoader(self)
        self.session = PromptSession(self.inference, self)
        self.editor = InstanceEditor(self.model, self.session, self.selection, self.inference, self)
        self.saver = Saver(self.model, self)
        self.layer = InstanceLayer(self.model, self.selection, self)
        self._jobs = BackgroundJobs(self)
        self._opening: BackgroundJob | None = None
        self._when_saved: Callable[[], None] | None = None
        self._is_leaving = False
        self._image_id: int | None = None
        self._build()
        self._connect()
        self._tools: dict[object, Tool] = {
            self.actions_.select_tool: SelectTool(self.layer, self.selection, self),
            self.actions_.point_tool: PromptTool(self.session, self.editor, is_box=False, parent=self),
            self.actions_.box_tool: PromptTool(self.session, self.editor, is_box=True, parent=self),
        }
        for action, tool in self._tools.items():
            tool.refused.connect(self.status.refuse)
            action.triggered.connect(lambda _=False, tool=tool: self.canvas.set_tool(tool))  # type: ignore[attr-defined]
        self.actions_.point_tool.trigger()
        self._refresh_title()
        self._refresh_undo()
        self.inference.start()

    # -- opening -----------------------------------------------------------------------------------------------------

    def open_paths(self, chosen: Sequence[Path]) -> None:
        """Open a folder, images or a COCO file, after asking about unsaved work."""
        self._leave_document_for(lambda: self._open(chosen))

    def _open(self, chosen: Sequence[Path]) -> None:
        if self._opening is not None:
            self._opening.cancel.cancel()
        job = self._jobs.new(lambda job: open_dataset(list(chosen), on_progress=job.report_progress, cancel=job.cancel))
        job.progressed.connect(self._on_opening_progressed)
        job.succeeded.connect(lambda dataset: self._on_opened(job, dataset))
        job.failed.connect(self.messages.tell)
        self._opening = job
        job.start()

    def open_example(self) -> None:
        """Open the picture that ships with the program, in a copy the user may write beside."""
        self.open_paths([paths.example_dir()])

    def _on_opening_progressed(self, done: int, total: int) -> None:
        text = self.tr("Reading images: %1 of %2")
        self.status.showMessage(text.replace("%1", str(done)).replace("%2", str(total)))

    def _on_opened(self, job: BackgroundJob, dataset: Dataset) -> None:
        if job is not self._opening:
            return  # another folder is being opened
        self._opening = None
        self.status.clearMessage()
        self.messages.hide()
        if dataset.notes:
            self.messages.tell(" ".join(dataset.notes))
        self.session.set_image("")
        self.canvas.await_image()
        self._image_id = None
        self.model.open(dataset)
        self._refresh_title()
        self.pages.setCurrentWidget(self.work_page)
        self.canvas.setFocus()
        if self.model.document.images:
            self.images.show_image(next(iter(self.model.document.images)))
        else:
            self._show_no_image(self.tr("There is no image in this folder."))

    # -- showing images ----------------------------------------------------------------------------------------------

    def show_image(self, image_id: int) -> None:
        """Go to an image."""
        self.images.show_image(image_id)

    def _on_image_chosen(self, image_id: int) -> None:
        self._image_id = image_id
        self.canvas.await_image()
        self.editor.image_id = None
        self.session.set_image("")
        self.selection.select(())
        self.layer.set_image(None)
        self.instances.list_model.set_image(image_id)
        self.loader.load(self.model.document.image_path(image_id))

    def _on_loaded(self, image: LoadedImage) -> None:
        if self._image_id is None or image.path != self.model.document.image_path(self._image_id):
            return  # the user has gone on
        record = self.model.document.images[self._image_id]
        height, width, _ = image.rgb.shape
        if (height, width) != (record.height, record.width):
            self._show_no_image(self._wrong_size(record, width, height))
            return
        self.status.show_image(image)
        self.canvas.set_image(image)
        self.layer.set_image(self._image_id)
        self.canvas.set_working(True)
        self.editor.image_id = self._image_id
        self.session.set_image(image.key)
        self.inference.show_image(image.key, image.rgb)

    def _on_load_failed(self, path: Path, reason: str) -> None:
        if self._image_id is not None and path == self.model.document.image_path(self._image_id):
            self._show_no_image(reason)

    def _wrong_size(self, record: ImageRecord, width: int, height: int) -> str:
        text = self.tr(
            "%1 has %2 pixels, but the COCO file says %3: its masks would not fit. "
            "Put the right image back, or open the image without that file."
        )
        times = "\N{MULTIPLICATION SIGN}"
        sizes = (f"{width} {times} {height}", f"{record.width} {times} {record.height}")
        return text.replace("%1", record.path).replace("%2", sizes[0]).replace("%3", sizes[1])

    def _show_no_image(self, reason: str) -> None:
        self.canvas.show_message(reason)
        self.status.show_image(None)

    def _on_encoded(self, encoded: Encoded) -> None:
        if self.canvas.image is not None and self.canvas.image.key == encoded.key:
            self.canvas.set_working(False)

    def _on_encode_failed(self, key: str, reason: str) -> None:
        if self.canvas.image is not None and self.canvas.image.key == key:
            self.canvas.set_working(False)
            self.messages.tell(reason)

    def _on_segmenter_state(self, state: SegmenterState, problem: str) -> None:
        if state is SegmenterState.FAILED:
            text = self.tr("The model does not run, so clicks give no masks. %1").replace("%1", problem)
            self.messages.tell(text, self.tr("Start it again"), self.inference.restart)
        elif state is SegmenterState.RESTARTING:
            text = self.tr("The model's process ended and is started anew; nothing is lost. %1")
            self.messages.tell(text.replace("%1", problem))

    # -- saving and closing ------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the COCO file."""
        if self.model.coco_path is not None:
            self.saver.save(self.model.coco_path)

    def save_as(self) -> None:
        """Write the COCO file under a name to choose; it is the document's file from then on."""
        if self.model.coco_path is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save as"), str(self.model.coco_path), self.tr("COCO file (*.json)")
        )
        if name:
            path = Path(name)
            self.saver.save(path if path.suffix else path.with_suffix(".json"))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._is_leaving and not self.model.is_saved:
            event.ignore()
            # Later: Qt ignores a close asked for inside a close.
            self._leave_document_for(lambda: QTimer.singleShot(0, self._close))
            return
        self._jobs.close()
        self.saver.close()
        self.loader.close()
        self.inference.close()
        event.accept()

    def _close(self) -> None:
        self._is_leaving = True
        self.close()

    def _leave_document_for(self, go_on: Callable[[], None]) -> None:
        """Go on at once when all is saved; else ask, and go on once it is saved or given up."""
        if self.model.is_saved:
            go_on()
            return
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.warning(
            self,
            self.tr("Unsaved work"),
            self.tr("There are changes that are not in the COCO file yet. Save them?"),
            buttons.Save | buttons.Discard | buttons.Cancel,
            buttons.Save,
        )
        if answer == buttons.Save:
            self._when_saved = go_on
            self.save()
        elif answer == buttons.Discard:
            go_on()

    def _on_saved(self, path: Path) -> None:
        self.status.showMessage(self.tr("Saved %1").replace("%1", str(path)), 4000)
        self._refresh_title()
        if self.model.is_saved:
            go_on, self._when_saved = self._when_saved, None
            if go_on is not None:
                go_on()

    def _on_save_failed(self, reason: str) -> None:
        self._when_saved = None
        self.messages.tell(reason, self.tr("Save as..."), self.save_as)

    # -- the keys ----------------------------------------------------------------------------------------------------

    def _on_undo(self) -> None:
        # Whoever has just clicked wrongly means the click, not the instance accepted before it.
        if self.session.is_pending:
            self.session.remove_last()
        else:
            self.model.undo()

    def _on_escape(self) -> None:
        if self.canvas.abort():
            return
        if self.session.is_pending:
            self.session.clear()
        else:
            self.actions_.select_tool.trigger()

    def _on_replayed(self, image_id: int) -> None:
        if image_id != self._image_id:
            self.show_image(image_id)

    def _refresh_undo(self) -> None:
        stack = self.model.undo_stack
        self.actions_.undo.setEnabled(stack.canUndo() or self.session.is_pending)
        self.actions_.redo.setEnabled(stack.canRedo())

    def _refresh_title(self) -> None:
        name = self.tr("TinySAM Annotator")
        if self.model.coco_path is not None:
            name = f"{self.model.coco_path.parent.name}/{self.model.coco_path.name}[*] - {name}"
        self.setWindowTitle(name)
        self.setWindowModified(not self.model.is_saved)

    # -- putting together --------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.resize(1280, 800)
        self.canvas = Canvas(self.layer, self.session, self)
        self.strip = PromptStrip(self.canvas, self.session, self.editor, self.model, self.selection)
        self.messages = MessageBar(self)
        self.images = ImageListPanel(self.model, self)
        self.categories = CategoriesPanel(self.model, self.editor, self.selection, self)
        self.instances = InstancesPanel(self.model, self.selection, self)
        self.welcome = WelcomePage(self)
        side = QSplitter(Qt.Orientation.Vertical, self)
        side.addWidget(self.categories)
        side.addWidget(self.instances)
        self.work_page = QSplitter(Qt.Orientation.Horizontal, self)
        for widget, stretch in ((self.images, 0), (self.canvas, 1), (side, 0)):
            self.work_page.addWidget(widget)
            self.work_page.setStretchFactor(self.work_page.count() - 1, stretch)
        self.work_page.setSizes([220, 820, 240])
        self.pages = QStackedWidget(self)
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(self.work_page)
        central = QWidget(self)
        column = QVBoxLayout(central)
        column.setContentsMargins(8, 8, 8, 0)
        column.setSpacing(8)
        column.addWidget(self.messages)
        column.addWidget(self.pages, 1)
        self.setCentralWidget(central)
        self.status = StatusBar(self.model, self.inference, self.session, self)
        self.setStatusBar(self.status)
        self.actions_ = Actions(self, self.canvas)

    def _connect(self) -> None:
        actions = self.actions_
        actions.open_folder.triggered.connect(self._choose_folder)
        actions.open_images.triggered.connect(self._choose_images)
        actions.save.triggered.connect(self.save)
        actions.save_as.triggered.connect(self.save_as)
        actions.quit.triggered.connect(self.close)
        actions.undo.triggered.connect(self._on_undo)
        actions.redo.triggered.connect(self.model.redo)
        actions.delete.triggered.connect(self.editor.delete_selected)
        actions.fit.triggered.connect(self.canvas.fit)
        actions.actual_size.triggered.connect(self.canvas.zoom_to_actual_size)
        actions.zoom_in.triggered.connect(lambda: self.canvas.zoom_by_steps(1))
        actions.zoom_out.triggered.connect(lambda: self.canvas.zoom_by_steps(-1))
        actions.show_instances.toggled.connect(self.layer.set_visible)
        actions.next_image.triggered.connect(lambda: self.images.step(1))
        actions.previous_image.triggered.connect(lambda: self.images.step(-1))
        actions.accept.triggered.connect(self.editor.accept)
        actions.next_mask.triggered.connect(self.session.cycle)
        actions.remove_last.triggered.connect(self.session.remove_last)
        actions.clear.triggered.connect(self._on_escape)
        self.welcome.folder_wanted.connect(self._choose_folder)
        self.welcome.images_wanted.connect(self._choose_images)
        self.welcome.example_wanted.connect(self.open_example)
        self.images.image_chosen.connect(self._on_image_chosen)
        self.loader.loaded.connect(self._on_loaded)
        self.loader.failed.connect(self._on_load_failed)
        self.inference.encoded.connect(self._on_encoded)
        self.inference.encode_failed.connect(self._on_encode_failed)
        self.inference.state_changed.connect(self._on_segmenter_state)
        self.session.decode_failed.connect(self.status.refuse)
        self.session.changed.connect(self._refresh_undo)
        self.editor.accepted.connect(self.layer.flash)
        self.editor.refused.connect(self.status.refuse)
        self.saver.saved.connect(self._on_saved)
        self.saver.failed.connect(self._on_save_failed)
        self.model.replayed.connect(self._on_replayed)
        self.model.saved_changed.connect(self._refresh_title)
        self.model.undo_stack.indexChanged.connect(self._refresh_undo)
        self.canvas.pointer_moved.connect(self.status.show_pointer)
        self.canvas.zoom_changed.connect(self.status.show_zoom)
        self.canvas.digit_pressed.connect(self.editor.apply_digit)

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, self.tr("Open a folder of images"))
        if name:
            self.open_paths([Path(name)])

    def _choose_images(self) -> None:
        patterns = " ".join(f"*{suffix}" for suffix in sorted(IMAGE_SUFFIXES))
        filters = self.tr("Images and COCO files (%1 *.json)").replace("%1", patterns)
        names, _ = QFileDialog.getOpenFileNames(self, self.tr("Open images"), "", filters)
        if names:
            self.open_paths([Path(name) for name in names])
