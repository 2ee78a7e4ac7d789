"""The prompt and the mask it asks for, over the image, and the ring that turns while an answer is awaited."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, QPointF, QTimer, QVariantAnimation, Signal
from PySide6.QtGui import QPainter

from annotator.core.polygons import Ring
from annotator.gui.canvas.handle_painter import paint_polygons
from annotator.gui.canvas.mask_picture import MaskPicture
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.canvas.prompt_painter import (
    CURRENT_OUTLINE,
    current_opacity,
    paint_box,
    paint_current_mask,
    paint_points,
    paint_progress_ring,
)
from annotator.gui.canvas.viewport import Viewport
from annotator.gui.palette import CURRENT_MASK
from annotator.gui.prompt_session import PromptSession

_RING_SECONDS = 0.9  # of a revolution
_RING_MS = 40  # between two pictures of it
_BREATH_MS = 350


class PromptLayer(QObject):
    """Follows the session. A mask that has changed is brighter for a moment."""

    changed = Signal()
    breathed = Signal(object)  # the shape of the mask that is brighter or darker now; nothing else has changed

    def __init__(self, session: PromptSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._is_working = False
        self._polygons: Sequence[Ring] = ()
        self._shape_before: MaskShape | None = None
        self._picture = MaskPicture(CURRENT_MASK, CURRENT_OUTLINE, is_filled=True)
        self._breath = QVariantAnimation(self)
        self._breath.setDuration(_BREATH_MS)
        self._breath.setStartValue(1.0)
        self._breath.setEndValue(0.0)
        self._breath.valueChanged.connect(self._on_breathed)
        self._ring = QTimer(self)
        self._ring.setInterval(_RING_MS)
        self._ring.timeout.connect(self.changed)
        session.changed.connect(self._on_session_changed)

    @property
    def shape(self) -> MaskShape | None:
        """The mask being decided on, None when there is none."""
        shown = self._session.shown
        return None if shown is None else shown.shape

    @property
    def is_working(self) -> bool:
        """Whether the embedding of the image on screen is still being computed."""
        return self._is_working

    @property
    def has_ring(self) -> bool:
        """Whether an answer is awaited that the image's embedding has to come before."""
        return self._ring.isActive()

    def set_working(self, working: bool) -> None:
        """Say whether the embedding of the image on screen is still being computed."""
        self._is_working = working
        self._update_ring()

    def show_polygons(self, rings: Sequence[Ring]) -> None:
        """Show closed lines, N x 2 image pixels each, over the mask being decided on; none takes them away."""
        if rings or self._polygons:
            self._polygons = rings
            self.changed.emit()

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Draw the mask and the prompt, in widget pixels."""
        shape = self.shape
        if shape is not None:
            self._picture.paint(painter, viewport, shape, current_opacity(self._breath_now))
        self._paint_prompt(painter, viewport)

    def paint_enlarged(self, painter: QPainter, lens: Viewport) -> None:
        """The same for another viewport, for a magnifier; the picture of the mask that is kept stays."""
        if self.shape is not None:
            paint_current_mask(painter, lens, self.shape, self._breath_now)
        self._paint_prompt(painter, lens)

    @property
    def _breath_now(self) -> float:
        is_breathing = self._breath.state() == QVariantAnimation.State.Running
        return float(self._breath.currentValue()) if is_breathing else 0.0

    def _paint_prompt(self, painter: QPainter, viewport: Viewport) -> None:
        step = self._session.step
        paint_polygons(painter, viewport, self._polygons)
        if step.box is not None:
            paint_box(painter, viewport, step.box)
        paint_points(painter, viewport, step)

    def paint_ring(self, painter: QPainter, at: QPointF) -> None:
        """Draw the ring as it is at this moment around a place of the widget."""
        paint_progress_ring(painter, at, time.monotonic() / _RING_SECONDS % 1.0)

    def _on_breathed(self) -> None:
        if self.shape is not None:
            self.breathed.emit(self.shape)

    def _on_session_changed(self) -> None:
        shape = self.shape
        if shape is not self._shape_before:
            self._shape_before = shape
            if shape is None:
                self._picture.forget()
            else:
                self._breath.stop()
                self._breath.start()
        self._update_ring()

    def _update_ring(self) -> None:
        if self._is_working and self._session.is_waiting:
            self._ring.start()
        else:
            self._ring.stop()
        self.changed.emit()
