"""Makes the pictures of the window in docs/images, over the example photo (chelsea, CC0) with the weights that ship.

xvfb-run -a -s "-screen 0 1400x900x24" .venv/bin/python docs/make_screenshots.py

Each picture exists in both languages and both themes: window.png, window-dark.png, window.zh-CN.png ...
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from annotator import paths
from annotator.core.dataset import COCO_NAME
from annotator.core.document import Category, Document
from annotator.core.edits import AddCategory
from annotator.core.journal import open_journal
from annotator.core.journal_file import journal_path
from annotator.gui.app import WindowKeeper, keep_window, make_application
from annotator.gui.dialogs.import_ import ImportDialog
from annotator.gui.inference_messages import SegmenterState
from annotator.gui.main_window import MainWindow
from annotator.gui.settings import Settings, Theme

IMAGES = Path(__file__).parent / "images"
SECONDS = 120


@dataclass(frozen=True)
class Words:
    """What is typed in a language."""

    code: str
    suffix: str
    eye: str
    nose: str
    ear: str
    comment: str
    note: str


LANGUAGES = (
    Words("en", "", "eye", "nose", "ear", "The left ear is missing", "Taken in the evening"),
    Words("zh_CN", ".zh-CN", "眼睛", "鼻子", "耳朵", "缺少左耳", "傍晚拍摄"),
)
THEMES = {Theme.LIGHT: "", Theme.DARK: "-dark"}


def main() -> None:
    make_application()
    with tempfile.TemporaryDirectory() as name:
        os.environ["XDG_STATE_HOME"] = str(Path(name) / "state")  # the journals
        os.environ["HOME"] = name  # paths are shown from there on
        settings = Settings(Path(name) / "settings.ini")
        settings.language = LANGUAGES[0].code
        keeper = keep_window(settings)
        keeper.window.resize(1200, 760)
        keeper.window.show()
        wait(lambda: keeper.window.workspace.inference.state is SegmenterState.READY)
        for words in LANGUAGES:
            settings.language = words.code
            in_both_themes(settings, words, "welcome", lambda: keeper.window)
            show_recovered(keeper.window, Path(name), settings, words)
        settings.starter_banner_closed = True
        for words in LANGUAGES[::-1]:
            settings.language = words.code
            annotate(keeper.window, photos(Path(name) / words.code), words)
            in_both_themes(settings, words, "window", lambda: keeper.window)
            show_editing(keeper.window, settings, words)
            show_brush(keeper.window, words)
            show_keyboard_pointer(keeper.window, words)
            show_review(keeper.window, words)
            show_import(keeper.window, Path(name) / words.code, words)
            keeper.window.dialogs.show_weights()
            in_both_themes(settings, words, "weights", QApplication.activeModalWidget)
            QApplication.activeModalWidget().close()
            forget(keeper)
            show_proposals(keeper.window, settings, photos(Path(name) / words.code / "again"), words)
            forget(keeper)
        keeper.window.close()
        # There is no event loop here that would destroy the window before what it looks at.
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def show_recovered(window: MainWindow, home: Path, settings: Settings, words: Words) -> None:
    """A picture of the first page after a crash, light theme; the work that it lists is gone afterwards."""
    settings.theme = Theme.LIGHT
    folder = photos(home)
    coco_path = folder / COCO_NAME
    journals = paths.state_dir() / "journals"
    journal, _ = open_journal(journals, Document(folder), coco_path, on_committed=ignore, on_failed=ignore)
    for number, category in enumerate((words.eye, words.nose, words.ear), start=1):
        journal.record(AddCategory(Category(number, category)), applied=True)
    journal.close()
    welcome = window.welcome
    welcome.unsaved.refresh()
    wait(lambda: len(welcome.unsaved.buttons) == 1)
    QTest.qWait(600)
    listed = welcome.unsaved.mapTo(welcome, welcome.unsaved.rect().center())
    part = QRect(0, 0, 900, 380)
    part.moveCenter(listed - QPoint(0, 120))
    welcome.grab(part).save(str(IMAGES / f"recovered{words.suffix}.png"))
    journal_path(journals, coco_path).unlink()
    shutil.rmtree(folder)
    welcome.unsaved.refresh()
    wait(lambda: not welcome.unsaved.buttons)


def ignore(_: object) -> None:
    """For a journal that nobody watches."""


def photos(parent: Path) -> Path:
    """A folder with the example photo that nobody has worked on."""
    folder = parent / "photos"
    folder.mkdir(parents=True)
    shutil.copy(paths.resources_dir() / "example" / "chelsea.png", folder)
    return folder


def in_both_themes(settings: Settings, words: Words, name: str, shown: Callable[[], QWidget]) -> None:
    for theme, mark in THEMES.items():
        settings.theme = theme
        QTest.qWait(800)
        shown().grab().save(str(IMAGES / f"{name}{mark}{words.suffix}.png"))


def annotate(window: MainWindow, folder: Path, words: Words) -> None:
    """Open the photo and label it; the last mask is left under decision."""
    workspace = window.workspace
    before = workspace.model.document
    window.open_paths([folder])
    wait(lambda: workspace.model.document is not before)
    wait(lambda: window.canvas.image is not None and workspace.inference.is_encoded(window.canvas.image.key))
    window.canvas.fit()
    prompt_box(window, 133, 85, 212, 150)
    workspace.editor.accept_as_named(words.eye)
    prompt_box(window, 235, 220, 285, 262)
    workspace.editor.accept_as_named(words.nose)
    workspace.selection.set_category(workspace.model.document.category_named(words.eye).id)
    prompt_box(window, 295, 112, 340, 165)
    QTest.mouseMove(window.canvas, window.canvas.viewport.to_widget(QPointF(372, 80)).toPoint())
    window.canvas.setFocus(Qt.FocusReason.OtherFocusReason)


def show_editing(window: MainWindow, settings: Settings, words: Words) -> None:
    """Pictures of the canvas while the first instance is changed: its vertices, then its refining; light theme."""
    settings.theme = Theme.LIGHT
    workspace = window.workspace
    workspace.session.clear()
    first = next(iter(workspace.model.document.instances.values()))
    workspace.selection.select([first.id])
    canvas = window.canvas
    canvas.zoom_by_steps(4, canvas.viewport.to_widget(QPointF(130, 90)))
    window.choose_tool("polygon")
    canvas.update()
    wait(lambda: workspace.outline.current() is not None and workspace.detail_figures.figures is not None)
    outline = workspace.outline
    x, y = max(outline.current().rings[0].corners[outline.current().rings[0].handles(outline.tolerance)].tolist())
    start = canvas.viewport.to_widget(QPointF(x, y)).toPoint()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in (10, 30, 50):
        QTest.mouseMove(canvas, start + QPoint(step, -step // 2))
    QTest.qWait(400)
    canvas.grab().save(str(IMAGES / f"editing-vertices{words.suffix}.png"))
    canvas.abort()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start)
    show_detail(window, words)
    workspace.editor.refine()
    left, top, width, height = first.mask.bbox
    workspace.session.add_point(QPointF(left + width // 2, top + height // 2), positive=True)
    wait(lambda: not workspace.session.is_waiting)
    QTest.qWait(600)
    canvas.grab().save(str(IMAGES / f"editing-refine{words.suffix}.png"))
    workspace.session.clear()
    workspace.selection.select([])
    window.actions_.point_tool.trigger()
    canvas.fit()


def show_detail(window: MainWindow, words: Words) -> None:
    """A picture of the canvas while the slider is moved to few vertices; it is put back afterwards."""
    slider, outline = window.detail_strip.slider, window.workspace.outline
    before = slider.value()
    slider.setSliderDown(True)
    slider.setValue(12)
    wait(lambda: outline.is_previewed and window.workspace.detail_figures.figures is not None)
    QTest.qWait(600)
    window.canvas.grab().save(str(IMAGES / f"editing-detail{words.suffix}.png"))
    slider.setValue(before)
    slider.setSliderDown(False)


def show_keyboard_pointer(window: MainWindow, words: Words) -> None:
    """A picture of the canvas with an open polygon that the keys are drawing around the nose."""
    canvas = window.canvas
    window.workspace.selection.select([])
    canvas.zoom_by_steps(4, canvas.viewport.to_widget(QPointF(300, 290)))
    window.choose_tool("polygon")
    canvas.setFocus()
    window.actions_.keyboard_pointer.trigger()
    for x, y in ((226, 218), (262, 212), (298, 222), (291, 251)):
        QTest.mouseMove(canvas, canvas.viewport.to_widget(QPointF(x, y)).toPoint())
        QTest.keyClick(canvas, Qt.Key.Key_Space)
    for key, times in ((Qt.Key.Key_Left, 22), (Qt.Key.Key_Down, 16)):
        for _ in range(times):
            QTest.keyClick(canvas, key)
    QTest.qWait(600)
    place = canvas.viewport.to_widget(QPointF(262, 240)).toPoint()
    canvas.grab(around(canvas, place)).save(str(IMAGES / f"editing-keys{words.suffix}.png"))
    canvas.abort()
    window.actions_.keyboard_pointer.trigger()
    window.actions_.point_tool.trigger()
    canvas.fit()


def show_brush(window: MainWindow, words: Words) -> None:
    """A picture of the canvas in the middle of a stroke that adds to an eye."""
    workspace, canvas = window.workspace, window.canvas
    first = next(iter(workspace.model.document.instances.values()))
    workspace.selection.select([first.id])
    canvas.zoom_by_steps(4, canvas.viewport.to_widget(QPointF(130, 90)))
    window.choose_tool("brush")
    left, top, _, height = first.mask.bbox
    way = [(left - 4, top + height * 0.75), (left + 8, top + height + 2), (left + 34, top + height)]
    points = [canvas.viewport.to_widget(QPointF(x, y)).toPoint() for x, y in way]
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
    for start, end in pairwise(points):
        for step in range(1, 13):
            QTest.mouseMove(canvas, start + (end - start) * (step / 12))
    QTest.qWait(400)
    canvas.grab(around(canvas, points[1])).save(str(IMAGES / f"editing-brush{words.suffix}.png"))
    canvas.abort()
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[-1])
    workspace.selection.select([])
    window.actions_.point_tool.trigger()
    canvas.fit()


def around(canvas: QWidget, middle: QPoint) -> QRect:
    """A part of the canvas that makes a small picture."""
    part = QRect(0, 0, 480, 320)
    part.moveCenter(middle)
    return part & canvas.rect()


def show_review(window: MainWindow, words: Words) -> None:
    """A picture of the list of images, where the image has been rejected."""
    size = window.size()
    details = window.images.details
    window.actions_.reject_image.trigger()
    details.review.comment.insert(words.comment)
    details.note.setFocus()
    details.note.insertPlainText(words.note)
    window.canvas.setFocus()
    window.resize(size.width(), 0)  # as low as it can be
    QTest.qWait(600)
    window.images.grab().save(str(IMAGES / f"review{words.suffix}.png"))
    window.resize(size)


def show_import(window: MainWindow, folder: Path, words: Words) -> None:
    """A picture of the import dialog over a labelme folder."""
    source = folder / "labelme"
    source.mkdir()
    ears = [[[95, 5], [150, 70], [110, 90]], [[300, 20], [330, 95], [290, 70]]]
    shapes = [{"label": words.ear, "shape_type": "polygon", "points": points} for points in ears]
    shapes.append({"label": words.ear, "shape_type": "point", "points": [[120, 40]]})
    content = {"version": "5.5.0", "imagePath": "chelsea.png", "imageHeight": 300, "imageWidth": 451, "shapes": shapes}
    (source / "chelsea.json").write_text(json.dumps(content), encoding="utf-8")
    os.chdir(folder)  # so that the name can be short
    window.actions_.import_.trigger()
    (dialog,) = (child for child in window.findChildren(ImportDialog) if child.isVisible())
    dialog.source.setText("labelme")
    wait(dialog.do_import.isEnabled)
    dialog.resize(560, 340)
    QTest.qWait(400)
    dialog.grab().save(str(IMAGES / f"import{words.suffix}.png"))
    dialog.reject()


def show_proposals(window: MainWindow, settings: Settings, folder: Path, words: Words) -> None:
    """Open the photo anew, segment everything, and take a picture of either end of the levels, in the light theme."""
    settings.theme = Theme.LIGHT
    workspace = window.workspace
    before = workspace.model.document
    window.open_paths([folder])
    wait(lambda: workspace.model.document is not before and window.canvas.image is not None)
    window.canvas.fit()
    window.actions_.select_tool.trigger()
    window.actions_.segment_everything.trigger()
    wait(lambda: not workspace.everything.is_running(workspace.image_id))
    for name, level in (("whole", 0), ("parts", workspace.proposals.finest)):
        workspace.proposals.set_level(level)
        QTest.qWait(800)
        window.grab().save(str(IMAGES / f"proposals-{name}{words.suffix}.png"))
    workspace.proposals.set_level(0)
    window.actions_.point_tool.trigger()


def forget(keeper: WindowKeeper) -> None:
    """So that nothing is asked."""
    workspace = keeper.window.workspace
    workspace.session.clear()
    workspace.model.mark_saved(workspace.model.state, workspace.model.coco_path)


def prompt_box(window: MainWindow, x0: int, y0: int, x1: int, y1: int) -> None:
    window.workspace.session.set_box(QRectF(QPointF(x0, y0), QPointF(x1, y1)))
    wait(lambda: not window.workspace.session.is_waiting)


def wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("the window did not get there in time")
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
