"""Levels from whole objects to fine parts: which stored proposals of an image belong to one level."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from annotator.core.document import StoredProposal


@dataclass(frozen=True)
class Levels:
    """The proposals by their depth in the containment forest. depths: by id, 0 for whole objects.

    whole_ids: those that something counted is a part of.
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


def levels_of(
    proposals: Sequence[StoredProposal], parent_ids: Mapping[int, int | None], accepted_ids: Collection[int]
) -> Levels:
    """The levels among these proposals of one image.

    parent_ids: of these and of others that are left out now, which count as if they were not there, or were accepted
    (accepted_ids), which keep their place: accepting an object does not make whole objects of its parts.
    A file may say anything: parents that do not exist, or that go round in circles, end the way up.
    """
    counted = {proposal.id for proposal in proposals}.union(accepted_ids)
    depths: dict[int, int] = {}
    wholes: set[int] = set()
    for proposal_id in counted:
        above = _above(proposal_id, parent_ids, counted)
        depths[proposal_id] = len(above)
        wholes.update(above)
    return Levels(tuple(proposals), {proposal.id: depths[proposal.id] for proposal in proposals}, frozenset(wholes))


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
