"""Copying the selected instances to the next image."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt

from annotator.core.edits import AddCategory, AddInstance
from annotator.core.geometry import RunLengths
from annotator.core.records import Category, Instance
from tests.gui.conftest import Hands, write_discs

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def two(window, qtbot, tmp_path) -> Hands:
    """Hands on a picture of 240 x 160 with three instances; the next one has 100 x 90 pixels and is the last."""
    root = tmp_path / "pictures"
    write_discs(root / "a.png")
    (root / "b.png").write_bytes(cv2.imencode(".png", np.full((90, 100, 3), 90, np.uint8))[1].tobytes())
    hands = Hands(window, qtbot)
    hands.open(root)
    hands.wait_image("a.png")
    model = window.workspace.model
    category = Category(model.document.take_id(Category), "thing")
    model.push(AddCategory(category), "test")
    for x0, group in ((20, 3), (80, 3), (150, None)):
        mask = np.zeros((160, 240), bool)
        mask[50:120, x0 : x0 + 40] = True
        instance = Instance(
            model.document.take_id(Instance), window.workspace.image_id, category.id, RunLengths.from_mask(mask),
            group=group, attributes={"wild": True},
        )  # fmt: skip
        model.push(AddInstance(instance), "test")
    return hands


def image_named(hands: Hands, name: str) -> int:
    return next(i.id for i in hands.window.workspace.model.document.images.values() if i.path == name)


def test_copies_are_cut_to_the_next_image_shown_and_selected_in_one_edit(two):
    workspace = two.window.workspace
    document = workspace.model.document
    count = workspace.model.undo_stack.count()
    originals = list(document.instances.values())
    workspace.selection.select([instance.id for instance in originals])
    two.key(Qt.Key.Key_D, SHIFT)
    two.wait_image("b.png")
    copies = list(document.instances_of(image_named(two, "b.png")))
    assert workspace.image_id == image_named(two, "b.png")
    assert workspace.selection.instance_ids == {copy.id for copy in copies}
    assert workspace.model.undo_stack.count() == count + 1
    for copy, original in zip(copies, originals, strict=False):
        wanted = original.mask.to_mask()[:90, :100]
        assert np.array_equal(copy.mask.to_mask(), wanted)
        assert (copy.category_id, copy.attributes) == (original.category_id, original.attributes)
        assert copy.provenance.source == "copied"
    assert len(copies) == 2  # the third would lie beside the smaller image
    assert copies[0].group == copies[1].group == 1
    two.undo()
    assert list(document.instances.values()) == originals


def test_nothing_selected_or_no_image_after_or_nothing_left_is_said(two):
    workspace = two.window.workspace
    status = two.window.status
    two.key(Qt.Key.Key_D, SHIFT)
    assert "Select the instances" in status.currentMessage()
    workspace.selection.select([max(workspace.model.document.instances)])
    two.key(Qt.Key.Key_D, SHIFT)
    two.wait_masks()
    assert "smaller" in status.currentMessage()
    assert workspace.image_id == image_named(two, "a.png")
    workspace.selection.select([min(workspace.model.document.instances)])
    two.key(Qt.Key.Key_D, SHIFT)
    two.wait_image("b.png")
    two.key(Qt.Key.Key_D, SHIFT)
    assert "no image after" in status.currentMessage()
