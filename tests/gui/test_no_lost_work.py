"""What happens when saving, opening, closing and editing overlap, or something breaks in a worker."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from annotator.gui import hover_preview, image_loader, keeping, opening
from annotator.gui.inference_messages import SegmenterState
from annotator.gui.unfinished import Unfinished, Wish
from tests.gui.annotating import accept_disc, add_category
from tests.gui.conftest import FakeProcess, Hands, write_discs

BUTTONS = QMessageBox.StandardButton


class Gate:
    """Holds a function up until it is opened."""

    def __init__(self, monkeypatch, owner, name: str) -> None:
        self._open = threading.Event()
        function = getattr(owner, name)

        def held(*arguments, **options):
            self._open.wait(10)
            return function(*arguments, **options)

        monkeypatch.setattr(owner, name, held)

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def answers(monkeypatch):
    """What the question about unsaved work is answered with, and how often it was asked."""

    class Answers:
        answer = BUTTONS.Cancel
        asked = 0

    def ask(*_arguments, **_options):
        Answers.asked += 1
        return Answers.answer

    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", ask)
    return Answers


def names(path) -> list[str]:
    return [category["name"] for category in json.loads(path.read_text("utf-8"))["categories"]]


def test_work_done_while_another_dataset_is_read_is_asked_about(hands, answers, tmp_path, monkeypatch):
    write_discs(tmp_path / "other" / "x.png")
    gate = Gate(monkeypatch, opening, "open_dataset")
    hands.window.open_paths([tmp_path / "other"])
    add_category(hands, "late")
    gate.open()
    hands.qtbot.waitUntil(lambda: answers.asked == 1)
    hands.qtbot.wait(50)
    assert [c.name for c in hands.window.workspace.model.document.categories.values()] == ["late"]


def test_closing_with_save_asks_again_about_what_came_after(hands, answers, folder, monkeypatch):
    answers.answer = BUTTONS.Save
    gate = Gate(monkeypatch, keeping, "replace_file")
    add_category(hands, "early")
    hands.window.close()
    add_category(hands, "late")
    answers.answer = BUTTONS.Cancel
    gate.open()
    hands.qtbot.waitUntil(lambda: answers.asked == 2)
    hands.qtbot.waitUntil(lambda: not hands.window.workspace.saver.is_saving)
    assert hands.window.isVisible()
    hands.save()
    hands.qtbot.wait(50)
    assert hands.window.isVisible()  # the wish to close ended with the second answer


def test_the_newest_wish_counts_when_folders_are_opened_while_saving(hands, answers, tmp_path, monkeypatch):
    for name in ("b", "c"):
        write_discs(tmp_path / name / f"{name}.png")
    answers.answer = BUTTONS.Save
    gate = Gate(monkeypatch, keeping, "replace_file")
    add_category(hands, "disc")
    hands.window.open_paths([tmp_path / "b"])
    answers.answer = BUTTONS.Discard
    hands.window.open_paths([tmp_path / "c"])
    gate.open()
    hands.wait_image("c.png")


def test_save_and_save_as_queued_behind_a_save_are_both_done(hands, folder, tmp_path, monkeypatch):
    saver, flow = hands.window.workspace.saver, hands.window.flow
    gate = Gate(monkeypatch, keeping, "replace_file")
    add_category(hands, "one")
    flow.save()
    saver.save(tmp_path / "b.json")
    add_category(hands, "two")
    flow.save()  # goes to where the Save As went
    gate.open()
    hands.qtbot.waitUntil(lambda: not saver.is_saving)
    assert names(tmp_path / "b.json") == ["one", "two"]
    assert names(folder / "annotations.coco.json") == ["one"]
    assert hands.window.workspace.model.coco_path == tmp_path / "b.json"
    assert hands.window.workspace.model.is_saved


def test_reopening_waits_for_the_save_under_way(hands, folder, monkeypatch):
    gate = Gate(monkeypatch, keeping, "replace_file")
    add_category(hands, "disc")
    hands.window.flow.save()
    hands.window.workspace.model.mark_saved(hands.window.workspace.model.state, folder / "annotations.coco.json")
    hands.window.open_paths([folder])
    with hands.qtbot.waitSignal(hands.window.workspace.model.document_replaced, timeout=10_000):
        gate.open()
    assert [c.name for c in hands.window.workspace.model.document.categories.values()] == ["disc"]


def test_closing_waits_for_a_save_as_and_stays_when_it_fails(hands, tmp_path, monkeypatch):
    hands.save()
    gate = Gate(monkeypatch, keeping, "replace_file")
    hands.window.workspace.saver.save(tmp_path / "gone" / "x.json")
    hands.window.close()
    gate.open()
    hands.qtbot.waitUntil(hands.window.messages.isVisible)
    assert hands.window.isVisible()
    assert "x.json" in hands.window.messages.text


def test_an_error_of_the_networks_library_costs_one_click(hands, process, monkeypatch):
    def fail(*_):
        raise RuntimeError("out of memory in an operator")

    monkeypatch.setattr(process, "decode", fail)
    hands.click(50, 80)
    hands.qtbot.waitUntil(lambda: "out of memory" in hands.window.status.currentMessage())
    assert not hands.window.workspace.session.is_pending
    monkeypatch.undo()
    hands.click(50, 80)
    hands.wait_mask()
    assert hands.window.workspace.inference.state is SegmenterState.READY


def test_an_image_that_breaks_the_reader_does_not_end_it(hands, monkeypatch):
    def fail(_):
        raise MemoryError

    monkeypatch.setattr(image_loader, "screen_pyramid", fail)
    hands.key(Qt.Key.Key_D)
    hands.qtbot.waitUntil(lambda: "b.png" in hands.window.canvas._message)
    monkeypatch.undo()
    hands.key(Qt.Key.Key_D)
    hands.wait_image("丙.png")


def test_enter_before_the_mask_is_there_leaves_the_keys_to_the_canvas(make_window, qtbot, folder):
    window = make_window(FakeProcess(encode_seconds=2.0))
    hands = Hands(window, qtbot)
    window.open_paths([folder])
    qtbot.waitUntil(lambda: window.canvas.image is not None)
    hands.click(50, 80)
    hands.key(Qt.Key.Key_Return)
    assert window.strip.category_field.isHidden()
    assert "still" in window.status.currentMessage()
    hands.key(Qt.Key.Key_B)
    assert window.actions_.box_tool.isChecked()


def test_preview_of_one_image_is_not_painted_over_another(hands, qtbot, monkeypatch):
    monkeypatch.setattr(hover_preview, "_SLOWEST_SECONDS", 60.0)
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    hands.key(Qt.Key.Key_A)
    hands.wait_image("a.png")
    preview = hands.window.workspace.preview
    QTest.mouseMove(hands.window.canvas, hands.at(50, 80))
    qtbot.waitUntil(lambda: preview.shape is not None)
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    assert preview.shape is None


def test_clicks_do_not_keep_full_size_masks(hands):
    hands.click(50, 80)
    hands.wait_mask()
    assert "mask" not in vars(hands.window.workspace.session.shown.proposal)


def test_prompts_of_a_document_that_was_left_are_forgotten(hands, folder, monkeypatch):
    monkeypatch.setattr(Unfinished, "ask", lambda *_: Wish.DROP)
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    hands.open(folder)
    hands.wait_image("a.png")
    assert not hands.window.workspace.session.is_pending


def test_repaired_image_says_what_to_do(hands, folder):
    (folder / "broken.png").write_bytes(b"")
    hands.open(folder)
    hands.wait_image("a.png")
    write_discs(folder / "broken.png")
    broken = next(i for i in hands.window.workspace.model.document.images.values() if i.path == "broken.png")
    hands.window.workspace.show_image(broken.id)
    hands.qtbot.waitUntil(lambda: "open the folder again" in hands.window.canvas._message)


def test_accepted_instances_are_what_the_canvas_paints(hands, qtbot):
    """The picture itself, not what it is made from: every pixel inside the mask changes, and none well outside."""
    add_category(hands, "disc")
    before = hands.window.canvas.grab().toImage()
    accept_disc(hands, 50)
    (instance,) = hands.window.workspace.model.document.instances.values()
    qtbot.waitUntil(lambda: hands.window.layer.shape_of(instance.id) is not None)
    qtbot.wait(300)  # until the flash is over
    after = hands.window.canvas.grab().toImage()
    mask = instance.mask.to_mask()
    for y in range(45, 116, 2):
        for x in range(15, 90, 2):
            near = mask[y - 1 : y + 2, x - 1 : x + 2]
            at = hands.at(x, y)
            if near.all() or not near.any():
                assert (before.pixel(at) != after.pixel(at)) == bool(mask[y, x]), (x, y)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_the_systems_wish_to_end_ask_about_unsaved_work(keeper, settings, answers, qtbot, number, folder):
    settings.autosave_minutes = 0  # else it is saved unasked
    before = [signal.getsignal(kind) for kind in (signal.SIGINT, signal.SIGTERM)]
    try:
        keeper.close_on_signals()
        hands = Hands(keeper.window, qtbot)
        hands.open(folder)
        hands.wait_image("a.png")
        add_category(hands, "disc")
        os.kill(os.getpid(), number)
        qtbot.waitUntil(lambda: answers.asked == 1)
        qtbot.wait(50)
        assert keeper.window.isVisible()
    finally:
        for kind, handler in zip((signal.SIGINT, signal.SIGTERM), before, strict=True):
            signal.signal(kind, handler)
