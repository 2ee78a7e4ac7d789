"""The thread that drives the segmenter: starts it, gives it one task after another, and starts it anew when it dies."""

from __future__ import annotations

import contextlib
import threading
import time
import traceback
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread

from annotator.errors import AnnotatorError, SegmenterError, Sentence, reason_of
from annotator.gui.errands import Errand
from annotator.gui.inference_agenda import Agenda, Decode, Encode, Preview, Refuse, Restart, Task
from annotator.gui.inference_messages import (
    Decoded,
    Encoded,
    InferenceReports,
    SegmenterProcess,
    SegmenterState,
    SegmenterStatus,
    ShownProposal,
)
from annotator.gui.preview_maker import PreviewMaker
from annotator.segment import CancellationToken, Cancelled
from annotator.segment.cache import EmbeddingCache

# What one request may fail with while the segmenter goes on: RuntimeError is how the network's library complains, and a
# large image may find no memory where the next one does.
_MODEL_FAILURES = (AnnotatorError, RuntimeError, MemoryError)
_RESTARTS_IN_A_ROW = 2  # a segmenter that dies more often than this without serving anything stays down


class InferenceThread(QThread):
    """Works the agenda off until it closes; its results go into `embeddings` and out by the signals of `reports`.

    `run` and all that is below it happens in the thread itself.
    """

    def __init__(
        self,
        make_segmenter: Callable[[], SegmenterProcess],
        agenda: Agenda,
        embeddings: EmbeddingCache,
        reports: InferenceReports,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inference")
        self.status = SegmenterStatus(SegmenterState.STARTING)
        self.segmenter_name = self.segmenter_precision = ""
        self._agenda = agenda
        self._embeddings = embeddings
        self._reports = reports
        self._lock = threading.Lock()  # of the next two; taken before the agenda's
        self._make_segmenter = make_segmenter
        self._segmenter: SegmenterProcess | None = None
        self._failures_in_a_row = 0
        self._previews = PreviewMaker(reports)

    # -- from the GUI thread -----------------------------------------------------------------------------------------

    def replace_segmenter(self, make_segmenter: Callable[[], SegmenterProcess]) -> None:
        """Compute with another segmenter from now on."""
        with self._lock:
            self._make_segmenter = make_segmenter
            self._agenda.leave()
            segmenter = self._segmenter
        if segmenter is not None:
            segmenter.close()  # frees the thread from whatever it waits for

    def close(self) -> None:
        """End the segmenter and the thread, and wait for its end; a running encode is abandoned."""
        self._agenda.close()
        with self._lock:
            segmenter = self._segmenter
        if segmenter is not None:
            segmenter.close()  # frees the thread from whatever it waits for
        self.wait()

    # -- in the thread -----------------------------------------------------------------------------------------------

    def run(self) -> None:
        try:
            while (segmenter := self._next_segmenter()) is not None:
                try:
                    self._serve(segmenter)
                finally:
                    segmenter.close()
        except Exception:
            # A programming error: it must reach the terminal, and nobody must wait for answers for ever.
            reason = Sentence("There is a fault in the program; the terminal shows the details.")
            self._agenda.stop(reason)
            self._enter(SegmenterState.FAILED, reason)
            raise
        finally:
            self._previews.close()

    def _next_segmenter(self) -> SegmenterProcess | None:
        while self._agenda.begin():
            with self._lock:
                # Who leaves or closes from now on finds the segmenter, and ends it.
                if not self._agenda.is_leaving:
                    self._segmenter = self._make_segmenter()
                    return self._segmenter
        return None

    def _serve(self, segmenter: SegmenterProcess) -> None:
        self._failures_in_a_row = 0
        self._bring_up(segmenter, segmenter.start)
        while (task := self._agenda.next_task(self._why_down)) is not None:
            try:
                self._do(task, segmenter)
            except SegmenterError as error:
                self._recover(segmenter, error.sentence)

    @property
    def _why_down(self) -> str | None:
        return self.status.problem if self.status.state is SegmenterState.FAILED else None

    def _do(self, task: Task, segmenter: SegmenterProcess) -> None:
        match task:
            case Restart():
                self._bring_up(segmenter, segmenter.restart)
            case Decode():
                self._decode(task, segmenter)
            case Refuse():
                self._reports.decode_failed.emit(task.request.request_id, task.reason)
            case Preview():
                self._preview(task, segmenter)
            case Encode():
                self._encode(task, segmenter)
            case Errand():
                self._run_errand(task, segmenter)

    def _encode(self, task: Encode, segmenter: SegmenterProcess) -> None:
        image = task.image
        if task.refusal is not None:
            self._agenda.announced(image)
            self._reports.encode_failed.emit(image.key, task.refusal)
            return
        started = time.perf_counter()
        cached = self._embeddings.get(image.key) is not None
        if not cached:
            self._enter(SegmenterState.ENCODING)
            try:
                self._embeddings.put(image.key, segmenter.encode(image.rgb, cancel=image.cancel))
            except Cancelled:
                return
            except SegmenterError:
                raise
            except _MODEL_FAILURES as error:
                reason = _told(error)
                self._agenda.refuse(image, reason, for_now=isinstance(error, MemoryError))
                self._agenda.announced(image)
                self._reports.encode_failed.emit(image.key, reason)
                self._enter(SegmenterState.READY)
                return
        self._failures_in_a_row = 0
        self._agenda.announced(image)
        self._reports.encoded.emit(Encoded(image.key, time.perf_counter() - started, cached))
        self._enter(SegmenterState.READY)

    def _decode(self, task: Decode, segmenter: SegmenterProcess) -> None:
        request = task.request
        started = time.perf_counter()
        try:
            proposals = segmenter.decode(task.embedding, request.prompt_for(task.embedding))
            shown = tuple(map(ShownProposal, proposals))
            shown[0].prepare()
        except SegmenterError:
            self._agenda.retry(request)
            raise
        except _MODEL_FAILURES as error:
            self._reports.decode_failed.emit(request.request_id, _told(error))
            return
        self._failures_in_a_row = 0
        self._reports.decoded.emit(Decoded(request.request_id, shown, time.perf_counter() - started))
        # These are not seen before the user asks for them, who finds them computed unless the memory is short.
        with contextlib.suppress(MemoryError):
            for other in shown[1:]:
                other.prepare()

    def _preview(self, task: Preview, segmenter: SegmenterProcess) -> None:
        started = time.perf_counter()
        try:
            best = segmenter.decode(task.embedding, task.request.prompt)[0]
        except SegmenterError:
            raise
        except _MODEL_FAILURES as error:
            _told(error)
            best = None
        self._previews.make(task.request, best, time.perf_counter() - started)

    def _run_errand(self, errand: Errand, segmenter: SegmenterProcess) -> None:
        again = False
        try:
            answer = errand.work(segmenter, errand.interruption)
        except Cancelled:
            errand.interruption = CancellationToken()
            again = True
        except SegmenterError as error:
            if errand.may_be_tried_again() and not self._agenda.is_closing:
                again = True
            else:
                errand.answer.set_exception(SegmenterError(error.sentence))
            raise
        except Exception as error:  # noqa: BLE001  (raised where the errand came from)
            _told(error)
            # Raised in the thread that asked, without the frames of this one: objects would be held in circles.
            errand.answer.set_exception(error.with_traceback(None))
        else:
            self._failures_in_a_row = 0
            errand.answer.set_result(answer)
        finally:
            self._agenda.errand_done(errand, again=again)

    def _recover(self, segmenter: SegmenterProcess, reason: str) -> None:
        if self._agenda.is_leaving:
            return
        self._failures_in_a_row += 1
        if self._failures_in_a_row > _RESTARTS_IN_A_ROW:
            self._enter(SegmenterState.FAILED, reason)
            return
        self._enter(SegmenterState.RESTARTING, reason)
        self._bring_up(segmenter, segmenter.restart)

    def _bring_up(self, segmenter: SegmenterProcess, begin: Callable[[], None]) -> None:
        self._enter(SegmenterState.STARTING)
        try:
            begin()
            segmenter.wait_ready()
        except AnnotatorError as error:
            if not self._agenda.is_leaving:
                self._enter(SegmenterState.FAILED, error.sentence)
            return
        self.segmenter_name, self.segmenter_precision = segmenter.name, segmenter.identity.precision
        self._enter(SegmenterState.READY)

    def _enter(self, state: SegmenterState, problem: str = "") -> None:
        self.status = SegmenterStatus(state, problem)
        self._reports.state_changed.emit(state, problem)


def _told(error: Exception) -> str:
    """The failure as a sentence; what no user could have caused goes to the terminal as well."""
    if isinstance(error, MemoryError):
        return Sentence("There is not enough memory for this image: close other programs, or use a smaller copy of it.")
    if not isinstance(error, AnnotatorError):
        traceback.print_exception(error)
    return reason_of(error)
