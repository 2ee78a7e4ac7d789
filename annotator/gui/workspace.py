"""What lies behind the window: the document, the image on screen, the segmenter, and their threads.

It outlives the window, which is made anew when the language changes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from annotator.core.document import ImageRecord
from annotator.gui.autosave import Autosave
from annotator.gui.background import BackgroundJobs, JobFailure
from annotator.gui.detail_figures import DetailFigures
from annotator.gui.document_model import DocumentModel
from annotator.gui.everything_runs import EverythingRuns
from annotator.gui.folder_runs import FolderRuns
from annotator.gui.hover_preview import HoverPreview
from annotator.gui.image_loader import ImageLoader, LoadedImage
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import Encoded, SegmenterProcess
from annotator.gui.instance_editor import InstanceEditor
from annotator.gui.opener import Opened, Opener
from annotator.gui.opening import free
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
from annotator.gui.unfinished_drawings import UnfinishedDrawings
from annotator.gui.view_tone import ViewTone
from annotator.segment.disk_cache import DiskCache
from annotator.segment.everything_config import EverythingConfig

_CLOSING_SECONDS = 5.0
"""How long a window that is gone already waits for what reads the dataset's disk."""


class Workspace(QObject):
    """Shows datasets and their images; `make_segmenter` makes the process that computes, in the inference thread.

    read_config: the thresholds of "segment everything" that its checkpoint asks for; called in worker threads.
    """

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
        self.unfinished_drawings = UnfinishedDrawings(self.model, masks, self.jobs, self)
        self.detail_figures = DetailFigures(self.outline, self.jobs, self)
        self.prompt_detail = PromptDetail(self.session, self.outline, self.jobs, self)
        categories = self.editor.categories
        self.proposals = ProposalView(self.model, self)
        self.proposal_changes = ProposalChanges(self.model, self.selection, self.proposals, categories, self)
        storing = ProposalStoring(self.model, self.selection, self.jobs, categories, self)
        self.everything = EverythingRuns(self.model, self.inference, self.jobs, storing, read_config, self)
        self.folder_runs = FolderRuns(
            self.model, self.inference, self.jobs, storing, read_config, self, disk_cache=disk_cache
        )
        self.tone = ViewTone(self)
        self._loader = ImageLoader(self)
        self._prefetch = Prefetch(self.inference, self._loader, self.jobs, self)
        self.inference.encoded.connect(self._on_encoded)
        self.saver = Saver(self.model, self.jobs, self)
        self.autosave = Autosave(self.model, self.saver, self)
        # What is drawn on the image that is left belongs to what is saved.
        self.image_awaited.connect(lambda: work.in_turn(self.autosave.save))
        self.opener = Opener(self.model, self.jobs, self.saver, self.editor, self.session, self)
        self.opener.succeeded.connect(self._show_document)
        self.leaves_behind = False  # whether closing leaves alone what does not end
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
        for keeping in (self.model.keeping, self.opener.next_keeping):
            if keeping is not None:
                discard = self.opener.has_nothing_to_keep and keeping is self.model.keeping
                # What was begun has been asked about, unless it was while the window waited for a disk.
                drops = not self.leaves_behind
                keeping.close(discard=discard, drops_unfinished=drops, keeps_lock=self.leaves_behind)
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

    def _show_document(self, opened: Opened) -> None:
        self._leave_image()
        self.session.forget()
        self._image_id = self.model.image_on_screen = None
        forgotten = [self.model.document]
        self.model.open(opened.dataset, opened.keeping)
        self.opened.emit(opened.notes)
        first = self._first_image(opened)
        if first is None:
            self._refuse(self.tr("There is no image in this dataset."))
        else:
            self.show_image(first)
        self.jobs.new(lambda job: free(job, forgotten)).start()  # last: the window would share Python's lock with it

    def _first_image(self, opened: Opened) -> int | None:
        """The image that was asked for by name, else that of the work that came back, else the dataset's first."""
        document = self.model.document
        with suppress(ValueError):
            name = Path(os.path.abspath(opened.source.chosen[0])).relative_to(document.image_root).as_posix()
            for image in document.images.values() if name != "." else ():  # a folder is no image's name
                if image.path == name:
                    return image.id
        if opened.keeping.recovery.image_id in document.images:
            return opened.keeping.recovery.image_id
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
        """For an undo or redo, whose turn it is: strokes, saving and leaving follow it."""

        def on_failed(reason: str) -> None:
            self.jobs.add_failure(JobFailure(self.tr("Undo or redo"), reason))

        turns = self.editor.mask_work
        turns.in_turn(lambda: turns.compute(work, done, failed, on_failed), failed)

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
