"""Select: point at instances and choose them."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt

from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.selection import Selection
from annotator.gui.tools.tool import Pointer, Tool


class SelectTool(Tool):
    """Click selects the topmost instance, Shift or Ctrl adds or takes away, a click beside them selects none."""

    def __init__(self, layer: InstanceLayer, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layer = layer
        self._selection = selection

    def press(self, pointer: Pointer) -> None:
        if pointer.button != Qt.MouseButton.LeftButton:
            return
        hit = self._layer.instance_at(pointer.at)
        adding = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
        if pointer.modifiers & adding:
            self._selection.select(self._selection.instance_ids ^ ({hit} if hit is not None else set()))
        else:
            self._selection.select([hit] if hit is not None else [])

    def move(self, pointer: Pointer) -> None:
        self._selection.hover(self._layer.instance_at(pointer.at))

    def leave(self) -> None:
        self._selection.hover(None)
