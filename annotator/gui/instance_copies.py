"""The selected instances once more, on another image."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from annotator.core import mask_editing
from annotator.core.edits import AddInstance, Together
from annotator.core.geometry import RunLengths
from annotator.core.records import NOTHING, Instance, Provenance
from annotator.gui.panels.image_list import ImageListPanel
from annotator.gui.workspace import Workspace


class InstanceCopies(QObject):
    """Copies to the image after the one on screen, in the order of the list, and goes there.

    A copy keeps category, attributes, crowd and group; review, lock and what only the original's file said stay behind.
    """

    refused = Signal(object)

    def __init__(self, workspace: Workspace, images: ImageListPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._images = images

    def copy_to_next(self) -> None:
        """Copy the selected instances in one edit, show the next image, and select the copies there."""
        selected = self._workspace.editor.masks.selected()
        image_id = self._images.image_after()
        if not selected:
            self.refused.emit(self.tr("Select the instances to copy."))
        elif image_id is None:
            self.refused.emit(self.tr("There is no image after this one in the list."))
        else:
            ids = [instance.id for instance in selected]
            self._workspace.editor.mask_work.in_turn(lambda: self._copy(ids, image_id))

    def _copy(self, ids: list[int], image_id: int) -> None:
        document = self._workspace.model.document
        instances = [document.instances[i] for i in ids if i in document.instances]
        image, seen_id = document.images[image_id], self._workspace.image_id

        def cut() -> list[RunLengths]:
            return [mask_editing.cut_to(instance.mask, image.height, image.width) for instance in instances]

        def put(masks: list[RunLengths]) -> None:
            if image_id in document.images:
                self._put(
                    self._copies(instances, masks, image_id), image_id, goes_there=self._workspace.image_id == seen_id
                )

        self._workspace.editor.mask_work.compute(cut, put)

    def _put(self, copies: list[Instance], image_id: int, *, goes_there: bool) -> None:
        if not copies:
            self.refused.emit(self.tr("The next image is smaller: nothing of the selected instances would lie on it."))
            return
        model = self._workspace.model
        text = self.tr("Copy %n instance(s) to the next image", "", len(copies))
        if model.push(Together(tuple(map(AddInstance, copies))), text) and goes_there:
            self._workspace.show_image(image_id)
            self._workspace.selection.select(instance.id for instance in copies)

    def _copies(self, instances: list[Instance], masks: list[RunLengths], image_id: int) -> list[Instance]:
        document = self._workspace.model.document
        highest = max((other.group or 0 for other in document.instances_of(image_id)), default=0)
        old_groups = sorted({instance.group for instance in instances if instance.group is not None})
        groups = {old: highest + place for place, old in enumerate(old_groups, 1)}
        copies = []
        for instance, mask in zip(instances, masks, strict=True):
            if mask.area:
                copies.append(
                    replace(
                        instance.with_mask(mask),
                        id=document.take_id(Instance),
                        image_id=image_id,
                        group=None if instance.group is None else groups[instance.group],
                        review=None,
                        locked=False,
                        provenance=Provenance(source="copied"),
                        parent_id=None,
                        extra=NOTHING,
                    )
                )
        return copies
