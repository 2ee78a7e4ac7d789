"""What a click at the pointer would give, while the mouse moves and nothing is being prompted."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal

from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import Previewed, SegmenterState
from annotator.gui.prompt_session import PromptSession
from annotator.segment import Prompt

_SLOWEST_SECONDS = 1 / 15  # a preview that trails the pointer by more is worse than none
_COARSE = 1.1  # a preview that is enlarged by more than that is made anew
_TRIALS = 5  # previews that may be slow in a row, such as the first ones of a process


class HoverPreview(QObject):
    """While one preview is made the pointer's newest place waits, so that the segmenter never does.

    Pauses by itself on a machine that is too slow.
    """

    changed = Signal()

    def __init__(self, inference: Inference, session: PromptSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inference = inference
        self._session = session
        self._is_enabled = True
        self._slow_in_a_row = 0
        self._key = ""
        self._scale = 1.0
        self._asked: tuple[QPointF, float] | None = None  # the newest place, and the scale it was asked for
        self._request_id: int | None = None  # the oldest request whose answer is worth anything
        self._shape: MaskShape | None = None
        inference.previewed.connect(self._on_previewed)
        inference.state_changed.connect(self._on_segmenter_state_changed)
        session.changed.connect(self._on_session_changed)

    @property
    def shape(self) -> MaskShape | None:
        """The preview to draw."""
        return self._shape

    @property
    def is_too_slow(self) -> bool:
        """Whether previews took too long here and were given up."""
        return self._slow_in_a_row >= _TRIALS

    def set_enabled(self, enabled: bool) -> None:
        """The user's switch; switching on gives a slow machine another trial."""
        self._is_enabled = enabled
        self._slow_in_a_row = 0
        self.leave()

    def point_at(self, key: str, point: QPointF) -> None:
        """The pointer is at that pixel of the image of that key (x, y of original-image pixels)."""
        if not self._is_enabled or self.is_too_slow or self._session.is_pending or not self._inference.is_encoded(key):
            return
        if key != self._key:
            self.leave()
            self._key = key
        if self._asked is None or point != self._asked[0]:
            self._ask(point)

    def set_scale(self, scale: float) -> None:
        """How many pixels of the screen an image pixel has: a preview has no more detail than is to be seen."""
        self._scale = scale
        if self._asked is not None and min(scale, 1.0) > self._asked[1] * _COARSE:
            self._ask(self._asked[0])

    def leave(self) -> None:
        """The pointer left the image, or something else is going on."""
        self._asked = self._request_id = None
        self._show(None)

    def _ask(self, point: QPointF) -> None:
        self._asked = point, min(self._scale, 1.0)
        prompt = Prompt(points=[(point.x(), point.y())], labels=[1])
        request_id = self._inference.preview(self._key, prompt, self._scale)
        if self._request_id is None:
            self._request_id = request_id

    def _on_previewed(self, previewed: Previewed) -> None:
        if self._request_id is None or previewed.request_id < self._request_id:
            return  # of a place that was left
        self._slow_in_a_row = self._slow_in_a_row + 1 if previewed.seconds > _SLOWEST_SECONDS else 0
        if self.is_too_slow:
            self.leave()
            return
        self._show(previewed.shape)

    def _on_session_changed(self) -> None:
        if self._session.is_pending or self._session.key != self._key:
            self.leave()

    def _on_segmenter_state_changed(self, state: SegmenterState) -> None:
        if state is not SegmenterState.READY:
            self.leave()  # what was asked may never be answered

    def _show(self, shape: MaskShape | None) -> None:
        if shape is not self._shape:
            self._shape = shape
            self.changed.emit()
