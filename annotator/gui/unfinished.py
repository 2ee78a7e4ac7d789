"""Masks that are neither accepted nor dropped: what is lost with the window, and the question about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.workspace import Workspace

_NAMED = 5


class Wish(Enum):
    """What the user wants done with unfinished masks."""

    ACCEPT = auto()
    DROP = auto()
    STAY = auto()


@dataclass(frozen=True)
class Unfinished:
    """images: the names of the images with such masks. can_accept: there is one, and Enter would accept it at once."""

    images: tuple[str, ...] = ()
    can_accept: bool = False

    @classmethod
    def of(cls, workspace: Workspace) -> Unfinished:
        """What is unfinished now."""
        session, waiting = workspace.session, workspace.editor.masks.waiting
        keys = list(session.unfinished_keys)
        if waiting is not None and session.key not in keys:
            keys.append(session.key)
        # A key begins with the file's path; the same image has several when its file has changed meanwhile.
        images = tuple(dict.fromkeys(Path(key.partition("|")[0]).name for key in keys))
        can_accept = (
            keys == [session.key]
            and waiting is None
            and not session.is_waiting
            and session.shown is not None
            and session.shown.mask.area > 0
            and (workspace.selection.category_id is not None or session.refined is not None)
        )
        return cls(images, can_accept and not workspace.model.refusal)

    def ask(self, window: QWidget) -> Wish:
        """Ask what is to become of them."""
        translate = QCoreApplication.translate
        box = QMessageBox(window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(translate("Unfinished", "Unfinished masks"))
        names = ", ".join(self.images[:_NAMED]) + (", ..." if len(self.images) > _NAMED else "")
        text = translate("Unfinished", "The masks on %n image(s) are not accepted yet: %1.", "", len(self.images))
        box.setText(text.replace("%1", names))
        role = QMessageBox.ButtonRole
        accept = box.addButton(translate("Unfinished", "&Accept it"), role.AcceptRole) if self.can_accept else None
        drop = box.addButton(translate("Unfinished", "Go on &without"), role.DestructiveRole)
        stay = box.addButton(QMessageBox.StandardButton.Cancel)
        drop_button_icons(box)
        box.setDefaultButton(stay if accept is None else accept)
        box.setEscapeButton(stay)
        box.exec()
        if accept is not None and box.clickedButton() is accept:
            return Wish.ACCEPT
        return Wish.DROP if box.clickedButton() is drop else Wish.STAY
