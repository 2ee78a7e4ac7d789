"""An image that the segmenter cannot embed: it is said, at every visit, and no click on it waits for ever."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from annotator.errors import PromptError
from annotator.gui.inference_messages import Encoded
from tests.gui.conftest import FakeProcess, Hands

REASON = "This picture is not to its taste; try another."


class Choosy(FakeProcess):
    """Refuses the second image it is shown, whenever it comes again."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.seen: list[bytes] = []

    def encode(self, rgb, *, cancel=None):
        pixels = rgb.tobytes()
        if pixels not in self.seen:
            self.seen.append(pixels)
        if self.seen.index(pixels) == 1:
            raise PromptError(REASON)
        return super().encode(rgb, cancel=cancel)


@pytest.fixture
def at_refused(make_window, qtbot, tmp_path) -> Hands:
    """Hands on a window that shows the refused image."""
    for number, name in enumerate(("a.png", "b.png", "c.png"), start=1):
        picture = np.full((160, 240, 3), 20 * number, np.uint8)
        (tmp_path / name).write_bytes(cv2.imencode(".png", picture)[1].tobytes())
    hands = Hands(make_window(Choosy(image_size=256)), qtbot)
    hands.open(tmp_path)
    hands.wait_image("a.png")
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    return hands


def test_the_reason_is_said_and_said_again_at_the_next_visit(at_refused):
    window, qtbot = at_refused.window, at_refused.qtbot
    qtbot.waitUntil(lambda: window.messages.text == REASON and window.messages.isVisible())
    window.messages.clear()
    at_refused.key(Qt.Key.Key_D)
    at_refused.wait_image("c.png")
    at_refused.key(Qt.Key.Key_A)
    qtbot.waitUntil(lambda: window.messages.text == REASON and window.messages.isVisible())


def test_a_click_on_it_is_answered_and_leaves_nothing_pending(at_refused):
    window, qtbot = at_refused.window, at_refused.qtbot
    qtbot.waitUntil(lambda: window.messages.isVisible())
    with qtbot.waitSignal(window.workspace.session.decode_failed) as caught:
        at_refused.click(100, 80)
    assert caught.args == [REASON]
    assert not window.workspace.session.is_pending
    assert not window.canvas.prompt.has_ring
    at_refused.key(Qt.Key.Key_D)
    at_refused.wait_image("c.png")
    at_refused.click(100, 80)
    at_refused.wait_mask()


def test_a_click_made_before_the_refusal_is_answered_too(at_refused):
    window, qtbot = at_refused.window, at_refused.qtbot
    at_refused.key(Qt.Key.Key_A)
    at_refused.wait_image("a.png")
    with qtbot.waitSignal(window.workspace.session.decode_failed):
        window.workspace.session.set_image("")
        at_refused.key(Qt.Key.Key_D)
        qtbot.waitUntil(lambda: window.canvas.image is not None and window.canvas.image.path.name == "b.png")
        at_refused.click(100, 80)
    assert not window.workspace.session.is_pending


def test_the_status_bar_does_not_take_the_embedding_of_another_image_for_this_ones(hands):
    status, session = hands.window.status, hands.window.workspace.session
    shown = status.segmenter.text()
    status._on_encoded(Encoded("an image left meanwhile", 9.87, False))
    assert status.segmenter.text() == shown
    status._on_encoded(Encoded(session.key, 9.87, False))
    assert "9.87" in status.segmenter.text()


def test_a_folder_without_a_coco_file_is_not_called_saved(hands):
    saved = hands.window.status.saved
    assert saved.text() == "nothing to save yet"
    hands.window.workspace.editor.categories.add("disc")
    hands.qtbot.waitUntil(lambda: saved.text() == "not saved, but kept")
    hands.undo()
    hands.qtbot.waitUntil(lambda: saved.text() == "nothing to save yet")
    hands.redo()
    hands.save()
    hands.qtbot.waitUntil(lambda: saved.text() == "saved")
