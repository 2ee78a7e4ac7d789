"""File > Import: the preview says what would come, and what comes is one undoable change that replaces nothing."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from annotator.core import coco
from annotator.core.document import Category, Document, ImageRecord, Instance, Review, ReviewState
from annotator.core.edits import AddInstance
from annotator.core.formats.exchange import export
from annotator.core.formats.options import ExportOptions
from annotator.core.geometry import RunLengths
from annotator.gui import document_model, import_plan
from annotator.gui.dialogs.import_ import ImportDialog
from tests.gui.conftest import FakeProcess, Hands, forget_changes


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
    assert "1 new category(s): cat" in text
    model = hands.window.workspace.model
    assert not model.document.instances  # nothing happens before the button
    qtbot.mouseClick(dialog.do_import, Qt.MouseButton.LeftButton)
    assert masks(model.document) == masks(document)
    hands.window.actions_.undo.trigger()
    assert not model.document.instances
    assert not model.document.categories
    hands.window.actions_.redo.trigger()
    assert masks(model.document) == masks(document)


def test_a_large_import_is_worked_out_beside_the_window(hands, qtbot, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(import_plan, "LARGE", 1)
    document = theirs(folder)
    coco.write(document, tmp_path / "theirs.json")
    dialog = show_dialog(hands, qtbot)
    preview(dialog, qtbot, tmp_path / "theirs.json")
    model = hands.window.workspace.model
    in_the_window = []
    monkeypatch.setattr(AddInstance, "apply", lambda edit, document: in_the_window.append(edit))
    qtbot.mouseClick(dialog.do_import, Qt.MouseButton.LeftButton)
    monkeypatch.undo()
    assert not in_the_window
    assert masks(model.document) == masks(document)
    hands.window.actions_.undo.trigger()
    qtbot.waitUntil(lambda: not model.document.instances and not model.document.categories)
    hands.window.actions_.redo.trigger()
    qtbot.waitUntil(lambda: masks(model.document) == masks(document))
    assert model.document.take_id(Instance) == 3


def test_a_large_undo_that_fails_is_told_and_can_be_tried_again(hands, qtbot, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(import_plan, "LARGE", 1)
    coco.write(theirs(folder), tmp_path / "theirs.json")
    dialog = show_dialog(hands, qtbot)
    preview(dialog, qtbot, tmp_path / "theirs.json")
    qtbot.mouseClick(dialog.do_import, Qt.MouseButton.LeftButton)
    workspace = hands.window.workspace

    def fail(*_, **__):
        raise MemoryError("none left")

    monkeypatch.setattr(document_model, "outcome_of", fail)
    with qtbot.captureExceptions() as faults:
        hands.window.actions_.undo.trigger()
        qtbot.waitUntil(lambda: bool(workspace.jobs.failures))
    assert faults
    assert "none left" in workspace.jobs.failures[0].reason
    assert len(workspace.model.document.instances) == 2
    monkeypatch.undo()
    hands.window.actions_.undo.trigger()
    qtbot.waitUntil(lambda: not workspace.model.document.instances)


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
    assert "1 image(s) that neither this dataset nor its folder has: elsewhere.png" in text
    dialog.do_import.click()
    assert len(hands.window.workspace.model.document.instances) == 1
    coco.write(theirs(folder, ("b.png",), size=(80, 90)), tmp_path / "small.json")
    dialog = show_dialog(hands, qtbot)
    text = preview(dialog, qtbot, tmp_path / "small.json")
    assert "1 image(s) of another size in this dataset: b.png" in text
    assert not dialog.do_import.isEnabled()
    dialog.reject()


def test_what_another_says_of_what_is_there_is_left_out_and_named(hands, qtbot, folder, tmp_path):
    document = theirs(folder)
    coco.write(document, tmp_path / "theirs.json")
    dialog = show_dialog(hands, qtbot)
    preview(dialog, qtbot, tmp_path / "theirs.json")
    dialog.do_import.click()
    image = next(iter(document.images.values()))
    document.put(replace(image, note="look again"))
    instance = next(iter(document.instances.values()))
    document.put(replace(instance, review=Review(ReviewState.REJECTED, "wrong class")))
    coco.write(document, tmp_path / "reviewed.json")
    dialog = show_dialog(hands, qtbot)
    text = preview(dialog, qtbot, tmp_path / "reviewed.json")
    assert "other keys of 1 instance(s) that say something else here" in text
    assert f"1 image(s) that say something else here: {image.path}" in text
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
    hands.window.workspace.editor.categories.add("cat")
    dialog.do_import.click()
    assert dialog.isVisible()
    assert not dialog.do_import.isEnabled()
    qtbot.waitUntil(dialog.do_import.isEnabled, timeout=10_000)
    text = dialog.preview.toPlainText()
    assert "to 1 category(s) that are there already: cat" in text
    assert "new category" not in text
    dialog.do_import.click()
    document = hands.window.workspace.model.document
    assert [c.name for c in document.categories.values()] == ["cat"]
    assert len(document.instances) == 2


class TestNewImages:
    """A COCO file that is open by itself, whose folder has pictures it does not list."""

    @pytest.fixture
    def listed(self, hands, folder):
        """Opens a file that lists a.png only."""
        coco.write(theirs(folder, names=("a.png",)), folder / "mine.json")
        hands.open(folder / "mine.json")
        hands.wait_image("a.png")
        return hands

    def import_other(self, listed, qtbot, source) -> str:
        dialog = show_dialog(listed, qtbot)
        text = preview(dialog, qtbot, source)
        qtbot.mouseClick(dialog.do_import, Qt.MouseButton.LeftButton)
        return text

    @pytest.mark.parametrize("format_name", ["coco", "yolo", "voc", "masks", "labelme"])
    def test_they_come_in_the_same_edit_and_go_with_it(self, listed, qtbot, folder, tmp_path, format_name):
        source = tmp_path / ("theirs.json" if format_name == "coco" else "theirs")
        export(theirs(folder, names=("b.png", "子文件夹/丙.png")), format_name, source, ExportOptions())
        text = self.import_other(listed, qtbot, source)
        assert "2 new image(s) of the folder: b.png, 子文件夹/丙.png" in text
        document = listed.window.workspace.model.document
        assert [image.path for image in document.images.values()] == ["a.png", "b.png", "子文件夹/丙.png"]
        rows = listed.window.images.list_model
        assert rows.rowCount() == rows.total == 3
        assert len(document.instances) == 3
        listed.window.actions_.next_image.trigger()
        listed.wait_image("b.png")
        listed.window.actions_.undo.trigger()
        assert [image.path for image in document.images.values()] == ["a.png"]
        assert rows.rowCount() == rows.total == 1
        listed.wait_image("a.png")  # the one on screen is gone
        assert listed.window.images.view.currentIndex().row() == 0
        listed.window.actions_.redo.trigger()
        assert rows.total == 3
        with qtbot.waitSignal(listed.window.workspace.saver.saved, timeout=10_000):
            listed.window.save()
        reread = coco.read(folder / "mine.json")
        assert masks(reread) == masks(document)

    def test_they_come_back_after_a_crash(self, listed, qtbot, folder, tmp_path, make_window):
        coco.write(theirs(folder, names=("b.png",)), folder / "theirs.json")
        self.import_other(listed, qtbot, folder / "theirs.json")
        model = listed.window.workspace.model
        made = masks(model.document)
        qtbot.waitUntil(lambda: model.is_kept)
        model.keeping.close(discard=False)  # as it is left when the process dies
        forget_changes(listed.window)
        listed.window.close()
        later = Hands(make_window(FakeProcess(image_size=256)), qtbot)
        later.open(folder / "mine.json")
        document = later.window.workspace.model.document
        assert masks(document) == made
        assert [image.path for image in document.images.values()] == ["a.png", "b.png"]

    def test_a_picture_put_into_an_open_folder_is_not_there_twice_after_a_crash(
        self, hands, qtbot, folder, tmp_path, make_window
    ):
        shutil.copy(folder / "a.png", folder / "aa.png")
        coco.write(theirs(folder, names=("aa.png",)), tmp_path / "theirs.json")
        self.import_other(hands, qtbot, tmp_path / "theirs.json")
        model = hands.window.workspace.model
        made = masks(model.document)
        assert len(made) == 1
        qtbot.waitUntil(lambda: model.is_kept)
        model.keeping.close(discard=False)  # as it is left when the process dies
        forget_changes(hands.window)
        hands.window.close()
        later = Hands(make_window(FakeProcess(image_size=256)), qtbot)
        later.open(folder)
        document = later.window.workspace.model.document
        assert masks(document) == made
        paths = [image.path for image in document.images.values()]
        assert sorted(paths) == ["a.png", "aa.png", "b.png", "子文件夹/丙.png"]


@pytest.mark.parametrize("size", [(160, 240), (40, 50)], ids=["of one size", "of two sizes"])
@pytest.mark.parametrize("format_name", ["coco", "yolo", "voc", "masks", "plain masks", "labelme"])
def test_masks_of_a_picture_that_is_not_listed_yet_come_with_it(hands, qtbot, folder, tmp_path, format_name, size):
    """The listed pictures have numbers already, and the one that comes with the masks must not get one of these."""
    Image.fromarray(np.zeros((*size, 3), np.uint8)).save(folder / "aa.png")
    document = theirs(folder, names=("a.png", "aa.png", "b.png"), size=(160, 240))
    if size != (160, 240):
        document = theirs(folder, names=("a.png",))
        document.put(ImageRecord(2, "aa.png", *size))
        document.put(ImageRecord(3, "b.png", 160, 240))
        for number in (2, 3):
            mask = np.zeros((document.images[number].height, document.images[number].width), bool)
            mask[10 : 20 + number, 30:50] = True
            document.put(Instance(number, number, 1, RunLengths.from_mask(mask)))
    source = tmp_path / ("theirs.json" if format_name == "coco" else "theirs")
    if format_name == "plain masks":
        source.mkdir()
        for instance in document.instances.values():
            name = Path(document.images[instance.image_id].path).stem
            Image.fromarray(instance.mask.to_mask().astype(np.uint8) * 255).save(source / f"{name}_cat.png")
    else:
        export(document, format_name, source, ExportOptions())
    mine = Document(folder)
    mine.put(ImageRecord(1, "a.png", 160, 240))
    mine.put(ImageRecord(2, "b.png", 160, 240))
    coco.write(mine, folder / "mine.json")
    hands.open(folder / "mine.json")
    dialog = show_dialog(hands, qtbot)
    assert "3 instance(s)" in preview(dialog, qtbot, source)
    qtbot.mouseClick(dialog.do_import, Qt.MouseButton.LeftButton)
    now = hands.window.workspace.model.document
    assert masks(now) == masks(document)
    assert [image.path for image in now.images.values()] == ["a.png", "b.png", "aa.png"]
