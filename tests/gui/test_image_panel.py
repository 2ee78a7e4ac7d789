"""The way through the list of images, and what of it is in sight."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from annotator.gui.document_model import DocumentModel
from annotator.gui.image_changes import ImageChanges
from annotator.gui.panels.image_list import ImageListPanel
from tests.gui.small_documents import open_document, small_document


@pytest.fixture
def model(qapp) -> DocumentModel:
    return DocumentModel()


@pytest.fixture
def panel(model, qtbot) -> ImageListPanel:
    """A list of five images, of which the second cannot be opened, that follows what it asks for."""
    document = small_document([f"{number}.png" for number in range(1, 6)])
    document.put(replace(document.images[2], problem="It is damaged."))
    open_document(model, document)
    panel = ImageListPanel(model)
    panel.image_chosen.connect(panel.show_image)
    qtbot.addWidget(panel)
    panel.show_image(1)
    return panel


def test_what_cannot_be_opened_is_counted_apart(panel, model, qtbot):
    assert panel.count.text() == "0/4 done"
    assert panel.unusable.text() == "1 image(s) cannot be opened"
    ImageChanges(model).toggle_done([1, 3])
    qtbot.waitUntil(lambda: panel.count.text() == "2/4 done")
    document = small_document(["1.png"])
    open_document(model, document)
    assert panel.count.text() == "0/1 done"
    assert not panel.unusable.isVisibleTo(panel)


def test_next_untouched_skips_what_is_not_and_begins_again(panel, model, qtbot):
    changes, chosen = ImageChanges(model), []
    panel.image_chosen.connect(chosen.append)
    changes.toggle_done([3])
    panel.next_untouched()
    panel.next_untouched()
    assert chosen == [4, 5]
    panel.next_untouched()  # the first, beyond the end
    assert chosen == [4, 5, 1]
    changes.toggle_done([1, 4, 5])
    with qtbot.waitSignal(panel.refused) as caught:
        panel.next_untouched()
    assert "untouched" in caught.args[0]
    assert chosen == [4, 5, 1]


def test_paging_goes_on_from_where_a_filtered_out_image_would_be(panel, model, qtbot):
    chosen = []
    panel.image_chosen.connect(chosen.append)
    ImageChanges(model).toggle_done([3])
    for rows, wanted in ((1, 4), (-1, 2)):
        panel.filter_bar.clear()
        panel.show_image(3)
        panel.filter_bar.status.setCurrentIndex(panel.filter_bar.status.findText("Untouched"))
        assert not panel.view.currentIndex().isValid()
        panel.step(rows)
        assert chosen[-1] == wanted


def test_next_untouched_looks_only_at_what_is_listed(panel, qtbot):
    panel.filter_bar.text.setText("3")
    panel.next_untouched()
    assert panel.list_model.image_id(panel.view.currentIndex().row()) == 3


def test_a_ctrl_held_for_the_shortcut_does_not_select_one_more(hands, qtbot):
    view = hands.window.images.view
    view.setFocus()
    qtbot.keyPress(view, Qt.Key.Key_Control)
    qtbot.keyClick(view, Qt.Key.Key_F5, Qt.KeyboardModifier.ControlModifier)  # any key, so that Qt knows of the Ctrl
    hands.window.images.next_untouched()
    qtbot.keyRelease(view, Qt.Key.Key_Control)
    assert view.selected_rows() == [1]


def test_only_the_rows_in_sight_are_wanted(model, qtbot, monkeypatch):
    open_document(model, small_document([f"{number}.png" for number in range(1000)]))
    panel = ImageListPanel(model)
    qtbot.addWidget(panel)
    wanted = []
    monkeypatch.setattr(panel.thumbnails, "want", lambda images: wanted.append([path.name for path in images]))
    panel.resize(240, 500)
    panel.show()
    qtbot.waitUntil(lambda: bool(wanted))
    assert wanted[-1] == [f"{number}.png" for number in range(len(wanted[-1]))]
    assert 2 <= len(wanted[-1]) <= 12
    panel.view.scrollToBottom()
    qtbot.waitUntil(lambda: wanted[-1][-1] == "999.png")
    assert len(wanted[-1]) <= 12
    panel.hide()
    assert wanted[-1] == []
