"""The main window: puts the parts together and says what the menus do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QCloseEvent
from PySide6.QtWidgets import QFileDialog, QMainWindow, QMessageBox, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from annotator import paths
from annotator.core.images import IMAGE_SUFFIXES
from annotator.gui.actions import Actions
from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.prompt_strip import PromptStrip
from annotator.gui.image_loader import LoadedImage
from annotator.gui.inference import Encoded, SegmenterState
from annotator.gui.message_bar import MessageBar
from annotator.gui.panels.categories import CategoriesPanel
from annotator.gui.panels.image_list import ImageListPanel
from annotator.gui.panels.instances import InstancesPanel
from annotator.gui.status import StatusBar
from annotator.gui.tools.prompt_tool import PromptTool
from annotator.gui.tools.select_tool import SelectTool
from annotator.gui.tools.tool import Tool
from annotator.gui.welcome import WelcomePage
from annotator.gui.workspace import Workspace


class MainWindow(QMainWindow):
    """The view of a workspace. Closing it closes the workspace, after asking about unsaved work."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._when_saved: Callable[[], None] | None = None
        self._is_leaving = False
        self._build()
        self._connect()
        self._make_tools()
        self._refresh_title()
        self._refresh_undo()

    # -- opening -----------------------------------------------------------------------------------------------------

    def open_paths(self, chosen: Sequence[Path]) -> None:
        """Open a folder, images or a COCO file, after asking about unsaved work."""
        self._leave_document_for(lambda: self.workspace.open(chosen))

    def open_example(self) -> None:
        """Open the picture that ships with the program, in a copy the user may write beside."""
        self.open_paths([paths.example_dir()])

    def _on_opening_progressed(self, done: int, total: int) -> None:
        text = self.tr("Reading images: %1 of %2")
        self.status.showMessage(text.replace("%1", str(done)).replace("%2", str(total)))

    def _on_opened(self, notes: str) -> None:
        self.status.clearMessage()
        self.messages.hide()
        if notes:
            self.messages.tell(notes)
        self._refresh_title()
        self.pages.setCurrentWidget(self.work_page)
        self.canvas.setFocus()

    # -- the image on screen -----------------------------------------------------------------------------------------

    def _on_image_awaited(self, image_id: int) -> None:
        self.canvas.await_image()
        self.layer.set_image(None)
        self.instances.list_model.set_image(image_id)
        self.images.show_image(image_id)

    def _on_image_shown(self, image: LoadedImage) -> None:
        self.status.show_image(image)
        self.canvas.set_image(image)
        self.canvas.set_working(True)
        self.layer.set_image(self.workspace.image_id)

    def _on_image_refused(self, reason: str) -> None:
        self.status.show_image(None)
        self.canvas.show_message(reason)

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
            self.messages.tell(text, self.tr("Start it again"), self.workspace.inference.restart)
        elif state is SegmenterState.RESTARTING:
            text = self.tr("The model's process ended and is started anew; nothing is lost. %1")
            self.messages.tell(text.replace("%1", problem))

    # -- saving and closing ------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the COCO file."""
        if self.workspace.model.coco_path is not None:
            self.workspace.saver.save(self.workspace.model.coco_path)

    def save_as(self) -> None:
        """Write the COCO file under a name to choose; it is the document's file from then on."""
        if self.workspace.model.coco_path is None:
            return
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save as"), str(self.workspace.model.coco_path), self.tr("COCO file (*.json)")
        )
        if name:
            path = Path(name)
            self.workspace.saver.save(path if path.suffix else path.with_suffix(".json"))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._is_leaving and not self.workspace.model.is_saved:
            event.ignore()
            # Later: Qt ignores a close asked for inside a close.
            self._leave_document_for(lambda: QTimer.singleShot(0, self._close))
            return
        self.workspace.close()
        event.accept()

    def _close(self) -> None:
        self._is_leaving = True
        self.close()

    def _leave_document_for(self, go_on: Callable[[], None]) -> None:
        """Go on at once when all is saved; else ask, and go on once it is saved or given up."""
        if self.workspace.model.is_saved:
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
        if self.workspace.model.is_saved:
            go_on, self._when_saved = self._when_saved, None
            if go_on is not None:
                go_on()

    def _on_save_failed(self, reason: str) -> None:
        self._when_saved = None
        self.messages.tell(reason, self.tr("Save as..."), self.save_as)

    # -- the keys ----------------------------------------------------------------------------------------------------

    def _on_undo(self) -> None:
        # Whoever has just clicked wrongly means the click, not the instance accepted before it.
        if self.workspace.session.is_pending:
            self.workspace.session.remove_last()
        else:
            self.workspace.model.undo()

    def _on_escape(self) -> None:
        if self.canvas.abort():
            return
        if self.workspace.session.is_pending:
            self.workspace.session.clear()
        else:
            self.actions_.select_tool.trigger()

    def _refresh_undo(self) -> None:
        stack = self.workspace.model.undo_stack
        self.actions_.undo.setEnabled(stack.canUndo() or self.workspace.session.is_pending)
        self.actions_.redo.setEnabled(stack.canRedo())

    def _refresh_title(self) -> None:
        name = self.tr("TinySAM Annotator")
        if self.workspace.model.coco_path is not None:
            name = f"{self.workspace.model.coco_path.parent.name}/{self.workspace.model.coco_path.name}[*] - {name}"
        self.setWindowTitle(name)
        self.setWindowModified(not self.workspace.model.is_saved)

    # -- putting together --------------------------------------------------------------------------------------------

    def _build(self) -> None:
        workspace = self.workspace
        model, session, editor, selection = workspace.model, workspace.session, workspace.editor, workspace.selection
        self.resize(1280, 800)
        self.layer = InstanceLayer(model, selection, self)
        self.canvas = Canvas(self.layer, session, self)
        self.strip = PromptStrip(self.canvas, session, editor, model, selection)
        self.messages = MessageBar(self)
        self.images = ImageListPanel(model, self)
        self.categories = CategoriesPanel(model, editor, selection, self)
        self.instances = InstancesPanel(model, selection, self)
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
        self.status = StatusBar(model, workspace.inference, session, self)
        self.setStatusBar(self.status)
        self.actions_ = Actions(self, self.canvas)

    def _connect(self) -> None:
        actions, workspace = self.actions_, self.workspace
        actions.open_folder.triggered.connect(self._choose_folder)
        actions.open_images.triggered.connect(self._choose_images)
        actions.save.triggered.connect(self.save)
        actions.save_as.triggered.connect(self.save_as)
        actions.quit.triggered.connect(self.close)
        actions.undo.triggered.connect(self._on_undo)
        actions.redo.triggered.connect(workspace.model.redo)
        actions.delete.triggered.connect(workspace.editor.delete_selected)
        actions.fit.triggered.connect(self.canvas.fit)
        actions.actual_size.triggered.connect(self.canvas.zoom_to_actual_size)
        actions.zoom_in.triggered.connect(lambda: self.canvas.zoom_by_steps(1))
        actions.zoom_out.triggered.connect(lambda: self.canvas.zoom_by_steps(-1))
        actions.show_instances.toggled.connect(self.layer.set_visible)
        actions.next_image.triggered.connect(lambda: self.images.step(1))
        actions.previous_image.triggered.connect(lambda: self.images.step(-1))
        actions.accept.triggered.connect(workspace.editor.accept)
        actions.next_mask.triggered.connect(workspace.session.cycle)
        actions.remove_last.triggered.connect(workspace.session.remove_last)
        actions.clear.triggered.connect(self._on_escape)
        self.welcome.folder_wanted.connect(self._choose_folder)
        self.welcome.images_wanted.connect(self._choose_images)
        self.welcome.example_wanted.connect(self.open_example)
        self.images.image_chosen.connect(workspace.show_image)
        workspace.opening_progressed.connect(self._on_opening_progressed)
        workspace.opening_failed.connect(self.messages.tell)
        workspace.opened.connect(self._on_opened)
        workspace.image_awaited.connect(self._on_image_awaited)
        workspace.image_shown.connect(self._on_image_shown)
        workspace.image_refused.connect(self._on_image_refused)
        workspace.inference.encoded.connect(self._on_encoded)
        workspace.inference.encode_failed.connect(self._on_encode_failed)
        workspace.inference.state_changed.connect(self._on_segmenter_state)
        workspace.session.decode_failed.connect(self.status.refuse)
        workspace.session.changed.connect(self._refresh_undo)
        workspace.editor.accepted.connect(self.layer.flash)
        workspace.editor.refused.connect(self.status.refuse)
        workspace.saver.saved.connect(self._on_saved)
        workspace.saver.failed.connect(self._on_save_failed)
        workspace.model.saved_changed.connect(self._refresh_title)
        workspace.model.undo_stack.indexChanged.connect(self._refresh_undo)
        self.canvas.pointer_moved.connect(self.status.show_pointer)
        self.canvas.zoom_changed.connect(self.status.show_zoom)
        self.canvas.digit_pressed.connect(workspace.editor.apply_digit)

    def _make_tools(self) -> None:
        workspace = self.workspace
        session, editor = workspace.session, workspace.editor
        self._tools: dict[QAction, Tool] = {
            self.actions_.select_tool: SelectTool(self.layer, workspace.selection, self),
            self.actions_.point_tool: PromptTool(session, editor, is_box=False, parent=self),
            self.actions_.box_tool: PromptTool(session, editor, is_box=True, parent=self),
        }
        for tool in self._tools.values():
            tool.refused.connect(self.status.refuse)
        self.actions_.tools.triggered.connect(lambda action: self.canvas.set_tool(self._tools[action]))
        self.actions_.point_tool.trigger()

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
