"""How closely handles would follow the mask that is not accepted yet. The mask itself is never changed by it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from annotator.core.geometry import RunLengths
from annotator.core.outline import Outline
from annotator.core.polygons import Ring
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.prompt_session import PromptSession
from annotator.gui.selected_outline import SelectedOutline
from annotator.gui.timers import single_shot
from annotator.gui.tools.outline_gesture import tolerance_of

_QUIET_MS = 300
"""So long a mask must stay: making an outline while somebody clicks slows the clicks down."""


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
        self._asked: RunLengths | None = None  # the mask whose outline was last begun, once whatever comes of it
        self._quiet = single_shot(self, _QUIET_MS, self._make)
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
        if self._session.shown is None:
            self._made = self._asked = None
            self._quiet.stop()
        elif self._outline is None:
            self._quiet.start()
        self.changed.emit()

    def _make(self) -> None:
        shown = self._session.shown
        if shown is None or self._job is not None or shown.mask is self._asked or not shown.mask.area:
            return
        self._asked = mask = shown.mask
        self._job = self._jobs.new(lambda _: Outline.of(mask))
        self._job.succeeded.connect(self._on_made)
        self._job.finished.connect(self._on_finished)
        self._job.start()

    def _on_made(self, outline: Outline) -> None:
        self._made = outline
        self.changed.emit()

    def _on_finished(self) -> None:
        self._job = None
        if not self._quiet.isActive():
            self._make()
