"""Which images the list shows, and in which order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from annotator.core.document import Document, ImageStatus, Instance, ReviewState


class ImageOrder(Enum):
    """What the rows are ordered by; what is equal keeps the dataset's order."""

    DATASET = auto()
    NAME = auto()
    STATUS = auto()
    COUNT = auto()


class ReviewFilter(Enum):
    """The reviews to look for; the value is the review's state."""

    NONE = None
    TO_REVIEW = ReviewState.TO_REVIEW
    ACCEPTED = ReviewState.ACCEPTED
    REJECTED = ReviewState.REJECTED


@dataclass(frozen=True)
class ImageFilter:
    """Which images are rows: those with the text in their path, of that status, with proposals that wait for an answer,
    with an instance of that category, and with that review, the image's or an instance's."""

    text: str = ""
    status: ImageStatus | None = None
    proposals: bool = False
    category_id: int | None = None
    review: ReviewFilter | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it lets every image through."""
        return self == ImageFilter()


class InstanceMatches:
    """The images that pass what a filter asks of their instances, proposals and reviews; the rest is quick to tell."""

    def __init__(self) -> None:
        self._filter = ImageFilter()
        self._with_proposals: set[int] = set()
        self._with_category: set[int] = set()
        self._with_review: set[int] = set()

    def find(self, document: Document, wanted: ImageFilter) -> None:
        """Look through the whole document for another filter."""
        self._filter = wanted
        self._with_category, self._with_review = set(), set()
        self._with_proposals = document.images_with_proposals() if wanted.proposals else set()
        if wanted.category_id is not None or wanted.review is not None:
            self._look(document.instances.values())
        if wanted.review is not None:
            for image_id in document.images:
                self._look_at_image(document, image_id)

    def find_on(self, document: Document, image_id: int) -> None:
        """Look again at one image, which has changed."""
        self._with_proposals.discard(image_id)
        self._with_category.discard(image_id)
        self._with_review.discard(image_id)
        if self._filter.category_id is not None or self._filter.review is not None:
            self._look(document.instances_of(image_id))
        if self._filter.proposals and document.count_of_proposals_on(image_id):
            self._with_proposals.add(image_id)
        if self._filter.review is not None:
            self._look_at_image(document, image_id)

    def narrowed(self, image_ids: list[int]) -> list[int]:
        """Those of them that pass, in their order."""
        if self._filter.proposals:
            image_ids = [i for i in image_ids if i in self._with_proposals]
        if self._filter.category_id is not None:
            image_ids = [i for i in image_ids if i in self._with_category]
        if self._filter.review is not None:
            image_ids = [i for i in image_ids if i in self._with_review]
        return image_ids

    def _look(self, instances: Iterable[Instance]) -> None:
        category_id, review = self._filter.category_id, self._filter.review
        state = None if review is None else review.value
        for instance in instances:
            if instance.category_id == category_id:
                self._with_category.add(instance.image_id)
            if state is not None and instance.review is not None and instance.review.state is state:
                self._with_review.add(instance.image_id)

    def _look_at_image(self, document: Document, image_id: int) -> None:
        assert self._filter.review is not None
        review = document.images[image_id].review
        if (None if review is None else review.state) is self._filter.review.value:
            self._with_review.add(image_id)
