"""What the tests of details and of the attributes that are asked for share."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from annotator.core.document import Attribute, AttributeKind, Category, Instance
from annotator.core.edits import AddCategory, AddInstance, Together
from annotator.core.geometry import RunLengths
from tests.gui.conftest import Hands

LEFT = Qt.MouseButton.LeftButton
HIDDEN = Attribute("hidden", AttributeKind.FLAG)
POSE = Attribute("pose", AttributeKind.CHOICE, ("sits", "stands"))
AGE = Attribute("age", AttributeKind.NUMBER)
NAME = Attribute("name", AttributeKind.TEXT)


@pytest.fixture
def people(hands) -> Hands:
    """Hands on an image with the instances 1 and 2 of "person", which has attributes, and 3 of "dog", which has one."""
    model, image_id = hands.window.workspace.model, hands.window.workspace.image_id
    person = Category(model.document.take_id(Category), "person", attributes=(HIDDEN, POSE, AGE, NAME))
    dog = Category(model.document.take_id(Category), "dog", attributes=(AGE,))
    edits = [AddCategory(person), AddCategory(dog)]
    for number, category in enumerate((person, person, dog), start=1):
        mask = np.zeros((160, 240), bool)
        mask[20:60, 40 * number : 40 * number + 30] = True
        instance = Instance(model.document.take_id(Instance), image_id, category.id, RunLengths.from_mask(mask))
        edits.append(AddInstance(instance))
    model.push(Together(tuple(edits)), "test")
    return hands


def panel(hands: Hands):
    return hands.window.details


def select(hands: Hands, *ids: int) -> None:
    hands.window.workspace.selection.select(ids)
    settle(hands)


def settle(hands: Hands) -> None:
    hands.qtbot.waitUntil(lambda: not panel(hands)._later.isActive())


def instance(hands: Hands, number: int = 1) -> Instance:
    return hands.window.workspace.model.document.instances[number]


def field(hands: Hands, name: str):
    return panel(hands).form.fields[name]


def choose(hands: Hands, combo, text: str) -> None:
    """As a user does: open the list and press keys."""
    combo.setFocus()
    row = combo.findText(text)
    hands.qtbot.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(row):
        hands.qtbot.keyClick(combo, Qt.Key.Key_Down)
    settle(hands)


def type_into(hands: Hands, widget, text: str) -> None:
    widget.setFocus()
    widget.selectAll()
    if text.isascii():
        hands.qtbot.keyClicks(widget, text)
    else:
        widget.insert(text)  # as an input method does; there are no such keys
    settle(hands)
