"""What the window's actions do to the document, as Edits: the mask on screen becomes an instance, and the like."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Category, Change, Instance, Provenance
from annotator.core.edits import AddCategory, AddInstance, ChangeInstance, Edit, Together
from annotator.gui.background import BackgroundJobs
from annotator.gui.category_changes import CategoryChanges
from annotator.gui.document_model import DocumentModel
from annotator.gui.edit_making import EditMaking
from annotator.gui.image_changes import ImageChanges
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import ShownProposal
from annotator.gui.instance_changes import InstanceChanges
from annotator.gui.mask_changes import MaskChanges
from annotator.gui.mask_tools import MaskTools
from annotator.gui.mask_work import MaskWork
from annotator.gui.prompt_session import PromptSession
from annotator.gui.selection import Selection


class NamedFor(Enum):
    """What a category that is chosen now, by its digit or its name, is for."""

    MASK = auto()  # the one to decide on
    SELECTED = auto()  # the selected instances
    NEXT = auto()  # what is made next
    NOTHING = auto()  # the mask is still being computed, which the user has been told


class InstanceEditor(QObject):
    """Acts on the image on screen, the mask being decided on and the selection; everything can be undone.

    categories, instances, images, masks, mask_tools: the changes that need none of these, for the panels.
    """

    accepted = Signal(int)  # the id of the new or refined instance
    refining_began = Signal()
    category_wanted = Signal()  # a mask is ready to be accepted, but there is no category yet
    refused = Signal(object)

    def __init__(
        self,
        model: DocumentModel,
        session: PromptSession,
        selection: Selection,
        inference: Inference,
        jobs: BackgroundJobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._session = session
        self._selection = selection
        self._inference = inference
        self._is_accepting = False
        self.categories = CategoryChanges(model, selection, self)
        self.instances = InstanceChanges(model, selection.view_state, self)
        self.images = ImageChanges(model, self)
        self.mask_work = MaskWork(model, jobs, self)
        model.making = EditMaking(model, self.mask_work)
        self.masks = MaskChanges(model, selection, self.categories, self.mask_work, self)
        self.mask_tools = MaskTools(model, selection, self.masks, self.mask_work, self)
        self.masks.category_wanted.connect(self.category_wanted)
        model.instance_changed.connect(self._on_instance_changed)
        for changes in (self.categories, self.instances, self.images, self.masks, self.mask_tools):
            changes.refused.connect(self.refused)

    @property
    def image_id(self) -> int | None:
        """The image on screen, or None."""
        return self.masks.image_id

    @image_id.setter
    def image_id(self, image_id: int | None) -> None:
        self.masks.image_id = image_id

    def accept(self) -> None:
        """Make the mask on screen an instance of the current category, or ask for a category."""
        current = self._model.document.categories.get(self._selection.category_id or 0)
        if self.masks.waiting is not None:
            if current is None:
                self.category_wanted.emit()
            else:
                self.masks.add_waiting(current)
        elif self.image_id is None:
            self.refused.emit(self.tr("There is nothing to accept: no image is on screen yet."))
        elif not self._session.is_pending:
            return
        elif self._session.refined is not None:
            self._accept_refined()
        elif self._session.is_waiting:
            self.refused.emit(self.tr("The mask is still being computed."))
        elif current is None:
            self.category_wanted.emit()
        else:
            self._accept_as(current)

    def accept_as_named(self, name: str) -> None:
        """The same, or what was drawn, with the category of that name, which is made if it is new; both in one edit."""
        if self.masks.waiting is not None:
            self.masks.add_waiting_as(name)
            return
        category = self._model.document.category_named(name)
        is_new = category is None
        if category is None:
            category = self.categories.new_category(name)
        if self._session.refined is not None:
            self._accept_refined(category, is_new=is_new)
        else:
            self._accept_as(category, is_new=is_new)

    def named_for(self) -> NamedFor:
        """What `apply_digit` and `apply_name` are for now."""
        if self.masks.waiting is not None:
            return NamedFor.MASK
        if self._session.is_pending:
            return NamedFor.NOTHING if self._decided() is None else NamedFor.MASK
        return NamedFor.SELECTED if self._selection.instance_ids else NamedFor.NEXT

    def apply_digit(self, digit: int) -> None:
        """A digit chooses the category of the mask to decide on, else of the selected instances, else of the next."""
        categories = list(self._model.document.categories.values())
        if digit > len(categories):
            self.refused.emit(
                self.tr("There is no category %1 yet: add one in the list of categories.").replace("%1", str(digit))
            )
        else:
            self.apply_name(categories[digit - 1].name)

    def apply_name(self, name: str) -> None:
        """The same by the category's name; one that is new is made."""
        meant = self.named_for()
        category = self._model.document.category_named(name)
        if meant is NamedFor.MASK:
            self.accept_as_named(name)
        elif meant is NamedFor.SELECTED:
            named = self.categories.new_category(name) if category is None else category
            self.instances.set_category(self._selection.instance_ids, named, is_new=category is None)
        elif meant is NamedFor.NEXT and category is None:
            self.categories.add(name)
        if category is not None:
            self._selection.set_category(category.id)

    def refine(self) -> None:
        """Let the clicks that follow better the mask of the one selected instance."""
        selected = self.masks.selected()
        if self.masks.reminds_of_waiting():
            return
        if len(selected) != 1:
            self.refused.emit(self.tr("Select the one instance to refine."))
        elif self._session.is_pending:
            self.refused.emit(self.tr("Accept the mask ([accept]) or clear the prompt ([clear]) first."))
        elif self.masks.may_change(selected[0]):
            self._session.refine(selected[0])
            self.refining_began.emit()

    def _accept_refined(self, category: Category | None = None, *, is_new: bool = False) -> None:
        """Give the refined instance the mask on screen, and another category if one is named."""
        refined, shown = self._session.refined, self._decided()
        if shown is None or refined is None:
            return
        before = self._model.document.instances.get(refined.id)
        if before is None or not self.masks.may_change(before):
            return
        if before.mask != refined.mask:  # changed while another image was on screen
            self._session.refine_again(before)
            self.refused.emit(self.tr("The mask has been changed meanwhile: it is refined anew from what it is now."))
            return
        after = replace(before.with_mask(shown.mask), provenance=self._provenance(shown))
        if category is not None:
            after = replace(after, category_id=category.id)
        edit: Edit = ChangeInstance(before, after)
        if category is not None and is_new:
            edit = Together((AddCategory(category), edit))
        self._is_accepting = True
        try:
            is_done = self._model.push(edit, self.tr("Refine"))
        finally:
            self._is_accepting = False
        if is_done:
            self._end_prompt(after.id)

    def _on_instance_changed(self, change: Change) -> None:
        refined = self._session.refined
        if refined is None or self._is_accepting:
            return
        now = self._model.document.instances.get(refined.id)
        if now is None:
            self._session.clear()
        elif now.mask != refined.mask:
            self._session.refine_again(now)

    def _decided(self) -> ShownProposal | None:
        """The mask on screen if it can be accepted; if not, the user is told why."""
        shown = self._session.shown
        if self._session.is_waiting:
            self.refused.emit(self.tr("The mask is still being computed."))
        elif shown is None:
            self.refused.emit(self.tr("Click on what is missing or too much first, or press [clear]."))
        elif shown.mask.area == 0:
            self.refused.emit(self.tr("This mask is empty: take the next of the three, or add a point."))
        else:
            return shown
        return None

    def delete_selected(self) -> None:
        """Delete the selected instances, with what is drawn on them and not theirs yet."""
        chosen = self._selection.instance_ids
        self.mask_work.in_turn(lambda: self.instances.delete(chosen & self._model.document.instances.keys()))

    def toggle_done(self) -> None:
        """Mark the image that was chosen as done, also while it is being read, or take the mark back."""
        if self._model.image_on_screen is not None:
            self.images.toggle_done([self._model.image_on_screen])

    def _accept_as(self, category: Category, *, is_new: bool = False) -> None:
        shown = self._decided()
        if self.image_id is None or shown is None:
            return
        instance = self._instance(shown, category, self.image_id)
        edit: Edit = AddInstance(instance)
        if is_new:
            edit = Together((AddCategory(category), edit))
        if not self._model.push(edit, self.tr("Add instance")):
            return
        self._end_prompt(instance.id)

    def _end_prompt(self, instance_id: int) -> None:
        """What was accepted is selected, as what is drawn is: Delete and the like are meant for it, not for another."""
        self._session.clear()
        self._selection.select([instance_id])
        self.accepted.emit(instance_id)

    def _instance(self, shown: ShownProposal, category: Category, image_id: int) -> Instance:
        instance_id = self._model.document.take_id(Instance)
        return Instance(instance_id, image_id, category.id, shown.mask, provenance=self._provenance(shown))

    def _provenance(self, shown: ShownProposal) -> Provenance:
        return Provenance(
            source="tinysam",
            weights=self._inference.segmenter_name,
            predicted_iou=round(shown.proposal.predicted_iou, 4),
            stability=round(shown.proposal.stability, 4),
        )
