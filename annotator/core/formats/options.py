"""What to export, and the part of a document that is exported."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from enum import Enum

from annotator.core.document import Document, ImageRecord, Instance, ReviewState, StoredProposal
from annotator.core.formats.same_file import of_one_file


class Shape(Enum):
    """How masks are written where a format has more than one way.

    KEEP: as the file had them, run-lengths where they are new (COCO). EXACT: run-lengths (COCO) or pixels (labelme).
    POLYGONS: polygons along the pixels' edges.
    """

    KEEP = "keep"
    EXACT = "exact"
    POLYGONS = "polygons"


@dataclass(frozen=True, kw_only=True)
class ExportOptions:
    """categories: names of those to export, None for all. accepted_only: leave out what no review has accepted.
    proposals: also what is only proposed. copy_images: beside the annotations. val_fraction: share of the images, 0..1,
    that becomes the validation split; seed: which. tolerance: how far polygons may stray, in pixels; 0 is exact.
    """

    categories: frozenset[str] | None = None
    accepted_only: bool = False
    proposals: bool = False
    copy_images: bool = False
    val_fraction: float = 0.0
    seed: int = 0
    shape: Shape = Shape.KEEP
    tolerance: float = 0.0


def selected(document: Document, options: ExportOptions) -> Document:
    """A document of its own with what is to be exported; images whose size is not known are left out."""
    part = document.snapshot()
    for annotation in document.annotations_in_order():
        if not _is_wanted(annotation, document, options):
            part.remove(annotation)
    for image in document.images.values():
        is_rejected = options.accepted_only and not _is_accepted(image) and not part.count_of_image(image.id)
        if is_rejected or not image.has_size:
            part.remove(image)
    for category in document.categories.values():
        if options.categories is not None and category.name not in options.categories:
            part.remove(category)
    return part


def proposals_left_out(document: Document, options: ExportOptions) -> int:
    """How many proposals of the chosen categories the options leave out."""
    if options.proposals and not options.accepted_only:
        return 0
    return len(selected(document, replace(options, proposals=True, accepted_only=False)).proposals)


def with_proposals_as_instances(part: Document) -> tuple[int, ...]:
    """Turn the proposals of a document of one's own into instances, for formats that do not know them; their ids."""
    proposals = list(part.proposals.values())
    for proposal in proposals:
        part.remove(proposal)
        part.put(proposal.accepted(proposal.category_id))
    return tuple(sorted(proposal.id for proposal in proposals))


def validation_images(document: Document, options: ExportOptions) -> frozenset[int]:
    """The ids of the images that become the validation split; the same for the same images and seed.

    Images that are one file are on one side of it.
    """
    same_as_first = {other: first for first, *others in of_one_file(document) for other in others}
    ids = sorted(set(document.images) - set(same_as_first))
    count = round(options.val_fraction * len(ids))
    chosen = set(random.Random(options.seed).sample(ids, count))
    return frozenset(chosen | {other for other, first in same_as_first.items() if first in chosen})


def _is_wanted(annotation: Instance | StoredProposal, document: Document, options: ExportOptions) -> bool:
    if options.categories is not None and document.categories[annotation.category_id].name not in options.categories:
        return False
    if isinstance(annotation, StoredProposal):
        return options.proposals and not options.accepted_only
    if not options.accepted_only:
        return True
    # An instance's own review counts for more than its image's.
    return _is_accepted(annotation if annotation.review is not None else document.images[annotation.image_id])


def _is_accepted(record: ImageRecord | Instance) -> bool:
    return record.review is not None and record.review.state is ReviewState.ACCEPTED
