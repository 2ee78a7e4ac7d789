"""The outlines of one instance: those of masks it has or had, and the one that is expected while a change is made."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from annotator.core.document import Document
from annotator.core.geometry import RunLengths
from annotator.core.outline import Outline
from annotator.gui.tools.outline_gesture import Done, Expected, Point

_KEPT = 8  # outlines; those of masks of before are there when a change is undone, with the very handles


class Making:
    """The outline of a mask, which is made once, by whoever asks first; for worker threads."""

    def __init__(self, mask: RunLengths, before: Outline | None, pinned: tuple[Point, ...]) -> None:
        self.mask = mask
        self._before = before
        self._pinned = pinned
        self._lock = Lock()
        self._made: Outline | None = None

    def __call__(self) -> Outline:
        with self._lock:
            if self._made is None:
                made = Outline.of(self.mask, self._before, self._pinned)
                _ = made.all_rings  # here, and not when the window first asks
                self._made = made
            return self._made


@dataclass(eq=False)
class Change:
    """One that was asked for. expected: what will come of it; is_landed: the document has it, or never will."""

    expected: Expected | None
    is_landed: bool = False


class InstanceOutlines:
    """Changes follow each other in turns; what is shown meanwhile is what the last of them will leave."""

    def __init__(self, instance_id: int, document: Document) -> None:
        self.instance_id = instance_id
        self.document = document  # that the instance is of
        self.asked_at = -1  # MaskWork's count of what was asked for when the last change or undo of one was
        self._made: deque[Outline] = deque(maxlen=_KEPT)  # the newest last
        self._landed: Done | None = None  # the last change: how the outline of its mask is to be made
        self._making: Making | None = None
        self._open = 0  # changes, and undoing of them, that are not done
        self._changes: list[Change] = []
        self._undone: list[Change] = []

    # -- outlines that are exact --------------------------------------------------------------------------------------

    @property
    def newest(self) -> Outline | None:
        """The one that was made last."""
        return self._made[-1] if self._made else None

    def of(self, mask: RunLengths) -> Outline | None:
        """That of the mask, if it has been made."""
        return next((outline for outline in reversed(self._made) if outline.mask == mask), None)

    def put(self, outline: Outline) -> None:
        """It has been made, or its mask has other handles now."""
        before = self.of(outline.mask)
        if before is not None:
            self._made.remove(before)
        self._made.append(outline)
        if self._making is not None and self._making.mask == outline.mask:
            self._making = None

    def maker(self, mask: RunLengths) -> Callable[[], Outline]:
        """Makes, in a worker thread, the outline of a mask that the instance has now."""
        made = self.of(mask)
        if made is not None:
            return lambda: made
        if self._making is None or self._making.mask != mask:
            landed = self._landed
            if landed is not None and landed.mask == mask:
                self._making = Making(mask, landed.outline, landed.pinned)
            else:
                self._making = Making(mask, self.newest, ())
        return self._making

    # -- what is expected ---------------------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether a change is still to be made."""
        return self._open > 0

    @property
    def expected(self) -> Expected | None:
        """What there will be, until what there is is known."""
        return next((change.expected for change in reversed(self._changes) if change.expected is not None), None)

    def shown(self, mask: RunLengths) -> Outline | None:
        """What to show of an instance with that mask: what is expected, else its own, else the one made last."""
        return self.of(mask) or self.newest if self.expected is None else self.expected.outline

    @property
    def coming(self) -> list[Expected]:
        """What the changes that the document does not have yet will leave, the oldest first."""
        return [c.expected for c in self._changes if c.expected is not None and not c.is_landed]

    def begin(self, expected: Expected | None) -> Change:
        """Another change was asked for."""
        self._open += 1
        self._undone.clear()
        self._changes.append(Change(expected))
        return self._changes[-1]

    def land(self, done: Done) -> None:
        """The document gets what has been worked out."""
        if done.mask == done.outline.mask:
            self.put(done.outline)  # other handles alone
            return
        # That of before stays as it was: when the change is undone, a vertex that it removed is there again.
        self._landed = done
        if done.after is not None:
            self.put(done.after)

    def end(self, change: Change) -> None:
        """It is done, or never will be."""
        change.is_landed = True
        self._open -= 1

    def begin_undo(self) -> bool:
        """Undo of the last change was asked for; returns False when there is none to expect that of."""
        return self._begin_move(self._changes, self._undone)

    def begin_redo(self) -> bool:
        """The same for redo."""
        return self._begin_move(self._undone, self._changes)

    def end_move(self) -> None:
        """What was asked for with `begin_undo` or `begin_redo` is done."""
        self._open -= 1

    def settle(self, mask: RunLengths | None) -> None:
        """Expect nothing more if the outline of the mask that the instance has now is known; None: it is gone."""
        if not self.is_open and (mask is None or self.of(mask) is not None):
            self.expect_nothing()

    def expect_nothing(self) -> None:
        """What there is is known, or will not be."""
        self._changes.clear()
        self._undone.clear()

    def _begin_move(self, source: list[Change], target: list[Change]) -> bool:
        if not self.is_open or not source:
            return False
        self._open += 1
        target.append(source.pop())
        return True
