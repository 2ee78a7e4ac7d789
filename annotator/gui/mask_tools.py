"""The mask tools of the Instance menu, as Edits: fill, clean, smooth, merge, subtract, split."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from annotator.core import mask_editing
from annotator.core.document import Instance
from annotator.core.edits import AddInstance, ChangeInstance, Edit, RemoveInstances, Together
from annotator.core.geometry import RunLengths
from annotator.gui.document_model import DocumentModel
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.mask_work import MaskWork
from annotator.gui.selection import Selection

_Result = TypeVar("_Result")


class MaskTools(QObject):
    """Each is for what is selected when it is asked for, and one edit; masks are computed in a worker thread."""

    refused = Signal(object)

    def __init__(
        self,
        model: DocumentModel,
        selection: Selection,
        changes: MaskChanges,
        work: MaskWork,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._changes = changes
        self._work = work
        self._became: dict[frozenset[int], frozenset[int]] = {}  # what was selected, and what a tool made of it
        work.became_idle.connect(self._became.clear)

    def fill_holes(self) -> None:
        """Fill the holes of the selected instances."""
        self._change_each(mask_editing.fill_holes, self.tr("Fill holes"))

    def remove_islands(self) -> None:
        """Leave the selected instances their largest part only."""
        self._change_each(mask_editing.largest_part, self.tr("Remove islands"))

    def smooth(self) -> None:
        """Smooth the selected instances; one that is too thin to survive it stays."""
        self._change_each(mask_editing.smooth, self.tr("Smooth"))

    def merge(self) -> None:
        """Make the selected instances one, with the lowest id of them and what that one says."""
        self._in_turn(self._merge)

    def subtract(self) -> None:
        """The selected instance that is drawn lowest loses what the other selected ones cover, unless that is all."""
        self._in_turn(self._subtract)

    def split(self) -> None:
        """Make each part of the selected instances one of its own; the largest keeps the id."""
        self._in_turn(self._split)

    def _change_each(self, change: Callable[[RunLengths], RunLengths], text: str) -> None:
        """Change the masks of the selected instances in one edit; an empty mask is no change."""
        self._in_turn(lambda selected: self._change_selected(selected, change, text))

    def _change_selected(self, selected: list[Instance], change: Callable[[RunLengths], RunLengths], text: str) -> None:
        if not self._may_change(selected):
            return

        def put(masks: list[RunLengths], present: list[Instance]) -> None:
            if all(mask == instance.mask or not mask.area for mask, instance in zip(masks, present, strict=True)):
                self._tell_unchanged()
            self._changes.set_masks(present, masks, text)

        self._compute(lambda: [change(instance.mask) for instance in selected], put, of=selected)

    def _merge(self, selected: list[Instance]) -> None:
        if len(selected) < 2:
            self.refused.emit(self.tr("Select two or more instances to merge."))
            return
        if not self._may_change(selected):
            return

        def put(mask: RunLengths, present: list[Instance]) -> None:
            kept, *gone = present
            edit = Together((RemoveInstances(tuple(gone)), ChangeInstance(kept, kept.with_mask(mask))))
            if self._model.push(edit, self.tr("Merge")):
                for instance in gone:
                    self._work.note_merged(instance.id, kept.id)
                self._select(present, [kept.id])

        self._compute(lambda: mask_editing.united([instance.mask for instance in selected]), put, of=selected)

    def _subtract(self, selected: list[Instance]) -> None:
        if len(selected) < 2:
            self.refused.emit(self.tr("Select two or more instances: the lowest one loses what the others cover."))
            return
        chosen = {instance.id for instance in selected}
        in_order = [i for i in self._model.document.instances_of(selected[0].image_id) if i.id in chosen]
        lowest, *others = in_order
        if not self._changes.may_change(lowest):
            return

        def put(mask: RunLengths, present: list[Instance]) -> None:
            lowest = present[0]
            if not mask.area:
                self.refused.emit(self.tr("The others cover the lowest instance: nothing would be left of it."))
                return
            if mask == lowest.mask:
                self._tell_unchanged()
            self._changes.set_mask(lowest, mask, self.tr("Subtract"))

        def subtract() -> RunLengths:
            return mask_editing.subtracted(lowest.mask, [other.mask for other in others])

        self._compute(subtract, put, of=in_order, changed=1)

    def _split(self, selected: list[Instance]) -> None:
        if not self._may_change(selected):
            return

        def split() -> list[list[RunLengths]]:
            return [sorted(mask_editing.split(i.mask), key=lambda part: -part.area) for i in selected]

        self._compute(split, self._put_parts, of=selected)

    def _put_parts(self, parts_of: Sequence[Sequence[RunLengths]], instances: list[Instance]) -> None:
        edits: list[Edit] = []
        chosen: list[int] = []
        for instance, parts in zip(instances, parts_of, strict=True):
            chosen.append(instance.id)
            if len(parts) > 1:
                edits.append(ChangeInstance(instance, instance.with_mask(parts[0])))
                for part in parts[1:]:
                    new = replace(instance.with_mask(part), id=self._model.document.take_id(Instance))
                    edits.append(AddInstance(new))
                    chosen.append(new.id)
        if not edits:
            self.refused.emit(self.tr("This mask is in one part already."))
        elif self._model.push(Together(tuple(edits)), self.tr("Split into parts")):
            self._select(instances, chosen)

    # -- whose turn it is --------------------------------------------------------------------------------------------

    def _may_change(self, selected: Sequence[Instance]) -> bool:
        return bool(selected) and all(map(self._changes.may_change, selected))

    def _in_turn(self, deed: Callable[[list[Instance]], None]) -> None:
        """Do it with what is selected now, when what was asked for before is done."""
        ids = frozenset(instance.id for instance in self._changes.selected())

        def do() -> None:
            instances = self._model.document.instances
            deed([instances[i] for i in sorted(self._became.get(ids, ids)) if i in instances])

        self._work.in_turn(do)

    def _compute(
        self,
        work: Callable[[], _Result],
        put: Callable[[_Result, list[Instance]], None],
        *,
        of: Sequence[Instance],
        changed: int | None = None,
    ) -> None:
        """Do the work in a worker thread and then `put` its result, unless the mask of one of these changed meanwhile.

        put: is handed these instances as they are by then, of another category perhaps. changed: how many of them, the
        first, get other masks, when it is not all.
        """

        def put_if_unchanged(result: _Result) -> None:
            instances = self._model.document.instances
            present = [instances[i.id] for i in of if i.id in instances]
            if [i.mask for i in present] != [i.mask for i in of]:
                self.refused.emit(self.tr("The instance was changed meanwhile, so that change stays and this one not."))
            elif all(map(self._changes.may_change, present[:changed])):  # it may have been locked
                put(result, present)

        self._work.compute(work, put_if_unchanged)

    def _select(self, before: Sequence[Instance], ids: list[int]) -> None:
        """Select what came of these instances, if they are still what is selected; what was asked for next is of it."""
        was = frozenset(instance.id for instance in before)
        self._became[was] = frozenset(ids)
        is_on_screen = all(self._model.document.instances[i].image_id == self._changes.image_id for i in ids)
        if is_on_screen and self._selection.instance_ids <= was:
            self._selection.select(ids)

    def _tell_unchanged(self) -> None:
        self.refused.emit(self.tr("Nothing to change: the mask is like that already."))
