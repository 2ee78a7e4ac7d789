"""Opening, paging, zooming, saving and what goes wrong there."""

from __future__ import annotations

import json
import os
import threading

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from annotator.errors import SegmenterError
from tests.gui.annotating import accept_disc, add_category, instances
from tests.gui.conftest import FakeProcess, Hands, write_discs


def wheel(canvas, position: QPointF, notches: int) -> None:
    event = QWheelEvent(
        position,
        canvas.mapToGlobal(position),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def test_first_start_invites_and_asks_nothing(window):
    assert window.pages.currentWidget() is window.welcome
    assert QApplication.activeModalWidget() is None


def test_folder_lists_its_images_and_shows_the_first(hands):
    panel = hands.window.images.list_model
    texts = [panel.data(panel.index(row)) for row in range(panel.rowCount())]
    assert [text.splitlines()[0] for text in texts] == ["a.png", "b.png", "子文件夹/丙.png"]


def test_clicks_while_the_next_image_is_read_go_nowhere(hands):
    hands.window.canvas.await_image()
    hands.click(50, 80)
    assert not hands.window.workspace.session.is_pending


def test_image_of_the_document_before_is_not_shown_in_the_new_one(hands, tmp_path):
    # Both have an image 1; only the path tells them apart.
    write_discs(tmp_path / "other" / "x.png")
    old = hands.window.canvas.image
    hands.open(tmp_path / "other")
    hands.window.workspace._on_loaded(old)
    assert hands.window.canvas.image is None or hands.window.canvas.image.path.name == "x.png"
    hands.wait_image("x.png")


def test_keys_page_and_the_list_follows(hands):
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    hands.key(Qt.Key.Key_Right)
    hands.wait_image("丙.png")
    hands.key(Qt.Key.Key_Right)  # there is no further one
    hands.key(Qt.Key.Key_A)
    hands.wait_image("b.png")
    assert hands.window.images.view.currentIndex().row() == 1


def test_a_prompt_left_by_paging_is_found_again(hands):
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    assert not hands.window.workspace.session.is_pending
    hands.key(Qt.Key.Key_A)
    hands.wait_image("a.png")
    assert len(hands.window.workspace.session.step.points) == 1


def test_paging_back_does_not_encode_again(hands, process):
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    encodes = process.encodes
    hands.key(Qt.Key.Key_A)
    hands.wait_image("a.png")
    assert process.encodes == encodes
    hands.qtbot.waitUntil(lambda: "memory" in hands.window.status.segmenter.text())


def test_wheel_zooms_to_the_cursor(hands):
    canvas = hands.window.canvas
    position = QPointF(hands.at(190, 40))
    before = canvas.viewport.to_image(position)
    scale = canvas.viewport.scale
    wheel(canvas, position, 3)
    assert canvas.viewport.scale == pytest.approx(scale * 1.25**3)
    after = canvas.viewport.to_image(position)
    assert (after - before).manhattanLength() < 1e-6


def test_space_and_middle_drag_pan(hands, qtbot):
    canvas = hands.window.canvas
    start = canvas.rect().center()
    for button, key in ((Qt.MouseButton.MiddleButton, None), (Qt.MouseButton.LeftButton, Qt.Key.Key_Space)):
        offset = QPointF(canvas.viewport.offset)
        if key is not None:
            qtbot.keyPress(canvas, key)
        qtbot.mousePress(canvas, button, pos=start)
        qtbot.mouseMove(canvas, start + QPoint(30, -20))
        qtbot.mouseRelease(canvas, button, pos=start + QPoint(30, -20))
        if key is not None:
            qtbot.keyRelease(canvas, key)
        assert canvas.viewport.offset - offset == QPointF(30, -20)
    assert not hands.window.workspace.session.is_pending


def test_clicks_placed_while_encoding_are_decoded_when_it_is_ready(make_window, qtbot, folder):
    window = make_window(FakeProcess(encode_seconds=1.0))
    hands = Hands(window, qtbot)
    window.open_paths([folder])
    qtbot.waitUntil(lambda: window.canvas.image is not None)
    hands.click(50, 80)
    assert window.workspace.session.is_waiting
    hands.window.canvas.zoom_by_steps(1)
    hands.wait_mask()
    assert hands.shown_mask()[80, 50]


def test_paging_on_abandons_the_running_encode(make_window, qtbot, folder):
    process = FakeProcess(encode_seconds=20.0)
    window = make_window(process)
    hands = Hands(window, qtbot)
    window.open_paths([folder])
    qtbot.waitUntil(lambda: "computing" in window.status.segmenter.text())
    hands.key(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: window.canvas.image is not None and window.canvas.image.path.name == "b.png")
    process._encode_seconds = 0.0
    hands.wait_image("b.png")
    assert process.encodes == 1  # the first image's was never finished


def test_saved_file_opens_again_with_everything(hands, make_window, qtbot, folder):
    add_category(hands, "圆盘")
    accept_disc(hands, 50)
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    accept_disc(hands, 120)
    assert hands.window.status.saved.text() != "saved"
    path = hands.save()
    assert path == folder / "annotations.coco.json"
    assert hands.window.status.saved.text() == "saved"
    other = make_window(FakeProcess())
    other.open_paths([folder])
    qtbot.waitUntil(lambda: other.workspace.model.is_open)
    document = other.workspace.model.document
    assert document.instances == hands.window.workspace.model.document.instances
    assert document.categories == hands.window.workspace.model.document.categories
    assert [image.path for image in document.images.values()] == ["a.png", "b.png", "子文件夹/丙.png"]


def test_undo_on_another_image_goes_there(hands):
    add_category(hands, "disc")
    accept_disc(hands, 50)
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    hands.undo()
    hands.wait_image("a.png")
    assert not instances(hands)


def test_undo_back_to_what_was_saved_counts_as_saved(hands):
    add_category(hands, "disc")
    accept_disc(hands, 50)
    hands.save()
    accept_disc(hands, 120)
    assert not hands.window.workspace.model.is_saved
    hands.undo()
    assert hands.window.workspace.model.is_saved
    hands.undo()
    assert not hands.window.workspace.model.is_saved


def test_edits_made_while_saving_are_not_called_saved(hands, monkeypatch):
    add_category(hands, "disc")
    accept_disc(hands, 50)
    hands.window.save()
    assert hands.window.workspace.saver.is_saving
    hands.window.workspace.editor.categories.add("late")
    hands.qtbot.waitUntil(lambda: not hands.window.workspace.saver.is_saving)
    assert not hands.window.workspace.model.is_saved


def test_save_that_fails_says_so_and_keeps_the_work(hands, monkeypatch):
    add_category(hands, "disc")
    accept_disc(hands, 50)

    def no_space(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_space)
    with hands.qtbot.waitSignal(hands.window.workspace.saver.failed):
        hands.window.save()
    assert hands.window.messages.isVisible()
    assert "annotations.coco.json" in hands.window.messages.text
    assert len(instances(hands)) == 1
    assert not hands.window.workspace.model.is_saved
    monkeypatch.undo()
    hands.save()
    assert hands.window.workspace.model.is_saved


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Discard])
def test_closing_asks_only_about_unsaved_work(hands, monkeypatch, answer):
    asked = []
    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *a, **k: asked.append(a) or answer)
    add_category(hands, "disc")
    hands.window.close()
    hands.qtbot.wait(50)
    assert hands.window.isVisible() is (answer == QMessageBox.StandardButton.Cancel)
    assert len(asked) == 1


