"""Names from files are shown as they are written: never as HTML, which could make Qt open whatever it names."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import Qt as QtGuiNames
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox

from annotator.core.document import Category
from annotator.errors import Sentence
from annotator.gui.background import JobFailure
from annotator.gui.dialogs.merge_categories import MergeCategoriesDialog
from annotator.gui.plain_text import as_tooltip
from annotator.gui.saving import SaveConflict

HTML = '<img src="/no/such/place.png"> & <b>bold</b>'


def labels_with(text: str) -> list[QLabel]:
    return [w for w in QApplication.allWidgets() if isinstance(w, QLabel) and text in w.text()]


def assert_plain(text: str = HTML) -> None:
    labels = labels_with(text)
    assert labels
    assert [label for label in labels if label.textFormat() is not Qt.TextFormat.PlainText] == []


@pytest.mark.parametrize("text", [HTML, f"{HTML}\nof two  lines", "<i>x</i>", "a & b < c", "cat\n2 instances"])
def test_a_tooltip_says_what_it_was_given(text):
    tip = as_tooltip(text)
    document = QTextDocument()
    if QtGuiNames.mightBeRichText(tip):
        document.setHtml(tip)
    else:
        document.setPlainText(tip)
    assert document.toPlainText().replace("\u2028", "\n") == text


def test_tooltips_of_categories_and_images(hands, folder, tmp_path):
    name = "<b>a</b>.png"
    categories = [{"id": 1, "name": HTML, "supercategory": "<i>s</i>"}]
    images = [{"id": 1, "file_name": name, "height": 9, "width": 9}]
    path = tmp_path / "strange.json"
    path.write_text(json.dumps({"images": images, "annotations": [], "categories": categories}), "utf-8")
    hands.open(path)
    window = hands.window
    for model, text in ((window.categories.list_model, HTML), (window.images.list_model, name)):
        tip = model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
        document = QTextDocument()
        document.setHtml(tip)
        assert text in document.toPlainText()


def test_messages_failures_and_the_status_bar(hands, qtbot):
    window = hands.window
    window.messages.tell(f"message {HTML}")
    assert_plain(f"message {HTML}")
    window.workspace.jobs.add_failure(JobFailure("title", Sentence("failure {what}", what=HTML)))
    qtbot.waitUntil(lambda: labels_with(f"failure {HTML}") != [], timeout=10_000)
    assert_plain(f"failure {HTML}")
    status = window.status
    for label in (status.segmenter, status.note, status.saved):
        assert label.textFormat() is Qt.TextFormat.PlainText


def test_questions(hands, tmp_path, monkeypatch):
    window = hands.window
    monkeypatch.setattr(QMessageBox, "exec", lambda box: assert_plain("a</b>.json"))
    window.flow._on_conflicted(SaveConflict(tmp_path / "<b>a</b>.json", is_deleted=False))
    other = Category(7, "other")
    merge = MergeCategoriesDialog(Category(6, "<b>bold</b>"), [other], window.workspace.editor.categories, window)
    assert_plain("<b>bold</b>")
    merge.deleteLater()
