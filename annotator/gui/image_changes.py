"""What the user does to images, as Edits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from annotator.core.document import Document, ImageRecord, ImageStatus, ReviewState
from annotator.core.edits import ChangeImage, Edit, Together
from annotator.gui.asked_edit import AskedEdit
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
        self._model.in_order(partial(self._toggle_done, list(image_ids)))

    def set_review_state(self, image_ids: Iterable[int], state: ReviewState | None) -> None:
        """Give these images a review of that state, or none; what was said before stays until one is accepted."""
        change = partial(_with_review_state, state)
        self._change(self._sized(image_ids), change, lambda n: self.tr("Review %n image(s)", "", n))

    def set_review_comment(self, image_ids: Iterable[int], comment: str, *, typing: str = "") -> None:
        """Say why in the reviews of these images; those without a review stay. typing: as in DocumentModel.push."""
        change = partial(_with_review_comment, comment)
        self._change(self._sized(image_ids), change, lambda n: self.tr("Review %n image(s)", "", n), typing=typing)

    def set_note(self, image_id: int, note: str, *, typing: str = "") -> None:
        """Write a note on an image."""
        change, text = partial(_with_note, note), self.tr("Change the note")
        self._change(self._sized([image_id]), change, lambda _: text, typing=typing)

    def _toggle_done(self, image_ids: list[int]) -> None:
        sized = self._sized(i for i in image_ids if i in self._model.document.images)
        images = self._model.document.images
        is_done = all(images[i].status is ImageStatus.DONE for i in sized)
        status = None if is_done else ImageStatus.DONE

        def text(count: int) -> str:
            if is_done:
                return self.tr("Mark %n image(s) as not done", "", count)
            return self.tr("Mark %n image(s) as done", "", count)

        self._change(sized, lambda image: replace(image, status=status), text)

    def _sized(self, image_ids: Iterable[int]) -> list[int]:
        """Those whose size is known: an image of unknown size is in no file, so what is said of it would be lost."""
        chosen, images = list(image_ids), self._model.document.images
        sized = [image_id for image_id in chosen if images[image_id].has_size]
        if len(sized) < len(chosen):
            count = len(chosen) - len(sized)
            self.refused.emit(self.tr("%n image(s) cannot be opened, and so cannot be marked.", "", count))
        return sized

    def _change(
        self,
        image_ids: list[int],
        change: Callable[[ImageRecord], ImageRecord],
        text: Callable[[int], str],
        *,
        typing: str = "",
    ) -> None:
        """Change each of these images in one edit of that name; nothing for those that stay equal."""
        self._model.change(AskedEdit(partial(_changing, image_ids, change), text, len(image_ids), typing))


def _changing(image_ids: list[int], change: Callable[[ImageRecord], ImageRecord], document: Document) -> Edit | None:
    """What may run in a worker thread, and after an undo that has taken some of the images away."""
    present = [document.images[i] for i in image_ids if i in document.images]
    pairs = [(image, change(image)) for image in present]
    edits = tuple(ChangeImage(before, after) for before, after in pairs if before != after)
    return Together(edits) if edits else None


def _with_review_state(state: ReviewState | None, image: ImageRecord) -> ImageRecord:
    return replace(image, review=reviewed(image.review, state))


def _with_review_comment(comment: str, image: ImageRecord) -> ImageRecord:
    return replace(image, review=commented(image.review, comment))


def _with_note(note: str, image: ImageRecord) -> ImageRecord:
    return replace(image, note=note)
