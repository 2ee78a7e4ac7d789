"""What somebody does who works fast: every tool of the window, by its widgets, mouse and keys alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from annotator.gui.main_window import MainWindow
from tests.gui.conftest import Hands

CONTROL = Qt.KeyboardModifier.ControlModifier
NO_KEY = Qt.KeyboardModifier.NoModifier
DISCS = (50, 120, 190)  # their middles' x; y is 80, and the radius 28

Steps = Iterator[None]


class BusyHands:
    """Endless work on an open window; `work()` yields whenever the window has to be quiet before it goes on."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self._window = window
        self._workspace = window.workspace
        self._hands = Hands(window, None)
        self._random = random.Random(seed)
        self._notes = 0
        self.doing = ""  # the name of the action under way

    def work(self) -> Steps:
        """Choose an action, do it, and so on."""
        actions: tuple[tuple[Callable[[], Steps], int], ...] = (
            (self._accept_a_click, 4),
            (self._accept_a_box, 2),
            (self._brush, 4),
            (self._draw_polygon, 2),
            (self._begin_polygon, 2),
            (self._draw_nameless, 2),
            (self._name_waiting, 1),
            (self._pull_vertex, 4),
            (self._change_category, 3),
            (self._change_masks, 2),
            (self._write_note, 1),
            (self._mark_image, 2),
            (self._delete, 1),
            (self._page, 3),
            (self._undo, 3),
            (self._undo_and_redo, 3),
            (self._save, 3),
        )
        chosen, weights = zip(*actions, strict=True)
        while True:
            yield from self._prepare()
            (action,) = self._random.choices(chosen, weights)
            self.doing = action.__name__.strip("_")
            yield from action()

    def is_quiet(self) -> bool:
        """Whether nothing is under way that the next action would trip over. A save is no such thing."""
        workspace = self._workspace
        return workspace.image is not None and not workspace.session.is_waiting and not workspace.outline.is_busy

    # -- actions -----------------------------------------------------------------------------------------------------

    def _prepare(self) -> Steps:
        """The keyboard at the canvas, two categories, and no prompt; now and then nothing begun on the image either."""
        for name in ("disc", "spot"):
            if self._workspace.model.document.category_named(name) is None:
                self.doing = "add_category"
                field = self._window.categories.name_field
                field.setFocus()
                QTest.keyClicks(field, name)
                QTest.keyClick(field, Qt.Key.Key_Return)
                yield
        self._window.canvas.setFocus()
        if self._workspace.session.is_pending or self._random.random() < 0.2:
            for _ in range(2):
                self._hands.key(Qt.Key.Key_Escape)
        yield

    def _accept_a_click(self) -> Steps:
        self._hands.key(Qt.Key.Key_P)
        self._hands.click(self._random.choice(DISCS) + self._random.randrange(-15, 16), 80)
        yield
        self._hands.key(self._random.choice((Qt.Key.Key_Return, Qt.Key.Key_1, Qt.Key.Key_2)))
        yield

    def _accept_a_box(self) -> Steps:
        self._hands.key(Qt.Key.Key_B)
        x = self._random.choice(DISCS)
        self._hands.drag(x - 33, 47, x + self._random.randrange(10, 33), 113)
        yield
        self._hands.key(Qt.Key.Key_Return)
        yield

    def _brush(self) -> Steps:
        """A stroke of Brush or Eraser, on an instance or as a new one."""
        yield from self._select()
        self._hands.key(self._random.choice((Qt.Key.Key_R, Qt.Key.Key_R, Qt.Key.Key_E)))
        self._hands.key(self._random.choice((Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight)))
        self._hands.drag(*self._place(), *self._place())
        yield

    def _draw_polygon(self) -> Steps:
        self._hands.key(Qt.Key.Key_G)
        x, y = self._random.randrange(10, 180), self._random.randrange(10, 110)
        for dx, dy in ((0, 0), (40, 5), (30, 40)):
            self._hands.click(x + dx, y + dy)
        self._hands.key(Qt.Key.Key_Return)
        yield

    def _begin_polygon(self) -> Steps:
        """Some corners, or one less; the polygon stays open on its image."""
        self._hands.key(Qt.Key.Key_G)
        for _ in range(self._random.randrange(1, 4)):
            self._hands.click(*self._place())
            yield
        if self._random.random() < 0.3:
            self._hands.key(Qt.Key.Key_Backspace)
        yield

    def _draw_nameless(self) -> Steps:
        """A stroke, or a polygon, that waits for its category on its image."""
        selection = self._workspace.selection
        selection.select(())
        category_id = selection.category_id
        selection.set_category(None)  # as in a dataset that has none, where it could be done only once
        if self._random.random() < 0.5:
            self._hands.key(Qt.Key.Key_R)
            self._hands.drag(*self._place(), *self._place())
        else:
            yield from self._draw_polygon()
        selection.set_category(category_id)
        yield

    def _name_waiting(self) -> Steps:
        """Give what waits on the image its category, or drop it."""
        if self._workspace.editor.masks.waiting is not None:
            self._hands.key(self._random.choice((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_Escape)))
        yield

    def _pull_vertex(self) -> Steps:
        yield from self._select()
        self._hands.key(Qt.Key.Key_G)
        outline = self._workspace.outline
        while (current := outline.current()) is None:
            if outline.instance is None:  # none is selected, or it has gone meanwhile, as by a merge under way
                return
            yield
        rings = [ring for ring in current.polygons(outline.tolerance) if len(ring)]
        if rings:
            x, y = self._random.choice(self._random.choice(rings).tolist())
            start, end = self._corner(x, y), self._corner(x + self._random.randrange(-12, 13), y + 9)
            canvas, left = self._window.canvas, Qt.MouseButton.LeftButton
            QTest.mousePress(canvas, left, NO_KEY, start)
            for share in (0.5, 1.0):
                QTest.mouseMove(canvas, start + (end - start) * share)
            QTest.mouseRelease(canvas, left, NO_KEY, end)
        yield

    def _change_category(self) -> Steps:
        yield from self._select()
        self._hands.key(self._random.choice((Qt.Key.Key_1, Qt.Key.Key_2)))
        yield

    def _change_masks(self) -> Steps:
        """Something from the menu that works on all instances of the image."""
        self._hands.key(Qt.Key.Key_A, CONTROL)
        actions = self._window.actions_
        self._random.choice((actions.fill_holes, actions.smooth, actions.merge, actions.split)).trigger()
        yield

    def _write_note(self) -> Steps:
        note = self._window.images.details.note
        note.setFocus()
        QTest.keyClicks(note, f"n{self._notes}")
        self._notes += 1
        self._window.canvas.setFocus()
        yield

    def _mark_image(self) -> Steps:
        actions = self._window.actions_
        self._random.choice((actions.toggle_done, actions.accept_image, actions.ask_for_review)).trigger()
        yield

    def _delete(self) -> Steps:
        yield from self._select()
        self._hands.key(Qt.Key.Key_Delete)
        yield

    def _page(self) -> Steps:
        self._hands.key(self._random.choice((Qt.Key.Key_D, Qt.Key.Key_A)))
        yield

    def _undo(self) -> Steps:
        for _ in range(self._random.randrange(1, 4)):
            self._hands.undo()
            yield

    def _undo_and_redo(self) -> Steps:
        yield from self._undo()
        for _ in range(self._random.randrange(1, 4)):
            self._hands.redo()
            yield

    def _save(self) -> Steps:
        self._hands.key(Qt.Key.Key_S, CONTROL)
        yield

    # -- parts of them -----------------------------------------------------------------------------------------------

    def _select(self) -> Steps:
        """Click on an instance of the image with the Select tool, if it has any; now and then beside them."""
        self._hands.key(Qt.Key.Key_S)
        instances = list(self._workspace.model.document.instances_of(self._workspace.image_id))
        if instances and self._random.random() < 0.8:
            rows, columns = self._random.choice(instances).mask.to_mask().nonzero()
            pixel = self._random.randrange(len(rows)) if len(rows) else None
            self._hands.click(*((columns[pixel], rows[pixel]) if pixel is not None else (2, 2)))
        else:
            self._hands.click(2, 2)
        yield

    def _place(self) -> tuple[int, int]:
        return self._random.randrange(5, 235), self._random.randrange(5, 155)

    def _corner(self, x: float, y: float):
        return self._window.canvas.viewport.to_widget(QPointF(x, y)).toPoint()
