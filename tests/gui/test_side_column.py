"""The panels to the right of the canvas: the lists get what the details cannot fill."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.core.document import Attribute, AttributeKind


@pytest.fixture
def annotated(hands):
    """Hands on a shown window with a cat on a.png, not selected."""
    hands.window.resize(1280, 800)
    hands.window.show()
    hands.click(50, 80)
    hands.wait_mask()
    hands.window.workspace.editor.accept_as_named("cat")
    hands.window.workspace.selection.select([])
    return hands


def fields_are_whole(window) -> bool:
    """Whether nothing of the details has to be scrolled to."""
    fields = window.details._fields
    return fields.sizeHint().height() <= fields.parentWidget().height()


def set_attributes(window, attributes: tuple[Attribute, ...]) -> None:
    category = window.workspace.model.document.categories[1]
    assert window.workspace.editor.categories.change(replace(category, attributes=attributes))


def select(hands) -> None:
    hands.window.workspace.selection.select([1])
    hands.qtbot.waitUntil(lambda: hands.window.details.subject.text() != "")


def test_the_details_leave_the_lists_what_they_cannot_fill(annotated, qtbot):
    window = annotated.window
    before = window.side.sizes()
    assert sum(before[:3]) > 2 * before[3]
    select(annotated)
    qtbot.waitUntil(lambda: fields_are_whole(window))
    assert window.side.sizes() == before  # nothing jumps


def test_attributes_make_room_for_themselves_once(annotated, qtbot):
    window = annotated.window
    select(annotated)
    before = window.side.sizes()[3]
    names = ("occluded", "truncated", "blurred", "posed")
    attributes = tuple(Attribute(name, AttributeKind.TEXT, ()) for name in names)
    set_attributes(window, attributes)
    qtbot.waitUntil(lambda: window.side.sizes()[3] > before and fields_are_whole(window))
    sizes = window.side.sizes()
    window.workspace.selection.select([])
    qtbot.waitUntil(lambda: window.details.subject.text() == "")
    assert window.side.sizes() == sizes


def test_details_that_the_user_made_small_stay_so(annotated, qtbot):
    window = annotated.window
    sizes = window.side.sizes()
    window.side.setSizes([sizes[0] + 60, *sizes[1:3], sizes[3] - 60])
    small = window.side.sizes()
    select(annotated)
    attributes = (Attribute("occluded", AttributeKind.FLAG, ()),)
    set_attributes(window, attributes)
    qtbot.waitUntil(lambda: "occluded" in window.details.form.fields)
    qtbot.wait(50)
    assert window.side.sizes() == small


def test_a_selected_row_stays_in_sight_when_its_list_gets_lower(annotated, qtbot):
    window = annotated.window
    for x in (120, 190, 20, 220):
        annotated.click(x, 80)
        annotated.wait_mask()
        window.workspace.editor.accept_as_named("cat")
    view = window.instances.view
    window.side.setSizes([100, 300, 100, 100])
    window.workspace.selection.select([1])  # the lowest, so the last row
    qtbot.waitUntil(lambda: view.selected_rows() == [4])
    window.side.setSizes([300, 100, 200, 100])
    qtbot.waitUntil(lambda: view.height() < 5 * view.rowHeight(0))
    assert 0 <= view.rowViewportPosition(4) <= view.viewport().height() - view.rowHeight(4)
