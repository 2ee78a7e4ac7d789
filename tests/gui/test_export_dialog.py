"""File > Export: what the dialog asks for is what is written, and the report says what became of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from annotator.core import coco
from annotator.core.formats.exchange import read_foreign
from annotator.core.formats.image_index import ImageIndex
from annotator.gui.dialogs.export import ExportDialog
from annotator.gui.dialogs.export_report import ExportReportDialog


@pytest.fixture
def annotated(hands, qtbot):
    """Hands on a window with a red disc that is a cat, and a green one that is a dog, on a.png."""
    for x, name in ((50, "cat"), (120, "dog")):
        hands.click(x, 80)
        hands.wait_mask()
        hands.window.workspace.editor.accept_as_named(name)
    return hands


def show_dialog(hands, qtbot) -> ExportDialog:
    hands.window.actions_.export.trigger()
    (dialog,) = (child for child in hands.window.findChildren(ExportDialog) if child.isVisible())
    return dialog


def choose(dialog: ExportDialog, format_name: str) -> None:
    dialog.format.setCurrentIndex(dialog.format.findData(format_name))


def run(dialog: ExportDialog, hands, qtbot) -> ExportReportDialog:
    before = set(hands.window.findChildren(ExportReportDialog))
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: set(hands.window.findChildren(ExportReportDialog)) > before, timeout=20_000)
    (report,) = set(hands.window.findChildren(ExportReportDialog)) - before
    return report


def test_it_is_offered_only_with_a_document(window):
    assert not window.actions_.export.isEnabled()


def test_what_is_still_being_computed_is_exported_too(annotated, qtbot):
    workspace = annotated.window.workspace
    workspace.selection.select(list(workspace.model.document.instances))
    dialog = show_dialog(annotated, qtbot)
    choose(dialog, "masks")
    annotated.window.actions_.merge.trigger()
    assert workspace.editor.mask_work.is_busy
    dialog.export.click()
    qtbot.waitUntil(lambda: bool(annotated.window.findChildren(ExportReportDialog)), timeout=20_000)
    (report,) = annotated.window.findChildren(ExportReportDialog)
    assert report.headline.text().startswith("1 instance(s)")


@pytest.mark.parametrize("format_name", ["yolo", "voc", "masks", "labelme"])
def test_a_folder_format_comes_back_as_it_was(annotated, qtbot, format_name):
    dialog = show_dialog(annotated, qtbot)
    choose(dialog, format_name)
    out = dialog.request.out
    assert out.name == f"pictures-{format_name}"
    report = run(dialog, annotated, qtbot)
    assert report.headline.text().startswith("2 instance(s) on 3 image(s) exported")
    assert report.verdict.text() == "Read again, all masks are exactly the same."
    assert report.folder == out
    document = annotated.window.workspace.model.document
    back = read_foreign(out, format_name, images=ImageIndex.of_document(document)).document
    assert {i.mask for i in back.instances_in_order()} == {i.mask for i in document.instances_in_order()}
    report.close()


def test_only_the_ticked_category_as_polygons_in_two_files(annotated, qtbot, tmp_path):
    dialog = show_dialog(annotated, qtbot)
    dialog.shape.setCurrentIndex(dialog.shape.findText("Polygons"))
    dialog.categories.item(0).setCheckState(Qt.CheckState.Unchecked)
    dialog.val.setValue(34)
    dialog.out.setText(str(tmp_path / "out.json"))
    run(dialog, annotated, qtbot).close()
    train, val = (json.loads((tmp_path / f"out-{part}.json").read_bytes()) for part in ("train", "val"))
    assert (len(train["images"]), len(val["images"])) == (2, 1)
    assert [c["name"] for c in train["categories"]] == ["dog"]
    (annotation,) = train["annotations"] + val["annotations"]
    assert isinstance(annotation["segmentation"], list)
    mine = [i for i in annotated.window.workspace.model.document.instances_in_order() if i.category_id == 2]
    back = [i for p in ("train", "val") for i in coco.read(tmp_path / f"out-{p}.json").instances_in_order()]
    assert [i.mask for i in back] == [i.mask for i in mine]


def test_what_is_there_is_never_replaced(annotated, qtbot, tmp_path):
    there = tmp_path / "mine.json"
    there.write_text("mine")
    dialog = show_dialog(annotated, qtbot)
    dialog.out.setText(str(there))
    assert not dialog.export.isEnabled()
    assert "mine.json" in dialog.problem.text()
    dialog.out.setText(str(tmp_path / "new.json"))
    assert dialog.export.isEnabled()
    dialog.reject()
    assert there.read_text() == "mine"


def test_options_that_do_not_go_together_are_not_asked_for(annotated, qtbot):
    dialog = show_dialog(annotated, qtbot)
    on = [w.isVisible() for w in (dialog.shape, dialog.val, dialog.tolerance)]
    assert on == [True, True, False]
    assert not dialog.seed.isEnabled()
    choose(dialog, "masks")
    on = [w.isVisible() for w in (dialog.shape, dialog.val, dialog.tolerance)]
    assert on == [False, False, False]
    choose(dialog, "yolo")
    assert dialog.tolerance.isVisible()
    dialog.proposals.setChecked(True)
    dialog.accepted_only.setChecked(True)
    assert not dialog.request.options.proposals
    for row in range(dialog.categories.count()):
        dialog.categories.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert not dialog.export.isEnabled()
    dialog.reject()


def test_a_failed_export_says_why_and_leaves_nothing(annotated, qtbot, tmp_path, folder):
    dialog = show_dialog(annotated, qtbot)
    choose(dialog, "yolo")
    dialog.copy_images.setChecked(True)
    dialog.out.setText(str(tmp_path / "out"))
    (folder / "b.png").unlink()
    qtbot.mouseClick(dialog.export, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "b.png" in annotated.window.messages.text, timeout=20_000)
    assert not (tmp_path / "out").exists()
    assert annotated.window.findChild(ExportReportDialog) is None


def with_proposals(hands) -> int:
    """Segment everything on a.png; returns how many proposals that gave."""
    hands.key(Qt.Key.Key_W)
    workspace = hands.window.workspace
    hands.qtbot.waitUntil(lambda: not workspace.everything.is_running(1), timeout=20_000)
    assert workspace.model.document.proposals
    return len(workspace.model.document.proposals)


@pytest.mark.parametrize("format_name", ["coco", "yolo"])
def test_the_report_says_that_there_were_only_proposals(hands, qtbot, format_name):
    count = with_proposals(hands)
    dialog = show_dialog(hands, qtbot)
    choose(dialog, format_name)
    text = run(dialog, hands, qtbot).plain_text
    assert "No instances were exported" in text
    assert "worst IoU" not in text
    assert f"{count} proposal(s): accept them first, or tick that proposals are exported, too" in text


def test_the_report_says_that_proposals_of_the_chosen_categories_were_left_out(annotated, qtbot):
    count = with_proposals(annotated)
    dialog = show_dialog(annotated, qtbot)
    text = run(dialog, annotated, qtbot).plain_text
    assert "2 instance(s) on" in text
    assert f"{count} proposal(s): accept them first" in text

    dialog = show_dialog(annotated, qtbot)
    dialog.proposals.setChecked(True)
    dialog.accepted_only.setChecked(True)
    dialog.out.setText(str(dialog.request.out.with_name("again.json")))
    text = run(dialog, annotated, qtbot).plain_text
    assert f"{count} proposal(s): only what a review has accepted was to be exported" in text


def test_proposals_that_are_exported_are_not_left_out(annotated, qtbot):
    count = with_proposals(annotated)
    dialog = show_dialog(annotated, qtbot)
    dialog.proposals.setChecked(True)
    text = run(dialog, annotated, qtbot).plain_text
    assert f"2 instance(s) and {count} proposal(s) on" in text
    assert "Left out" not in text


def test_the_report_can_be_copied(annotated, qtbot):
    report = run(show_dialog(annotated, qtbot), annotated, qtbot)
    qtbot.mouseClick(report.copy, Qt.MouseButton.LeftButton)
    text = QApplication.clipboard().text()
    for part in (report.headline.text(), report.verdict.text(), *report.text.toPlainText().splitlines()):
        assert part.strip() in text
    report.close()


def test_the_folder_of_an_export_is_one_click_away(annotated, qtbot, monkeypatch):
    report = run(show_dialog(annotated, qtbot), annotated, qtbot)
    shown = []
    monkeypatch.setattr(QDesktopServices, "openUrl", shown.append)
    qtbot.mouseClick(report.show_folder, Qt.MouseButton.LeftButton)
    assert [Path(url.toLocalFile()) for url in shown] == [report.folder]
    assert any(path.name == "pictures-export.json" for path in report.folder.iterdir())
    report.close()


@pytest.mark.parametrize(("format_name", "becomes_instances"), [("coco", False), ("yolo", True)])
def test_it_is_said_before_and_after_that_proposals_become_instances(hands, qtbot, format_name, becomes_instances):
    with_proposals(hands)
    dialog = show_dialog(hands, qtbot)
    choose(dialog, format_name)
    assert not dialog.proposals_note.isVisible()
    dialog.proposals.setChecked(True)
    assert dialog.proposals_note.isVisible() == becomes_instances
    text = run(dialog, hands, qtbot).plain_text
    assert ("proposals: they became ordinary instances" in text) == becomes_instances


def test_the_report_names_what_holds_pixels_that_voc_loses(hands, qtbot):
    for name in ("cat", "dog"):  # one above the other
        hands.click(50, 80)
        hands.wait_mask()
        hands.window.workspace.editor.accept_as_named(name)
    dialog = show_dialog(hands, qtbot)
    choose(dialog, "voc")
    report = run(dialog, hands, qtbot)
    assert (
        "pixels that a later instance covers (1 instance(s): 1). To keep this, export as Mask PNGs or COCO"
        in report.plain_text
    )
    assert "the worst IoU is 0.0000" in report.verdict.text()


def test_all_categories_are_ticked_at_once_or_none(annotated, qtbot):
    dialog = show_dialog(annotated, qtbot)
    qtbot.mouseClick(dialog.tick_none, Qt.MouseButton.LeftButton)
    assert not dialog.export.isEnabled()
    qtbot.mouseClick(dialog.tick_all, Qt.MouseButton.LeftButton)
    assert dialog.export.isEnabled()
    assert dialog.request.options.categories is None
    dialog.reject()
