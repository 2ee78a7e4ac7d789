"""Leaving the document: nothing is lost unasked, and a disk that does not answer does not keep the window open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.message_bar import MessageBar
from annotator.gui.timers import single_shot
from annotator.gui.unfinished import Unfinished, Wish
from annotator.gui.workspace import Workspace

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow

_POLL_MS = 50
_PATIENCE_MS = 4_000
"""How long a save may hold up leaving before the window says so."""


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
        parent: QObject,
    ) -> None:
        """save: saves the document where it belongs; `on_saved` or `forget` is called when that is over."""
        super().__init__(parent)
        self._window = window
        self._workspace = workspace
        self._messages = messages
        self._save = save
        self._wanted: Callable[[], None] | None = None  # what the document was to be left for last
        self._is_closing = False  # whether that is the window's end
        self._when_saved: Callable[[], None] | None = None
        self._when_still: Callable[[], None] | None = None  # to be done however the save ends
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
        return workspace.model.is_saved and is_still and not Unfinished.of(workspace).images

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
            workspace.opener.discards = True
            if workspace.saver.is_saving:
                self._wait(when_still=go_on)
            else:
                go_on()

    def _wait(
        self, *, when_saved: Callable[[], None] | None = None, when_still: Callable[[], None] | None = None
    ) -> None:
        self._when_saved, self._when_still = when_saved, when_still
        self._patience.start()

    def _end_waiting(self) -> None:
        self._when_saved = self._when_still = None
        self._patience.stop()
        self._messages.withdraw(self._told)
        self._told = ""

    def tell_waiting(self) -> None:
        """Say what is being waited for, and offer to close the window all the same."""
        path = self._workspace.saver.writing
        go_on = self._when_saved or self._when_still
        if path is None or go_on is None:
            return
        texts = [self.tr("%1 is still being saved: its disk is slow or does not answer.").replace("%1", str(path))]
        if not self._is_closing:
            texts.append(self.tr("What you want to open follows once that is over."))
        elif not self._workspace.opener.discards:
            texts.append(self._what_becomes())
        self._told = " ".join(texts)
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
        self._end_waiting()
        self._workspace.leaves_behind = self._workspace.saver.is_saving
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


class UnsavedWorkBox(QMessageBox):
    """Asks whether changes that are in no file are to be saved."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle(self.tr("Unsaved work"))
        self.setText(self.tr("There are changes that are not in the COCO file yet. Save them?"))
        buttons = QMessageBox.StandardButton
        self.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        drop_button_icons(self)
        self.setDefaultButton(buttons.Save)
        self.setEscapeButton(buttons.Cancel)


def ask_to_save(window: QWidget) -> QMessageBox.StandardButton:
    """Ask, and wait for Save, Discard or Cancel."""
    return QMessageBox.StandardButton(UnsavedWorkBox(window).exec())


def _tell_waiting_in(window: MainWindow) -> None:
    window.flow.tell_waiting()
