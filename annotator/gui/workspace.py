"""What lies behind the window: the document, the image on screen, the segmenter, and their threads.

It outlives the window, which is made anew when the language changes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from annotator.core.dataset import Dataset
from annotator.core.document import ImageRecord
from annotator.gui.autosave import Autosave
from annotator.gui.background import BackgroundJob, BackgroundJobs, JobFailure
from annotator.gui.detail_figures import DetailFigures
from annotator.gui.document_model import DocumentModel
from annotator.gui.everything_runs import EverythingRuns
from annotator.gui.folder_runs import FolderRuns
from annotator.gui.hover_preview import HoverPreview
from annotator.gui.image_loader import ImageLoader, LoadedImage
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import Encoded, SegmenterProcess
from annotator.gui.instance_editor import InstanceEditor
from annotator.gui.keeping import Keeping
from annotator.gui.opening import Exchange, Source, free, read
from annotator.gui.outcome import Outcome
from annotator.gui.prefetch import Prefetch
from annotator.gui.prompt_detail import PromptDetail
from annotator.gui.prompt_session import PromptSession
from annotator.gui.proposal_changes import ProposalChanges
from annotator.gui.proposal_storing import ProposalStoring
from annotator.gui.proposal_view import ProposalView
from annotator.gui.saving import Saver
from annotator.gui.selected_outline import SelectedOutline
from annotator.gui.selection import Selection
from annotator.gui.view_tone import ViewTone
from annotator.segment.disk_cache import DiskCache
from annotator.segment.everything_config import EverythingConfig

_DIALOG_POLL_MS = 100
_CLOSING_SECONDS = 5.0
"""How long a window that is gone already waits for what reads the dataset's disk."""


@dataclass(frozen=True)
class _WorkDone:
    """state: the document's. begun: what is neither accepted nor dropped, by what tells it from other such things."""

    state: int
    begun: Mapping[object, object]

    def is_more_than(self, before: _WorkDone) -> bool:
        """Whether something was changed or begun since; giving up what was begun is no more work."""
        return self.state != before.state or any(before.begun.get(key) != what for key, what in self.begun.items())


