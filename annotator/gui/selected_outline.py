"""The outline of the one selected instance, with its handles, and the changes made by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Change, Instance
from annotator.core.geometry import RunLengths
from annotator.core.outline import FINEST, Outline
from annotator.gui import instance_outlines
from annotator.gui.background import BackgroundJob, BackgroundJobs
from annotator.gui.canvas.mask_shape import PreparedShape
from annotator.gui.document_model import DocumentModel
from annotator.gui.instance_outlines import InstanceOutlines
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.mask_work import MaskWork
from annotator.gui.selection import Selection
from annotator.gui.tools.outline_gesture import Done, Expected, Gesture, tolerance_for, tolerance_of

_REMEMBERED = 4  # instances that were selected lately, whose handles are the same when they are again


@dataclass(frozen=True, eq=False)
class _Worked:
    """What a gesture came to in a worker thread; done: None when what it was about is not there any more."""

    outline: Outline
    done: Done | None
    shape: PreparedShape | None


class SelectedOutline(QObject):
    """Made in a worker thread when somebody asks for it; so are the masks of changes, which then become edits.

    Changes wait for their turn and are made of the outline of the mask as it is then; meanwhile what is shown is the
    outline that will come of them. detail: 0..1, how closely the handles follow the mask. It is a matter of looking: no
    mask is changed by it.
    """

    changed = Signal()
    refused = Signal(object)  # why a change came to nothing

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
        self._jobs = jobs
        self._outlines: dict[int, InstanceOutlines] = {}  # by the ids of instances, the one asked for last at the end
        self._job: BackgroundJob | None = None
        self._failed_on: RunLengths | None = None  # the mask whose outline could not be made
        self._detail = 0.6
        self._is_previewed = False
        selection.instances_changed.connect(self._on_selected)
        selection.view_state.changed.connect(self._on_selected)
        model.instance_changed.connect(self._on_instance_changed)
        model.document_replaced.connect(self._on_document_replaced)

    # -- what there is -----------------------------------------------------------------------------------------------

    @property
    def instance(self) -> Instance | None:
        """The one selected instance of the image on screen, if its mask may be changed."""
        ids = self._selection.instance_ids
        if len(ids) != 1:
            return None
        (instance,) = self._masks.selected() or (None,)
        view_state = self._selection.view_state
        return None if instance is None or instance.id in view_state.locked_ids | view_state.hidden_ids else instance

    @property
    def is_busy(self) -> bool:
        """Whether an outline or a change is being made."""
        return self._job is not None or any(outlines.is_open for outlines in self._outlines.values())

    @property
    def shown(self) -> Outline | None:
        """The outline to draw and to take hold of: the one that is expected, or while one is made the one before."""
        instance = self.instance
        outlines = None if instance is None else self._outlines.get(instance.id)
        return None if instance is None or outlines is None else outlines.shown(instance.mask)

    @property
    def settled(self) -> Outline | None:
        """The outline of the mask as it is now, if that is known and nothing else is expected."""
        instance = self.instance
        outlines = None if instance is None else self._outlines.get(instance.id)
        if instance is None or outlines is None or outlines.is_open:
            return None
        return outlines.of(instance.mask)

    @property
    def coming(self) -> list[Expected]:
        """What the changes will leave that the document does not have yet, the oldest first."""
        instance = self.instance
        outlines = None if instance is None else self._outlines.get(instance.id)
        return [] if outlines is None else outlines.coming

    def current(self) -> Outline | None:
        """The outline of the mask as it is now; None while it is being made, which this starts."""
        instance, settled = self.instance, self.settled
        if instance is None or settled is not None:
            return settled
        outlines = self._of(instance.id)
        if not outlines.is_open and self._job is None and instance.mask is not self._failed_on:
            self._start(outlines, instance.mask)
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
        """How far, in image pixels, a line from handle to handle may be off the one that is shown."""
        instance = self.instance
        if instance is None:
            return FINEST
        return self._tolerance_in(self._outlines.get(instance.id), instance)

    def _tolerance_in(self, outlines: InstanceOutlines | None, instance: Instance) -> float:
        if outlines is not None and outlines.expected is not None:
            return tolerance_for(outlines.expected.longer_side, self._detail)
        return tolerance_of(instance.mask, self._detail)

    # -- what the user does ------------------------------------------------------------------------------------------

    def held(self) -> InstanceOutlines | None:
        """What is taken hold of now: the outlines of the selected instance, to be given to `change`."""
        instance = self.instance
        return None if instance is None else self._of(instance.id)

    def change(self, held: InstanceOutlines | None, gesture: Gesture, text: str) -> None:
        """Do that to the instance when all that was asked for before is done; `text` names the edit.

        It may have been deselected since it was taken hold of.
        """
        instance = None if held is None else self._instance_of(held)
        if held is None or instance is None:
            return
        self._outlines[held.instance_id] = held
        shown = held.shown(instance.mask)
        expected = None if shown is None else gesture.expected_on(shown, self._tolerance_in(held, instance))
        if expected is not None and expected.is_too_few:
            if shown is held.of(instance.mask):
                self.refused.emit(self._too_few())
                return
            expected = None  # the outline that comes may have more
        change = held.begin(expected)
        turn = partial(self._turn, held, change, gesture, self._detail, text)
        self._work.in_turn(turn, partial(self._end, held, change))
        held.asked_at = self._work.asked
        self.changed.emit()

    def tell_place_gone(self) -> None:
        """Say that what a gesture is about is not on the outline any more."""
        self.refused.emit(self.tr("The outline is another one by now, without that place: it stays as it is."))

    def expect_undo(self) -> Callable[[], None]:
        """Undo has been asked for; if it is of a change that is still to be made, what was before is shown at once.

        To be called before it waits for its turn; the function that comes back when it is done, or never will be.
        """
        return self._expect_move(InstanceOutlines.begin_undo)

    def expect_redo(self) -> Callable[[], None]:
        """The same for redo."""
        return self._expect_move(InstanceOutlines.begin_redo)

    def _expect_move(self, begin: Callable[[InstanceOutlines], bool]) -> Callable[[], None]:
        # It takes back what was asked for last: when that is a stroke or another instance's, nothing is foreseen.
        outlines = next((o for o in self._outlines.values() if o.asked_at == self._work.asked), None)
        if outlines is None or not begin(outlines):
            return lambda: None
        outlines.asked_at = self._work.asked + 1
        self.changed.emit()
        moved = outlines

        def done() -> None:
            moved.end_move()
            self._settle(moved)

        return done

    # -- changes, in their turn --------------------------------------------------------------------------------------

    def _turn(
        self,
        outlines: InstanceOutlines,
        change: instance_outlines.Change,
        gesture: Gesture,
        detail: float,
        text: str,
    ) -> None:
        instance = self._instance_of(outlines)
        if instance is None:
            self._end(outlines, change)  # it was deleted with what was done to it
            return
        before = instance.mask
        known = outlines.of(before)
        if known is not None and not gesture.changes_mask:
            self._land(outlines, gesture.done_on(known, tolerance_of(before, detail)))
            self._end(outlines, change)
            return
        maker = outlines.maker(before)

        def make() -> _Worked:
            outline = maker()
            done = gesture.done_on(outline, tolerance_of(before, detail))
            if done is not None and done.after is not None:
                _ = done.after.all_rings  # here, and not when the window first asks
            shape = None if done is None or done.mask == before else PreparedShape.from_change(before, done.mask)
            return _Worked(outline, done, shape)

        def put(worked: _Worked) -> Callable[[], None] | None:
            instance = self._instance_of(outlines)
            if instance is not None and instance.mask is not before:  # it has another one meanwhile
                return partial(self._turn, outlines, change, gesture, detail, text)
            outlines.put(worked.outline)
            if instance is not None:
                self._land(outlines, worked.done)
                if worked.shape is not None:
                    self._masks.shape_made.emit(worked.shape)
                    self._masks.set_mask(instance, worked.shape.mask, text)
            self._end(outlines, change)
            return None

        self._work.compute(make, put, partial(self._end, outlines, change))

    def _land(self, outlines: InstanceOutlines, done: Done | None) -> None:
        if done is None:
            self.tell_place_gone()
        elif done.is_too_few:
            self.refused.emit(self._too_few())
        else:
            outlines.land(done)

    def _end(self, outlines: InstanceOutlines, change: instance_outlines.Change) -> None:
        outlines.end(change)
        self._settle(outlines)

    def _settle(self, outlines: InstanceOutlines) -> None:
        instance = self._instance_of(outlines)
        outlines.settle(None if instance is None else instance.mask)
        self._forget_some()
        self.changed.emit()

    def _instance_of(self, outlines: InstanceOutlines) -> Instance | None:
        document = self._model.document
        return (
            None
            if document is not outlines.document
            else document.instances.get(self._work.successor(outlines.instance_id))
        )

    def _too_few(self) -> str:
        return self.tr("A shape keeps at least three vertices.")

    # -- outlines ----------------------------------------------------------------------------------------------------

    def _of(self, instance_id: int) -> InstanceOutlines:
        outlines = self._outlines.pop(instance_id, None) or InstanceOutlines(instance_id, self._model.document)
        self._outlines[instance_id] = outlines
        return outlines

    def _start(self, outlines: InstanceOutlines, mask: RunLengths) -> None:
        maker = outlines.maker(mask)
        job = self._jobs.new(lambda _: maker())
        self._job = job
        job.succeeded.connect(outlines.put)
        job.failed.connect(partial(self._on_failed, outlines, mask))
        job.finished.connect(lambda: self._on_finished(job, outlines))
        job.start()

    def _on_failed(self, outlines: InstanceOutlines, mask: RunLengths, reason: object) -> None:
        self._failed_on = mask  # or every paint would begin it again
        if not outlines.is_open:
            outlines.expect_nothing()
        self.refused.emit(reason)

    def _on_finished(self, job: BackgroundJob, outlines: InstanceOutlines) -> None:
        if job is self._job:
            self._job = None
            self._settle(outlines)

    def _forget_some(self) -> None:
        """Of instances selected before, keep a few; those with changes to be made in any case."""
        kept = list(self._outlines)[-_REMEMBERED:]
        self._outlines = {i: outlines for i, outlines in self._outlines.items() if outlines.is_open or i in kept}

    def _on_instance_changed(self, change: Change) -> None:
        record = change.after or change.before
        # Of several that are selected none has its outline shown.
        if record is not None and (record.id in self._outlines or self._selection.instance_ids == {record.id}):
            self.changed.emit()

    def _on_selected(self) -> None:
        self.changed.emit()

    def _on_document_replaced(self) -> None:
        self._outlines.clear()
        self.changed.emit()
