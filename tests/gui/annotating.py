"""What the tests of the window do again and again to have something annotated."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt

from annotator.core.document import Instance
from tests.gui.conftest import Hands


def instances(hands: Hands) -> list[Instance]:
    """All the document has."""
    return list(hands.window.workspace.model.document.instances.values())


def mask(hands: Hands) -> np.ndarray:
    """That of the document's one instance, H x W bool."""
    (instance,) = instances(hands)
    return instance.mask.to_mask()


def add_category(hands: Hands, name: str) -> None:
    """Type a name into the field of the panel, which makes it the current one."""
    field = hands.window.categories.name_field
    field.setFocus()
    field.insert(name)  # keyClicks knows no Chinese
    hands.qtbot.keyClick(field, Qt.Key.Key_Return)
    hands.window.canvas.setFocus()


def accept_disc(hands: Hands, x: int) -> None:
    """Click on the disc at that column and accept its mask."""
    hands.click(x, 80)
    hands.wait_mask()
    hands.key(Qt.Key.Key_Return)


def block(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    """A mask of 160 x 240 that is a rectangle."""
    whole = np.zeros((160, 240), bool)
    whole[y0:y1, x0:x1] = True
    return whole
