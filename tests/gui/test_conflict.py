"""The file was changed on the disk, and the user reloads it: what is unfinished is asked about all the same."""

from __future__ import annotations

import json

import pytest

from annotator.core.dataset import COCO_NAME
from annotator.core.lock import DatasetLock
from annotator.gui.dialogs.conflict import ConflictBox, ConflictChoice
from annotator.gui.unfinished import Unfinished, Wish
from tests.gui.annotating import add_category
from tests.gui.conftest import Hands
from tests.gui.test_keeping import names
from tests.gui.test_overtaken import CORNERS, Slow

THEIRS = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "theirs", "supercategory": ""}]}


@pytest.fixture
def asked(monkeypatch):
    """What the question about unfinished masks was about; its answer is to stay."""

    class Asked(list[Unfinished]):
        answer = Wish.STAY

    asked = Asked()
    monkeypatch.setattr(Unfinished, "ask", lambda self, _: asked.append(self) or asked.answer)
    return asked


@pytest.fixture
def changed(hands, monkeypatch) -> Hands:
    """A window with work of its own on a file that another program has changed since; saving it ends in Reload."""
    monkeypatch.setattr(ConflictBox, "answer", lambda _: ConflictChoice.RELOAD)
    add_category(hands, "mine")
    hands.save().write_text(json.dumps(THEIRS))
    add_category(hands, "later")
    return hands


def wait_reloaded(hands: Hands) -> None:
    with hands.qtbot.waitSignal(hands.window.workspace.model.document_replaced, timeout=10_000):
        hands.window.save()


def test_without_anything_unfinished_nobody_is_asked(changed, asked):
    wait_reloaded(changed)
    assert names(changed) == ["theirs"]
    assert asked == []


def test_a_click_that_is_not_accepted_is_asked_about_and_may_stay(changed, asked):
    changed.click(50, 80)
    changed.wait_mask()
    changed.window.save()
    changed.qtbot.waitUntil(lambda: len(asked) == 1)
    changed.qtbot.wait(100)
    assert asked[0].images == ("a.png",)
    assert not asked[0].can_accept  # an instance would be given up in the same moment
    assert names(changed) == ["mine", "later"]
    assert changed.window.workspace.session.is_pending
    assert not changed.window.workspace.opener.discards
    asked.answer = Wish.DROP
    wait_reloaded(changed)
    assert names(changed) == ["theirs"]


def test_an_open_polygon_is_asked_about(changed, asked):
    workspace = changed.window.workspace
    workspace.editor.masks.corners.put(workspace.image_id, CORNERS)
    changed.window.save()
    changed.qtbot.waitUntil(lambda: len(asked) == 1)
    assert workspace.editor.masks.corners.present == CORNERS


def test_strokes_that_are_being_computed_are_given_up_with_the_rest(changed, asked, monkeypatch):
    """They come before the reading, or they would count as newer work, about which is asked again."""
    monkeypatch.setattr("annotator.gui.leaving.ask_to_save", lambda *_: pytest.fail("asked about saving"))
    workspace, slow = changed.window.workspace, Slow()
    masks, document = workspace.editor.masks, workspace.model.document
    saver = workspace.saver

    def draw_and_reload(_) -> ConflictChoice:
        masks.draw(masks.new_drawn_on(None), slow, "Brush", "brush")
        return ConflictChoice.RELOAD

    monkeypatch.setattr(ConflictBox, "answer", draw_and_reload)
    workspace.selection.set_category(next(iter(document.categories)))
    changed.window.save()
    changed.qtbot.waitUntil(lambda: workspace.editor.mask_work.is_busy and not saver.is_saving)
    changed.qtbot.wait(200)
    assert workspace.model.document is document
    assert not workspace.jobs.listed  # nothing is read yet
    with changed.qtbot.waitSignal(workspace.model.document_replaced, timeout=10_000):
        slow.event.set()
    assert len(document.instances) == 1
    assert names(changed) == ["theirs"]
    assert not workspace.model.document.instances


def test_a_copy_of_what_can_only_be_looked_at_is_opened_after_asking(make_window, process, qtbot, folder, asked):
    lock = DatasetLock(folder / COCO_NAME)
    try:
        hands = Hands(make_window(process), qtbot)
        hands.open(folder)
        hands.wait_image("a.png")
        hands.click(50, 80)
        hands.wait_mask()
        with qtbot.waitSignal(hands.window.workspace.saver.saved):
            hands.window.workspace.saver.save(folder / "mine.json")
        qtbot.waitUntil(lambda: len(asked) == 1)
        assert hands.window.workspace.session.is_pending
        asked.answer = Wish.DROP
        with qtbot.waitSignal(hands.window.workspace.opened, timeout=10_000):
            hands.window.workspace.saver.save(folder / "mine.json")
        assert len(asked) == 2
        assert not hands.window.workspace.model.refusal
    finally:
        lock.release()
