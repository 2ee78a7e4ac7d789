"""What a click at the pointer would give, while the mouse moves and nothing is being prompted."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Signal

from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import Previewed, SegmenterState
from annotator.gui.prompt_session import PromptSession
from annotator.segment import Prompt

_SLOWEST_SECONDS = 1 / 15  # a preview that trails the pointer by more is worse than none
_TRIALS = 5  # previews that may be slow in a row, such as the first ones of a process


class HoverPreview(QObject):
    """One preview at a time; the pointer's newest place waits. Pauses by itself on a machine that is too slow."""

    changed = Signal()

    def __init__(self, inference: Inference, session: PromptSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inference = inference
        self._session = session
        self._is_enabled = True
        self._slow_in_a_row = 0
        self._key = ""
        self._wanted: QPointF | None = None
        self._asked: QPointF | None = None
        self._request_id: int | None = None
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
        self._wanted = point
        self._ask()

    def leave(self) -> None:
        """The pointer left the image, or something else is going on."""
        self._wanted = self._asked = self._request_id = None
        self._show(None)

    def _ask(self) -> None:
        if self._request_id is None and self._wanted is not None and self._wanted != self._asked:
            self._asked = self._wanted
            prompt = Prompt(points=[(self._asked.x(), self._asked.y())], labels=[1])
            self._request_id = self._inference.preview(self._key, prompt)

    def _on_previewed(self, previewed: Previewed) -> None:
        if previewed.request_id != self._request_id:
            return
        self._request_id = None
        self._slow_in_a_row = self._slow_in_a_row + 1 if previewed.seconds > _SLOWEST_SECONDS else 0
        if self.is_too_slow:
            self.leave()
            return
        self._show(previewed.shape)
        self._ask()

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
