"""From what "segment everything" yields to the proposals a document keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from annotator.core.document import Document, Instance, Provenance, StoredProposal
from annotator.core.geometry import overlaps
from annotator.segment.everything import EverythingProposal
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.forest import parents

SOURCE = "tinysam everything"
"""Provenance.source of these proposals; a later run replaces them, and no others."""

_TAKEN_IOU = 0.8


def earlier_proposals(document: Document, image_id: int) -> tuple[StoredProposal, ...]:
    """The image's proposals that a new run over it replaces."""
    return tuple(p for p in document.proposals_of(image_id) if p.provenance.source == SOURCE)


def not_taken(found: Sequence[EverythingProposal], instances: Sequence[Instance]) -> list[EverythingProposal]:
    """Those that overlap none of the image's instances with an IoU over 0.8: others propose what is there already."""
    shares = overlaps([proposal.mask for proposal in found], [instance.mask for instance in instances])
    free = shares.max(axis=1, initial=0.0) <= _TAKEN_IOU
    return [proposal for proposal, is_free in zip(found, free, strict=True) if is_free]


def stored_proposals(
    document: Document,
    found: Sequence[EverythingProposal],
    *,
    image_id: int,
    category_id: int,
    weights: str,
    config: EverythingConfig,
) -> tuple[StoredProposal, ...]:
    """Records for the proposals of one image, with new ids and with their parents, in the order given.

    They are not put into the document. weights: the checkpoint's name; config: what made them.
    """
    ids = [document.take_id(StoredProposal) for _ in found]
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
        for proposal, proposal_id, parent in zip(found, ids, parents([p.mask for p in found]), strict=True)
    )
