"""How closely handles would follow the mask that is not accepted yet. The mask itself is never changed by it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from annotator.core.outline import Outline
from annotator.core.polygons import Ring
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.prompt_session import PromptSession
from annotator.gui.selected_outline import SelectedOutline, tolerance_of


class PromptDetail(QObject):
    """The outline of the mask on screen, made in a worker thread; only that of the newest mask is kept.

    The detail is that of the selected instance's outline: what is set here is how the accepted mask's handles are.
    """

    changed = Signal()

    def __init__(
        self, session: PromptSession, selected: SelectedOutline, jobs: BackgroundJobs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._selected = selected
        self._jobs = jobs
        self._job: BackgroundJob | None = None
        self._made: Outline | None = None
        session.changed.connect(self._on_session_changed)
        selected.changed.connect(self.changed)

    @property
    def detail(self) -> float:
        """How closely the handles follow the mask, 0..1."""
        return self._selected.detail

    @detail.setter
    def detail(self, detail: float) -> None:
        self._selected.detail = detail

    @property
    def vertices(self) -> int | None:
        """How many handles the mask has at this detail; None until its outline is made."""
        outline = self._outline
        return None if outline is None else outline.handle_count(tolerance_of(outline.mask, self.detail))

    @property
    def polygons(self) -> list[Ring]:
        """The closed lines through the handles, N x 2 image pixels each; none until the outline is made."""
        outline = self._outline
        return [] if outline is None else outline.polygons(tolerance_of(outline.mask, self.detail))

    @property
    def _outline(self) -> Outline | None:
        shown = self._session.shown
        if shown is None or self._made is None or self._made.mask is not shown.mask:
            return None
        return self._made

    def _on_session_changed(self) -> None:
        self._make()
        self.changed.emit()

    def _make(self) -> None:
        shown = self._session.shown
        if shown is None:
            self._made = None
        elif self._job is None and self._outline is None and shown.mask.area:
            mask = shown.mask
            self._job = self._jobs.new(lambda _: Outline.of(mask))
            self._job.succeeded.connect(self._on_made)
            self._job.finished.connect(self._on_finished)
            self._job.start()

    def _on_made(self, outline: Outline) -> None:
        self._made = outline
        self.changed.emit()

    def _on_finished(self) -> None:
        self._job = None
        self._make()
