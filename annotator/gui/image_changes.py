"""What the user does to images, as Edits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from annotator.core.document import ImageRecord, ImageStatus, ReviewState
from annotator.core.edits import ChangeImage, Together
from annotator.gui.document_model import DocumentModel
from annotator.gui.reviews import commented, reviewed


class ImageChanges(QObject):
    """Status, review and note of images; everything can be undone."""

    refused = Signal(object)

    def __init__(self, model: DocumentModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model

    def toggle_done(self, image_ids: Iterable[int]) -> None:
        """Mark these images as done; if all of them are, take the mark back."""
        sized = self._sized(image_ids)
        done = [image for image in sized if image.status is ImageStatus.DONE]
        if len(done) == len(sized):
            text = self.tr("Mark %n image(s) as not done", "", len(done))
            self._replace_all([replace(image, status=None) for image in done], text)
        else:
            others = [image for image in sized if image.status is not ImageStatus.DONE]
            text = self.tr("Mark %n image(s) as done", "", len(others))
            self._replace_all([replace(image, status=ImageStatus.DONE) for image in others], text)

    def set_review_state(self, image_ids: Iterable[int], state: ReviewState | None) -> None:
        """Give these images a review of that state, or none; what was said before stays until one is accepted."""
        images = self._sized(image_ids)
        text = self.tr("Review %n image(s)", "", len(images))
        self._replace_all([replace(image, review=reviewed(image.review, state)) for image in images], text)

    def set_review_comment(self, image_ids: Iterable[int], comment: str, *, typing: str = "") -> None:
        """Say why in the reviews of these images; those without a review stay. typing: as in DocumentModel.push."""
        images = self._sized(image_ids)
        text = self.tr("Review %n image(s)", "", len(images))
        changed = [replace(image, review=commented(image.review, comment)) for image in images]
        self._replace_all(changed, text, typing=typing)

    def set_note(self, image_id: int, note: str, *, typing: str = "") -> None:
        """Write a note on an image."""
        images = self._sized([image_id])
        self._replace_all([replace(image, note=note) for image in images], self.tr("Change the note"), typing=typing)

    def _sized(self, image_ids: Iterable[int]) -> list[ImageRecord]:
        """Those whose size is known: an image of unknown size is in no file, so what is said of it would be lost."""
        images = [self._model.document.images[image_id] for image_id in image_ids]
        sized = [image for image in images if image.has_size]
        if len(sized) < len(images):
            count = len(images) - len(sized)
            self.refused.emit(self.tr("%n image(s) cannot be opened, and so cannot be marked.", "", count))
        return sized

    def _replace_all(self, images: list[ImageRecord], text: str, *, typing: str = "") -> None:
        document = self._model.document
        edits = tuple(
            ChangeImage(document.images[image.id], image) for image in images if document.images[image.id] != image
        )
        if edits:
            self._model.push(Together(edits), text, typing=typing)
