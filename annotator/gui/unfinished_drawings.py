"""Drawings that are no edits yet, in the journal: polygons that are open, and masks that wait for their category."""

from __future__ import annotations

import json
import traceback
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from PySide6.QtCore import QObject, QPointF, Signal

from annotator.core.document import Document, ImageRecord, Instance
from annotator.core.edit_codec import decode, encode
from annotator.core.edits import AddInstance
from annotator.core.journal_file import DAMAGE
from annotator.gui.background import BackgroundJobs
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.document_model import DocumentModel
from annotator.gui.mask_changes import DrawnMask, DrawnOn, MaskChanges

_CORNERS, _DRAWN = "corners", "drawn"

Corners = tuple[QPointF, ...]


class UnfinishedDrawings(QObject):
    """Journals them as they are drawn, and puts them back on their images after a crash."""

    restored = Signal()  # what came from the journal is on its images
    recovered_changed = Signal()  # some of it is there no more

    def __init__(
        self, model: DocumentModel, masks: MaskChanges, jobs: BackgroundJobs, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._masks = masks
        self._jobs = jobs
        self._recovered: list[int] = []  # the images with something that came from the journal
        masks.corners.kept.connect(self._keep_corners)
        masks.drawn.kept.connect(self._keep_drawn)
        model.document_replaced.connect(self._restore)

    @property
    def recovered(self) -> tuple[str, ...]:
        """The names of the images on which there still is what came from the journal, or will be in a moment."""
        images = self._model.document.images
        return tuple(PurePosixPath(images[i].path).name for i in self._recovered if i in images)

    def _keep_corners(self, image_id: int) -> None:
        corners = self._masks.corners.of(image_id)
        if corners is not None:
            self._model.keep_unfinished(image_id, _CORNERS, partial(_encoded_corners, corners))
        elif not self._masks.is_closing_on(image_id):  # else they are kept until the mask is
            self._model.keep_unfinished(image_id, _CORNERS, None)
        self._note_gone(image_id)

    def _keep_drawn(self, image_id: int) -> None:
        drawn = self._masks.drawn.of(image_id)
        self._model.keep_unfinished(
            image_id, _DRAWN, None if drawn is None else partial(encode, AddInstance(drawn.instance))
        )
        self._note_gone(image_id)

    def _note_gone(self, image_id: int) -> None:
        is_there = any(kept.of(image_id) is not None for kept in (self._masks.corners, self._masks.drawn))
        if image_id in self._recovered and not is_there:
            self._recovered.remove(image_id)
            self.recovered_changed.emit()

    def _restore(self) -> None:
        document, keeping = self._model.document, self._model.keeping
        self._recovered = []
        if keeping is None or not keeping.recovery.unfinished:
            return
        unfinished, images = keeping.recovery.unfinished, {image.path: image for image in document.images.values()}
        self._recovered = list(dict.fromkeys(images[path].id for path, _ in unfinished))
        job = self._jobs.new(lambda _: drawings_in(unfinished, images))
        job.succeeded.connect(lambda found: self._put(document, *found))
        job.start()

    def _put(self, document: Document, corners: dict[int, Corners], drawn: dict[int, DrawnMask]) -> None:
        if self._model.document is not document:
            return
        kinds: tuple[tuple[Any, dict[int, Any]], ...] = ((self._masks.corners, corners), (self._masks.drawn, drawn))
        for kept, values in kinds:
            for image_id, value in values.items():
                if image_id in document.images and kept.of(image_id) is None:  # else something newer is there
                    kept.put(image_id, value)
        for image_id in tuple(self._recovered):
            self._note_gone(image_id)  # of some the journal may be damaged
        self.restored.emit()


def _encoded_corners(corners: Corners) -> bytes:
    return json.dumps([(corner.x(), corner.y()) for corner in corners]).encode("ascii")


def drawings_in(
    unfinished: Mapping[tuple[str, str], bytes], images: Mapping[str, ImageRecord]
) -> tuple[dict[int, Corners], dict[int, DrawnMask]]:
    """The drawings by the ids that their images have now, for a worker thread; without those that are damaged."""
    corners: dict[int, Corners] = {}
    drawn: dict[int, DrawnMask] = {}
    for (path, kind), content in unfinished.items():
        image_id = images[path].id
        try:
            if kind == _CORNERS:
                corners[image_id] = _corners_in(content)
            elif kind == _DRAWN:
                instance = replace(_instance_in(content), image_id=image_id)
                drawn[image_id] = DrawnMask(instance, MaskShape.from_run_lengths(instance.mask), DrawnOn(image_id))
        except DAMAGE as error:  # which keeps none of the others from coming back
            traceback.print_exception(error)
    return corners, drawn


def _corners_in(content: bytes) -> Corners:
    points = json.loads(content)
    if not isinstance(points, list) or not points:
        raise ValueError(f"it is no open polygon but {points}")
    return tuple(QPointF(x, y) for x, y in points)


def _instance_in(content: bytes) -> Instance:
    edit = decode(content)
    if not isinstance(edit, AddInstance):
        raise ValueError(f"it is no drawn mask but {type(edit).__name__}")
    return edit.instance
