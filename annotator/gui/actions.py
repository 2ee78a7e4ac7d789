"""The window's actions: their names, keys and icons, in one table for menus, toolbar, tooltips and the list of keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu, QToolBar, QToolButton, QWidget

from annotator.gui.icons import set_icon
from annotator.gui.recent_menu import RecentMenu
from annotator.gui.settings import Settings

_Entry = QAction | QMenu | None


@dataclass(frozen=True, eq=False)
class MenuTable:
    """A menu of the menu bar: its title and entries; None is a separator."""

    title: str
    entries: tuple[_Entry, ...]

    @property
    def actions(self) -> tuple[QAction, ...]:
        """Its actions and those of the sub-menus among its actions, without separators."""
        actions: list[QAction] = []
        for entry in self.entries:
            if isinstance(entry, QAction):
                submenu = entry.menu()
                actions += [entry] if submenu is None else submenu.actions()  # type: ignore[attr-defined]
        return tuple(actions)


class Actions(QObject):
    """Every action of the main window, by attribute.

    Single letters, Enter, Escape and Backspace belong to the canvas: they work while it has the keyboard, so they never
    take a key from a text field or an input method. instance_actions: those of the list of instances, which work on the
    canvas too.
    """

    def __init__(
        self, window: QMainWindow, canvas: QWidget, settings: Settings, instance_actions: tuple[QAction, ...]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._canvas = canvas
        self._instance_actions = instance_actions
        self.recent_menu = RecentMenu(settings, window)
        self._make_file_and_edit()
        self._make_view()
        self._make_work()
        self._make_help()
        self.menus = self._menus()
        self._fill_menu_bar()
        self._fill_toolbar()
        self.offer(has_document=False, has_coco_file=False)

    def offer(self, *, has_document: bool, has_coco_file: bool) -> None:
        """What needs a document, or the COCO file of one, is offered only while there is one."""
        for action in self._document_actions:
            action.setEnabled(has_document)
        self.locate_images.setEnabled(has_coco_file)

    # -- the table ---------------------------------------------------------------------------------------------------

    def _make_file_and_edit(self) -> None:
        self.open_folder = self._add(self.tr("Open &folder..."), "Ctrl+Shift+O", "open")
        self.open_images = self._add(self.tr("&Open images or COCO file..."), "Ctrl+O")
        self.open_example = self._add(self.tr("Open the &example"))
        self.save = self._add(self.tr("&Save"), "Ctrl+S", "save")
        self.save_as = self._add(self.tr("Save &as..."), "Ctrl+Shift+S")
        self.locate_images = self._add(self.tr("&Locate images..."))
        self.import_ = self._add(self.tr("&Import..."), "Ctrl+I")
        self.export = self._add(self.tr("E&xport..."), "Ctrl+E")
        self.quit = self._add(self.tr("&Quit"), "Ctrl+Q")
        self.quit.setMenuRole(QAction.MenuRole.QuitRole)
        self.undo = self._add(self.tr("&Undo"), "Ctrl+Z", "undo")
        self.redo = self._add(self.tr("&Redo"), ["Ctrl+Shift+Z", "Ctrl+Y"], "redo")
        self.toggle_done = self._add(self.tr("Mark the image as &done or not done"), ["Ctrl+Return", "Ctrl+Enter"])
        self.accept_image = self._add(self.tr("&Accept the image in the review"), "Shift+Y", on_canvas=True)
        self.reject_image = self._add(self.tr("Re&ject the image in the review..."), "Shift+N", on_canvas=True)
        self.ask_for_review = self._add(self.tr("Mark the image as to be re&viewed"), "Shift+T", on_canvas=True)
        self.settings = self._add(self.tr("&Settings..."), "Ctrl+,")
        self.settings.setMenuRole(QAction.MenuRole.PreferencesRole)

    def _make_view(self) -> None:
        self.fit = self._add(self.tr("&Fit in the window"), "F", "zoom-fit", on_canvas=True)
        self.actual_size = self._add(self.tr("&Actual size"), "Ctrl+1")
        self.zoom_in = self._add(self.tr("Zoom &in"), ["Ctrl+=", "Ctrl++"])
        self.zoom_out = self._add(self.tr("Zoom &out"), "Ctrl+-")
        self.show_instances = self._add(self.tr("&Show instances"), "H", on_canvas=True)
        self.show_instances.setCheckable(True)
        self.show_instances.setChecked(True)
        self.show_proposals = self._add(self.tr("Show &proposals"), "Shift+H", "eye", on_canvas=True)
        self.show_proposals.setCheckable(True)
        self.show_proposals.setChecked(True)
        self.show_tone = self._add(self.tr("&Brightness and contrast"), "Shift+B", on_canvas=True)
        self.show_tone.setCheckable(True)
        self.next_with_proposals = self._add(self.tr("Next image with p&roposals"), "Ctrl+Shift+D")
        self.next_image = self._add(self.tr("&Next image"), ["D", "Right"], on_canvas=True)
        self.previous_image = self._add(self.tr("&Previous image"), ["A", "Left"], on_canvas=True)
        self.next_untouched = self._add(self.tr("Next &untouched image"), "Ctrl+D")
        self.full_screen = self._add(self.tr("Fu&ll screen"), "F11")
        self.full_screen.setCheckable(True)

    def _make_work(self) -> None:
        self.select_all = self._add(self.tr("Select &all on the image"), "Ctrl+A", on_canvas=True)
        self.delete = self._add(self.tr("&Delete"), "Del", on_canvas=True)
        for action in MenuTable("", self._instance_actions).actions:
            self._canvas.addAction(action)
        self.fill_holes = self._add(self.tr("&Fill holes"))
        self.remove_islands = self._add(self.tr("Remove &islands"))
        self.clean_up = self._add(self.tr("Remove small parts and hol&es..."))
        self.smooth = self._add(self.tr("S&mooth"))
        self.merge = self._add(self.tr("Mer&ge"))
        self.subtract = self._add(self.tr("Su&btract"))
        self.split = self._add(self.tr("S&plit into parts"))
        self.refine = self._add(self.tr("&Refine with TinySAM"), "Shift+R", on_canvas=True)
        self.copy_to_next = self._add(self.tr("Copy to the ne&xt image"), "Shift+D", on_canvas=True)
        self.accept = self._add(self.tr("&Accept the mask"), ["Return", "Enter"], on_canvas=True)
        self.next_mask = self._add(self.tr("&Next of the three masks"), "C", on_canvas=True)
        self.remove_last = self._add(self.tr("Take back the &last click"), "Backspace", on_canvas=True)
        self.clear = self._add(self.tr("&Clear the prompt"), "Esc", on_canvas=True)
        self.prelabel = self._add(self.tr("Pre-label the &folder..."))
        self.encode_folder = self._add(self.tr("Enc&ode the folder"))
        self.segment_everything = self._add(self.tr("Segment &everything"), "W", "everything", on_canvas=True)
        self.weights = self._add(self.tr("&Weights..."), "Ctrl+Shift+W")
        self.tools = QActionGroup(self._window)
        self.select_tool = self._add_tool(self.tr("&Select"), "S", "select")
        self.point_tool = self._add_tool(self.tr("&Point"), "P", "point")
        self.box_tool = self._add_tool(self.tr("&Box"), "B", "box")
        self.polygon_tool = self._add_tool(self.tr("Poly&gon"), "G", "polygon")
        self.brush_tool = self._add_tool(self.tr("B&rush"), "R", "brush")
        self.eraser_tool = self._add_tool(self.tr("&Eraser"), "E", "eraser")
        self.keyboard_pointer = self._add(self.tr("Move the pointer by &keys"), "K", on_canvas=True)
        self.keyboard_pointer.setCheckable(True)
        self.smaller_brush = self._add(self.tr("S&maller brush"), "[", on_canvas=True)
        self.larger_brush = self._add(self.tr("&Larger brush"), "]", on_canvas=True)

    def _make_help(self) -> None:
        self.keys = self._add(self.tr("&Keys"), "F1")
        self.about = self._add(self.tr("&About"))
        self.about.setMenuRole(QAction.MenuRole.AboutRole)

    @property
    def mask_actions(self) -> tuple[QAction, ...]:
        """What changes the masks of the selected instances."""
        cleaning = (self.fill_holes, self.remove_islands, self.clean_up, self.smooth)
        return self.refine, *cleaning, self.merge, self.subtract, self.split

    @property
    def _document_actions(self) -> tuple[QAction, ...]:
        return (
            *(
                self.save,
                self.save_as,
                self.import_,
                self.export,
                self.prelabel,
                self.encode_folder,
                self.toggle_done,
                self.next_untouched,
            ),
            *(self.next_with_proposals, self.segment_everything),
            *(self.accept_image, self.reject_image, self.ask_for_review),
            *(self.fit, self.actual_size, self.zoom_in, self.zoom_out, self.next_image, self.previous_image),
            *self.mask_actions,
            self.copy_to_next,
            *(self.select_all, self.delete, self.accept, self.next_mask, self.remove_last, self.clear),
        )

    def _menus(self) -> tuple[MenuTable, ...]:
        return (
            MenuTable(
                self.tr("&File"),
                (
                    *(self.open_folder, self.open_images, self.recent_menu, self.open_example, None),
                    *(self.save, self.save_as, self.locate_images, None),
                    *(self.import_, self.export, None),
                    self.quit,
                ),
            ),
            MenuTable(
                self.tr("&Edit"),
                (
                    *(self.undo, self.redo, None),
                    *(self.toggle_done, self.ask_for_review, self.accept_image, self.reject_image, None),
                    self.settings,
                ),
            ),
            MenuTable(
                self.tr("&View"),
                (
                    *(self.fit, self.actual_size, self.zoom_in, self.zoom_out, None),
                    *(self.next_image, self.previous_image, self.next_untouched, self.next_with_proposals, None),
                    *(self.show_instances, self.show_proposals, self.show_tone, self.full_screen),
                ),
            ),
            MenuTable(
                self.tr("&Instance"),
                (
                    self.select_all,
                    None,
                    *self._instance_actions,
                    None,
                    *self.mask_actions,
                    None,
                    self.copy_to_next,
                    self.delete,
                ),
            ),
            MenuTable(
                self.tr("&Segment"),
                (
                    *(self.accept, self.next_mask, self.remove_last, self.clear, None),
                    *(self.segment_everything, self.prelabel, self.encode_folder, None, self.weights),
                ),
            ),
            MenuTable(
                self.tr("&Tools"),
                (*self.tools.actions(), None, self.smaller_brush, self.larger_brush, None, self.keyboard_pointer),
            ),
            MenuTable(self.tr("&Help"), (self.keys, self.about)),
        )

    # -- putting together --------------------------------------------------------------------------------------------

    def _add(self, text: str, keys: str | list[str] = "", icon_name: str = "", *, on_canvas: bool = False) -> QAction:
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(key) for key in ([keys] if isinstance(keys, str) else keys) if key])
        if icon_name:
            set_icon(action, icon_name)
        plain = plain_text(text)
        key_text = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{plain} ({key_text})" if key_text else plain)
        if on_canvas:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._canvas.addAction(action)
        else:
            self._window.addAction(action)
        return action

    def _add_tool(self, text: str, key: str, name: str) -> QAction:
        """A tool; `name` is that of its icon too."""
        action = self._add(text, key, name, on_canvas=True)
        action.setObjectName(name)
        action.setCheckable(True)
        self.tools.addAction(action)
        return action

    def _fill_menu_bar(self) -> None:
        bar = self._window.menuBar()
        for table in self.menus:
            menu = bar.addMenu(table.title)
            for entry in table.entries:
                if entry is None:
                    menu.addSeparator()
                elif isinstance(entry, QMenu):
                    menu.addMenu(entry)
                else:
                    menu.addAction(entry)

    def _fill_toolbar(self) -> None:
        toolbar = QToolBar(self.tr("Tools"), self._window)
        toolbar.setObjectName("tools")
        toolbar.setMovable(False)
        # No context menu that hides it: nothing in the menus would bring it back.
        toolbar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._window.addToolBar(Qt.ToolBarArea.LeftToolBarArea, toolbar)
        toolbar.addActions(self.tools.actions())
        toolbar.addAction(self.segment_everything)
        toolbar.addSeparator()
        for action in (self.fit, self.undo, self.redo, self.save):
            toolbar.addAction(action)
        for button in toolbar.findChildren(QToolButton):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keyboard to the canvas


def plain_text(text: str) -> str:
    """A menu entry's text without its mnemonic, which Chinese menus put at the end in brackets, and its dots."""
    bare = text.removesuffix("...")
    if bare.endswith(")") and "(&" in bare:
        bare = bare[: bare.rindex("(&")]
    return bare.replace("&", "")
