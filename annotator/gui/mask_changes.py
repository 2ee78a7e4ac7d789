"""Masks that are drawn, and other masks for instances, as Edits; what is drawn is computed in a worker thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import QObject, QPointF, Signal

from annotator.core.document import Category, Instance, Provenance
from annotator.core.edits import AddCategory, AddInstance, ChangeInstance, Edit, RemoveInstances, Together
from annotator.core.geometry import RunLengths
from annotator.core.mask_editing import united
from annotator.gui.canvas.mask_shape import MaskShape, PreparedShape
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.document_model import DocumentModel
from annotator.gui.kept_per_image import KeptPerImage
from annotator.gui.mask_work import MaskWork
from annotator.gui.selection import Selection


@dataclass(eq=False)
class DrawnOn:
    """What strokes are for: an instance, or one that is new with the first of them, of that category if there is one.

    instance_id: None until there is an instance. It changes, so that strokes drawn meanwhile go on with the same.
    """

    image_id: int
    instance_id: int | None = None
    category_id: int | None = None


@dataclass(frozen=True, eq=False)
class DrawnMask:
    """A new instance without a category yet, how it is painted, and what further strokes for it are drawn on."""

    instance: Instance
    shape: MaskShape | None
    drawn_on: DrawnOn


Draw = Callable[[RunLengths | None], RunLengths]
"""Makes of a mask, or of nothing, the mask with what was drawn; for a worker thread."""


class MaskChanges(QObject):
    """Changes the masks of instances of the image on screen, and adds instances drawn by hand.

    drawn: masks that wait for their category. corners: those of polygons that are not closed.
    """

    refused = Signal(object)
    category_wanted = Signal()  # a drawn mask waits for its category
    shape_made = Signal(object)  # PreparedShape of the mask that an instance is about to get

    def __init__(
        self,
        model: DocumentModel,
        selection: Selection,
        categories: CategoryChanges,
        work: MaskWork,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._selection = selection
        self._categories = categories
        self._work = work
        self.drawn: KeptPerImage[DrawnMask] = KeptPerImage(model, self)
        self.corners: KeptPerImage[tuple[QPointF, ...]] = KeptPerImage(model, self)
        self._closing: list[tuple[int, tuple[QPointF, ...]]] = []  # polygons that are being made masks, and where
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

    def changeable(self) -> list[Instance]:
        """The selected instances if all of their masks may be changed; none, and the user is told why, otherwise."""
        selected = self.selected()
        if not selected:
            self.refused.emit(self.tr("Select the instances to change."))
        return selected if all(self.may_change(instance) for instance in selected) else []

    # -- changing ----------------------------------------------------------------------------------------------------

    def set_mask(self, instance: Instance, mask: RunLengths, text: str) -> None:
        """Give an instance another mask; an empty one deletes it. `text` names the edit."""
        if mask == instance.mask:
            return
        if mask.area == 0:
            self._model.push(RemoveInstances((instance,)), text)
        else:
            self._model.push(ChangeInstance(instance, instance.with_mask(mask)), text)

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

    # -- drawing -----------------------------------------------------------------------------------------------------

    def may_draw(self) -> bool:
        """Whether something new may be drawn now; if not, the user is told why, or asked for the category first."""
        if self._model.refusal:
            self.refused.emit(self._model.refusal)
            return False
        return not self.reminds_of_waiting()

    def new_drawn_on(self, instance: Instance | None) -> DrawnOn | None:
        """What a stroke that begins now is for: that instance, or a new one of the current category."""
        if self.image_id is None:
            return None
        instance_id = None if instance is None else instance.id
        return DrawnOn(self.image_id, instance_id, self._selection.category_id)

    def draw(
        self, drawn_on: DrawnOn, draw: Draw, text: str, source: str, ended: Callable[[], None] = lambda: None
    ) -> None:
        """What was drawn becomes one edit, of the mask as it is when all before is done; nothing of it is lost.

        text: names the edit of an instance. source: what made a new one, for its provenance. ended: called when the
        document has it, or when there is nothing to have.
        """
        instance_id = drawn_on.instance_id
        if instance_id is not None and self._work.successor(instance_id) not in self._model.document.instances:
            drawn_on.instance_id = None  # it went while it was drawn on
        self._work.in_turn(partial(self._draw, drawn_on, draw, text, source, ended), ended)

    def _draw(self, drawn_on: DrawnOn, draw: Draw, text: str, source: str, ended: Callable[[], None]) -> None:
        before = self._mask_of(drawn_on)
        if before is None and drawn_on.instance_id is not None:
            ended()  # it was deleted with what was drawn on it
            return

        def make() -> PreparedShape:
            return PreparedShape.from_change(before, draw(before))

        def put(made: PreparedShape) -> Callable[[], None] | None:
            if self._mask_of(drawn_on) is not before:  # it has another one meanwhile
                return partial(self._draw, drawn_on, draw, text, source, ended)
            self.shape_made.emit(made)
            instance = self._instance_of(drawn_on)
            if instance is not None:
                self.set_mask(instance, made.mask, text)
            else:
                self._put_new(drawn_on, made, source)
            ended()
            return None

        self._work.compute(make, put, ended)

    def close_polygon(self) -> None:
        """The corners on the image on screen become a new instance."""
        corners, drawn_on = self.corners.present, self.new_drawn_on(None)
        if corners is None or drawn_on is None:
            return
        image = self._model.document.images[drawn_on.image_id]
        polygon = [value for corner in corners for value in (corner.x(), corner.y())]

        def drawn(before: RunLengths | None) -> RunLengths:
            mask = RunLengths.from_coco([polygon], image.height, image.width)
            return mask if before is None else united([before, mask])

        closing = drawn_on.image_id, corners
        self._closing.append(closing)
        self.corners.finish(drawn_on.image_id)

        def ended() -> None:
            self._closing.remove(closing)
            self.corners.kept.emit(drawn_on.image_id)
            self.corners.changed.emit()

        self.draw(drawn_on, drawn, "", "polygon", ended)

    @property
    def closing(self) -> list[tuple[QPointF, ...]]:
        """The corners of the polygons on the image on screen that are closed, and will be masks in a moment."""
        return [corners for image_id, corners in self._closing if image_id == self.image_id]

    def is_closing_on(self, image_id: int) -> bool:
        """Whether a polygon on that image is closed, and will be a mask in a moment."""
        return any(closing_id == image_id for closing_id, _ in self._closing)

    def _instance_of(self, drawn_on: DrawnOn) -> Instance | None:
        if drawn_on.instance_id is None:
            return None
        return self._model.document.instances.get(self._work.successor(drawn_on.instance_id))

    def _mask_of(self, drawn_on: DrawnOn) -> RunLengths | None:
        """The mask that strokes for it are added to now; None when it is to be a new one."""
        instance, waiting = self._instance_of(drawn_on), self.drawn.of(drawn_on.image_id)
        if instance is not None:
            return instance.mask
        # Two things without a category on one image, drawn in the same moment, wait as one: none of them is lost.
        return None if waiting is None or drawn_on.instance_id is not None else waiting.instance.mask

    def _put_new(self, drawn_on: DrawnOn, made: PreparedShape, source: str) -> None:
        if made.mask.area == 0:
            self.drawn.finish(drawn_on.image_id)
            if source == "polygon":
                self.refused.emit(self.tr("That polygon covers no pixel."))
            return
        new = Instance(0, drawn_on.image_id, 0, made.mask, provenance=Provenance(source=source))
        drawn = DrawnMask(new, made.shape, drawn_on)
        category = self._model.document.categories.get(drawn_on.category_id or 0)
        if category is None or self.drawn.of(new.image_id) is not None or not self._add(drawn, category):
            self.drawn.put(new.image_id, drawn)
            if new.image_id == self.image_id:
                self.category_wanted.emit()

    # -- drawn masks that wait for their category --------------------------------------------------------------------

    @property
    def waiting(self) -> RunLengths | None:
        """The mask drawn on the image on screen that waits for its category."""
        drawn = self.drawn.present
        return None if drawn is None else drawn.instance.mask

    def add_waiting(self, category: Category) -> None:
        """Add the waiting mask with that category."""
        drawn = self.drawn.present
        if drawn is not None and self._add(drawn, category):
            self.drawn.finish(drawn.instance.image_id)

    def add_waiting_as(self, name: str) -> None:
        """Add the waiting mask with the category of that name, which is made if it is new; both in one edit."""
        drawn = self.drawn.present
        if drawn is None:
            return
        category = self._model.document.category_named(name)
        if category is not None:
            self.add_waiting(category)
        elif self._add(drawn, self._categories.new_category(name), is_new=True):
            self.drawn.finish(drawn.instance.image_id)

    def reminds_of_waiting(self) -> bool:
        """Whether a drawn mask waits for its category; if so, the user is asked for it again and draws nothing else."""
        if self.drawn.present is None:
            return False
        self.refused.emit(self.tr("Name the category of the mask you drew first, or drop it with Escape."))
        self.category_wanted.emit()
        return True

    def _add(self, drawn: DrawnMask, category: Category, *, is_new: bool = False) -> bool:
        """Add a drawn instance with that category; returns whether that could be."""
        instance = replace(drawn.instance, id=self._model.document.take_id(Instance), category_id=category.id)
        edit: Edit = AddInstance(instance)
        if is_new:
            edit = Together((AddCategory(category), edit))
        self.shape_made.emit(PreparedShape(instance.mask, drawn.shape, None, None))
        if not self._model.push(edit, self.tr("Add instance")):
            return False
        drawn.drawn_on.instance_id = instance.id
        if instance.image_id == self.image_id:
            self._selection.select([instance.id])
        return True
