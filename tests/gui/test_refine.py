"""Refining an instance: its mask is the mask prompt, clicks better it, accepting replaces the mask in one edit."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from annotator.core.edits import ChangeInstance
from annotator.core.geometry import RunLengths
from annotator.segment.mask_prompt import mask_logits
from annotator.segment.preprocess import Frame
from tests.gui.annotating import accept_disc, add_category, instances
from tests.gui.conftest import Hands

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def disc(hands, process):
    """Hands on an accepted, selected disc; `process.prompts` is what the segmenter is asked from then on."""
    add_category(hands, "disc")
    add_category(hands, "ball")
    hands.window.categories.view.setCurrentIndex(hands.window.categories.view.model().index(0, 0))
    accept_disc(hands, 50)
    (instance,) = instances(hands)
    hands.window.workspace.selection.select([instance.id])
    hands.key(Qt.Key.Key_S)
    process.prompts = []
    decode = process.decode
    process.decode = lambda embedding, prompt: process.prompts.append(prompt) or decode(embedding, prompt)
    return hands


def refine(hands: Hands) -> None:
    hands.key(Qt.Key.Key_R, SHIFT)


def test_the_first_click_goes_with_the_mask_and_the_next_with_the_logits_of_its_answer(disc, process):
    (before,) = instances(disc)
    refine(disc)
    assert disc.window.tool_name == "point"
    assert disc.window.strip.isVisible()
    assert not process.prompts
    disc.click(120, 80)
    disc.wait_mask()
    assert np.array_equal(process.prompts[0].logits, mask_logits(before.mask.to_mask(), Frame(160, 240, 256), 0.0))
    shown = disc.window.workspace.session.shown.proposal.logits
    disc.click(125, 80)
    disc.wait_mask()
    assert np.array_equal(process.prompts[1].logits, shown)
    assert len(process.prompts[1].points) == 2


def test_accepting_replaces_the_mask_in_one_edit(disc):
    (before,) = instances(disc)
    count = disc.window.workspace.model.undo_stack.count()
    refine(disc)
    disc.click(120, 80)
    disc.wait_mask()
    shown = disc.window.workspace.session.shown.mask
    disc.key(Qt.Key.Key_Return)
    (after,) = instances(disc)
    assert (after.id, after.category_id, after.mask) == (before.id, before.category_id, shown)
    assert after.mask != before.mask
    assert not disc.window.workspace.session.is_pending
    assert disc.window.workspace.model.undo_stack.count() == count + 1
    disc.undo()
    assert instances(disc) == [before]


def with_corner(instance):
    """The instance with a corner of the image more."""
    pixels = instance.mask.to_mask()
    pixels[:9, :9] = True
    return instance.with_mask(RunLengths.from_mask(pixels))


def test_what_is_changed_meanwhile_is_refined_from_what_it_is_now(disc, process):
    (before,) = instances(disc)
    refine(disc)
    disc.click(120, 80)
    disc.wait_mask()
    changed = with_corner(before)
    disc.window.workspace.model.push(ChangeInstance(before, changed), "Brush")
    disc.wait_mask()
    assert np.array_equal(process.prompts[-1].logits, mask_logits(changed.mask.to_mask(), Frame(160, 240, 256), 0.0))
    assert len(process.prompts[-1].points) == 1
    disc.key(Qt.Key.Key_Return)
    assert not disc.window.workspace.session.is_pending
    disc.undo()
    assert instances(disc) == [changed]


def test_what_is_changed_while_another_image_is_on_screen_is_not_overwritten(disc):
    (before,) = instances(disc)
    refine(disc)
    disc.click(120, 80)
    disc.wait_mask()
    changed = with_corner(before)
    disc.key(Qt.Key.Key_D)
    disc.wait_image("b.png")
    disc.window.workspace.model.push(ChangeInstance(before, changed), "Brush")
    disc.key(Qt.Key.Key_A)
    disc.wait_image("a.png")
    disc.wait_mask()
    disc.key(Qt.Key.Key_Return)
    assert instances(disc) == [changed]
    assert "meanwhile" in disc.window.statusBar().currentMessage() + disc.window.messages.text
    disc.wait_mask()
    disc.key(Qt.Key.Key_Return)
    assert instances(disc) != [changed]
    assert not disc.window.workspace.session.is_pending


def test_a_digit_accepts_with_that_category(disc):
    refine(disc)
    disc.click(120, 80)
    disc.wait_mask()
    disc.key(Qt.Key.Key_2)
    (after,) = instances(disc)
    assert disc.window.workspace.model.document.categories[after.category_id].name == "ball"


def test_escape_and_taking_back_all_leave_it_as_it_was(disc):
    before = instances(disc)
    refine(disc)
    disc.click(120, 80)
    disc.wait_mask()
    disc.key(Qt.Key.Key_Escape)
    assert not disc.window.workspace.session.is_pending
    refine(disc)
    disc.click(120, 80)
    disc.wait_mask()
    for _ in range(2):
        disc.key(Qt.Key.Key_Backspace)
    assert not disc.window.workspace.session.is_pending
    assert not disc.window.strip.isVisible()
    assert instances(disc) == before


def test_a_box_refines_too(disc, process):
    refine(disc)
    disc.key(Qt.Key.Key_B)
    disc.drag(15, 45, 85, 115)
    disc.wait_mask()
    assert process.prompts[0].box is not None
    assert process.prompts[0].logits is not None


def test_enter_before_a_click_says_what_to_do(disc):
    before = instances(disc)
    refine(disc)
    disc.key(Qt.Key.Key_Return)
    assert "missing" in disc.window.status.currentMessage()
    assert instances(disc) == before


def test_the_old_mask_is_not_drawn_under_the_new_one(disc, qtbot):
    (instance,) = instances(disc)
    layer = disc.window.layer
    qtbot.waitUntil(lambda: layer.shape_of(instance.id) is not None)
    viewport = disc.window.canvas.viewport
    assert [i.id for i, _ in layer._drawn(viewport)] == [instance.id]
    refine(disc)
    assert [i.id for i, _ in layer._drawn(viewport)] == [instance.id]
    disc.click(120, 80)
    disc.wait_mask()
    assert not list(layer._drawn(viewport))
    disc.key(Qt.Key.Key_Escape)
    assert [i.id for i, _ in layer._drawn(viewport)] == [instance.id]


def test_it_is_refused_without_one_selected_or_with_a_prompt_pending_or_locked(disc):
    (instance,) = instances(disc)
    workspace = disc.window.workspace
    workspace.selection.select([])
    refine(disc)
    assert "Select the one" in disc.window.status.currentMessage()
    workspace.selection.select([instance.id])
    workspace.selection.view_state.set_locked([instance.id], True)
    refine(disc)
    assert "locked" in disc.window.status.currentMessage()
    workspace.selection.view_state.set_locked([instance.id], False)
    disc.key(Qt.Key.Key_P)
    disc.click(190, 80)
    refine(disc)
    assert "first" in disc.window.status.currentMessage()
    assert workspace.session.refined is None


def test_deleting_the_instance_ends_it(disc):
    refine(disc)
    disc.click(120, 80)
    disc.wait_mask()
    disc.key(Qt.Key.Key_Delete)
    assert not disc.window.workspace.session.is_pending
    assert not instances(disc)


def test_it_is_found_again_after_paging(disc):
    (instance,) = instances(disc)
    refine(disc)
    disc.click(120, 80)
    disc.wait_mask()
    disc.key(Qt.Key.Key_D)
    disc.wait_image("b.png")
    assert disc.window.workspace.session.refined is None
    disc.key(Qt.Key.Key_A)
    disc.wait_image("a.png")
    assert disc.window.workspace.session.refined == instance
    disc.key(Qt.Key.Key_Return)
    assert len(instances(disc)) == 1
    assert instances(disc)[0].mask != instance.mask
