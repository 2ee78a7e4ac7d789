"""What a pre-labelling run of the window does in its thread: every image's result is on the disk before the next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from annotator.core.document import Document, ImageRecord
from annotator.errors import DatasetError, SaveError
from annotator.gui.background import BackgroundJob
from annotator.gui.errands import LentSegmenter
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import SegmenterState
from annotator.segment import Cancelled
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.identity import ModelIdentity
from annotator.segment.prelabel_interrupted import InterruptedRun, put_aside
from annotator.segment.prelabel_partial import PartialResults, run_header
from annotator.segment.prelabel_task import ImageResult, ImageTask, propose
from annotator.segment.prelabelled import is_done, run_mark


@dataclass(frozen=True)
class PrelabelOptions:
    """min_iou: None for what the checkpoint asks for. max_masks: the most kept of an image, best first; None for all.

    category: the name of what they are proposed as, made if it is new. only_untouched: leave images with instances out.
    interrupted: the run to go on with, whose thresholds count then, and whether it leaves those images out; None begins
    anew, and puts aside what one has left.
    again: whether images are done that such a run has been over, whatever has become of its proposals.
    """

    min_iou: float | None
    max_masks: int | None
    category: str
    only_untouched: bool
    interrupted: InterruptedRun | None = None
    again: bool = False


@dataclass(frozen=True, eq=False)
class PrelabelFindings:
    """What a run has found so far: results by image id, in the document's order, and what they were made with.

    mark: what their images are to remember.
    problem: why it ended early, a sentence, or "" when it was cancelled. aside: where the results of an interrupted run
    are now that was not gone on with, or None.
    """

    weights: str
    config: EverythingConfig
    mark: Mapping[str, Any] = field(default_factory=dict)
    results: dict[int, ImageResult] = field(default_factory=dict)
    was_cancelled: bool = False
    problem: str = ""
    aside: Path | None = None


def find_proposals(
    job: BackgroundJob,
    inference: Inference,
    document: Document,
    coco_path: Path,
    options: PrelabelOptions,
    config: EverythingConfig,
) -> PrelabelFindings:
    """Propose masks for the document's images, with the window's segmenter; for the job's thread.

    document: a snapshot. config: the checkpoint's thresholds. Images that a run of this very
    checkpoint and these settings has been over are done already. Results are kept beside the COCO file, in the same
    way as `annotator prelabel` keeps its own, until the caller removes them; either can go on with what the other has
    begun.
    Raises DatasetError when the interrupted run cannot be gone on with, SaveError when results cannot be kept.
    """
    config = thresholds(options, config)
    segmenter = LentSegmenter(inference, job.cancel)
    try:
        identity = segmenter.identity
    except Cancelled:
        return PrelabelFindings("", config, was_cancelled=True)
    mark = mark_of(options, config, identity)
    aside = put_aside(coco_path) if options.interrupted is None else None
    record = _record(coco_path, options, config, identity)
    todo = [image for image in usable(document) if not is_left_out(document, image, mark, options)]
    # An image that failed may have been put right since.
    found = {
        i.id: record.results[i.path] for i in todo if i.path in record.results and not record.results[i.path].problem
    }
    ended_early, problem = False, ""
    try:
        total = sum(1 for _ in usable(document))
        fresh = [image for image in todo if image.id not in found]
        for done, image in enumerate(fresh, start=total - len(fresh)):
            job.report_progress(done, total)
            job.cancel.check()
            result = propose(segmenter, ImageTask(document.image_root, image.path, config), cancel=job.cancel)
            found[image.id] = result
            if not result.problem:
                record.add(result)
            elif inference.state is SegmenterState.FAILED:
                raise Cancelled  # the other images would only fail like this one
        job.report_progress(total, total)
    except Cancelled:
        ended_early = True
    except SaveError as error:
        ended_early, problem = True, error.sentence
    finally:
        record.close()
    in_order = {image.id: found[image.id] for image in todo if image.id in found}
    return PrelabelFindings(identity.name, config, mark, in_order, ended_early, problem, aside)


def usable(document: Document) -> Iterator[ImageRecord]:
    """The images that can be worked on."""
    return (image for image in document.images.values() if image.has_size and image.problem is None)


def thresholds(options: PrelabelOptions, config: EverythingConfig) -> EverythingConfig:
    """Those of a run with these options; config: those that the checkpoint asks for."""
    if options.interrupted is not None:
        return options.interrupted.config
    return config if options.min_iou is None else replace(config, predicted_iou=options.min_iou)


def mark_of(options: PrelabelOptions, config: EverythingConfig, identity: ModelIdentity) -> Mapping[str, Any]:
    """What images remember of a run with these options, `thresholds` and model."""
    return run_mark(
        weights=identity.name,
        digest=identity.digest,
        category=options.category,
        max_masks=options.max_masks,
        config=config,
    )


def leaves_labelled_out(options: PrelabelOptions) -> bool:
    """Whether a run with these options leaves images with instances out."""
    return options.only_untouched if options.interrupted is None else options.interrupted.only_untouched


def is_left_out(document: Document, image: ImageRecord, mark: Mapping[str, Any], options: PrelabelOptions) -> bool:
    """Whether a run with that mark has been over the image, or the options leave it out."""
    if leaves_labelled_out(options) and document.count_of_image(image.id):
        return True
    return not options.again and is_done(document, image, mark)


def _record(
    coco_path: Path, options: PrelabelOptions, config: EverythingConfig, identity: ModelIdentity
) -> PartialResults:
    """Where results are kept: those of the interrupted run, or new ones."""
    interrupted = options.interrupted
    if interrupted is None:
        header = run_header(
            category=options.category,
            config=config,
            image_size=identity.image_size,
            max_masks=options.max_masks,
            only_untouched=options.only_untouched,
            recursive=True,
            weights=identity.name,
            weights_digest=identity.digest,
            again=options.again,
        )
        return PartialResults(coco_path, header, resume=True)
    if not interrupted.is_of(identity):
        raise DatasetError(
            "The interrupted run used other weights than {name}: choose those it used, or begin it anew.",
            name=identity.name,
        )
    return PartialResults(coco_path, interrupted.header, resume=True)
