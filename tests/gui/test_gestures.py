"""The trackpad, the floating strip with its name field, and colours that the colour blind tell apart."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QCursor, QNativeGestureEvent, QPointingDevice, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.gui.palette import next_category_color

# Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision deficiency" (2009),
# severity 1.0, for linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def test_two_fingers_pan(hands):
    canvas = hands.window.canvas
    canvas.zoom_by_steps(8, QPointF(300, 300))
    before, scale = QPointF(canvas.viewport.offset), canvas.viewport.scale
    position = QPointF(canvas.rect().center())
    event = QWheelEvent(
        position,
        canvas.mapToGlobal(position),
        QPoint(-30, 20),
        QPoint(-240, 160),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.ScrollUpdate,
        False,
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.viewport.scale == scale
    moved = canvas.viewport.offset - before
    assert (moved.x(), moved.y()) == pytest.approx((-30, 20))


def test_a_pinch_zooms_to_the_fingers(hands):
    canvas = hands.window.canvas
    position = QPointF(canvas.rect().center()) + QPointF(40, 20)
    at, scale = canvas.viewport.to_image(position), canvas.viewport.scale
    event = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        position,
        position,
        canvas.mapToGlobal(position),
        0.25,
        QPointF(),
    )
    QApplication.sendEvent(canvas, event)
    assert canvas.viewport.scale == pytest.approx(scale * 1.25)
    assert (canvas.viewport.to_image(position) - at).manhattanLength() < 1e-6


def test_the_strip_is_never_under_the_pointer(hands, monkeypatch):
    window = hands.window
    hands.click(50, 80)
    hands.wait_mask()
    for _ in range(3):
        # The pointer goes to wherever the strip is, and the mask changes.
        under = window.strip.mapToGlobal(window.strip.rect().center())
        monkeypatch.setattr(QCursor, "pos", lambda under=under: under)
        QTest.keyClick(window.canvas, Qt.Key.Key_C)
        window.strip._place()
        place = QRect(window.strip.mapToGlobal(QPoint(0, 0)), window.strip.size())
        assert not place.contains(under)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_first_colours_of_categories_are_told_apart(deficiency):
    rgb = np.array([QColor(next_category_color(number)).getRgbF()[:3] for number in range(1, 8)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = (linear @ DEFICIENCIES[deficiency].T).clip(0, 1)
    encoded = np.where(seen <= 0.0031308, seen * 12.92, 1.055 * seen ** (1 / 2.4) - 0.055)
    lab = cv2.cvtColor(encoded.astype(np.float32)[None], cv2.COLOR_RGB2LAB)[0]
    distances = [float(np.linalg.norm(lab[i] - lab[j])) for i, j in combinations(range(len(lab)), 2)]
    assert min(distances) > 10  # CIE 1976; two samples side by side are told apart from about 2.3


def test_the_name_field_completes_the_names_there_are(hands):
    window = hands.window
    for name in ("metal ring", "coin"):
        window.workspace.editor.categories.add(name)
    window.workspace.selection.set_category(None)
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_Return)
    field = window.strip.category_field
    QTest.keyClicks(field, "RIN")
    popup = field.completer().popup()
    hands.qtbot.waitUntil(popup.isVisible)
    assert [popup.model().index(row, 0).data() for row in range(popup.model().rowCount())] == ["metal ring"]
    QTest.keyClick(popup, Qt.Key.Key_Down)
    QTest.keyClick(popup, Qt.Key.Key_Return)
    if window.strip.is_asking:
        QTest.keyClick(field, Qt.Key.Key_Return)
    (instance,) = window.workspace.model.document.instances.values()
    assert window.workspace.model.document.categories[instance.category_id].name == "metal ring"
