"""The list of keys on F1: searching it, and choosing other keys, which last and never mean two things."""

from __future__ import annotations

import json
import re
import sys

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QKeySequence

from annotator.gui.dialogs.keys import KeysDialog
from annotator.gui.settings import Settings
from annotator.gui.shortcuts import native_keys
from tests.gui.conftest import FakeProcess, Hands
from tools import update_translations

KEY = re.compile(r"\[([a-z_]+(?:\.[a-z_]+)?)\]")
LEFT = Qt.MouseButton.LeftButton
CONTROL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)


def bound(window, name: str):
    return next(b for group in window.shortcuts.groups for b in group.actions if b.name == name)


def keys(window, name: str) -> list[str]:
    return [key.toString() for key in bound(window, name).keys]


@pytest.fixture
def dialog(window) -> KeysDialog:
    window.actions_.keys.trigger()
    return window.findChild(KeysDialog)


@pytest.mark.parametrize(
    ("system", "expected"),
    [("darwin", "⌘+click, ⌥+click"), ("linux", "Ctrl+click, Alt+click"), ("win32", "Ctrl+click, Alt+click")],
)
def test_keys_are_called_what_is_written_on_them(monkeypatch, system, expected):
    monkeypatch.setattr(sys, "platform", system)
    assert native_keys("Ctrl+click, Alt+click") == expected


def row(dialog: KeysDialog, name: str):
    return next(r for r in dialog.rows if r.bound is not None and r.bound.name == name)


def press(dialog: KeysDialog, qtbot, name: str, key, modifiers=NONE) -> None:
    """Click on an action's keys and press another."""
    qtbot.mouseClick(row(dialog, name).keys, LEFT)
    qtbot.keyClick(dialog.editor.key, key, modifiers)


def shown(dialog: KeysDialog) -> list[str]:
    return [r.what.text() for r in dialog.rows if r.widget.isVisible()]


# -- searching ---------------------------------------------------------------------------------------------------------


def test_searching_finds_names_keys_and_whole_menus(dialog):
    everything = shown(dialog)
    assert len(everything) == len(dialog.rows) > 60
    dialog.search.setText("save")
    assert shown(dialog) == ["Save", "Save as"]
    dialog.search.setText("CTRL+z")
    assert shown(dialog) == ["Undo"]
    dialog.search.setText("tools")
    assert {"Point", "Box", "Polygon"} <= set(shown(dialog))
    dialog.search.setText("no such thing")
    assert shown(dialog) == []
    assert dialog.nothing.isVisible()
    dialog.search.clear()
    assert shown(dialog) == everything
    assert not dialog.nothing.isVisible()


# -- choosing ----------------------------------------------------------------------------------------------------------


def test_another_key_works_at_once_and_the_old_one_no_more(window, dialog, qtbot, folder):
    press(dialog, qtbot, "box_tool", Qt.Key.Key_J)
    assert dialog.editor.problem.text() == ""
    qtbot.mouseClick(dialog.editor.use, LEFT)
    assert not dialog.editor.isVisible()
    assert row(dialog, "box_tool").keys.text() == "J"
    assert window.actions_.box_tool.toolTip() == "Box (J)"
    dialog.close()
    hands = Hands(window, qtbot)
    hands.open(folder)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.setFocus()
    hands.key(Qt.Key.Key_B)
    assert window.tool_name == "point"
    hands.key(Qt.Key.Key_J)
    assert window.tool_name == "box"


def test_what_was_chosen_is_remembered_by_the_next_window(window, dialog, qtbot, make_window, settings):
    press(dialog, qtbot, "redo", Qt.Key.Key_R, CONTROL)
    qtbot.mouseClick(dialog.editor.add, LEFT)
    qtbot.mouseClick(row(dialog, "instances.lock").keys, LEFT)
    qtbot.mouseClick(dialog.editor.none, LEFT)
    assert row(dialog, "instances.lock").keys.text() == "\N{EN DASH}"
    again = make_window(FakeProcess(image_size=256))
    assert keys(again, "redo") == ["Ctrl+Shift+Z", "Ctrl+Y", "Ctrl+R"]
    assert keys(again, "instances.lock") == []
    assert again.instances.lock.toolTip() == "Lock or unlock"


