""" "Segment everything" on images of the open document: runs in the background, whose proposals are kept at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Document
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.document_model import DocumentModel
from annotator.gui.errands import LentSegmenter
from annotator.gui.image_loader import LoadedImage
from annotator.gui.inference import Inference
from annotator.gui.proposal_storing import Findings, ProposalStoring
from annotator.segment.everything import EverythingProposal, segment_everything
from annotator.segment.everything_config import EverythingConfig


@dataclass(frozen=True, eq=False)
class _Outcome:
    weights: str
    config: EverythingConfig
    found: list[EverythingProposal]


@dataclass(eq=False)
class _Run:
    document: Document
    name: str
    job: BackgroundJob
    is_storing: bool = False
    shapes: list[MaskShape] = field(default_factory=list)


class EverythingRuns(QObject):
    """At most one run for each image. A run goes on for its own image when another is shown.

    It ends without a trace when it is cancelled, when another document is opened, or another checkpoint chosen.
    """

    changed = Signal(int)  # image id: its run began, found something, or ended
    told = Signal(object)  # what came of it, or why nothing was begun
    _found = Signal(object, object)  # _Run's job, MaskShape; from the job's thread

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
        self._runs: dict[int, _Run] = {}
        self._awaited: tuple[int, str] | None = None  # an image that is being read, and its name
        self._found.connect(self._on_found)
        model.document_replaced.connect(self._on_document_replaced)

    def is_running(self, image_id: int | None) -> bool:
        """Whether proposals are being made for that image."""
        return image_id in self._runs

    def found_shapes(self, image_id: int | None) -> list[MaskShape]:
        """What the run over that image has found so far, for showing; only at its end are they proposals."""
        run = None if image_id is None else self._runs.get(image_id)
        return [] if run is None else run.shapes

    def start(self, image_id: int, image: LoadedImage) -> None:
        """Propose masks for everything on the image; one edit then replaces what an earlier run proposed for it."""
        if self._model.refusal:
            self.told.emit(self._model.refusal)
            return
        if image_id in self._runs:
            self.told.emit(self.tr("This image is being segmented already; [clear] ends that."))
            return
        job = self._jobs.new(lambda job: self._segment(job, image), title=self._title(image.path.name, 0))
        self._runs[image_id] = _Run(self._model.document, image.path.name, job)
        job.succeeded.connect(lambda outcome: self._store(image_id, job, outcome))
        job.finished.connect(lambda: self._forget(image_id, job))
        job.start()
        self.changed.emit(image_id)

    def start_once_read(self, image_id: int, name: str) -> None:
        """Begin when `take_image` brings that image; name: of its file."""
        if self._model.refusal:
            self.told.emit(self._model.refusal)
            return
        self._awaited = image_id, name
        self.told.emit(self.tr("Segment everything begins as soon as %1 is read.").replace("%1", name))

    def take_image(self, image_id: int, image: LoadedImage) -> None:
        """An image has been read: begin if it was waited for."""
        awaited, self._awaited = self._awaited, None
        if awaited is not None and awaited[0] == image_id:
            self.start(image_id, image)

    def leave_image(self) -> None:
        """Nobody waits any more for the image that was being read; say so if a run was to begin on it."""
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            self.told.emit(self.tr("Segment everything was not begun on %1.").replace("%1", awaited[1]))

    def cancel(self, image_id: int | None) -> bool:
        """End the run over that image without a trace, also one that was to begin; returns whether there was one."""
        if self._awaited is not None and self._awaited[0] == image_id:
            self._awaited = None
            self.told.emit("")
            return True
        run = None if image_id is None else self._runs.pop(image_id, None)
        if run is None or image_id is None:
            return False
        run.job.cancel.cancel()
        self.changed.emit(image_id)
        return True

    # -- in the job's thread -----------------------------------------------------------------------------------------

    def _segment(self, job: BackgroundJob, image: LoadedImage) -> _Outcome:
        def on_found(proposal: EverythingProposal) -> None:
            shape = MaskShape.from_run_lengths(proposal.mask)
            if shape is not None:
                self._found.emit(job, shape)

        segmenter = LentSegmenter(self._inference, job.cancel)
        config = self._read_config()
        found = segment_everything(
            segmenter,
            segmenter.embedding_of(image.key, image.rgb),
            config,
            rgb=image.rgb,
            on_progress=lambda progress: job.report_progress(progress.decoded, progress.planned),
            on_found=on_found,
            cancel=job.cancel,
        )
        return _Outcome(segmenter.name, config, [proposal.rounded() for proposal in found])

    # -- back in the GUI thread --------------------------------------------------------------------------------------

    def _on_found(self, job: BackgroundJob, shape: MaskShape) -> None:
        for image_id, run in self._runs.items():
            if run.job is job:
                run.shapes.append(shape)
                job.title = self._title(run.name, len(run.shapes))
                self._jobs.changed.emit()
                self.changed.emit(image_id)

    def _title(self, name: str, count: int) -> str:
        return self.tr("%n proposal(s) on %1", "", count).replace("%1", name)

    def _store(self, image_id: int, job: BackgroundJob, outcome: _Outcome) -> None:
        run = self._runs.get(image_id)
        if run is None or run.job is not job or job.cancel.is_cancelled:
            return
        run.is_storing = True
        findings = Findings(
            run.document, {image_id: outcome.found}, outcome.weights, outcome.config, self.tr("Segment everything")
        )
        self._storing.store(
            findings,
            lambda: self._runs.get(image_id) is run and not job.cancel.is_cancelled,
            lambda count: self._on_stored(image_id, run, count),
        )

    def _on_stored(self, image_id: int, run: _Run, count: int | None) -> None:
        run.is_storing = False
        self._forget(image_id, run.job)
        if count:
            self.told.emit(self._title(run.name, count))
        elif count == 0:
            self.told.emit(self.tr("Nothing was found on %1 that is not labelled already.").replace("%1", run.name))

    def _forget(self, image_id: int, job: BackgroundJob) -> None:
        run = self._runs.get(image_id)
        if run is not None and run.job is job and not run.is_storing:
            del self._runs[image_id]
            self.changed.emit(image_id)

    def _on_document_replaced(self) -> None:
        for image_id in list(self._runs):
            self.cancel(image_id)
