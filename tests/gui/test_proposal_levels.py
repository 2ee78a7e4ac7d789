"""The proposals that are shown: by level, score, and what has become of their parents."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from annotator.core.document import StoredProposal
from annotator.core.edits import ReplaceProposals
from tests.gui.conftest import Hands
from tests.gui.proposing import ALONE, PART, WHOLE, document, process, put, shown_ids, wait_shapes

__all__ = ["process"]

# -- filters -----------------------------------------------------------------------------------------------------------


def test_the_level_slider_goes_from_whole_objects_to_parts(hands):
    whole, part, alone = put(hands, WHOLE, PART, ALONE)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(lambda: panel.level.maximum() == 1)
    assert shown_ids(hands) == {whole.id, alone.id}
    panel.level.setValue(1)
    assert shown_ids(hands) == {part.id, alone.id}


def test_the_score_slider_filters_and_parts_of_what_is_left_out_are_whole(hands):
    whole, part, alone = put(hands, (20, 20, 90, 0.7, None), (30, 30, 20, 0.8, 0), ALONE)
    panel = hands.window.proposals
    panel.score.setValue(75)
    assert shown_ids(hands) == {part.id, alone.id}
    assert panel.count.text() == "2 of 3"
    panel.score.setValue(0)
    assert shown_ids(hands) == {whole.id, alone.id}


def test_accepting_an_object_does_not_make_whole_objects_of_its_parts(hands):
    whole, part, alone = put(hands, WHOLE, PART, ALONE)
    hands.click(100, 100)
    assert whole.id in document(hands).instances
    assert shown_ids(hands) == {alone.id}
    hands.click(160, 60)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(lambda: panel.count.text() == "0 of 1")
    assert panel.rows.empty_text == "None on this level: move the slider to finer parts."
    panel.level.setValue(1)
    assert shown_ids(hands) == {part.id}
    panel.score.setValue(99)
    assert panel.rows.empty_text == "None passes the filters."


def test_a_click_never_accepts_what_is_filtered_out(hands):
    whole, _, _ = put(hands, WHOLE, PART, ALONE)
    hands.click(35, 35)  # on the part, which is not shown
    assert set(document(hands).instances) == {whole.id}


def test_at_the_parts_level_a_click_accepts_the_part(hands):
    _, part, _ = put(hands, WHOLE, PART, ALONE)
    hands.qtbot.waitUntil(lambda: hands.window.proposals.level.maximum() == 1)
    hands.window.proposals.level.setValue(1)
    wait_shapes(hands)
    hands.click(35, 35)
    assert set(document(hands).instances) == {part.id}


def test_parents_in_a_circle_do_no_harm(hands):
    first, second = put(hands, WHOLE, ALONE)
    circle = tuple(
        StoredProposal(p.id, 1, 1, p.mask, p.score, parent_id=other.id)
        for p, other in ((first, second), (second, first))
    )
    hands.window.workspace.model.push(ReplaceProposals((first, second), circle), "")
    assert hands.window.workspace.proposals.total == 2


def reopen(hands: Hands) -> None:
    hands.open(hands.save())
    hands.wait_image("a.png")
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)


def levels_shown(hands: Hands) -> list[set[int]]:
    """What each place of the level slider shows."""
    slider = hands.window.proposals.level
    shown = []
    for level in range(slider.maximum() + 1):
        slider.setValue(level)
        shown.append(shown_ids(hands))
    slider.setValue(0)
    return shown


NESTED = (
    (5, 5, 120, 0.9, None),
    (10, 10, 80, 0.9, 0),
    (15, 15, 40, 0.9, 1),
    (20, 20, 20, 0.9, 2),
    (150, 50, 40, 0.9, None),
)


def test_the_levels_are_the_same_after_reopening(hands):
    stored = put(hands, *NESTED)
    reopen(hands)
    hands.qtbot.waitUntil(lambda: hands.window.proposals.level.maximum() == 3)
    alone = stored[4].id
    assert levels_shown(hands) == [{proposal.id, alone} for proposal in stored[:4]]


@pytest.mark.parametrize("taken", [0, 1])
def test_the_levels_stay_when_wholes_are_accepted_also_after_reopening(hands, taken):
    stored = put(hands, *NESTED)
    hands.window.proposals.level.setValue(taken)
    hands.window.workspace.proposal_changes.accept_as_named([stored[taken].id], "thing")
    expected = [{proposal.id, stored[4].id} & set(document(hands).proposals) for proposal in stored[:4]]
    hands.qtbot.waitUntil(lambda: stored[taken].id not in shown_ids(hands))
    assert levels_shown(hands) == expected
    reopen(hands)
    assert levels_shown(hands) == expected


def test_at_the_finest_level_an_object_is_shown_once_all_its_parts_are_accepted(hands):
    two_parts = [(10, 10, 60, 0.9, None), (15, 15, 10, 0.9, 0), (40, 15, 10, 0.9, 0)]
    other = [(100, 10, 60, 0.9, None), (110, 20, 20, 0.9, 3)]
    whole, one, two, _, part = put(hands, *two_parts, *other)
    slider = hands.window.proposals.level
    hands.qtbot.waitUntil(lambda: slider.maximum() == 1)
    slider.setValue(1)
    wait_shapes(hands)
    hands.click(20, 20)
    hands.qtbot.waitUntil(lambda: shown_ids(hands) == {two.id, part.id})
    hands.click(45, 20)
    hands.qtbot.waitUntil(lambda: shown_ids(hands) == {whole.id, part.id})
    assert set(document(hands).instances) == {one.id, two.id}
    hands.undo()
    hands.qtbot.waitUntil(lambda: shown_ids(hands) == {two.id, part.id})


def test_parts_of_what_is_thrown_away_go_up_one_level_and_come_back_with_it(hands):
    stored = put(hands, *NESTED)
    hands.qtbot.waitUntil(lambda: hands.window.proposals.level.maximum() == 3)
    hands.window.proposals.level.setValue(1)
    hands.window.workspace.proposal_changes.delete([stored[1].id])
    hands.qtbot.waitUntil(lambda: hands.window.proposals.level.maximum() == 2)
    expected = [{stored[i].id, stored[4].id} for i in (0, 2, 3)]
    assert levels_shown(hands) == expected
    reopen(hands)
    assert levels_shown(hands) == expected
    assert document(hands).proposals[stored[2].id].parent_id == stored[0].id


def test_undoing_a_deletion_brings_back_the_parents_too(hands):
    stored = put(hands, *NESTED)
    before = dict(document(hands).proposals)
    hands.window.workspace.proposal_changes.delete([stored[0].id])
    assert document(hands).proposals[stored[1].id].parent_id is None
    hands.undo()
    assert document(hands).proposals == before
