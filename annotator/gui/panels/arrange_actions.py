"""What can be done to selected instances beside their masks: order, groups, crowds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from annotator.gui.instance_changes import InstanceChanges, Step
from annotator.gui.selection import Selection


class ArrangeActions(QObject):
    """Actions of the list of instances, with its keys; they act on what is selected.

    order_menu: the four that change the order in which instances are drawn, as one entry of a menu.
    """

    def __init__(self, changes: InstanceChanges, selection: Selection, view: QWidget) -> None:
        super().__init__(view)
        self._selection = selection
        self._view = view
        self.bring_forward = self._add(
            self.tr("Bring &forward"), "Ctrl+Up", partial(self._reorder, changes, Step.FORWARD)
        )
        self.send_back = self._add(self.tr("Send &back"), "Ctrl+Down", partial(self._reorder, changes, Step.BACK))
        self.bring_to_front = self._add(
            self.tr("Bring to the f&ront"), "Ctrl+Shift+Up", partial(self._reorder, changes, Step.TO_FRONT)
        )
        self.send_to_back = self._add(
            self.tr("Send to the b&ack"), "Ctrl+Shift+Down", partial(self._reorder, changes, Step.TO_BACK)
        )
        self.group = self._add(self.tr("&Group"), "Ctrl+G", lambda: changes.group(selection.instance_ids))
        self.ungroup = self._add(self.tr("&Ungroup"), "Ctrl+Shift+G", lambda: changes.ungroup(selection.instance_ids))
        self.crowd = self._add(
            self.tr("Cro&wd or single object"), "Ctrl+Shift+C", lambda: changes.toggle_crowd(selection.instance_ids)
        )
        self._menu = QMenu(self.tr("O&rder"), view)
        self._menu.addActions((self.bring_forward, self.send_back, self.bring_to_front, self.send_to_back))
        self.order_menu = self._menu.menuAction()

    @property
    def entries(self) -> tuple[QAction, ...]:
        """For a menu, in order."""
        return (self.order_menu, self.group, self.ungroup, self.crowd)

    @property
    def all(self) -> tuple[QAction, ...]:
        """Those that do something, without the sub-menu's own."""
        return (*self._menu.actions(), self.group, self.ungroup, self.crowd)

    def set_enabled(self, enabled: bool) -> None:
        """Offer them, or not."""
        for action in (*self.all, self.order_menu):
            action.setEnabled(enabled)

    def _reorder(self, changes: InstanceChanges, step: Step) -> None:
        changes.reorder(self._selection.instance_ids, step)

    def _add(self, text: str, key: str, slot: Callable[[], None]) -> QAction:
        action = QAction(text, self._view)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(lambda: slot())
        return action
