"""Work on all images of the open dataset in the background: proposing masks, and embedding for later.

A run borrows the window's segmenter while neither a prompt nor the image on screen wants it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Document
from annotator.core.images import read_image
from annotator.errors import AnnotatorError, SegmenterError
from annotator.gui.background import BackgroundJob, BackgroundJobs, JobFailure
from annotator.gui.document_model import DocumentModel
from annotator.gui.errands import LentSegmenter
from annotator.gui.inference import Inference
from annotator.gui.language import Resaid, joined, translated
from annotator.gui.prelabel_outlook import look_ahead
from annotator.gui.prelabel_run import PrelabelFindings, PrelabelOptions, find_proposals, leaves_labelled_out, usable
from annotator.gui.proposal_storing import Findings, ProposalStoring
from annotator.segment.disk_cache import DiskCache
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.prelabel_adding import problem_of
from annotator.segment.prelabel_errors import left_over
from annotator.segment.prelabel_interrupted import InterruptedRun, interrupted_run
from annotator.segment.prelabel_partial import partial_path
from annotator.segment.prelabel_task import without_memory

_MOST_MINUTES = 100  # what lasts longer is told in hours


@dataclass(frozen=True)
class _Encoded:
    """What came of encoding: images embedded, images that the disk cache has no room for, and what others failed by."""

    count: int
    without_room: int
    problems: tuple[str, ...]


class FolderRuns(QObject):
    """At most one run at a time. What it found is one undoable change at its end, also when it is cancelled:
    an undo of the user's own last edit must not take back something that came in from elsewhere meanwhile. Until then
    it lies beside the COCO file: a run that ends with the program, or with another dataset, can be gone on with."""

    told = Signal(object)  # what came of it, or why nothing was begun
    interrupted = Signal(object)  # InterruptedRun: one over the dataset just opened, which can be gone on with
    looked = Signal(object)  # InterruptedRun, or None: what look_for_interrupted has found
    looked_ahead = Signal(object)  # PrelabelOutlook: what look_ahead has found

    def __init__(
        self,
        model: DocumentModel,
        inference: Inference,
        jobs: BackgroundJobs,
        storing: ProposalStoring,
        read_config: Callable[[], EverythingConfig],
        parent: QObject | None = None,
        *,
        disk_cache: DiskCache | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._inference = inference
        self._jobs = jobs
        self._storing = storing
        self._read_config = read_config
        self._disk_cache = disk_cache
        self._job: BackgroundJob | None = None
        self._is_storing = False
        self._record: Path | None = None  # results on the disk that are in the document, too
        self._is_record_stuck = False  # it could not be removed, and that has been told
        self._is_new_dataset = False  # whether nobody has looked yet if a run over it was interrupted
        self._started = 0.0
        self._first_done = 0
        model.document_replaced.connect(self._on_document_replaced)
        model.kept_changed.connect(self._remove_record)
        model.saved_changed.connect(self._remove_record)

    @property
    def is_running(self) -> bool:
        """Whether a run is under way."""
        return self._job is not None or self._is_storing

    def prelabel(self, options: PrelabelOptions) -> None:
        """Propose masks for all images; those that such a run has been over are done, unless they are to be done again.

        Instances stay as they are, and nothing is proposed where one is (IoU over 0.8).
        """
        if self._model.refusal:
            self.told.emit(self._model.refusal)
            return
        document, coco_path = self._model.document, self._model.coco_path
        if coco_path is None:
            return
        snapshot = document.snapshot()

        def work(job: BackgroundJob) -> PrelabelFindings:
            return find_proposals(job, self._inference, snapshot, coco_path, options, self._read_config())

        job = self._begin(work, self.tr("Pre-labelling the folder"))
        if job is not None:
            self._record = None
            job.succeeded.connect(lambda found: self._store(document, coco_path, options, found))
            job.start()

    def encode(self) -> None:
        """Embed all images, which keeps the embeddings on disk; those that are there already take no time.

        No more than the disk cache holds: a run over more would put out its own first ones.
        """
        snapshot = self._model.document.snapshot()
        job = self._begin(lambda job: self._encode(job, snapshot), self.tr("Encoding the folder"))
        if job is not None:
            job.succeeded.connect(self._on_encoded)
            job.start()

    def _begin(self, work: Callable[[BackgroundJob], object], title: str) -> BackgroundJob | None:
        if self.is_running:
            self.told.emit(
                Resaid(lambda: self.tr("The folder is being worked on already: see the jobs in the status bar."))
            )
            return None
        job = self._jobs.new(work, title=title)
        job.progressed.connect(self._on_progressed)
        job.finished.connect(self._on_finished)
        self._job, self._started, self._first_done = job, time.monotonic(), -1
        return job

    # -- in the job's thread -----------------------------------------------------------------------------------------

    def _encode(self, job: BackgroundJob, document: Document) -> _Encoded:
        segmenter = LentSegmenter(self._inference, job.cancel)
        images = list(usable(document))
        problems: list[str] = []
        encoded, room = 0, len(images)
        for done, image in enumerate(images):
            if encoded == room:
                break
            job.report_progress(done, min(room + len(problems), len(images)))
            job.cancel.check()
            try:
                embedding = segmenter.encode(read_image(document.image_path(image.id)).rgb)
                encoded += 1
                if self._disk_cache is not None:
                    room = max(1, self._disk_cache.room_for(embedding))
            except SegmenterError:
                raise
            except AnnotatorError as error:
                problems.append(error.sentence)
            except MemoryError as error:
                problems.append(without_memory(document.image_path(image.id), error))
        return _Encoded(encoded, len(images) - encoded - len(problems), tuple(problems))

    # -- back in the GUI thread --------------------------------------------------------------------------------------

    def _on_progressed(self, done: int, total: int) -> None:
        if self._job is None:
            return
        if self._first_done < 0:
            self._started, self._first_done = time.monotonic(), done
        if done > self._first_done:
            seconds = (time.monotonic() - self._started) / (done - self._first_done)
            text = self.tr("%1 s an image, %2").replace("%1", f"{seconds:.1f}")
            self._job.pace = text.replace("%2", self._time_left(seconds * (total - done)))

    def _time_left(self, seconds: float) -> str:
        minutes = round(seconds / 60)
        if minutes < 1:
            return self.tr("less than a minute left")
        if minutes < _MOST_MINUTES:
            return self.tr("%1 min left").replace("%1", str(minutes))
        return self.tr("%1 h %2 min left").replace("%1", str(minutes // 60)).replace("%2", str(minutes % 60))

    def _on_finished(self) -> None:
        self._job = None
        self._look_after_opening()

    def _on_encoded(self, outcome: _Encoded) -> None:
        self.told.emit(Resaid(lambda: self._said_of_encoding(outcome)))

    def _said_of_encoding(self, outcome: _Encoded) -> str:
        said = [self.tr("%n image(s) encoded.", "", outcome.count)]
        if outcome.without_room:
            said.append(
                self.tr(
                    "The disk cache has no room for %n more: give it more in the settings, and encode again.",
                    "",
                    outcome.without_room,
                )
            )
        return joined([*said, *map(translated, outcome.problems[:1])])

    def _store(self, document: Document, coco_path: Path, options: PrelabelOptions, found: PrelabelFindings) -> None:
        # An image that an import has brought may be gone again, by Undo.
        results = {i: result for i, result in found.results.items() if i in document.images}
        problems = {i: problem_of(document.images[i], result) for i, result in results.items()}
        usable_results = {i: result.proposals for i, result in results.items() if not problems[i]}
        findings = Findings(
            document,
            usable_results,
            found.weights,
            found.config,
            self.tr("Pre-label the folder"),
            category=options.category,
            most=options.max_masks,
            only_untouched=leaves_labelled_out(options),
            spares_others=not options.again,
            mark=found.mark,
        )
        failed = [problem for problem in problems.values() if problem]
        self._is_storing = True
        self._storing.store(findings, lambda: True, lambda count: self._on_stored(coco_path, found, failed, count))

    def _on_stored(self, coco_path: Path, found: PrelabelFindings, failed: list[str], count: int | None) -> None:
        self._is_storing = False
        if count is None:
            # What was found waits on the disk, of this dataset when storing it failed. Another one that has been opened
            # meanwhile may have an interrupted run of its own.
            self._is_new_dataset = True
            self._look_after_opening()
            return
        self._record = partial_path(coco_path)
        self._remove_record()
        for problem in failed:
            self._jobs.add_failure(JobFailure(self.tr("Pre-labelling the folder"), problem))
        self.told.emit(Resaid(lambda: self._said_of(found, len(failed), count)))

    def _said_of(self, found: PrelabelFindings, failed: int, count: int) -> str:
        """What has come of a run."""
        texts = [self.tr("%n proposal(s) were added.", "", count)]
        if found.problem:
            texts.append(translated(found.problem))
        elif found.was_cancelled:
            texts.append(self.tr("Pre-labelling ended early; begun again, it goes on with the images that are left."))
        if found.aside is not None:
            text = self.tr("What the interrupted run had found is kept in %1.")
            texts.append(text.replace("%1", found.aside.name))
        if failed:
            texts.append(self.tr("%n image(s) failed: the jobs in the status bar tell why.", "", failed))
        return joined(texts)

    # -- runs that did not come to their end -------------------------------------------------------------------------

    def look_for_interrupted(self) -> None:
        """Find out whether a run over the open dataset was interrupted: `looked` tells it."""
        coco_path = self._model.coco_path
        is_stored = self._record is not None  # what lies beside the file is in the document, too
        if coco_path is None or self.is_running or self._model.refusal or is_stored:
            self.looked.emit(None)
            return
        job = self._jobs.new(lambda _: interrupted_run(coco_path))
        job.succeeded.connect(lambda run: self._on_looked(coco_path, run))
        job.failed.connect(lambda _: self._on_looked(coco_path, None))  # beginning anew puts aside what cannot be read
        job.start()

    def _on_looked(self, coco_path: Path, run: InterruptedRun | None) -> None:
        self.looked.emit(run if coco_path == self._model.coco_path and not self.is_running else None)

    def look_ahead(self) -> None:
        """Find out which images a run would look at: `looked_ahead` tells it, once the segmenter has started."""
        document = self._model.document
        snapshot = document.snapshot()
        job = self._jobs.new(lambda job: look_ahead(job, self._inference, snapshot, self._read_config()))
        job.succeeded.connect(lambda seen: document is self._model.document and self.looked_ahead.emit(seen))
        job.start()

    def _look_after_opening(self) -> None:
        """Offer to go on with an interrupted run, when the one that is being cancelled has ended."""
        if not self._is_new_dataset or self.is_running:
            return
        self._is_new_dataset = False
        self.looked.connect(self._offer)
        self.look_for_interrupted()

    def _offer(self, run: InterruptedRun | None) -> None:
        self.looked.disconnect(self._offer)
        if run is not None:
            self.interrupted.emit(run)

    def _remove_record(self) -> None:
        """What was found is in the document: once that would survive the end of the program, its record may go."""
        if self._record is None or not (self._model.is_kept or self._model.is_saved):
            return
        try:
            self._record.unlink(missing_ok=True)
        except OSError as error:
            # It stays known as what is in the document, and is tried again with the next change.
            if not self._is_record_stuck:
                self._is_record_stuck = True
                problem = left_over(self._record, error)
                self._jobs.add_failure(JobFailure(self.tr("Pre-labelling the folder"), problem))
            return
        self._record, self._is_record_stuck = None, False

    def _on_document_replaced(self) -> None:
        self._record = None
        self._is_new_dataset = True
        if self._job is not None:
            self._job.cancel.cancel()  # its results are kept; it can be gone on with
        self._look_after_opening()
