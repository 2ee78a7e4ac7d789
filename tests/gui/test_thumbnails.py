"""The small pictures of the list of images."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import shiboken6
from PIL import Image
from PySide6.QtCore import QObject, QSize

from annotator.gui import thumbnails
from annotator.gui.thumbnails import Thumbnails
from tests.gui.conftest import GREEN, GREY, write_discs


def test_rows_in_sight_get_their_thumbnails(hands, qtbot, folder):
    made = hands.window.images.thumbnails
    qtbot.waitUntil(lambda: made.get(folder / "a.png") is not None)
    picture = made.get(folder / "a.png").toImage()
    assert (picture.width(), picture.height()) == (112, 74)  # 240 x 160 in 112 x 80
    for (x, y), wanted in (((120, 80), GREEN), ((5, 5), GREY)):
        color = picture.pixelColor(x * 112 // 240, y * 74 // 160)
        assert np.abs(np.array(color.getRgb()[:3]) - wanted).max() < 12


@pytest.fixture
def gate(monkeypatch):
    """Holds the reading of thumbnails until it is set; `gate.read` lists what was read."""
    gate = threading.Event()
    gate.read, make = [], thumbnails._thumbnail

    def wait(path, size):
        gate.wait(10)
        gate.read.append(path)
        return make(path, size)

    monkeypatch.setattr(thumbnails, "_thumbnail", wait)
    yield gate
    gate.set()


def test_what_was_scrolled_away_is_not_read(qtbot, tmp_path, gate):
    paths = [tmp_path / f"{name}.png" for name in "abcd"]
    for path in paths:
        write_discs(path)
    made = Thumbnails(QSize(40, 40))
    made.want(paths[:2])
    qtbot.waitUntil(lambda: made._reader._reading == paths[0])
    made.want(paths[2:])
    gate.set()
    qtbot.waitUntil(lambda: made.get(paths[3]) is not None)
    assert gate.read == [paths[0], *paths[2:]]


def test_memory_is_bounded_and_the_recent_ones_stay(qtbot, tmp_path, monkeypatch):
    paths = [tmp_path / f"{name}.png" for name in "abc"]
    for path in paths:
        write_discs(path)
    made = Thumbnails(QSize(40, 40))
    monkeypatch.setattr(thumbnails, "_KEPT_BYTES", 2 * 40 * 27 * 4)
    for path in paths[:2]:
        made.want([path])
        qtbot.waitUntil(lambda path=path: made.get(path) is not None)
    assert made.get(paths[0]) is not None  # used again, so that the other one is the oldest
    made.want(paths[2:])
    qtbot.waitUntil(lambda: made.get(paths[2]) is not None)
    assert [made.get(path) is not None for path in paths] == [True, False, True]


def test_a_fault_over_one_image_leaves_the_others_theirs(qtbot, tmp_path, monkeypatch, capsys):
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    write_discs(good)
    read_header = thumbnails.read_header

    def header(path):
        if path == bad:
            raise ZeroDivisionError("a slip of the programmer")
        return read_header(path)

    monkeypatch.setattr(thumbnails, "read_header", header)
    made = Thumbnails(QSize(40, 40))
    made.want([bad, good])
    qtbot.waitUntil(lambda: made.get(good) is not None)
    assert made.get(bad) is None
    assert "a slip of the programmer" in capsys.readouterr().err


def test_what_cannot_be_read_is_tried_once(qtbot, tmp_path, gate):
    gate.set()
    path = tmp_path / "bad.png"
    path.write_bytes(b"no picture")
    made = Thumbnails(QSize(40, 40))
    for _ in range(2):
        made.want([path])
        qtbot.waitUntil(lambda: gate.read == [path])
        qtbot.waitUntil(lambda: path in made._refused)
    assert made.get(path) is None
    made.forget()
    made.want([path])
    qtbot.waitUntil(lambda: gate.read == [path, path])


def test_a_view_that_goes_while_its_thumbnail_is_read_leaves_nothing_behind(qtbot, tmp_path, gate):
    write_discs(tmp_path / "a.png")
    parent = QObject()
    made = Thumbnails(QSize(40, 40), parent)
    made.want([tmp_path / "a.png"])
    shiboken6.delete(parent)
    gate.set()
    qtbot.waitUntil(lambda: gate.read == [tmp_path / "a.png"])
    qtbot.wait(10)  # for what the thread says


@pytest.mark.parametrize("size", [(1, 1), (3, 2000), (5000, 2)])
def test_odd_sizes_have_thumbnails_that_fit(qtbot, tmp_path, size):
    path = tmp_path / "odd.png"
    Image.new("RGB", size, GREEN).save(path)
    made = Thumbnails(QSize(40, 30))
    made.want([path])
    qtbot.waitUntil(lambda: made.get(path) is not None)
    picture = made.get(path).toImage()
    assert 1 <= picture.width() <= 40
    assert 1 <= picture.height() <= 30
    assert picture.pixelColor(0, 0).getRgb()[:3] == GREEN
