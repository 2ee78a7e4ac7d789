"""Proposals for all images of a folder, added to its COCO file; can be killed at any moment and resumed."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.core.dataset import check_name
from annotator.core.image_files import find_images
from annotator.core.lock import DatasetLock
from annotator.errors import DatasetError, ImageError, Sentence
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.prelabel_adding import add_to_file, problem_of, read_document
from annotator.segment.prelabel_engines import Engine
from annotator.segment.prelabel_partial import PartialResults, run_header
from annotator.segment.prelabel_task import ImageResult, ImageTask
from annotator.segment.prelabelled import is_done, remembered_run, run_mark
from annotator.segment.segmenter import CancellationToken
from annotator.segment.stored_proposals import (
    UNNAMED,
    earlier_proposals,
)


@dataclass(frozen=True)
class PrelabelRequest:
    """What a run is asked for.

    folder, recursive: which images. coco_path: the file that gets the proposals; it may exist. weights: the
    checkpoint's name; weights_digest and image_size: what else its results depend on. max_masks: the most proposals
    kept for an image, best first; None for all. category: the name of what they are proposed as, made if it is new.
    again: whether images are done that a run with the same weights and settings has been over. only_untouched: whether
    images with instances are left out.
    """

    folder: Path
    coco_path: Path
    config: EverythingConfig
    weights: str
    weights_digest: str
    image_size: int
    recursive: bool = False
    max_masks: int | None = None
    category: str = UNNAMED
    again: bool = False
    only_untouched: bool = False

    def to_json(self) -> dict[str, Any]:
        """What must be the same for a run to be resumed; plain values, paths left out."""
        return run_header(
            again=self.again,
            category=self.category,
            config=self.config,
            image_size=self.image_size,
            max_masks=self.max_masks,
            only_untouched=self.only_untouched,
            recursive=self.recursive,
            weights=self.weights,
            weights_digest=self.weights_digest,
        )

    @property
    def mark(self) -> Mapping[str, Any]:
        """What its images remember of the run."""
        return run_mark(
            weights=self.weights,
            digest=self.weights_digest,
            category=self.category,
            max_masks=self.max_masks,
            config=self.config,
        )


@dataclass(frozen=True)
class PrelabelProgress:
    """done of total images, resumed of them by an earlier run; seconds since this run's first image was begun."""

    done: int
    total: int
    resumed: int
    failed: int
    seconds: float

    @property
    def seconds_left(self) -> float | None:
        """At the speed so far; None before there is one."""
        done_now = self.done - self.resumed
        return self.seconds / done_now * (self.total - self.done) if done_now else None


@dataclass(frozen=True)
class PrelabelReport:
    """What came of it. proposals: those its images have got. problems: for each image that failed, by name.

    skipped: how many images an earlier run with the same weights and settings had been over. labelled, proposed: how
    many were left out because they have instances, or proposals that no run made. notes: sentences on folders left out,
    and on what could not be tidied up.
    is_unchanged: the COCO file is, to the byte, what it was, because there was nothing to add to it.
    """

    images: int
    proposals: int
    problems: Mapping[str, str]
    notes: tuple[str, ...] = ()
    skipped: int = 0
    labelled: int = 0
    proposed: int = 0
    is_unchanged: bool = False


