"""Masks that are neither accepted nor dropped: what is lost with the window, and the question about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from annotator.gui.dialogs.parts import drop_button_icons
from annotator.gui.language import listing
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
        session, masks = workspace.session, workspace.editor.masks
        keys = session.unfinished_keys
        # A key begins with the file's path; the same image has several when its file has changed meanwhile.
        paths = [Path(key.partition("|")[0]) for key in keys]
        drawn_on = dict.fromkeys((*masks.drawn.image_ids, *masks.corners.image_ids))
        paths += [workspace.model.document.image_path(image_id) for image_id in drawn_on]
        images = tuple(path.name for path in dict.fromkeys(paths))
        can_accept = (
            keys == (session.key,)
            and not drawn_on
            and not session.is_waiting
            and session.shown is not None
            and session.shown.mask.area > 0
            and (workspace.selection.category_id is not None or session.refined is not None)
        )
        return cls(images, can_accept and not workspace.model.refusal)

    def ask(self, window: QWidget) -> Wish:
        """Ask what is to become of them."""
        return _Question(self, window).answer()


class _Question(QMessageBox):
    def __init__(self, unfinished: Unfinished, window: QWidget) -> None:
        super().__init__(window)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWindowTitle(self.tr("Unfinished masks"))
        images = unfinished.images
        text = self.tr("The masks on %n image(s) are not accepted yet: %1.", "", len(images))
        self.setText(text.replace("%1", listing(images, _NAMED)))
        role = QMessageBox.ButtonRole
        self._accept = self.addButton(self.tr("&Accept it"), role.AcceptRole) if unfinished.can_accept else None
        self._drop = self.addButton(self.tr("Go on &without"), role.DestructiveRole)
        stay = self.addButton(QMessageBox.StandardButton.Cancel)
        drop_button_icons(self)
        self.setDefaultButton(stay if self._accept is None else self._accept)
        self.setEscapeButton(stay)

    def answer(self) -> Wish:
        """Show it and wait."""
        self.exec()
        chosen = self.clickedButton()
        if self._accept is not None and chosen is self._accept:
            return Wish.ACCEPT
        return Wish.DROP if chosen is self._drop else Wish.STAY
