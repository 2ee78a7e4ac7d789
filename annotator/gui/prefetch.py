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
_REMEMBERED = 1000


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
        self._embedded: set[tuple[int, Path]] = set()  # by which segmenter, which image

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
        generation = self._inference.generation
        self._embedded.add((generation, document.image_path(image_id)))
        paths = [
            path
            for image in near
            if image.has_size and image.problem is None
            if (generation, path := document.image_path(image.id)) not in self._embedded
        ]
        if not paths:
            return
        if len(self._embedded) > _REMEMBERED:
            self._embedded.clear()
        self._job = job = self._jobs.new(lambda job: self._embed(job, paths, generation))
        job.start()

    def _embed(self, job: BackgroundJob, paths: Sequence[Path], generation: int) -> None:
        """In the job's thread."""
        segmenter = LentSegmenter(self._inference, job.cancel)
        for path in paths:
            job.cancel.check()
            try:
                image = self._loader.read(path, ahead=True)
                segmenter.keep(image.key, image.rgb)
            except AnnotatorError:
                continue
            self._embedded.add((generation, path))
