"""Levels of stored proposals, and what accepting some of them does to the others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.core.document import Category, Document, ImageRecord, StoredProposal
from annotator.core.edits import AcceptProposals
from annotator.core.geometry import RunLengths
from annotator.segment.levels import levels_of

MASK = RunLengths.from_mask(np.ones((2, 2), bool))
FORESTS = st.lists(st.integers(0, 2519), min_size=1, max_size=9).map(
    lambda draws: [None if draw % (index + 1) == index else draw % (index + 1) for index, draw in enumerate(draws)]
)


def document_of(parents: list[int | None]) -> Document:
    """One image with a proposal for each, ids from 1; what they are parts of, by index."""
    document = Document(Path())
    document.put(Category(1, "thing"))
    document.put(ImageRecord(1, "a.png", 2, 2))
    for index, parent in enumerate(parents):
        parent_id = None if parent is None else parent + 1
        document.put(StoredProposal(index + 1, 1, 1, MASK, 0.9, parent_id=parent_id))
    return document


def shown(document: Document, slider: int) -> set[int]:
    """The ids that a slider at that place shows, whose end may have come nearer since."""
    levels = levels_of(document, 1)
    return {proposal.id for proposal in levels.at(min(slider, levels.finest))}


def accept(document: Document, ids: set[int]) -> None:
    AcceptProposals(tuple(document.proposals[i] for i in sorted(ids)), 1).apply(document)


@given(FORESTS, st.integers(0, 4), st.data())
def test_accepting_some_hides_no_others(parents, slider, data):
    document = document_of(parents)
    before = shown(document, slider)
    taken = data.draw(st.sets(st.sampled_from(sorted(before)), min_size=1)) if before else set()
    accept(document, taken)
    assert shown(document, slider) >= before - taken


@given(FORESTS, st.sets(st.integers(1, 9)))
@example([None, 0, None, 2], {2})
def test_the_finest_level_shows_all_that_have_no_finer_proposal_inside(parents, taken):
    document = document_of(parents)
    accept(document, taken & document.proposals.keys())

    def is_part(index: int | None, whole: int) -> bool:
        return index is not None and (index == whole or is_part(parents[index], whole))

    left = [index for index in range(len(parents)) if index + 1 in document.proposals]
    leaves = {w + 1 for w in left if not any(p != w and is_part(p, w) for p in left)}
    assert shown(document, 9) >= leaves


@given(FORESTS, st.integers(0, 4))
def test_every_proposal_is_shown_at_some_level_and_none_with_what_it_is_a_part_of(parents, slider):
    document = document_of(parents)
    levels = levels_of(document, 1)
    assert {p.id for level in range(levels.finest + 1) for p in levels.at(level)} == set(document.proposals)
    at_once = shown(document, slider)
    for proposal_id in at_once:
        above = parents[proposal_id - 1]
        while above is not None:
            assert above + 1 not in at_once
            above = parents[above]
