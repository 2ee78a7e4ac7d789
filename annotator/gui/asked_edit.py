"""An Edit that is asked for before the document is there that it will be made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from annotator.core.document import Document
from annotator.core.edits import Edit


def _nothing(_: bool) -> None:
    pass


@dataclass(frozen=True, eq=False)
class AskedEdit:
    """build: makes the edit of the document as it is then, or None when there is nothing to change.

    When it is of many records, build is called in a worker thread with a snapshot, perhaps more than once: it only
    reads what it is given. text: names the edit, translated, by the number of its records. count: about how many those
    will be. typing: as in DocumentModel.push. ended: told whether the document has the edit; not when the document is
    gone.
    """

    build: Callable[[Document], Edit | None]
    text: Callable[[int], str]
    count: int
    typing: str = ""
    ended: Callable[[bool], None] = _nothing


class Making(Protocol):
    """Who makes edits in the order in which they are asked for."""

    def make(self, asked: AskedEdit) -> None:
        """Make the edit and push it when it is its turn."""

    def in_order(self, deed: Callable[[], None]) -> None:
        """Do it now, or when the edits that were asked for before are made."""
