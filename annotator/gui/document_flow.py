"""Opening and saving the document: the questions that have to be asked on the way, and what follows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from annotator import paths
from annotator.core.dataset import COCO_NAME
from annotator.core.images import IMAGE_SUFFIXES
from annotator.gui.dialogs.conflict import ConflictBox, ConflictChoice
from annotator.gui.language import joined, listing, translated
from annotator.gui.leaving import Leaving
from annotator.gui.message_bar import MessageBar
from annotator.gui.recovery_offer import RecoveryOffer
from annotator.gui.saving import SaveConflict
from annotator.gui.settings import Settings
from annotator.gui.workspace import Workspace

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow

_NAMED = 5  # images in a message


class DocumentFlow(QObject):
    """Belongs to a window, over which it opens its dialogs."""

    saved = Signal(Path)

    def __init__(self, window: QWidget, workspace: Workspace, messages: MessageBar, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._messages = messages
        self._settings = settings
        self._recovery = RecoveryOffer(workspace, messages, self.save, self)
        self._told_opened = ""  # what was said of the dataset when it was opened
        self._notes: tuple[str, ...] = ()
        self._told_failure = ""  # why it could not be saved, which is out of date after the next save
        self._leaving = Leaving(window, workspace, messages, self.save, self.save_as, self)
        workspace.opener.failed.connect(messages.tell)
        workspace.opened.connect(self._on_opened)
        workspace.unfinished_drawings.recovered_changed.connect(self._on_recovered_changed)
        workspace.opener.overtaken.connect(self.leave_for)
        workspace.model.journal_failed.connect(messages.tell)
        workspace.saver.saved.connect(self._on_saved)
        workspace.saver.failed.connect(self._on_save_failed)
        workspace.saver.conflicted.connect(self._on_conflicted)
        workspace.autosave.failed.connect(self.tell_save_failed)
        workspace.autosave.conflicted.connect(self.tell_autosave_conflict)

    # -- opening -----------------------------------------------------------------------------------------------------

    def open_paths(self, chosen: Sequence[Path], image_root: Path | None = None) -> None:
        """Open a folder, images or a COCO file, whose images may lie elsewhere, after asking about unsaved work."""
        self.leave_for(partial(self._workspace.opener.open, list(chosen), image_root))

    def open_one(self, path: Path) -> None:
        """Open a folder or a COCO file of the recent ones, with its images where they were the last time."""
        self.open_paths([path], self._settings.recent_image_root(path))

    def open_example(self) -> None:
        """Open the picture that ships with the program, in a copy the user may write beside."""
        self.open_paths([paths.example_dir()])

    def choose_folder(self) -> None:
        """Ask for a folder and open it."""
        folder = self._ask_folder(self.tr("Open a folder of images"))
        if folder is not None:
            self.open_paths([folder])

    def choose_images(self) -> None:
        """Ask for images or a COCO file and open them."""
        patterns = " ".join(f"*{suffix}" for suffix in sorted(IMAGE_SUFFIXES))
        filters = self.tr("Images and COCO files (%1 *.json)").replace("%1", patterns)
        names, _ = QFileDialog.getOpenFileNames(self._window, self.tr("Open images"), self._last_folder(), filters)
        if names:
            self._settings.last_folder = Path(names[0]).parent
            self.open_paths([Path(name) for name in names])

    def locate_images(self) -> None:
        """Ask where the images of the COCO file lie, and open it again with them."""
        coco_path = self._workspace.model.coco_path
        if coco_path is None:
            return
        folder = self._ask_folder(self.tr("Locate the images of %1").replace("%1", coco_path.name))
        if folder is not None:
            self.open_paths([coco_path], folder)

    def _ask_folder(self, title: str) -> Path | None:
        name = QFileDialog.getExistingDirectory(self._window, title, self._last_folder())
        if not name:
            return None
        self._settings.last_folder = Path(name)
        return Path(name)

    def _last_folder(self) -> str:
        folder = self._settings.last_folder
        return "" if folder is None else str(folder)

    def _on_opened(self, notes: tuple[str, ...]) -> None:
        coco_path = self._workspace.model.coco_path
        assert coco_path is not None
        self._remember(coco_path)
        self.tell_opened(notes)

    def tell_opened(self, notes: tuple[str, ...]) -> None:
        """Say what is to be known of the dataset that is open, in place of any other message."""
        coco_path = self._workspace.model.coco_path
        if coco_path is None:
            return
        self._messages.clear()
        keeping = self._workspace.model.keeping
        assert keeping is not None
        self._notes, self._told_opened = notes, self._opened_text(coco_path, notes)
        text = self._told_opened
        again = partial(_tell_opened_in, notes=notes)
        locate = (self.tr("Locate images..."), self.locate_images) if self._missing_images() else None
        if keeping.recovery.edits:
            self._recovery.tell(text, again, locate)
        elif locate is not None:
            self._messages.tell(text, *locate, again=again)
        elif self._workspace.model.refusal:
            open_again = (self.tr("Open again"), partial(self.leave_for, self._workspace.opener.reopen))
            other, other_callback = open_again if keeping.is_taken else ("", None)
            self._messages.tell(
                text, self.tr("Save as..."), self.save_as, other=other, other_callback=other_callback, again=again
            )
        elif text:
            self._messages.tell(text, again=again)

    def _opened_text(self, coco_path: Path, notes: tuple[str, ...]) -> str:
        texts = (self._missing_images(), *self._kept_work(coco_path), *notes)
        return joined(translated(text) for text in texts if text)

    def _on_recovered_changed(self) -> None:
        """What had been begun to draw, and was here again, has been finished or given up."""
        coco_path, told = self._workspace.model.coco_path, self._told_opened
        if coco_path is None or not told:
            return
        self._told_opened = self._opened_text(coco_path, self._notes)
        self._recovery.reword(self._told_opened)
        if self._told_opened:
            self._messages.reword(told, self._told_opened)
        else:
            self._messages.withdraw(told)

    def _remember(self, coco_path: Path) -> None:
        """Among the recent ones: by its folder, unless that would not say which file it is, or where its images are.

        Images that were opened by themselves are remembered by their file, once there is one: their folder may have
        thousands of others.
        """
        opener = self._workspace.opener
        if opener.is_of_images and self._workspace.model.coco_version is None:
            return
        image_root = opener.said_image_root
        is_found_by_folder = coco_path.name == COCO_NAME and image_root is None and not opener.is_of_images
        self._settings.add_recent(coco_path.parent if is_found_by_folder else coco_path, image_root)

    def _missing_images(self) -> str:
        document = self._workspace.model.document
        # Sizes come from the COCO file; an image found in the folder that cannot be read has none.
        missing = sum(document.images[image_id].has_size for image_id in document.unusable_ids)
        if not missing:
            return ""
        text = self.tr("%n image(s) are not in %1, where the COCO file says they are.", "", missing)
        return text.replace("%1", str(document.image_root))

    def _kept_work(self, coco_path: Path) -> Iterator[str]:
        """What is to be said of the dataset's lock and journal."""
        keeping = self._workspace.model.keeping
        assert keeping is not None
        if keeping.refusal:
            yield keeping.refusal
            if keeping.is_taken:
                yield self.tr("Close it there, or wait until it is done, and open it here again.")
            yield self.tr("A copy saved under another name can be edited.")
        yield keeping.problem
        recovery = keeping.recovery
        if recovery.set_aside is not None and not recovery.left_out:
            text = self.tr(
                "Changes from before that were not saved do not fit %1 any more, which is open as it is on the disk. "
                "They lie in %2."
            )
            yield text.replace("%1", coco_path.name).replace("%2", str(recovery.set_aside))
        if recovery.edits:
            yield self.tr("%n change(s) that had not been saved are here again.", "", recovery.edits)
        if recovery.left_out:
            text = self.tr(
                "%n change(s) do not fit %1 any more, which another program has changed since. All of this work stays "
                "listed on the first page, from where its masks can be saved by themselves.",
                "",
                recovery.left_out,
            )
            yield text.replace("%1", coco_path.name)
        if recovery.categories:
            text = self.tr("Categories that %1 does not have any more are here again, with their masks: %2.")
            yield text.replace("%1", coco_path.name).replace("%2", listing(recovery.categories, _NAMED))
        names = self._workspace.unfinished_drawings.recovered
        if names:
            text = self.tr("What you had begun to draw on %n image(s) is here again: %1.", "", len(names))
            yield text.replace("%1", listing(names, _NAMED))
        if recovery.file_changed and not recovery.left_out:
            text = self.tr("Another program has changed %1 since; what you save holds both.")
            yield text.replace("%1", coco_path.name)

    # -- saving ------------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Write the COCO file, with the masks that are being computed."""
        self._workspace.editor.mask_work.in_turn(self._save)

    def _save(self) -> None:
        path = self._workspace.saver.target
        if path is not None and not self._refuses():
            self._workspace.saver.save(path)

    def save_as(self) -> None:
        """Write the COCO file under a name to choose; it is the document's file from then on."""
        coco_path = self._workspace.model.coco_path
        if coco_path is None or self._refuses():
            return
        path = self.ask_for_path(coco_path)
        if path is None:
            self._leaving.forget()
        else:
            # The file dialog has asked already whether to replace what is there.
            work = self._workspace.editor.mask_work
            work.in_turn(partial(self._workspace.saver.save, path, overwrite=True))

    def ask_for_path(self, proposed: Path) -> Path | None:
        """A path that ends in .json, for no other is opened as a COCO file; None when the user turned back."""
        title, kind = self.tr("Save as"), self.tr("COCO file (*.json)")
        while name := QFileDialog.getSaveFileName(self._window, title, str(proposed), kind)[0]:
            path = Path(name)
            if path.suffix.lower() == ".json":
                return path
            proposed = path.with_name(f"{path.name}.json")
            if not proposed.exists():  # else the dialog has not asked about this one
                return proposed
        return None

    def _refuses(self) -> bool:
        """Whether what is open is given up already, so that it is not saved any more; if so, the user is told."""
        is_late = self._workspace.opener.is_exchanging
        if is_late:
            self._workspace.model.refused.emit(self._workspace.model.refusal)
        return is_late

    # -- leaving -----------------------------------------------------------------------------------------------------

    @property
    def is_free_to_leave(self) -> bool:
        """Whether leaving the document would neither ask nor wait."""
        return self._leaving.is_free

    def leave_for(self, go_on: Callable[[], None]) -> None:
        """Go on at once when all is saved and no mask is unfinished; else ask, and go on once that is settled."""
        self._leaving.leave_for(go_on)

    def leave_to_close(self, go_on: Callable[[], None]) -> None:
        """The same when the window is to be closed, which need not wait for a disk that does not answer."""
        self._leaving.leave_for(go_on, is_closing=True)

    def tell_waiting(self) -> None:
        """Say what leaving waits for, if it does."""
        self._leaving.tell_waiting()

    # -- what has come of a save -------------------------------------------------------------------------------------

    def _on_saved(self, path: Path) -> None:
        self.saved.emit(path)
        self._messages.withdraw(self._told_failure)
        if path == self._workspace.model.coco_path:
            self._remember(path)
        if self._workspace.model.refusal:
            # A copy of what could only be looked at: that one can be edited.
            self.leave_for(partial(self._workspace.opener.open, [path]))
            return
        self._leaving.on_saved()

    def _on_save_failed(self, reason: str) -> None:
        self._leaving.forget()
        self.tell_save_failed(reason)

    def tell_save_failed(self, reason: str) -> None:
        """Say why the document was not saved, and offer another place."""
        self._messages.withdraw(self._told_failure)
        self._told_failure = reason
        again = partial(_tell_save_failed_in, reason=reason)
        self._messages.tell(reason, self.tr("Save as..."), self.save_as, again=again)

    def tell_autosave_conflict(self, conflict: SaveConflict) -> None:
        """Say why the document is not saved by itself, and offer to save it."""
        self._messages.withdraw(self._told_failure)
        self._told_failure = conflict.sentence
        again = partial(_tell_autosave_conflict_in, conflict=conflict)
        self._messages.tell(conflict.sentence, self.tr("Save..."), self.save, again=again)

    def _on_conflicted(self, conflict: SaveConflict) -> None:
        choice = ConflictBox(conflict, self._window).answer()
        if choice is ConflictChoice.OVERWRITE:
            self._workspace.saver.save(conflict.path, overwrite=True)
        elif choice is ConflictChoice.SAVE_AS:
            self.save_as()
        elif choice is ConflictChoice.RELOAD:
            self._leaving.give_up_for(self._workspace.opener.reopen)
        else:
            self._leaving.forget()


# What another window is given to tell, when the language changes.


def _tell_opened_in(window: MainWindow, notes: tuple[str, ...]) -> None:
    window.flow.tell_opened(notes)


def _tell_save_failed_in(window: MainWindow, reason: str) -> None:
    window.flow.tell_save_failed(reason)


def _tell_autosave_conflict_in(window: MainWindow, conflict: SaveConflict) -> None:
    window.flow.tell_autosave_conflict(conflict)
