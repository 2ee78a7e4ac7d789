"""Replaying a journal onto a document that has just been read."""

from __future__ import annotations

import json
import sqlite3
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from annotator.core.dataset import missing_image, place_unreadable
from annotator.core.document import Category, Change, Document, ImageRecord, Instance, StoredProposal
from annotator.core.edit_codec import decode, encode
from annotator.core.edits import Edit, Reverted, Together, added_images
from annotator.core.journal_file import DAMAGE, Base, Entry, JournalFile, SavedState, digest_of_file, move_aside, remove
from annotator.core.salvage import present_id, salvage
from annotator.core.step_count import count_changes

_Step = tuple[bool, Edit]
_NO_GAPS = "{}"


@dataclass(frozen=True)
class Recovery:
    """What a journal held when it was opened.

    edits: how many changes were replayed onto the document; 0 when they come to nothing, as what was undone again.
    replayed: all of them as one Edit, which takes them back; None when it cannot. newest_at: when the last was made.
    file_changed: another program has changed the COCO file since. left_out: how many records had changes that did not
    fit it any more, while the others are in the document. set_aside: where all of the work lies then, or when the
    journal was damaged; nothing of it is in the document in that case. image_id: the image of the last change that was
    of one, where that is known. categories: the names of those that the file has no more, and that are here again
    because masks are of them. unfinished: what was begun and is no edit yet,
    as Journal.keep_unfinished was given it, by the path of the image and the kind.
    """

    edits: int = 0
    replayed: Edit | None = None
    newest_at: datetime | None = None
    file_changed: bool = False
    left_out: int = 0
    set_aside: Path | None = None
    image_id: int | None = None
    categories: tuple[str, ...] = ()
    unfinished: Mapping[tuple[str, str], bytes] = field(default_factory=dict)


def recover(path: Path, document: Document, coco_path: Path) -> tuple[JournalFile, Recovery]:
    """Open the journal at `path`, replay it, and make it start from the document's COCO file as it is now.

    The document is changed by all steps; when they do not fit it, by what fits of them; and by none of a damaged
    journal. Raises sqlite3.OperationalError when another process has the
    journal, and OSError.
    """
    digest = digest_of_file(coco_path)
    ids, categories = replace(document.next_ids), tuple(document.categories.values())
    file = None
    try:
        file = JournalFile(path, coco_path)
        start = _start(file.base(), digest)
        steps = _steps(file, start)
        unfinished = _fitting(file, document)
        try:
            _check_categories(_categories_before(file, digest), document)
            recovery = replace(_replayed(file, document, start, steps), unfinished=unfinished)
        except ValueError:
            return _salvaged(file, document, coco_path, digest, steps, unfinished)
    except DAMAGE as error:
        if file is not None:
            file.close()
        if isinstance(error, sqlite3.OperationalError) and not str(error).startswith("no such"):  # table or column
            raise
        if not isinstance(error, sqlite3.DatabaseError | ValueError):
            traceback.print_exception(error)  # it may also be a fault of the program, for which nobody is locked out
        recovery = Recovery(set_aside=move_aside(path))
        file, start = JournalFile(path, coco_path), SavedState(0, digest, _NO_GAPS)
    if not recovery.edits and document.next_ids == ids:
        # The document has just been read, and so has no gaps; nor is there anything to replay a second time. What comes
        # to nothing may still have given ids, which are not to be given again.
        start = replace(start, sequence=file.last_sequence(), gaps=_NO_GAPS)
    try:
        file.start(replace(start, categories=categories), document.images.values())
    except BaseException:
        file.close()
        raise
    return file, recovery


def _start(base: Base, digest: str) -> SavedState:
    """The state of the COCO file: a process that replaced it may have died before it said so."""
    if base.saving_sequence is not None and base.saving_gaps is not None and digest == base.saving_digest:
        return SavedState(base.saving_sequence, digest, base.saving_gaps)
    return SavedState(0, digest, base.gaps if digest == base.digest else _NO_GAPS)


