"""The window fits small and magnified screens, whatever it has to say."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel

from annotator.gui.elided_label import ElidedLabel

LONG = "16-bit values from 12 to 4,801 are shown as 0 to 255 (percentiles 0.5 and 99.5 of the values of the image)"
SMALL = QSize(960, 460)
"""A screen of 1920 x 1080 at 200 %, less its panel, the frame and some reserve, in Qt's pixels."""


def test_no_text_in_the_status_bar_makes_the_window_wider(hands, folder, qtbot):
    hands.open(folder)
    window = hands.window
    least = window.minimumSizeHint().width()
    started, goes_on = threading.Event(), threading.Event()

    def work(job) -> None:
        job.report_progress(1, 20_000)
        started.set()
        goes_on.wait(10)

    job = window.workspace.jobs.new(work, title="Proposing masks for every image of a folder with a very long name")
    job.start()
    window.status.note.setText(LONG)
    window.status.note.show()
    window.status.segmenter.setText(LONG)
    qtbot.waitUntil(lambda: window.status.jobs.isVisible() and "20000" in window.status.jobs.text())
    try:
        assert window.minimumSizeHint().width() <= max(least, SMALL.width())
    finally:
        goes_on.set()
    assert "Proposing masks" in window.status.jobs.text()


def test_the_least_height_fits_a_magnified_screen(hands, folder):
    hands.open(folder)
    window = hands.window
    window.resize(SMALL)
    window.messages.tell("A sentence that needs two lines of the bar in a window as narrow as this one is. " * 2)
    hands.qtbot.waitUntil(window.messages.isVisible)
    assert window.minimumSizeHint().height() <= SMALL.height()


class TestElidedLabel:
    @pytest.fixture
    def label(self, qtbot) -> ElidedLabel:
        label = ElidedLabel()
        qtbot.addWidget(label)
        label.show()
        return label

    def test_what_does_not_fit_ends_in_an_ellipsis_and_is_whole_in_the_tooltip(self, label):
        label.setText(LONG)
        label.resize(120, 24)
        assert label.shown_text.endswith("\N{HORIZONTAL ELLIPSIS}")
        assert LONG.startswith(label.shown_text[:-1])
        assert label.toolTip() == LONG
        assert label.text() == LONG

    def test_what_fits_is_shown_as_it_is(self, label):
        label.setText("16-bit")
        label.resize(400, 24)
        assert label.shown_text == "16-bit"
        assert not label.toolTip()

    def test_a_wider_label_shows_more_again(self, label):
        label.setText(LONG)
        label.resize(120, 24)
        label.resize(4000, 24)
        assert label.shown_text == LONG
        assert not label.toolTip()

    def test_it_draws_as_a_label_does(self, label, qtbot):
        plain = QLabel("16-bit")
        qtbot.addWidget(plain)
        plain.show()
        label.setText("16-bit")
        for one in (plain, label):
            one.resize(200, 24)
        assert label.grab().toImage() == plain.grab().toImage()
