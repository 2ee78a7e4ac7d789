"""What is said of work that came back after a crash: it can be saved, or taken back, and brought back again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from annotator.gui.document_model import RecoveryState
from annotator.gui.message_bar import MessageBar
from annotator.gui.workspace import Workspace

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow

Offer = tuple[str, Callable[[], None]]
"""The text of a button, and what it does."""


class RecoveryOffer(QObject):
    """Tells of it in the message bar as long as nothing else was done; taking it back is an undo, however it is done.

    So nothing is lost by a wrong click: it is brought back from the same place, or by redo.
    """

    def __init__(
        self, workspace: Workspace, messages: MessageBar, save: Callable[[], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._messages = messages
        self._save = save
        self._text = ""  # what says that it is here again; "" when nothing was recovered
        self._again: Callable[[MainWindow], None] | None = None
        self._locate: Offer | None = None
        self._state = RecoveryState.PAST
        self._is_bringing_back = False  # from here, and not by redo
        workspace.model.document_replaced.connect(self._forget)
        workspace.model.undo_stack.indexChanged.connect(self._follow)
        workspace.model.saved_changed.connect(self._follow)

    def tell(self, text: str, again: Callable[[MainWindow], None], locate: Offer | None) -> None:
        """Say that work has come back. again: tells the same in another window; locate: offered in place of saving."""
        self._text, self._again, self._locate = text, again, locate
        self._state = self._workspace.model.recovery
        if self._state is RecoveryState.UNDONE:
            self._tell_undone()
        else:
            self._tell_back()

    def reword(self, text: str) -> None:
        """Something of what had come back with it is there no more."""
        if self._text:
            self._text = text

    def _tell_back(self) -> None:
        model = self._workspace.model
        offers = [] if self._locate is None else [self._locate]
        if not offers and not model.is_saved:
            offers.append((self.tr("Save"), self._save))
        if model.recovery is RecoveryState.NEWEST:
            offers.append((self.tr("Discard"), self._discard))
        (action, callback), (other, other_callback) = (*offers, ("", None), ("", None))[:2]
        self._messages.tell(self._text, action, callback, other=other, other_callback=other_callback, again=self._again)

    def _tell_undone(self) -> None:
        self._messages.tell(self._undone_text(), self.tr("Bring back"), self._bring_back, again=self._again)

    def _undone_text(self) -> str:
        return self.tr("The changes that had come back are discarded.")

    def _follow(self, *_: object) -> None:
        if not self._text:
            return
        before, self._state = self._state, self._workspace.model.recovery
        if self._state is RecoveryState.UNDONE and before is not self._state:
            self._messages.withdraw(self._text)
            self._tell_undone()
        elif before is RecoveryState.UNDONE and before is not self._state:
            was_told = self._is_bringing_back or self._messages.tells(self._undone_text())
            self._is_bringing_back = False
            self._messages.withdraw(self._undone_text())
            if was_told and self._state is RecoveryState.NEWEST:
                self._tell_back()
        elif self._messages.tells(self._text):
            self._tell_back()

    def _forget(self) -> None:
        self._text, self._again, self._locate = "", None, None
        self._state = RecoveryState.PAST
        self._is_bringing_back = False

    def _discard(self) -> None:
        self._workspace.editor.mask_work.in_turn(self._undo)

    def _undo(self) -> None:
        if self._workspace.model.recovery is RecoveryState.NEWEST:
            self._workspace.model.undo()

    def _bring_back(self) -> None:
        self._is_bringing_back = True
        self._workspace.editor.mask_work.in_turn(self._redo)

    def _redo(self) -> None:
        if self._workspace.model.recovery is RecoveryState.UNDONE:
            self._workspace.model.redo()
