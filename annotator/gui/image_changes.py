"""What the user does to images, as Edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from annotator.core.document import ImageStatus
from annotator.core.edits import ChangeImage, Together
from annotator.gui.document_model import DocumentModel


class ImageChanges(QObject):
    """Marks images as done; everything can be undone."""

    refused = Signal(str)

    def __init__(self, model: DocumentModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def toggle_done(self, image_ids: Iterable[int]) -> None:
        """Mark these images as done; if all of them are, take the mark back."""
        document = self._model.document
        images = [document.images[image_id] for image_id in image_ids]
        # An image of unknown size is in no file, so its mark would be lost.
        sized = [image for image in images if image.has_size]
        if len(sized) < len(images):
            count = len(images) - len(sized)
            self.refused.emit(self.tr("%n image(s) cannot be opened, and so cannot be marked as done.", "", count))
        if not sized:
            return
        done = [image for image in sized if image.status is ImageStatus.DONE]
        if len(done) == len(sized):
            edits = tuple(ChangeImage(image, replace(image, status=None)) for image in done)
            self._model.push(Together(edits), self.tr("Mark %n image(s) as not done", "", len(edits)))
        else:
            others = [image for image in sized if image.status is not ImageStatus.DONE]
            edits = tuple(ChangeImage(image, replace(image, status=ImageStatus.DONE)) for image in others)
            self._model.push(Together(edits), self.tr("Mark %n image(s) as done", "", len(edits)))
