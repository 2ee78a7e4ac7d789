"""The records of a Document: frozen values, which a change replaces by another of the same id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Any

from annotator.core.geometry import RunLengths

NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return NOTHING


class AttributeKind(Enum):
    """What values an attribute has; the values here are those of files."""

    FLAG = "flag"
    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Attribute:
    """What can be said of the instances of a category. choices: the texts to choose from, of a CHOICE only."""

    name: str
    kind: AttributeKind = AttributeKind.TEXT
    choices: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=_nothing, repr=False)


class ReviewState(Enum):
    """What a review has come to; the values are those of files."""

    TO_REVIEW = "to_review"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Review:
    """The review of an image or of an instance. comment: why, in the reviewer's words."""

    state: ReviewState
    comment: str = ""


@dataclass(frozen=True)
class Category:
    """A class of objects.

    color: "#rrggbb", or None for the palette's. attributes: what its instances have values of, each name once.
    extra: keys of the file we do not use; the same in the other records. is_bare: the file says nothing of a
    supercategory, and is not made to while there is none.
    """

    id: int
    name: str
    supercategory: str = ""
    color: str | None = None
    extra: Mapping[str, Any] = field(default_factory=_nothing, repr=False)
    attributes: tuple[Attribute, ...] = ()
    is_bare: bool = field(default=False, repr=False)


class ImageStatus(Enum):
    """How far the work on an image is; the values are those of files."""

    UNTOUCHED = "untouched"
    IN_WORK = "in_work"
    DONE = "done"


@dataclass(frozen=True)
class ImageRecord:
    """One image of the dataset.

    path: relative to the image root, with forward slashes. height, width: pixels of the oriented image, 0 when the
    file could never be read (such an image has no instances and is not saved).
    problem: why the file cannot be used, a sentence for the user, or None; never saved, and no difference between two
    records: it comes and goes with the disk.
    status: what the user said of the work on it, or None; Document.status_of knows better.
    review: what a review said of the image as a whole, or None. note: the user's, any text.
    """

    id: int
    path: str
    height: int
    width: int
    problem: str | None = field(default=None, compare=False)
    status: ImageStatus | None = None
    review: Review | None = None
    note: str = ""
    extra: Mapping[str, Any] = field(default_factory=_nothing, repr=False)

    @property
    def has_size(self) -> bool:
        """Whether the size is known."""
        return self.height > 0 and self.width > 0


@dataclass(frozen=True)
class Provenance:
    """Where an instance's mask came from. source: "tinysam", "imported" ...; weights: the checkpoint's name."""

    source: str = ""
    weights: str = ""
    predicted_iou: float | None = None
    stability: float | None = None


_NO_PROVENANCE = Provenance()


@dataclass(frozen=True)
class Instance:
    """One annotated object on one image. Its mask is the truth; `verbatim` is how the file spelt it.

    mask: run-lengths in the image's oriented frame.
    verbatim: segmentation, area and bbox exactly as read, written back while the mask is unchanged; None for new masks.
    group: the number it shares with the instances of its image that belong together, or None. review: its own, which
    counts for more than its image's. attributes: values by the names of its category's attributes, bool, int, float or
    str; others stay as they were read. parent_id: what it was a part of as a proposal; that one may be anything now, or
    gone. Proposals that are parts of this one find their level by it. locked: it is right as it is, so that nothing is
    to change it by mistake; whoever changes instances for the user sees to that. is_bare: the file says nothing of its
    being a crowd, and is not made to while it is none.
    """

    id: int
    image_id: int
    category_id: int
    mask: RunLengths = field(repr=False)
    iscrowd: bool = False
    group: int | None = None
    review: Review | None = None
    attributes: Mapping[str, Any] = field(default_factory=_nothing)
    provenance: Provenance = _NO_PROVENANCE
    parent_id: int | None = None
    verbatim: Mapping[str, Any] | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=_nothing, repr=False)
    locked: bool = False
    is_bare: bool = field(default=False, repr=False)

    @classmethod
    def plain(
        cls,
        id: int,
        image_id: int,
        category_id: int,
        mask: RunLengths,
        *,
        iscrowd: bool,
        verbatim: Mapping[str, Any] | None,
    ) -> Instance:
        """One of which COCO says all there is to say; made in a third of the time, which counts when files are read."""
        instance = object.__new__(cls)
        state = vars(instance)  # a frozen record sets each field by a call
        state["id"], state["image_id"], state["category_id"], state["mask"] = id, image_id, category_id, mask
        state["iscrowd"], state["group"], state["review"], state["attributes"] = iscrowd, None, None, NOTHING
        state["provenance"], state["parent_id"], state["verbatim"] = _NO_PROVENANCE, None, verbatim
        state["extra"], state["locked"], state["is_bare"] = NOTHING, False, False
        return instance

    def with_mask(self, mask: RunLengths) -> Instance:
        """The same instance with another mask; what file, network and review said of the old one is not said of it."""
        if mask is self.mask:  # not ==, for which a mask as it was read would have to be made
            return replace(self, verbatim=None)
        review = None if self.review is None else replace(self.review, state=ReviewState.TO_REVIEW)
        provenance = replace(self.provenance, predicted_iou=None, stability=None)
        return replace(self, mask=mask, verbatim=None, review=review, provenance=provenance)


@dataclass(frozen=True)
class StoredProposal:
    """A mask the model suggested for one image, kept until a person accepts it as an Instance or throws it away.

    It shares the instances' ids, so that accepting one need not give it another. category_id: what it would become.
    score: the predicted IoU, about 0..1. parent_id: the proposal it is a part of; that one may be gone or accepted.
    point: (x, y) of the prompt that made it, pixels of the oriented image, or None. parameters: those of the run that
    made it. verbatim, is_bare: as in Instance.
    """

    id: int
    image_id: int
    category_id: int
    mask: RunLengths = field(repr=False)
    score: float
    provenance: Provenance = _NO_PROVENANCE
    parent_id: int | None = None
    point: tuple[float, float] | None = None
    parameters: Mapping[str, Any] = field(default_factory=_nothing, repr=False)
    verbatim: Mapping[str, Any] | None = field(default=None, repr=False)
    extra: Mapping[str, Any] = field(default_factory=_nothing, repr=False)
    is_bare: bool = field(default=False, repr=False)

    def accepted(self, category_id: int) -> Instance:
        """The Instance it becomes: same id, same mask, same parent."""
        return Instance(
            self.id,
            self.image_id,
            category_id,
            self.mask,
            provenance=self.provenance,
            parent_id=self.parent_id,
            verbatim=self.verbatim,
            extra=self.extra,
            is_bare=self.is_bare,
        )


Record = Category | ImageRecord | Instance | StoredProposal


@dataclass(frozen=True)
class Change:
    """One record that appeared (before None), vanished (after None), was replaced, or only moved (both the same)."""

    before: Record | None
    after: Record | None
