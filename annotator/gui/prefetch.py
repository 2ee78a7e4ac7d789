"""Embedding the neighbours of the image on screen before the user pages to them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject

from annotator.core.document import Document
from annotator.errors import AnnotatorError
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.errands import LentSegmenter
from annotator.gui.image_loader import ImageLoader
from annotator.gui.inference import Inference

_NEIGHBOURS = (1, 2, -1)  # people page forwards more often than back


class Prefetch(QObject):
    """Has the neighbours' pixels and embeddings in memory, and the embeddings in the segmenter's disk cache as well:
    one image at a time, while nothing more urgent waits.

    An encode gives way to a prompt and to the image on screen, and the neighbours of an image that has been left are
    given up. An image that cannot be read is passed over: it says so when it is shown.
    """

    def __init__(
        self, inference: Inference, loader: ImageLoader, jobs: BackgroundJobs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._inference = inference
        self._loader = loader
        self._jobs = jobs
        self._job: BackgroundJob | None = None
        self._too_large: dict[Path, str] = {}  # images that are not kept ahead, and their keys

    @property
    def is_running(self) -> bool:
        """Whether neighbours are being embedded."""
        return self._job is not None

    def stop(self) -> None:
        """The image on screen is being left."""
        if self._job is not None:
            self._job.cancel.cancel()
            self._job = None

    def start(self, document: Document, image_id: int) -> None:
        """Embed the next two images and the one before, in the dataset's order whatever the list's."""
        self.stop()
        ids = list(document.images)
        at = ids.index(image_id)
        near = [document.images[ids[at + step]] for step in _NEIGHBOURS if 0 <= at + step < len(ids)]
        paths = [document.image_path(image.id) for image in near if image.has_size and image.problem is None]
        self._job = job = self._jobs.new(lambda job: self._embed(job, paths))
        job.finished.connect(lambda: self._forget(job))
        job.start()

    def _forget(self, job: BackgroundJob) -> None:
        if self._job is job:
            self._job = None

    def _embed(self, job: BackgroundJob, paths: Sequence[Path]) -> None:
        """In the job's thread."""
        segmenter = LentSegmenter(self._inference, job.cancel)
        for path in paths:
            job.cancel.check()
            if path in self._too_large and self._inference.is_encoded(self._too_large[path]):
                continue  # reading it once more would be of no use
            try:
                image = self._loader.read(path, ahead=True)
                if not self._inference.is_encoded(image.key):
                    segmenter.keep(image.key, image.rgb)
            except (AnnotatorError, MemoryError):  # told when it is on screen
                continue
            if not self._loader.holds(image.key):
                self._too_large[path] = image.key
