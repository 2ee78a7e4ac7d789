"""The segmenter as the window knows it: the GUI thread asks and is told by signals, and never waits."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject

from annotator.core.geometry import RunLengths
from annotator.gui.errands import Errand
from annotator.gui.inference_agenda import Agenda
from annotator.gui.inference_messages import InferenceReports, SegmenterProcess, SegmenterState
from annotator.gui.inference_thread import InferenceThread
from annotator.segment import Embedding, Prompt
from annotator.segment.cache import EmbeddingCache
from annotator.segment.identity import ModelIdentity

_EMBEDDING_BYTES = 128 * 2**20


class Inference(InferenceReports):
    """Owns the segmenter, the thread that drives it, what waits for it, and the embeddings it has made."""

    def __init__(self, make_segmenter: Callable[[], SegmenterProcess], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._embeddings = EmbeddingCache(_EMBEDDING_BYTES)
        self._agenda = Agenda(self._embeddings)
        self._thread = InferenceThread(make_segmenter, self._agenda, self._embeddings, reports=self, parent=self)

    # -- the segmenter's life ----------------------------------------------------------------------------------------

    @property
    def state(self) -> SegmenterState:
        """What the segmenter is doing."""
        return self._thread.status.state

    @property
    def problem(self) -> str:
        """What is wrong with the segmenter, a sentence, or ""."""
        return self._thread.status.problem

    @property
    def segmenter_name(self) -> str:
        """The name of the checkpoint that was ready last, "" before there was one."""
        return self._thread.segmenter_name

    @property
    def segmenter_precision(self) -> str:
        """What it computes in, such as "fp32"; "" until it is ready."""
        return self._thread.segmenter_precision

    @property
    def generation(self) -> int:
        """The number of the segmenter that computes now; another one gets another number."""
        return self._agenda.generation

    def start(self) -> None:
        """Start the segmenter in the background."""
        self._thread.start()

    def restart(self) -> None:
        """Start the segmenter anew after it stayed down."""
        if self._agenda.restart():
            self._thread.wait()  # it has stopped, and may still be saying why
            self._thread.start()

    def replace_segmenter(self, make_segmenter: Callable[[], SegmenterProcess]) -> None:
        """Compute with another segmenter from now on; the image on screen is embedded anew."""
        self._thread.replace_segmenter(make_segmenter)

    def close(self) -> None:
        """Stop the thread and the segmenter; abandons a running encode."""
        self._thread.close()

    # -- embeddings --------------------------------------------------------------------------------------------------

    def set_cache_bytes(self, max_bytes: int) -> None:
        """How much memory embeddings may take."""
        self._embeddings.resize(max_bytes)

    def is_encoded(self, key: str) -> bool:
        """Whether prompts on the image of that key are answered at once."""
        return self._embeddings.get(key) is not None

    def kept_embedding(self, key: str, identity: ModelIdentity) -> Embedding | None:
        """The embedding of the image of that key by that model, if it is in memory; from any thread."""
        embedding = self._embeddings.get(key)
        if embedding is None or embedding.model != identity.digest:
            return None
        return embedding

    def keep_embedding(self, key: str, embedding: Embedding) -> None:
        """The image of that key was embedded before it is shown; for errands, which run in the inference's thread."""
        self._embeddings.put(key, embedding)

    # -- wishes ------------------------------------------------------------------------------------------------------

    def show_image(self, key: str, rgb: npt.NDArray[np.uint8]) -> None:
        """The image now on screen (uint8 H x W x 3, oriented): embed it; abandon any other."""
        self._agenda.show(key, rgb)

    def decode(self, key: str, prompt: Prompt, mask: RunLengths | None = None) -> int:
        """Decode the prompt once the image's embedding exists; replaces an older prompt that has not been started.

        mask: what the prompt is to better, if anything. Returns the request's id, which the answer carries.
        """
        return self._agenda.decode(key, prompt, mask)

    def preview(self, key: str, prompt: Prompt, scale: float = 1.0) -> int:
        """Decode what a click would give, if the image has its embedding; only the newest preview is worth anything.

        scale: the screen's pixels per image pixel; the shape has no more detail. Returns the request's id, which is
        larger than those before. One that has been started is answered even when a newer one waits; one that fails is
        answered without a shape.
        """
        return self._agenda.preview(key, prompt, scale)

    def drop_decode(self) -> None:
        """Forget a prompt that has not been started."""
        self._agenda.drop_decode()

    def submit(self, errand: Errand) -> None:
        """Do this when neither a prompt nor the image on screen waits; from any thread."""
        self._agenda.submit(errand)
