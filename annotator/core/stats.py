"""What a dataset holds, in numbers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from annotator.core.document import Document, ImageStatus, ReviewState
from annotator.core.geometry import measure

SMALL_AREA, LARGE_AREA = 32**2, 96**2
"""COCO's evaluation calls instances below the first small and from the second on large (cocoeval.Params)."""


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram."""

    label: str
    count: int


@dataclass(frozen=True)
class CategoryStatistics:
    """name, id: the category's. images: how many show it. areas in pixels, 0 without instances. proposals: how many
    masks are proposed as it, which nothing else here counts.
    """

    id: int
    name: str
    instances: int
    images: int
    smallest_area: int
    median_area: float
    largest_area: int
    proposals: int = 0


@dataclass(frozen=True)
class Statistics:
    """Counts of a document. Bars: `sizes` by the square root of the area in pixels, doubling from bar to bar;
    `per_image` by the number of instances on an image; `sources` by where the masks came from.

    done_images, accepted_images, rejected_images, images_to_review: as the images' status and review say.
    proposals, proposed_images: how many there are, and on how many images; `proposal_sizes` are bars like `sizes`. All
    else is of instances.
    """

    images: int
    annotated_images: int
    done_images: int
    accepted_images: int
    rejected_images: int
    images_to_review: int
    instances: int
    proposals: int
    proposed_images: int
    crowds: int
    empty: int
    small: int
    medium: int
    large: int
    categories: tuple[CategoryStatistics, ...]
    sizes: tuple[Bar, ...]
    proposal_sizes: tuple[Bar, ...]
    per_image: tuple[Bar, ...]
    sources: tuple[Bar, ...]


def statistics(document: Document) -> Statistics:
    """Count what is in the document; categories in its order."""
    instances, proposals = list(document.instances.values()), list(document.proposals.values())
    measure([*(i.mask for i in instances), *(p.mask for p in proposals)])
    proposed = Counter(proposal.category_id for proposal in proposals)
    areas_of: defaultdict[int, list[int]] = defaultdict(list)
    images_of: defaultdict[int, set[int]] = defaultdict(set)
    for instance in instances:
        areas_of[instance.category_id].append(instance.mask.area)
        images_of[instance.category_id].add(instance.image_id)
    areas = [instance.mask.area for instance in instances]
    filled = [area for area in areas if area]
    counts = [document.count_of_image(image_id) for image_id in document.images]
    reviews = Counter(image.review.state for image in document.images.values() if image.review is not None)
    return Statistics(
        images=len(document.images),
        annotated_images=sum(count > 0 for count in counts),
        done_images=sum(image.status is ImageStatus.DONE for image in document.images.values()),
        accepted_images=reviews[ReviewState.ACCEPTED],
        rejected_images=reviews[ReviewState.REJECTED],
        images_to_review=reviews[ReviewState.TO_REVIEW],
        instances=len(instances),
        proposals=len(proposals),
        proposed_images=len({proposal.image_id for proposal in proposals}),
        crowds=sum(instance.iscrowd for instance in instances),
        empty=areas.count(0),
        small=sum(area < SMALL_AREA for area in filled),
        medium=sum(SMALL_AREA <= area < LARGE_AREA for area in filled),
        large=sum(area >= LARGE_AREA for area in filled),
        categories=tuple(
            CategoryStatistics(
                id=category.id,
                name=category.name,
                instances=len(areas_of[category.id]),
                images=len(images_of[category.id]),
                smallest_area=min(areas_of[category.id], default=0),
                median_area=float(median(areas_of[category.id] or [0])),
                largest_area=max(areas_of[category.id], default=0),
                proposals=proposed[category.id],
            )
            for category in document.categories.values()
        ),
        sizes=_doubling([area**0.5 for area in filled]),
        proposal_sizes=_doubling([area**0.5 for proposal in proposals if (area := proposal.mask.area)]),
        per_image=_doubling(counts),
        sources=tuple(
            Bar(source, count)
            for source, count in Counter(i.provenance.source or "unknown" for i in instances).most_common()
        ),
    )


def _doubling(values: Sequence[float]) -> tuple[Bar, ...]:
    """Bars for 0, [1, 2), [2, 4), [4, 8) ... from the first to the last that is not empty; values between 0 and 1 count
    as 1."""
    exponents = Counter(0 if value == 0 else max(int(value), 1).bit_length() for value in values)
    bars = []
    for exponent in range(min(exponents), max(exponents) + 1) if exponents else ():
        low = 0 if exponent == 0 else 2 ** (exponent - 1)
        high = 2**exponent - 1 if exponent else 0
        bars.append(Bar(str(low) if low == high else f"{low}-{high}", exponents[exponent]))
    return tuple(bars)
