"""The tools of a window, each with the action that chooses it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction

from annotator.gui.actions import Actions
from annotator.gui.canvas.drawn_layer import DrawnLayer
from annotator.gui.canvas.instance_layer import InstanceLayer
from annotator.gui.canvas.proposal_layer import ProposalLayer
from annotator.gui.tools.brush_tool import BrushSize, BrushTool
from annotator.gui.tools.polygon_tool import PolygonTool
from annotator.gui.tools.prompt_tool import PromptTool
from annotator.gui.tools.select_tool import SelectTool
from annotator.gui.tools.tool import Tool
from annotator.gui.tools.vertex_editor import VertexEditor
from annotator.gui.workspace import Workspace


class Toolbox(QObject):
    """Makes the tools and says which one was chosen. tools: by their actions."""

    chosen = Signal(object)  # Tool
    refused = Signal(object)
    vertices_offered = Signal(bool)  # whether the chosen tool has handles on the selected instance

    def __init__(
        self,
        workspace: Workspace,
        layer: InstanceLayer,
        proposal_layer: ProposalLayer,
        drawn_layer: DrawnLayer,
        actions: Actions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        session, editor, selection = workspace.session, workspace.editor, workspace.selection
        vertices = VertexEditor(workspace.outline, layer, self)
        self.tools: dict[QAction, Tool] = {
            actions.select_tool: SelectTool(
                layer, selection, proposal_layer, workspace.proposals, workspace.proposal_changes, self
            ),
            actions.point_tool: PromptTool(session, editor, workspace.preview, is_box=False, parent=self),
            actions.box_tool: PromptTool(session, editor, workspace.preview, is_box=True, parent=self),
            actions.polygon_tool: PolygonTool(editor.masks, vertices, self),
        }
        size = BrushSize(self)
        for action, is_eraser in ((actions.brush_tool, False), (actions.eraser_tool, True)):
            self.tools[action] = BrushTool(
                workspace.model, selection, editor.masks, drawn_layer, size, is_eraser=is_eraser, parent=self
            )
        for tool in self.tools.values():
            tool.refused.connect(self.refused)
        actions.tools.triggered.connect(self._on_tool_chosen)

    def choose(self, name: str) -> None:
        """Make the tool of that name the active one."""
        for action in self.tools:
            if action.objectName() == name:
                action.trigger()

    def choose_prompt_tool(self) -> None:
        """Make Point the active tool, unless the active one makes prompts already."""
        actions = self._actions
        if actions.tools.checkedAction() not in (actions.point_tool, actions.box_tool):
            actions.point_tool.trigger()

    @property
    def offers_menu(self) -> bool:
        """Whether the right button opens the canvas's menu."""
        return self.tools[self._actions.tools.checkedAction()].offers_menu

    def _on_tool_chosen(self, action: QAction) -> None:
        self.chosen.emit(self.tools[action])
        self.vertices_offered.emit(action is self._actions.polygon_tool)
