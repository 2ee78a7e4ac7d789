"""The context menu of the canvas: what can be done to the instance under the pointer, or to the selected ones."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from annotator.gui.actions import Actions
from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.panels.instances import InstancesPanel
from annotator.gui.selection import Selection
from annotator.gui.tools.toolbox import Toolbox


class CanvasMenu(QObject):
    """Opens with the right button where the tool has no other use for it, and with the keyboard's menu key.

    An instance under the pointer is selected first, a locked one too, unless it is one of several selected ones.
    """

    def __init__(
        self,
        canvas: Canvas,
        layer: InstanceLayer,
        selection: Selection,
        actions: Actions,
        panel: InstancesPanel,
        toolbox: Toolbox,
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._layer = layer
        self._selection = selection
        self._actions = actions
        self._panel = panel
        self._toolbox = toolbox
        self.menu: QMenu | None = None  # the one that is open
        canvas.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self._canvas or not isinstance(event, QContextMenuEvent) or self._canvas.image is None:
            return False
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._open(self._canvas.mapToGlobal(self._canvas.rect().center()))
        elif self._toolbox.offers_menu:
            self._choose(QPointF(event.pos()))
            self._open(event.globalPos())
        return True

    def _choose(self, place: QPointF) -> None:
        hit = self._layer.instance_at(self._canvas.viewport.to_image(place), also_locked=True)
        if hit is None:
            self._selection.select([])
        elif hit not in self._selection.instance_ids:
            self._selection.select([hit])

    def _open(self, place: QPoint) -> None:
        menu = QMenu(self._canvas)
        menu.aboutToHide.connect(self._on_hidden)
        actions = self._actions
        if self._selection.instance_ids:
            menu.addAction(actions.refine)
            menu.addMenu(self._masks(menu))
            menu.addSeparator()
            menu.addActions(self._panel.menu_entries)
            menu.addSeparator()
            menu.addActions((actions.copy_to_next, self._panel.delete))
        else:
            menu.addActions((actions.select_all, self._panel.show_all, actions.fit))
        self.menu = menu
        menu.popup(place)

    def _masks(self, menu: QMenu) -> QMenu:
        masks = QMenu(self.tr("&Mask"), menu)
        masks.addActions([action for action in self._actions.mask_actions if action is not self._actions.refine])
        return masks

    def _on_hidden(self) -> None:
        # Not at once: the action that was chosen is told after the menu hides.
        if self.menu is not None:
            self.menu.deleteLater()
            self.menu = None
