"""How well the lines between the handles stand for the mask."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from annotator.core.geometry import overlaps
from annotator.core.outline import Outline
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.selected_outline import SelectedOutline


@dataclass(frozen=True, eq=False)
class Figures:
    """At a tolerance, in pixels: how many vertices there are, and the IoU of their polygons with the mask, 0..1."""

    outline: Outline
    tolerance: float
    vertices: int
    iou: float

    @classmethod
    def of(cls, outline: Outline, tolerance: float) -> Figures:
        """Measured; for large masks off the GUI thread."""
        iou = float(overlaps([outline.approximation(tolerance)], [outline.mask])[0, 0])
        return cls(outline, tolerance, outline.handle_count(tolerance), iou)


class DetailFigures(QObject):
    """Measures what the handles show, in a worker thread, while it is wanted; only the newest question is answered."""

    changed = Signal()

    def __init__(self, outline: SelectedOutline, jobs: BackgroundJobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._outline = outline
        self._jobs = jobs
        self._is_wanted = False
        self._job: BackgroundJob | None = None
        self._figures: Figures | None = None
        outline.changed.connect(self._ask)

    @property
    def figures(self) -> Figures | None:
        """Those of the present outline and detail; None until they are known."""
        return self._figures if self._figures is not None and self._is_of_present(self._figures) else None

    def set_wanted(self, wanted: bool) -> None:
        """Whether somebody looks at them."""
        self._is_wanted = wanted
        self._ask()

    def _is_of_present(self, figures: Figures) -> bool:
        return figures.outline is self._outline.settled and figures.tolerance == self._outline.tolerance

    def _ask(self) -> None:
        outline = self._outline.settled
        if not self._is_wanted or self._job is not None or outline is None or self.figures is not None:
            return
        tolerance = self._outline.tolerance
        self._job = self._jobs.new(lambda _: Figures.of(outline, tolerance))
        self._job.succeeded.connect(self._on_measured)
        self._job.finished.connect(self._on_finished)
        self._job.start()

    def _on_measured(self, figures: Figures) -> None:
        self._figures = figures
        self.changed.emit()

    def _on_finished(self) -> None:
        self._job = None
        self._ask()
