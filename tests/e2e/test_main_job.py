"""The main job on the real window, a real photo and the real segmenter in its child process."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
import skimage
from pycocotools.coco import COCO
from PySide6.QtCore import Qt

from annotator.gui.settings import Settings
from annotator.segment.remote import RemoteSegmenter
from tests.gui.conftest import Hands, forget_changes, window_over

RIGHT = Qt.MouseButton.RightButton


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of the test's own."""
    return Settings(tmp_path / "settings.ini")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """scikit-image's photo of a cat (CC0), 451 x 300."""
    path = tmp_path / "cats" / "chelsea.png"
    path.parent.mkdir()
    shutil.copy(Path(skimage.__file__).parent / "data" / "chelsea.png", path)
    return path


def test_open_prompt_accept_undo_save_and_load_with_pycocotools(qtbot, photo, settings):
    window = window_over(RemoteSegmenter, settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    qtbot.waitExposed(window)
    hands = Hands(window, qtbot)
    window.open_paths([photo.parent])
    hands.wait_image("chelsea.png")

    # A box, a negative point, a category typed at the mask.
    hands.drag(105, 5, 345, 290)
    hands.wait_mask()
    with_box = hands.shown_mask()
    assert with_box[:, 105:345].sum() > 0.9 * with_box.sum()
    hands.click(20, 20, RIGHT)
    hands.wait_mask()
    assert not hands.shown_mask()[20, 20]
    first = hands.shown_mask()
    hands.key(Qt.Key.Key_Return)
    qtbot.keyClicks(window.strip.category_field, "cat")
    qtbot.keyClick(window.strip.category_field, Qt.Key.Key_Return)

    # A second instance by points alone, accepted by digit.
    hands.click(183, 118)
    hands.wait_mask()
    hands.click(190, 122)
    hands.wait_mask()
    second = hands.shown_mask()
    hands.key(Qt.Key.Key_1)

    document = window.workspace.model.document
    both = list(document.instances.values())
    assert len(both) == 2
    hands.undo()
    assert list(document.instances.values()) == both[:1]
    hands.redo()
    assert list(document.instances.values()) == both
    saved = hands.save()
    window.close()

    coco = COCO(str(saved))
    annotations = coco.loadAnns(coco.getAnnIds())
    assert len(annotations) == 2
    for annotation, shown in zip(annotations, (first, second), strict=True):
        mask = coco.annToMask(annotation).astype(bool)
        assert np.array_equal(mask, shown)
        assert annotation["area"] == shown.sum()
        assert annotation["iscrowd"] in (0, 1)
    assert coco.loadCats(coco.getCatIds())[0]["name"] == "cat"
    assert [image["file_name"] for image in coco.loadImgs(coco.getImgIds())] == ["chelsea.png"]


def test_segmenter_killed_from_outside_is_started_anew(qtbot, photo, settings):
    segmenters = []

    def make() -> RemoteSegmenter:
        segmenters.append(RemoteSegmenter())
        return segmenters[0]

    window = window_over(make, settings)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    hands = Hands(window, qtbot)
    window.open_paths([photo.parent])
    hands.wait_image("chelsea.png")
    os.kill(segmenters[0].pid, signal.SIGKILL)
    hands.click(183, 118)
    hands.wait_mask()
    assert hands.window.workspace.session.shown is not None
    forget_changes(window)
    window.close()
