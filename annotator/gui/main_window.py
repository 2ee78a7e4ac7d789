"""The main window: puts its parts together."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QSplitter, QStackedWidget, QStyle, QVBoxLayout, QWidget

from annotator.gui.action_slots import connect_actions
from annotator.gui.actions import Actions
from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.category_name import CategoryNameStrip
from annotator.gui.canvas.detail_strip import DetailStrip
from annotator.gui.canvas.drawn_layer import DrawnLayer
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.prompt_strip import PromptStrip
from annotator.gui.canvas.proposal_layer import ProposalLayer
from annotator.gui.canvas.tone_panel import TonePanel
from annotator.gui.canvas_menu import CanvasMenu
from annotator.gui.document_flow import DocumentFlow
from annotator.gui.exchange import Exchange
from annotator.gui.file_drop import FileDrop
from annotator.gui.hand import Hand
from annotator.gui.icons import recolor_icons
from annotator.gui.image_on_screen import ImageOnScreen
from annotator.gui.instance_copies import InstanceCopies
from annotator.gui.key_meanings import KeyMeanings
from annotator.gui.key_table import KeyTable
from annotator.gui.low_scroll_area import LowScrollArea
from annotator.gui.message_bar import MessageBar
from annotator.gui.model_messages import ModelMessages
from annotator.gui.panels.categories import CategoriesPanel
from annotator.gui.panels.details import DetailsPanel
from annotator.gui.panels.image_list import ImageListPanel
from annotator.gui.panels.instances import InstancesPanel
from annotator.gui.panels.proposals import ProposalsPanel
from annotator.gui.panels.side_column import SideColumn
from annotator.gui.prelabelling import Prelabelling
from annotator.gui.proposals_on_screen import ProposalsOnScreen
from annotator.gui.settings import Settings
from annotator.gui.shortcuts import Shortcuts
from annotator.gui.status import StatusBar
from annotator.gui.tools.toolbox import Toolbox
from annotator.gui.unsaved_opening import UnsavedOpening
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.welcome import WelcomePage
from annotator.gui.window_dialogs import WindowDialogs
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
        self._make_widgets()
        self._lay_out()
        self._make_parts()
        self._restore_layout()
        connect_actions(self)
        self._connect()
        self._make_tools()
        table = KeyTable(self)
        self.shortcuts = Shortcuts(table.groups(), table.fixed(), settings, self)
        self.status.name_keys(self.shortcuts.with_keys)
        self.welcome.name_keys(self.shortcuts)
        self._refresh_title()
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
        self._refresh_offers()
        self.pages.setCurrentWidget(self.work_page)
        self.canvas.setFocus()

    def _on_saved(self, path: Path) -> None:
        self.status.showMessage(self.tr("Saved %1").replace("%1", str(path)), _SAVED_MS)
        self._refresh_title()
        self._refresh_offers()

    def _on_imported(self, count: int) -> None:
        self.status.showMessage(self.tr("Imported %n instance(s)", "", count), _SAVED_MS)

    # -- the window itself -------------------------------------------------------------------------------------------

    def remember_layout(self) -> None:
        """Note size, place and splitters for the next window."""
        columns, lists = self.work_page.saveState(), self.side.saveState()
        self._settings.set_layouts({"window": self.saveGeometry(), "columns": columns, "side lists": lists})

    def _restore_layout(self) -> None:
        # A screen of 1920 x 1080 at 150 % has 1280 x 720 pixels of Qt's, less what panels and the frame take.
        frame = QSize(0, self.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight))
        self.resize(QSize(1280, 800).boundedTo(self.screen().availableSize() - frame))
        self.work_page.setSizes([220, 820, 240])
        self.restoreGeometry(self._settings.layout("window"))
        self.work_page.restoreState(self._settings.layout("columns"))
        self.side.restoreState(self._settings.layout("side lists"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            recolor_icons(self)
        super().changeEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.canvas.end_gesture()
        if not self._is_leaving and not self.flow.is_free_to_leave:
            event.ignore()
            self.flow.leave_to_close(self._close_later)
            return
        self.remember_layout()
        event.accept()
        self.hide()  # nobody is to look at a window that waits for a disk
        self.closed.emit()

    def _close_later(self) -> None:
        # Qt ignores a close asked for inside a close.
        self._is_leaving = True
        QTimer.singleShot(0, self.close)

    def set_full_screen(self, full: bool) -> None:
        """Fill the screen, or leave that."""
        state = Qt.WindowState.WindowFullScreen
        self.setWindowState(self.windowState() | state if full else self.windowState() & ~state)

    def _refresh_title(self) -> None:
        name = self.tr("TinySAM Annotator")
        path = self.workspace.model.coco_path
        if path is not None:
            name = f"{path.parent.name}/{path.name}[*] - {name}"
        self.setWindowTitle(name)
        is_all = self.workspace.model.is_saved and not self.workspace.editor.mask_work.is_busy
        self.setWindowModified(path is not None and not is_all)

    def _refresh_offers(self) -> None:
        model = self.workspace.model
        self.actions_.offer(has_document=model.is_open, has_coco_file=model.coco_version is not None)

    @property
    def tool_name(self) -> str:
        """The name of the active tool, for `choose_tool`."""
        return self.actions_.tools.checkedAction().objectName()

    def choose_tool(self, name: str) -> None:
        """Make the tool of that name the active one."""
        self._toolbox.choose(name)

    # -- putting together --------------------------------------------------------------------------------------------

    def _make_widgets(self) -> None:
        workspace = self.workspace
        model, session, editor, selection = workspace.model, workspace.session, workspace.editor, workspace.selection
        self.layer = InstanceLayer(model, selection, self)
        self.proposal_layer = ProposalLayer(model, workspace.proposals, workspace.everything, self)
        self.drawn_layer = DrawnLayer(editor.masks, self.layer, self)
        self.canvas = Canvas(self.layer, self.proposal_layer, self.drawn_layer, session, self)
        self.strip = PromptStrip(self.canvas, workspace.prompt_detail, session, editor, model, selection)
        self.messages = MessageBar(self)
        self.category_name = CategoryNameStrip(self.canvas, self.strip, model, editor, selection)
        self.images = ImageListPanel(model, self)
        self.categories = CategoriesPanel(model, editor, selection, self)
        self.instances = InstancesPanel(model, selection, self)
        self.welcome = WelcomePage(self._settings, self.workspace.jobs, self)
        self.status = StatusBar(
            workspace.autosave, model, workspace.inference, session, workspace.jobs, editor.mask_work, self
        )
        self.actions_ = Actions(self, self.canvas, self._settings, self.instances.menu_entries)
        actions = self.actions_
        self.strip.name_keys(actions.accept, actions.next_mask)
        self.proposals = ProposalsPanel(
            workspace.proposals, workspace.proposal_changes, actions.show_proposals, actions.segment_everything, self
        )
        self.details = DetailsPanel(model, selection, editor.instances, self.instances.arrange, self)
        self.tone_panel = TonePanel(self.canvas, workspace.tone, actions.show_tone)

    def _lay_out(self) -> None:
        self.side = SideColumn((self.categories, self.instances, self.proposals), self.details, self)
        self.work_page = QSplitter(Qt.Orientation.Horizontal, self)
        for widget, stretch in ((self.images, 0), (self.canvas, 1), (LowScrollArea(self.side, self), 0)):
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
        self.setStatusBar(self.status)

    def _make_parts(self) -> None:
        """What lives behind the widgets as long as the window does."""
        workspace, actions = self.workspace, self.actions_
        self.dialogs = WindowDialogs(self, self._settings, self._library)
        self.key_meanings = KeyMeanings(workspace, self.canvas, actions, self)
        self.proposals_on_screen = ProposalsOnScreen(workspace, self.canvas, self.proposal_layer, actions, self.images)
        self.flow = DocumentFlow(self, workspace, self.messages, self._settings)
        self.unsaved_opening = UnsavedOpening(
            self.welcome.unsaved, self.flow, workspace.jobs, self.messages, self._settings
        )
        self.prelabelling = Prelabelling(self, workspace, self.messages)
        self.exchange = Exchange(self, workspace, self.messages, self._settings)
        self.model_messages = ModelMessages(
            self.messages, workspace.inference, self._library, self._settings, self.dialogs.show_weights
        )
        self._image_on_screen = ImageOnScreen(
            workspace, self.canvas, self.layer, self.images, self.instances, self.status, self.messages
        )
        self.copies = InstanceCopies(workspace, self.images, self)
        self._drop = FileDrop(self)
        self._hand = Hand(self.canvas, workspace)

    def _connect(self) -> None:
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
        self.copies.refused.connect(self.status.refuse)
        self.instances.refused.connect(self.status.refuse)
        self.instances.category_wanted.connect(self.category_name.ask)
        self.instances.delete_wanted.connect(self.workspace.editor.delete_selected)
        self.details.attributes_wanted.connect(self.categories.show_properties)
        self.details.left.connect(self.canvas.setFocus)
        self.images.left.connect(self.canvas.setFocus)
        self.categories.left.connect(self.canvas.setFocus)
        workspace.opened.connect(self._on_opened)
        workspace.session.decode_failed.connect(self.status.refuse)
        workspace.editor.accepted.connect(self.layer.flash)
        workspace.editor.accepted.connect(self.status.forget_refusal)
        workspace.editor.refused.connect(self.status.refuse)
        workspace.editor.mask_work.failed.connect(self.status.refuse)
        workspace.editor.mask_work.became_slow.connect(self.status.tell_computing)
        workspace.editor.mask_work.became_idle.connect(self.status.forget_computing)
        workspace.editor.mask_work.became_busy.connect(self._refresh_title)
        workspace.editor.mask_work.became_idle.connect(self._refresh_title)
        workspace.proposal_changes.accepted.connect(self.layer.flash)
        workspace.everything.told.connect(self.status.refuse)
        workspace.model.refused.connect(self.status.refuse)
        workspace.model.saved_changed.connect(self._refresh_title)
        self._hand.refused.connect(self.status.refuse)
        self.key_meanings.pointer_put_away.connect(self.status.clearMessage)
        self.canvas.pointer_moved.connect(self.status.show_pointer)
        self.canvas.zoom_changed.connect(self.status.show_zoom)
        self.canvas.zoom_changed.connect(workspace.preview.set_scale)
        self.canvas.digit_pressed.connect(self.status.forget_refusal)
        self.canvas.digit_pressed.connect(workspace.editor.apply_digit)
        self.canvas.set_tone(workspace.tone.tone)
        workspace.tone.changed.connect(self.canvas.set_tone)
        self.instances.view.addActions((*self.actions_.mask_actions, self.actions_.copy_to_next))  # its context menu

    def _make_tools(self) -> None:
        self._toolbox = Toolbox(self.workspace, self.layer, self.proposal_layer, self.drawn_layer, self.actions_, self)
        self._toolbox.refused.connect(self.status.refuse)
        self._toolbox.chosen.connect(self.canvas.set_tool)
        self.detail_strip = DetailStrip(self.canvas, self.workspace.outline, self.workspace.detail_figures)
        self.workspace.editor.masks.shape_made.connect(self.layer.prepare)
        self._toolbox.vertices_offered.connect(self.detail_strip.offer)
        self.canvas_menu = CanvasMenu(
            self.canvas, self.layer, self.workspace.selection, self.actions_, self.instances, self._toolbox
        )
        self.workspace.editor.refining_began.connect(self._toolbox.choose_prompt_tool)
        self.actions_.point_tool.trigger()
