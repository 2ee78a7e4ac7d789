"""File > Import: the preview says what would come, and what comes is one undoable change that replaces nothing."""

from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from annotator.core import coco
from annotator.core.document import Category, Document, ImageRecord, Instance
from annotator.core.formats.exchange import export
from annotator.core.formats.options import ExportOptions
from annotator.core.geometry import RunLengths
from annotator.gui.dialogs.import_ import ImportDialog


def theirs(root, names=("a.png", "b.png"), size=(160, 240)) -> Document:
    """A document with one rectangle on each of those images, as cats."""
    document = Document(root)
    document.put(Category(1, "cat"))
    for number, name in enumerate(names, start=1):
        document.put(ImageRecord(number, name, *size))
        mask = np.zeros(size, bool)
        mask[10 : 20 + number, 30:50] = True
        document.put(Instance(number, number, 1, RunLengths.from_mask(mask)))
    return document


def masks(document: Document) -> set:
    return {
        (document.images[i.image_id].path, document.categories[i.category_id].name, i.mask)
        for i in document.instances_in_order()
    }


def show_dialog(hands, qtbot) -> ImportDialog:
    hands.window.actions_.import_.trigger()
    (dialog,) = (child for child in hands.window.findChildren(ImportDialog) if child.isVisible())
    return dialog


def preview(dialog: ImportDialog, qtbot, source) -> str:
    """What the dialog says of the source once it is read."""
    with qtbot.waitSignal(dialog.was_read, timeout=20_000):
        dialog.source.setText(str(source))
    return dialog.preview.toPlainText()


@pytest.mark.parametrize("format_name", ["coco", "yolo", "voc", "masks", "labelme"])
def test_every_format_comes_in_as_one_undoable_change(hands, qtbot, folder, tmp_path, format_name):
    document = theirs(folder)
    source = tmp_path / ("theirs.json" if format_name == "coco" else "theirs")
    export(document, format_name, source, ExportOptions())
    dialog = show_dialog(hands, qtbot)
    text = preview(dialog, qtbot, source)
    assert "2 instance(s)" in text
    assert "1 category(s): cat" in text
    model = hands.window.workspace.model
    assert not model.document.instances  # nothing happens before the button
    qtbot.mouseClick(dialog.do_import, Qt.MouseButton.LeftButton)
    assert masks(model.document) == masks(document)
    hands.window.actions_.undo.trigger()
    assert not model.document.instances
    assert not model.document.categories
    hands.window.actions_.redo.trigger()
    assert masks(model.document) == masks(document)


def test_importing_twice_adds_nothing_and_says_so(hands, qtbot, folder, tmp_path):
    coco.write(theirs(folder), tmp_path / "theirs.json")
    dialog = show_dialog(hands, qtbot)
    preview(dialog, qtbot, tmp_path / "theirs.json")
    dialog.do_import.click()
    dialog = show_dialog(hands, qtbot)
    text = preview(dialog, qtbot, tmp_path / "theirs.json")
    assert "2 instance(s) that are there already" in text
    assert not dialog.do_import.isEnabled()
    dialog.reject()


def test_what_is_left_out_is_named(hands, qtbot, folder, tmp_path):
    coco.write(theirs(folder, ("a.png", "elsewhere.png")), tmp_path / "theirs.json")
    dialog = show_dialog(hands, qtbot)
    text = preview(dialog, qtbot, tmp_path / "theirs.json")
    assert "1 image(s) that this dataset does not have: elsewhere.png" in text
    dialog.do_import.click()
    assert len(hands.window.workspace.model.document.instances) == 1
    coco.write(theirs(folder, ("b.png",), size=(80, 90)), tmp_path / "small.json")
    dialog = show_dialog(hands, qtbot)
    text = preview(dialog, qtbot, tmp_path / "small.json")
    assert "1 image(s) of another size in this dataset: b.png" in text
    assert not dialog.do_import.isEnabled()
    dialog.reject()


def test_a_coco_file_of_the_same_images_elsewhere_is_matched_by_name(hands, qtbot, folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy")
    source = tmp_path / "copy" / "theirs.json"
    coco.write(theirs(tmp_path / "copy"), source)
    dialog = show_dialog(hands, qtbot)
    assert "2 instance(s)" in preview(dialog, qtbot, source)
    dialog.reject()


def test_a_wrong_file_is_refused_with_its_name(hands, qtbot, tmp_path, monkeypatch):
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"annotations": 3}))
    dialog = show_dialog(hands, qtbot)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(wrong), ""))
    with qtbot.waitSignal(dialog.was_read, timeout=20_000):
        qtbot.mouseClick(dialog.choose_file, Qt.MouseButton.LeftButton)
    assert "wrong.json" in dialog.preview.toPlainText()
    assert not dialog.progress.isVisible()
    assert not dialog.do_import.isEnabled()
    assert "not there" in preview(dialog, qtbot, tmp_path / "not there")
    assert not dialog.do_import.isEnabled()
    dialog.reject()


def test_a_document_changed_behind_the_dialog_is_looked_at_again(hands, qtbot, folder, tmp_path):
    coco.write(theirs(folder), tmp_path / "theirs.json")
    dialog = show_dialog(hands, qtbot)
    preview(dialog, qtbot, tmp_path / "theirs.json")
    hands.window.workspace.editor.add_category("cat")
    dialog.do_import.click()
    assert dialog.isVisible()
    assert not dialog.do_import.isEnabled()
    qtbot.waitUntil(dialog.do_import.isEnabled, timeout=10_000)
    assert "category" not in dialog.preview.toPlainText()
    dialog.do_import.click()
    document = hands.window.workspace.model.document
    assert [c.name for c in document.categories.values()] == ["cat"]
    assert len(document.instances) == 2
