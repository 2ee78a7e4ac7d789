"""What is drawn and no edit yet comes back after a crash, too."""

from __future__ import annotations

import threading

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from annotator.core.dataset import COCO_NAME
from annotator.core.geometry import RunLengths
from annotator.core.journal_file import JournalFile, journal_path
from annotator.gui import keeping, unfinished_drawings
from tests.gui.annotating import add_category, instances
from tests.gui.conftest import FakeProcess, Hands
from tests.gui.test_brush import drag
from tests.gui.test_keeping import end

CORNERS = ((20, 20), (60, 20), (60, 60))


@pytest.fixture
def again(make_window, qtbot, folder):
    """Opens the folder in a new window, as the next start of the program would."""

    def open_again(shown: str = "a.png") -> Hands:
        hands = Hands(make_window(FakeProcess(image_size=256)), qtbot)
        hands.open(folder)
        hands.wait_image(shown)
        return hands

    return open_again


def masks(hands: Hands):
    return hands.window.workspace.editor.masks


def begin_polygon(hands: Hands, corners=CORNERS) -> None:
    hands.key(Qt.Key.Key_G)
    for x, y in corners:
        hands.click(x, y)
    assert len(masks(hands).corners.present) == len(corners)


def wait_back(hands: Hands) -> None:
    hands.qtbot.waitUntil(lambda: "begun to draw" in hands.window.messages.text)


def nothing_comes_back(hands: Hands) -> bool:
    hands.qtbot.wait(100)
    kept = (masks(hands).corners, masks(hands).drawn)
    return not any(each.image_ids for each in kept) and "begun to draw" not in hands.window.messages.text


def test_an_open_polygon_comes_back_and_can_be_closed(hands, again):
    begin_polygon(hands)
    drawn = masks(hands).corners.present
    end(hands)
    later = again()
    wait_back(later)
    assert later.window.messages.text.endswith("is here again: a.png.")
    assert masks(later).corners.present == drawn
    add_category(later, "thing")
    later.key(Qt.Key.Key_G)
    later.key(Qt.Key.Key_Return)
    later.wait_masks()
    assert len(instances(later)) == 1


def test_a_mask_that_waits_for_its_category_comes_back_on_its_image(hands, again):
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    hands.key(Qt.Key.Key_R)
    drag(hands, (100, 80), (130, 80))
    hands.wait_masks()
    drawn = masks(hands).waiting
    assert drawn is not None
    end(hands)
    later = again()
    wait_back(later)
    assert masks(later).waiting is None
    later.key(Qt.Key.Key_D)
    later.wait_image("b.png")
    assert masks(later).waiting == drawn
    later.key(Qt.Key.Key_R)
    drag(later, (100, 90), (130, 90))  # refused until it has its category
    assert masks(later).waiting == drawn
    masks(later).add_waiting_as("thing")
    assert [instance.mask for instance in instances(later)] == [drawn]
    end(later)
    assert nothing_comes_back(again("b.png"))


def test_a_polygon_that_is_being_closed_comes_back_open(hands, again, monkeypatch):
    """The mask is not there yet: until it is, the corners are all there is."""
    released = threading.Event()
    add_category(hands, "thing")
    begin_polygon(hands)
    drawn = masks(hands).corners.present
    made = RunLengths.from_mask(np.ones((160, 240), bool))
    monkeypatch.setattr(
        "annotator.gui.mask_changes.RunLengths.from_coco", lambda *_: made if released.wait(10) else None
    )
    hands.key(Qt.Key.Key_Return)
    assert masks(hands).corners.present is None
    hands.window.workspace.model.keeping.close(discard=False)  # the program is killed here
    monkeypatch.undo()
    path = journal_path(keeping.paths.state_dir() / "journals", hands.window.workspace.model.coco_path)
    file = JournalFile(path, hands.window.workspace.model.coco_path)
    assert len(file.unfinished()) == 1
    file.close()
    released.set()
    hands.qtbot.wait(50)
    hands.wait_masks()
    end(hands)
    later = again()
    wait_back(later)
    assert masks(later).corners.present == drawn


def test_what_has_become_an_instance_or_was_dropped_does_not_come_back(hands, again):
    add_category(hands, "thing")
    begin_polygon(hands)
    hands.key(Qt.Key.Key_Return)
    hands.wait_masks()
    assert len(instances(hands)) == 1
    begin_polygon(hands, ((90, 90), (100, 90)))
    hands.key(Qt.Key.Key_Escape)
    hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    end(hands)
    later = again()
    assert len(instances(later)) == 1
    assert nothing_comes_back(later)