def prelabel(
    request: PrelabelRequest,
    engine: Engine,
    *,
    resume: bool = False,
    on_progress: Callable[[PrelabelProgress], None] | None = None,
    cancel: CancellationToken | None = None,
) -> PrelabelReport:
    """Propose masks for the folder's images and add them to the COCO file.

    The file's instances stay as they are; proposals with an IoU over 0.8 with one of them are left out. Earlier
    proposals of ours on these images are replaced. Images the file does not list are added, in natural order. The
    result does not depend on the engine, nor on how often the run was interrupted. Images that a run with the same
    weights and settings has been over are left as they are, and so are those with proposals that no run made, unless
    the request says `again`. The file's last version
    is kept among its backups; where nothing is to be added to it, it is not written at all.

    Raises DatasetError, SaveError, and Cancelled when `cancel` is set; what is done by then is kept for `resume`.
    """
    cancel = cancel or CancellationToken()
    found = find_images(request.folder, recursive=request.recursive)
    if not found.names:
        where = (
            Sentence("it or its sub-folders") if request.recursive else Sentence("it (sub-folders need --recursive)")
        )
        raise DatasetError("{folder} holds no images: there is none in {where}.", folder=request.folder, where=where)
    read_document(request)  # a file that cannot be used is found out before hours of work
    notes = (*found.notes, *_left_below(request, len(found.names)))
    skipped = labelled = proposed = 0
    is_unchanged = False
    with DatasetLock.for_writing(request.coco_path, program="annotator prelabel"):
        partial = PartialResults(request.coco_path, request.to_json(), resume=resume)
        try:
            names: Sequence[str] = found.names
            if not partial.is_merged:
                untouched = _untouched(request, found.names)
                names, proposed = _to_do(request, untouched)
                labelled, skipped = len(found.names) - len(untouched), len(untouched) - len(names) - proposed
                _collect(request, engine, names, partial, on_progress, cancel)
                is_unchanged = not add_to_file(request, [partial.results[name] for name in names], partial)
            document = read_document(request)
            results = [partial.results[name] for name in names if name in partial.results]
            notes = (*notes, *partial.remove())
        finally:
            partial.close()
    records = {image.path: image for image in document.images.values()}
    problems = {result.name: problem for result in results if (problem := problem_of(records.get(result.name), result))}
    done = (records[result.name].id for result in results if result.name not in problems)
    ours = sum(len(earlier_proposals(document, image_id)) for image_id in done)
    return PrelabelReport(len(results), ours, problems, notes, skipped, labelled, proposed, is_unchanged)


def _untouched(request: PrelabelRequest, names: Sequence[str]) -> Sequence[str]:
    """The images without instances, or all when those that have some are not left out."""
    if not request.only_untouched:
        return names
    document = read_document(request)
    labelled = {image.path for image in document.images.values() if document.count_of_image(image.id)}
    return [name for name in names if name not in labelled]


def _to_do(request: PrelabelRequest, names: Sequence[str]) -> tuple[list[str], int]:
    """The images to look at, and how many others are left out only because of proposals that no run made."""
    if request.again:
        return list(names), 0
    document = read_document(request)
    listed = {image.path: image for image in document.images.values()}
    done = {path for path, image in listed.items() if is_done(document, image, request.mark)}
    proposed = sum(name in done and remembered_run(listed[name]) != request.mark for name in names)
    return [name for name in names if name not in done], proposed


def _left_below(request: PrelabelRequest, taken: int) -> list[str]:
    """A sentence on the images of sub-folders, when there are some and they were not asked for."""
    if request.recursive:
        return []
    count = len(find_images(request.folder).names) - taken
    text = Sentence("Images in sub-folders that were left out: {count}. --recursive takes them, too.", count=count)
    return [text] if count else []


def _collect(
    request: PrelabelRequest,
    engine: Engine,
    names: Sequence[str],
    partial: PartialResults,
    on_progress: Callable[[PrelabelProgress], None] | None,
    cancel: CancellationToken,
) -> None:
    """Have the engine do what `partial` lacks, and keep it there.

    What failed in the interrupted run is tried again: the file may have been put right since, or there is more memory.
    """
    succeeded = {name for name, result in partial.results.items() if not result.problem}
    tasks = [ImageTask(request.folder, name, request.config) for name in names if name not in succeeded]
    resumed = done = len(names) - len(tasks)
    failed = 0
    started = time.monotonic()
    with contextlib.closing(engine(tasks, cancel)) as results:
        while True:
            if on_progress is not None:
                on_progress(PrelabelProgress(done, len(names), resumed, failed, time.monotonic() - started))
            result = next(results, None)
            if result is None:
                return
            result = _checked(result)
            partial.add(result)
            done += 1
            failed += bool(result.problem)


def _checked(result: ImageResult) -> ImageResult:
    try:
        check_name(result.name)
    except ImageError as error:
        return ImageResult(result.name, problem=error.sentence)
    return result
