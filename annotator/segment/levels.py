"""Levels from whole objects to fine parts: which stored proposals of an image belong to one level."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from annotator.core.document import Document, Instance, StoredProposal


@dataclass(frozen=True)
class Levels:
    """The proposals by their depth in the containment forest. depths: by id, 0 for whole objects.

    whole_ids: those that another of the proposals is a part of.
    """

    proposals: tuple[StoredProposal, ...]
    depths: Mapping[int, int]
    whole_ids: frozenset[int]

    @property
    def finest(self) -> int:
        """The deepest level; 0 when nothing is a part of anything."""
        return max(self.depths.values(), default=0)

    def at(self, level: int) -> tuple[StoredProposal, ...]:
        """A cut through the forest: those of that depth, and those above it that have no parts."""
        return tuple(
            proposal
            for proposal in self.proposals
            if (depth := self.depths[proposal.id]) == level or (depth < level and proposal.id not in self.whole_ids)
        )


NO_LEVELS = Levels((), {}, frozenset())
"""Of no image."""


def levels_of(document: Document, image_id: int, *, least_score: float = 0.0) -> Levels:
    """The levels among the image's proposals with at least that score.

    Those with less count as if they were not there: their parts are parts of what they are a part of. Those that were
    accepted keep their place: accepting an object does not make whole objects of its parts. But they do not stand for
    what they are a part of: an object whose parts were all accepted is itself the finest that is left of it.
    A file may say anything: parents that do not exist, or that go round in circles, end the way up.
    """
    instances, proposals = list(document.instances_of(image_id)), list(document.proposals_of(image_id))
    both: list[Instance | StoredProposal] = [*instances, *proposals]
    parent_ids = {annotation.id: annotation.parent_id for annotation in both}
    proposals = [proposal for proposal in proposals if proposal.score >= least_score]
    counted = {proposal.id for proposal in proposals}.union(instance.id for instance in instances)
    depths: dict[int, int] = {}
    wholes: set[int] = set()
    for proposal in proposals:
        above = _above(proposal.id, parent_ids, counted)
        depths[proposal.id] = len(above)
        wholes.update(above)
    return Levels(tuple(proposals), depths, frozenset(wholes))


def parts_without(document: Document, gone: Sequence[StoredProposal]) -> list[tuple[StoredProposal, StoredProposal]]:
    """The proposals that lose their parent when those go, as they are and as they should be: parts of what is above it.

    So an object's finest parts stay on their level when those between are thrown away.
    """
    parent_ids = {proposal.id: proposal.parent_id for proposal in gone}
    changes = []
    for image_id in dict.fromkeys(proposal.image_id for proposal in gone):
        for part in document.proposals_of(image_id):
            if part.id in parent_ids or part.parent_id not in parent_ids:
                continue
            parent: int | None = part.parent_id
            seen = set[int]()
            while parent in parent_ids and parent not in seen:
                seen.add(parent)
                parent = parent_ids[parent]
            changes.append((part, replace(part, parent_id=None if parent in seen else parent)))
    return changes


def _above(proposal_id: int, parent_ids: Mapping[int, int | None], counted: Collection[int]) -> list[int]:
    """All that it is a part of and that counts, nearest first."""
    above: list[int] = []
    seen = {proposal_id}
    parent = parent_ids.get(proposal_id)
    while parent is not None and parent not in seen:
        seen.add(parent)
        if parent in counted:
            above.append(parent)
        parent = parent_ids.get(parent)
    return above
