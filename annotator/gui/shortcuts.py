"""The keys of all actions: their own ones, or those the user has chosen instead.

Two actions may have the same key only where never both can be meant: in two lists, of which one has the keyboard.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QToolBar, QToolButton, QWidget

from annotator.gui.language import listing
from annotator.gui.settings import Settings


@dataclass(frozen=True, eq=False)
class BoundAction:
    """An action with its place in the settings. own_keys: those it has when nobody chose others."""

    name: str
    title: str
    action: QAction
    own_keys: tuple[QKeySequence, ...]

    @property
    def keys(self) -> tuple[QKeySequence, ...]:
        """The keys it has now."""
        return tuple(self.action.shortcuts())

    @property
    def text(self) -> str:
        """Its keys as the platform writes them."""
        return keys_text(self.keys)


@dataclass(frozen=True, eq=False)
class ActionGroup:
    """Actions that are listed together."""

    title: str
    actions: tuple[BoundAction, ...]


@dataclass(frozen=True, eq=False)
class FixedKeys:
    """Keys that `widget` handles itself, so that no action can have them there. meaning: what they do."""

    widget: QWidget
    keys: tuple[QKeySequence, ...]
    meaning: str


_KEY_IN_TEXT = re.compile(r"\[([a-z_]+(?:\.[a-z_]+)?)\]")


class Shortcuts(QObject):
    """Gives the actions of a window their keys and tooltips; what the user chooses is remembered at once."""

    changed = Signal()

    def __init__(
        self,
        groups: Sequence[ActionGroup],
        fixed: Sequence[FixedKeys],
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.groups = tuple(groups)
        self._fixed = tuple(fixed)
        self._settings = settings
        self._all = tuple(bound for group in groups for bound in group.actions)
        self._apply()

    def owner_of(self, key: QKeySequence, wanted_by: BoundAction) -> str:
        """What that key does already while `wanted_by` could be meant by it; "" for nothing."""
        for fixed in self._fixed:
            if key in fixed.keys and _works_in(wanted_by.action, fixed.widget):
                return fixed.meaning
        for other in self._all:
            if other is not wanted_by and key in other.keys and _can_be_confused(other.action, wanted_by.action):
                return other.title
        return ""

    def with_keys(self, text: str) -> str:
        """The text with "[name]" of an action replaced by its key, or by what the menus call it when it has none."""
        return _KEY_IN_TEXT.sub(self._key_or_title, text)

    def _key_or_title(self, found: re.Match[str]) -> str:
        for bound in self._all:
            if bound.name == found[1]:
                return key_hint(bound.action) or self.tr('"%1"').replace("%1", bound.title)
        return found[0]  # not meant as a key

    def choose(self, bound: BoundAction, keys: Iterable[QKeySequence]) -> None:
        """Give an action these keys. Raises ValueError when one of them has another meaning already."""
        chosen = tuple(dict.fromkeys(key.toString(_PORTABLE) for key in keys))
        for key in chosen:
            owner = self.owner_of(QKeySequence(key), bound)
            if owner:
                raise ValueError(f"{key} belongs to {owner}")
        is_own = chosen == tuple(key.toString(_PORTABLE) for key in bound.own_keys)
        self._settings.set_keys_of(bound.name, None if is_own else chosen)
        self._apply()

    def is_chosen(self, bound: BoundAction) -> bool:
        """Whether the user has chosen its keys."""
        return self._settings.keys_of(bound.name) is not None

    def reset(self, bound: BoundAction) -> None:
        """Give an action its own keys again, as far as no other has got them."""
        self._settings.set_keys_of(bound.name, None)
        self._apply()

    def reset_all(self) -> None:
        """Give all actions their own keys again."""
        for bound in self._all:
            if self.is_chosen(bound):
                self._settings.set_keys_of(bound.name, None)
        self._apply()

    def _apply(self) -> None:
        """What was chosen comes first, so that a new version's keys take away none of the user's."""
        given: list[tuple[BoundAction, QKeySequence]] = []
        keys_of: dict[BoundAction, list[QKeySequence]] = {}
        for bound in sorted(self._all, key=lambda bound: not self.is_chosen(bound)):
            chosen = self._settings.keys_of(bound.name)
            wanted = bound.own_keys if chosen is None else tuple(QKeySequence(key) for key in chosen)
            keys_of[bound] = [key for key in wanted if not key.isEmpty() and not self._is_given(key, bound, given)]
            given += ((bound, key) for key in keys_of[bound])
        for bound, keys in keys_of.items():
            bound.action.setShortcuts(keys)
            bound.action.setToolTip(f"{bound.title} ({keys_text(keys[:1])})" if keys else bound.title)
        self.changed.emit()

    def _is_given(
        self, key: QKeySequence, bound: BoundAction, given: Iterable[tuple[BoundAction, QKeySequence]]
    ) -> bool:
        return any(key == taken and _can_be_confused(other.action, bound.action) for other, taken in given) or any(
            key in fixed.keys and _works_in(bound.action, fixed.widget) for fixed in self._fixed
        )


_PORTABLE = QKeySequence.SequenceFormat.PortableText
_ON_A_MAC = {"Ctrl": "\N{PLACE OF INTEREST SIGN}", "Alt": "\N{OPTION KEY}"}  # there Qt takes Command for Ctrl


def keys_text(keys: Iterable[QKeySequence]) -> str:
    """Keys as the platform writes them; Return and Enter have one name in some languages."""
    return listing(list(dict.fromkeys(key.toString(QKeySequence.SequenceFormat.NativeText) for key in keys)))


def native_keys(text: str) -> str:
    """A text that names Ctrl or Alt, in whatever language, with what is written on this computer's keys."""
    if sys.platform == "darwin":
        for name, sign in _ON_A_MAC.items():
            text = text.replace(name, sign)
    return text


def key_hint(action: QAction) -> str:
    """The first key of an action, for a text that names it; "" when it has none."""
    key = action.shortcut()
    # What is written on the larger of the two keys that mean the same.
    return "Enter" if key in (QKeySequence("Return"), QKeySequence("Enter")) else keys_text([key])


def _can_be_confused(one: QAction, other: QAction) -> bool:
    """Whether there is a place for the keyboard where a key could mean either."""
    if Qt.ShortcutContext.WindowShortcut in (one.shortcutContext(), other.shortcutContext()):
        return True
    return not _places(one).isdisjoint(_places(other))


def _works_in(action: QAction, widget: QWidget) -> bool:
    return action.shortcutContext() is Qt.ShortcutContext.WindowShortcut or widget in _places(action)


def _places(action: QAction) -> set[QObject]:
    """The widgets in which an action's keys work; menus and buttons only show it."""
    shown_in = (QMenu, QToolBar, QToolButton)
    return {place for place in action.associatedObjects() if not isinstance(place, shown_in)}
