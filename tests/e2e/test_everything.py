""" "Segment everything" on the real window with the real segmenter in its child process."""

from __future__ import annotations

from pathlib import Path

import skimage
from PIL import Image
from pycocotools.coco import COCO
from PySide6.QtCore import Qt

from annotator.gui.main_window import MainWindow
from annotator.gui.settings import Settings
from annotator.gui.weights_library import WeightsLibrary
from annotator.gui.workspace import Workspace
from annotator.segment.everything_config import EverythingConfig
from annotator.segment.remote import RemoteSegmenter
from tests.gui.conftest import Hands, forget_changes

CONFIG = EverythingConfig(points_per_side=8, predicted_iou=0.3, stability=0.5)


def test_w_proposes_and_a_click_accepts_what_is_saved(qtbot, tmp_path):
    photo = tmp_path / "cup" / "coffee.png"
    photo.parent.mkdir()
    with Image.open(Path(skimage.__file__).parent / "data" / "coffee.png") as image:
        image.convert("RGB").resize((150, 100)).save(photo)
    settings = Settings(tmp_path / "settings.ini")
    workspace = Workspace(RemoteSegmenter, read_config=lambda: CONFIG)
    window = MainWindow(workspace, settings, WeightsLibrary(workspace, settings, RemoteSegmenter))
    window.closed.connect(workspace.close)
    qtbot.addWidget(window, before_close_func=forget_changes)
    window.show()
    qtbot.waitExposed(window)
    hands = Hands(window, qtbot)
    window.open_paths([photo.parent])
    hands.wait_image("coffee.png")

    hands.key(Qt.Key.Key_W)
    qtbot.waitUntil(lambda: not workspace.everything.is_running(1), timeout=60_000)
    shown = workspace.proposals.shown
    assert shown
    assert not workspace.jobs.failures
    qtbot.waitUntil(lambda: all(window.proposal_layer.shape_of(p.id) is not None for p in shown))

    hands.key(Qt.Key.Key_S)
    smallest = min(shown, key=lambda proposal: proposal.mask.area)
    y, x = (int(place[0]) for place in smallest.mask.to_mask().nonzero())
    hands.click(x, y)
    field = window.proposals_on_screen.name_strip.field
    qtbot.keyClicks(field, "cup")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    (instance,) = workspace.model.document.instances.values()
    saved = COCO(str(hands.save()))
    assert (saved.annToMask(saved.anns[instance.id]) == instance.mask.to_mask()).all()
