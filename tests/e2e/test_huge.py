"""The real window opens what is too large to wait for; prints how long it took, its longest stall and its memory."""

from __future__ import annotations

import gc
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.core.edits import ChangeInstance, Together
from benchmarks.parts.watchdog import Watchdog
from tests.e2e.huge_data import KINDS, write_coco, write_pictures
from tests.gui.conftest import FakeProcess, Settings, show_window

pytestmark = pytest.mark.proof

IMAGES = 20_000
ANNOTATED_IMAGES = 10_000
ANNOTATIONS = 100_000
CHANGED = 10_000
TIMEOUT_MS = 240_000
STALL_BAR_MS = 50
AFTER_MS = 1500
"""What the window still does once the first image is there belongs to opening."""


class Report:
    """Prints lines past pytest's capture, with verdicts; a missed bar is told, not failed, for machines differ."""

    def __init__(self, capsys: pytest.CaptureFixture[str], title: str) -> None:
        self._capsys = capsys
        self._watchdog = Watchdog()
        self._started, self._processor_started = time.perf_counter(), time.process_time()
        self._megabytes_before: float | None = None
        self.say(f"\n{title}")

    def say(self, text: str) -> None:
        with self._capsys.disabled():
            print(text)

    def start(self) -> None:
        """Begin to measure."""
        _reset_peak()
        self._megabytes_before = _peak_megabytes()
        self._watchdog.longest()
        self._started, self._processor_started = time.perf_counter(), time.process_time()

    def time(self, what: str, bar: float | None = None) -> None:
        """Tell the seconds since `start`, and those of a processor: on a machine that does other work, they differ."""
        seconds = time.perf_counter() - self._started
        busy = time.process_time() - self._processor_started
        verdict = "" if bar is None else f"  (bar {bar:g} s: {'met' if seconds <= bar else 'MISSED'})"
        self.say(f"  {what}: {seconds:.2f} s{verdict}, {busy:.2f} s of processor time")

    def end(self) -> None:
        """Tell the longest stall and the most memory since `start`."""
        stall = self._watchdog.longest()
        verdict = "met" if stall <= STALL_BAR_MS else "MISSED"
        self.say(f"  longest stall: {stall:.0f} ms  (bar {STALL_BAR_MS} ms: {verdict})")
        peak, before = _peak_megabytes(), self._megabytes_before
        if peak is None or before is None:
            self.say("  peak memory: not known on this system")
        else:
            self.say(f"  peak memory: {peak:.0f} MB, {peak - before:.0f} MB more than before")


def _reset_peak() -> None:
    """Linux forgets the peak so far."""
    path = Path("/proc/self/clear_refs")
    if path.exists():
        path.write_text("5")


def _peak_megabytes() -> float | None:
    path = Path("/proc/self/status")
    if not path.exists():
        return None
    return next(int(line.split()[1]) for line in path.read_text().splitlines() if line.startswith("VmHWM")) / 1024


@pytest.fixture
def window(qtbot, tmp_path: Path):
    yield show_window(qtbot, lambda: FakeProcess(image_size=256), Settings(tmp_path / "settings.ini"))
    gc.unfreeze()  # or the window, a cycle, would stay with its document to the end of all tests


def opened(window, qtbot, report: Report, path: Path, bar: float, images: Path | None = None) -> list[tuple[int, int]]:
    """Open the path in the window, and report on it; returns the progress that the jobs pill was told."""
    workspace = window.workspace
    progress: list[tuple[int, int]] = []
    workspace.jobs.changed.connect(lambda: progress.extend((job.done, job.total) for job in workspace.jobs.listed))
    report.start()
    window.open_paths([path], images)
    qtbot.waitUntil(lambda: workspace.model.is_open, timeout=TIMEOUT_MS)
    report.time("document there")
    qtbot.waitUntil(lambda: window.canvas.image is not None, timeout=TIMEOUT_MS)
    report.time("first image on screen", bar)
    qtbot.wait(AFTER_MS)
    report.end()
    return progress


def test_a_folder_of_20_000_images(window, qtbot, capsys, tmp_path: Path):
    folder = tmp_path / "pictures"
    write_pictures(folder, IMAGES)
    report = Report(capsys, f"A folder of {IMAGES:,} images")
    opened(window, qtbot, report, folder, 1.0)
    assert len(window.workspace.model.document.images) == IMAGES
    assert window.images.list_model.rowCount() == IMAGES
    assert window.workspace.image_id == 1
    opened_names = [record.path for record in window.workspace.model.document.images.values()]
    assert opened_names == sorted(opened_names)


@pytest.mark.parametrize("kind", KINDS)
def test_a_coco_file_of_100_000_annotations(kind: str, window, qtbot, capsys, tmp_path: Path):
    folder = tmp_path / "pictures"
    names = write_pictures(folder, ANNOTATED_IMAGES)
    path = tmp_path / "annotations" / "instances.json"
    path.parent.mkdir()
    write_coco(path, names, ANNOTATIONS, kind)
    size = path.stat().st_size / 1e6
    report = Report(capsys, f"A COCO file of {ANNOTATIONS:,} annotations ({kind}), {size:.0f} MB")
    progress = opened(window, qtbot, report, path, 4.0, folder)
    document = window.workspace.model.document
    assert len(document.instances) == ANNOTATIONS
    assert len(document.images) == ANNOTATED_IMAGES
    report.say(f"  progress shown: {len({done for done, total in progress if total})} steps")


def test_10_000_instances_change_and_100_000_are_saved(window, qtbot, capsys, tmp_path: Path):
    folder = tmp_path / "pictures"
    names = write_pictures(folder, ANNOTATED_IMAGES)
    path = tmp_path / "instances.json"
    write_coco(path, names, ANNOTATIONS, "mixed")
    before = json.loads(path.read_bytes())
    model, saver = window.workspace.model, window.workspace.saver
    window.open_paths([path], folder)
    qtbot.waitUntil(lambda: window.canvas.image is not None, timeout=TIMEOUT_MS)
    qtbot.wait(AFTER_MS)

    report = Report(capsys, f"Work on a COCO file of {ANNOTATIONS:,} annotations")
    changed = list(model.document.instances.values())[:CHANGED]
    edit = Together(
        tuple(ChangeInstance(i, replace(i, category_id=i.category_id % len(before["categories"]) + 1)) for i in changed)
    )
    for what, change in (
        (f"one edit of {CHANGED:,} instances", lambda: model.push(edit, "change")),
        ("its undo", model.undo),
    ):
        report.start()
        change()
        report.time(what)
        qtbot.wait(AFTER_MS)
        report.end()
    # Both are worked out beside the window.
    model.redo()
    qtbot.waitUntil(model.undo_stack.canUndo, timeout=TIMEOUT_MS)
    model.undo()
    qtbot.waitUntil(model.undo_stack.canRedo, timeout=TIMEOUT_MS)
    report.start()
    with qtbot.waitSignal(saver.saved, timeout=TIMEOUT_MS):
        window.save()
    report.time("saved")
    qtbot.wait(AFTER_MS)
    report.end()
    # Nothing was changed in the end, so nothing but the layout of the file and what is under our own key may differ.
    after = json.loads(path.read_bytes())
    after.pop("annotator", None)
    assert after == before