class Workspace(QObject):
    """Opens datasets and images; `make_segmenter` makes the process that computes, in the inference thread.

    read_config: the thresholds of "segment everything" that its checkpoint asks for; called in worker threads.
    """

    opening_failed = Signal(object)
    overtaken = Signal(object)  # the document was edited while another was read: call it to replace the document
    opened = Signal(object)  # what is to be known of it, a tuple of sentences
    image_awaited = Signal(int)  # image id: it was chosen and is being read
    image_shown = Signal(object)  # LoadedImage
    image_refused = Signal(object)  # why the chosen image cannot be worked on

    def __init__(
        self,
        make_segmenter: Callable[[], SegmenterProcess],
        parent: QObject | None = None,
        *,
        disk_cache: DiskCache | None = None,
        read_config: Callable[[], EverythingConfig] = EverythingConfig,
    ) -> None:
        super().__init__(parent)
        self.disk_cache = disk_cache
        self.model = DocumentModel(self)
        self.selection = Selection(self.model, self)
        self.inference = Inference(make_segmenter, self)
        self.session = PromptSession(self.inference, self)
        self.preview = HoverPreview(self.inference, self.session, self)
        self.jobs = BackgroundJobs(self)
        self.model.work_out = self._work_out
        self.editor = InstanceEditor(self.model, self.session, self.selection, self.inference, self.jobs, self)
        masks, work = self.editor.masks, self.editor.mask_work
        self.outline = SelectedOutline(self.model, self.selection, masks, work, self.jobs, self)
        self.detail_figures = DetailFigures(self.outline, self.jobs, self)
        self.prompt_detail = PromptDetail(self.session, self.outline, self.jobs, self)
        categories = self.editor.categories
        self.proposals = ProposalView(self.model, self)
        self.proposal_changes = ProposalChanges(self.model, self.selection, self.proposals, categories, self)
        storing = ProposalStoring(self.model, self.selection, self.jobs, categories, self)
        self.everything = EverythingRuns(self.model, self.inference, self.jobs, storing, read_config, self)
        self.folder_runs = FolderRuns(self.model, self.inference, self.jobs, storing, read_config, self)
        self.tone = ViewTone(self)
        self._loader = ImageLoader(self)
        self._prefetch = Prefetch(self.inference, self._loader, self.jobs, self)
        self.inference.encoded.connect(self._on_encoded)
        self.saver = Saver(self.model, self.jobs, self)
        self.autosave = Autosave(self.model, self.saver, self)
        # What is drawn on the image that is left belongs to what is saved.
        self.image_awaited.connect(lambda: work.in_turn(self.autosave.save))
        self._opening: BackgroundJob | None = None
        self.discards = False  # whether leaving the document forgets what is not in its file
        self.leaves_behind = False  # whether closing leaves alone what does not end
        self._source: Source | None = None
        self.is_hand_down = False  # whether a button is held down on the canvas
        self._is_exchanging = False  # whether one document's lock and journal are given up for another's
        self._next_keeping: Keeping | None = None  # taken, but not shown yet
        self._image_id: int | None = None
        self._image: LoadedImage | None = None
        self._refusal = ""
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_load_failed)
        self.model.replayed.connect(self.show_image)
        self.model.images_listed.connect(self._on_images_listed)
        self.inference.start()

    def close(self) -> None:
        """Stop all threads; unsaved work is the caller's to ask about.

        Those that wait for a disk that does not answer go on: `leaves_behind` says so, and then the process has to end
        without them.
        """
        seconds = 0.0 if self.leaves_behind else _CLOSING_SECONDS
        until = time.monotonic() + seconds
        is_over = self.jobs.close(seconds=seconds)
        is_over &= self._loader.close(seconds=max(until - time.monotonic(), 0.0))
        self.leaves_behind |= not is_over
        for keeping in (self.model.keeping, self._next_keeping):
            if keeping is not None:
                discard = self._has_nothing_to_keep and keeping is self.model.keeping
                keeping.close(discard=discard, keeps_lock=self.leaves_behind)
        self.inference.close()

    # -- resources ---------------------------------------------------------------------------------------------------

    def use_segmenter(self, make_segmenter: Callable[[], SegmenterProcess]) -> None:
        """Compute with another segmenter from now on; clicks that are not accepted yet are answered by it."""
        self.inference.replace_segmenter(make_segmenter)
        self.session.decode_again()

    def set_cache_bytes(self, *, embeddings: int, images: int, disk: int) -> None:
        """How much memory recent embeddings and recent images may take, and how much disk the embeddings."""
        cache = self.disk_cache
        if cache is not None:
            self.jobs.new(lambda _: cache.set_limit(disk)).start()
        self.inference.set_cache_bytes(embeddings)
        self._loader.set_kept_bytes(images)

    # -- datasets ----------------------------------------------------------------------------------------------------

    def open(self, chosen: Sequence[Path], image_root: Path | None = None) -> None:
        """Open a folder, images or a COCO file in place of what is open; image_root: where a COCO file's images lie."""
        if self._opening is not None:
            self._opening.cancel.cancel()
        paths = list(chosen)

        job = self.jobs.new(
            lambda job: read(job, paths, image_root),
            title=self.tr("Opening %1").replace("%1", paths[0].name or str(paths[0])),
            lists_failure=False,
        )
        left = self._work_done()
        job.succeeded.connect(
            lambda dataset: self._on_read(job, dataset, Source(tuple(paths), image_root, dataset.coco_path), left)
        )
        job.failed.connect(lambda reason: self._on_opening_failed(job, reason))
        job.finished.connect(lambda: self._on_opening_ended(job))
        self._opening = job
        job.start()

    def _on_opening_failed(self, job: BackgroundJob, reason: str) -> None:
        if job is self._opening:  # else the user has turned to something else
            self._opening = None
            self.discards = False  # what was to be given up for it stays
            self.opening_failed.emit(reason)

    def _on_opening_ended(self, job: BackgroundJob) -> None:
        if job is self._opening and job.cancel.is_cancelled:
            self._opening = None
            self.discards = False  # what was to be given up for it stays

    def reopen(self) -> None:
        """Read what is open from the disk again; changes that were not saved are lost."""
        coco_path, source = self.model.coco_path, self._source
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
        return source.image_root if source is not None and source.coco_path == self.model.coco_path else None

    @property
    def is_exchanging(self) -> bool:
        """Whether the document that is open is given up for another, which will be here in a moment."""
        return self._is_exchanging

    @property
    def _has_nothing_to_keep(self) -> bool:
        """Whether the journal may forget what is in no file: it was given up, or undone."""
        return self.discards or self.model.is_saved

    def _work_done(self) -> _WorkDone:
        masks = self.editor.masks
        begun: dict[object, object] = dict(self.session.unfinished_prompts)
        for name, kept in (("drawn", masks.drawn), ("corners", masks.corners)):
            begun.update({(name, image_id): kept.of(image_id) for image_id in kept.image_ids})
        return _WorkDone(self.model.state, begun)

    def _on_read(self, job: BackgroundJob, dataset: Dataset, source: Source, left: _WorkDone) -> None:
        """left: what was done when it was agreed to leave the document."""
        if job is not self._opening:
            return  # another dataset is being opened
        is_saving = self.saver.is_saving or self._is_exchanging
        is_at_work = self.is_hand_down or self.editor.mask_work.is_busy or self.model.is_busy
        if QApplication.activeModalWidget() is not None or is_saving or is_at_work:
            # A dialog speaks of the document it was opened over: that one stays until the dialog is closed.
            # A save has to end before the file's lock is given away, and what is drawn or undone belongs to what is
            # left.
            QTimer.singleShot(_DIALOG_POLL_MS, partial(self._on_read, job, dataset, source, left))
        elif self._work_done().is_more_than(left):
            self.discards = False  # that was said of less
            self.overtaken.emit(lambda: self._on_read(job, dataset, source, self._work_done()))
        else:
            self._opening = None
            self._replace_document(dataset, source)

    def _replace_document(self, dataset: Dataset, source: Source) -> None:
        """Take the new document's lock and journal, let go of those of the one that is open, and show the new one."""
        before = self.model.keeping
        self.model.freeze(self.tr("Another dataset is being opened."))
        self._is_exchanging = True
        exchange = Exchange(dataset, source, before, self._has_nothing_to_keep)

        def run(job: BackgroundJob) -> tuple[Dataset, Keeping]:
            newest, keeping = exchange.run(job)
            keeping.moveToThread(self.thread())
            self._next_keeping = keeping
            return newest, keeping

        job = self.jobs.new(run)
        job.succeeded.connect(lambda opened: self._show_document(*opened, source, before))
        job.failed.connect(self._on_exchange_failed)
        job.start()

    def _on_exchange_failed(self, reason: str) -> None:
        # What was to be given up for it stays, and can be worked on.
        self._is_exchanging = False
        self.discards = False
        self.model.thaw()
        self.opening_failed.emit(reason)

    def _show_document(self, dataset: Dataset, keeping: Keeping, source: Source, before: Keeping | None) -> None:
        self._next_keeping = None
        self._is_exchanging = False
        self.discards = False
        self._source = source
        self._leave_image()
        self.session.forget()
        self._image_id = self.model.image_on_screen = None
        forgotten = [self.model.document]
        self.model.open(dataset, keeping)
        self.jobs.new(lambda _: free(forgotten)).start()
        problems = () if before is None or not before.problem else (before.problem,)
        self.opened.emit((*problems, *dataset.notes))
        first = self._first_image(source)
        if first is None:
            self._refuse(self.tr("There is no image in this dataset."))
        else:
            self.show_image(first)

    def _first_image(self, source: Source) -> int | None:
        """The image that was asked for by name, else the dataset's first."""
        document = self.model.document
        with suppress(ValueError):
            name = Path(os.path.abspath(source.chosen[0])).relative_to(document.image_root).as_posix()
            for image in document.images.values() if name != "." else ():  # a folder is no image's name
                if image.path == name:
                    return image.id
        return next(iter(document.images), None)

    def segment_everything(self) -> None:
        """Propose masks for everything on the image on screen, once it is read."""
        if self._image_id is not None and self._image is not None:
            self.everything.start(self._image_id, self._image)
        elif self._refusal:
            self.everything.told.emit(self._refusal)
        elif self._image_id is not None:
            path = self.model.document.image_path(self._image_id)
            self.everything.start_once_read(self._image_id, path.name)

    # -- the image on screen -----------------------------------------------------------------------------------------

    @property
    def image_id(self) -> int | None:
        """The chosen image, on screen or still being read."""
        return self._image_id

    @property
    def image(self) -> LoadedImage | None:
        """The image on screen; None while another is being read or when it cannot be shown."""
        return self._image

    @property
    def refusal(self) -> str:
        """Why the chosen image cannot be worked on, or ""."""
        return self._refusal

    def show_image(self, image_id: int) -> None:
        """Choose an image; it is shown once it is read."""
        if image_id == self._image_id:
            return
        self._leave_image()
        self._image_id = self.model.image_on_screen = image_id
        self.image_awaited.emit(image_id)
        self._loader.load(self.model.document.image_path(image_id))

    def _work_out(
        self, work: Callable[[], Outcome], done: Callable[[Outcome], None], failed: Callable[[], None]
    ) -> None:
        def on_failed(reason: str) -> None:
            self.jobs.add_failure(JobFailure(self.tr("Undo or redo"), reason))
            failed()

        job = self.jobs.new(lambda _: work())
        job.succeeded.connect(done)
        job.failed.connect(on_failed)
        job.start()

    def _on_images_listed(self) -> None:
        """An undo may take away the image on screen."""
        images = self.model.document.images
        if self._image_id is None or self._image_id in images:
            return
        self._leave_image()
        self._image_id = self.model.image_on_screen = None
        if images:
            self.show_image(next(reversed(images)))
        else:
            self._refuse(self.tr("There is no image in this dataset."))

    def _refuse(self, reason: str) -> None:
        self._refusal = reason
        self.everything.leave_image()
        self.image_refused.emit(reason)

    def _on_encoded(self, encoded: Encoded) -> None:
        # Without a disk cache there is no place to put what nobody has asked for yet.
        is_current = self._image is not None and self._image.key == encoded.key
        if is_current and self._image_id is not None and self.disk_cache is not None:
            self._prefetch.start(self.model.document, self._image_id)

    def _leave_image(self) -> None:
        self._prefetch.stop()
        self.everything.leave_image()
        self._image = None
        self._refusal = ""
        self.editor.image_id = None
        self.proposals.set_image(None)
        self.session.set_image("")
        self.selection.select(())

    def _on_loaded(self, image: LoadedImage) -> None:
        record = self._awaited(image.path)
        if record is None:
            return
        if not record.has_size:
            text = self.tr("%1 could not be read before, but can be now: open the folder again to work on it.")
            self._refuse(text.replace("%1", record.path))
            return
        height, width, _ = image.rgb.shape
        if (height, width) != (record.height, record.width):
            self._refuse(self._wrong_size(record, width, height))
            return
        self._image = image
        self.editor.image_id = record.id
        self.proposals.set_image(record.id)
        self.image_shown.emit(image)
        self.session.set_image(image.key)
        self.inference.show_image(image.key, image.rgb)
        self.everything.take_image(record.id, image)

    def _on_load_failed(self, path: Path, reason: str) -> None:
        if self._awaited(path) is not None:
            self._refuse(reason)

    def _awaited(self, path: Path) -> ImageRecord | None:
        """The chosen image if that is its file; None when the user has gone on."""
        if self._image_id is None or path != self.model.document.image_path(self._image_id):
            return None
        return self.model.document.images[self._image_id]

    def _wrong_size(self, record: ImageRecord, width: int, height: int) -> str:
        text = self.tr(
            "%1 has %2 pixels, but the COCO file says %3: its masks would not fit. "
            "Put the right image back, or open the image without that file."
        )
        times = "\N{MULTIPLICATION SIGN}"
        sizes = (f"{width} {times} {height}", f"{record.width} {times} {record.height}")
        return text.replace("%1", record.path).replace("%2", sizes[0]).replace("%3", sizes[1])
