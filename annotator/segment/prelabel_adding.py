"""Adding what a pre-labelling run has found to the COCO file, which may be written by others meanwhile."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from annotator.core import coco
from annotator.core.atomic import replace_file
from annotator.core.backups import keep_backup
from annotator.core.document import Document, ImageRecord, StoredProposal
from annotator.core.file_version import FileVersion
from annotator.errors import DatasetError, Sentence
from annotator.segment.prelabel_partial import PartialResults
from annotator.segment.prelabel_task import ImageResult
from annotator.segment.prelabelled import marked
from annotator.segment.stored_proposals import category_for, earlier_proposals, new_proposals, stored_proposals

if TYPE_CHECKING:
    from annotator.segment.prelabel import PrelabelRequest


class _ChangedMeanwhile(Exception):
    """Another program has written the COCO file since it was read."""


def add_to_file(request: PrelabelRequest, results: Sequence[ImageResult], partial: PartialResults) -> bool:
    """Add the proposals to the COCO file; returns whether that was written, which it is not when it gets nothing.

    What another program writes meanwhile is kept. Raises SaveError.
    """
    while True:
        version = FileVersion.of(request.coco_path)

        def check(version: FileVersion | None = version) -> None:
            if FileVersion.of(request.coco_path) != version:
                raise _ChangedMeanwhile

        content = _merged(request, results)
        if content is None:
            return False
        keep_backup(request.coco_path)  # it may hold what people made
        partial.announce(content)
        # Once more, to the file as it is now, when there is another.
        with contextlib.suppress(_ChangedMeanwhile):
            replace_file(request.coco_path, content, before_move=check)
            return True


def _merged(request: PrelabelRequest, results: Sequence[ImageResult]) -> bytes | None:
    """The COCO file with the proposals added; None when there is a file and no image has anything for it."""
    document = read_document(request)
    records = {image.path: image for image in document.images.values()}
    if request.coco_path.exists() and all(problem_of(records.get(result.name), result) for result in results):
        return None
    for result in results:
        record = records.get(result.name)
        if problem_of(record, result):
            continue
        if record is None:
            record = ImageRecord(document.take_id(ImageRecord), result.name, result.height, result.width)
        document.put(marked(record, request.mark))
        for earlier in earlier_proposals(document, record.id):
            document.remove(earlier)
        new = new_proposals(result.proposals, list(document.instances_of(record.id)), most=request.max_masks)
        for proposal in stored_proposals(
            new,
            document.take_ids(StoredProposal, len(new.found)),
            image_id=record.id,
            category_id=_category_id(document, request.category) if new.found else 0,
            weights=request.weights,
            config=request.config,
        ):
            document.put(proposal)
    return coco.to_bytes(document, request.coco_path)


def _category_id(document: Document, name: str) -> int:
    """The category of that name, made if it is new."""
    category = category_for(document, name)
    if category.id not in document.categories:
        document.put(category)
    return category.id


def problem_of(record: ImageRecord | None, result: ImageResult) -> str:
    """Why an image gets no proposals, or an empty text. record: what the dataset has of it, if anything."""
    if result.problem or record is None or (record.height, record.width) == (result.height, result.width):
        return result.problem
    return Sentence(
        "The image {name} has {width} x {height} pixels, but the annotation file says {said_width} x {said_height}: "
        "put the right image there, or correct the file.",
        name=result.name,
        width=result.width,
        height=result.height,
        said_width=record.width,
        said_height=record.height,
    )


def read_document(request: PrelabelRequest) -> Document:
    """The COCO file's document, or an empty one. Raises DatasetError when it is of other images."""
    if not request.coco_path.exists():
        return Document(request.folder)
    document = coco.read(request.coco_path)
    if os.path.realpath(document.image_root) != os.path.realpath(request.folder):
        raise DatasetError(
            "{coco_path} is about the images in {image_root}, not in {folder}: choose another file with --out.",
            coco_path=request.coco_path,
            image_root=document.image_root,
            folder=request.folder,
        )
    return document
