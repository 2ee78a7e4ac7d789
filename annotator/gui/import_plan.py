"""Reading another program's annotations for the open dataset, in a worker thread, and what adding them would mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from annotator.core.cancelling import Cancel
from annotator.core.document import Document, NextIds
from annotator.core.edits import Edit
from annotator.core.formats.exchange import Imported, detected, read_foreign
from annotator.core.formats.image_index import ImageIndex
from annotator.core.formats.merge import MergePlan, NewImages, plan_merge
from annotator.gui.outcome import LARGE, Outcome, outcome_of


@dataclass(frozen=True)
class ImportPlan:
    """What an import would add. format: what the source was taken for; notes: sentences on what was left out.

    next_ids_before: of the document the plan was made for; next_ids: those to give it with the plan. edit: the plan as
    one change. outcome: what that makes of the document, when it is too much for the window's thread.
    """

    source: Path
    format: str
    merge: MergePlan
    notes: tuple[str, ...]
    next_ids_before: NextIds
    next_ids: NextIds
    edit: Edit
    outcome: Outcome | None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to add."""
        merge = self.merge
        return not (merge.categories or merge.images or merge.instances or merge.proposals)


def plan_import(
    document: Document,
    source: Path,
    format_name: str | None,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    cancel: Cancel | None = None,
) -> ImportPlan:
    """Read `source` and compare it with `document`, a snapshot, which is the plan's own from then on.

    format_name: one of core's FORMATS; None finds out. Images that the document does not have are added when they lie
    under its image root. Raises DatasetError, and OpeningCancelled when `cancel` is set.
    """
    before = document.snapshot().next_ids
    name = format_name
    if name is None and source.exists():
        name = detected(source)
    imported = _read(document, source, name, on_progress, cancel)
    merge = plan_merge(document, imported.document, new_images=NewImages.ON_DISK)
    edit = merge.edit()
    is_large = len(merge.images) + len(merge.instances) + len(merge.proposals) > LARGE
    outcome = outcome_of(edit, document, is_new=True) if is_large else None
    return ImportPlan(source, name or "", merge, imported.notes, before, document.next_ids, edit, outcome)


def _read(
    document: Document,
    source: Path,
    name: str | None,
    on_progress: Callable[[int, int], None] | None,
    cancel: Cancel | None,
) -> Imported:
    if name == "coco":
        # Its images lie where it says; when none of them is one of ours, their names may still be.
        imported = read_foreign(source, name, known=document, on_progress=on_progress, cancel=cancel)
        there = plan_merge(document.snapshot(), imported.document, new_images=NewImages.NONE)
        if len(there.unknown_images) == len(imported.document.images):
            imported.document.image_root = document.image_root
        return imported
    images = ImageIndex.around_document(document, without=source if name in ("masks", "voc") else None)
    return read_foreign(source, name, images=images, on_progress=on_progress, cancel=cancel)
