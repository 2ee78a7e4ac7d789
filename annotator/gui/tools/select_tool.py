"""Select: point at instances and choose them; point at proposals and accept them."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QObject, QRectF, Qt
from PySide6.QtGui import QPainter

from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.prompt_painter import paint_box
from annotator.gui.canvas.proposal_layer import ProposalLayer
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.proposal_changes import ProposalChanges
from annotator.gui.proposal_view import ProposalView
from annotator.gui.selection import Selection
from annotator.gui.tools.tool import Pointer, Tool

_DRAG_PIXELS = 5.0


class SelectTool(Tool):
    """Click selects the topmost instance, Shift or Ctrl adds or takes away, a click beside them selects none.

    A click on a proposal accepts it where no instance lies: what is there already is more likely meant. Dragging with
    Shift accepts all proposals inside the rectangle.
    """

    offers_menu = True

    def __init__(
        self,
        layer: InstanceLayer,
        selection: Selection,
        proposals: ProposalLayer,
        view: ProposalView,
        changes: ProposalChanges,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._layer = layer
        self._selection = selection
        self._proposals = proposals
        self._view = view
        self._changes = changes
        self._pressed: Pointer | None = None  # where Shift went down, until it is known whether that is a drag
        self._now: Pointer | None = None
        self._is_dragging = False

    def press(self, pointer: Pointer) -> None:
        if pointer.button != Qt.MouseButton.LeftButton:
            return
        if pointer.modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._pressed = self._now = pointer
            self._is_dragging = False
        elif pointer.modifiers & Qt.KeyboardModifier.ControlModifier:
            self._toggle(pointer)
        else:
            instance_id, proposal_id = self._hits(pointer)
            if proposal_id is not None:
                self._changes.accept([proposal_id])
            else:
                self._selection.select([instance_id] if instance_id is not None else [])

    def move(self, pointer: Pointer) -> None:
        self._now = pointer
        if self._pressed is not None:
            way = QLineF(self._pressed.on_widget, pointer.on_widget).length()
            self._is_dragging = self._is_dragging or way >= _DRAG_PIXELS
            self.repaint_wanted.emit()
            return
        instance_id, proposal_id = self._hits(pointer)
        self._selection.hover(instance_id)
        self._view.hover(proposal_id)

    def release(self, pointer: Pointer) -> None:
        if pointer.button != Qt.MouseButton.LeftButton or self._pressed is None:
            return
        pressed, self._pressed = self._pressed, None
        if self._is_dragging:
            self._is_dragging = False
            self._accept_inside(QRectF(pressed.at, pointer.at).normalized())
        else:
            self._toggle(pressed)
        self.repaint_wanted.emit()

    def leave(self) -> None:
        self._selection.hover(None)
        self._view.hover(None)

    def abort(self) -> bool:
        was_dragging, self._pressed, self._is_dragging = self._is_dragging, None, False
        self.repaint_wanted.emit()
        return was_dragging

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        if self._is_dragging and self._pressed is not None and self._now is not None:
            paint_box(painter, viewport, QRectF(self._pressed.at, self._now.at).normalized())

    def _hits(self, pointer: Pointer) -> tuple[int | None, int | None]:
        """The ids of the instance and of the proposal that are meant there: one of them, or none."""
        instance = self._layer.instance_at(pointer.at)
        proposal = self._proposals.proposal_at(pointer.at) if instance is None else None
        return instance, None if proposal is None else proposal.id

    def _toggle(self, pointer: Pointer) -> None:
        hit = self._layer.instance_at(pointer.at)
        self._selection.select(self._selection.instance_ids ^ ({hit} if hit is not None else set()))

    def _accept_inside(self, box: QRectF) -> None:
        inside = self._proposals.proposals_inside(box)
        if inside:
            self._changes.accept(inside)
        else:
            self.refused.emit(self.tr("No proposal lies inside that rectangle as a whole."))
