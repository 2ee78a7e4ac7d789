"""The list of images: marks, filter and order."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from annotator.core.document import Document, ImageStatus, Instance, StoredProposal
from annotator.core.edits import AcceptProposals, AddInstance, RemoveInstances, ReplaceProposals
from annotator.core.geometry import RunLengths
from annotator.gui.document_model import DocumentModel
from annotator.gui.image_changes import ImageChanges
from annotator.gui.panels.image_list import ImageListPanel
from annotator.gui.panels.image_rows import IMAGE_ROW_ROLE, ImageFilter, ImageListModel, ImageOrder
from tests.gui.annotating import accept_disc, add_category
from tests.gui.conftest import Hands
from tests.gui.small_documents import open_document, small_document

DOT = RunLengths.from_mask(np.ones((1, 1), bool))


def names(panel: ImageListPanel) -> list[str]:
    model = panel.list_model
    return [model.index(row).data(IMAGE_ROW_ROLE).record.path for row in range(model.rowCount())]


def statuses(hands: Hands) -> list[ImageStatus]:
    model = hands.window.images.list_model
    return [model.index(row).data(IMAGE_ROW_ROLE).status for row in range(model.rowCount())]


@pytest.fixture
def model(qapp) -> DocumentModel:
    return DocumentModel()


# -- marks -------------------------------------------------------------------------------------------------------------


def test_an_image_is_in_work_with_its_first_instance(hands, qtbot):
    add_category(hands, "disc")
    accept_disc(hands, 50)
    assert statuses(hands) == [ImageStatus.IN_WORK, ImageStatus.UNTOUCHED, ImageStatus.UNTOUCHED]
    hands.undo()
    assert statuses(hands)[0] is ImageStatus.UNTOUCHED


def notes(hands: Hands) -> list[str]:
    model = hands.window.images.list_model
    return [model.index(row).data(IMAGE_ROW_ROLE).note for row in range(model.rowCount())]


def test_a_row_says_how_many_proposals_wait_and_they_can_be_filtered_by(hands, qtbot):
    add_category(hands, "disc")
    hands.key(Qt.Key.Key_W)
    model = hands.window.workspace.model
    qtbot.waitUntil(lambda: bool(model.document.proposals), timeout=20_000)
    stored = list(model.document.proposals_of(1))
    qtbot.waitUntil(lambda: notes(hands)[0] == f"{len(stored)} proposal(s)")
    assert notes(hands)[1:] == ["no instances", "no instances"]
    hands.window.workspace.proposal_changes.accept([stored[0].id])
    assert notes(hands)[0] == f"1 inst., {len(stored) - 1} prop."
    panel = hands.window.images
    status = panel.filter_bar.status
    status.setCurrentIndex(status.findText("Proposals"))
    assert names(panel) == ["a.png"]
    assert panel.matches.text() == "1 image(s) match"
    hands.window.workspace.proposal_changes.delete([proposal.id for proposal in model.document.proposals.values()])
    assert notes(hands)[0] == "1 instance(s)"
    assert names(panel) == ["a.png"]  # it is on screen
    panel.filter_bar.clear()
    hands.key(Qt.Key.Key_D)
    status.setCurrentIndex(status.findText("Proposals"))
    assert names(panel) == []
    hands.undo()
    qtbot.waitUntil(lambda: names(panel) == ["a.png"])


def test_done_is_marked_counted_undone_and_saved(hands, qtbot, make_window, process, folder):
    hands.window.workspace.editor.toggle_done()
    assert statuses(hands)[0] is ImageStatus.DONE
    qtbot.waitUntil(lambda: hands.window.images.count.text() == "1/3 done")
    hands.undo()
    assert statuses(hands)[0] is ImageStatus.UNTOUCHED
    qtbot.waitUntil(lambda: hands.window.images.count.text() == "0/3 done")
    hands.redo()
    path = hands.save()
    assert json.loads(path.read_text("utf-8"))["images"][0]["annotator"] == {"status": "done"}
    hands.open(folder)
    hands.wait_image("a.png")
    assert statuses(hands)[0] is ImageStatus.DONE
    hands.window.workspace.editor.toggle_done()
    assert statuses(hands)[0] is ImageStatus.UNTOUCHED


def test_space_marks_all_selected_rows_in_one_edit(hands, qtbot):
    view = hands.window.images.view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    done, untouched = ImageStatus.DONE, ImageStatus.UNTOUCHED
    assert statuses(hands) == [done, done, untouched]
    hands.undo()
    assert statuses(hands) == [untouched] * 3


def test_an_image_of_unknown_size_cannot_be_marked(hands, qtbot, folder):
    (folder / "0.png").write_bytes(b"no picture")
    hands.open(folder)
    panel = hands.window.images
    qtbot.waitUntil(lambda: panel.list_model.rowCount() == 4 and panel.view.currentIndex().row() == 0)
    with qtbot.waitSignal(panel.refused) as caught:
        panel.toggle_done.trigger()
    assert "cannot be opened" in caught.args[0]
    assert ImageStatus.DONE not in statuses(hands)
    assert "cannot be opened" in panel.list_model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_rows_are_read_out_with_their_status(hands):
    text = hands.window.images.list_model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert text == "a.png, no instances, untouched"


# -- filter and order --------------------------------------------------------------------------------------------------


def test_typing_filters_by_name_whatever_the_case(hands, qtbot):
    panel = hands.window.images
    panel.filter_bar.text.setFocus()
    qtbot.keyClicks(panel.filter_bar.text, "B.PNG")
    assert names(panel) == ["b.png"]
    assert panel.matches.isVisible()
    panel.filter_bar.text.setText("夹/丙")
    assert names(panel) == ["子文件夹/丙.png"]
    panel.filter_bar.text.setText("nothing has this name")
    assert names(panel) == []
    assert panel.view.empty_text
    qtbot.mouseClick(panel.clear_filter, Qt.MouseButton.LeftButton)
    assert names(panel) == ["a.png", "b.png", "子文件夹/丙.png"]
    assert panel.view.currentIndex().row() == 0
    assert not panel.matches.isVisible()


def test_image_on_screen_stays_listed_until_the_user_pages_on(hands, qtbot):
    panel = hands.window.images
    panel.filter_bar.status.setCurrentIndex(panel.filter_bar.status.findText("Untouched"))
    add_category(hands, "disc")
    accept_disc(hands, 50)
    qtbot.wait(20)
    assert names(panel) == ["a.png", "b.png", "子文件夹/丙.png"]
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    qtbot.waitUntil(lambda: names(panel) == ["b.png", "子文件夹/丙.png"])
    assert panel.view.currentIndex().row() == 0
    assert hands.window.workspace.image_id == panel.list_model.image_id(0)


def test_filter_by_category_follows_what_is_annotated(hands, qtbot):
    add_category(hands, "red")
    accept_disc(hands, 50)
    add_category(hands, "green")
    panel = hands.window.images
    choice = panel.filter_bar.category
    qtbot.waitUntil(lambda: choice.count() == 3)
    choice.setCurrentIndex(choice.findText("red"))
    assert names(panel) == ["a.png"]
    choice.setCurrentIndex(choice.findText("green"))
    assert names(panel) == []
    accept_disc(hands, 120)
    qtbot.waitUntil(lambda: names(panel) == ["a.png"])
    hands.window.workspace.editor.categories.remove(2)
    qtbot.waitUntil(lambda: choice.currentText() == "Any category")
    assert len(names(panel)) == 3


def test_orders(model, qtbot):
    document = small_document(["b10.png", "B9.png", "a.png", "sub/1.png"])
    open_document(model, document)
    panel = ImageListPanel(model)
    qtbot.addWidget(panel)
    for image_id, count in ((2, 1), (3, 3)):
        for _ in range(count):
            document.put(Instance(document.take_id(Instance), image_id, 1, DOT))
    ImageChanges(model).toggle_done([3])
    qtbot.wait(10)
    orders = {action.data(): action for action in panel.filter_bar.orders.actions()}
    found = {}
    for order, action in orders.items():
        action.trigger()
        found[order] = names(panel)
    assert found == {
        ImageOrder.DATASET: ["b10.png", "B9.png", "a.png", "sub/1.png"],
        ImageOrder.NAME: ["a.png", "B9.png", "b10.png", "sub/1.png"],
        ImageOrder.STATUS: ["B9.png", "b10.png", "sub/1.png", "a.png"],
        ImageOrder.COUNT: ["a.png", "B9.png", "b10.png", "sub/1.png"],
    }


PATHS = ["a1.png", "a10.png", "a2.png", "B1.png", "b/a1.png", "猫.png"]
FILTERS = st.builds(
    ImageFilter,
    text=st.sampled_from(["", "a", "A1", "b", "1", "猫"]),
    status=st.none() | st.sampled_from(ImageStatus),
    proposals=st.booleans(),
    category_id=st.none() | st.sampled_from([1, 2]),
)


KINDS_OF_WORK = ["filter", "order", "shown", "done", "add", "propose", "accept", "remove", "undo", "settle"]


def expected_rows(document: Document, wanted: ImageFilter, order: ImageOrder) -> list[int]:
    """The slow and obvious way."""
    ids = [
        image_id
        for image_id, record in document.images.items()
        if wanted.text.lower() in record.path.lower()
        and wanted.status in (None, document.status_of(image_id))
        and (not wanted.proposals or any(p.image_id == image_id for p in document.proposals.values()))
        and (
            wanted.category_id is None
            or any(i.category_id == wanted.category_id for i in document.instances_of(image_id))
        )
    ]
    if order is ImageOrder.NAME:
        ids.sort(key=lambda i: ["a1.png", "a2.png", "a10.png", "b/a1.png", "B1.png", "猫.png"].index(PATHS[i - 1]))
    elif order is ImageOrder.STATUS:
        ids.sort(key=lambda i: ["in_work", "untouched", "done"].index(document.status_of(i).value))
    elif order is ImageOrder.COUNT:
        ids.sort(key=document.count_of_image, reverse=True)
    return ids


@settings(max_examples=60)
@given(st.data())
def test_rows_are_those_of_the_slow_and_obvious_way_after_any_work(qapp, data):
    model = DocumentModel()
    document = small_document(PATHS)
    open_document(model, document)
    rows = ImageListModel(model)
    tester = QAbstractItemModelTester(rows, QAbstractItemModelTester.FailureReportingMode.Warning)
    wanted, order = ImageFilter(), ImageOrder.DATASET
    images = st.sampled_from(list(document.images))
    for _ in range(data.draw(st.integers(1, 8))):
        match data.draw(st.sampled_from(KINDS_OF_WORK)):
            case "filter":
                wanted = data.draw(FILTERS)
                rows.set_filter(wanted)
            case "order":
                order = data.draw(st.sampled_from(ImageOrder))
                rows.set_order(order)
            case "shown":
                rows.set_shown(data.draw(images))
            case "done":
                ImageChanges(model).toggle_done(data.draw(st.lists(images, min_size=1, unique=True)))
            case "add":
                category_id = data.draw(st.sampled_from([1, 2]))
                instance = Instance(document.take_id(Instance), data.draw(images), category_id, DOT)
                model.push(AddInstance(instance), "add")
            case "propose":
                model.image_on_screen = data.draw(st.none() | images)
                new_id, image_id = document.take_id(StoredProposal), data.draw(images)
                model.push(ReplaceProposals((), (StoredProposal(new_id, image_id, 1, DOT, 0.9),)), "propose")
            case "accept" if document.proposals:
                chosen = data.draw(st.sampled_from(list(document.proposals.values())))
                model.push(AcceptProposals((chosen,), 2), "accept")
            case "remove" if document.instances:
                gone = data.draw(st.lists(st.sampled_from(list(document.instances.values())), unique_by=lambda i: i.id))
                model.push(RemoveInstances(tuple(gone)), "remove")
            case "undo":
                model.undo()
            case "settle":
                QApplication.processEvents()
    rows.set_shown(None)
    QApplication.processEvents()
    assert [rows.image_id(row) for row in range(rows.rowCount())] == expected_rows(document, wanted, order)
    for row in range(rows.rowCount()):
        assert rows.row_of(rows.image_id(row)) == row
    for status in ImageStatus:
        assert rows.count_of(status) == [document.status_of(i) for i in document.images].count(status)
    del tester


def test_many_changes_at_once_keep_the_rows_right(model, qtbot):
    document = small_document([f"{number}.png" for number in range(300)])
    open_document(model, document)
    rows = ImageListModel(model)
    rows.set_filter(ImageFilter(status=ImageStatus.UNTOUCHED))
    ImageChanges(model).toggle_done(range(1, 251))
    qtbot.waitUntil(lambda: rows.count_of(ImageStatus.DONE) == 250)
    assert [rows.image_id(row) for row in range(rows.rowCount())] == list(range(251, 301))


def test_another_dataset_forgets_the_image_on_screen_and_the_filter(model, qtbot):
    open_document(model, small_document(["a.png", "b.png", "c.png"]))
    panel = ImageListPanel(model)
    qtbot.addWidget(panel)
    panel.show_image(3)
    panel.filter_bar.text.setText("c")
    chosen = []
    panel.image_chosen.connect(chosen.append)
    open_document(model, small_document(["x.png"]))
    assert names(panel) == ["x.png"]
    assert not panel.view.currentIndex().isValid()
    assert not chosen
    panel.step(1)
    assert chosen == [1]
