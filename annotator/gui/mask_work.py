"""Masks are computed in a worker thread, one after the other: each on the document as the one before has left it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.gui.background import BackgroundJobs
from annotator.gui.document_model import DocumentModel
from annotator.gui.timers import single_shot

_Result = TypeVar("_Result")
_Deed = Callable[[], None]
_SLOW_MS = 300


def _nothing() -> None:
    pass


class MaskWork(QObject):
    """The turn of everything that changes masks, and of what must not come before: undo, delete, save, leaving."""

    became_slow = Signal()  # it takes so long that the user should be told
    became_busy = Signal()
    became_idle = Signal()
    failed = Signal(object)  # a fault of the program or no memory: a Sentence

    def __init__(self, model: DocumentModel, jobs: BackgroundJobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._jobs = jobs
        self._is_busy = False
        self._asked = 0
        self._later: deque[tuple[_Deed, _Deed]] = deque()  # deeds, and what to do when one is dropped
        self._lost: _Deed = _nothing  # the same for what is being computed
        self._merged: dict[int, int] = {}
        self._slow = single_shot(self, _SLOW_MS, self.became_slow)
        model.document_replaced.connect(self._on_document_replaced)

    @property
    def is_busy(self) -> bool:
        """Whether masks are being computed, or something waits for that; what is asked for meanwhile follows."""
        return self._is_busy or bool(self._later)

    @property
    def asked(self) -> int:
        """How often something was asked for: who finds the number unchanged was the last to ask."""
        return self._asked

    def in_turn(self, deed: _Deed, lost: _Deed = _nothing) -> None:
        """Do it at once, or when all that was asked for before is done.

        lost: called instead when another document is opened before its turn comes.
        """
        self._asked += 1
        if self._is_busy:
            self._later.append((deed, lost))
        else:
            deed()

    def compute(
        self,
        work: Callable[[], _Result],
        put: Callable[[_Result], _Deed | None],
        lost: _Deed = _nothing,
        on_failed: Callable[[str], None] | None = None,
    ) -> None:
        """For a deed whose turn it is: do the work in a worker thread and then `put` its result into the document.

        put: may return a deed that has to be done before all others, such as this one anew. lost: called when there
        is no result, or no document any more to put it into. on_failed: is told a fault instead of who hears `failed`.
        """
        document = self._model.document
        results: list[_Result] = []

        def on_finished() -> None:
            self._is_busy = False
            lost, self._lost = self._lost, _nothing
            try:
                if results and self._model.document is document:
                    self._put(results.pop(), put, lost)
                else:
                    lost()
            finally:
                self._go_on()

        self._is_busy = True
        self._lost = lost
        self.became_busy.emit()
        if not self._slow.isActive():
            self._slow.start()
        job = self._jobs.new(lambda _: work())
        job.succeeded.connect(results.append)
        job.failed.connect(on_failed or self.failed)
        job.finished.connect(on_finished)
        job.start()

    def note_merged(self, gone_id: int, into_id: int) -> None:
        """An instance has become part of another; what was drawn on it meanwhile is for that one."""
        self._merged[gone_id] = into_id

    def successor(self, instance_id: int) -> int:
        """The instance itself, or the one that it was merged into meanwhile."""
        while instance_id in self._merged:
            instance_id = self._merged[instance_id]
        return instance_id

    def _put(self, result: _Result, put: Callable[[_Result], _Deed | None], lost: _Deed) -> None:
        try:
            deed = put(result)
        except Exception:
            lost()
            raise
        if deed is not None:
            self._later.appendleft((deed, lost))

    def _on_document_replaced(self) -> None:
        """What was asked for is of a document that is gone; whoever waits for it must not do so in the new one."""
        dropped = [self._lost, *(lost for _, lost in self._later)]
        self._lost = _nothing
        self._later.clear()
        self._merged.clear()
        problem: Exception | None = None
        for lost in dropped:
            try:
                lost()
            except Exception as error:  # noqa: BLE001 - the others must hear of it, too
                problem = problem or error
        if problem is not None:
            raise problem

    def _go_on(self) -> None:
        while self._later and not self._is_busy:
            deed, _ = self._later.popleft()
            try:
                deed()
            except Exception:
                QTimer.singleShot(0, self._go_on)  # what follows must not wait for ever
                raise
        if not self._is_busy:
            self._slow.stop()
            self._merged.clear()
            self.became_idle.emit()
