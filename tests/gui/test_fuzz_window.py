"""Damaged files imported into a window and dropped on it: what is open and edited there stays as it is."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from annotator.core.dataset import COCO_NAME
from annotator.gui.dialogs import import_
from annotator.gui.dialogs.import_ import ImportDialog
from tests.core.formats.damage import WHOLE, mutated, write_whole
from tests.gui.conftest import Hands

FEW, MANY = 8, 400
WAIT = 20_000
EDITS = 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of every format, whole; the images are in the folder `images`."""
    write_whole(tmp_path)
    return tmp_path


@pytest.fixture
def edited(window, qtbot, folder, monkeypatch) -> Hands:
    """A window over both images, saved once and edited since: a category more, an instance less, one of another."""
    monkeypatch.setattr(import_, "_TYPING_MS", 0)
    _, whole = WHOLE["coco"]
    (folder / "images" / COCO_NAME).write_bytes(whole)
    hands = Hands(window, qtbot)
    hands.open(folder / "images")
    hands.wait_image("1.png")
    editor, document = window.workspace.editor, window.workspace.model.document
    editor.categories.add("dog")
    editor.instances.set_category([1], document.categories[2])
    editor.instances.delete([2])
    assert document.instances[1].category_id == 2
    assert window.workspace.model.undo_stack.index() == EDITS
    return hands


def records(hands: Hands) -> tuple:
    """All that the open document says, in its order."""
    document = hands.window.workspace.model.document
    said = (document.categories, document.images, document.instances, document.proposals, document.extra)
    return tuple(list(part.items()) for part in said)


def show_dialog(hands: Hands) -> ImportDialog:
    hands.window.actions_.import_.trigger()
    (dialog,) = (child for child in hands.window.findChildren(ImportDialog) if child.isVisible())
    return dialog


def drop(window, path: Path) -> None:
    """Drag a file over the window and let go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    left, nothing = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    position = QPointF(window.rect().center())
    enter = QDragEnterEvent(position.toPoint(), Qt.DropAction.CopyAction, data, left, nothing)
    QApplication.sendEvent(window, enter)
    QApplication.sendEvent(window, QDropEvent(position, Qt.DropAction.CopyAction, data, left, nothing))


def import_damaged(hands: Hands, qtbot, folder: Path, case: str, times: int, seed: int) -> None:
    """Import that many files, each damaged in its own way; those that can be read are taken back by Undo."""
    name, whole = WHOLE[case]
    format_name, path = case.split()[0], folder / name
    rng = random.Random(f"{case} {seed}")
    model = hands.window.workspace.model
    on_disk = model.coco_path.read_bytes()
    before = records(hands)
    dialog, imported, refused = show_dialog(hands), 0, 0
    for number in range(times):
        path.write_bytes(mutated(whole, rng) if number else whole)  # one that is sound, so that one does come in
        what = f"{case}, seed {seed}, file {number}"
        dialog.format.setCurrentIndex(dialog.format.findData(format_name))
        dialog.source.clear()
        with qtbot.waitSignal(dialog.was_read, timeout=WAIT):
            dialog.source.setText(str(path if format_name == "coco" else folder))
        assert "fault of the program" not in dialog.preview.toPlainText(), what
        assert records(hands) == before, what  # nothing happens before the button
        if not dialog.do_import.isEnabled():
            refused += 1
            continue
        imported += 1
        dialog.do_import.click()
        assert records(hands) != before, what
        hands.window.actions_.undo.trigger()
        assert records(hands) == before, what
        dialog = show_dialog(hands)
    dialog.reject()
    assert imported
    assert refused > times / 20
    assert model.coco_path.read_bytes() == on_disk
    assert not hands.window.workspace.jobs.failures
    assert model.undo_stack.index() == EDITS
    for _ in range(EDITS):  # the edits of before can be taken back
        hands.window.actions_.undo.trigger()
    assert [i.category_id for i in model.document.instances_in_order()] == [1, 1]
    assert len(model.document.categories) == 1


def drop_damaged(hands: Hands, qtbot, folder: Path, times: int, seed: int) -> None:
    """Drop that many COCO files: one that can be read is opened in place of the document, which comes back whole."""
    name, whole = WHOLE["coco"]
    path, rng = folder / name, random.Random(f"dropped {seed}")
    window, workspace = hands.window, hands.window.workspace
    workspace.autosave.set_minutes(1)  # leaving saves and asks nothing, as it is unless the user wants it otherwise
    before, document = records(hands), workspace.model.document
    opened, refused = 0, 0
    told: list[str] = []
    workspace.opener.failed.connect(told.append)
    for number in range(times):
        path.write_bytes(mutated(whole, rng) if number else whole)
        what = f"dropped, seed {seed}, file {number}"
        told.clear()
        drop(window, path)
        qtbot.waitUntil(lambda now=document: bool(told) or workspace.model.document is not now, timeout=WAIT)
        if told:
            refused += 1
            assert str(path) in told[0], what
            assert workspace.model.document is document, what
        else:
            opened += 1
            hands.open(folder / "images")
            document = workspace.model.document
        assert records(hands) == before, what
    workspace.autosave.set_minutes(0)
    assert opened
    assert refused > times / 20


@pytest.mark.parametrize("case", WHOLE)
def test_an_open_document_survives_the_import_of_damaged_files(edited, qtbot, folder, case):
    import_damaged(edited, qtbot, folder, case, FEW, seed=0)


def test_an_open_document_survives_damaged_files_that_are_dropped(edited, qtbot, folder):
    drop_damaged(edited, qtbot, folder, FEW, seed=0)


@pytest.mark.proof
@pytest.mark.parametrize("case", WHOLE)
def test_an_open_document_survives_the_import_of_2400_damaged_files(edited, qtbot, folder, case):
    import_damaged(edited, qtbot, folder, case, MANY, seed=1)


@pytest.mark.proof
def test_an_open_document_survives_400_damaged_files_that_are_dropped(edited, qtbot, folder):
    drop_damaged(edited, qtbot, folder, MANY, seed=1)