def _steps(file: JournalFile, start: SavedState) -> list[_Step]:
    """Those that are not in that state. Raises ValueError when one cannot be read."""
    return [(entry.applied, decode(entry.edit)) for entry in file.entries(start.sequence)]


def _salvaged(
    file: JournalFile,
    document: Document,
    coco_path: Path,
    digest: str,
    steps: list[_Step],
    unfinished: Mapping[tuple[str, str], bytes],
) -> tuple[JournalFile, Recovery]:
    """What fits of the steps, in a journal that has only that; the whole one is kept when something does not."""
    recorded, newest_at, begun = file.images(), _newest_at(file), file.unfinished()
    before, categories = list(document.images.values()), tuple(document.categories.values())
    salvaged = salvage(document, recorded, steps, _categories_before(file, digest))
    path = file.path
    file.close()
    aside = move_aside(path)
    file = JournalFile(path, coco_path)
    try:
        file.start(SavedState(0, digest, _NO_GAPS, categories), before)
        edit = Together(salvaged.made)
        if salvaged.made:
            file.append([Entry(1, True, encode(edit), newest_at.timestamp())])
        for (image, kind), content in begun.items():
            file.set_unfinished(image, kind, content)
    except BaseException:
        file.close()
        raise
    if aside is not None and not salvaged.left_out:
        remove(aside)
    return file, Recovery(
        edits=len(salvaged.made),
        replayed=edit if salvaged.made else None,
        newest_at=newest_at,
        file_changed=True,
        left_out=salvaged.left_out,
        set_aside=aside if salvaged.left_out else None,
        categories=salvaged.categories,
        unfinished=unfinished,
    )


def _is_other(base: Base, digest: str) -> bool:
    """Whether another program has written the COCO file since."""
    return digest not in (base.digest, base.saving_digest)


def _categories_before(file: JournalFile, digest: str) -> dict[int, Category]:
    """What the entries call by ids that may mean others now; none where they mean the same."""
    return file.categories() if _is_other(file.base(), digest) else {}


def _check_categories(before: Mapping[int, Category], document: Document) -> None:
    """Raise ValueError when an id is another category's now: masks would become of that."""
    for category_id in before:
        if category_id in document.categories and present_id(category_id, before, document) != category_id:
            raise ValueError(f"category {category_id} is another one now")


def _newest_at(file: JournalFile) -> datetime:
    try:
        return datetime.fromtimestamp(file.newest_at(), timezone.utc)
    except (TypeError, ValueError, OverflowError):
        return datetime.now(timezone.utc)  # it is only told, so no work is given up for it


def _replayed(file: JournalFile, document: Document, start: SavedState, steps: list[_Step]) -> Recovery:
    if not steps:
        return Recovery()
    images, gaps = file.images(), json.loads(start.gaps)
    # A rehearsal first: whatever does not fit raises ValueError here.
    before, rehearsed = document.snapshot(), document.snapshot()
    changed: list[int] = []

    def note(change: Change) -> None:
        record = change.after or change.before
        if isinstance(record, Instance | StoredProposal):
            changed[:] = [record.image_id]

    rehearsed.subscribe(note)
    for target in (rehearsed, document):
        target.keep_gaps(gaps)
        _replay(target, images, steps)
    image_id = next(iter(changed), None)
    if _is_same(before, document):
        return Recovery()
    return Recovery(
        edits=max(count_changes(steps), 1),
        replayed=_as_one(steps, rehearsed),
        newest_at=_newest_at(file),
        file_changed=_is_other(file.base(), start.digest),
        image_id=image_id,
    )


