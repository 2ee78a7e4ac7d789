"""Damaged files, opened and imported through the window: what was open stays as it was, and the window says why."""

from __future__ import annotations

import json
import random

from PySide6.QtCore import Qt

from annotator.core import coco
from tests.core.formats.damage import coco_file, mutated
from tests.gui.test_import_dialog import preview, show_dialog

FILES = 30


def damaged(folder, seed: int):
    """FILES files that something has been at, one after the other at the same place, with their numbers."""
    rng, path = random.Random(seed), folder / "damaged.json"
    for number in range(FILES):
        path.write_bytes(mutated(json.dumps(coco_file()).encode(), rng))
        yield number, path


def test_a_file_that_cannot_be_opened_leaves_what_is_open(hands, qtbot, folder, tmp_path):
    window, workspace = hands.window, hands.window.workspace
    hands.window.workspace.editor.categories.add("cat")
    hands.save()
    refused, ended = 0, []
    workspace.opener.failed.connect(lambda *_: ended.append("failed"))
    workspace.opened.connect(lambda *_: ended.append("opened"))
    for number, path in damaged(tmp_path, seed=1):
        before, document = coco.to_bytes(workspace.model.document, path), workspace.model.document
        window.messages.clear()
        window.open_paths([path])
        qtbot.waitUntil(lambda: bool(ended), timeout=20_000)
        if ended.pop() == "failed":
            assert workspace.model.document is document, number
            assert str(path) in window.messages.text, number
            assert coco.to_bytes(document, path) == before, number
            refused += 1
        else:
            hands.open(folder)
            ended.clear()
    assert 0 < refused < FILES


def test_a_file_that_cannot_be_imported_leaves_what_is_open(hands, qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr("annotator.gui.dialogs.import_._TYPING_MS", 1)
    model = hands.window.workspace.model
    hands.window.workspace.editor.categories.add("cat")
    before = coco.to_bytes(model.document, tmp_path)
    dialog = show_dialog(hands, qtbot)
    refused = 0
    for number, path in damaged(tmp_path, seed=2):
        dialog.source.clear()
        text = preview(dialog, qtbot, path)
        assert coco.to_bytes(model.document, tmp_path) == before, number
        if "would be added" not in text:
            assert str(path) in text, number
            assert not dialog.do_import.isEnabled()
            refused += 1
    assert 0 < refused < FILES
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert coco.to_bytes(model.document, tmp_path) == before
