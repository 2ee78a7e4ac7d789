"""Opening a file with many annotations: it says how far it is, can be given up, and what was open before is freed."""

from __future__ import annotations

import json
import weakref
from pathlib import Path

import pytest

from annotator.core import json_parts
from annotator.core.dataset import COCO_NAME
from annotator.gui import garbage, opening

COUNT = 300


def write_coco(folder: Path) -> Path:
    """Annotations on the discs, in a file elsewhere."""
    path = folder.parent / "elsewhere" / "many.json"
    path.parent.mkdir()
    size = {"height": 160, "width": 240}
    content = {
        "images": [{"id": n, "file_name": name, **size} for n, name in enumerate(("a.png", "b.png"), 1)],
        "annotations": [
            {
                "id": n,
                "image_id": n % 2 + 1,
                "category_id": 1,
                "iscrowd": 0,
                "segmentation": [[1, 1, 9, 1, 9, 9 + n % 50]],
                "bbox": [1, 1, 8, 8 + n % 50],
                "area": 32,
            }
            for n in range(1, COUNT + 1)
        ],
        "categories": [{"id": 1, "name": "disc"}],
    }
    path.write_text(json.dumps(content))
    return path


@pytest.fixture
def many(folder: Path, monkeypatch) -> Path:
    monkeypatch.setattr(json_parts, "_PIECE", 1000)
    return write_coco(folder)


def test_the_records_that_were_read_are_told(window, qtbot, many, folder):
    steps = []
    with qtbot.waitSignal(window.workspace.opened, timeout=10_000):
        window.open_paths([many], folder)
        (job,) = window.workspace.jobs.listed
        job.progressed.connect(lambda done, total: steps.append((done, total)))
    assert steps[-2] == (COUNT + 3, COUNT + 3)  # then come the images that the file does not list, none here
    assert len(steps) > 10
    assert [done for done, _ in steps[:-1]] == sorted(done for done, _ in steps[:-1])
    assert len(window.workspace.model.document.instances) == COUNT


def test_giving_up_leaves_what_was_open(hands, qtbot, many, folder):
    window = hands.window
    window.open_paths([many], folder)
    (job,) = window.workspace.jobs.listed
    job.cancel.cancel()
    qtbot.waitUntil(lambda: not window.workspace.jobs.listed, timeout=10_000)
    assert window.workspace.model.coco_path == folder / COCO_NAME
    assert not window.workspace.jobs.failures
    hands.open(many)  # and another opening finds nothing in its way
    assert window.workspace.model.coco_path == many


def test_the_document_from_before_is_freed(hands, qtbot, many, folder):
    window = hands.window
    hands.open(many)
    document = weakref.ref(window.workspace.model.document)
    instance = weakref.ref(window.workspace.model.document.instances[1])
    hands.open(folder)
    qtbot.waitUntil(lambda: document() is None and instance() is None, timeout=10_000)


def test_a_large_dataset_is_exempt_from_collections(hands, many, monkeypatch):
    called = []
    monkeypatch.setattr(garbage, "exempt_all", lambda: called.append(garbage.pause.is_any))
    hands.open(many)
    assert called == []
    monkeypatch.setattr(opening, "_MOST_COLLECTED", COUNT)
    hands.open(many)
    assert called == [True]
