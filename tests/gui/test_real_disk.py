"""Disks and folders that really refuse, not in the tests' imagination: full ones, and ones that are gone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox

from annotator.core import coco
from annotator.core.dataset import open_dataset
from annotator.gui.dialogs.conflict import ConflictBox, ConflictChoice
from tests.gui.conftest import Hands, write_discs

SIZE = 2 << 20


@pytest.fixture
def small_disk(tmp_path: Path):
    """A folder on a file system of its own of 2 MiB."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only the super-user of a Linux system can mount a small disk")
    folder = tmp_path / "small disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {mounted.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def small(small_disk, window, qtbot) -> Hands:
    """A window that has opened a folder on the small disk and saved once."""
    write_discs(small_disk / "pictures" / "a.png")
    hands = Hands(window, qtbot)
    hands.open(small_disk / "pictures")
    hands.wait_image("a.png")
    hands.window.workspace.editor.categories.add("disc")
    hands.save()
    return hands


def fill(folder: Path) -> Path:
    """Leave not a single free byte on the disk of that folder."""
    path, block = folder / "filling", bytes(1 << 16)
    with open(path, "wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):  # noqa: PT012
        while True:
            file.write(block)
    return path


def save_in_vain(hands: Hands) -> str:
    """Save, and return what the window says of its failure."""
    with hands.qtbot.waitSignal(hands.window.workspace.saver.failed, timeout=20_000):
        hands.window.save()
    assert hands.window.messages.isVisible()
    return hands.window.messages.text


def test_a_full_disk(small, small_disk):
    model, path = small.window.workspace.model, small_disk / "pictures" / "annotations.coco.json"
    before, filling = path.read_bytes(), fill(small_disk)
    small.window.workspace.editor.categories.add("spot")
    said = save_in_vain(small)
    assert str(path) in said
    assert "No space left on device" in said
    assert "free some space" in said
    assert path.read_bytes() == before
    assert not model.is_saved
    small.qtbot.waitUntil(lambda: model.is_kept)  # the journal lies on another disk
    assert sorted(p.name for p in path.parent.rglob("*.tmp")) == []
    filling.unlink()
    small.save()
    assert path.read_bytes() == coco.to_bytes(model.document, path)
    assert not small.window.messages.isVisible()  # what it said is not true any more
    assert open_dataset([path]).document.category_named("spot") is not None


def test_a_full_disk_can_be_left_by_save_as(small, small_disk, tmp_path, monkeypatch):
    fill(small_disk)
    small.window.workspace.editor.categories.add("spot")
    save_in_vain(small)
    elsewhere = tmp_path / "elsewhere.json"
    monkeypatch.setattr("annotator.gui.document_flow.QFileDialog.getSaveFileName", lambda *_: (str(elsewhere), ""))
    with small.qtbot.waitSignal(small.window.workspace.saver.saved, timeout=20_000):
        small.window.messages._action.click()
    assert small.window.workspace.model.is_saved
    assert open_dataset([elsewhere]).document.category_named("spot") is not None


def test_a_folder_that_was_removed_before_its_first_save(hands, folder):
    model, path = hands.window.workspace.model, folder / "annotations.coco.json"
    hands.window.workspace.editor.categories.add("disc")
    shutil.rmtree(folder)
    said = save_in_vain(hands)
    assert str(path) in said
    assert "its folder is gone, so bring it back or save to another place" in said
    assert not folder.exists()
    assert not model.is_saved
    hands.qtbot.waitUntil(lambda: model.is_kept)
    folder.mkdir()
    hands.save()
    assert path.read_bytes() == coco.to_bytes(model.document, path)


@pytest.mark.parametrize("is_back", [False, True])
def test_a_folder_that_was_removed_after_a_save(hands, folder, monkeypatch, is_back):
    model, path = hands.window.workspace.model, folder / "annotations.coco.json"
    asked = []
    hands.window.workspace.editor.categories.add("disc")
    hands.save()
    hands.window.workspace.editor.categories.add("spot")
    shutil.rmtree(folder)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: asked.append(box.text()))
    monkeypatch.setattr(ConflictBox, "answer", lambda box: box.exec() or ConflictChoice.OVERWRITE)
    if is_back:
        folder.mkdir()
        with hands.qtbot.waitSignal(hands.window.workspace.saver.saved, timeout=20_000):
            hands.window.save()
        assert path.read_bytes() == coco.to_bytes(model.document, path)
    else:
        assert "its folder is gone" in save_in_vain(hands)
        assert not folder.exists()
        assert not model.is_saved
    assert asked == [f"{path} has been deleted or moved since it was opened. Your work is still here."]
