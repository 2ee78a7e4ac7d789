"""The main window: puts the parts together and says what the menus do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from annotator.gui.actions import Actions
from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.detail_strip import DetailStrip
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.prompt_strip import PromptStrip
from annotator.gui.canvas.proposal_layer import ProposalLayer
from annotator.gui.canvas.tone_panel import TonePanel
from annotator.gui.canvas_menu import CanvasMenu
from annotator.gui.dialogs.about import AboutDialog
from annotator.gui.dialogs.clean_up import CleanUpDialog
from annotator.gui.dialogs.keys import KeysDialog
from annotator.gui.dialogs.settings import SettingsDialog
from annotator.gui.dialogs.weights import WeightsDialog
from annotator.gui.document_flow import DocumentFlow
from annotator.gui.exchange import Exchange
from annotator.gui.file_drop import FileDrop
from annotator.gui.icons import recolor_icons
from annotator.gui.image_on_screen import ImageOnScreen
from annotator.gui.instance_copies import InstanceCopies
from annotator.gui.key_table import KeyTable
from annotator.gui.message_bar import MessageBar
from annotator.gui.model_messages import ModelMessages
from annotator.gui.panels.categories import CategoriesPanel
from annotator.gui.panels.details import DetailsPanel
from annotator.gui.panels.image_list import ImageListPanel
from annotator.gui.panels.instances import InstancesPanel
from annotator.gui.panels.proposals import ProposalsPanel
from annotator.gui.prelabelling import Prelabelling
from annotator.gui.proposals_on_screen import ProposalsOnScreen
from annotator.gui.settings import Settings
from annotator.gui.shortcuts import Shortcuts
from annotator.gui.status import StatusBar
from annotator.gui.tools.toolbox import Toolbox
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.welcome import WelcomePage
from annotator.gui.workspace import Workspace

_SAVED_MS = 4000


class MainWindow(QMainWindow):
    """A view of a workspace, which goes on after it: another window can take over, in another language.

    Closing it asks about unsaved work first.
    """

    closed = Signal()

    def __init__(
        self, workspace: Workspace, settings: Settings, library: WeightsLibrary, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._settings = settings
        self._library = library
        self._is_leaving = False
        self._build()
        self._connect()
        self._make_tools()
        table = KeyTable(self)
        self.shortcuts = Shortcuts(table.groups(), table.fixed(), settings, self)
        self._refresh_title()
        self._refresh_undo()
        if workspace.model.is_open:
            # Another window has opened it.
            self._on_opened()
            self._image_on_screen.show_present()

    # -- documents ---------------------------------------------------------------------------------------------------

    def open_paths(self, chosen: Sequence[Path], image_root: Path | None = None) -> None:
        """Open a folder, images or a COCO file, whose images may lie elsewhere, after asking about unsaved work."""
        self.flow.open_paths(chosen, image_root)

    def open_example(self) -> None:
        """Open the picture that ships with the program, in a copy the user may write beside."""
        self.flow.open_example()

    def save(self) -> None:
        """Write the COCO file."""
        self.flow.save()

    def _on_opened(self) -> None:
        self._refresh_title()
        self._refresh_undo()
        self._refresh_offers()
        self.pages.setCurrentWidget(self.work_page)
        self.canvas.setFocus()

    def _on_saved(self, path: Path) -> None:
        self.status.showMessage(self.tr("Saved %1").replace("%1", str(path)), _SAVED_MS)
        self._refresh_title()
        self._refresh_offers()

    def _on_imported(self, count: int) -> None:
        self.status.showMessage(self.tr("Imported %n instance(s)", "", count), _SAVED_MS)

    # -- dialogs -----------------------------------------------------------------------------------------------------

    def show_settings(self) -> None:
        """Open the settings."""
        self._open(SettingsDialog(self._settings, self, workspace=self.workspace))

    def show_weights(self) -> None:
        """Open the installed weights."""
        self._open(WeightsDialog(self._library, self._settings, self))

    def show_clean_up(self) -> None:
        """Ask which parts and holes of the selected instances are too small, then remove them."""
        masks = self.workspace.editor.masks
        if instances := masks.changeable():
            self._open(CleanUpDialog(instances, masks, self.workspace.jobs, self))

    def show_keys(self) -> None:
        """Open the list of keys."""
        self._open(KeysDialog(self.shortcuts, self))

    def show_about(self) -> None:
        """Open versions and licences."""
        self._open(AboutDialog(self))

    def _open(self, dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    # -- the window itself -------------------------------------------------------------------------------------------

    def remember_layout(self) -> None:
        """Note size, place and splitters for the next window."""
        self._settings.set_layout("window", self.saveGeometry())
        self._settings.set_layout("columns", self.work_page.saveState())
        self._settings.set_layout("side lists", self.side.saveState())

    def _restore_layout(self) -> None:
        self.resize(1280, 800)
        self.work_page.setSizes([220, 820, 240])
        self.side.setSizes([150, 160, 170, 280])
        self.restoreGeometry(self._settings.layout("window"))
        self.work_page.restoreState(self._settings.layout("columns"))
        self.side.restoreState(self._settings.layout("side lists"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            recolor_icons(self)
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._is_leaving and not self.flow.is_free_to_leave:
            event.ignore()
            self.flow.leave_for(self._close_later)
            return
        self.remember_layout()
        event.accept()
        self.closed.emit()

    def _close_later(self) -> None:
        # Qt ignores a close asked for inside a close.
        self._is_leaving = True
        QTimer.singleShot(0, self.close)

    def _toggle_full_screen(self, full: bool) -> None:
        state = Qt.WindowState.WindowFullScreen
        self.setWindowState(self.windowState() | state if full else self.windowState() & ~state)

    def _refresh_title(self) -> None:
        name = self.tr("TinySAM Annotator")
        path = self.workspace.model.coco_path
        if path is not None:
            name = f"{path.parent.name}/{path.name}[*] - {name}"
        self.setWindowTitle(name)
        self.setWindowModified(not self.workspace.model.is_saved)

    # -- the keys ----------------------------------------------------------------------------------------------------

    def _on_undo(self) -> None:
        # Whoever has just clicked wrongly means the click, not the instance accepted before it.
        if self.canvas.remove_last():
            return
        if self.workspace.session.is_pending:
            self.workspace.session.remove_last()
        else:
            self.workspace.model.undo()

    def _on_accept(self) -> None:
        if not self.canvas.accept():
            self.workspace.editor.accept()

    def _on_remove_last(self) -> None:
        if not self.canvas.remove_last():
            self.workspace.session.remove_last()

    def _on_escape(self) -> None:
        if self.canvas.abort():
            return
        if self.workspace.session.is_pending:
            self.workspace.session.clear()
        elif not self.workspace.everything.cancel(self.workspace.image_id):
            self.actions_.select_tool.trigger()

    def _select_all(self) -> None:
        if self.workspace.image_id is not None:
            instances = self.workspace.model.document.instances_of(self.workspace.image_id)
            view_state = self.workspace.selection.view_state
            untouchable = view_state.hidden_ids | view_state.locked_ids
            self.workspace.selection.select({instance.id for instance in instances} - untouchable)

    def _refresh_offers(self) -> None:
        model = self.workspace.model
        self.actions_.offer(has_document=model.is_open, has_coco_file=model.coco_version is not None)

    def _refresh_undo(self) -> None:
        stack = self.workspace.model.undo_stack
        self.actions_.undo.setEnabled(stack.canUndo() or self.workspace.session.is_pending)
        self.actions_.redo.setEnabled(stack.canRedo())

    # -- putting together --------------------------------------------------------------------------------------------

    def _build(self) -> None:
        workspace = self.workspace
        model, session, editor, selection = workspace.model, workspace.session, workspace.editor, workspace.selection
        self.layer = InstanceLayer(model, selection, self)
        self.proposal_layer = ProposalLayer(model, workspace.proposals, workspace.everything, self)
        self.canvas = Canvas(self.layer, self.proposal_layer, session, self)
        self.strip = PromptStrip(self.canvas, session, editor, model, selection)
        self.messages = MessageBar(self)
        self.images = ImageListPanel(model, self)
        self.categories = CategoriesPanel(model, editor, selection, self)
        self.instances = InstancesPanel(model, selection, self)
        self.welcome = WelcomePage(self._settings, self)
        self.side = QSplitter(Qt.Orientation.Vertical, self)
        self.side.addWidget(self.categories)
        self.side.addWidget(self.instances)
        self.work_page = QSplitter(Qt.Orientation.Horizontal, self)
        for widget, stretch in ((self.images, 0), (self.canvas, 1), (self.side, 0)):
            self.work_page.addWidget(widget)
            self.work_page.setStretchFactor(self.work_page.count() - 1, stretch)
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
        self.status = StatusBar(model, workspace.inference, session, workspace.jobs, self)
        self.setStatusBar(self.status)
        self.actions_ = Actions(self, self.canvas, self._settings, self.instances.menu_entries)
        actions = self.actions_
        self.strip.name_keys(actions.accept, actions.next_mask)
        self.proposals = ProposalsPanel(
            workspace.proposals, workspace.proposal_changes, actions.show_proposals, actions.segment_everything, self
        )
        self.side.addWidget(self.proposals)
        self.details = DetailsPanel(model, selection, editor.instances, self.instances.arrange, self)
        self.side.addWidget(self.details)
        self.proposals_on_screen = ProposalsOnScreen(
            workspace, self.canvas, self.proposal_layer, self.actions_, self.images
        )
        self.flow = DocumentFlow(self, workspace, self.messages, self._settings)
        self.prelabelling = Prelabelling(self, workspace, self.messages)
        self.exchange = Exchange(self, workspace, self.messages, self._settings)
        self.model_messages = ModelMessages(
            self.messages, workspace.inference, self._library, self._settings, self.show_weights
        )
        self._image_on_screen = ImageOnScreen(
            workspace, self.canvas, self.layer, self.images, self.instances, self.status, self.messages
        )
        self.tone_panel = TonePanel(self.canvas, workspace.tone, self.actions_.show_tone)
        self.canvas.set_tone(workspace.tone.tone)
        workspace.tone.changed.connect(self.canvas.set_tone)
        self._copies = InstanceCopies(workspace, self.images, self)
        self._drop = FileDrop(self)
        self._restore_layout()

    def _connect(self) -> None:
        self._connect_actions()
        workspace, flow = self.workspace, self.flow
        flow.saved.connect(self._on_saved)
        self.exchange.imported.connect(self._on_imported)
        self._drop.dropped.connect(flow.open_paths)
        self.welcome.folder_wanted.connect(flow.choose_folder)
        self.welcome.images_wanted.connect(flow.choose_images)
        self.welcome.example_wanted.connect(flow.open_example)
        self.welcome.recent_wanted.connect(flow.open_one)
        self.images.image_chosen.connect(workspace.show_image)
        self.images.refused.connect(self.status.refuse)
        self._copies.refused.connect(self.status.refuse)
        self.instances.refused.connect(self.status.refuse)
        self.details.attributes_wanted.connect(self.categories.show_properties)
        self.details.left.connect(self.canvas.setFocus)
        self.images.left.connect(self.canvas.setFocus)
        workspace.opened.connect(self._on_opened)
        workspace.session.decode_failed.connect(self.status.refuse)
        workspace.session.changed.connect(self._refresh_undo)
        workspace.editor.accepted.connect(self.layer.flash)
        workspace.editor.refused.connect(self.status.refuse)
        workspace.proposal_changes.accepted.connect(self.layer.flash)
        workspace.everything.told.connect(self.status.refuse)
        workspace.model.refused.connect(self.status.refuse)
        workspace.model.saved_changed.connect(self._refresh_title)
        workspace.model.undo_stack.indexChanged.connect(self._refresh_undo)
        self.canvas.pointer_moved.connect(self.status.show_pointer)
        self.canvas.zoom_changed.connect(self.status.show_zoom)
        self.canvas.digit_pressed.connect(workspace.editor.apply_digit)

    def _connect_actions(self) -> None:
        actions, workspace, flow = self.actions_, self.workspace, self.flow
        actions.recent_menu.chosen.connect(flow.open_one)
        for action, slot in (
            (actions.open_folder, flow.choose_folder),
            (actions.open_images, flow.choose_images),
            (actions.open_example, flow.open_example),
            (actions.save, flow.save),
            (actions.save_as, flow.save_as),
            (actions.locate_images, flow.locate_images),
            (actions.import_, self.exchange.show_import),
            (actions.prelabel, self.prelabelling.show),
            (actions.encode_folder, self.workspace.folder_runs.encode),
            (actions.export, self.exchange.show_export),
            (actions.quit, self.close),
            (actions.settings, self.show_settings),
            (actions.undo, self._on_undo),
            (actions.redo, workspace.model.redo),
            (actions.select_all, self._select_all),
            (actions.fit, self.canvas.fit),
            (actions.actual_size, self.canvas.zoom_to_actual_size),
            (actions.zoom_in, lambda: self.canvas.zoom_by_steps(1)),
            (actions.zoom_out, lambda: self.canvas.zoom_by_steps(-1)),
            (actions.toggle_done, workspace.editor.toggle_done),
            (actions.accept_image, self.images.details.accept),
            (actions.reject_image, self.images.details.reject),
            (actions.ask_for_review, self.images.details.ask_for_review),
            (actions.next_untouched, self.images.next_untouched),
            (actions.next_image, lambda: self.images.step(1)),
            (actions.previous_image, lambda: self.images.step(-1)),
            (actions.accept, self._on_accept),
            (actions.next_mask, workspace.session.cycle),
            (actions.remove_last, self._on_remove_last),
            (actions.clear, self._on_escape),
            (actions.copy_to_next, self._copies.copy_to_next),
            (actions.refine, workspace.editor.refine),
            (actions.fill_holes, workspace.editor.masks.fill_holes),
            (actions.remove_islands, workspace.editor.masks.remove_islands),
            (actions.clean_up, self.show_clean_up),
            (actions.smooth, workspace.editor.masks.smooth),
            (actions.merge, workspace.editor.masks.merge),
            (actions.subtract, workspace.editor.masks.subtract),
            (actions.split, workspace.editor.masks.split),
            (actions.smaller_brush, lambda: self.canvas.resize_tool(-1)),
            (actions.larger_brush, lambda: self.canvas.resize_tool(1)),
            (actions.weights, self.show_weights),
            (actions.keys, self.show_keys),
            (actions.about, self.show_about),
        ):
            action.triggered.connect(slot)
        self.instances.view.addActions((*actions.mask_actions, actions.copy_to_next))  # for its context menu
        actions.show_instances.toggled.connect(self.layer.set_visible)
        actions.full_screen.toggled.connect(self._toggle_full_screen)

    def _make_tools(self) -> None:
        self._toolbox = Toolbox(self.workspace, self.layer, self.proposal_layer, self.actions_, self)
        self._toolbox.refused.connect(self.status.refuse)
        self._toolbox.chosen.connect(self.canvas.set_tool)
        self.detail_strip = DetailStrip(self.canvas, self.workspace.outline, self.workspace.detail_figures)
        self.workspace.outline.shape_made.connect(self.layer.prepare)
        self._toolbox.vertices_offered.connect(self.detail_strip.offer)
        self.canvas_menu = CanvasMenu(
            self.canvas, self.layer, self.workspace.selection, self.actions_, self.instances, self._toolbox
        )
        self.workspace.editor.refining_began.connect(self._toolbox.choose_prompt_tool)
        self.actions_.point_tool.trigger()

    @property
    def tool_name(self) -> str:
        """The name of the active tool, for `choose_tool`."""
        return self.actions_.tools.checkedAction().objectName()

    def choose_tool(self, name: str) -> None:
        """Make the tool of that name the active one."""
        self._toolbox.choose(name)
