"""The prompt being built on the current image: clicks, box, the three proposals, and steps back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from annotator.core.document import Instance
from annotator.gui.inference import Inference
from annotator.gui.inference_messages import Decoded, ShownProposal
from annotator.segment import Prompt


@dataclass(frozen=True, eq=False)
class PromptStep:
    """The prompt after one click or box, and what the model made of it.

    points: (x, y) original-image pixels; labels: True positive. box: image pixels or None.
    proposals: empty until decoded. chosen: which of them the user looks at.
    """

    points: tuple[QPointF, ...] = ()
    labels: tuple[bool, ...] = ()
    box: QRectF | None = None
    proposals: tuple[ShownProposal, ...] = ()
    chosen: int = 0

    @property
    def shown(self) -> ShownProposal | None:
        """The proposal the user looks at."""
        return self.proposals[self.chosen] if self.proposals else None


@dataclass(frozen=True, eq=False)
class _Pending:
    """A prompt that is neither accepted nor cleared: its steps, and the instance that is to be refined, if any."""

    steps: tuple[PromptStep, ...] = ()
    refined: Instance | None = None


class PromptSession(QObject):
    """One prompt at a time for each image; a prompt left behind by paging is found again on return.

    Only one decode is under way: clicks made meanwhile wait, so that each refinement builds on the logits of the mask
    the user was looking at (SAM's interactive protocol). With an instance to refine, the first builds on its mask.
    """

    changed = Signal()  # points, box, masks or the choice among them
    decoded = Signal(float)  # seconds the newest decode took
    decode_failed = Signal(object)

    def __init__(self, inference: Inference, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inference = inference
        self._key = ""
        self._steps: list[PromptStep] = []
        self._refined: Instance | None = None
        self._left_behind: dict[str, _Pending] = {}
        self._request_id: int | None = None
        self._requested_step: PromptStep | None = None
        inference.decoded.connect(self._on_decoded)
        inference.decode_failed.connect(self._on_decode_failed)

    @property
    def key(self) -> str:
        """The image prompts are about; "" for none."""
        return self._key

    # -- what is shown -----------------------------------------------------------------------------------------------

    @property
    def is_pending(self) -> bool:
        """Whether there is a prompt that is neither accepted nor cleared."""
        return bool(self._steps) or self._refined is not None

    @property
    def unfinished_keys(self) -> tuple[str, ...]:
        """The images with clicks or a box that are neither accepted nor cleared, by their keys."""
        left = [key for key, pending in self._left_behind.items() if pending.steps]
        return (*left, self._key) if self._steps else tuple(left)

    @property
    def unfinished_prompts(self) -> dict[str, tuple[object, ...]]:
        """By the keys of those images, the points, labels and box of each; equal ones are the same prompt."""
        steps = {key: pending.steps[-1] for key, pending in self._left_behind.items() if pending.steps}
        if self._steps:
            steps[self._key] = self.step
        return {key: (step.points, step.labels, step.box) for key, step in steps.items()}

    @property
    def refined(self) -> Instance | None:
        """The instance whose mask the prompt is to better, as it was when that began; None for a new one."""
        return self._refined

    @property
    def step(self) -> PromptStep:
        """The newest step; an empty one when there is none."""
        return self._steps[-1] if self._steps else PromptStep()

    @property
    def is_waiting(self) -> bool:
        """Whether the newest step has not been decoded yet."""
        return bool(self._steps) and not self.step.proposals

    @property
    def shown(self) -> ShownProposal | None:
        """The mask to draw: the newest step's, or until that is decoded the one before."""
        return next((step.shown for step in reversed(self._steps) if step.proposals), None)

    # -- what the user does ------------------------------------------------------------------------------------------

    def set_image(self, key: str) -> None:
        """Another image is on screen, "" for none; its unfinished prompt, if any, comes back."""
        if key == self._key:
            return
        if self.is_pending:
            self._left_behind[self._key] = _Pending(tuple(self._steps), self._refined)
        self._key = key
        pending = self._left_behind.pop(key, _Pending())
        self._refined = pending.refined
        self._replace_steps(pending.steps)

    def refine(self, instance: Instance) -> None:
        """Begin anew, with an instance whose mask the clicks that follow are to better."""
        self._refined = instance
        self._replace_steps(())

    def refine_again(self, instance: Instance) -> None:
        """The instance that is being refined has another mask now: the same clicks are to better that one."""
        self._refined = instance
        self._replace_steps([_undecoded(step) for step in self._steps])

    def add_point(self, point: QPointF, *, positive: bool) -> None:
        """One more click, in original-image pixels."""
        step = self.step
        self._add(PromptStep((*step.points, point), (*step.labels, positive), step.box))

    def set_box(self, box: QRectF) -> None:
        """A new box starts the prompt anew: the object is another one, unless one is being refined."""
        step = PromptStep() if self._refined is None else self.step
        self._add(PromptStep(step.points, step.labels, box))

    def remove_last(self) -> None:
        """Take back the last click or box; the masks and logits of the step before return.

        Without one, refining ends.
        """
        if not self._steps:
            self._refined = None
        self._replace_steps(self._steps[:-1])

    def clear(self) -> None:
        """Drop the whole prompt."""
        self._refined = None
        self._replace_steps(())

    def forget(self) -> None:
        """Drop the prompts of all images; they belong to a document that is being left."""
        self._left_behind.clear()
        self.clear()

    def decode_again(self) -> None:
        """Another model answers from now on: ask it for every prompt's masks anew."""
        self._left_behind = {
            key: replace(pending, steps=tuple(map(_undecoded, pending.steps)))
            for key, pending in self._left_behind.items()
        }
        self._replace_steps([_undecoded(step) for step in self._steps])

    def cycle(self) -> None:
        """Look at the next of the three masks."""
        step = self.step
        if step.proposals:
            self._steps[-1] = replace(step, chosen=(step.chosen + 1) % len(step.proposals))
            self.changed.emit()

    # -- decoding ----------------------------------------------------------------------------------------------------

    def _add(self, step: PromptStep) -> None:
        self._steps.append(step)
        self._request_newest()
        self.changed.emit()

    def _replace_steps(self, steps: Sequence[PromptStep]) -> None:
        self._steps = list(steps)
        self._inference.drop_decode()
        self._request_id = None
        self._request_newest()
        self.changed.emit()

    def _request_newest(self) -> None:
        if not self.is_waiting or self._request_id is not None:
            return
        step = self.step
        box = step.box
        prompt = Prompt(
            points=[(point.x(), point.y()) for point in step.points],
            labels=[int(positive) for positive in step.labels],
            box=None if box is None else (box.left(), box.top(), box.right(), box.bottom()),
            logits=self._logits_to_refine(),
        )
        self._requested_step = step
        mask = None if self._refined is None else self._refined.mask
        self._request_id = self._inference.decode(self._key, prompt, mask)

    def _logits_to_refine(self) -> npt.NDArray[np.float32] | None:
        """The logits of the mask on screen, unless a new box has begun another object."""
        for before, step in zip(reversed(self._steps[:-1]), reversed(self._steps[1:]), strict=True):
            if step.box is not before.box and self._refined is None:
                return None
            if before.shown is not None:
                return before.shown.proposal.logits
        return None

    def _on_decoded(self, decoded: Decoded) -> None:
        if decoded.request_id != self._request_id:
            return  # stale: the prompt it answers is gone
        self._request_id = None
        for index, step in enumerate(self._steps):
            if step is self._requested_step:
                self._steps[index] = replace(step, proposals=decoded.proposals)
        self._request_newest()
        self.decoded.emit(decoded.seconds)
        self.changed.emit()

    def _on_decode_failed(self, request_id: int, reason: str) -> None:
        if request_id == self._request_id:
            self._replace_steps(self._steps[:-1])
            self.decode_failed.emit(reason)


def _undecoded(step: PromptStep) -> PromptStep:
    return replace(step, proposals=(), chosen=0)
