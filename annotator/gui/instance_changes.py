"""What the user does to instances that exist, as Edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum, auto

from PySide6.QtCore import QObject, Signal

from annotator.core.document import NOTHING, Category, Instance, ReviewState
from annotator.core.edits import ChangeInstance, Edit, OrderInstances, RemoveInstances, Together
from annotator.gui.document_model import DocumentModel
from annotator.gui.reviews import commented, reviewed
from annotator.gui.view_state import ViewState


class Step(Enum):
    """Where instances go in the order in which they are drawn."""

    FORWARD = auto()
    BACK = auto()
    TO_FRONT = auto()
    TO_BACK = auto()


class InstanceChanges(QObject):
    """Leaves locked instances as they are, and says so; everything can be undone."""

    refused = Signal(object)

    def __init__(self, model: DocumentModel, view_state: ViewState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._view_state = view_state

    def set_category(self, instance_ids: Iterable[int], category: Category) -> None:
        """Give these instances another category."""
        edits = tuple(
            ChangeInstance(instance, replace(instance, category_id=category.id))
            for instance in self._unlocked(instance_ids)
            if instance.category_id != category.id
        )
        if edits:
            self._model.push(Together(edits), self.tr("Change the category of %n instance(s)", "", len(edits)))

    def delete(self, instance_ids: Iterable[int]) -> None:
        """Delete these instances."""
        instances = tuple(self._unlocked(instance_ids))
        if instances:
            self._model.push(RemoveInstances(instances), self.tr("Delete %n instance(s)", "", len(instances)))

    def reorder(self, instance_ids: Iterable[int], step: Step) -> None:
        """Draw these instances of one image over or under its others; among themselves they keep their order."""
        document = self._model.document
        chosen = {instance.id for instance in self._unlocked(instance_ids)}
        for image_id in {document.instances[i].image_id for i in chosen}:
            before = document.order_of(image_id)
            after = _reordered(before, chosen, step)
            if after != before:
                self._model.push(OrderInstances(image_id, before, after), self.tr("Change the order of instances"))

    def toggle_crowd(self, instance_ids: Iterable[int]) -> None:
        """Make these instances crowds; if all of them are, single objects again."""
        instances = self._unlocked(instance_ids)
        self.set_crowd([i.id for i in instances], not all(instance.iscrowd for instance in instances))

    def group(self, instance_ids: Iterable[int]) -> None:
        """Let these instances of one image belong together, under a number that nothing else on it has."""
        instances = self._unlocked(instance_ids)
        if not instances:
            return
        if len(instances) == 1:
            self.refused.emit(self.tr("One instance alone is no group: select those that belong together."))
            return
        others = self._model.document.instances_of(instances[0].image_id)
        number = max((other.group or 0 for other in others), default=0) + 1
        text = self.tr("Group %n instance(s)", "", len(instances))
        self.replace_all([replace(instance, group=number) for instance in instances], text)

    def ungroup(self, instance_ids: Iterable[int]) -> None:
        """Take these instances out of their groups."""
        instances = [instance for instance in self._unlocked(instance_ids) if instance.group is not None]
        text = self.tr("Take %n instance(s) out of their group", "", len(instances))
        self.replace_all([replace(instance, group=None) for instance in instances], text)

    def set_crowd(self, instance_ids: Iterable[int], crowd: bool) -> None:
        """Make these instances crowds, or single objects."""
        instances = [instance for instance in self._unlocked(instance_ids) if instance.iscrowd is not crowd]
        if crowd:
            text = self.tr("Make %n instance(s) crowds", "", len(instances))
            self.replace_all([_as_crowd(instance) for instance in instances], text)
        else:
            text = self.tr("Make %n instance(s) single objects", "", len(instances))
            self.replace_all([replace(instance, iscrowd=False) for instance in instances], text)

    def set_group(self, instance_ids: Iterable[int], group: int | None, *, typing: str = "") -> None:
        """Put these instances into the group of that number, or into none. typing: as in DocumentModel.push."""
        changed = [replace(instance, group=group) for instance in self._unlocked(instance_ids)]
        self.replace_all(changed, self.tr("Change the group"), typing=typing)

    def set_review_state(self, instance_ids: Iterable[int], state: ReviewState | None) -> None:
        """Give these instances a review of that state, or none; what was said before stays until one is accepted."""
        changed = [replace(i, review=reviewed(i.review, state)) for i in self._unlocked(instance_ids)]
        self.replace_all(changed, self.tr("Review %n instance(s)", "", len(changed)))

    def set_review_comment(self, instance_ids: Iterable[int], comment: str, *, typing: str = "") -> None:
        """Say why in the reviews of these instances; those without a review stay."""
        changed = [replace(i, review=commented(i.review, comment)) for i in self._unlocked(instance_ids)]
        self.replace_all(changed, self.tr("Review %n instance(s)", "", len(changed)), typing=typing)

    def set_attribute(self, instance_ids: Iterable[int], name: str, value: object, *, typing: str = "") -> None:
        """Give these instances a value of an attribute; None means that they have none."""
        changed = []
        for instance in self._unlocked(instance_ids):
            values = {key: old for key, old in instance.attributes.items() if key != name or value is not None}
            if value is not None:
                values[name] = value
            changed.append(replace(instance, attributes=values or NOTHING))
        self.replace_all(changed, self.tr("Change an attribute"), typing=typing)

    def replace_all(self, instances: Iterable[Instance], text: str, *, typing: str = "") -> None:
        """Put these in the place of those with the same ids, in one edit of that name; nothing for equal ones."""
        document = self._model.document
        edits: tuple[Edit, ...] = tuple(
            ChangeInstance(document.instances[instance.id], instance)
            for instance in instances
            if document.instances[instance.id] != instance
        )
        if edits:
            self._model.push(Together(edits), text, typing=typing)

    def _unlocked(self, instance_ids: Iterable[int]) -> list[Instance]:
        chosen = frozenset(instance_ids)
        locked = chosen & self._view_state.locked_ids
        if locked:
            self.refused.emit(
                self.tr("%n locked instance(s) stayed as before: unlock what is to change.", "", len(locked))
            )
        return [self._model.document.instances[i] for i in sorted(chosen - locked)]


def _as_crowd(instance: Instance) -> Instance:
    """COCO's readers expect the run-lengths of a crowd, not polygons."""
    spelt = instance.verbatim.get("segmentation") if instance.verbatim is not None else None
    crowd = replace(instance, iscrowd=True)
    return crowd.with_mask(crowd.mask) if isinstance(spelt, list) else crowd


def _reordered(before: tuple[int, ...], chosen: set[int], step: Step) -> tuple[int, ...]:
    """The ids, lowest first, after the step."""
    above = [i for i in before if i in chosen]
    rest = [i for i in before if i not in chosen]
    if step is Step.TO_FRONT:
        return (*rest, *above)
    if step is Step.TO_BACK:
        return (*above, *rest)
    # Forward is back, seen from above. Those that touch the end already, or one that does, stay.
    order = list(before) if step is Step.BACK else list(reversed(before))
    for place in range(1, len(order)):
        if order[place] in chosen and order[place - 1] not in chosen:
            order[place - 1], order[place] = order[place], order[place - 1]
    return tuple(order) if step is Step.BACK else tuple(reversed(order))
