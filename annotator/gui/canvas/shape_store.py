"""The shapes of what is on the image on screen, built from run-lengths a few milliseconds at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.core.document import Instance, StoredProposal
from annotator.gui.canvas.mask_shape import MaskShape

_SLICE_SECONDS = 0.004  # building may hold the GUI thread this long at a time: drawing may follow in the same turn
_SHOW_SECONDS = 0.3  # how often, while many are built, those that are ready appear


class ShapeStore(QObject):
    """Holds a shape for each record that `wanted` gives; of a record whose mask changed the old one until then."""

    built = Signal()  # so many are ready, or all, that they should be drawn

    def __init__(
        self, wanted: Callable[[], Iterable[Instance | StoredProposal]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._wanted = wanted
        self._shapes: dict[int, MaskShape | None] = {}
        self._stale_ids: set[int] = set()
        self._shown_at = 0.0  # when `built` was last emitted, in seconds of perf_counter
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._build_some)

    def get(self, record_id: int) -> MaskShape | None:
        """The shape of that id; None when it has not been built yet, or its mask is empty."""
        return self._shapes.get(record_id)

    def is_stale(self, record_id: int) -> bool:
        """Whether that shape is of a mask that the record had before."""
        return record_id in self._stale_ids

    def clear(self) -> None:
        """Forget all, for another image."""
        self._shapes.clear()
        self._stale_ids.clear()

    def start(self) -> None:
        """Build what is missing, beginning at the next turn of the event loop."""
        self._timer.start()

    def forget(self, record_id: int) -> None:
        """The record is gone."""
        self._shapes.pop(record_id, None)
        self._stale_ids.discard(record_id)

    def renew(self, record_id: int) -> None:
        """The record has another mask: build its shape again."""
        self._stale_ids.add(record_id)
        self._timer.start()

    def build(self, record: Instance | StoredProposal, shape: MaskShape | None = None) -> None:
        """Build one at once, unless its shape is there already."""
        self._shapes[record.id] = MaskShape.from_run_lengths(record.mask) if shape is None else shape
        self._stale_ids.discard(record.id)

    def _build_some(self) -> None:
        deadline = time.perf_counter() + _SLICE_SECONDS
        missing = [r for r in self._wanted() if r.id not in self._shapes or r.id in self._stale_ids]
        for record in missing:
            self.build(record)
            if time.perf_counter() > deadline:
                break
        else:
            self._timer.stop()
        # Drawing hundreds anew takes as long as building many: not after every slice.
        is_due = not self._timer.isActive() or time.perf_counter() - self._shown_at > _SHOW_SECONDS
        if missing and is_due:
            self._shown_at = time.perf_counter()
            self.built.emit()
