"""What the tests of proposals share: a segmenter that can be held up, and hands that propose."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from annotator.core.document import Category, StoredProposal
from annotator.core.edits import AddCategory, ReplaceProposals
from annotator.core.geometry import RunLengths
from tests.gui.conftest import FakeProcess, Hands

WHOLE, PART, ALONE = (20, 20, 90, 0.95, None), (30, 30, 20, 0.80, 0), (150, 50, 40, 0.90, None)

ROUND_ONE = 4  # batches of 16 prompts: every fourth crossing of 31 in each axis
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Gated(FakeProcess):
    """Answers batches of more than one prompt only while `gate` is open, or as many as are allowed; counts them."""

    def __init__(self, **options) -> None:
        super().__init__(**options)
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()
        self.is_held = False
        self.batches = 0
        self.batches_of_an_image = 0  # for those who count in images
        self.batch_deaths = 0
        self._allowed = 0

    def allow(self, batches: int) -> None:
        """Close the gate, but let that many batches through first."""
        self._allowed = self.batches + batches
        self.gate.clear()

    def decode_batch(self, embedding, prompts):
        if len(prompts) > 1:
            self.asked.set()
            if self.batches >= self._allowed:
                self.is_held = not self.gate.is_set()
                assert self.gate.wait(20)
                self.is_held = False
            if self.batch_deaths:
                self.batch_deaths -= 1
                self.deaths = 1
                self._die_perhaps()
            self.batches += 1
        return super().decode_batch(embedding, prompts)


class Held:
    """A function of a module that waits in its thread until `go_on`; `threads` are those that have called it."""

    def __init__(self, monkeypatch, module, name: str) -> None:
        self._function = getattr(module, name)
        self.began, self.go_on = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []
        monkeypatch.setattr(module, name, self)

    def __call__(self, *arguments, **options):
        self.threads.append(threading.current_thread())
        self.began.set()
        assert self.go_on.wait(20)
        return self._function(*arguments, **options)


def document(hands: Hands):
    return hands.window.workspace.model.document


def proposals(hands: Hands, image_id: int = 1) -> list[StoredProposal]:
    return list(document(hands).proposals_of(image_id))


def wait_run(hands: Hands, image_id: int = 1) -> None:
    hands.qtbot.waitUntil(lambda: not hands.window.workspace.everything.is_running(image_id), timeout=20_000)


def wait_shapes(hands: Hands) -> None:
    view, layer = hands.window.workspace.proposals, hands.window.proposal_layer
    hands.qtbot.waitUntil(lambda: all(layer.shape_of(p.id) is not None for p in view.shown))


def propose(hands: Hands) -> list[StoredProposal]:
    """W, and wait until the proposals are stored and can be clicked; the tool is Select then."""
    hands.key(Qt.Key.Key_W)
    wait_run(hands)
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)
    return proposals(hands)


def put(hands: Hands, *squares: tuple[int, int, int, float, int | None]) -> list[StoredProposal]:
    """Store square proposals (x, y, side, score, index of the parent) on the first image."""
    if not document(hands).categories:
        hands.window.workspace.model.push(AddCategory(Category(1, "thing")), "")
    stored: list[StoredProposal] = []
    for x, y, side, score, parent in squares:
        mask = np.zeros((160, 240), bool)
        mask[y : y + side, x : x + side] = True
        parent_id = None if parent is None else stored[parent].id
        new_id = document(hands).take_id(StoredProposal)
        stored.append(StoredProposal(new_id, 1, 1, RunLengths.from_mask(mask), score, parent_id=parent_id))
    hands.window.workspace.model.push(ReplaceProposals((), tuple(stored)), "")
    hands.key(Qt.Key.Key_S)
    wait_shapes(hands)
    return stored


def shown_ids(hands: Hands) -> set[int]:
    return {proposal.id for proposal in hands.window.workspace.proposals.shown}


def shift_drag(hands: Hands, x0, y0, x1, y1) -> None:
    canvas, left = hands.window.canvas, Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, SHIFT, hands.at(x0, y0))
    for step in (0.5, 1.0):
        QTest.mouseMove(canvas, hands.at(x0 + (x1 - x0) * step, y0 + (y1 - y0) * step))
    QTest.mouseRelease(canvas, left, SHIFT, hands.at(x1, y1))


@pytest.fixture
def process():
    process = Gated(image_size=256)
    yield process
    process.gate.set()
