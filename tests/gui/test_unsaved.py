"""After a crash the first page lists the datasets with work that is in no file, and opens them."""

from __future__ import annotations

import json
import shutil

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from annotator import paths
from annotator.core import coco
from annotator.core.dataset import COCO_NAME
from annotator.core.document import Document, ImageRecord
from annotator.core.journal_file import JournalFile, SavedState, digest_of_file, journal_path
from annotator.core.unsaved import refuse_unsaved, unsaved_work
from tests.gui.annotating import add_category
from tests.gui.conftest import FakeProcess, Hands, write_discs
from tests.gui.test_keeping import end, names


@pytest.fixture(autouse=True)
def journals(tmp_path, monkeypatch):
    """Journals of no other test."""
    monkeypatch.setattr(paths, "state_dir", lambda: tmp_path / "state")
    return tmp_path / "state" / "journals"


@pytest.fixture
def crashed(hands):
    """The program has ended with two changes that are in no file."""
    for name in ("cat", "dog"):
        add_category(hands, name)
    hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    end(hands)
    return hands


@pytest.fixture
def started(make_window, qtbot):
    """Starts the program anew, and waits until the list is there."""

    def start(shown: int = 1) -> Hands:
        hands = Hands(make_window(FakeProcess(image_size=256)), qtbot)
        works = hands.window.welcome.unsaved
        qtbot.waitUntil(lambda: len(works.buttons) == shown)
        return hands

    return start


def click(hands: Hands) -> None:
    (button,) = hands.window.welcome.unsaved.buttons
    assert button.isVisible()
    hands.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_first_page_lists_it_and_a_click_brings_it_back(crashed, started, folder, qtbot):
    later = started()
    (button,) = later.window.welcome.unsaved.buttons
    assert button.text().startswith(str(folder))
    assert "2 change" in button.text()
    assert str(folder / COCO_NAME) in button.toolTip()
    with qtbot.waitSignal(later.window.workspace.opened, timeout=10_000):
        click(later)
    assert names(later) == ["cat", "dog"]
    assert "had not been saved" in later.window.messages.text
    assert later.window.messages._action.text() == "Save"
    later.save()
    assert "had not been saved" in later.window.messages.text
    assert later.window.messages.isVisible()
    assert later.window.messages._action.text() == "Discard"  # there is nothing to save any more
    assert not later.window.messages._other.isVisible()
    end(later)
    again = started(shown=0)
    qtbot.wait(50)
    assert not again.window.welcome.unsaved.isVisible()


def test_without_such_work_nothing_is_listed(hands, started, qtbot):
    add_category(hands, "cat")
    hands.save()
    hands.window.close()
    later = started(shown=0)
    qtbot.wait(100)
    assert not later.window.welcome.unsaved.isVisible()


def test_what_is_open_in_another_window_is_not_listed(hands, journals, qtbot):
    add_category(hands, "cat")
    qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    assert unsaved_work(journals) == []


def test_a_folder_that_is_gone_is_told_and_can_be_left_out(crashed, started, folder, journals, qtbot):
    shutil.rmtree(folder)
    later = started()
    click(later)
    qtbot.waitUntil(later.window.messages.isVisible)
    assert f"{folder} is not there any more" in later.window.messages.text
    assert later.window.messages._action.text() == "Remove it from the list"
    later.window.messages._action.click()
    qtbot.waitUntil(lambda: not later.window.welcome.unsaved.buttons)
    assert len(list(journals.glob("*.dismissed-1.journal"))) == 1  # it is not deleted
    assert not later.window.workspace.model.is_open


def test_and_when_it_is_back_the_work_is_too(crashed, started, folder, qtbot):
    folder.rename(folder.with_name("away"))
    later = started()
    click(later)
    qtbot.waitUntil(later.window.messages.isVisible)
    folder.with_name("away").rename(folder)
    with qtbot.waitSignal(later.window.workspace.opened, timeout=10_000):
        click(later)
    assert names(later) == ["cat", "dog"]


def test_a_file_with_images_elsewhere_is_opened_with_them(window, started, tmp_path, qtbot):
    write_discs(tmp_path / "photos" / "a.png")
    document = Document(tmp_path / "photos")
    document.put(ImageRecord(1, "a.png", 160, 240))
    path = tmp_path / "labels" / "mine.json"
    path.parent.mkdir()
    coco.write(document, path)
    hands = Hands(window, qtbot)
    with qtbot.waitSignal(window.workspace.opened, timeout=10_000):
        window.open_paths([path], tmp_path / "photos")
    window.workspace.editor.categories.add("cat")
    qtbot.waitUntil(lambda: window.workspace.model.is_kept)
    end(hands)
    later = started()
    with qtbot.waitSignal(later.window.workspace.opened, timeout=10_000):
        click(later)
    later.wait_image("a.png")
    assert names(later) == ["cat"]


