"""Edits of thousands of records are made and worked out beside the window, in the order in which they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from annotator.core.document import Document
from annotator.core.edits import Edit, record_count
from annotator.gui import garbage
from annotator.gui.asked_edit import AskedEdit
from annotator.gui.document_model import DocumentModel
from annotator.gui.mask_work import MaskWork
from annotator.gui.outcome import LARGE, Outcome, outcome_of

_TRIES = 20  # so often may the document be edited out of turn while one is worked out


@dataclass(frozen=True, eq=False)
class _Made:
    edit: Edit
    count: int
    outcome: Outcome


class EditMaking:
    """Small edits are made at once, unless a large one is under way: then they follow it, with all else that has turns.

    What changes the document out of turn meanwhile, such as a mask that is accepted, is done at once; the large edit is
    then worked out anew.
    """

    def __init__(self, model: DocumentModel, work: MaskWork) -> None:
        self._model = model
        self._work = work
        self._waiting = 0  # edits and deeds that were asked for and are not done

    def make(self, asked: AskedEdit) -> None:
        """Make the edit and push it when it is its turn."""
        if asked.count <= LARGE:
            self.in_order(partial(self._model.change_now, asked))
        else:
            self._waiting += 1
            self._work.in_turn(partial(self._work_out, asked), self._lose)

    def in_order(self, deed: Callable[[], None]) -> None:
        """Do it now, or when the edits that were asked for before are made."""
        if self._waiting:
            self._waiting += 1
            self._work.in_turn(partial(self._do, deed), self._lose)
        else:
            deed()

    def _do(self, deed: Callable[[], None]) -> None:
        self._waiting -= 1
        deed()

    def _work_out(self, asked: AskedEdit, tries: int = 0) -> None:
        model = self._model
        if tries > _TRIES:  # somebody edits without end: once they have to wait
            self._do(partial(model.change_now, asked))
            return
        state, snapshot = model.state, model.document.snapshot()

        def put(made: _Made | None) -> partial[None] | None:
            if model.state != state:
                return partial(self._work_out, asked, tries + 1)
            is_made = made is not None and model.push(
                made.edit, asked.text(made.count), typing=asked.typing, outcome=made.outcome
            )
            asked.ended(is_made)
            self._waiting -= 1
            return None

        self._work.compute(lambda: _made(asked, snapshot), put, self._lose)

    def _lose(self) -> None:
        self._waiting -= 1


def _made(asked: AskedEdit, snapshot: Document) -> _Made | None:
    """The edit and what it makes of the snapshot, which is nobody else's; for a worker thread."""
    with garbage.pause():
        edit = asked.build(snapshot)
        return None if edit is None else _Made(edit, record_count(edit), outcome_of(edit, snapshot, is_new=True))
