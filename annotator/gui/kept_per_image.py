"""What somebody has begun to draw on an image: it stays there while other images are on screen, and comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Signal

from annotator.gui.document_model import DocumentModel

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class _GivenUp(Generic[_Value]):
    """image_id, value: what was given up, and where. state: the document's at that time. by_undo: how."""

    image_id: int
    value: _Value
    state: int
    by_undo: bool


class KeptPerImage(QObject, Generic[_Value]):
    """One unfinished thing for each image, at most; nothing but `give_up` and another document ends it.

    What was given up comes back as long as nothing else was done to the document: by undo when it was dropped, by redo
    when it was undone.
    """

    changed = Signal()  # what is there of the image on screen
    kept = Signal(int)  # image id: what is there of that image, by whatever but another document

    def __init__(self, model: DocumentModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._image_id: int | None = None
        self._values: dict[int, _Value] = {}
        self._states: dict[int, int] = {}  # the document's when each was put
        self._given_up: _GivenUp[_Value] | None = None
        model.document_replaced.connect(self.forget)

    def set_image(self, image_id: int | None) -> None:
        """Another image is on screen, or none."""
        if image_id != self._image_id:
            self._image_id = image_id
            self.changed.emit()

    @property
    def present(self) -> _Value | None:
        """What is unfinished on the image on screen."""
        return None if self._image_id is None else self._values.get(self._image_id)

    @property
    def image_ids(self) -> tuple[int, ...]:
        """The document's images with something unfinished."""
        return tuple(i for i in self._values if i in self._model.document.images)

    @property
    def is_newest(self) -> bool:
        """Whether nothing was done to the document since what is unfinished on the image on screen was drawn."""
        return self.present is not None and self._states[self._image_id or 0] == self._model.state

    def of(self, image_id: int) -> _Value | None:
        """What is unfinished on that image."""
        return self._values.get(image_id)

    def put(self, image_id: int, value: _Value) -> None:
        """That is unfinished on that image, in place of what was."""
        self._values[image_id] = value
        self._states[image_id] = self._model.state
        self._given_up = None
        self.kept.emit(image_id)
        if image_id == self._image_id:
            self.changed.emit()

    def finish(self, image_id: int) -> None:
        """It has become something of the document."""
        if self._values.pop(image_id, None) is None:
            return
        self.kept.emit(image_id)
        if image_id == self._image_id:
            self.changed.emit()

    def give_up(self, *, by_undo: bool = False) -> bool:
        """Drop what is unfinished on the image on screen; returns whether there was something."""
        image_id, value = self._image_id, self.present
        if image_id is None or value is None:
            return False
        self._given_up = _GivenUp(image_id, value, self._model.state, by_undo)
        self.finish(image_id)
        return True

    def may_come_back(self, *, by_redo: bool = False) -> bool:
        """Whether `bring_back` would do something."""
        gone = self._given_up
        return (
            gone is not None
            and gone.by_undo is by_redo
            and gone.image_id == self._image_id
            and gone.state == self._model.state
            and self.present is None
        )

    def bring_back(self, *, by_redo: bool = False) -> bool:
        """What was given up last on the image on screen is there again; returns whether it could be."""
        gone = self._given_up
        if gone is None or not self.may_come_back(by_redo=by_redo):
            return False
        self.put(gone.image_id, gone.value)
        return True

    def forget(self) -> None:
        """What is unfinished belongs to a document that is being left."""
        had = self.present is not None
        self._values.clear()
        self._given_up = None
        if had:
            self.changed.emit()
