"""Keys that mean something else while a prompt or a stroke is under way: undo, accept, one step back, Esc."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Signal
from shiboken6 import isValid

from annotator.gui.actions import Actions
from annotator.gui.canvas.canvas import Canvas
from annotator.gui.kept_per_image import KeptPerImage
from annotator.gui.mask_changes import DrawnMask
from annotator.gui.shortcuts import native_keys
from annotator.gui.workspace import Workspace


class KeyMeanings(QObject):
    """Each key goes to what is nearest to the hand: the tool on the canvas, then the prompt, then the document."""

    pointer_put_away = Signal()  # what was said of its keys holds no longer

    def __init__(self, workspace: Workspace, canvas: Canvas, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._canvas = canvas
        self._actions = actions
        self._undoing = 0  # how often undo was asked for that waits for its turn
        workspace.opened.connect(self._refresh_undo)
        workspace.session.changed.connect(self._refresh_undo)
        for kept in self._kept:
            kept.changed.connect(self._refresh_undo)
        workspace.editor.mask_work.became_busy.connect(self._refresh_undo)
        workspace.editor.mask_work.became_idle.connect(self._refresh_undo)
        workspace.model.undo_stack.indexChanged.connect(self._refresh_undo)
        self._refresh_undo()

    def undo(self) -> None:
        """Take back the last click, or else the last edit; a stroke that becomes one in a moment is that edit."""
        # Whoever has just clicked wrongly means the click, not the instance accepted before it.
        if not self._canvas.remove_last():
            expected = self._workspace.outline.expect_undo()

            def ended() -> None:
                self._undoing -= 1
                expected()
                self._refresh_undo()

            self._undoing += 1
            self._in_turn(self._undo, ended)
            self._refresh_undo()

    def _undo(self) -> None:
        drawn, corners = self._kept
        if drawn.is_newest and drawn.give_up(by_undo=True):
            return
        if drawn.bring_back() or corners.bring_back():
            return
        if self._workspace.session.is_pending:
            self._workspace.session.remove_last()
        else:
            self._workspace.model.undo()

    def redo(self) -> None:
        """Do again what undo took back, be it a drawn mask or an edit."""
        self._in_turn(self._redo, self._workspace.outline.expect_redo())

    def _redo(self) -> None:
        drawn, _ = self._kept
        if not drawn.bring_back(by_redo=True):
            self._workspace.model.redo()

    def accept(self) -> None:
        """Keep what is drawn, or else the mask that is shown."""
        if not self._canvas.accept():
            self._workspace.editor.accept()

    def remove_last(self) -> None:
        """Take back the last corner, or else the last click."""
        if not self._canvas.remove_last():
            self._workspace.session.remove_last()

    def escape(self) -> None:
        """Give up what is drawn, or else the prompt, or else "Segment everything", or else the tool."""
        drawn, _ = self._kept
        if self._canvas.abort() or drawn.give_up():
            return
        if self._workspace.session.is_pending:
            self._workspace.session.clear()
        elif not self._workspace.everything.cancel(self._workspace.image_id):
            self._actions.select_tool.trigger()

    def set_keyboard_pointer(self, is_on: bool) -> None:
        """Let keys move the pointer, or not any more."""
        self._canvas.keyboard.set_on(is_on)
        self._canvas.setFocus()
        if not is_on:
            self.pointer_put_away.emit()
        else:
            text = self.tr("The arrow keys move the pointer (Shift: 10 pixels, Ctrl: 100), Space is its left button.")
            self._workspace.editor.refused.emit(native_keys(text))

    def select_all(self) -> None:
        """Select every instance of the image that is neither hidden nor locked."""
        if self._workspace.image_id is not None:
            instances = self._workspace.model.document.instances_of(self._workspace.image_id)
            view_state = self._workspace.selection.view_state
            untouchable = view_state.hidden_ids | view_state.locked_ids
            self._workspace.selection.select({instance.id for instance in instances} - untouchable)

    def _in_turn(self, deed: Callable[[], None], ended: Callable[[], None]) -> None:
        """ended: called when it is done, or never will be."""

        def do() -> None:
            try:
                deed()
            finally:
                ended()

        self._workspace.editor.mask_work.in_turn(do, ended)

    @property
    def _kept(self) -> tuple[KeptPerImage[DrawnMask], KeptPerImage[tuple[QPointF, ...]]]:
        masks = self._workspace.editor.masks
        return masks.drawn, masks.corners

    def _refresh_undo(self) -> None:
        if not isValid(self._actions.undo):
            return  # what was asked for in this window ended in the one that took its place in another language
        stack = self._workspace.model.undo_stack
        drawn, corners = self._kept
        has_begun = any(kept.present is not None or kept.may_come_back() for kept in (drawn, corners))
        # What is being computed is a step in a moment, and what is to be undone can be done again.
        is_coming = self._workspace.editor.mask_work.is_busy
        may_undo = stack.canUndo() or has_begun or self._workspace.session.is_pending or is_coming
        self._actions.undo.setEnabled(may_undo)
        self._actions.redo.setEnabled(stack.canRedo() or drawn.may_come_back(by_redo=True) or self._undoing > 0)
