"""Keyboard reach and names: all that can be used with the mouse is reached by Tab, and screen readers can name it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

from tests.gui.conftest import Hands

KINDS = (
    *(QAbstractButton, QLineEdit, QComboBox, QAbstractItemView, QAbstractSlider, QAbstractSpinBox),
    *(QPlainTextEdit, QTextEdit, QTabBar, QProgressBar),
)
MOST_STOPS = 250


def controls(root: QWidget) -> Iterator[QWidget]:
    """What can be used now, without the parts that Qt's widgets are made of."""
    for widget in root.findChildren(QWidget):
        is_part = isinstance(widget, QScrollBar | QHeaderView) or widget.objectName().startswith("qt_")
        inside = widget.parentWidget()
        is_part |= (
            isinstance(inside, QComboBox | QAbstractSpinBox | QLineEdit) or "QComboBoxPrivate" in type(inside).__name__
        )
        if isinstance(widget, KINDS) and not is_part and widget.window() is root and widget.isVisible():
            yield widget


def describe(widget: QWidget) -> str:
    text = getattr(widget, "text", str)()
    return f"{type(widget).__name__} {widget.objectName()!r} {text!r} in {type(widget.parentWidget()).__name__}"


def name_of(widget: QWidget) -> str:
    """What a screen reader is told."""
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def stops_of_tab(root: QWidget) -> set[QWidget]:
    """Press Tab until it comes round."""
    if root.focusWidget() is None or not root.focusWidget().hasFocus():
        root.focusNextChild()
    stops: list[QWidget] = []
    while len(stops) < MOST_STOPS:
        focused = QApplication.focusWidget()
        assert focused is not None
        assert focused.window() is root, describe(focused)
        if focused in stops:
            return set(stops)
        stops.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    raise AssertionError("Tab does not come round")


def unreached(root: QWidget) -> list[str]:
    stops = stops_of_tab(root)
    # Of radio buttons that belong together one is a stop; the arrows lead to the others.
    groups = {stop.parentWidget() for stop in stops if isinstance(stop, QRadioButton)}
    return [
        describe(widget)
        for widget in controls(root)
        if widget.isEnabled()
        and not isinstance(widget, QProgressBar)
        and widget not in stops
        and widget.focusProxy() not in stops
        and not (isinstance(widget, QRadioButton) and widget.parentWidget() in groups)
    ]


@pytest.fixture
def at_work(hands: Hands) -> Hands:
    """Two categories, two instances, one of them selected with its vertices, and a mask that is decided on."""
    editor = hands.window.workspace.editor
    for x, name in ((50, "cat"), (120, "dog")):
        hands.click(x, 80)
        hands.wait_mask()
        editor.accept_as_named(name)
    hands.window.workspace.selection.select([1])
    return hands


OPENINGS: dict[str, Callable] = {
    "settings": lambda w: w.actions_.settings.trigger(),
    "weights": lambda w: w.actions_.weights.trigger(),
    "keys": lambda w: w.actions_.keys.trigger(),
    "about": lambda w: w.actions_.about.trigger(),
    "small parts": lambda w: w.actions_.clean_up.trigger(),
    "export": lambda w: w.actions_.export.trigger(),
    "import": lambda w: w.actions_.import_.trigger(),
    "pre-label": lambda w: w.actions_.prelabel.trigger(),
    "category": lambda w: w.categories.properties.trigger(),
    "merge": lambda w: w.categories.merge.trigger(),
    "delete category": lambda w: w.categories.remove.trigger(),
}


@pytest.mark.parametrize("name", OPENINGS)
def test_every_control_of_a_dialog(at_work, qtbot, name):
    OPENINGS[name](at_work.window)
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    qtbot.waitUntil(dialog.isActiveWindow)
    if name == "category":
        QTest.mouseClick(dialog.attributes.add_button, Qt.MouseButton.LeftButton)
    found = list(controls(dialog))
    assert found
    assert [describe(widget) for widget in found if not name_of(widget)] == []
    assert unreached(dialog) == []
    dialog.close()


def test_every_control_of_the_window_at_work(at_work, qtbot):
    window = at_work.window
    window.actions_.show_tone.setChecked(True)
    at_work.click(190, 80)
    at_work.wait_mask()
    window.messages.tell("Something to know.", "Do it", lambda: None)
    found = list(controls(window))
    assert len(found) > 30
    assert [describe(widget) for widget in found if not name_of(widget)] == []
    assert unreached(window) == []


def test_every_control_of_the_window_with_vertices(at_work, qtbot):
    window = at_work.window
    window.choose_tool("polygon")
    qtbot.waitUntil(lambda: window.workspace.outline.current() is not None)
    assert [describe(widget) for widget in controls(window) if not name_of(widget)] == []
    assert unreached(window) == []


def test_every_control_of_the_first_page(window, settings, tmp_path: Path):
    settings.add_recent(tmp_path, None)
    assert [describe(widget) for widget in controls(window) if not name_of(widget)] == []
    assert unreached(window) == []