def test_a_file_that_was_deleted_is_told(window, started, tmp_path, qtbot):
    write_discs(tmp_path / "photos" / "a.png")
    document = Document(tmp_path / "photos")
    document.put(ImageRecord(1, "a.png", 160, 240))
    path = tmp_path / "photos" / "mine.json"
    coco.write(document, path)
    hands = Hands(window, qtbot)
    hands.open(path)
    window.workspace.editor.categories.add("cat")
    qtbot.waitUntil(lambda: window.workspace.model.is_kept)
    end(hands)
    path.unlink()
    later = started()
    click(later)
    qtbot.waitUntil(later.window.messages.isVisible)
    assert "mine.json is not there any more" in later.window.messages.text
    assert "backups" in later.window.messages.text


def test_a_damaged_journal_keeps_none_of_the_others_from_the_list(crashed, started, journals):
    (journals / "0123.journal").write_bytes(b"this is no journal")
    (journals / "4567.journal").write_bytes(b"")
    started()


def test_work_whose_save_was_not_told_any_more_is_no_unsaved_work(crashed, journals, folder):
    """The file was replaced, and the program ended before the journal heard of it."""
    (work,) = unsaved_work(journals)
    (folder / COCO_NAME).write_text("{}")
    file = JournalFile(journal_path(journals, folder / COCO_NAME), folder / COCO_NAME)
    file.save_begins(SavedState(file.last_sequence(), digest_of_file(folder / COCO_NAME), "{}"))
    file.close()
    assert work.edits == 2
    assert unsaved_work(journals) == []
    (folder / COCO_NAME).write_text("{ }")
    assert unsaved_work(journals) == [work]


def test_it_speaks_chinese(crashed, keeper, settings, qtbot):
    settings.language = "zh_CN"
    works = keeper.window.welcome.unsaved
    qtbot.waitUntil(lambda: len(works.buttons) == 1)
    assert "2 处修改" in works.buttons[0].text()


@pytest.fixture
def aside(hands, make_window, folder, qtbot):
    """Of two masks and a renamed category one change did not fit, since another program renamed that one as well."""
    add_category(hands, "cat")
    hands.save()
    for x in (50, 120):
        hands.key(Qt.Key.Key_P)
        hands.click(x, 80)
        hands.wait_mask()
        hands.key(Qt.Key.Key_Return)
    hands.window.workspace.editor.categories.rename(1, "lion")
    qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    made = {instance.mask for instance in hands.window.workspace.model.document.instances.values()}
    assert len(made) == 2
    end(hands)
    content = json.loads((folder / COCO_NAME).read_text())
    content["categories"][0]["name"] = "tiger"
    (folder / COCO_NAME).write_text(json.dumps(content))
    later = Hands(make_window(FakeProcess(image_size=256)), qtbot)
    later.open(folder)
    assert {instance.mask for instance in later.window.workspace.model.document.instances.values()} == made
    later.undo()  # what did fit is not wanted either
    qtbot.waitUntil(lambda: later.window.workspace.model.is_kept)
    later.window.close()
    return made


def press(hands: Hands, text: str) -> None:
    bar = hands.window.messages
    (button,) = (b for b in (bar._action, bar._other) if b.isVisible() and b.text() == text)
    hands.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_what_was_set_aside_stays_listed_and_can_be_saved_by_itself(aside, started, folder, qtbot, monkeypatch):
    later = started()
    (button,) = later.window.welcome.unsaved.buttons
    assert "3 change(s) that did not all fit any more" in button.text()
    click(later)
    out = folder / "mine.json"
    proposed = []

    def choose(parent, title, path, kind):
        proposed.append(path)
        return str(out), kind

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    press(later, "Save as a COCO file...")
    qtbot.waitUntil(lambda: "2 mask(s) are in" in later.window.messages.text)
    assert proposed == [str(folder / "annotations.coco-recovered.json")]
    document = coco.read(out)
    assert {instance.mask for instance in document.instances.values()} == aside
    assert [category.name for category in document.categories.values()] == ["lion"]
    assert {document.images[i.image_id].path for i in document.instances.values()} == {"a.png"}
    click(later)
    press(later, "Remove it from the list")
    qtbot.waitUntil(lambda: not later.window.welcome.unsaved.buttons)
    started(shown=0)


def test_what_is_only_begun_is_listed_too_and_comes_back(hands, started, qtbot):
    hands.key(Qt.Key.Key_G)
    for x, y in ((20, 20), (60, 20)):
        hands.click(x, y)
    corners = hands.window.workspace.editor.masks.corners
    drawn = corners.present
    qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    end(hands)
    later = started()
    (button,) = later.window.welcome.unsaved.buttons
    assert button.text().endswith(": what you had begun to draw on 1 image(s)")
    click(later)
    later.wait_image("a.png")
    corners = later.window.workspace.editor.masks.corners
    qtbot.waitUntil(lambda: corners.present == drawn)
    later.key(Qt.Key.Key_G)
    later.key(Qt.Key.Key_Escape)
    later.window.close()
    started(0)


def test_a_command_may_write_the_file_of_what_is_only_begun(hands, journals, qtbot):
    hands.key(Qt.Key.Key_G)
    hands.click(20, 20)
    model = hands.window.workspace.model
    qtbot.waitUntil(lambda: model.is_kept)
    end(hands)
    assert [work.begun_on for work in unsaved_work(journals)] == [1]
    refuse_unsaved(journals, model.coco_path)