def _fitting(file: JournalFile, document: Document) -> Mapping[tuple[str, str], bytes]:
    """What is unfinished on images that are as they were.

    On one of another size it would lie beside what it was drawn for, and goes. On one that is not listed this time it
    waits in the journal.
    """
    before = {image.path: (image.height, image.width) for image in file.images()}
    now = {image.path: (image.height, image.width) for image in document.images.values()}
    unfinished = file.unfinished()
    for path, kind in list(unfinished):
        if path not in now:
            del unfinished[path, kind]
        elif before.get(path, now[path]) != now[path]:
            del unfinished[path, kind]
            file.set_unfinished(path, kind, None)
    return unfinished


def _is_same(one: Document, other: Document) -> bool:
    """Whether both would be the same file, and show the same."""
    if list(one.categories.values()) != list(other.categories.values()):
        return False
    if list(one.images.values()) != list(other.images.values()):
        return False
    return one.annotations_in_order() == other.annotations_in_order()


def _as_one(steps: list[_Step], rehearsed: Document) -> Edit | None:
    """The steps as one Edit; None when the document that was replayed could not be taken back to before."""
    edit = Together(tuple(edit if applied else Reverted(edit) for applied, edit in steps))
    try:
        edit.revert(rehearsed)
    except ValueError:
        return None  # an image that they mean is gone
    return edit


def _replay(document: Document, images: list[ImageRecord], steps: list[_Step]) -> None:
    missing = _restore_images(document, images)
    found = _set_aside(document, {image.path for image in images}, steps)
    problems = {image.id: image.problem for image in document.images.values()}
    for applied, edit in steps:
        if applied:
            edit.apply(document)
        else:
            edit.revert(document)
    for image in list(document.images.values()):
        problem = problems.get(image.id, image.problem)
        if problem != image.problem:  # the step was made when the file was there, or was not
            document.put(replace(image, problem=problem))
    for image in missing:
        is_as_found = document.images.get(image.id) == image
        if is_as_found and not document.count_of_image(image.id) and not any(document.proposals_of(image.id)):
            document.remove(image)
    listed = {image.path for image in document.images.values()}
    for image in found:
        if image.path not in listed:
            document.put(replace(image, id=document.take_id(ImageRecord)))
    place_unreadable(document)


def _set_aside(document: Document, recorded: set[str], steps: list[_Step]) -> list[ImageRecord]:
    """Take out the images that the steps add, where they have been found on the disk since; returns them."""
    added = {image.path for _, edit in steps for image in added_images(edit)} - recorded
    found = [
        image
        for image in document.images.values()
        if image.path in added and not document.count_of_image(image.id) and not any(document.proposals_of(image.id))
    ]
    for image in found:
        document.remove(image)
    return found


def _restore_images(document: Document, recorded: list[ImageRecord]) -> list[ImageRecord]:
    """Give images that no COCO file lists the ids they had; returns those put back that were not read.

    These are gone from the disk, or only a part of the folder is open. The others were numbered in the order of their
    names, so one more file in the folder moves the numbers of others. Raises ValueError when an image that has
    instances would need another id.
    """
    path_of_id = {image.id: image.path for image in recorded}
    id_of_path = {image.path: image.id for image in recorded}
    moved = [
        image
        for image in document.images.values()
        if id_of_path.get(image.path, image.id) != image.id or path_of_id.get(image.id, image.path) != image.path
    ]
    for image in moved:
        document.remove(image)
    present = {image.path for image in document.images.values()} | {image.path for image in moved}
    missing = [_looked_at(document, image) for image in recorded if image.path not in present and image.has_size]
    for image in [*(replace(i, id=id_of_path[i.path]) for i in moved if i.path in id_of_path), *missing]:
        document.put(image)
    document.next_ids.image = max(document.next_ids.image, 1 + max(path_of_id, default=0))
    for image in moved:
        if image.path not in id_of_path:
            document.put(replace(image, id=document.take_id(ImageRecord)))
    return missing


def _looked_at(document: Document, image: ImageRecord) -> ImageRecord:
    path = document.image_root / image.path
    return replace(image, problem=None if path.is_file() else missing_image(path))
