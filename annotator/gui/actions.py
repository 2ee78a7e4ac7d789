"""The window's actions: their names, keys and icons, in one table for menus, toolbar and tooltips."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QToolBar, QWidget

from annotator.gui.icons import icon

_Keys = str | QKeySequence.StandardKey | list[str]


class Actions(QObject):
    """Every action of the main window, by attribute.

    Single letters, Enter, Escape and Backspace belong to the canvas: they work while it has the keyboard, so they never
    take a key from a text field or an input method.
    """

    def __init__(self, window: QMainWindow, canvas: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._canvas = canvas
        standard = QKeySequence.StandardKey
        self.open_folder = self._add(self.tr("Open &folder..."), "Ctrl+Shift+O", "open")
        self.open_images = self._add(self.tr("Open &images..."), standard.Open)
        self.save = self._add(self.tr("&Save"), standard.Save, "save")
        self.save_as = self._add(self.tr("Save &as..."), "Ctrl+Shift+S")
        self.quit = self._add(self.tr("&Quit"), "Ctrl+Q")
        self.undo = self._add(self.tr("&Undo"), standard.Undo, "undo")
        self.redo = self._add(self.tr("&Redo"), ["Ctrl+Shift+Z", "Ctrl+Y"], "redo")
        self.delete = self._add(self.tr("&Delete instances"), "Del", on_canvas=True)
        self.fit = self._add(self.tr("&Fit in the window"), "F", "zoom-fit", on_canvas=True)
        self.actual_size = self._add(self.tr("&Actual size"), "Ctrl+1")
        self.zoom_in = self._add(self.tr("Zoom &in"), ["Ctrl+=", "Ctrl++"])
        self.zoom_out = self._add(self.tr("Zoom &out"), "Ctrl+-")
        self.show_instances = self._add(self.tr("&Show instances"), "H", on_canvas=True)
        self.show_instances.setCheckable(True)
        self.show_instances.setChecked(True)
        self.next_image = self._add(self.tr("&Next image"), ["D", "Right"], on_canvas=True)
        self.previous_image = self._add(self.tr("&Previous image"), ["A", "Left"], on_canvas=True)
        self.accept = self._add(self.tr("&Accept the mask"), ["Return", "Enter"], on_canvas=True)
        self.next_mask = self._add(self.tr("&Next of the three masks"), "C", on_canvas=True)
        self.remove_last = self._add(self.tr("Take back the &last click"), "Backspace", on_canvas=True)
        self.clear = self._add(self.tr("&Clear the prompt"), "Esc", on_canvas=True)
        self.select_tool = self._add(self.tr("&Select"), "S", "select", on_canvas=True)
        self.point_tool = self._add(self.tr("&Point"), "P", "point", on_canvas=True)
        self.box_tool = self._add(self.tr("&Box"), "B", "box", on_canvas=True)
        self.tools = QActionGroup(window)
        for action in (self.select_tool, self.point_tool, self.box_tool):
            action.setCheckable(True)
            self.tools.addAction(action)
        self._fill_menus()
        self._fill_toolbar()

    def _add(self, text: str, keys: _Keys, icon_name: str = "", *, on_canvas: bool = False) -> QAction:
        action = QAction(text, self._window)
        if isinstance(keys, QKeySequence.StandardKey):
            action.setShortcuts(keys)
        else:
            action.setShortcuts([QKeySequence(key) for key in ([keys] if isinstance(keys, str) else keys)])
        if icon_name:
            action.setIcon(icon(icon_name))
        plain = text.replace("&", "").removesuffix("...")
        key_text = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{plain} ({key_text})")
        if on_canvas:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self._canvas.addAction(action)
        else:
            self._window.addAction(action)
        return action

    def _fill_menus(self) -> None:
        bar = self._window.menuBar()
        for title, actions in (
            (self.tr("&File"), (self.open_folder, self.open_images, None, self.save, self.save_as, None, self.quit)),
            (self.tr("&Edit"), (self.undo, self.redo, None, self.delete)),
            (
                self.tr("&View"),
                (
                    *(self.fit, self.actual_size, self.zoom_in, self.zoom_out, None, self.show_instances, None),
                    *(self.next_image, self.previous_image),
                ),
            ),
            (self.tr("&Segment"), (self.accept, self.next_mask, self.remove_last, self.clear)),
            (self.tr("&Tools"), (self.select_tool, self.point_tool, self.box_tool)),
        ):
            menu = bar.addMenu(title)
            for action in actions:
                if action is None:
                    menu.addSeparator()
                else:
                    menu.addAction(action)

    def _fill_toolbar(self) -> None:
        toolbar = QToolBar(self.tr("Tools"), self._window)
        toolbar.setObjectName("tools")
        toolbar.setMovable(False)
        self._window.addToolBar(Qt.ToolBarArea.LeftToolBarArea, toolbar)
        for action in (self.select_tool, self.point_tool, self.box_tool):
            toolbar.addAction(action)
        toolbar.addSeparator()
        for action in (self.fit, self.undo, self.redo, self.save):
            toolbar.addAction(action)
