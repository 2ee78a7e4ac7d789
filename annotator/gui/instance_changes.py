"""What the user does to instances that exist, as Edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from enum import Enum, auto
from functools import partial

from PySide6.QtCore import QObject, Signal

from annotator.core.document import NOTHING, Category, Document, Instance, ReviewState
from annotator.core.edits import AddCategory, ChangeInstance, Edit, OrderInstances, RemoveInstances, Together
from annotator.gui.asked_edit import AskedEdit
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

    def set_category(self, instance_ids: Iterable[int], category: Category, *, is_new: bool = False) -> None:
        """Give these instances another category, which is added if it is new."""
        ids = self._unlocked_ids(instance_ids)
        change = partial(_changing, ids, lambda instance: replace(instance, category_id=category.id))

        def build(document: Document) -> Edit | None:
            if is_new and document.category_named(category.name) is None:
                edit = change(document)
                return None if edit is None else Together((AddCategory(category), edit))
            return change(document) if category.id in document.categories else None

        def text(count: int) -> str:
            return self.tr("Change the category of %n instance(s)", "", count)

        self._model.change(AskedEdit(build, text, len(ids)))

    def delete(self, instance_ids: Iterable[int]) -> None:
        """Delete these instances."""
        ids = self._unlocked_ids(instance_ids)

        def build(document: Document) -> Edit | None:
            instances = tuple(_unlocked(document, ids))
            return RemoveInstances(instances) if instances else None

        self._model.change(AskedEdit(build, lambda n: self.tr("Delete %n instance(s)", "", n), len(ids)))

    def reorder(self, instance_ids: Iterable[int], step: Step) -> None:
        """Draw these instances of one image over or under its others; among themselves they keep their order."""
        self._model.in_order(partial(self._reorder, frozenset(instance_ids), step))

    def _reorder(self, instance_ids: frozenset[int], step: Step) -> None:
        chosen = self._unlocked_ids(instance_ids)
        document = self._model.document
        for image_id in {instance.image_id for instance in _unlocked(document, chosen)}:
            build = partial(_reordering, image_id, chosen, step)
            count = document.count_of_image(image_id)
            self._model.change(AskedEdit(build, lambda _: self.tr("Change the order of instances"), count))

    def toggle_crowd(self, instance_ids: Iterable[int]) -> None:
        """Make these instances crowds; if all of them are, single objects again."""
        chosen = frozenset(instance_ids)

        def toggle() -> None:
            ids = self._unlocked_ids(chosen)
            self.set_crowd(ids, not all(instance.iscrowd for instance in _unlocked(self._model.document, ids)))

        self._model.in_order(toggle)

    def group(self, instance_ids: Iterable[int]) -> None:
        """Let these instances of one image belong together, under a number that nothing else on it has."""
        self._model.in_order(partial(self._group, frozenset(instance_ids)))

    def ungroup(self, instance_ids: Iterable[int]) -> None:
        """Take these instances out of their groups."""

        def text(count: int) -> str:
            return self.tr("Take %n instance(s) out of their group", "", count)

        self._change(instance_ids, lambda instance: replace(instance, group=None), text)

    def set_crowd(self, instance_ids: Iterable[int], crowd: bool) -> None:
        """Make these instances crowds, or single objects."""

        def text(count: int) -> str:
            if crowd:
                return self.tr("Make %n instance(s) crowds", "", count)
            return self.tr("Make %n instance(s) single objects", "", count)

        self._change(instance_ids, partial(_with_crowd, crowd), text)

    def set_group(self, instance_ids: Iterable[int], group: int | None, *, typing: str = "") -> None:
        """Put these instances into the group of that number, or into none. typing: as in DocumentModel.push."""
        self._change(
            instance_ids,
            lambda instance: replace(instance, group=group),
            lambda _: self.tr("Change the group"),
            typing=typing,
        )

    def set_review_state(self, instance_ids: Iterable[int], state: ReviewState | None) -> None:
        """Give these instances a review of that state, or none; what was said before stays until one is accepted."""
        self._change(instance_ids, lambda i: replace(i, review=reviewed(i.review, state)), self._review_text)

    def set_review_comment(self, instance_ids: Iterable[int], comment: str, *, typing: str = "") -> None:
        """Say why in the reviews of these instances; those without a review stay."""
        self._change(
            instance_ids,
            lambda instance: replace(instance, review=commented(instance.review, comment)),
            self._review_text,
            typing=typing,
        )

    def set_attribute(self, instance_ids: Iterable[int], name: str, value: object, *, typing: str = "") -> None:
        """Give these instances a value of an attribute; None means that they have none."""

        def change(instance: Instance) -> Instance:
            values = {key: old for key, old in instance.attributes.items() if key != name or value is not None}
            if value is not None:
                values[name] = value
            return replace(instance, attributes=values or NOTHING)

        self._change(instance_ids, change, lambda _: self.tr("Change an attribute"), typing=typing)

    def _group(self, chosen: frozenset[int]) -> None:
        instances = list(_unlocked(self._model.document, self._unlocked_ids(chosen)))
        if not instances:
            return
        if len(instances) == 1:
            self.refused.emit(self.tr("One instance alone is no group: select those that belong together."))
            return
        others = self._model.document.instances_of(instances[0].image_id)
        number = max((other.group or 0 for other in others), default=0) + 1

        def text(count: int) -> str:
            return self.tr("Group %n instance(s)", "", count)

        self._change([i.id for i in instances], lambda instance: replace(instance, group=number), text)

    def _review_text(self, count: int) -> str:
        return self.tr("Review %n instance(s)", "", count)

    def _change(
        self,
        instance_ids: Iterable[int],
        change: Callable[[Instance], Instance],
        text: Callable[[int], str],
        *,
        typing: str = "",
    ) -> None:
        """Change each of these instances in one edit of that name; nothing for those that stay equal."""
        ids = self._unlocked_ids(instance_ids)
        self._model.change(AskedEdit(partial(_changing, ids, change), text, len(ids), typing))

    def _unlocked_ids(self, instance_ids: Iterable[int]) -> frozenset[int]:
        chosen = frozenset(instance_ids)
        locked = chosen & self._view_state.locked_ids
        if locked:
            self.refused.emit(
                self.tr("%n locked instance(s) stayed as before: unlock what is to change.", "", len(locked))
            )
        return chosen - locked


# What follows may run in a worker thread, once what was asked for before is done: some of the instances may have gone
# or been locked by that.


def _unlocked(document: Document, instance_ids: Iterable[int]) -> Iterator[Instance]:
    present = (document.instances.get(i) for i in sorted(instance_ids))
    return (instance for instance in present if instance is not None and not instance.locked)


def _changing(instance_ids: Iterable[int], change: Callable[[Instance], Instance], document: Document) -> Edit | None:
    pairs = [(instance, change(instance)) for instance in _unlocked(document, instance_ids)]
    edits = tuple(
        ChangeInstance(before, after) for before, after in pairs if before != after or _retyped(before, after)
    )
    return Together(edits) if edits else None


def _retyped(before: Instance, after: Instance) -> bool:
    """Whether of two equal instances an attribute is another thing: a flag of some files is 1, which equals True."""
    return any(type(before.attributes[name]) is not type(value) for name, value in after.attributes.items())


def _reordering(image_id: int, chosen: frozenset[int], step: Step, document: Document) -> Edit | None:
    before = document.order_of(image_id)
    after = _reordered(before, chosen, step)
    return OrderInstances(image_id, before, after) if after != before else None


def _with_crowd(crowd: bool, instance: Instance) -> Instance:
    if instance.iscrowd is crowd:
        return instance
    return _as_crowd(instance) if crowd else replace(instance, iscrowd=False)


def _as_crowd(instance: Instance) -> Instance:
    """COCO's readers expect the run-lengths of a crowd, not polygons."""
    spelt = instance.verbatim.get("segmentation") if instance.verbatim is not None else None
    crowd = replace(instance, iscrowd=True)
    return crowd.with_mask(crowd.mask) if isinstance(spelt, list) else crowd


def _reordered(before: tuple[int, ...], chosen: frozenset[int], step: Step) -> tuple[int, ...]:
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
