"""Makes the shapes of previews, in a thread of its own: the segmenter decodes the next one meanwhile."""

from __future__ import annotations

import math
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from annotator.core.geometry import RunLengths
from annotator.gui.canvas.mask_shape import MaskShape
from annotator.gui.inference_messages import DecodeRequest, InferenceReports, Previewed
from annotator.segment import Proposal
from annotator.segment.preprocess import upsample_mask


class PreviewMaker:
    """Reports previews by `reports`, in the order of `make`. For one thread, which waits only for the one before."""

    def __init__(self, reports: InferenceReports) -> None:
        self._reports = reports
        self._thread: ThreadPoolExecutor | None = None
        self._before: Future[None] | None = None

    def make(self, request: DecodeRequest, proposal: Proposal | None, seconds: float) -> None:
        """Report what is to be drawn of the answer to that request; None when it had none.

        seconds: how long that took so far.
        """
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="preview")
        self._finish()
        self._before = self._thread.submit(self._make, request, proposal, seconds)

    def close(self) -> None:
        """End the thread; `make` begins another. Raises what went wrong in it."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown()
        self._finish()

    def _finish(self) -> None:
        before, self._before = self._before, None
        if before is not None:
            before.result()

    def _make(self, request: DecodeRequest, proposal: Proposal | None, seconds: float) -> None:
        started = time.perf_counter()
        try:
            shape = None if proposal is None else preview_shape(proposal, request.scale)
        except MemoryError:
            shape = None  # what is only looked at for a moment is not worth a message
        self._reports.previewed.emit(Previewed(request.request_id, shape, seconds + time.perf_counter() - started))


def preview_shape(proposal: Proposal, scale: float) -> MaskShape | None:
    """The shape of the proposal's mask with the detail of a screen that has `scale` pixels for each of the image's.

    From 1 on it is the mask's own. None when nothing would be seen of it.
    """
    frame, share = proposal.frame, min(scale, 1.0)
    seen = replace(frame, height=math.ceil(frame.height * share), width=math.ceil(frame.width * share))
    mask = RunLengths.from_mask(upsample_mask(proposal.logits, seen, proposal.mask_threshold))
    return MaskShape.from_small(mask, frame.height, frame.width)
