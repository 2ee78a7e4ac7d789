"""What the tests of work on the whole folder share."""

from __future__ import annotations

import threading

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from annotator.core.dataset import COCO_NAME
from annotator.gui.dialogs.prelabel import PrelabelDialog
from annotator.segment.prelabel_partial import partial_path


def show_dialog(hands) -> PrelabelDialog:
    """Open the dialog and wait until it knows what there is to do."""
    with hands.qtbot.waitSignal(hands.window.workspace.folder_runs.looked_ahead, timeout=10_000):
        hands.window.actions_.prelabel.trigger()
    (dialog,) = (child for child in hands.window.findChildren(PrelabelDialog) if child.isVisible())
    hands.qtbot.waitUntil(lambda: dialog._is_settled)
    return dialog


def run(hands, qtbot, *, only_untouched: bool = False) -> None:
    """Pre-label the folder, and wait until what was found is in the document."""
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(only_untouched)
    with qtbot.waitSignal(hands.window.workspace.folder_runs.told, timeout=60_000):
        qtbot.mouseClick(dialog.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not hands.window.workspace.folder_runs.is_running)


def start(hands, *, only_untouched: bool = False) -> None:
    """Begin to pre-label the folder."""
    dialog = show_dialog(hands)
    dialog.only_untouched.setChecked(only_untouched)
    press(hands, dialog.start)


def counts(hands) -> list[int]:
    """How many proposals each image has."""
    document = hands.window.workspace.model.document
    return [len(list(document.proposals_of(image_id))) for image_id in document.images]


def press(hands, button) -> None:
    hands.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def record_of(folder):
    """Where a run keeps what it has found, until it is in the COCO file."""
    return partial_path(folder / COCO_NAME)


def close_in_the_middle(hands, process, images: int, *, only_untouched: bool = False) -> None:
    """Close the window when that many images of a run are done."""
    process.allow(process.batches_of_an_image * images + 1)
    start(hands, only_untouched=only_untouched)
    hands.qtbot.waitUntil(lambda: process.is_held, timeout=60_000)
    threading.Timer(0.2, process.gate.set).start()
    hands.window.workspace.jobs.listed[0].cancel.cancel()
    hands.window.close()


def wait_offer(hands, text: str) -> None:
    """Close what is said before it, and wait for the offer to go on with a run."""
    messages = hands.window.messages
    hands.qtbot.waitUntil(lambda: any(text in message.text for message in messages._passing))
    while text not in messages.text:
        press(hands, messages.findChild(QToolButton, "close_message"))
    assert text in messages.text


def results_of(hands) -> list[tuple]:
    """What tells the document's proposals from others."""
    document = hands.window.workspace.model.document
    return [(p.id, p.image_id, p.mask, p.score, p.parent_id) for p in document.proposals.values()]
