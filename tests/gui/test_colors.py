"""Contrast of texts and controls, as WCAG 2.2 counts it, in both themes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QRadioButton,
    QSlider,
    QSpinBox,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from annotator.gui import theme
from annotator.gui.dialogs.parts import LinkLabel
from annotator.gui.palette import next_category_color
from annotator.gui.panels.row_view import text_color
from annotator.gui.settings import Theme
from annotator.gui.visible_style import VisibleStyle

ROLE = QPalette.ColorRole
GROUP = QPalette.ColorGroup
TEXT_ON = [
    (ROLE.WindowText, ROLE.Window),
    (ROLE.Text, ROLE.Base),
    (ROLE.Text, ROLE.AlternateBase),
    (ROLE.ButtonText, ROLE.Button),
    (ROLE.ToolTipText, ROLE.ToolTipBase),
    (ROLE.PlaceholderText, ROLE.Base),
    (ROLE.PlaceholderText, ROLE.Window),
    (ROLE.Link, ROLE.Window),
    (ROLE.Link, ROLE.Base),
    (ROLE.LinkVisited, ROLE.Window),
    (ROLE.HighlightedText, ROLE.Highlight),
]


def luminance(color: QColor) -> float:
    """Relative luminance, after WCAG 2.2's definition."""
    parts = (color.redF(), color.greenF(), color.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.fixture(params=[Theme.LIGHT, Theme.DARK])
def palette(request, qapp):
    before = QApplication.palette()
    theme.apply_theme(request.param)
    yield QApplication.palette()
    QApplication.setPalette(before)


@pytest.fixture
def dark(qapp):
    before = QApplication.palette()
    theme.apply_theme(Theme.DARK)
    yield QApplication.palette()
    QApplication.setPalette(before)


def test_the_measure_is_that_of_the_standard():
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("#767676"), QColor("white")) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("group", [GROUP.Active, GROUP.Inactive])
@pytest.mark.parametrize("pair", TEXT_ON, ids=lambda pair: f"{pair[0].name} on {pair[1].name}")
def test_text_can_be_read(palette, group, pair):
    text, ground = (palette.color(group, role) for role in pair)
    assert contrast(text, ground) >= 4.5


def test_what_matters_less_can_be_read_in_a_selected_row(palette):
    option = QStyleOptionViewItem()
    option.palette = palette
    option.state |= QStyle.StateFlag.State_Selected
    text, ground = text_color(option, faint=True), palette.color(ROLE.Highlight)
    blended = [
        t * text.alphaF() + g * (1 - text.alphaF())
        for t, g in zip(text.getRgbF()[:3], ground.getRgbF()[:3], strict=True)
    ]
    assert contrast(QColor.fromRgbF(*blended), ground) >= 4.5


def test_hints_are_not_written_in_the_colour_of_what_is_disabled(hands):
    window = hands.window
    labels = [label for label in window.findChildren(QLabel) if label.text() and label.isVisibleTo(window)]
    assert "Select an instance to see its details." in [label.text() for label in labels]
    assert [label.text() for label in labels if not label.isEnabledTo(label.parentWidget())] == []


def test_disabled_text_can_be_made_out(palette):
    for text, ground in TEXT_ON[:4]:
        assert contrast(palette.color(GROUP.Disabled, text), palette.color(GROUP.Disabled, ground)) >= 2.5


@pytest.mark.parametrize("kind", [QCheckBox, QRadioButton])
def test_what_can_be_ticked_is_seen(palette, qtbot, kind):
    style = VisibleStyle()
    window = QWidget()
    qtbot.addWidget(window)
    button = kind("", window)
    button.setStyle(style)
    button.resize(button.sizeHint())
    window.show()
    picture = button.grab().toImage()
    ground = palette.color(ROLE.Window)
    pixels = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    assert max(contrast(pixel, ground) for pixel in pixels) >= 3
    button.setStyle(None)


@pytest.mark.parametrize("kind", [QLineEdit, QSpinBox, QComboBox, QSlider])
def test_fields_and_handles_are_seen_on_dark(dark, qtbot, kind):
    style = VisibleStyle()
    window = QWidget()
    qtbot.addWidget(window)
    field = QSlider(Qt.Orientation.Horizontal, window) if kind is QSlider else kind(window)
    field.setStyle(style)
    field.resize(120, 26)
    window.show()
    picture = field.grab().toImage()
    ground = dark.color(ROLE.Window)
    row = [picture.pixelColor(x, picture.height() // 2) for x in range(12)]  # across the left border
    assert max(contrast(pixel, ground) for pixel in row) >= 3
    field.setStyle(None)


def test_links_follow_a_change_of_the_theme(qtbot):
    before = QApplication.palette()
    theme.apply_theme(Theme.LIGHT)
    label = LinkLabel("<a href='https://example.org'>somewhere to go</a>")
    qtbot.addWidget(label)
    label.show()
    theme.apply_theme(Theme.DARK)
    QApplication.processEvents()
    palette = QApplication.palette()
    picture = label.grab().toImage()
    pixels = [picture.pixelColor(x, y) for x in range(picture.width()) for y in range(picture.height())]
    assert max(contrast(pixel, palette.color(ROLE.Window)) for pixel in pixels) >= 4.5
    QApplication.setPalette(before)


def test_the_list_that_has_the_keyboard_has_a_frame_that_says_so(palette, hands):
    window = hands.window
    style = VisibleStyle()
    view = window.categories.view
    view.setStyle(style)

    def left_border() -> QColor:
        return view.grab().toImage().pixelColor(0, view.height() // 2)

    view.setFocus()
    hands.qtbot.waitUntil(view.hasFocus)
    assert contrast(left_border(), palette.color(ROLE.Window)) >= 3
    window.canvas.setFocus()
    assert contrast(left_border(), palette.color(ROLE.Window)) < 3
    view.setStyle(None)


def test_forty_two_categories_have_colours_that_differ():
    colors = [QColor(next_category_color(number)) for number in range(1, 43)]
    for place, one in enumerate(colors):
        for other in colors[place + 1 :]:
            apart = [abs(a - b) for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)]
            assert max(apart) >= 10
