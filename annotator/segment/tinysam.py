"""The Segmenter over the MindSpore network, in this process."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotator.model.checkpoint import read_checkpoint
from annotator.model.sam import TinySam
from annotator.segment.cache import EmbeddingStore
from annotator.segment.identity import ModelIdentity
from annotator.segment.preprocess import Frame, preprocess
from annotator.segment.prompt import Prompt
from annotator.segment.segmenter import (
    CancellationToken,
    DecodeBatch,
    Embedding,
    Proposal,
    check_embedding,
    check_prompts,
)
from annotator.segment.weights import best_weights, tensors_digest

PRECISIONS = ("fp32",)

# Prompts per call of the network: more would only need more memory, some 60 MB each at an image size of 1024.
_PROMPTS_PER_CALL = 8


class TinySamSegmenter:
    """Encodes and decodes with TinySAM; safe to use from any thread, one call at a time.

    cache: where encode looks for an embedding first and puts it; None for none.
    """

    def __init__(self, network: TinySam, identity: ModelIdentity, *, cache: EmbeddingStore | None = None) -> None:
        self._network = network
        self._identity = identity
        self._cache = cache
        self._lock = threading.Lock()

    @classmethod
    def load(
        cls,
        weights: Path | str | None = None,
        precision: str = "fp32",
        image_size: int | None = None,
        *,
        cache: EmbeddingStore | None = None,
    ) -> TinySamSegmenter:
        """Read a checkpoint and build its network.

        weights: the file, or None for the best one installed. image_size: None for the checkpoint's own.
        Raises WeightsError when the weights cannot be used or the image size is impossible, ValueError for an unknown
        precision.
        """
        if precision not in PRECISIONS:
            raise ValueError(f"unknown precision {precision!r}; there is {', '.join(PRECISIONS)}")
        checkpoint = read_checkpoint(best_weights() if weights is None else weights)
        if image_size is not None:
            checkpoint = replace(checkpoint, config=replace(checkpoint.config, image_size=image_size))
        network = TinySam.from_checkpoint(checkpoint)
        identity = ModelIdentity(
            name=checkpoint.info.name,
            digest=tensors_digest(checkpoint),
            precision=precision,
            image_size=checkpoint.config.image_size,
            arithmetic=network.arithmetic,
        )
        return cls(network, identity, cache=cache)

    @property
    def name(self) -> str:
        """The checkpoint's name, for people."""
        return self._identity.name

    @property
    def identity(self) -> ModelIdentity:
        """Which model it runs."""
        return self._identity

    def encode(self, rgb: npt.NDArray[np.uint8], *, cancel: CancellationToken | None = None) -> Embedding:
        """Embed one oriented image, uint8 H x W x 3 RGB. Raises Cancelled between stages when `cancel` is set."""
        fingerprint = self._identity.fingerprint(rgb)
        if self._cache is not None:
            cached = self._cache.get(fingerprint)
            if cached is not None:
                return cached
        image, frame = preprocess(rgb, self._identity.image_size)
        with self._lock:
            features = self._network.encode(image, None if cancel is None else cancel.check)
        embedding = Embedding(features, frame, fingerprint, self._identity.digest, self._network.config.mask_threshold)
        if self._cache is not None:
            self._cache.put(fingerprint, embedding)
        return embedding

    def decode(self, embedding: Embedding, prompt: Prompt) -> list[Proposal]:
        """Three proposals for one prompt, best predicted IoU first. Raises PromptError for one outside the image."""
        return self.decode_batch(embedding, [prompt]).proposals(0, embedding)

    def decode_batch(self, embedding: Embedding, prompts: Sequence[Prompt]) -> DecodeBatch:
        """Low-resolution logits for many prompts at once; equal to decoding them one by one.

        Raises ValueError for an embedding of another model.
        """
        check_embedding(embedding, self._identity)
        check_prompts(embedding, prompts)
        side = self._identity.logits_side
        logits = np.empty((len(prompts), 3, side, side), np.float32)
        predicted_iou = np.empty((len(prompts), 3), np.float32)
        for indices in _calls(prompts):
            group = [prompts[i] for i in indices]
            with self._lock:
                logits[indices], predicted_iou[indices] = self._decode_alike(embedding, group)
        return DecodeBatch(logits, predicted_iou)

    def _decode_alike(
        self, embedding: Embedding, prompts: Sequence[Prompt]
    ) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """The network's logits and predicted IoUs for prompts of one shape."""
        frame = embedding.frame
        boxes = [prompt.box for prompt in prompts if prompt.box is not None]
        previous = [prompt.logits for prompt in prompts if prompt.logits is not None]
        return self._network.decode(
            embedding.features,
            frame.to_input(np.stack([np.asarray(prompt.points, np.float32) for prompt in prompts])),
            np.stack([np.asarray(prompt.labels, np.int32) for prompt in prompts]),
            _boxes_to_input(frame, boxes) if boxes else None,
            np.stack(previous)[:, None] if previous else None,
        )


def _calls(prompts: Sequence[Prompt]) -> list[list[int]]:
    """Indices of the prompts for each call of the network: alike in shape, because padding would change the results."""
    alike: dict[tuple[int, bool, bool], list[int]] = defaultdict(list)
    for index, prompt in enumerate(prompts):
        alike[len(prompt.labels), prompt.box is not None, prompt.logits is not None].append(index)
    return [
        indices[start : start + _PROMPTS_PER_CALL]
        for indices in alike.values()
        for start in range(0, len(indices), _PROMPTS_PER_CALL)
    ]


def _boxes_to_input(frame: Frame, boxes: Sequence[tuple[float, float, float, float]]) -> npt.NDArray[np.float32]:
    """B x 4 float32, (x0, y0, x1, y1), from original-image to input pixels."""
    corners = frame.to_input(np.asarray(boxes, np.float32).reshape(-1, 2, 2))
    return corners.reshape(-1, 4)
