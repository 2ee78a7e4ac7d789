"""Reviews and notes of images: fields, keys, marks in the list, the filter, undo and the file."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtWidgets import QApplication

from annotator.core import coco
from annotator.core.document import Category, ImageRecord, Instance, Review, ReviewState
from annotator.core.edits import AddCategory, AddInstance, ChangeInstance, Together
from annotator.core.geometry import RunLengths
from annotator.gui.panels.image_filter import ReviewFilter
from tests.gui.conftest import Hands

SHIFT = Qt.KeyboardModifier.ShiftModifier
ACCEPTED, REJECTED, TO_REVIEW = (
    Review(ReviewState.ACCEPTED),
    Review(ReviewState.REJECTED),
    Review(ReviewState.TO_REVIEW),
)


def details(hands: Hands):
    return hands.window.images.details


def image(hands: Hands, image_id: int = 1) -> ImageRecord:
    return hands.window.workspace.model.document.images[image_id]


def listed(hands: Hands) -> list[int]:
    model = hands.window.images.list_model
    model._catch_up()
    return [model.image_id(row) for row in range(model.rowCount())]


def put(hands: Hands, image_id: int, **changes) -> None:
    document = hands.window.workspace.model.document
    document.put(replace(document.images[image_id], **changes))


def show_reviews(hands: Hands, wanted: ReviewFilter | None) -> list[int]:
    combo = hands.window.images.filter_bar.review
    combo.setCurrentIndex(combo.findData(wanted) if wanted is not None else 0)
    return listed(hands)


def test_keys_on_the_canvas_review_the_image(hands):
    for key, wanted in ((Qt.Key.Key_T, TO_REVIEW), (Qt.Key.Key_Y, ACCEPTED), (Qt.Key.Key_N, REJECTED)):
        hands.window.canvas.setFocus()
        hands.key(key, SHIFT)
        assert image(hands).review == wanted
    assert QApplication.focusWidget() is details(hands).review.comment
    hands.qtbot.keyClicks(details(hands).review.comment, "one is missing")
    assert image(hands).review == Review(ReviewState.REJECTED, "one is missing")
    hands.qtbot.keyClick(details(hands).review.comment, Qt.Key.Key_Return)
    assert QApplication.focusWidget() is hands.window.canvas
    for wanted in (REJECTED, ACCEPTED, TO_REVIEW, None):
        hands.undo()
        assert image(hands).review == wanted
    assert not details(hands).review.comment.isVisible()


def test_the_comment_stays_for_the_second_review_and_goes_with_the_acceptance(hands):
    put(hands, 1, review=Review(ReviewState.REJECTED, "blurred"))
    hands.window.actions_.ask_for_review.trigger()
    assert image(hands).review == Review(ReviewState.TO_REVIEW, "blurred")
    assert details(hands).review.comment.text() == "blurred"
    hands.window.actions_.accept_image.trigger()
    assert image(hands).review == ACCEPTED
    hands.undo()
    assert details(hands).review.comment.text() == "blurred"


def test_a_note_is_saved_with_every_key_and_undone_as_one(hands):
    note, model = details(hands).note, hands.window.workspace.model
    note.setFocus()
    hands.qtbot.keyClicks(note, "two")
    hands.qtbot.keyClick(note, Qt.Key.Key_Return)
    hands.qtbot.keyClicks(note, "lines")
    assert image(hands).note == "two\nlines"
    assert model.undo_stack.count() == 1
    path = hands.save()
    (record,) = (r for r in json.loads(path.read_bytes())["images"] if r["id"] == 1)
    assert record["annotator"] == {"note": "two\nlines"}
    hands.qtbot.keyClick(note, Qt.Key.Key_Escape)
    assert QApplication.focusWidget() is hands.window.canvas
    hands.undo()
    assert (image(hands).note, note.toPlainText()) == ("", "")
    hands.redo()
    assert (image(hands).note, note.toPlainText()) == ("two\nlines", "two\nlines")


def test_the_fields_follow_the_image_on_screen(hands):
    put(hands, 2, review=Review(ReviewState.REJECTED, "dark"), note="ask Li")
    assert (details(hands).note.toPlainText(), details(hands).review.state.currentText()) == ("", "Not reviewed")
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    assert (details(hands).note.toPlainText(), details(hands).review.state.currentText()) == ("ask Li", "Rejected")
    assert details(hands).review.comment.text() == "dark"
    assert image(hands, 1) == replace(image(hands, 1), note="", review=None)


def test_marked_rows_are_reviewed_together(hands):
    view = hands.window.images.view
    view.selectAll()
    view.setFocus()
    hands.qtbot.keyClick(view, Qt.Key.Key_Y, SHIFT)
    assert [image(hands, i).review for i in (1, 2, 3)] == [ACCEPTED] * 3
    hands.window.workspace.model.undo()
    assert [image(hands, i).review for i in (1, 2, 3)] == [None] * 3


def test_rows_say_the_review_and_what_was_written(hands):
    put(hands, 2, review=Review(ReviewState.REJECTED, "dark"), note="ask Li")
    index = hands.window.images.list_model.index(1)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "b.png, no instances, untouched, rejected"
    assert index.data(Qt.ItemDataRole.ToolTipRole) == "b.png\nno instances, untouched, rejected\ndark\nask Li"


def test_rows_show_the_review_in_three_shapes_and_whether_there_is_a_note(hands):
    view = hands.window.images.view
    view.selectionModel().select(view.model().index(0, 0), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    pictures = []
    for review, note in ((None, ""), (TO_REVIEW, ""), (ACCEPTED, ""), (REJECTED, ""), (REJECTED, "a"), (None, "a")):
        put(hands, 2, review=review, note=note)
        listed(hands)
        rect = view.visualRect(hands.window.images.list_model.index(1))
        pictures.append(view.viewport().grab(rect).toImage())
    for number, one in enumerate(pictures):
        assert all(one != other for other in pictures[:number])


def test_the_filter_shows_images_by_review(hands):
    put(hands, 2, review=REJECTED)
    put(hands, 3, review=ACCEPTED)
    listed(hands)
    hands.window.images.list_model.set_shown(None)
    assert show_reviews(hands, ReviewFilter.REJECTED) == [2]
    assert show_reviews(hands, ReviewFilter.ACCEPTED) == [3]
    assert show_reviews(hands, ReviewFilter.TO_REVIEW) == []
    assert show_reviews(hands, ReviewFilter.NONE) == [1]
    put(hands, 3, review=None)
    assert listed(hands) == [1, 3]
    put(hands, 2, review=TO_REVIEW)
    assert show_reviews(hands, ReviewFilter.TO_REVIEW) == [2]
    assert hands.window.images.matches.text() == "1 image(s) match"
    hands.window.images.clear_filter.click()
    assert listed(hands) == [1, 2, 3]


def test_an_image_with_a_rejected_instance_is_found(hands):
    model = hands.window.workspace.model
    category = Category(model.document.take_id(Category), "thing")
    mask = RunLengths.from_mask(np.ones((160, 240), bool))
    instance = Instance(model.document.take_id(Instance), 2, category.id, mask)
    model.push(Together((AddCategory(category), AddInstance(instance))), "test")
    hands.window.images.list_model.set_shown(None)
    assert show_reviews(hands, ReviewFilter.REJECTED) == []
    model.push(ChangeInstance(instance, replace(instance, review=REJECTED)), "test")
    assert listed(hands) == [2]
    model.undo()  # which shows the image, so that its row stays as long
    assert listed(hands) == [2]
    hands.window.workspace.show_image(1)
    assert listed(hands) == []
    model.redo()
    assert show_reviews(hands, None) == [1, 2, 3]
    assert show_reviews(hands, ReviewFilter.REJECTED) == [2]


def test_what_cannot_be_opened_cannot_be_reviewed(hands):
    put(hands, 2, height=0, width=0, problem="It is broken.")
    hands.window.images.details.set_image(2)
    assert not details(hands).note.isEnabled()
    hands.window.images.details.accept()
    assert image(hands, 2).review is None
    assert "cannot be marked" in hands.window.status.currentMessage()


def test_what_is_refused_does_not_stay_in_the_fields(hands):
    hands.window.workspace.model.freeze("Only to look at.")
    details(hands).note.setFocus()
    hands.qtbot.keyClicks(details(hands).note, "x")
    hands.window.actions_.reject_image.trigger()
    assert image(hands) == replace(image(hands), note="", review=None)
    assert details(hands).note.toPlainText() == ""
    assert details(hands).review.state.currentText() == "Not reviewed"


@pytest.mark.parametrize("note", ["", "a", "\u4e00\n\n"])
def test_a_saved_review_is_read_back(hands, note):
    put(hands, 1, review=Review(ReviewState.REJECTED, "see note"), note=note)
    hands.window.workspace.editor.images.toggle_done([1])
    back = coco.read(hands.save())
    assert back.images[1] == image(hands, 1)


def test_rows_of_instances_show_their_review(hands):
    model = hands.window.workspace.model
    category = Category(model.document.take_id(Category), "thing")
    mask = RunLengths.from_mask(np.ones((160, 240), bool))
    instance = Instance(model.document.take_id(Instance), 1, category.id, mask)
    model.push(Together((AddCategory(category), AddInstance(instance))), "test")
    panel = hands.window.instances
    hands.window.workspace.selection.select([])
    pictures, texts = [], []
    for review in (None, TO_REVIEW, ACCEPTED, Review(ReviewState.REJECTED, "rough")):
        model.document.put(replace(instance, review=review))
        pictures.append(panel.view.viewport().grab().toImage())
        texts.append(panel.list_model.index(0).data(Qt.ItemDataRole.AccessibleTextRole).split(" px")[1])
    assert texts == ["", ", to review", ", accepted", ", rejected: rough"]
    for number, one in enumerate(pictures):
        assert all(one != other for other in pictures[:number])
