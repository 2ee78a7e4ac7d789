"""COCO files whose images lie elsewhere, and those that others change while they are open."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QMessageBox,
)

from annotator.core import coco
from tests.gui.conftest import Hands, write_discs


class TestImagesElsewhere:
    @pytest.fixture
    def coco_path(self, tmp_path, folder) -> Path:
        """A COCO file whose images lie in `folder`, which it does not say."""
        content = {
            "images": [
                {"id": n, "file_name": name, "height": 160, "width": 240} for n, name in enumerate(("a.png", "b.png"))
            ],
            "annotations": [],
            "categories": [],
        }
        path = tmp_path / "labels" / "annotations" / "instances.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content))
        return path

    def test_the_bar_asks_for_their_folder_and_the_saved_file_remembers_it(
        self, window, coco_path, folder, monkeypatch, qtbot
    ):
        hands = Hands(window, qtbot)
        hands.open(coco_path)
        qtbot.waitUntil(window.messages.isVisible)
        assert "2 image" in window.messages.text
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
        with qtbot.waitSignal(window.workspace.model.document_replaced):
            qtbot.mouseClick(window.messages._action, Qt.MouseButton.LeftButton)
        hands.wait_image("a.png")
        assert window.messages.isHidden()
        hands.save()
        hands.open(folder)
        hands.open(coco_path)
        hands.wait_image("a.png")
        assert window.messages.isHidden()

    def test_a_wrong_folder_asks_again(self, window, coco_path, tmp_path, monkeypatch, qtbot):
        Hands(window, qtbot).open(coco_path)
        (tmp_path / "empty").mkdir()
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "empty"))
        with qtbot.waitSignal(window.workspace.model.document_replaced):
            window.actions_.locate_images.trigger()
        qtbot.waitUntil(window.messages.isVisible)
        assert str(tmp_path / "empty") in window.messages.text

    def test_the_folder_can_be_given_at_the_start(self, window, coco_path, folder, qtbot):
        window.open_paths([coco_path], folder)
        Hands(window, qtbot).wait_image("a.png")

    def test_only_a_coco_file_has_images_elsewhere(self, window, folder, tmp_path, qtbot):
        window.open_paths([folder], tmp_path)
        qtbot.waitUntil(window.messages.isVisible)
        assert str(folder) in window.messages.text
        assert not window.workspace.model.is_open


class TestFileChangedByOthers:
    @pytest.fixture
    def answer(self, qtbot):
        """Presses a button of the next dialog, and returns the dialog's text once it has."""

        def press(button_text: str) -> list[str]:
            texts = []

            def look() -> None:
                box = QApplication.activeModalWidget()
                if not isinstance(box, QMessageBox):
                    QTimer.singleShot(20, look)
                    return
                texts.append(box.text())
                (button,) = (b for b in box.buttons() if b.text().replace("&", "") == button_text)
                qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

            QTimer.singleShot(20, look)
            return texts

        return press

    @pytest.fixture
    def changed(self, hands, folder) -> Path:
        """The open dataset's file, saved by us and then changed by another program, while there is unsaved work."""
        hands.window.workspace.editor.categories.add("ours")
        path = hands.save()
        content = json.loads(path.read_text("utf-8"))
        content["categories"].append({"id": 77, "name": "theirs", "supercategory": ""})
        path.write_text(json.dumps(content))
        hands.window.workspace.editor.categories.add("unsaved")
        return path

    def names(self, path: Path) -> list[str]:
        return [category.name for category in coco.read(path).categories.values()]

    def test_overwrite(self, hands, changed, answer, qtbot):
        texts = answer("Overwrite")
        with qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.save()
        assert str(changed) in texts[0]
        assert self.names(changed) == ["ours", "unsaved"]
        with qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.save()  # it is ours again, so nothing is asked

    def test_save_as(self, hands, changed, answer, qtbot, monkeypatch, tmp_path):
        other = tmp_path / "other.json"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(other), ""))
        answer("Save as...")
        with qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.save()
        assert self.names(changed) == ["ours", "theirs"]
        assert self.names(other) == ["ours", "unsaved"]

    def test_save_as_under_a_name_that_could_not_be_opened(self, hands, changed, answer, qtbot, monkeypatch, tmp_path):
        asked = []
        names = iter([tmp_path / "cats.v2", tmp_path / "dogs.v2"])
        (tmp_path / "cats.v2.json").write_text("of somebody else")
        monkeypatch.setattr(
            QFileDialog,
            "getSaveFileName",
            lambda _, __, proposed, ___: (asked.append(proposed), (str(next(names)), ""))[1],
        )
        answer("Save as...")
        with qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.save()
        assert asked[1] == str(tmp_path / "cats.v2.json")  # the dialog has not asked whether to replace that one
        assert (tmp_path / "cats.v2.json").read_text() == "of somebody else"
        assert self.names(tmp_path / "dogs.v2.json") == ["ours", "unsaved"]

    def test_reload(self, hands, changed, answer, qtbot):
        answer("Reload")
        with qtbot.waitSignal(hands.window.workspace.model.document_replaced):
            hands.window.save()
        assert self.names(changed) == ["ours", "theirs"]
        assert [c.name for c in hands.window.workspace.model.document.categories.values()] == ["ours", "theirs"]
        assert hands.window.workspace.model.is_saved

    def test_reload_lists_what_was_opened(self, hands, changed, answer, qtbot, folder):
        write_discs(folder / "new.png")
        answer("Reload")
        with qtbot.waitSignal(hands.window.workspace.model.document_replaced):
            hands.window.save()
        paths = [image.path for image in hands.window.workspace.model.document.images.values()]
        assert "new.png" in paths
        assert len(paths) == 4

    def test_reload_after_saving_elsewhere_reads_that_file(self, hands, folder, answer, qtbot, monkeypatch, tmp_path):
        other = tmp_path / "other.json"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(other), ""))
        with qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.actions_.save_as.trigger()
        content = json.loads(other.read_text("utf-8"))
        content["categories"] = [{"id": 9, "name": "theirs"}]
        other.write_text(json.dumps(content))
        answer("Reload")
        with qtbot.waitSignal(hands.window.workspace.model.document_replaced):
            hands.window.save()
        assert hands.window.workspace.model.coco_path == other
        assert [c.name for c in hands.window.workspace.model.document.categories.values()] == ["theirs"]
        hands.wait_image("a.png")

    def test_cancel_keeps_both(self, hands, changed, answer, qtbot):
        answer("Cancel")
        with qtbot.waitSignal(hands.window.workspace.saver.conflicted):
            hands.window.save()
        qtbot.waitUntil(lambda: not hands.window.workspace.saver.is_saving)
        assert self.names(changed) == ["ours", "theirs"]
        assert not hands.window.workspace.model.is_saved

    def test_deleted_file_is_written_again_when_asked(self, hands, answer, qtbot):
        hands.window.workspace.editor.categories.add("ours")
        path = hands.save()
        path.unlink()
        hands.window.workspace.editor.categories.add("unsaved")
        texts = answer("Write it again")
        with qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.save()
        assert "deleted" in texts[0]
        assert self.names(path) == ["ours", "unsaved"]

    def test_file_that_appeared_meanwhile_is_not_overwritten(self, hands, answer, qtbot, folder):
        path = folder / "annotations.coco.json"
        path.write_text(json.dumps({"images": [], "categories": [{"id": 1, "name": "theirs"}]}))
        answer("Cancel")
        with qtbot.waitSignal(hands.window.workspace.saver.conflicted):
            hands.window.save()
        qtbot.waitUntil(lambda: not hands.window.workspace.saver.is_saving)
        assert self.names(path) == ["theirs"]

    @pytest.mark.parametrize("step", ["annotator.core.coco.to_bytes", "annotator.gui.keeping.keep_backup"])
    def test_a_change_while_the_file_is_made_is_not_overwritten(self, hands, answer, qtbot, monkeypatch, step):
        hands.window.workspace.editor.categories.add("ours")
        path = hands.save()
        hands.window.workspace.editor.categories.add("unsaved")
        theirs = path.read_text("utf-8").replace("ours", "theirs")
        module, name = step.rsplit(".", 1)
        do = getattr(importlib.import_module(module), name)

        def interrupted(*arguments, **named):
            result = do(*arguments, **named)
            path.write_text(theirs, "utf-8")
            return result

        monkeypatch.setattr(step, interrupted)
        answer("Cancel")
        with qtbot.waitSignal(hands.window.workspace.saver.conflicted):
            hands.window.save()
        qtbot.waitUntil(lambda: not hands.window.workspace.saver.is_saving)
        assert path.read_text("utf-8") == theirs
        assert not hands.window.workspace.model.is_saved
        assert not list(path.parent.glob("*.tmp"))
