"""Work on all images of the open dataset in the background: proposing masks, and embedding for later.

A run borrows the window's segmenter while neither a prompt nor the image on screen wants it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Document, ImageRecord
from annotator.core.images import read_image
from annotator.errors import AnnotatorError, SegmenterError
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.document_model import DocumentModel
from annotator.gui.errands import LentSegmenter
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import SegmenterState
from annotator.gui.language import translated
from annotator.gui.proposal_storing import Findings, ProposalStoring
from annotator.segment import Cancelled
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.prelabel_task import ImageResult, ImageTask, propose
from annotator.segment.stored_proposals import earlier_proposals


@dataclass(frozen=True)
class PrelabelOptions:
    """min_iou: None for what the checkpoint asks for. max_masks: the most kept of an image, best first; None for all.

    category: the name of what they are proposed as, made if it is new. only_untouched: leave images with instances out.
    """

    min_iou: float | None
    max_masks: int | None
    category: str
    only_untouched: bool


@dataclass(frozen=True, eq=False)
class _Found:
    """What a run has found so far: results by image id, and what they were made with."""

    weights: str
    config: EverythingConfig
    results: dict[int, ImageResult]
    skipped: int
    was_cancelled: bool


class FolderRuns(QObject):
    """At most one run at a time. What it found is one undoable change at its end, also when it is cancelled:
    an undo of the user's own last edit must not take back something that came in from elsewhere meanwhile."""

    told = Signal(object)  # what came of it, or why nothing was begun

    def __init__(
        self,
        model: DocumentModel,
        inference: Inference,
        jobs: BackgroundJobs,
        storing: ProposalStoring,
        read_config: Callable[[], EverythingConfig],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._inference = inference
        self._jobs = jobs
        self._storing = storing
        self._read_config = read_config
        self._job: BackgroundJob | None = None
        self._title = ""
        self._started = 0.0
        self._first_done = 0

    @property
    def is_running(self) -> bool:
        """Whether a run is under way."""
        return self._job is not None

    def prelabel(self, options: PrelabelOptions) -> None:
        """Propose masks for all images; those that have the proposals of this very checkpoint and thresholds are done.

        Instances stay as they are, and nothing is proposed where one is (IoU over 0.8).
        """
        if self._model.refusal:
            self.told.emit(self._model.refusal)
            return
        document = self._model.document
        snapshot = document.snapshot()
        job = self._begin(lambda job: self._propose(job, snapshot, options), self.tr("Pre-labelling the folder"))
        if job is not None:
            job.succeeded.connect(lambda found: self._store(document, options, found))
            job.start()

    def encode(self) -> None:
        """Embed all images, which keeps the embeddings on disk; those that are there already take no time."""
        snapshot = self._model.document.snapshot()
        job = self._begin(lambda job: self._encode(job, snapshot), self.tr("Encoding the folder"))
        if job is not None:
            job.succeeded.connect(self._on_encoded)
            job.start()

    def _begin(self, work: Callable[[BackgroundJob], object], title: str) -> BackgroundJob | None:
        if self._job is not None:
            self.told.emit(self.tr("The folder is being worked on already: see the jobs in the status bar."))
            return None
        job = self._jobs.new(work, title=title)
        job.progressed.connect(self._on_progressed)
        job.finished.connect(self._on_finished)
        self._job, self._title, self._started, self._first_done = job, title, time.monotonic(), -1
        return job

    # -- in the job's thread -----------------------------------------------------------------------------------------

    def _propose(self, job: BackgroundJob, document: Document, options: PrelabelOptions) -> _Found:
        config = self._read_config()
        if options.min_iou is not None:
            config = replace(config, predicted_iou=options.min_iou)
        segmenter = LentSegmenter(self._inference, job.cancel)
        results: dict[int, ImageResult] = {}
        weights, skipped = "", 0
        try:
            weights = segmenter.name
            todo = []
            for image in _usable(document):
                is_touched = options.only_untouched and any(True for _ in document.instances_of(image.id))
                if is_touched or _is_done(document, image, weights, config):
                    skipped += 1
                else:
                    todo.append(image)
            total = skipped + len(todo)
            for done, image in enumerate(todo, start=skipped):
                job.report_progress(done, total)
                job.cancel.check()
                task = ImageTask(document.image_root, image.path, config)
                results[image.id] = propose(segmenter, task, cancel=job.cancel)
                if results[image.id].problem and self._inference.state is SegmenterState.FAILED:
                    raise Cancelled  # the other images would only fail like this one
        except Cancelled:
            return _Found(weights, config, results, skipped, was_cancelled=True)
        return _Found(weights, config, results, skipped, was_cancelled=False)

    def _encode(self, job: BackgroundJob, document: Document) -> tuple[int, list[str]]:
        segmenter = LentSegmenter(self._inference, job.cancel)
        images = list(_usable(document))
        problems = []
        for done, image in enumerate(images):
            job.report_progress(done, len(images))
            job.cancel.check()
            try:
                segmenter.encode(read_image(document.image_path(image.id)).rgb)
            except SegmenterError:
                raise
            except AnnotatorError as error:
                problems.append(error.sentence)
        return len(images) - len(problems), problems

    # -- back in the GUI thread --------------------------------------------------------------------------------------

    def _on_progressed(self, done: int, total: int) -> None:
        if self._job is None:
            return
        if self._first_done < 0:
            self._started, self._first_done = time.monotonic(), done
        if done > self._first_done:
            seconds = (time.monotonic() - self._started) / (done - self._first_done)
            text = self.tr("%1: %2 s an image, %3 min left").replace("%1", self._title)
            minutes = seconds * (total - done) / 60
            self._job.title = text.replace("%2", f"{seconds:.1f}").replace("%3", f"{minutes:.0f}")

    def _on_finished(self) -> None:
        self._job = None

    def _on_encoded(self, outcome: tuple[int, list[str]]) -> None:
        count, problems = outcome
        self.told.emit(" ".join([self.tr("%n image(s) encoded.", "", count), *map(translated, problems[:1])]))

    def _store(self, document: Document, options: PrelabelOptions, found: _Found) -> None:
        problems = [result.problem for result in found.results.values() if result.problem]
        usable = {
            image_id: result.proposals
            for image_id, result in found.results.items()
            if not result.problem and image_id in document.images and _has_size(document.images[image_id], result)
        }
        findings = Findings(
            document,
            usable,
            found.weights,
            found.config,
            self.tr("Pre-label the folder"),
            category=options.category,
            most=options.max_masks,
            only_untouched=options.only_untouched,
        )
        self._storing.store(findings, lambda: True, lambda count: self._on_stored(found, problems, count))

    def _on_stored(self, found: _Found, problems: list[str], count: int | None) -> None:
        if count is None:
            return
        texts = [self.tr("%n proposal(s) were added.", "", count)]
        if found.was_cancelled:
            texts.append(self.tr("Pre-labelling ended early; begun again, it goes on with the images that are left."))
        self.told.emit(" ".join([*texts, *map(translated, problems[:1])]))


def _has_size(image: ImageRecord, result: ImageResult) -> bool:
    return (image.height, image.width) == (result.height, result.width)


def _usable(document: Document) -> Iterator[ImageRecord]:
    return (image for image in document.images.values() if image.has_size and image.problem is None)


def _is_done(document: Document, image: ImageRecord, weights: str, config: EverythingConfig) -> bool:
    """Whether the image has what this run would propose."""
    parameters = asdict(config)
    return any(
        proposal.provenance.weights == weights and proposal.parameters == parameters
        for proposal in earlier_proposals(document, image.id)
    )
