"""The Segmenter: encodes images, decodes prompts, and hands out plain values."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from annotator.segment.identity import ModelIdentity
from annotator.segment.preprocess import Frame, image_part, upsample_mask
from annotator.segment.prompt import Prompt

if TYPE_CHECKING:
    from annotator.segment.cache import EmbeddingStore


class Cancelled(Exception):
    """The caller's CancellationToken was set; no result exists."""


class CancellationToken:
    """A flag that long work polls between its stages; safe to set from any thread."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Have the work abandoned at its next look at the token."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled, which cannot be taken back."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise Cancelled when the token is set."""
        if self.is_cancelled:
            raise Cancelled


@dataclass(frozen=True, eq=False)
class Embedding:
    """The encoder's output for one image.

    features: 1 x 256 x S/16 x S/16 float32, S the network's input size.
    frame: how the image lies in the network's input.
    fingerprint: hex digest of pixels + weights + precision; equal fingerprints mean equal features.
    model: ModelIdentity.digest of the model that made it, which alone can decode it.
    mask_threshold: the logit above which a pixel is foreground.
    """

    features: npt.NDArray[np.float32] = field(repr=False)
    frame: Frame
    fingerprint: str
    model: str
    mask_threshold: float = 0.0


@dataclass(frozen=True, eq=False)
class Proposal:
    """A mask suggested by the model.

    logits: S/4 x S/4 float32, input frame including padding; feed them back through Prompt.logits to refine.
    predicted_iou: the model's own estimate of the IoU with the object, about 0..1.
    frame: how the image lies in the network's input.
    """

    logits: npt.NDArray[np.float32] = field(repr=False)
    predicted_iou: float
    frame: Frame
    mask_threshold: float = 0.0

    @cached_property
    def mask(self) -> npt.NDArray[np.bool_]:
        """H x W bool in the original oriented frame, upsampled on first use."""
        return upsample_mask(self.logits, self.frame, self.mask_threshold)

    @cached_property
    def stability(self) -> float:
        """IoU of the masks thresholded one logit above and below mask_threshold, on the logits without the padding.

        0 where even the larger mask is empty. The measure is SAM's stability score with an offset of 1.
        """
        logits = image_part(self.logits, self.frame)
        larger = np.count_nonzero(logits > self.mask_threshold - 1)
        smaller = np.count_nonzero(logits > self.mask_threshold + 1)
        return smaller / larger if larger else 0.0


@dataclass(frozen=True, eq=False)
class DecodeBatch:
    """Low-resolution results of many prompts on one embedding, in the prompts' order and the network's mask order.

    logits: P x 3 x S/4 x S/4 float32; predicted_iou: P x 3 float32.
    """

    logits: npt.NDArray[np.float32] = field(repr=False)
    predicted_iou: npt.NDArray[np.float32]

    def proposals(self, index: int, embedding: Embedding) -> list[Proposal]:
        """The three Proposals of the prompt at `index`, best predicted IoU first; `embedding` is the one decoded."""
        ious = self.predicted_iou[index]
        return [
            Proposal(
                # A copy, so that one proposal does not keep the logits of the whole batch in memory.
                logits=self.logits[index, i].copy(),
                predicted_iou=float(ious[i]),
                frame=embedding.frame,
                mask_threshold=embedding.mask_threshold,
            )
            for i in np.argsort(-ious, kind="stable")
        ]


class Segmenter(Protocol):
    """What every segmenter offers, in this process or in a child."""

    @property
    def name(self) -> str:
        """The checkpoint's name, for people."""

    @property
    def identity(self) -> ModelIdentity:
        """Which model it runs: what its embeddings' fingerprints depend on beside the pixels."""

    def encode(self, rgb: npt.NDArray[np.uint8], *, cancel: CancellationToken | None = None) -> Embedding:
        """Embed one oriented image, uint8 H x W x 3 RGB. Raises Cancelled between stages when `cancel` is set."""

    def decode(self, embedding: Embedding, prompt: Prompt) -> list[Proposal]:
        """Three proposals for one prompt, best predicted IoU first. Raises PromptError for one outside the image."""

    def decode_batch(self, embedding: Embedding, prompts: Sequence[Prompt]) -> DecodeBatch:
        """Low-resolution logits for many prompts at once; equal to decoding them one by one.

        Both raise ValueError for an embedding of another model.
        """


def check_embedding(embedding: Embedding, identity: ModelIdentity) -> None:
    """Raise ValueError for an embedding that another model made, or the same one at another image size."""
    if (embedding.model, embedding.frame.input_size) != (identity.digest, identity.image_size):
        raise ValueError(f"the embedding is not one of {identity.name} at an image size of {identity.image_size}")


def check_prompts(embedding: Embedding, prompts: Sequence[Prompt]) -> None:
    """Raise PromptError for a prompt outside the embedding's image, ValueError for logits of another size than S/4."""
    frame = embedding.frame
    side = frame.input_size // 4
    for prompt in prompts:
        prompt.check_inside(frame.height, frame.width)
        if prompt.logits is not None and prompt.logits.shape != (side, side):
            raise ValueError(f"a prompt's logits must be {side} x {side}, not {prompt.logits.shape}")


def load_segmenter(
    weights: Path | str | None = None,
    precision: str = "fp32",
    image_size: int | None = None,
    *,
    cache: EmbeddingStore | None = None,
) -> Segmenter:
    """A segmenter in this process; `weights` None takes the best checkpoint installed. Raises WeightsError.

    image_size: S, the side of the network's square input in pixels; None for the checkpoint's own.
    cache: where encode looks for an embedding first and puts it; None for none.
    """
    from annotator.segment.tinysam import TinySamSegmenter

    return TinySamSegmenter.load(weights, precision=precision, image_size=image_size, cache=cache)