@pytest.mark.parametrize(
    ("name", "key", "modifiers", "owner"),
    [
        ("save", Qt.Key.Key_O, CONTROL, "Open images or COCO file"),  # two of the window
        ("save", Qt.Key.Key_F2, NONE, "Rename"),  # the window's, and a list's
        ("box_tool", Qt.Key.Key_P, NONE, "Point"),  # two of the canvas
        ("box_tool", Qt.Key.Key_V, NONE, "Hide or show"),  # a list's that the canvas has too
        ("instances.lock", Qt.Key.Key_P, NONE, "Point"),
        ("images.toggle_done", Qt.Key.Key_Y, SHIFT, "Accept in the review"),
        ("box_tool", Qt.Key.Key_Space, NONE, "Hold to move the image"),
        ("box_tool", Qt.Key.Key_Z, NONE, "Hold for the magnifier"),
        ("save", Qt.Key.Key_5, NONE, "Choose the category of that number"),
    ],
)
def test_a_key_with_a_meaning_is_refused_with_its_meaning(window, dialog, qtbot, name, key, modifiers, owner):
    before = keys(window, name)
    press(dialog, qtbot, name, key, modifiers)
    assert owner in dialog.editor.problem.text()
    assert not dialog.editor.use.isEnabled()
    assert not dialog.editor.add.isEnabled()
    qtbot.mouseClick(dialog.editor.use, LEFT)
    with pytest.raises(ValueError, match="belongs to"):
        window.shortcuts.choose(bound(window, name), [dialog.editor.key.keySequence()])
    assert keys(window, name) == before


@pytest.mark.parametrize(
    ("name", "key"), [("categories.rename", "Space"), ("images.toggle_done", "F2"), ("proposals.delete", "P")]
)
def test_lists_may_use_the_keys_of_others(window, name, key):
    assert window.shortcuts.owner_of(QKeySequence(key), bound(window, name)) == ""


def test_a_key_can_go_from_one_action_to_another_and_all_come_back(window, dialog, qtbot):
    before = {b.name: b.text for group in window.shortcuts.groups for b in group.actions}
    qtbot.mouseClick(row(dialog, "point_tool").keys, LEFT)
    qtbot.mouseClick(dialog.editor.none, LEFT)
    press(dialog, qtbot, "box_tool", Qt.Key.Key_P)
    qtbot.mouseClick(dialog.editor.use, LEFT)
    assert (keys(window, "point_tool"), keys(window, "box_tool")) == ([], ["P"])
    qtbot.mouseClick(row(dialog, "point_tool").keys, LEFT)
    qtbot.mouseClick(dialog.editor.restore, LEFT)
    assert keys(window, "point_tool") == []  # its own key has another meaning as long
    qtbot.mouseClick(row(dialog, "box_tool").keys, LEFT)
    qtbot.mouseClick(dialog.editor.restore, LEFT)
    assert (keys(window, "point_tool"), keys(window, "box_tool")) == (["P"], ["B"])
    press(dialog, qtbot, "save", Qt.Key.Key_F7)
    qtbot.mouseClick(dialog.editor.use, LEFT)
    assert dialog.reset_all.isEnabled()
    qtbot.mouseClick(dialog.reset_all, LEFT)
    assert {b.name: b.text for group in window.shortcuts.groups for b in group.actions} == before
    assert not dialog.reset_all.isEnabled()


def test_cancelling_changes_nothing(window, dialog, qtbot):
    press(dialog, qtbot, "save", Qt.Key.Key_F7)
    qtbot.mouseClick(dialog.editor.cancel, LEFT)
    assert not dialog.editor.isVisible()
    assert keys(window, "save") == ["Ctrl+S"]
    assert not window.shortcuts.is_chosen(bound(window, "save"))