def test_the_message_says_no_longer_that_it_is_here_when_it_is_not(hands, again):
    begin_polygon(hands)
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    hands.key(Qt.Key.Key_R)
    drag(hands, (100, 80), (130, 80))
    hands.wait_masks()
    add_category(hands, "thing")
    hands.qtbot.waitUntil(lambda: hands.window.workspace.model.is_kept)
    end(hands)
    later = again()
    later.qtbot.waitUntil(lambda: masks(later).corners.present is not None)
    messages = later.window.messages
    assert messages.text == (
        "1 change(s) that had not been saved are here again. What you had begun to draw on 2 image(s) is here again: "
        "a.png, b.png."
    )
    later.key(Qt.Key.Key_G)
    later.key(Qt.Key.Key_Escape)
    assert messages.text.endswith("What you had begun to draw on 1 image(s) is here again: b.png.")
    later.key(Qt.Key.Key_D)
    later.wait_image("b.png")
    later.key(Qt.Key.Key_1)
    assert messages.text == "1 change(s) that had not been saved are here again."
    assert messages._action.isVisible()


def test_there_is_no_message_when_nothing_is_left_to_say(hands, again):
    begin_polygon(hands)
    end(hands)
    later = again()
    later.qtbot.waitUntil(lambda: masks(later).corners.present is not None)
    assert later.window.messages.isVisible()
    later.key(Qt.Key.Key_G)
    later.key(Qt.Key.Key_Escape)
    assert not later.window.messages.isVisible()


def test_nor_does_what_was_given_up_with_the_window(hands, again, monkeypatch):
    begin_polygon(hands)
    masks(hands).corners.forget()  # as after "Go on without"
    hands.window.close()
    assert nothing_comes_back(again())


def test_who_leaves_before_it_is_back_loses_nothing(hands, again, monkeypatch):
    begin_polygon(hands)
    drawn = masks(hands).corners.present
    end(hands)
    may_come_back = threading.Event()
    with monkeypatch.context() as patch:
        decoded = unfinished_drawings.drawings_in
        patch.setattr(unfinished_drawings, "drawings_in", lambda *args: may_come_back.wait(10) and decoded(*args))
        later = again()
        assert masks(later).corners.present is None
        assert later.window.flow.is_free_to_leave
        threading.Timer(0.2, may_come_back.set).start()
        later.window.close()
    much_later = again()
    wait_back(much_later)
    assert masks(much_later).corners.present == drawn


def test_what_no_longer_fits_its_image_is_left_out(hands, again, folder):
    hands.key(Qt.Key.Key_R)
    drag(hands, (100, 80), (130, 80))
    hands.wait_masks()
    assert masks(hands).waiting is not None
    end(hands)
    assert not (folder / COCO_NAME).exists()
    picture = cv2.imread(str(folder / "a.png"))
    cv2.imwrite(str(folder / "a.png"), picture[:100])
    assert nothing_comes_back(again())


def test_it_counts_as_kept_when_it_is_on_the_disk(hands, monkeypatch):
    """The status bar says so of what is begun, too, and not before."""
    may_write = threading.Event()
    set_unfinished = JournalFile.set_unfinished
    monkeypatch.setattr(JournalFile, "set_unfinished", lambda *args: may_write.wait(10) and set_unfinished(*args))
    add_category(hands, "thing")
    hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == "not saved, but kept")
    begin_polygon(hands)
    hands.qtbot.wait(50)
    assert hands.window.status.saved.text() == "not saved"
    may_write.set()
    hands.qtbot.waitUntil(lambda: hands.window.status.saved.text() == "not saved, but kept")
    hands.key(Qt.Key.Key_Escape)


@pytest.mark.parametrize("damaged", [b"\x00\xff", b"{}", b"[1, 2]", b'{"of": "AddInstance", "instance": 3}', b"null"])
@pytest.mark.parametrize("kind", ["corners", "drawn"])
def test_one_that_is_damaged_keeps_none_of_the_others_back(hands, again, kind, damaged, capsys):
    hands.key(Qt.Key.Key_D)
    hands.wait_image("b.png")
    begin_polygon(hands)
    drawn = masks(hands).corners.present
    model = hands.window.workspace.model
    model.keeping.keep_unfinished("a.png", kind, lambda: damaged)
    end(hands)
    later = again()
    later.qtbot.waitUntil(lambda: bool(masks(later).corners.image_ids))
    assert later.window.messages.text.endswith("What you had begun to draw on 1 image(s) is here again: b.png.")
    later.key(Qt.Key.Key_D)
    later.wait_image("b.png")
    assert masks(later).corners.present == drawn
    capsys.readouterr()