def test_closing_with_save_closes_once_saved(hands, monkeypatch, folder):
    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *a, **k: QMessageBox.StandardButton.Save)
    add_category(hands, "disc")
    hands.window.close()
    hands.qtbot.waitUntil(lambda: not hands.window.isVisible())
    assert json.loads((folder / "annotations.coco.json").read_text("utf-8"))["categories"][0]["name"] == "disc"


@pytest.mark.parametrize("kind", ["text", "empty", "truncated"])
def test_image_that_cannot_be_read_gets_a_sentence_and_the_others_work(hands, folder, kind):
    content = {"text": b"hello", "empty": b"", "truncated": (folder / "a.png").read_bytes()[:600]}[kind]
    (folder / "broken.png").write_bytes(content)
    hands.open(folder)
    broken = next(i for i in hands.window.workspace.model.document.images.values() if i.path == "broken.png")
    hands.wait_image("a.png")
    hands.window.workspace.show_image(broken.id)
    hands.qtbot.waitUntil(lambda: "broken.png" in hands.window.canvas._message)
    hands.window.workspace.show_image(next(iter(hands.window.workspace.model.document.images)))
    hands.wait_image("a.png")


def test_image_of_another_size_than_the_file_says_is_not_annotated(hands, folder):
    hands.save()
    Image.new("RGB", (30, 20)).save(folder / "b.png")
    hands.open(folder)
    hands.wait_image("a.png")
    hands.key(Qt.Key.Key_D)
    hands.qtbot.waitUntil(lambda: "30 × 20" in hands.window.canvas._message)
    hands.click(10, 10)
    assert not hands.window.workspace.session.is_pending