def test_escape_is_a_key_like_any_other_while_one_is_asked_for(dialog, qtbot):
    press(dialog, qtbot, "save", Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert "Clear the prompt" in dialog.editor.problem.text()


def test_texts_name_the_key_that_was_chosen(window, dialog, qtbot):
    assert window.proposals.rows.empty_text == "W proposes masks for everything in the image."
    press(dialog, qtbot, "segment_everything", Qt.Key.Key_F8)
    qtbot.mouseClick(dialog.editor.use, LEFT)
    assert window.proposals.rows.empty_text == "F8 proposes masks for everything in the image."
    window.shortcuts.choose(bound(window, "segment_everything"), [])
    assert window.proposals.rows.empty_text.startswith("Segment everything proposes")


def test_the_strip_names_the_keys_that_were_chosen(hands):
    hands.click(50, 80)
    hands.wait_mask()
    window = hands.window
    assert window.strip._accept.text() == "Enter: name it"
    assert window.strip._which.toolTip() == "Next of the three masks (C)"
    window.shortcuts.choose(bound(window, "accept"), [QKeySequence("X")])
    window.shortcuts.choose(bound(window, "next_mask"), [QKeySequence("M")])
    assert window.strip._accept.text() == "X: name it"
    assert window.strip._which.toolTip() == "Next of the three masks (M)"
    window.shortcuts.choose(bound(window, "accept"), [])
    assert window.strip._accept.text() == "name it"


def test_sentences_name_the_keys_that_were_chosen(hands):
    window = hands.window
    assert window.welcome.hint.text().endswith("Enter keeps the mask, Ctrl+S saves a COCO file.")
    window.shortcuts.choose(bound(window, "accept"), [QKeySequence("X")])
    window.shortcuts.choose(bound(window, "clear"), [])
    assert window.welcome.hint.text().endswith("X keeps the mask, Ctrl+S saves a COCO file.")
    hands.click(50, 80)
    hands.wait_mask()
    window.workspace.editor.accept_as_named("disc")
    window.workspace.selection.select(window.workspace.model.document.instances)
    hands.click(120, 80)
    hands.wait_mask()
    window.actions_.refine.trigger()
    assert window.status.currentMessage() == 'Accept the mask (X) or clear the prompt ("Clear the prompt") first.'
    window.workspace.session.clear()
    window.instances.lock.trigger()
    window.shortcuts.choose(bound(window, "instances.lock"), [QKeySequence("Ctrl+L")])
    window.actions_.refine.trigger()
    assert window.status.currentMessage() == "This instance is locked: unlock it (Ctrl+L) to change its mask."


def test_every_key_that_a_sentence_names_is_of_an_action(window):
    """A name in brackets that no action has would be shown as it is."""
    ts = (update_translations.FOLDER / "annotator_zh_CN.ts").read_text("utf-8")
    for_keys = {name for text in re.findall(r"<source>(.*?)</source>", ts, re.DOTALL) for name in KEY.findall(text)}
    assert for_keys >= {"accept", "clear", "save", "instances.lock"}
    for name in for_keys:
        assert window.shortcuts.with_keys(f"[{name}]") != f"[{name}]"


# -- the settings ------------------------------------------------------------------------------------------------------


def test_a_settings_file_that_says_nonsense_gives_each_key_one_meaning(make_window, settings, tmp_path):
    store = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    for name, text in (
        ("save", "no JSON"),
        ("save_as", json.dumps({"a": 1})),
        ("undo", json.dumps([5])),
        ("redo", json.dumps(["Ctrl+O", "nonsense", ""])),  # Open has it, but was not chosen
        ("export", json.dumps(["Ctrl+O"])),
        ("no_such_action", json.dumps(["Ctrl+P"])),
    ):
        store.setValue(f"keys/{name}", text)
    store.sync()
    window = make_window(FakeProcess(image_size=256))
    assert keys(window, "save") == ["Ctrl+S"]
    assert keys(window, "save_as") == ["Ctrl+Shift+S"]
    assert keys(window, "undo") == ["Ctrl+Z"]
    assert "Ctrl+O" in keys(window, "redo") + keys(window, "export")
    assert keys(window, "open_images") == []
    for group in window.shortcuts.groups:
        for one in group.actions:
            assert [window.shortcuts.owner_of(key, one) for key in one.keys] == [""] * len(one.keys)


def test_keys_are_stored_as_text_and_none_is_something_too(tmp_path):
    settings = Settings(tmp_path / "s.ini")
    assert settings.keys_of("save") is None
    for chosen in ((), (";",), ("Ctrl+,", "\\"), ("F7",)):
        settings.set_keys_of("save", chosen)
        assert Settings(tmp_path / "s.ini").keys_of("save") == chosen
    settings.set_keys_of("save", None)
    assert Settings(tmp_path / "s.ini").keys_of("save") is None


def test_no_key_means_two_things_from_the_start(window):
    for group in window.shortcuts.groups:
        for one in group.actions:
            for key in one.keys:
                assert window.shortcuts.owner_of(key, one) == "", (one.name, key.toString())
