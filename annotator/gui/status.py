"""The status bar: what the segmenter does, where the pointer is, and whether the work is on disk."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QStatusBar, QWidget

from annotator.gui.autosave import Autosave
from annotator.gui.background import BackgroundJobs
from annotator.gui.document_model import DocumentModel
from annotator.gui.elided_label import ElidedLabel
from annotator.gui.image_loader import LoadedImage
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import Encoded, SegmenterState
from annotator.gui.jobs_pill import JobsPill
from annotator.gui.language import translated
from annotator.gui.mask_work import MaskWork
from annotator.gui.plain_text import as_tooltip
from annotator.gui.prompt_session import PromptSession

_REFUSAL_MS = 6000
_PROBLEM_CHARACTERS = 60  # as wide as so many; the rest of the sentence is in the tooltip


class StatusBar(QStatusBar):
    """Listens to the segmenter and the document; the window tells it the rest."""

    def __init__(
        self,
        autosave: Autosave,
        model: DocumentModel,
        inference: Inference,
        session: PromptSession,
        jobs: BackgroundJobs,
        mask_work: MaskWork,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._autosave = autosave
        self._model = model
        self._inference = inference
        self._mask_work = mask_work
        self._state = inference.state
        self._problem = inference.problem
        self._with_keys: Callable[[str], str] = str
        self._image_key = ""
        self._refusal = ""  # why something was not done, as it was said last
        self._encoded: Encoded | None = None
        self._decode_seconds: float | None = None
        self._computing = self.tr("The mask is being computed; what you do meanwhile follows...")
        self.segmenter = ElidedLabel(self)
        self.segmenter.setContentsMargins(8, 0, 8, 0)
        self.addWidget(self.segmenter, 1)
        self.jobs = JobsPill(jobs, self)
        self.addPermanentWidget(self.jobs)
        self.note = ElidedLabel(self)
        self.size_, self.pointer, self.zoom, self.saved = (QLabel(self) for _ in range(4))
        for label in (self.note, self.size_, self.pointer, self.zoom, self.saved):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setContentsMargins(8, 0, 8, 0)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.addPermanentWidget(label)
        # Its text changes with every edit and again some milliseconds later: nothing beside it may move.
        for text in (self.tr("not saved"), self.tr("not saved, but kept")):
            self.saved.setMinimumWidth(max(self.saved.minimumWidth(), _width_of(self.saved, text)))
        inference.state_changed.connect(self._on_state_changed)
        inference.encoded.connect(self._on_encoded)
        session.decoded.connect(self._on_decoded)
        model.saved_changed.connect(self._show_saved)
        model.kept_changed.connect(self._show_saved)
        mask_work.became_busy.connect(self._show_saved)
        mask_work.became_idle.connect(self._show_saved)
        autosave.problem_changed.connect(self._show_saved)
        model.undo_stack.forgot.connect(self._on_undo_forgot)
        model.document_replaced.connect(self._show_saved)
        self._show_segmenter()
        self._show_saved()

    def name_keys(self, with_keys: Callable[[str], str]) -> None:
        """Have the keys in what is refused put in by that; see Shortcuts.with_keys."""
        self._with_keys = with_keys

    def refuse(self, reason: str) -> None:
        """Say for a moment why something was not done."""
        self._refusal = self._with_keys(translated(reason))
        self.showMessage(self._refusal, _REFUSAL_MS)

    def forget_refusal(self) -> None:
        """Something was done since: why something else was not is out of date."""
        if self._refusal and self.currentMessage() == self._refusal:
            self.clearMessage()

    def take_over(self, before: StatusBar) -> None:
        """Go on from another window's, over the same image, which has heard of its embedding and the last mask."""
        if before._image_key == self._image_key:
            self._encoded, self._decode_seconds = before._encoded, before._decode_seconds
            self._show_segmenter()

    def _on_undo_forgot(self) -> None:
        limit = self._model.undo_stack.limit // 2**20
        text = self.tr("The oldest changes can no longer be undone: those that can be take up to %1 MB of memory.")
        self.showMessage(text.replace("%1", str(limit)), _REFUSAL_MS)

    def tell_computing(self) -> None:
        """Say that masks are being computed, until that is over."""
        self.showMessage(self._computing)

    def forget_computing(self) -> None:
        """They are computed."""
        if self.currentMessage() == self._computing:
            self.clearMessage()

    def show_image(self, image: LoadedImage | None) -> None:
        """Another image is on screen."""
        self._image_key = "" if image is None else image.key
        self._encoded = None
        self._decode_seconds = None
        self.note.setText("" if image is None else translated(image.note))
        self.note.setVisible(bool(self.note.text()))
        if image is None:
            self.size_.clear()
            self.zoom.clear()
        else:
            height, width, _ = image.rgb.shape
            self.size_.setText(f"{width} \N{MULTIPLICATION SIGN} {height}")
            # The texts beside it may not move with every digit the pointer's place gets.
            self.pointer.setMinimumWidth(_width_of(self.pointer, _place(width - 1, height - 1)))
        self._show_segmenter()

    def show_pointer(self, at: QPointF | None) -> None:
        """The pointer's place in image pixels."""
        self.pointer.setText("" if at is None else _place(int(at.x()), int(at.y())))

    def show_zoom(self, scale: float) -> None:
        """Screen pixels per image pixel."""
        self.zoom.setText(f"{scale * 100:.0f} %" if self.size_.text() else "")

    def _on_state_changed(self, state: SegmenterState, problem: str) -> None:
        self._state, self._problem = state, problem
        self._show_segmenter()

    def _on_encoded(self, encoded: Encoded) -> None:
        if encoded.key == self._image_key:  # else a late one, of an image that was left meanwhile
            self._encoded = encoded
            self._show_segmenter()

    def _on_decoded(self, seconds: float) -> None:
        self._decode_seconds = seconds
        self._show_segmenter()

    def _show_segmenter(self) -> None:
        self.segmenter.setText(" \N{MIDDLE DOT} ".join(self._segmenter_parts()))

    def _segmenter_parts(self) -> list[str]:
        if self._state is SegmenterState.STARTING:
            return [self.tr("The model is starting; you can look around and place clicks meanwhile")]
        if self._state is SegmenterState.RESTARTING:
            return [self.tr("The model stopped and is being started anew")]
        if self._state is SegmenterState.FAILED:
            return [self.tr("The model does not run: %1").replace("%1", translated(self._problem))]
        parts = [self._inference.segmenter_name, self._inference.segmenter_precision]
        if self._state is SegmenterState.ENCODING:
            parts.append(self.tr("computing the embedding..."))
        elif self._encoded is not None:
            text = self.tr("embedding from memory") if self._encoded.cached else self.tr("embedding %1 s")
            parts.append(text.replace("%1", f"{self._encoded.seconds:.2f}"))
        else:
            parts.append(self.tr("ready"))
        if self._decode_seconds is not None:
            parts.append(self.tr("decode %1 ms").replace("%1", f"{self._decode_seconds * 1000:.0f}"))
        return parts

    def _show_saved(self) -> None:
        text, short = self._saved_text(self._autosave.problem), self._saved_text(self._autosave.reason)
        metrics = self.saved.fontMetrics()
        width = _PROBLEM_CHARACTERS * metrics.averageCharWidth()
        shown = metrics.elidedText(short, Qt.TextElideMode.ElideRight, width)
        self.saved.setText(shown)
        self.saved.setToolTip("" if shown == text else as_tooltip(text))
        self.saved.setAccessibleName(text)

    def _saved_text(self, problem: str) -> str:
        model = self._model
        if not model.is_open:
            return ""
        if model.refusal:
            return self.tr("view only")
        # A stroke that is still being computed is an edit in a moment, and until then nowhere but in memory.
        is_all = not self._mask_work.is_busy
        # Undoing to what is in the file counts once the journal knows of it: else it would come back undone.
        if is_all and model.is_saved and (model.is_kept or not model.is_journalled):
            return self.tr("nothing to save yet") if model.coco_version is None else self.tr("saved")
        is_kept = is_all and model.is_kept
        if not problem:
            return self.tr("not saved, but kept") if is_kept else self.tr("not saved")
        text = self.tr("not saved, but kept: %1") if is_kept else self.tr("not saved: %1")
        return text.replace("%1", translated(problem))


def _place(x: int, y: int) -> str:
    return f"x {x}  y {y}"


def _width_of(label: QLabel, text: str) -> int:
    """Of the label with that text, in pixels."""
    margins = label.contentsMargins()
    return label.fontMetrics().horizontalAdvance(text) + margins.left() + margins.right()
