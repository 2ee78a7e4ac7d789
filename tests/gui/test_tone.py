"""Brightness, contrast and gamma: what is on screen changes, and nothing else."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage

from annotator.core.tone import NEUTRAL, Tone
from tests.gui.conftest import GREY, RED, Hands

SHIFT = Qt.KeyboardModifier.ShiftModifier


def screen(hands: Hands) -> np.ndarray:
    """What the canvas shows, H x W x 3, red first."""
    image = hands.window.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def colour_at(hands: Hands, x: float, y: float) -> list[int]:
    place = hands.at(x, y)
    return screen(hands)[place.y(), place.x()].tolist()


def test_the_sliders_change_what_is_shown_and_reset_brings_it_back(hands):
    before = screen(hands)
    rgb = hands.window.workspace.image.rgb.copy()
    hands.key(Qt.Key.Key_B, SHIFT)
    panel = hands.window.tone_panel
    assert panel.isVisible()
    panel.brightness.setValue(20)
    panel.contrast.setValue(30)
    panel.gamma.setValue(40)
    table = Tone(0.2, 0.3, 5**0.4).table()
    for x, colour in ((50, RED), (5, GREY)):
        assert colour_at(hands, x, 80) == table[list(colour)].tolist()
    assert np.array_equal(hands.window.workspace.image.rgb, rgb)
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    assert colour_at(hands, 50, 80) == table[list(RED)].tolist()
    panel.reset.click()
    hands.key(Qt.Key.Key_A)
    hands.wait_image("a.png")
    hands.qtbot.keyClick(panel.brightness, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert (screen(hands) == before).all()


def test_what_is_kept_of_the_screen_follows_the_view(hands):
    canvas = hands.window.canvas
    canvas.set_tone(Tone(brightness=0.1))
    screen(hands)
    for steps in (2, -1, 9):
        canvas.zoom_by_steps(steps, QPointF(hands.at(50, 80)))
        kept = screen(hands)
        canvas.set_tone(NEUTRAL)
        plain = screen(hands)
        canvas.set_tone(Tone(brightness=0.1))
        place = hands.at(50, 80)
        row, column = place.y() + 1, place.x() + 1
        wanted = Tone(brightness=0.1).table()[plain[row, column]]
        assert np.abs(kept[row, column].astype(int) - wanted).max() <= 8  # the pixels' grid is drawn over it
        # Around the image nothing has a tone.
        assert steps == 9 or np.array_equal(kept[:3], plain[:3])


def test_a_window_in_another_language_shows_the_tone_that_is_set(keeper, settings, qtbot):
    keeper.window.workspace.tone.set(Tone(brightness=0.5, gamma=5.0))
    before = keeper.window
    settings.language = "zh_CN"
    qtbot.waitUntil(lambda: keeper.window is not before)
    assert keeper.window.tone_panel.gamma.value() == 100
    assert keeper.window.tone_panel.brightness.value() == 50
    assert keeper.window.canvas._image_painter.tone == Tone(brightness=0.5, gamma=5.0)