def test_folder_that_is_missing_keeps_the_open_document(hands, folder):
    hands.window.open_paths([folder / "nowhere"])
    hands.qtbot.waitUntil(hands.window.messages.isVisible)
    assert "nowhere" in hands.window.messages.text
    assert len(hands.window.workspace.model.document.images) == 3


def test_coco_file_that_is_not_json_keeps_the_open_document(hands, tmp_path):
    other = tmp_path / "other"
    write_discs(other / "x.png")
    (other / "annotations.coco.json").write_text("{ not json", "utf-8")
    hands.window.open_paths([other])
    hands.qtbot.waitUntil(hands.window.messages.isVisible)
    assert "annotations.coco.json" in hands.window.messages.text
    assert len(hands.window.workspace.model.document.images) == 3
    assert (other / "annotations.coco.json").read_text("utf-8") == "{ not json"


def test_closing_while_the_model_starts_does_not_wait_for_it(make_window, qtbot):
    class Slow(FakeProcess):
        def __init__(self) -> None:
            super().__init__()
            self.closed = threading.Event()

        def wait_ready(self, timeout=None):
            self.closed.wait()
            raise SegmenterError("The segmenter was closed.")

        def close(self) -> None:
            self.closed.set()

    process = Slow()
    window = make_window(process)
    qtbot.waitUntil(lambda: "starting" in window.status.segmenter.text())
    window.close()
    assert process.closed.is_set()
    assert not window.messages.isVisible()


def test_segmenter_that_dies_is_started_anew_and_the_click_answered(hands, process):
    process.deaths = 1
    hands.click(50, 80)
    hands.wait_mask()
    assert hands.shown_mask()[80, 50]
    assert process.starts == 2


def test_segmenter_that_keeps_dying_stays_down_until_asked(hands, process):
    process.deaths = 100
    hands.click(50, 80)
    hands.qtbot.waitUntil(lambda: "does not run" in hands.window.status.segmenter.text())
    process.deaths = 0
    hands.qtbot.mouseClick(hands.window.messages._action, Qt.MouseButton.LeftButton)
    hands.wait_mask()
    assert hands.shown_mask()[80, 50]


def test_that_the_model_does_not_run_is_still_said_over_another_folder(hands, process, folder, tmp_path):
    process.deaths = 100
    window = hands.window
    hands.click(50, 80)
    hands.qtbot.waitUntil(lambda: "does not run" in window.messages.text)
    assert not window.canvas.prompt.has_ring  # nothing comes of waiting
    window.workspace.session.clear()
    hands.open(folder / "b.png")
    assert window.messages.isVisible()
    assert "does not run" in window.messages.text
    hands.qtbot.waitUntil(lambda: window.canvas.image is not None)
    process.deaths = 0
    hands.qtbot.mouseClick(window.messages._action, Qt.MouseButton.LeftButton)
    hands.qtbot.waitUntil(lambda: window.messages.isHidden())
    hands.click(50, 80)
    hands.wait_mask()


def test_zoomed_out_image_is_drawn_from_a_smaller_level(hands, tmp_path):
    big = np.random.default_rng(0).integers(0, 255, (1200, 2400, 3), np.uint8)
    Image.fromarray(big).save(tmp_path / "big.png")
    hands.open(tmp_path / "big.png")
    hands.wait_image("big.png")
    picture = hands.window.canvas.grab().toImage()
    center = hands.at(1200, 600)
    reds = [picture.pixelColor(center + QPoint(x, y)).red() for x in range(-20, 20) for y in range(-20, 20)]
    # Uniform noise has a deviation of 74; the mean of 2 x 2 pixels half of that.
    assert np.std(reds) < 50


def test_an_image_opened_by_name_is_the_one_shown(hands, folder):
    hands.save()  # the folder's file lists all its images
    hands.open(folder / "b.png")
    hands.wait_image("b.png")
