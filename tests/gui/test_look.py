"""What the window looks like: outlines as thick on any screen, nothing over the clicks, one family of icons."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QColorDialog, QDialogButtonBox

from annotator.core.geometry import RunLengths
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.canvas.prompt_painter import paint_outline
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.foreign_texts import said_by_weights
from annotator.segment.weights import installed_weights


def square_of(side: int) -> MaskShape:
    mask = np.zeros((100, 100), bool)
    mask[20 : 20 + side, 20 : 20 + side] = True
    shape = MaskShape.from_run_lengths(RunLengths.from_mask(mask))
    assert shape is not None
    return shape


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_an_outline_is_as_thick_on_a_screen_of_any_density(ratio):
    picture = QImage(round(100 * ratio), round(100 * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    viewport = Viewport()
    viewport.set_image_size(100, 100)
    viewport.set_widget_size(116, 116)
    viewport.zoom_to(1.0, QPointF(0, 0))
    viewport.pan(-viewport.offset)
    painter = QPainter(picture)
    paint_outline(painter, viewport, square_of(60), QColor("white"), 2.0)
    painter.end()
    pixels = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), -1, 4)
    middle = pixels[pixels.shape[0] // 2, : pixels.shape[1] // 2]
    # The left border, across: what is covered of the line and its casing, in widget pixels.
    assert (middle[:, 3] / 255).astype(bool).sum() / ratio == pytest.approx(4, abs=1.1)
    assert (middle[:, 0] > 200).sum() / ratio == pytest.approx(2, abs=0.7)


@pytest.mark.parametrize("name", ["x" * 60, "一个名字特别长的类别" * 6, "R&D"])
def test_the_strip_fits_the_canvas_however_long_the_name_of_the_category_is(hands, name):
    window = hands.window
    window.workspace.editor.categories.add(name)
    category = window.workspace.model.document.category_named(name)
    window.workspace.selection.set_category(category.id)
    hands.click(50, 80)
    hands.wait_mask()
    assert window.canvas.rect().contains(window.strip.geometry())
    accept = window.strip._accept
    assert name in accept.accessibleName()  # whole for who does not see it
    shown = accept.text().partition(": ")[2]
    assert shown == "R&&D" if name == "R&D" else shown.endswith("…") and accept.toolTip() == name


def test_the_strip_covers_no_click(hands):
    window = hands.window
    hands.click(50, 80)
    hands.wait_mask()
    # A click just where the strip is: it makes way.
    centre = window.canvas.viewport.to_image(QPointF(window.strip.geometry().center()))
    window.workspace.session.add_point(centre, positive=False)
    hands.wait_mask()
    for point in window.workspace.session.step.points:
        at = window.canvas.viewport.to_widget(point).toPoint()
        assert not window.strip.geometry().intersects(QRect(at - QPoint(8, 8), at + QPoint(8, 8)))
    assert window.canvas.rect().contains(window.strip.geometry())


def test_no_dialog_has_pictures_on_its_buttons(hands, qtbot):
    window, panel = hands.window, hands.window.categories
    editor = window.workspace.editor
    editor.categories.add("cat")
    hands.click(50, 80)
    hands.wait_mask()
    editor.accept()
    editor.categories.add("dog")
    window.workspace.selection.set_category(1)
    shown = []
    openings = (panel.properties, panel.merge, panel.remove, panel.recolor)
    for opening in openings:
        opening.trigger()
        dialog = QApplication.activeModalWidget()
        assert dialog is not None, opening.text()
        shown.append(type(dialog))
        for box in dialog.findChildren(QDialogButtonBox):
            assert all(button.icon().isNull() for button in box.buttons()), opening.text()
        dialog.close()
    assert len(set(shown)) == len(openings)
    assert QColorDialog in shown


def test_all_the_starter_weights_say_is_chinese_in_the_chinese_window(keeper, settings):
    settings.language = "zh_CN"
    shipped = next(weights for weights in installed_weights() if weights.is_shipped)
    for text in (shipped.info.source, shipped.info.training_data, *shipped.info.quality):
        assert said_by_weights(text) != text
        assert any("\u4e00" <= letter <= "\u9fff" for letter in said_by_weights(text))
    assert said_by_weights("somebody's own weights") == "somebody's own weights"


def test_the_status_bar_says_what_the_model_is_and_computes_in(hands):
    assert hands.window.status.segmenter.text().startswith("fake · fp32 · ")
