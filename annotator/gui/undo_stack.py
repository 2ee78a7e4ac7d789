"""What can be undone and redone: as many steps as fit into some memory, however many that are."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.core.document import Document
from annotator.core.edits import Edit, joined, record_count
from annotator.core.packed_edits import PackedEdit, packing
from annotator.gui.outcome import LARGE

UNDO_BYTES = 256 * 2**20
"""Some 60,000 strokes of a brush on 6000 x 4000 pixels, or 280 changes of all of 20,000 instances at once; as much as
the pictures take that are kept ready, so that undo is no reason for a computer to run out of memory."""

_STEP_BYTES = 500  # of the step itself
_PACKED_AT_ONCE = 50  # instances, some 1 ms
_SLICE_SECONDS = 0.005  # packing may hold the GUI thread this long at a time
_PAUSE_MS = 4  # between two slices


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
    packing: Iterator[PackedEdit] | None = None  # the rest of the work on `packed`, if there is any

    @property
    def nbytes(self) -> int:
        """About how much memory it takes."""
        return self.packed.nbytes + _STEP_BYTES


class UndoStack(QObject):
    """The steps that were done, and behind them those that were undone; its methods are named as QUndoStack's.

    When they take more than `limit` bytes, the oldest are forgotten; never the newest, whatever it takes. An edit of
    many instances is kept as it is at first, and packed when the window has nothing else to do: it may take longer than
    making it.
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
        self._unpacked: deque[Step] = deque()  # oldest first
        self._pack_timer = QTimer(self)
        self._pack_timer.setInterval(_PAUSE_MS)
        self._pack_timer.timeout.connect(self._on_pack_timeout)

    @property
    def is_packing(self) -> bool:
        """Whether there are edits that will take less memory in a moment."""
        return bool(self._unpacked)

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

        packed: the edit, if it was worked out elsewhere, as too much for the window's thread.
        """
        self._drop(self._index, len(self._steps))
        newest = self._steps[-1] if self._steps else None
        if newest is not None and newest.typed is not None:
            both = joined(newest.typed, edit) if newest.typing == typing and newest.after == before else None
            if both is None:
                newest.typed = None
            else:
                edit, text, before = both, newest.text, newest.before
                packed = None  # that is of the second alone
                self._drop(len(self._steps) - 1, len(self._steps))
        is_large = packed is not None or record_count(edit) > LARGE
        work = packing(edit, document) if packed is None else None
        kept = next(work) if work is not None else packed
        assert kept is not None
        step = Step(kept, text, typing, before, after, is_large, edit if typing else None, work)
        self._steps.append(step)
        self._nbytes += step.nbytes
        for _ in range(_PACKED_AT_ONCE):
            self._go_on_packing(step)
        if step.packing is not None:
            self._unpacked.append(step)
            self._pack_timer.start()
        self._index = len(self._steps)
        self._forget_oldest()
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
        self._drop(0, len(self._steps))
        self._index = 0
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

    def _go_on_packing(self, step: Step) -> None:
        """Do a small part of the work on a step, if there is any."""
        if step.packing is None:
            return
        before, packed = step.nbytes, next(step.packing, None)
        if packed is None:
            step.packing = None
        elif packed is not step.packed:
            step.packed = packed
            self._nbytes += step.nbytes - before

    def _on_pack_timeout(self) -> None:
        until = time.perf_counter() + _SLICE_SECONDS
        while self._unpacked and time.perf_counter() < until:
            self._go_on_packing(self._unpacked[0])
            if self._unpacked[0].packing is None:
                self._unpacked.popleft()
        if not self._unpacked:
            self._pack_timer.stop()
            # What they take was a guess before.
            if self._forget_oldest():
                self.indexChanged.emit(self._index)

    def _drop(self, first: int, end: int) -> None:
        """Give the memory of some steps back."""
        for step in self._steps[first:end]:
            self._nbytes -= step.nbytes
            if step.packing is not None:
                self._unpacked.remove(step)
        del self._steps[first:end]

    def _forget_oldest(self) -> bool:
        """Forget what is too much, but never the step to undo; returns whether there was something."""
        size, old = self._nbytes, 0
        while size > self.limit and old < self._index - 1:
            size -= self._steps[old].nbytes
            old += 1
        self._drop(0, old)
        self._index -= old
        if old and not self._has_forgotten:
            self._has_forgotten = True
            self.forgot.emit()
        return bool(old)
