"""What the window's actions do to proposals, and the proposals' layer and field on the canvas."""

from __future__ import annotations

from PySide6.QtCore import QObject

from annotator.gui.actions import Actions
from annotator.gui.canvas.canvas import Canvas
from annotator.gui.canvas.proposal_layer import ProposalLayer
from annotator.gui.canvas.proposal_name import ProposalNameStrip
from annotator.gui.image_loader import LoadedImage
from annotator.gui.panels.image_list import ImageListPanel
from annotator.gui.workspace import Workspace


class ProposalsOnScreen(QObject):
    """Belongs to a window; follows the workspace's image."""

    def __init__(
        self, workspace: Workspace, canvas: Canvas, layer: ProposalLayer, actions: Actions, images: ImageListPanel
    ) -> None:
        super().__init__(canvas)
        self._workspace = workspace
        self._canvas = canvas
        self._layer = layer
        self.name_strip = ProposalNameStrip(
            canvas, workspace.model, workspace.selection, workspace.proposals, workspace.proposal_changes
        )
        workspace.image_awaited.connect(self._on_awaited)
        workspace.image_shown.connect(self._on_shown)
        actions.segment_everything.triggered.connect(workspace.segment_everything)
        actions.show_proposals.setChecked(workspace.proposals.is_visible)
        actions.show_proposals.toggled.connect(workspace.proposals.set_visible)
        actions.next_with_proposals.triggered.connect(images.next_with_proposals)
        actions.delete.triggered.connect(self._on_delete)
        if workspace.image is not None:
            layer.set_image(workspace.image_id)

    def _on_awaited(self, image_id: int) -> None:
        self._layer.set_image(None)

    def _on_shown(self, image: LoadedImage) -> None:
        self._layer.set_image(self._workspace.image_id)

    def _on_delete(self) -> None:
        """Delete means what the tool has chosen, else the selected instances, else the selected proposals.

        With none of these it means the proposal that is pointed at.
        """
        workspace, view = self._workspace, self._workspace.proposals
        if self._canvas.delete():
            return
        if workspace.selection.instance_ids:
            workspace.editor.delete_selected()
        elif view.selected_ids:
            workspace.proposal_changes.delete(view.selected_ids)
        elif view.hovered_id is not None:
            workspace.proposal_changes.delete([view.hovered_id])
