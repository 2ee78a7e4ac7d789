"""Proposals accepted and thrown away by many, how they are drawn, and those of a pre-labelled file."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from annotator.core.document import StoredProposal
from annotator.core.edits import ReplaceProposals
from tests.gui.proposing import (
    ALONE,
    PART,
    SHIFT,
    WHOLE,
    document,
    process,
    proposals,
    put,
    shift_drag,
    shown_ids,
    wait_shapes,
)

__all__ = ["process"]

# -- many at once ------------------------------------------------------------------------------------------------------


def test_shift_drag_accepts_all_inside_in_one_edit(hands):
    _, second, third = put(hands, (5, 5, 20, 0.9, None), (60, 60, 20, 0.9, None), (100, 60, 20, 0.9, None))
    count = hands.window.workspace.model.undo_stack.count()
    shift_drag(hands, 50, 50, 130, 90)
    assert set(document(hands).instances) == {second.id, third.id}
    assert hands.window.workspace.model.undo_stack.count() == count + 1
    hands.undo()
    assert len(proposals(hands)) == 3
    assert not document(hands).instances


def test_a_click_where_an_instance_lies_selects_it_and_accepts_no_proposal_over_it(hands):
    whole, part = put(hands, WHOLE, (30, 30, 20, 0.80, None))
    hands.window.workspace.proposal_changes.accept([whole.id])
    selection = hands.window.workspace.selection
    assert not selection.instance_ids
    hands.qtbot.waitUntil(lambda: hands.window.layer.shape_of(whole.id) is not None)
    hands.click(40, 40)
    assert selection.instance_ids == {whole.id}
    assert [p.id for p in proposals(hands)] == [part.id]


def test_delete_after_accepting_a_proposal_is_for_none_that_was_selected_before(hands):
    first, second = put(hands, (5, 5, 20, 0.9, None), (60, 60, 20, 0.9, None))
    hands.click(15, 15)
    hands.window.workspace.selection.select([first.id])
    hands.click(70, 70)
    assert set(document(hands).instances) == {first.id, second.id}
    QTest.mouseMove(hands.window.canvas, hands.at(200, 150))
    hands.key(Qt.Key.Key_Delete)
    assert set(document(hands).instances) == {first.id, second.id}


def test_shift_drag_over_a_half_accepts_nothing_and_says_so(hands):
    put(hands, (60, 60, 20, 0.9, None))
    shift_drag(hands, 50, 50, 70, 90)
    assert not document(hands).instances
    assert hands.window.status.currentMessage()


def test_accept_all_asks_for_the_category_and_takes_only_those_shown(hands):
    whole, part, alone = put(hands, WHOLE, PART, ALONE)
    hands.qtbot.mouseClick(hands.window.proposals.accept_all, Qt.MouseButton.LeftButton)
    field = hands.window.proposals_on_screen.name_strip.field
    assert field.text() == "thing"
    hands.qtbot.keyClicks(field, "animal")  # typed over it
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    assert set(document(hands).instances) == {whole.id, alone.id}
    assert {document(hands).categories[i.category_id].name for i in document(hands).instances.values()} == {"animal"}
    assert [p.id for p in proposals(hands)] == [part.id]
    hands.undo()
    assert len(proposals(hands)) == 3
    assert document(hands).category_named("animal") is None


def test_delete_throws_away_the_selected_ones(hands):
    whole, _, alone = put(hands, WHOLE, PART, ALONE)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(lambda: panel.list_model.rowCount() == 2)
    panel.rows.selectRow(panel.list_model.rows_of(frozenset({alone.id}))[0])
    assert hands.window.workspace.proposals.selected_ids == {alone.id}
    hands.key(Qt.Key.Key_Delete)
    assert alone.id not in document(hands).proposals
    assert whole.id in document(hands).proposals
    hands.undo()
    assert document(hands).proposals[alone.id] == alone


def test_all_can_be_deleted_where_some_are_not_shown(hands):
    put(hands, WHOLE, PART, ALONE)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(lambda: panel.delete_all in panel.rows.actions())
    assert panel.delete_all.text() == "Delete all 3, shown or not"
    panel.delete_all.trigger()
    assert not proposals(hands)
    hands.undo()
    assert len(proposals(hands)) == 3


def test_where_all_are_shown_deleting_all_is_not_offered_beside_it(hands):
    put(hands, ALONE)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(panel.delete_shown.isEnabled)
    assert panel.delete_all not in panel.rows.actions()


def test_hidden_proposals_are_said_to_be_hidden(hands):
    put(hands, WHOLE, ALONE)
    panel = hands.window.proposals
    hands.key(Qt.Key.Key_H, SHIFT)
    assert panel.rows.empty_text == "Hidden: Shift+H shows them."
    hands.window.workspace.proposals.set_least_score(0.99)
    hands.key(Qt.Key.Key_H, SHIFT)
    assert panel.rows.empty_text == "None passes the filters."


def test_delete_shown_throws_away_those_shown_in_one_edit(hands):
    whole, part, alone = put(hands, WHOLE, PART, ALONE)
    panel = hands.window.proposals
    hands.qtbot.waitUntil(panel.delete_shown.isEnabled)
    hands.qtbot.mouseClick(panel.delete_shown, Qt.MouseButton.LeftButton)
    assert [p.id for p in proposals(hands)] == [part.id]
    hands.undo()
    assert {p.id for p in proposals(hands)} == {whole.id, part.id, alone.id}
    panel.score.setValue(99)
    hands.qtbot.waitUntil(lambda: not panel.delete_shown.isEnabled())


def test_delete_throws_away_the_one_pointed_at(hands):
    _, _, alone = put(hands, WHOLE, PART, ALONE)
    QTest.mouseMove(hands.window.canvas, hands.at(170, 70))
    hands.qtbot.waitUntil(lambda: hands.window.workspace.proposals.hovered_id == alone.id)
    hands.key(Qt.Key.Key_Delete)
    assert alone.id not in document(hands).proposals


# -- what is seen ------------------------------------------------------------------------------------------------------


def test_they_are_drawn_and_the_hovered_one_is_brighter(hands, qtbot):
    def pixels():
        return hands.window.canvas.grab().toImage()

    empty = pixels()
    put(hands, ALONE)
    inside, outside = hands.at(170, 70), hands.at(100, 20)
    plain = pixels()
    assert plain.pixel(inside) != empty.pixel(inside)
    assert plain.pixel(outside) == empty.pixel(outside)
    hands.window.workspace.proposals.hover(next(iter(shown_ids(hands))))
    bright = pixels()
    assert bright.pixelColor(inside).lightness() > plain.pixelColor(inside).lightness()
    hands.key(Qt.Key.Key_H, SHIFT)
    assert pixels().pixel(inside) == empty.pixel(inside)
    assert hands.window.proposal_layer.proposal_at(QPointF(170, 70)) is None


# -- a pre-labelled file -----------------------------------------------------------------------------------------------


def test_a_prelabelled_file_is_reviewed_image_by_image(hands, folder, qtbot):
    put(hands, ALONE)
    second = StoredProposal(
        document(hands).take_id(StoredProposal), 3, 1, proposals(hands)[0].mask, 0.7, parent_id=4711
    )
    hands.window.workspace.model.push(ReplaceProposals((), (second,)), "")
    path = hands.save()
    hands.open(path)
    hands.wait_image("a.png")
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)
    assert hands.window.proposals.list_model.rowCount() == 1
    hands.window.actions_.next_with_proposals.trigger()
    hands.wait_image("丙.png")
    assert shown_ids(hands) == {second.id}
    wait_shapes(hands)
    hands.click(170, 70)
    assert set(document(hands).instances) == {second.id}
    hands.window.actions_.next_with_proposals.trigger()
    hands.wait_image("a.png")
    hands.window.actions_.next_with_proposals.trigger()
    assert hands.window.status.currentMessage()
