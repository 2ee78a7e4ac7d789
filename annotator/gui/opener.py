"""Opening a dataset in place of the one that is open: nothing of that is given up before the other is there."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from annotator.core.dataset import Dataset
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.document_model import DocumentModel
from annotator.gui.instance_editor import InstanceEditor
from annotator.gui.keeping import Keeping
from annotator.gui.opening import Exchange, Source, read
from annotator.gui.prompt_session import PromptSession
from annotator.gui.saving import Saver

_DIALOG_POLL_MS = 100


@dataclass(frozen=True, eq=False)
class Opened:
    """A dataset whose lock and journal are this window's. notes: what is to be known of it, in sentences."""

    dataset: Dataset
    keeping: Keeping
    source: Source
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _WorkDone:
    """state: the document's. begun: what is neither accepted nor dropped, by what tells it from other such things."""

    state: int
    begun: Mapping[object, object]

    def is_more_than(self, before: _WorkDone) -> bool:
        """Whether something was changed or begun since; giving up what was begun is no more work."""
        return self.state != before.state or any(before.begun.get(key) != what for key, what in self.begun.items())


class Opener(QObject):
    """At most one dataset is being opened; choosing another abandons it."""

    succeeded = Signal(object)  # Opened: to be shown at once, for what was open before is closed
    failed = Signal(object)  # the reason; what was open still is
    overtaken = Signal(object)  # the document was edited while another was read: call it to replace the document

    def __init__(
        self,
        model: DocumentModel,
        jobs: BackgroundJobs,
        saver: Saver,
        editor: InstanceEditor,
        session: PromptSession,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._jobs = jobs
        self._saver = saver
        self._editor = editor
        self._session = session
        self._job: BackgroundJob | None = None
        self.discards = False  # whether leaving the document forgets what is not in its file
        self.is_hand_down = False  # whether a button is held down on the canvas
        self._source: Source | None = None
        self._is_exchanging = False  # whether one document's lock and journal are given up for another's
        self._next_keeping: Keeping | None = None

    @property
    def next_keeping(self) -> Keeping | None:
        """That of a dataset which is not the document's yet."""
        return self._next_keeping

    def open(self, chosen: Sequence[Path], image_root: Path | None = None) -> None:
        """Open a folder, images or a COCO file in place of what is open; image_root: where a COCO file's images lie."""
        if self._job is not None:
            self._job.cancel.cancel()
        paths = list(chosen)

        job = self._jobs.new(
            lambda job: read(job, paths, image_root),
            title=self.tr("Opening %1").replace("%1", paths[0].name or str(paths[0])),
            lists_failure=False,
        )
        left = self._work_done()
        job.succeeded.connect(
            lambda dataset: self._on_read(job, dataset, Source(tuple(paths), image_root, dataset.coco_path), left)
        )
        job.failed.connect(lambda reason: self._on_failed(job, reason))
        job.finished.connect(lambda: self._on_ended(job))
        self._job = job
        job.start()

    def _on_failed(self, job: BackgroundJob, reason: str) -> None:
        if job is self._job:  # else the user has turned to something else
            self._job = None
            self.discards = False  # what was to be given up for it stays
            self.failed.emit(reason)

    def _on_ended(self, job: BackgroundJob) -> None:
        if job is self._job and job.cancel.is_cancelled:
            self._job = None
            self.discards = False  # what was to be given up for it stays

    def reopen(self) -> None:
        """Read what is open from the disk again; changes that were not saved are lost."""
        coco_path, source = self._model.coco_path, self._source
        if coco_path is None or source is None:
            return
        if coco_path == source.coco_path:
            self.open(source.chosen, source.image_root)
        else:
            self.open([coco_path])  # it was saved under another name since

    @property
    def said_image_root(self) -> Path | None:
        """Where the user said that the images of the COCO file lie; None when it is where the file says."""
        source = self._source
        return source.image_root if source is not None and source.coco_path == self._model.coco_path else None

    @property
    def is_of_images(self) -> bool:
        """Whether single images were opened, beside which there may be others that nobody has asked for."""
        source = self._source
        if source is None or source.coco_path != self._model.coco_path:
            return False
        whole = (source.coco_path, source.coco_path.parent)
        return len(source.chosen) > 1 or Path(os.path.abspath(source.chosen[0])) not in whole

    @property
    def is_exchanging(self) -> bool:
        """Whether the document that is open is given up for another, which will be here in a moment."""
        return self._is_exchanging

    @property
    def has_nothing_to_keep(self) -> bool:
        """Whether the journal may forget what is in no file: it was given up, or undone."""
        return self.discards or self._model.is_saved

    def _work_done(self) -> _WorkDone:
        masks = self._editor.masks
        begun: dict[object, object] = dict(self._session.unfinished_prompts)
        for name, kept in (("drawn", masks.drawn), ("corners", masks.corners)):
            begun.update({(name, image_id): kept.of(image_id) for image_id in kept.image_ids})
        return _WorkDone(self._model.state, begun)

    def _on_read(self, job: BackgroundJob, dataset: Dataset, source: Source, left: _WorkDone) -> None:
        """left: what was done when it was agreed to leave the document."""
        if job is not self._job:
            return  # another dataset is being opened
        is_saving = self._saver.is_saving or self._is_exchanging
        is_at_work = self.is_hand_down or self._editor.mask_work.is_busy or self._model.is_busy
        if QApplication.activeModalWidget() is not None or is_saving or is_at_work:
            # A dialog speaks of the document it was opened over: that one stays until the dialog is closed.
            # A save has to end before the file's lock is given away, and what is drawn or undone belongs to what is
            # left.
            QTimer.singleShot(_DIALOG_POLL_MS, partial(self._on_read, job, dataset, source, left))
        elif self._work_done().is_more_than(left):
            self.discards = False  # that was said of less
            self.overtaken.emit(lambda: self._on_read(job, dataset, source, self._work_done()))
        else:
            self._job = None
            self._exchange(dataset, source)

    def _exchange(self, dataset: Dataset, source: Source) -> None:
        """Take the new document's lock and journal, and let go of those of the one that is open."""
        before = self._model.keeping
        self._model.freeze(self.tr("Another dataset is being opened."))
        self._is_exchanging = True
        exchange = Exchange(dataset, source, before, self.has_nothing_to_keep)

        def run(job: BackgroundJob) -> tuple[Dataset, Keeping]:
            newest, keeping = exchange.run(job)
            keeping.moveToThread(self.thread())
            self._next_keeping = keeping
            return newest, keeping

        job = self._jobs.new(run)
        job.succeeded.connect(lambda taken: self._on_exchanged(*taken, source, before))
        job.failed.connect(self._on_exchange_failed)
        job.start()

    def _on_exchange_failed(self, reason: str) -> None:
        # What was to be given up for it stays, and can be worked on.
        self._is_exchanging = False
        self.discards = False
        self._model.thaw()
        self.failed.emit(reason)

    def _on_exchanged(self, dataset: Dataset, keeping: Keeping, source: Source, before: Keeping | None) -> None:
        self._next_keeping = None
        self._is_exchanging = False
        self.discards = False
        self._source = source
        problems = () if before is None or not before.problem else (before.problem,)
        self.succeeded.emit(Opened(dataset, keeping, source, (*problems, *dataset.notes)))
