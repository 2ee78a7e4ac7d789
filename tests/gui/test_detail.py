"""The detail slider: vertices and IoU follow it, the mask never does."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from annotator.core.geometry import RunLengths, overlaps
from annotator.core.outline import Outline
from annotator.core.polygons import to_coco
from tests.gui.annotating import add_category, instances
from tests.gui.test_vertices import ready, shaped

__all__ = ["shaped"]

ROWS, COLUMNS = np.indices((160, 240))
TURN = np.arctan2(ROWS - 80, COLUMNS - 120)
FLOWER = np.hypot(ROWS - 80, COLUMNS - 120) < 50 + 8 * np.sin(5 * TURN)


@pytest.fixture
def flower(shaped):
    hands = shaped(FLOWER)
    figures(hands)
    return hands


def figures(hands):
    ready(hands)
    found = hands.window.workspace.detail_figures
    hands.qtbot.waitUntil(lambda: found.figures is not None, timeout=10_000)
    return found.figures


def test_less_detail_is_fewer_vertices_and_a_lower_iou_and_comes_back(flower):
    strip = flower.window.detail_strip
    assert strip.isVisible()
    before = instances(flower)
    count = flower.window.workspace.model.undo_stack.count()
    seen = []
    for value in (100, 50, 0, 100):
        strip.slider.setValue(value)
        now = figures(flower)
        seen.append((now.vertices, now.iou))
        assert f"{now.vertices} vertices" in strip.text.text()
        assert f"{now.iou:.3f}" in strip.text.text()
        rings = flower.window.workspace.outline.current().polygons(now.tolerance)
        drawn = RunLengths.from_coco(to_coco(rings), 160, 240)  # one part without holes
        assert now.iou == pytest.approx(overlaps([drawn], [before[0].mask])[0, 0])
    assert seen[0] > seen[1] > seen[2]
    assert seen[3] == seen[0]
    assert seen[2][1] > 0.8
    assert instances(flower) == before
    assert flower.window.workspace.model.undo_stack.count() == count


def test_the_polygon_is_shown_while_the_slider_is_held(flower):
    strip, canvas = flower.window.detail_strip, flower.window.canvas
    strip.slider.setValue(0)
    figures(flower)
    before = canvas.grab().toImage()
    strip.slider.setSliderDown(True)
    assert canvas.grab().toImage() != before
    strip.slider.setSliderDown(False)
    assert canvas.grab().toImage() == before


def test_arrows_move_the_slider_and_not_the_image(flower):
    strip = flower.window.detail_strip
    strip.slider.setValue(40)
    strip.slider.setFocus()
    flower.qtbot.keyClick(strip.slider, Qt.Key.Key_Right)
    assert strip.slider.value() == 41
    assert flower.window.canvas.image.path.name == "a.png"


def test_other_tools_and_no_selection_have_no_strip(flower):
    strip = flower.window.detail_strip
    flower.key(Qt.Key.Key_S)
    assert not strip.isVisible()
    flower.key(Qt.Key.Key_G)
    assert strip.isVisible()
    flower.window.workspace.selection.select([])
    assert not strip.isVisible()


def test_a_mask_not_accepted_yet_has_its_detail_and_stays_as_it_is(hands):
    add_category(hands, "disc")
    hands.click(50, 80)
    hands.wait_mask()
    field, found = hands.window.strip.detail, hands.window.workspace.prompt_detail
    hands.qtbot.waitUntil(lambda: found.vertices is not None, timeout=10_000)
    assert field.isVisible()
    mask = hands.window.workspace.session.shown.mask
    counts = []
    for value in (100, 0, 100, 30):
        field.slider.setValue(value)
        counts.append(found.vertices)
        assert field.text.text() == f"{found.vertices} vertices"
        assert len(found.polygons[0]) == found.vertices  # one part without holes
    assert counts[0] == counts[2] > counts[1]
    hands.key(Qt.Key.Key_Return)
    (instance,) = instances(hands)
    assert instance.mask == mask
    assert hands.window.workspace.outline.detail == 0.3  # with which the handles of the new instance begin
    assert not hands.window.strip.isVisible()


def pixels_without(strip):
    """What the canvas paints, without its children."""
    canvas = strip.parentWidget()
    picture = QImage(canvas.size(), QImage.Format.Format_RGB32)
    canvas.render(picture, renderFlags=QWidget.RenderFlag.DrawWindowBackground)
    return picture


def test_the_polygon_of_a_mask_not_accepted_yet_is_shown_while_the_slider_has_the_keyboard(hands):
    hands.click(50, 80)
    hands.wait_mask()
    field, found, canvas = hands.window.strip.detail, hands.window.workspace.prompt_detail, hands.window.canvas
    hands.qtbot.waitUntil(lambda: found.vertices is not None, timeout=10_000)
    field.slider.setValue(0)
    hands.qtbot.wait(500)  # the mask breathes when it is new
    without = pixels_without(hands.window.strip)
    field.slider.setFocus()
    hands.qtbot.keyClick(field.slider, Qt.Key.Key_Right)
    assert field.slider.value() == 1
    field.slider.setValue(0)
    assert pixels_without(hands.window.strip) != without
    canvas.setFocus()
    assert pixels_without(hands.window.strip) == without


def test_the_detail_gives_way_to_the_name(hands):
    hands.click(50, 80)
    hands.wait_mask()
    strip = hands.window.strip
    assert strip.detail.isVisible()
    hands.key(Qt.Key.Key_Return)
    assert strip.category_field.isVisible()
    assert not strip.detail.isVisible()


class Asked(list):
    """The masks whose outlines were asked for; `error` is raised instead of making one."""

    error: Exception | None = None

    def __call__(self, mask, *arguments, **options):
        self.append(mask)
        if self.error is not None:
            raise self.error
        return Outline(mask, ())


@pytest.fixture
def asked(monkeypatch):
    asked = Asked()
    monkeypatch.setattr(Outline, "of", asked)
    return asked


def test_clicks_that_follow_each_other_are_not_held_up_by_outlines(hands, asked):
    found, session = hands.window.workspace.prompt_detail, hands.window.workspace.session
    found._quiet.setInterval(3_600_000)  # the mask never stays so long, however slow the machine
    for x in (50, 60, 70):
        hands.click(x, 80)
        hands.wait_mask()
    assert not asked
    found._quiet.timeout.emit()
    hands.qtbot.waitUntil(lambda: found.vertices is not None)
    assert asked == [session.shown.mask]


def test_an_outline_that_fails_is_not_tried_for_ever(hands, asked):
    asked.error = MemoryError("none left")
    found = hands.window.workspace.prompt_detail
    with hands.qtbot.captureExceptions() as faults:
        hands.click(50, 80)
        hands.wait_mask()
        hands.qtbot.waitUntil(lambda: bool(faults))
        hands.qtbot.waitUntil(lambda: found._job is None)
        hands.qtbot.wait(100)
    assert len(asked) == 1
