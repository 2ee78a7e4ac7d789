"""The selected instances once more, on another image."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from annotator.core import mask_editing
from annotator.core.edits import AddInstance, Together
from annotator.core.records import NOTHING, Instance, Provenance
from annotator.gui.panels.image_list import ImageListPanel
from annotator.gui.workspace import Workspace


class InstanceCopies(QObject):
    """Copies to the image after the one on screen, in the order of the list, and goes there.

    A copy keeps category, attributes, crowd and group; review and what only the original's file said stay behind.
    """

    refused = Signal(str)

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
        elif copies := self._copies(selected, image_id):
            model = self._workspace.model
            text = self.tr("Copy %n instance(s) to the next image", "", len(copies))
            if model.push(Together(tuple(map(AddInstance, copies))), text):
                self._workspace.show_image(image_id)
                self._workspace.selection.select(instance.id for instance in copies)
        else:
            self.refused.emit(self.tr("The next image is smaller: nothing of the selected instances would lie on it."))

    def _copies(self, instances: list[Instance], image_id: int) -> list[Instance]:
        document = self._workspace.model.document
        image = document.images[image_id]
        highest = max((other.group or 0 for other in document.instances_of(image_id)), default=0)
        old_groups = sorted({instance.group for instance in instances if instance.group is not None})
        groups = {old: highest + place for place, old in enumerate(old_groups, 1)}
        copies = []
        for instance in instances:
            mask = mask_editing.cut_to(instance.mask, image.height, image.width)
            if mask.area:
                copies.append(
                    replace(
                        instance.with_mask(mask),
                        id=document.take_id(Instance),
                        image_id=image_id,
                        group=None if instance.group is None else groups[instance.group],
                        review=None,
                        provenance=Provenance(source="copied"),
                        parent_id=None,
                        extra=NOTHING,
                    )
                )
        return copies
