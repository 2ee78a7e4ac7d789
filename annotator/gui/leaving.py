"""Leaving the document: nothing is lost unasked, and a disk that does not answer does not keep the window open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.gui.dialogs.conflict import ConflictBox, ConflictChoice
from annotator.gui.dialogs.unsaved_work import UnsavedWorkBox
from annotator.gui.file_look import FileLook
from annotator.gui.language import joined
from annotator.gui.message_bar import MessageBar
from annotator.gui.saving import SaveConflict
from annotator.gui.timers import single_shot
from annotator.gui.unfinished import Unfinished, Wish
from annotator.gui.workspace import Workspace

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow

_POLL_MS = 50
_PATIENCE_MS = 4_000
"""How long a save, or a look at the file, may hold up leaving before the window says so."""
_GLANCE_SECONDS = 0.04
"""How long the window waits for the disk without going on with anything else."""


class Leaving(QObject):
    """Saves, or asks about, what is not saved before another document is opened or the window is closed.

    Only the newest of several wishes to leave waits: what the user wanted before is not done later, unasked.
    """

    def __init__(
        self,
        window: QWidget,
        workspace: Workspace,
        messages: MessageBar,
        save: Callable[[], None],
        save_as: Callable[[], None],
        parent: QObject,
    ) -> None:
        """save: saves the document where it belongs, save_as: where the user says.

        `on_saved` or `forget` is called when that is over.
        """
        super().__init__(parent)
        self._window = window
        self._workspace = workspace
        self._messages = messages
        self._save = save
        self._save_as = save_as
        self._wanted: Callable[[], None] | None = None  # what the document was to be left for last
        self._is_closing = False  # whether that is the window's end
        self._when_saved: Callable[[], None] | None = None
        self._when_still: Callable[[], None] | None = None  # to be done however the save ends
        self._when_seen: Callable[[], None] | None = None  # to be done once the file is seen to be ours
        self._look: FileLook | None = None
        self._told = ""
        self._patience = single_shot(self, _PATIENCE_MS, self.tell_waiting)
        workspace.saver.autosave_failed.connect(self._on_autosave_stopped)
        workspace.saver.autosave_conflicted.connect(self._on_autosave_stopped)
        workspace.saver.ended.connect(self._on_still)

    @property
    def is_free(self) -> bool:
        """Whether leaving would neither ask nor wait."""
        workspace = self._workspace
        is_busy = workspace.editor.mask_work.is_busy or workspace.model.is_busy
        is_still = not workspace.saver.is_saving and not is_busy
        if not is_still or Unfinished.of(workspace).images:
            return False
        if self._stays_undecided:
            return True
        if not workspace.model.is_saved:
            return False
        look = self._new_look()
        return look is None or (look.wait(_GLANCE_SECONDS) and look.conflict is None)

    @property
    def _stays_undecided(self) -> bool:
        """Whether what is in no file came back from the journal, and nobody has decided about it yet.

        It stays there, where it has been all the time, and is offered again. Saving it unasked would be a decision, and
        so would giving it up; who has nothing saved unasked is asked about it as about all work.
        """
        saver = self._workspace.saver
        may_stay = self._workspace.autosave.is_working and saver.conflict is None and not saver.is_saving
        return self._workspace.model.is_undecided and may_stay

    def leave_for(self, go_on: Callable[[], None], *, is_closing: bool = False) -> None:
        """Go on at once when all is saved and no mask is unfinished; else ask, and go on once that is settled.

        What was drawn and is being computed comes first. is_closing: going on ends the window, which may be done while
        a save is under way that does not end.
        """
        self._wanted, self._is_closing = go_on, is_closing
        self._workspace.editor.mask_work.in_turn(partial(self._leave_for, go_on))

    def give_up_for(self, go_on: Callable[[], None]) -> None:
        """Go on without what is in no file: that was asked about, but not what is unfinished."""
        self.forget()
        self._wanted, self._is_closing = go_on, False
        # What is being computed is of what is given up; later it would be newer work.
        self._workspace.editor.mask_work.in_turn(partial(self._give_up_for, go_on))

    def on_saved(self) -> None:
        """The document was saved: do what waits for that."""
        go_on = self._when_saved
        if go_on is not None:
            self._end_waiting()
            # There may have been more work meanwhile, about which is asked again.
            self._workspace.editor.mask_work.in_turn(partial(self._save_for, go_on))

    def forget(self) -> None:
        """The document was not saved, so what waits for that is not done any more."""
        if self._when_saved is not None:
            self._end_waiting()

    def _leave_for(self, go_on: Callable[[], None]) -> None:
        if go_on is not self._wanted:
            return
        if self._workspace.model.is_busy:
            QTimer.singleShot(_POLL_MS, partial(self._leave_for, go_on))
            return
        was_told = bool(self._told)
        self._end_waiting()
        unfinished = Unfinished.of(self._workspace)
        if unfinished.images:
            wish = unfinished.ask(self._window)
            if wish is Wish.STAY:
                return
            if wish is Wish.ACCEPT:
                self._workspace.editor.accept()
        self._save_for(go_on)
        if was_told:  # who asks again has waited long enough
            self.tell_waiting()

    def _give_up_for(self, go_on: Callable[[], None]) -> None:
        if go_on is not self._wanted:
            return
        unfinished = replace(Unfinished.of(self._workspace), can_accept=False)  # it would be given up at once
        if not unfinished.images or unfinished.ask(self._window) is Wish.DROP:
            self._workspace.opener.discards = True
            go_on()

    def _save_for(self, go_on: Callable[[], None]) -> None:
        """Go on once all is saved or given up; who has it saved by itself is not asked."""
        workspace = self._workspace
        workspace.opener.discards = False
        if workspace.model.is_saved:
            if workspace.saver.is_saving:
                self._wait(when_saved=go_on)
            else:
                self._look_for(go_on)
            return
        if workspace.saver.conflict is not None:
            self._settle_for(go_on, workspace.saver.conflict)
            return
        if self._stays_undecided:
            go_on()
            return
        if workspace.autosave.is_working:
            self._wait(when_saved=go_on)
            self._save()
            return
        buttons = QMessageBox.StandardButton
        answer = ask_to_save(self._window)
        if answer == buttons.Save:
            self._wait(when_saved=go_on)
            self._save()
        elif answer == buttons.Discard:
            self._discard_for(go_on)

    def _discard_for(self, go_on: Callable[[], None]) -> None:
        self._workspace.opener.discards = True
        if self._workspace.saver.is_saving:
            self._wait(when_still=go_on)
        else:
            go_on()

    def _new_look(self) -> FileLook | None:
        """A look at the file that has the work; None when it has none of ours."""
        model = self._workspace.model
        if model.coco_path is None or model.coco_version is None or model.keeping is None or model.keeping.refusal:
            return None
        return FileLook(model.coco_path, model.coco_version)

    def _look_for(self, go_on: Callable[[], None]) -> None:
        """Go on once it is seen that the file still has what was saved; else ask what is to become of the work."""
        look = self._new_look()
        if look is None:
            go_on()
        elif look.wait(_GLANCE_SECONDS):
            self._seen(go_on, look)
        else:
            self._wait(when_seen=go_on)
            self._look = look
            QTimer.singleShot(_POLL_MS, partial(self._look_again, look))

    def _look_again(self, look: FileLook) -> None:
        go_on = self._when_seen
        if look is not self._look or go_on is None:
            return
        if not look.wait(0):
            QTimer.singleShot(_POLL_MS, partial(self._look_again, look))
            return
        self._end_waiting()
        if look.conflict is None and self._workspace.model.is_saved and not Unfinished.of(self._workspace).images:
            go_on()
        else:
            self._leave_for(go_on)  # work was done while the disk did not answer, or it is to be asked about

    def _seen(self, go_on: Callable[[], None], look: FileLook) -> None:
        conflict = look.conflict
        if conflict is None or not self._workspace.model.has_written:
            go_on()  # what became of a file that nothing was saved to here is no loss of work
            return
        self._workspace.saver.note_conflict(conflict)
        self._settle_for(go_on, conflict)

    def _settle_for(self, go_on: Callable[[], None], conflict: SaveConflict) -> None:
        """Ask what is to become of work that is in no file, where another program has been at its file."""
        choice = ConflictBox(conflict, self._window, is_leaving=True).answer()
        if choice is ConflictChoice.OVERWRITE:
            self._wait(when_saved=go_on)
            self._workspace.saver.save(conflict.path, overwrite=True)
        elif choice is ConflictChoice.SAVE_AS:
            self._wait(when_saved=go_on)
            self._save_as()
        elif choice is ConflictChoice.DISCARD:
            self._discard_for(go_on)

    def _wait(
        self,
        *,
        when_saved: Callable[[], None] | None = None,
        when_still: Callable[[], None] | None = None,
        when_seen: Callable[[], None] | None = None,
    ) -> None:
        self._when_saved, self._when_still, self._when_seen = when_saved, when_still, when_seen
        self._patience.start()

    def _end_waiting(self) -> None:
        self._when_saved = self._when_still = self._when_seen = None
        self._look = None
        self._patience.stop()
        self._messages.withdraw(self._told)
        self._told = ""

    def tell_waiting(self) -> None:
        """Say what is being waited for, and offer to close the window all the same."""
        path = self._workspace.saver.writing if self._look is None else self._look.path
        go_on = self._when_saved or self._when_still or self._when_seen
        if path is None or go_on is None:
            return
        if self._look is None:
            text = self.tr("%1 is still being saved: its disk is slow or does not answer.")
        else:
            text = self.tr("%1 cannot be seen: its disk is slow or does not answer. It was saved before.")
        texts = [text.replace("%1", str(path))]
        if not self._is_closing:
            texts.append(self.tr("What you want to open follows once that is over."))
        elif self._look is None and not self._workspace.opener.discards:
            texts.append(self._what_becomes())
        self._told = joined(texts)
        if self._is_closing:
            leave = partial(self._leave_behind, go_on)
            self._messages.tell(self._told, self.tr("Close without waiting"), leave, again=_tell_waiting_in)
        else:
            self._messages.tell(self._told, again=_tell_waiting_in)

    def _what_becomes(self) -> str:
        if self._workspace.model.is_kept:
            return self.tr("Your work is kept: if you close now, it is here again when you open the dataset again.")
        return self.tr("What is not saved yet is lost if you close now.")

    def _leave_behind(self, go_on: Callable[[], None]) -> None:
        self._workspace.leaves_behind = self._workspace.saver.is_saving or self._look is not None
        self._end_waiting()
        go_on()

    def _on_still(self) -> None:
        go_on = self._when_still
        if go_on is not None:
            self._end_waiting()
            go_on()

    def _on_autosave_stopped(self) -> None:
        """Whoever waits for the end of that save goes on, or is asked about what is not saved."""
        go_on = self._when_saved
        if go_on is not None:
            self._end_waiting()
            self._save_for(go_on)


def ask_to_save(window: QWidget) -> QMessageBox.StandardButton:
    """Ask, and wait for Save, Discard or Cancel."""
    return QMessageBox.StandardButton(UnsavedWorkBox(window).exec())


def _tell_waiting_in(window: MainWindow) -> None:
    window.flow.tell_waiting()
