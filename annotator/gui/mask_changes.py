"""What the mask tools do to the document, as Edits; masks are computed in a worker thread, one tool after the other."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from PySide6.QtCore import QObject, QPointF, Signal

from annotator.core import mask_editing
from annotator.core.document import Category, Instance, Provenance
from annotator.core.edits import AddCategory, AddInstance, ChangeInstance, Edit, RemoveInstances, Together
from annotator.core.geometry import RunLengths
from annotator.gui.background import BackgroundJobs
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.document_model import DocumentModel
from annotator.gui.kept_per_image import KeptPerImage
from annotator.gui.selection import Selection

_Result = TypeVar("_Result")
_Deed = Callable[[list[Instance]], None]


class MaskChanges(QObject):
    """Changes the masks of instances of the image on screen, and adds instances drawn by hand."""

    refused = Signal(str)
    category_wanted = Signal()  # a drawn mask waits for its category

    def __init__(
        self,
        model: DocumentModel,
        selection: Selection,
        categories: CategoryChanges,
        jobs: BackgroundJobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._categories = categories
        self._jobs = jobs
        self._is_busy = False
        self._later: deque[tuple[_Deed, frozenset[int]]] = deque()  # what was asked for while busy, and for which
        self._became: dict[frozenset[int], frozenset[int]] = {}  # what was selected, and what a tool made of it
        model.document_replaced.connect(self._later.clear)
        self.drawn: KeptPerImage[Instance] = KeptPerImage(model, self)  # masks that wait for their category
        self.corners: KeptPerImage[tuple[QPointF, ...]] = KeptPerImage(model, self)  # of polygons that are not closed
        self._image_id: int | None = None

    @property
    def image_id(self) -> int | None:
        """The image on screen, or None; what is drawn on it and not finished comes back with it."""
        return self._image_id

    @image_id.setter
    def image_id(self, image_id: int | None) -> None:
        self._image_id = image_id
        self.drawn.set_image(image_id)
        self.corners.set_image(image_id)

    # -- what may be changed -----------------------------------------------------------------------------------------

    def selected(self) -> list[Instance]:
        """The selected instances of the image on screen, by id."""
        instances = self._model.document.instances
        chosen = (instances[i] for i in sorted(self._selection.instance_ids) if i in instances)
        return [instance for instance in chosen if instance.image_id == self.image_id]

    def may_change(self, instance: Instance) -> bool:
        """Whether the mask may be changed; if not, the user is told why."""
        if instance.id in self._selection.view_state.locked_ids:
            self.refused.emit(self.tr("This instance is locked: unlock it ([instances.lock]) to change its mask."))
        elif instance.id in self._selection.view_state.hidden_ids:
            self.refused.emit(self.tr("This instance is hidden: show it to change its mask."))
        else:
            return True
        return False

    # -- changing ----------------------------------------------------------------------------------------------------

    def set_mask(self, instance: Instance, mask: RunLengths, text: str) -> None:
        """Give an instance another mask; an empty one deletes it. `text` names the edit."""
        if mask == instance.mask:
            return
        if mask.area == 0:
            self._model.push(RemoveInstances((instance,)), text)
        else:
            self._model.push(ChangeInstance(instance, instance.with_mask(mask)), text)

    def add(self, mask: RunLengths, source: str) -> None:
        """A new instance of the current category, which becomes the selected one; asks for a category if there is none.

        source: what made it, for its provenance. An empty mask makes nothing.
        """
        if self.image_id is None or mask.area == 0:
            return
        category_id = self._selection.category_id
        new = Instance(0, self.image_id, 0, mask, provenance=Provenance(source=source))
        if category_id is None or not self._add(new, self._model.document.categories[category_id]):
            self.drawn.put(self.image_id, new)
            self.category_wanted.emit()

    def close_polygon(self) -> None:
        """The corners on the image on screen become a new instance, as with `add`."""
        corners, image_id = self.corners.present, self.image_id
        if corners is None or image_id is None:
            return
        image = self._model.document.images[image_id]
        polygon = [value for corner in corners for value in (corner.x(), corner.y())]
        mask = RunLengths.from_coco([polygon], image.height, image.width)
        self.corners.finish(image_id)
        if mask.area == 0:
            self.refused.emit(self.tr("That polygon covers no pixel."))
        self.add(mask, "polygon")

    def fill_holes(self) -> None:
        """Fill the holes of the selected instances."""
        self._change_each(mask_editing.fill_holes, self.tr("Fill holes"))

    def remove_islands(self) -> None:
        """Leave the selected instances their largest part only."""
        self._change_each(mask_editing.largest_part, self.tr("Remove islands"))

    def smooth(self) -> None:
        """Smooth the selected instances; one that is too thin to survive it stays."""
        self._change_each(mask_editing.smooth, self.tr("Smooth"))

    def changeable(self) -> list[Instance]:
        """The selected instances if all of their masks may be changed; none, and the user is told why, otherwise."""
        selected = self.selected()
        if not selected:
            self.refused.emit(self.tr("Select the instances to change."))
        return selected if all(self.may_change(instance) for instance in selected) else []

    def set_masks(self, instances: Sequence[Instance], masks: Sequence[RunLengths], text: str) -> None:
        """Give instances other masks in one edit.

        Those that are not as they were any more stay, and so do those whose mask would be empty.
        """
        document = self._model.document
        edits = [
            ChangeInstance(instance, instance.with_mask(mask))
            for instance, mask in zip(instances, masks, strict=True)
            if document.instances.get(instance.id) == instance and mask != instance.mask and mask.area
        ]
        if edits:
            self._model.push(Together(tuple(edits)), text)

    def merge(self) -> None:
        """Make the selected instances one, with the lowest id of them and what that one says."""
        self._in_turn(self._merge)

    def subtract(self) -> None:
        """The selected instance that is drawn lowest loses what the other selected ones cover."""
        self._in_turn(self._subtract)

    def split(self) -> None:
        """Make each part of the selected instances one of its own; the largest keeps the id."""
        self._in_turn(self._split)

    def _merge(self, selected: list[Instance]) -> None:
        if len(selected) < 2:
            self.refused.emit(self.tr("Select two or more instances to merge."))
            return
        if not all(self.may_change(instance) for instance in selected):
            return
        kept, *gone = selected

        def put(mask: RunLengths) -> None:
            edit = Together((RemoveInstances(tuple(gone)), ChangeInstance(kept, kept.with_mask(mask))))
            if self._model.push(edit, self.tr("Merge")):
                self._select(selected, [kept.id])

        self._compute(lambda: mask_editing.united([instance.mask for instance in selected]), put, of=selected)

    def _subtract(self, selected: list[Instance]) -> None:
        if len(selected) < 2:
            self.refused.emit(self.tr("Select two or more instances: the lowest one loses what the others cover."))
            return
        chosen = {instance.id for instance in selected}
        in_order = [i for i in self._model.document.instances_of(selected[0].image_id) if i.id in chosen]
        lowest, *others = in_order
        if not self.may_change(lowest):
            return

        def put(mask: RunLengths) -> None:
            if mask == lowest.mask:
                self._tell_unchanged()
            self.set_mask(lowest, mask, self.tr("Subtract"))

        self._compute(lambda: mask_editing.subtracted(lowest.mask, [other.mask for other in others]), put, of=in_order)

    def _split(self, selected: list[Instance]) -> None:
        if not selected or not all(self.may_change(instance) for instance in selected):
            return

        def split() -> list[list[RunLengths]]:
            return [sorted(mask_editing.split(i.mask), key=lambda part: -part.area) for i in selected]

        self._compute(split, lambda parts: self._put_parts(selected, parts), of=selected)

    def _put_parts(self, instances: Sequence[Instance], parts_of: Sequence[Sequence[RunLengths]]) -> None:
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

    def _change_each(self, change: Callable[[RunLengths], RunLengths], text: str) -> None:
        """Change the masks of the selected instances in one edit; an empty mask is no change."""
        self._in_turn(lambda selected: self._change_selected(selected, change, text))

    def _change_selected(self, selected: list[Instance], change: Callable[[RunLengths], RunLengths], text: str) -> None:
        if not selected or not all(self.may_change(instance) for instance in selected):
            return

        def put(masks: list[RunLengths]) -> None:
            if all(mask == instance.mask or not mask.area for mask, instance in zip(masks, selected, strict=True)):
                self._tell_unchanged()
            self.set_masks(selected, masks, text)

        self._compute(lambda: [change(instance.mask) for instance in selected], put, of=selected)

    # -- computing ---------------------------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether masks are being computed; what is asked for meanwhile follows."""
        return self._is_busy

    def _in_turn(self, deed: _Deed) -> None:
        """Do it with what is selected now: at once, or when what was asked for before is done."""
        selected = self.selected()
        if self._is_busy:
            self._later.append((deed, frozenset(instance.id for instance in selected)))
        else:
            deed(selected)

    def _compute(self, work: Callable[[], _Result], put: Callable[[_Result], None], *, of: Sequence[Instance]) -> None:
        """Do the work in a worker thread and then `put` its result, unless one of these instances changed meanwhile."""
        instances = self._model.document.instances

        def put_if_unchanged(result: _Result) -> None:
            if self._model.document.instances is not instances:
                return
            if not all(instances.get(i.id) == i for i in of):
                self.refused.emit(self.tr("The instance was changed meanwhile, so that change stays and this one not."))
            elif all(map(self.may_change, of)):  # it may have been locked
                put(result)

        self._is_busy = True
        job = self._jobs.new(lambda _: work())
        job.succeeded.connect(put_if_unchanged)
        job.finished.connect(self._on_computed)
        job.start()

    def _on_computed(self) -> None:
        self._is_busy = False
        while self._later and not self._is_busy:
            deed, ids = self._later.popleft()
            instances = self._model.document.instances
            deed([instances[i] for i in sorted(self._became.get(ids, ids)) if i in instances])
        if not self._is_busy:
            self._became.clear()

    def _select(self, before: Sequence[Instance], ids: list[int]) -> None:
        """Select what came of these instances, if they are still what is selected; what was asked for next is of it."""
        was = frozenset(instance.id for instance in before)
        self._became[was] = frozenset(ids)
        is_on_screen = all(self._model.document.instances[i].image_id == self.image_id for i in ids)
        if is_on_screen and self._selection.instance_ids <= was:
            self._selection.select(ids)

    def _tell_unchanged(self) -> None:
        self.refused.emit(self.tr("Nothing to change: the mask is like that already."))

    # -- drawn masks that wait for their category --------------------------------------------------------------------

    @property
    def waiting(self) -> RunLengths | None:
        """The mask drawn on the image on screen that waits for its category."""
        drawn = self.drawn.present
        return None if drawn is None else drawn.mask

    def add_waiting(self, category: Category) -> None:
        """Add the waiting mask with that category."""
        new = self.drawn.present
        if new is not None and self._add(new, category):
            self.drawn.finish(new.image_id)

    def add_waiting_as(self, name: str) -> None:
        """Add the waiting mask with the category of that name, which is made if it is new; both in one edit."""
        new = self.drawn.present
        if new is None:
            return
        category = self._model.document.category_named(name)
        if category is not None:
            self.add_waiting(category)
        elif self._add(new, self._categories.new_category(name), is_new=True):
            self.drawn.finish(new.image_id)

    def reminds_of_waiting(self) -> bool:
        """Whether a drawn mask waits for its category; if so, the user is asked for it again and draws nothing else."""
        if self.drawn.present is None:
            return False
        self.refused.emit(self.tr("Name the category of the mask you drew first, or drop it with Escape."))
        self.category_wanted.emit()
        return True

    def may_draw(self) -> bool:
        """Whether something new may be drawn now; if not, the user is told why, or asked for the category first."""
        if self._model.refusal:
            self.refused.emit(self._model.refusal)
            return False
        return not self.reminds_of_waiting()

    def _add(self, new: Instance, category: Category, *, is_new: bool = False) -> bool:
        """Add a drawn instance with that category; returns whether that could be."""
        instance = replace(new, id=self._model.document.take_id(Instance), category_id=category.id)
        edit: Edit = AddInstance(instance)
        if is_new:
            edit = Together((AddCategory(category), edit))
        if not self._model.push(edit, self.tr("Add instance")):
            return False
        self._selection.select([instance.id])
        return True
