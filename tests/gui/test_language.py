"""English and Chinese: complete, in plural forms too, and switched while the work goes on."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QPointF, Qt
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMessageBox

from annotator.gui.actions import plain_text
from annotator.gui.dialogs.keys import KeysDialog
from annotator.gui.inference_messages import SegmenterState
from annotator.gui.language import LANGUAGES, joined, system_language
from annotator.gui.panels.image_rows import ImageOrder
from tests.gui.conftest import Hands
from tools import update_translations


def test_every_text_is_translated_and_the_compiled_files_are_up_to_date():
    assert update_translations.problems_of(update_translations.FOLDER) == []


def test_an_untranslated_text_would_be_found(tmp_path):
    text = (update_translations.FOLDER / "annotator_zh_CN.ts").read_text("utf-8")
    assert "<translation>画布</translation>" in text
    (tmp_path / "annotator_zh_CN.ts").write_text(text.replace("<translation>画布<", "<translation><"), "utf-8")
    assert any("'Canvas' is not translated" in problem for problem in update_translations.problems_of(tmp_path))


@pytest.mark.parametrize(
    ("locale", "code"), [("zh_CN", "zh_CN"), ("zh_SG", "zh_CN"), ("en_GB", "en"), ("de_DE", "en"), ("C", "en")]
)
def test_system_language_is_the_nearest_there_is(monkeypatch, locale, code):
    monkeypatch.setattr(QLocale, "system", lambda: QLocale(locale))
    assert system_language() == code


def menu_titles(window) -> list[str]:
    return [plain_text(action.text()) for action in window.menuBar().actions()]


def test_language_changes_while_the_work_goes_on(keeper, settings, folder, qtbot):
    english = keeper.window
    assert menu_titles(english)[0] == "File"
    hands = Hands(english, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    english.workspace.editor.categories.add("disc")
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_Return)
    hands.click(120, 80)
    hands.wait_mask()
    english.actions_.box_tool.trigger()
    with qtbot.waitSignal(english.destroyed):
        settings.language = "zh_CN"
    chinese = keeper.window
    assert menu_titles(chinese)[0] == "文件"
    assert chinese.isVisible()
    # The document, the image, the unfinished prompt and the tool are where they were.
    assert chinese.canvas.image is not None
    assert chinese.canvas.image.path.name == "a.png"
    assert chinese.images.list_model.rowCount() == 3
    assert chinese.instances.list_model.rowCount() == 1
    assert chinese.workspace.session.shown is not None
    assert chinese.tool_name == "box"
    assert chinese.status.saved.text().startswith("未保存")
    # And the new window works.
    hands = Hands(chinese, qtbot)
    hands.key(Qt.Key.Key_Return)
    assert chinese.instances.list_model.rowCount() == 2
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    hands.save()
    assert chinese.status.saved.text() == "已保存"
    settings.language = "en"
    assert menu_titles(keeper.window)[0] == "File"


def test_nobody_loses_their_place(keeper, settings, folder, qtbot):
    hands = Hands(keeper.window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    before = keeper.window
    before.images.filter_bar.text.setText(".png")
    before.images.filter_bar.review.setCurrentIndex(1)
    order = next(a for a in before.images.filter_bar.orders.actions() if a.data() is ImageOrder.NAME)
    order.trigger()
    before.actions_.show_instances.setChecked(False)
    before.canvas.zoom_by_steps(5, QPointF(100, 100))
    view = before.canvas.viewport.view
    hands.click(50, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_Return)  # there is no category yet, so a name is asked for
    before.strip.category_field.setText("圆")
    with qtbot.waitSignal(before.destroyed):
        settings.language = "zh_CN"
    after = keeper.window
    now = after.canvas.viewport.view
    assert now.scale == view.scale
    assert (now.centre - view.centre).manhattanLength() < 1
    assert after.images.filter_bar.text.text() == ".png"
    assert after.images.filter_bar.review.currentIndex() == 1
    assert after.images.list_model._order is ImageOrder.NAME
    assert not after.layer.is_visible
    field = after.strip.category_field
    assert field.isVisible()
    assert field.text() == "圆"
    qtbot.keyClick(field, Qt.Key.Key_Return)
    (instance,) = after.workspace.model.document.instances.values()
    assert after.workspace.model.document.categories[instance.category_id].name == "圆"


def test_a_fitted_image_stays_fitted(keeper, settings, folder, qtbot):
    hands = Hands(keeper.window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    settings.language = "zh_CN"
    assert keeper.window.canvas.viewport.view is None


def test_the_message_is_said_again_with_its_action(keeper, settings, folder, qtbot):
    hands = Hands(keeper.window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    keeper.window.workspace.editor.categories.add("disc")
    saved = hands.save()
    (folder / "b.png").unlink()
    hands.open(saved)
    assert keeper.window.messages.text.startswith("1 image is not in")
    settings.language = "zh_CN"
    messages = keeper.window.messages
    assert messages.isVisible()
    assert messages.text.startswith("有 1 张图像不在")
    chosen = folder.parent / "elsewhere"
    (folder).rename(chosen)
    keeper.window.flow._ask_folder = lambda title: chosen  # the question itself is Qt's
    with qtbot.waitSignal(keeper.window.workspace.opener.failed):  # the file has moved along
        messages._action.click()


def test_an_error_is_said_again_in_the_other_language(keeper, settings, tmp_path, qtbot):
    path = tmp_path / "broken.json"
    path.write_text("{", "utf-8")
    with qtbot.waitSignal(keeper.window.workspace.opener.failed):
        keeper.window.open_paths([path])
    assert "is not valid JSON" in keeper.window.messages.text
    settings.language = "zh_CN"
    assert "不是有效的 JSON" in keeper.window.messages.text
    settings.language = "en"
    assert "is not valid JSON" in keeper.window.messages.text


def test_that_the_model_does_not_run_is_said_again_with_its_action(keeper, settings, folder, process, qtbot):
    hands = Hands(keeper.window, qtbot)
    hands.open(folder)
    hands.wait_image("a.png")
    process.deaths = 100
    hands.click(50, 80)
    inference = keeper.window.workspace.inference
    qtbot.waitUntil(lambda: inference.state is SegmenterState.FAILED, timeout=10_000)
    qtbot.waitUntil(lambda: "does not run" in keeper.window.messages.text)
    settings.language = "zh_CN"
    assert "模型未能运行" in keeper.window.messages.text
    process.deaths = 0
    keeper.window.messages._action.click()
    hands = Hands(keeper.window, qtbot)
    hands.wait_mask()


def test_why_an_image_is_not_shown_is_still_said_after_the_change(keeper, settings, folder, qtbot):
    (folder / "a.png").write_bytes(b"no picture")
    keeper.window.open_paths([folder])
    qtbot.waitUntil(lambda: "a.png" in keeper.window.workspace.refusal)
    settings.language = "zh_CN"
    assert "a.png" in keeper.window.canvas._message


def test_qts_own_buttons_speak_the_language_too(keeper, settings, qtbot):
    settings.language = "zh_CN"
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    qtbot.addWidget(buttons)
    assert buttons.button(QDialogButtonBox.StandardButton.Cancel).text() == "取消"
    box = QMessageBox(QMessageBox.Icon.NoIcon, "", "", QMessageBox.StandardButton.Discard)
    qtbot.addWidget(box)
    assert any("\u4e00" <= letter <= "\u9fff" for letter in box.buttons()[0].text())


@pytest.mark.parametrize(("code", "one", "many"), [("en", "1 job", "2 jobs"), ("zh_CN", "1 个任务", "2 个任务")])
def test_plurals(keeper, settings, code, one, many):
    settings.language = code
    texts = [QCoreApplication.translate("JobsPill", "%n jobs", "", n) for n in (1, 2)]
    assert texts == [one, many]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_no_text_of_the_menus_has_leftover_marks(keeper, settings, language):
    settings.language = language.code
    dialog = KeysDialog(keeper.window.shortcuts, keeper.window)
    texts = [text for group in dialog.groups for text in (group.title.text(), *(r.what.text() for r in group.rows))]
    assert texts
    assert [text for text in texts if not text or set(text) & set("&()%")] == []


def test_sentences_are_joined_as_their_language_writes_them():
    assert joined(["One.", "", "Two."]) == "One. Two."
    assert joined(["一。", "", "二。"]) == "一。二。"
    assert joined([]) == ""


def test_an_undo_that_waits_for_its_turn_happens_in_the_new_language(keeper, settings, qtbot):
    work, go = keeper.window.workspace.editor.mask_work, threading.Event()
    work.compute(lambda: go.wait(20), lambda _: None)
    keeper.window.key_meanings.undo()
    settings.language = "zh_CN"
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    go.set()
    qtbot.waitUntil(lambda: not work.is_busy)
    assert not keeper.window.actions_.undo.isEnabled()
