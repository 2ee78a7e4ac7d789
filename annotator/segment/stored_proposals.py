"""From what "segment everything" yields to the proposals a document keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace

from annotator.core.document import Category, Document, Instance, Provenance, StoredProposal
from annotator.core.geometry import overlaps
from annotator.segment.everything import EverythingProposal
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.forest import parents

SOURCE = "tinysam everything"
"""Provenance.source of these proposals; a later run replaces them, and no others."""

UNNAMED = "object"
"""What proposals are proposed as where nobody has said what they are."""

_TAKEN_IOU = 0.8
OURS, _PLACEHOLDER = "annotator", "placeholder"


def earlier_proposals(document: Document, image_id: int) -> tuple[StoredProposal, ...]:
    """The image's proposals that a new run over it replaces."""
    return tuple(p for p in document.proposals_of(image_id) if p.provenance.source == SOURCE)


def not_taken(found: Sequence[EverythingProposal], instances: Sequence[Instance]) -> list[EverythingProposal]:
    """Those that overlap none of the image's instances with an IoU over 0.8: others propose what is there already."""
    shares = overlaps([proposal.mask for proposal in found], [instance.mask for instance in instances])
    free = shares.max(axis=1, initial=0.0) <= _TAKEN_IOU
    return [proposal for proposal, is_free in zip(found, free, strict=True) if is_free]


@dataclass(frozen=True)
class NewProposals:
    """What one image is to get. parents: for each of `found` the place in it of what it is a part of, or None."""

    found: tuple[EverythingProposal, ...]
    parents: tuple[int | None, ...]


def new_proposals(
    found: Sequence[EverythingProposal], instances: Sequence[Instance], *, most: int | None = None
) -> NewProposals:
    """Those of `found` that propose none of the image's instances again, the first `most` of them, with their parents.

    It compares all with all: not for the thread of a window.
    """
    kept = tuple(not_taken(found, instances)[:most])
    return NewProposals(kept, tuple(parents([proposal.mask for proposal in kept])))


def stored_proposals(
    new: NewProposals,
    ids: Sequence[int],
    *,
    image_id: int,
    category_id: int,
    weights: str,
    config: EverythingConfig,
) -> tuple[StoredProposal, ...]:
    """Records for the proposals of one image, with their parents, in the order given.

    ids: one for each, see Document.take_ids. Of a whole folder's: not for the thread of a
    window. weights: the checkpoint's name; config: what made them.
    """
    parameters = asdict(config)
    return tuple(
        StoredProposal(
            proposal_id,
            image_id,
            category_id,
            proposal.mask,
            score=proposal.predicted_iou,
            provenance=Provenance(SOURCE, weights, proposal.predicted_iou, proposal.stability),
            parent_id=None if parent is None else ids[parent],
            point=proposal.point,
            parameters=parameters,
        )
        for proposal, proposal_id, parent in zip(new.found, ids, new.parents, strict=True)
    )


def category_for(document: Document, name: str) -> Category:
    """The document's category of that name, or a new one, which the caller is to put there."""
    category = document.category_named(name)
    if category is not None:
        return category
    category = Category(document.take_id(Category), name)
    return as_placeholder(category) if name == UNNAMED else category


def as_placeholder(category: Category) -> Category:
    """The category, marked as one that is only there because proposals need some."""
    return replace(category, extra={**category.extra, OURS: {**category.extra.get(OURS, {}), _PLACEHOLDER: True}})


def is_placeholder(category: Category) -> bool:
    """Whether nobody has said that there are such objects; one that was given another name has been adopted."""
    return category.name == UNNAMED and category.extra.get(OURS, {}).get(_PLACEHOLDER) is True


def abandoned_placeholders(
    document: Document, gone: Sequence[StoredProposal], *, used: Collection[int] = ()
) -> tuple[Category, ...]:
    """The placeholders that nothing needs any more without those proposals, unless their id is in `used`."""
    going = Counter(proposal.category_id for proposal in gone)
    return tuple(
        category
        for category_id, count in going.items()
        if is_placeholder(category := document.categories[category_id])
        and category_id not in used
        and not document.count_of_category(category_id)
        and document.count_of_proposals(category_id) == count
    )
