"""The outline of the one selected instance, with its handles, and the changes made by them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Change, Instance
from annotator.core.geometry import RunLengths
from annotator.core.outline import FINEST, Outline
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.canvas.mask_shape import PreparedShape
from annotator.gui.document_model import DocumentModel
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.mask_work import MaskWork
from annotator.gui.selection import Selection

_COARSEST_SHARE = 0.05  # of the longer side of the mask's box that its outline is off at the least detail
_COARSEST = 4.0  # pixels; the same for small masks

Point = tuple[float, float]


def tolerance_of(mask: RunLengths, detail: float) -> float:
    """How far, in image pixels, a line from handle to handle may be off the mask's at a detail of 0..1."""
    coarsest = max(_COARSEST, _COARSEST_SHARE * max(mask.bbox[2:]))
    return float(FINEST * (coarsest / FINEST) ** (1 - detail))


class SelectedOutline(QObject):
    """Made in a worker thread when somebody asks for it; so are the masks of changes, which then become edits.

    detail: 0..1, how closely the handles follow the mask. It is a matter of looking: no mask is changed by it.
    """

    changed = Signal()

    def __init__(
        self,
        model: DocumentModel,
        selection: Selection,
        masks: MaskChanges,
        work: MaskWork,
        jobs: BackgroundJobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._masks = masks
        self._work = work
        self._is_changing = False
        self._jobs = jobs
        self._instance_id: int | None = None
        self._outline: Outline | None = None  # of that instance, perhaps of an older mask
        self._pinned: tuple[Point, ...] = ()  # where the change under way puts handles
        self._job: BackgroundJob | None = None
        self._detail = 0.6
        self._is_previewed = False
        selection.instances_changed.connect(self._on_selected)
        selection.view_state.changed.connect(self._on_selected)
        model.instance_changed.connect(self._on_instance_changed)

    # -- what there is -----------------------------------------------------------------------------------------------

    @property
    def instance(self) -> Instance | None:
        """The one selected instance of the image on screen, if its mask may be changed."""
        selected = self._masks.selected()
        if len(selected) != 1:
            return None
        view_state = self._selection.view_state
        return None if selected[0].id in view_state.locked_ids | view_state.hidden_ids else selected[0]

    @property
    def is_busy(self) -> bool:
        """Whether an outline or a change is being made."""
        return self._job is not None or self._is_changing

    @property
    def shown(self) -> Outline | None:
        """The outline to draw: while another is being made, the one before."""
        instance = self.instance
        return self._outline if instance is not None and instance.id == self._instance_id else None

    def current(self) -> Outline | None:
        """The outline of the mask as it is now; None while it is being made, which this starts."""
        instance = self.instance
        if instance is None or self.is_busy:
            return None
        if instance.id == self._instance_id and self._outline is not None and self._outline.mask == instance.mask:
            return self._outline
        before = self._outline if instance.id == self._instance_id else None
        pinned, self._pinned = self._pinned, ()
        self._start(
            partial(Outline.of, instance.mask, before, pinned), lambda outline: self._on_made(instance.id, outline)
        )
        return None

    @property
    def detail(self) -> float:
        """How closely the handles follow the mask, 0..1."""
        return self._detail

    @detail.setter
    def detail(self, detail: float) -> None:
        if detail != self._detail:
            self._detail = detail
            self.changed.emit()

    @property
    def is_previewed(self) -> bool:
        """Whether the polygons through the handles are to be drawn."""
        return self._is_previewed

    def set_previewed(self, previewed: bool) -> None:
        """Draw them, or not."""
        if previewed != self._is_previewed:
            self._is_previewed = previewed
            self.changed.emit()

    @property
    def tolerance(self) -> float:
        """How far, in image pixels, a line from handle to handle may be off the mask's."""
        instance = self.instance
        if instance is None:
            return FINEST
        return tolerance_of(instance.mask, self._detail)

    # -- what the user does ------------------------------------------------------------------------------------------

    def show(self, outline: Outline) -> None:
        """Show the same mask with other handles."""
        self._outline = outline
        self.changed.emit()

    def change(self, make: Callable[[], RunLengths], text: str, pinned: Sequence[Point] = ()) -> None:
        """Give the instance the mask that `make` returns, in a worker thread; `text` names the edit.

        pinned: where handles are put by it.
        """
        instance = self.instance
        if instance is None or self.is_busy:
            return
        self._pinned = tuple(pinned)
        self._is_changing = True

        def prepared() -> PreparedShape:
            return PreparedShape.from_change(instance.mask, make())

        def put(made: PreparedShape) -> None:
            self._on_changed(instance, made, text)
            self._end_change()

        self._work.in_turn(lambda: self._work.compute(prepared, put, self._end_change), self._end_change)

    def _end_change(self) -> None:
        self._is_changing = False
        self.changed.emit()

    def _start(self, make: Callable[[], object], done: Callable[[Any], None]) -> None:
        job = self._jobs.new(lambda _: make())
        self._job = job
        job.succeeded.connect(done)
        job.finished.connect(lambda: self._on_finished(job))
        job.start()

    def _on_made(self, instance_id: int, outline: Outline) -> None:
        self._instance_id, self._outline = instance_id, outline

    def _on_changed(self, instance: Instance, made: PreparedShape, text: str) -> None:
        # Undo or another tool may have been faster; what was drawn on the mask before does not fit the one after.
        if self._model.document.instances.get(instance.id) == instance:
            self._masks.shape_made.emit(made)
            self._masks.set_mask(instance, made.mask, text)

    def _on_finished(self, job: BackgroundJob) -> None:
        if job is self._job:
            self._job = None
            self.changed.emit()

    def _on_instance_changed(self, change: Change) -> None:
        record = change.after or change.before
        # Of several that are selected none has its outline shown.
        if record is not None and (record.id == self._instance_id or self._selection.instance_ids == {record.id}):
            self.changed.emit()

    def _on_selected(self) -> None:
        self.changed.emit()
