"""The open Document as Qt sees it: signals for its changes, undo and redo, and whether it is on disk."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from annotator.core.dataset import Dataset
from annotator.core.document import Category, Change, Document, ImageRecord, Instance, Record, StoredProposal
from annotator.core.edits import Edit, record_count
from annotator.core.file_version import FileVersion
from annotator.gui.asked_edit import AskedEdit, Making
from annotator.gui.keeping import Keeping
from annotator.gui.outcome import Outcome, outcome_of
from annotator.gui.undo_stack import Step, UndoStack

_ANNOTATIONS = (Instance, StoredProposal)
_LOST = -1  # the state saved last, when what it was saved to is gone: no state of the document
_Work = Callable[[], Outcome]
_Done = Callable[[Outcome], None]


class RecoveryState(Enum):
    """NEWEST: nothing was done after it, so undo takes it back. UNDONE: redo brings it back. PAST: neither, or none."""

    NEWEST = auto()
    UNDONE = auto()
    PAST = auto()


class DocumentModel(QObject):
    """Holds the Document; every change goes through `push`, so every change can be undone.

    Each state of the document has a number; it is on disk when that number is the one last saved. A clean
    mark on the undo stack could not say this: saving runs in another thread while editing goes on, and the oldest steps
    may be forgotten.
    """

    document_replaced = Signal()
    category_changed = Signal(object)  # Change of Category records
    image_changed = Signal(object)  # Change of ImageRecords
    images_listed = Signal()  # an edit added or removed images; told once, when all of it is done
    instance_changed = Signal(object)  # Change of Instances of the image on screen
    instances_gone = Signal(object)  # frozenset of ids: of the image on screen; once for each edit, after its Changes
    proposal_changed = Signal(object)  # Change of StoredProposals of the image on screen
    elsewhere_changed = Signal(object)  # frozenset of image ids: instances or proposals of others; once for each edit
    saved_changed = Signal(bool)  # True when everything is on disk
    kept_changed = Signal()  # edits reached the journal, or one was made that has yet to reach it
    refused = Signal(object)  # why the document cannot be changed
    journal_failed = Signal(object)  # edits cannot be written to the journal
    replayed = Signal(
        int
    )  # image id: an undo or redo touched that image's instances or proposals, perhaps others', too

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = UndoStack(self)
        self.document = Document(Path())
        self.coco_path: Path | None = None
        self.coco_version: FileVersion | None = None  # of the file as we read or wrote it; None: there was none
        self.keeping: Keeping | None = None  # of the open dataset
        self._recovered: Step | None = None
        self._recovered_state: int | None = None
        self._frozen_because = ""
        self._states_given = 0
        self._state = 0
        self._saved_state = 0
        self._has_written = False
        self._was_saved = True
        self._touched: set[int] = set()  # the images whose instances or proposals an undo or redo touches
        self.image_on_screen: int | None = None  # its id: the one whose every change has to be told by itself
        self._elsewhere: set[int] = set()
        self._gone: set[int] = set()
        self._is_applying = False
        self._has_listed = False
        self._busy_because = ""
        self.making: Making | None = None  # None: every edit is made when it is asked for
        # Calls the second function with what the first returns, which runs elsewhere; the third when it raised.
        self.work_out: Callable[[_Work, _Done, Callable[[], None]], None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a dataset has been opened."""
        return self.coco_path is not None

    @property
    def is_saved(self) -> bool:
        """Whether the document on disk is the one in memory."""
        return self._state == self._saved_state

    @property
    def has_written(self) -> bool:
        """Whether work that was done since the dataset was opened has been saved."""
        return self._has_written

    @property
    def is_kept(self) -> bool:
        """Whether what is not in the COCO file yet would survive the end of the program."""
        return self.keeping is not None and self.keeping.is_kept

    @property
    def is_journalled(self) -> bool:
        """Whether edits go into a journal."""
        return self.keeping is not None and self.keeping.is_journalled

    @property
    def refusal(self) -> str:
        """Why the document can only be looked at, or ""."""
        if self._frozen_because or self._busy_because:
            return self._frozen_because or self._busy_because
        return "" if self.keeping is None else self.keeping.refusal

    @property
    def is_busy(self) -> bool:
        """Whether a large change is being taken back or made again, which is not to be cut off."""
        return bool(self._busy_because)

    @property
    def state(self) -> int:
        """The number of the document's present state; hand it to `mark_saved` with what was written."""
        return self._state

    def open(self, dataset: Dataset, keeping: Keeping | None = None) -> None:
        """Replace the document; keeping: that of the dataset, None for one that is not kept safe.

        What the journal has recovered is not in the file yet, and is the first step on the undo stack.
        """
        self.undo_stack.clear()
        self._frozen_because = self._busy_because = ""
        self.keeping = keeping
        if keeping is not None:
            keeping.committed.connect(self.kept_changed)
            keeping.failed.connect(self.journal_failed)
        self.document = dataset.document
        self.coco_path = dataset.coco_path
        self.coco_version = dataset.coco_version
        self.document.subscribe(self._on_document_changed)
        self._state = self._saved_state = self._new_state()
        self._has_written = False
        self._recovered = None
        self._recovered_state = None
        if keeping is not None and keeping.recovery.edits:
            self._state = self._recovered_state = self._new_state()
        self._tell_saved()
        self.document_replaced.emit()
        replayed = None if keeping is None else keeping.take_replayed()
        if replayed is not None:
            states = {"before": self._saved_state, "after": self._state}
            self.undo_stack.push(replayed, self.document, text=self.tr("Recovered changes"), typing="", **states)
            self._recovered = self.undo_stack.step_to_undo()

    @property
    def recovery(self) -> RecoveryState:
        """What has become of the changes that came from the journal when the dataset was opened."""
        stack = self.undo_stack
        if self._recovered is not None and self._recovered is stack.step_to_undo():
            return RecoveryState.NEWEST
        if self._recovered is not None and self._recovered is stack.step_to_redo():
            return RecoveryState.UNDONE
        return RecoveryState.PAST

    @property
    def is_undecided(self) -> bool:
        """Whether changes from the journal are here as they came, and nobody has saved them or gone on with them."""
        return self._state == self._recovered_state and not self._has_written

    def freeze(self, reason: str) -> None:
        """Refuse changes until a document is opened, or this one is to be worked on again."""
        self._frozen_because = reason

    def thaw(self) -> None:
        """Let it be changed again."""
        self._frozen_because = ""

    def push(self, edit: Edit, text: str, *, typing: str = "", outcome: Outcome | None = None) -> bool:
        """Apply the edit; `text` names it, translated, in the Edit menu. Returns False when changes are refused.

        typing: what is being typed, key by key; edits of the same records that follow each other with the same name
        here are undone as one. outcome: what the edit makes of the document as it is now, if that has been worked out;
        undoing such an edit is worked out elsewhere, too, and until then changes are refused.
        """
        if self.refusal:
            self.refused.emit(self.refusal)
            return False
        before, after = self._state, self._new_state()
        if outcome is None:
            self._apply(edit.apply)
        else:
            self._adopt(outcome)
        self._enter_state(after, edit, applied=True)
        packed = None if outcome is None else outcome.packed
        self.undo_stack.push(edit, self.document, text=text, typing=typing, before=before, after=after, packed=packed)
        return True

    def keep_unfinished(self, image_id: int, kind: str, make: Callable[[], bytes] | None) -> None:
        """Something is begun on that image, or is no more (None), which the journal is to have; see Keeping."""
        image = self.document.images.get(image_id)
        if image is not None and self.keeping is not None:
            self.keeping.keep_unfinished(image.path, kind, make)
            if not self.is_kept:
                self.kept_changed.emit()

    def change(self, asked: AskedEdit) -> None:
        """Make the edit of the document and push it; one of many records when it has been worked out elsewhere."""
        if self.making is None:
            self.change_now(asked)
        else:
            self.making.make(asked)

    def in_order(self, deed: Callable[[], None]) -> None:
        """Do what depends on the document, now or when the edits that were asked for before are made."""
        if self.making is None:
            deed()
        else:
            self.making.in_order(deed)

    def change_now(self, asked: AskedEdit) -> None:
        """Make the edit and push it at once, however many records it has."""
        edit = asked.build(self.document)
        asked.ended(edit is not None and self.push(edit, asked.text(record_count(edit)), typing=asked.typing))

    def undo(self) -> None:
        """Revert the newest applied edit, if there is one."""
        self._replay(self.undo_stack.step_to_undo(), applied=False)

    def redo(self) -> None:
        """Apply again what was last undone, if there is something."""
        self._replay(self.undo_stack.step_to_redo(), applied=True)

    def mark_saved(self, state: int, coco_path: Path) -> None:
        """The document of that state is on disk, at that path."""
        self.coco_path = coco_path
        self._saved_state = state
        self._has_written = True
        self._tell_saved()

    def mark_lost(self, *, is_deleted: bool) -> None:
        """The document's file is not the one that was read or written any more, so the document is in no file."""
        self._saved_state = _LOST
        if self.keeping is not None:
            self.keeping.file_was_lost(is_deleted=is_deleted)
        self._tell_saved()
        self.kept_changed.emit()

    def _replay(self, step: Step | None, *, applied: bool) -> None:
        if self.refusal:
            self.refused.emit(self.refusal)
        elif step is not None and step.is_large and self.work_out is not None:
            self._replay_elsewhere(step, self.work_out, applied=applied)
        elif step is not None:
            edit = step.packed.unpack(self.document, applied=not applied)
            self._replayed(step, edit, partial(self._apply, edit.apply if applied else edit.revert), applied=applied)

    def _replay_elsewhere(
        self, step: Step, work_out: Callable[[_Work, _Done, Callable[[], None]], None], *, applied: bool
    ) -> None:
        self._busy_because = self.tr("A large change is being taken back or made again: wait a moment.")
        document = self.document  # which nobody changes until the answer is there

        def work() -> Outcome:
            return outcome_of(step.packed.unpack(document, applied=not applied), document.snapshot(), applied=applied)

        def done(outcome: Outcome) -> None:
            if self.document is document:
                self._busy_because = ""
                self._replayed(step, outcome.edit, partial(self._adopt, outcome), applied=applied)

        def failed() -> None:
            if self.document is document:
                self._busy_because = ""

        work_out(work, done, failed)

    def _replayed(self, step: Step, edit: Edit, change: Callable[[], None], *, applied: bool) -> None:
        self._touched.clear()
        change()
        self._enter_state(step.after if applied else step.before, edit, applied=applied)
        self.undo_stack.move(1 if applied else -1)
        image_id = self._image_of_touched()
        if image_id is not None:
            self.replayed.emit(image_id)

    def _image_of_touched(self) -> int | None:
        """Where to look at what was replayed: on the image on screen if it is there, too; else on the first."""
        if self.image_on_screen in self._touched & self.document.images.keys():
            return self.image_on_screen
        return next((image_id for image_id in self.document.images if image_id in self._touched), None)

    def _new_state(self) -> int:
        self._states_given += 1
        return self._states_given

    def _enter_state(self, state: int, edit: Edit, *, applied: bool) -> None:
        if self.keeping is not None:
            self.keeping.record(edit, applied=applied)
        self._state = state
        if self._has_listed:
            self._has_listed = False
            self.images_listed.emit()
        self._tell_saved()
        if not self.is_kept:
            self.kept_changed.emit()

    def _apply(self, step: Callable[[Document], None]) -> None:
        """Change the document by an edit; one that raises changes nothing, neither here nor in the journal."""
        self._is_applying = True
        try:
            step(self.document)
        except ValueError:
            if self._has_listed:  # images came and went
                self._has_listed = False
                self.images_listed.emit()
            self.refused.emit(
                self.tr(
                    "A change does not fit the dataset as it is now, so nothing was changed: save, and open it again."
                )
            )
            raise
        finally:
            self._is_applying = False
            self._tell_gone()
            self._tell_elsewhere()

    def _adopt(self, outcome: Outcome) -> None:
        """Change the document to what has been worked out, and tell of it as of an edit made record by record."""
        ids, before = self.document.images.keys(), self._watched()
        self.document.adopt(outcome.document)
        after = self._watched()
        self._has_listed |= ids != self.document.images.keys()
        self._elsewhere |= outcome.image_ids - {self.image_on_screen}
        self._touched |= outcome.image_ids
        kept = [key for key in before if key in after], [key for key in after if key in before]
        moved = {new for old, new in zip(*kept, strict=True) if old != new}
        self._is_applying = True
        try:
            for key in {**before, **after}:
                if before.get(key) is not after.get(key) or key in moved:
                    self._on_document_changed(Change(before.get(key), after.get(key)))
        finally:
            self._is_applying = False
            self._tell_gone()
            self._tell_elsewhere()

    def _watched(self) -> dict[tuple[type, int], Record]:
        """The records of whose every change is told: the categories, and what is on screen."""
        document, image_id = self.document, self.image_on_screen
        records: list[Record] = list(document.categories.values())
        if image_id in document.images:
            records.append(document.images[image_id])
            records += [*document.instances_of(image_id), *document.proposals_of(image_id)]
        return {(type(record), record.id): record for record in records}

    def _tell_gone(self) -> None:
        if self._gone:
            gone, self._gone = frozenset(self._gone - self.document.instances.keys()), set()
            self.instances_gone.emit(gone)

    def _tell_elsewhere(self) -> None:
        if self._elsewhere:
            image_ids, self._elsewhere = frozenset(self._elsewhere), set()
            self.elsewhere_changed.emit(image_ids)

    def _tell_saved(self) -> None:
        if self._was_saved != self.is_saved:
            self._was_saved = self.is_saved
            self.saved_changed.emit(self.is_saved)

    def _on_document_changed(self, change: Change) -> None:
        record = change.after or change.before
        if isinstance(record, _ANNOTATIONS):
            self._touched.add(record.image_id)
            if record.image_id != self.image_on_screen:
                # Of ten thousand changes in one edit, few are for the views to follow one by one.
                self._elsewhere.add(record.image_id)
                if not self._is_applying:
                    self._tell_elsewhere()
            elif isinstance(record, Instance):
                self.instance_changed.emit(change)
                if change.after is None:
                    self._gone.add(record.id)
                    if not self._is_applying:
                        self._tell_gone()
            else:
                self.proposal_changed.emit(change)
        elif isinstance(record, Category):
            self.category_changed.emit(change)
        elif isinstance(record, ImageRecord):
            self._has_listed |= change.before is None or change.after is None
            self.image_changed.emit(change)
