"""What can be undone and redone: as many steps as fit into some memory, however many that are."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Document
from annotator.core.edits import Edit, joined
from annotator.core.packed_edits import PackedEdit, pack

UNDO_BYTES = 256 * 2**20
"""Some 60,000 strokes of a brush on 6000 x 4000 pixels, or 280 changes of all of 20,000 instances at once; as much as
the pictures take that are kept ready, so that undo is no reason for a computer to run out of memory."""

_STEP_BYTES = 500  # of the step itself


@dataclass(eq=False)
class Step:
    """One edit as the user sees it. before, after: the numbers of the document's states that it lies between.

    text: its name, translated. typing: what is being typed with it, or "". is_large: whether it is too much for the
    window's thread.
    """

    packed: PackedEdit
    text: str
    typing: str
    before: int
    after: int
    is_large: bool = False
    typed: Edit | None = None  # the edit itself while what is typed next may become one with it

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return self.packed.nbytes + _STEP_BYTES


class UndoStack(QObject):
    """The steps that were done, and behind them those that were undone; its methods are named as QUndoStack's.

    When they take more than `limit` bytes, the oldest are forgotten; never the newest, whatever it takes.
    """

    indexChanged = Signal(int)  # noqa: N815
    forgot = Signal()  # steps for the first time since it was empty

    def __init__(self, parent: QObject | None = None, *, limit: int = UNDO_BYTES) -> None:
        super().__init__(parent)
        self.limit = limit
        self._steps: list[Step] = []
        self._index = 0
        self._nbytes = 0
        self._has_forgotten = False

    @property
    def nbytes(self) -> int:
        """About how much memory all steps take."""
        return self._nbytes

    def push(
        self,
        edit: Edit,
        document: Document,
        *,
        text: str,
        typing: str,
        before: int,
        after: int,
        packed: PackedEdit | None = None,
    ) -> None:
        """A step that has just been applied to the document; what was undone cannot be redone any more.

        packed: the edit, of a step that is too much for the window's thread.
        """
        for step in self._steps[self._index :]:
            self._nbytes -= step.nbytes
        del self._steps[self._index :]
        newest = self._steps[-1] if self._steps else None
        if newest is not None and newest.typed is not None:
            both = joined(newest.typed, edit) if newest.typing == typing and newest.after == before else None
            if both is None:
                newest.typed = None
            else:
                edit, text, before = both, newest.text, newest.before
                self._nbytes -= self._steps.pop().nbytes
        is_large = packed is not None
        kept = pack(edit, document) if packed is None else packed
        self._steps.append(Step(kept, text, typing, before, after, is_large, edit if typing else None))
        self._nbytes += self._steps[-1].nbytes
        self._forget_oldest()
        self._index = len(self._steps)
        self.indexChanged.emit(self._index)

    def step_to_undo(self) -> Step | None:
        """The newest that was done."""
        return self._steps[self._index - 1] if self._index else None

    def step_to_redo(self) -> Step | None:
        """The one that was undone last."""
        return self._steps[self._index] if self._index < len(self._steps) else None

    def move(self, by: int) -> None:
        """The step to undo was undone (-1), or the one to redo was redone (1)."""
        self._index += by
        self.indexChanged.emit(self._index)

    def clear(self) -> None:
        """Forget all steps."""
        self._steps.clear()
        self._index = self._nbytes = 0
        self._has_forgotten = False
        self.indexChanged.emit(0)

    def count(self) -> int:
        """How many steps there are, done or undone."""
        return len(self._steps)

    def index(self) -> int:
        """How many of them are done."""
        return self._index

    def canUndo(self) -> bool:
        """Whether there is a step to undo."""
        return self._index > 0

    def canRedo(self) -> bool:
        """Whether there is a step to redo."""
        return self._index < len(self._steps)

    def undoText(self) -> str:
        """The name of the step to undo, or ""."""
        step = self.step_to_undo()
        return "" if step is None else step.text

    def _forget_oldest(self) -> None:
        old = 0
        while self._nbytes > self.limit and old < len(self._steps) - 1:
            self._nbytes -= self._steps[old].nbytes
            old += 1
        del self._steps[:old]
        if old and not self._has_forgotten:
            self._has_forgotten = True
            self.forgot.emit()
