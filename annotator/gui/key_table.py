"""Which actions of the window there are to give keys to, by menu and by list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from annotator.gui.actions import plain_text
from annotator.gui.shortcuts import ActionGroup, BoundAction, FixedKeys

if TYPE_CHECKING:
    from annotator.gui.main_window import MainWindow


class KeyTable(QObject):
    """Made once the window is put together; later actions are not in it."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window

    def groups(self) -> tuple[ActionGroup, ...]:
        """The menus' actions and those that lists have beside them, each once.

        An action is known in the settings by the attribute that holds it, such as "save" or "instances.lock".
        """
        names = dict(_named_actions(self._window))
        groups = []
        for title, actions in self._listed():
            bound = tuple(
                BoundAction(names.pop(action), plain_text(action.text()), action, tuple(action.shortcuts()))
                for action in actions
                if action in names
            )
            groups.append(ActionGroup(title, bound))
        return tuple(group for group in groups if group.actions)

    def fixed(self) -> tuple[FixedKeys, ...]:
        """The keys of the canvas and the lists that are no actions."""
        window = self._window
        digits = tuple(QKeySequence(str(digit)) for digit in range(1, 10))
        category = self.tr("Choose the category of that number")
        between = (QKeySequence("Tab"), QKeySequence("Shift+Tab"), QKeySequence("Backtab"))
        return (
            FixedKeys(window.canvas, (QKeySequence("Space"),), self.tr("Hold to move the image")),
            FixedKeys(window.canvas, (QKeySequence("Z"),), self.tr("Hold for the magnifier")),
            FixedKeys(window.canvas, digits, category),
            FixedKeys(window.instances.view, digits, category),
            *(FixedKeys(view, between, self.tr("Go to another field")) for view in (window.canvas, *self._lists())),
        )

    def _listed(self) -> Iterator[tuple[str, Iterable[QAction]]]:
        for menu in self._window.actions_.menus:
            yield plain_text(menu.title), menu.actions
        for view, title in self._lists().items():
            yield title, view.actions()

    def _lists(self) -> dict[QWidget, str]:
        window = self._window
        return {
            window.images.view: self.tr("In the list of images"),
            window.categories.view: self.tr("In the list of categories"),
            window.instances.view: self.tr("In the list of instances"),
            window.proposals.rows: self.tr("In the list of proposals"),
        }


def _named_actions(window: MainWindow) -> Iterator[tuple[QAction, str]]:
    """Every action that is an attribute, with its name; sub-menus are none."""
    owners: tuple[tuple[str, object], ...] = (
        ("", window.actions_),
        ("images", window.images),
        ("categories", window.categories),
        ("instances", window.instances),
        ("instances", window.instances.arrange),
        ("proposals", window.proposals),
    )
    for prefix, owner in owners:
        for name, value in vars(owner).items():
            if isinstance(value, QAction) and value.menu() is None and not name.startswith("_"):  # type: ignore[attr-defined]
                yield value, f"{prefix}.{name}" if prefix else name
