"""What lies behind the window: the document, the image on screen, the segmenter, and their threads.

It outlives the window, which is made anew when the language changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from annotator.core.dataset import Dataset, open_dataset
from annotator.core.document import ImageRecord
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.document_model import DocumentModel
from annotator.gui.image_loader import ImageLoader, LoadedImage
from annotator.gui.inference import Inference, SegmenterProcess
from annotator.gui.instance_editor import InstanceEditor
from annotator.gui.prompt_session import PromptSession
from annotator.gui.saving import Saver
from annotator.gui.selection import Selection


class Workspace(QObject):
    """Opens datasets and images; `make_segmenter` makes the process that computes, in the inference thread."""

    opening_progressed = Signal(int, int)  # images read, images in all
    opening_failed = Signal(str)
    opened = Signal(str)  # what was left out, as sentences, or ""
    image_awaited = Signal(int)  # image id: it was chosen and is being read
    image_shown = Signal(object)  # LoadedImage
    image_refused = Signal(str)  # why the chosen image cannot be worked on

    def __init__(self, make_segmenter: Callable[[], SegmenterProcess], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model = DocumentModel(self)
        self.selection = Selection(self.model, self)
        self.inference = Inference(make_segmenter, self)
        self.session = PromptSession(self.inference, self)
        self.editor = InstanceEditor(self.model, self.session, self.selection, self.inference, self)
        self.saver = Saver(self.model, self)
        self._loader = ImageLoader(self)
        self._jobs = BackgroundJobs(self)
        self._opening: BackgroundJob | None = None
        self._image_id: int | None = None
        self._image: LoadedImage | None = None
        self._loader.loaded.connect(self._on_loaded)
        self._loader.failed.connect(self._on_load_failed)
        self.model.replayed.connect(self.show_image)
        self.inference.start()

    def close(self) -> None:
        """Stop all threads; unsaved work is the caller's to ask about."""
        self._jobs.close()
        self.saver.close()
        self._loader.close()
        self.inference.close()

    # -- datasets ----------------------------------------------------------------------------------------------------

    def open(self, chosen: Sequence[Path]) -> None:
        """Open a folder, images or a COCO file in place of what is open."""
        if self._opening is not None:
            self._opening.cancel.cancel()
        job = self._jobs.new(lambda job: open_dataset(list(chosen), on_progress=job.report_progress, cancel=job.cancel))
        job.progressed.connect(self.opening_progressed)
        job.succeeded.connect(lambda dataset: self._on_opened(job, dataset))
        job.failed.connect(self.opening_failed)
        self._opening = job
        job.start()

    def _on_opened(self, job: BackgroundJob, dataset: Dataset) -> None:
        if job is not self._opening:
            return  # another dataset is being opened
        self._opening = None
        self._leave_image()
        self._image_id = None
        self.model.open(dataset)
        self.opened.emit(" ".join(dataset.notes))
        first = next(iter(self.model.document.images), None)
        if first is None:
            self.image_refused.emit(self.tr("There is no image in this dataset."))
        else:
            self.show_image(first)

    # -- the image on screen -----------------------------------------------------------------------------------------

    @property
    def image_id(self) -> int | None:
        """The chosen image, on screen or still being read."""
        return self._image_id

    @property
    def image(self) -> LoadedImage | None:
        """The image on screen; None while another is being read or when it cannot be shown."""
        return self._image

    def show_image(self, image_id: int) -> None:
        """Choose an image; it is shown once it is read."""
        if image_id == self._image_id:
            return
        self._leave_image()
        self._image_id = image_id
        self.image_awaited.emit(image_id)
        self._loader.load(self.model.document.image_path(image_id))

    def _leave_image(self) -> None:
        self._image = None
        self.editor.image_id = None
        self.session.set_image("")
        self.selection.select(())

    def _on_loaded(self, image: LoadedImage) -> None:
        record = self._awaited(image.path)
        if record is None:
            return
        height, width, _ = image.rgb.shape
        if (height, width) != (record.height, record.width):
            self.image_refused.emit(self._wrong_size(record, width, height))
            return
        self._image = image
        self.editor.image_id = record.id
        self.image_shown.emit(image)
        self.session.set_image(image.key)
        self.inference.show_image(image.key, image.rgb)

    def _on_load_failed(self, path: Path, reason: str) -> None:
        if self._awaited(path) is not None:
            self.image_refused.emit(reason)

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
