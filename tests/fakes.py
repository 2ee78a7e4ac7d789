"""Stand-ins for what is slow: a segmenter without a network."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from annotator.segment import CancellationToken, DecodeBatch, Embedding, Prompt, Proposal
from annotator.segment.identity import ModelIdentity
from annotator.segment.preprocess import preprocess
from annotator.segment.segmenter import check_embedding, check_prompts

_CELL = 4  # the features hold one colour per cell of 4 x 4 input pixels, the resolution of the logits


class FakeSegmenter:
    """Segments by colour: an object is what has the colour under the first positive point, or at the box's centre.

    Deterministic, milliseconds per call. Inside the box, if there is one; without what is nearer to a negative point's
    colour. The three masks differ in tolerance; the second is predicted best. Previous logits are added at a tenth, so
    that a forgotten feedback shows. encode_seconds: how long encode takes, in a hundred stages.
    """

    def __init__(self, *, name: str = "fake", image_size: int = 256, encode_seconds: float = 0.0) -> None:
        digest = hashlib.blake2b(name.encode()).hexdigest()
        self.identity = ModelIdentity(name=name, digest=digest, precision="fp32", image_size=image_size)
        self.encodes = 0
        self._encode_seconds = encode_seconds

    @property
    def name(self) -> str:
        return self.identity.name

    def encode(self, rgb: npt.NDArray[np.uint8], *, cancel: CancellationToken | None = None) -> Embedding:
        for _ in range(100):
            if cancel is not None:
                cancel.check()
            if self._encode_seconds:
                time.sleep(self._encode_seconds / 100)
        self.encodes += 1
        image, frame = preprocess(rgb, self.identity.image_size)
        side = self.identity.image_size // 16
        cells = image[0].reshape(3, side, 4, _CELL, side, 4, _CELL).mean(axis=(3, 6))  # 3, side, 4, side, 4
        features = np.zeros(self.identity.features_shape, np.float32)
        features[0, :48] = cells.transpose(0, 2, 4, 1, 3).reshape(48, side, side)
        return Embedding(features, frame, self.identity.fingerprint(rgb), self.identity.digest)

    def decode(self, embedding: Embedding, prompt: Prompt) -> list[Proposal]:
        return self.decode_batch(embedding, [prompt]).proposals(0, embedding)

    def decode_batch(self, embedding: Embedding, prompts: Sequence[Prompt]) -> DecodeBatch:
        check_embedding(embedding, self.identity)
        check_prompts(embedding, prompts)
        logits_side = self.identity.logits_side
        batch = np.zeros((len(prompts), 3, logits_side, logits_side), np.float32)
        for logits, prompt in zip(batch, prompts, strict=True):
            logits[:] = self._logits(embedding, prompt)
        return DecodeBatch(batch, np.tile(np.float32((0.8, 0.9, 0.7)), (len(prompts), 1)))

    def _logits(self, embedding: Embedding, prompt: Prompt) -> npt.NDArray[np.float32]:
        side = self.identity.image_size // 16
        colours = embedding.features[0, :48].reshape(3, 4, 4, side, side).transpose(0, 3, 1, 4, 2)
        colours = colours.reshape(3, 4 * side, 4 * side)
        positive = prompt.points[prompt.labels == 1]
        if not len(positive):
            x0, y0, x1, y1 = prompt.box or (0.0, 0.0, float(embedding.frame.width), float(embedding.frame.height))
            positive = np.float32([[(x0 + x1) / 2, (y0 + y1) / 2]])
        distance = self._distance(colours, embedding, positive[0])
        logits = 8 * (np.float32((0.5, 1.0, 1.5))[:, None, None] - distance)
        for point in prompt.points[prompt.labels == 0]:
            logits = np.minimum(logits, 8 * (self._distance(colours, embedding, point) - distance))
        if prompt.box is not None:
            corners = embedding.frame.to_input(np.float32(prompt.box).reshape(2, 2)) / _CELL
            (x0, y0), (x1, y1) = corners
            rows, columns = np.indices(logits.shape[1:]) + 0.5
            logits = np.where((columns > x0) & (columns < x1) & (rows > y0) & (rows < y1), logits, -8)
        if prompt.logits is not None:
            logits = logits + 0.1 * prompt.logits
        return logits.astype(np.float32)

    def _distance(
        self, colours: npt.NDArray[np.float32], embedding: Embedding, point: npt.NDArray[np.float32]
    ) -> npt.NDArray[np.float32]:
        """From the colour at the point (original-image pixels) to each cell's, in standard deviations."""
        limit = colours.shape[1] - 1
        column, row = (embedding.frame.to_input(point) / _CELL).astype(int).clip(0, limit)
        difference = colours - colours[:, row, column][:, None, None]
        return np.sqrt((difference**2).sum(axis=0))


def load_fake(weights: Path | str | None, precision: str) -> FakeSegmenter:
    """For RemoteSegmenter(load=...); `weights` is the fake's name."""
    return FakeSegmenter(name=str(weights or "fake"))
