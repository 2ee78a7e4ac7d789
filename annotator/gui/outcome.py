"""What an Edit of hundreds of thousands of records makes of the document, worked out where it holds nobody up."""

from __future__ import annotations

from dataclasses import dataclass

from annotator.core.document import Change, Document, ImageRecord, Instance, StoredProposal
from annotator.core.edits import Edit
from annotator.core.packed_edits import PackedEdit, pack
from annotator.gui import garbage

LARGE = 2_000
"""Records; an edit of fewer is made at once in the window's thread."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """The document as it will be. image_ids: the images that the edit changes, or whose instances or proposals.

    packed: the edit for the undo stack; None for one that is there already.
    """

    edit: Edit
    document: Document
    image_ids: frozenset[int]
    packed: PackedEdit | None


def outcome_of(edit: Edit, snapshot: Document, *, applied: bool = True, is_new: bool = False) -> Outcome:
    """Make (applied) or take back an edit in a snapshot, which is nobody else's; for a worker thread.

    is_new: whether it is to be packed. The new tables are as large as the document, too large to be looked through for
    garbage.
    """
    image_ids: set[int] = set()

    def note(change: Change) -> None:
        record = change.after or change.before
        if isinstance(record, Instance | StoredProposal):
            image_ids.add(record.image_id)
        elif isinstance(record, ImageRecord):
            image_ids.add(record.id)

    snapshot.subscribe(note)
    with garbage.pause():
        if applied:
            edit.apply(snapshot)
        else:
            edit.revert(snapshot)
        packed = pack(edit, snapshot) if is_new else None
        garbage.exempt_all()
    return Outcome(edit, snapshot, frozenset(image_ids), packed)
